/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fedora's kdump.conf: text in, checked values out, with the line each came from. It looks at
 * nothing but the text: what the values mean on this machine is resolve.c's. Untrusted input.
 * Values are owned by the conf. Pure but for warnings, which go to a callback.
 */
#ifndef SALVOR_CRASH_KDUMP_CONF_H
#define SALVOR_CRASH_KDUMP_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

#define KDUMP_CONF_FILE	    SYSCONFDIR "/kdump.conf"
#define KDUMP_CONF_SIZE_MAX ((size_t)256 * 1024)
#define KDUMP_CONF_LINE_MAX ((size_t)4096)

enum conf_value {
	CONF_TARGET, /* the directive's name is in target_kind */
	CONF_PATH,
	CONF_CORE_COLLECTOR,
	CONF_SSHKEY,
	CONF_KDUMP_PRE,
	CONF_KDUMP_POST,
	CONF_EXTRA_BINS,
	CONF_EXTRA_MODULES,
	CONF_FAILURE_ACTION,
	CONF_FINAL_ACTION,
	CONF_DRACUT_ARGS,
	CONF_FORCE_REBUILD,
	CONF_FORCE_NO_REBUILD,
	CONF_AUTO_RESET_CRASHKERNEL,
	CONF_COUNT,
};

struct kdump_conf {
	char *value[CONF_COUNT]; /* NULL: not given */
	unsigned line[CONF_COUNT];
	const char *target_kind; /* "ssh", "ext4", …; NULL: not given */
};

/*
 * name is the file's, for messages. ERR_USAGE: "NAME:LINE: what; what to do"; ERR_UNSUPPORTED the
 * same for directives that are right but not served yet. warn gets such lines too; may be NULL.
 */
struct err *kdump_conf_parse(struct kdump_conf *c, const char *name, const char *text, size_t len,
			     void (*warn)(const char *line)) must_check;
void kdump_conf_deinit(struct kdump_conf *c);

/* File systems a local target may have. */
bool kdump_conf_fstype_known(const char *fstype);

struct ssh_address {
	char user[64];
	char host[256];
	char port[8];
};
/* USER@HOST, USER@HOST:PORT, USER@[ADDRESS]:PORT; a bare IPv6 address is a host. */
struct err *kdump_conf_ssh(const char *value, struct ssh_address *out) must_check;

#endif
