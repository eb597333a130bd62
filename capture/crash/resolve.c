// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/resolve.h"

#include <string.h>
#include <sys/utsname.h>

/* What is passed on as it is. */
static const struct {
	enum conf_value from;
	enum setting to;
	const char *fallback;
} passed[] = {
	{CONF_PATH, SET_SAVE_PATH, "/var/crash"},
	{CONF_CORE_COLLECTOR, SET_CORE_COLLECTOR, NULL}, /* the capture chooses (collector.c) */
	{CONF_KDUMP_PRE, SET_KDUMP_PRE, NULL},
	{CONF_KDUMP_POST, SET_KDUMP_POST, NULL},
	{CONF_EXTRA_BINS, SET_EXTRA_BINS, NULL},
	{CONF_EXTRA_MODULES, SET_EXTRA_MODULES, NULL},
	{CONF_DRACUT_ARGS, SET_DRACUT_ARGS, NULL},
	{CONF_FORCE_REBUILD, SET_FORCE_REBUILD, NULL},
	{CONF_FORCE_NO_REBUILD, SET_FORCE_NO_REBUILD, NULL},
	{CONF_FINAL_ACTION, SET_FINAL_ACTION, "default"},
	{CONF_FAILURE_ACTION, SET_FAILURE_ACTION, "reboot"},
};

/* The name that the administrator gave; the kernel's may come from DHCP and differ from boot to
 * boot. */
static struct err *resolve_host(const struct root *root, struct settings *s)
{
	char name[256];
	struct utsname u;
	if (root_read_line(root, "/etc/hostname", name, sizeof(name)) > 0 && name[0] != '#')
		return settings_set(s, SET_HOST, name);
	if (root_read_line(root, "/proc/sys/kernel/hostname", name, sizeof(name)) > 0)
		return settings_set(s, SET_HOST, name);
	return uname(&u) == 0 ? settings_set(s, SET_HOST, u.nodename) : NULL;
}

struct err *resolve(const struct root *root, const char *file, const struct kdump_conf *c,
		    struct settings *s)
{
	struct err *e = settings_set(s, SET_FORMAT, SETTINGS_FORMAT);
	if (!e)
		e = resolve_host(root, s);
	for (size_t i = 0; !e && i < ARRAY_SIZE(passed); i++) {
		const char *value = c->value[passed[i].from];
		e = settings_set(s, passed[i].to, value ? value : passed[i].fallback);
	}
	if (e)
		return e;
	resolve_root_device(root, s);
	if (c->target_kind && strcmp(c->target_kind, "ssh") == 0)
		return resolve_ssh(root, file, c, s);
	return resolve_local(root, file, c, s);
}
