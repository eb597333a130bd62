/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resolved configuration: one string per key, as `kdump-capture config resolve` writes it on
 * the production system and `kdump-capture run` reads it in the capture environment
 * (/etc/salvor/capture.conf). It does not know kdump.conf (kdump_conf.h) and decides nothing. The
 * file is shell-quoted KEY='value' lines and may be sourced by sh. Values are owned by the
 * settings. One thread.
 */
#ifndef SALVOR_CRASH_SETTINGS_H
#define SALVOR_CRASH_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

#define SETTINGS_FORMAT	  "1"
#define SETTINGS_FILE	  SYSCONFDIR "/salvor/capture.conf"
#define SETTINGS_SIZE_MAX ((size_t)256 * 1024)

/* One line per key: identifier, default value when the file does not say. doc: kdump-capture(8). */
#define SETTINGS_KEYS(X)                                                                           \
	X(FORMAT, "")                                                                              \
	X(HOST, "localhost")                                                                       \
	X(TARGET, "")                                                                              \
	X(TARGET_DEVICE, "")                                                                       \
	X(TARGET_FSTYPE, "")                                                                       \
	X(TARGET_OPTIONS, "")                                                                      \
	X(ROOT_DEVICE, "")                                                                         \
	X(SAVE_PATH, "/var/crash")                                                                 \
	X(CORE_COLLECTOR, "")                                                                      \
	X(SSH_USER, "root")                                                                        \
	X(SSH_HOST, "")                                                                            \
	X(SSH_ADDRESS, "")                                                                         \
	X(SSH_PORT, "22")                                                                          \
	X(SSH_KEY, "/etc/salvor/ssh/key")                                                          \
	X(SSH_KNOWN_HOSTS, "/etc/salvor/ssh/known_hosts")                                          \
	X(SSH_KEY_SOURCE, "")                                                                      \
	X(SSH_KNOWN_HOSTS_SOURCE, "")                                                              \
	X(NET_MAC, "")                                                                             \
	X(NET_ADDRESS, "")                                                                         \
	X(NET_GATEWAY, "")                                                                         \
	X(NET_DHCP, "0")                                                                           \
	X(FINAL_ACTION, "default")                                                                 \
	X(FAILURE_ACTION, "reboot")                                                                \
	X(KDUMP_PRE, "")                                                                           \
	X(KDUMP_POST, "")                                                                          \
	X(EXTRA_BINS, "")                                                                          \
	X(EXTRA_MODULES, "")                                                                       \
	X(DRACUT_ARGS, "")                                                                         \
	X(FORCE_REBUILD, "0")                                                                      \
	X(FORCE_NO_REBUILD, "0")

#define SETTINGS_ENUM(key, value) SET_##key,
enum setting { SETTINGS_KEYS(SETTINGS_ENUM) SET_COUNT };
#undef SETTINGS_ENUM

struct settings {
	char *value[SET_COUNT]; /* NULL: the default */
};

void settings_deinit(struct settings *s);
/* Borrowed; never NULL. */
const char *settings_get(const struct settings *s, enum setting key);
/* Copies value; NULL goes back to the default. */
struct err *settings_set(struct settings *s, enum setting key, const char *value) must_check;
/* SET_COUNT when there is no such key. */
enum setting settings_key(const char *name);
const char *settings_key_name(enum setting key);

/*
 * Reads the text of a resolved file; name is for messages. Unknown keys are left out (a newer
 * writer may have more). ERR_USAGE: "NAME:LINE: what". Checks FORMAT and what `run` cannot do
 * without.
 */
struct err *settings_parse(struct settings *s, const char *name, const char *text,
			   size_t len) must_check;
void settings_write(const struct settings *s, struct buf *out);

#endif
