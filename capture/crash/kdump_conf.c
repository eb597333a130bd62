// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/kdump_conf.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "crash/blockdev.h"
#include "crash/collector.h"
#include "crash/final.h"
#include "crash/words.h"

static struct err *check_path(const char *value)
{
	if (value[0] != '/')
		return err_new(ERR_USAGE, "'%s' is not an absolute path; start it with '/'", value);
	for (const char *p = value; (p = strstr(p, "/..")); p += 3)
		if (p[3] == '/' || p[3] == '\0')
			return err_new(ERR_USAGE, "'%s' has '..' in it; write the path without",
				       value);
	return NULL;
}

static struct err *check_collector(const char *value)
{
	return collector_check(value);
}

static struct err *check_words(const char *value)
{
	struct words w;
	struct err *e = words_split(value, &w);
	words_deinit(&w);
	return e;
}

static struct err *check_hook(const char *value)
{
	struct err *e = check_words(value);
	if (!e && value[0] != '/')
		e = err_new(ERR_USAGE,
			    "'%s' is not an absolute path; name the program with its whole path",
			    value);
	return e;
}

static struct err *check_final(const char *value)
{
	enum action a = action_find(value);
	if (a != ACTION_COUNT && a != ACTION_DUMP_TO_ROOTFS)
		return NULL;
	return err_new(ERR_USAGE,
		       "'%s' is no final action; use reboot, halt, poweroff, shell or continue",
		       value);
}

static struct err *check_failure(const char *value)
{
	if (action_find(value) != ACTION_COUNT)
		return NULL;
	return err_new(ERR_USAGE,
		       "'%s' is no failure action; use reboot, halt, poweroff, shell, continue or "
		       "dump_to_rootfs",
		       value);
}

static struct err *check_bool(const char *value)
{
	return strcmp(value, "0") == 0 || strcmp(value, "1") == 0
		       ? NULL
		       : err_new(ERR_USAGE, "'%s' is neither 0 nor 1", value);
}

static struct err *check_yes_no(const char *value)
{
	return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0
		       ? NULL
		       : err_new(ERR_USAGE, "'%s' is neither yes nor no", value);
}

static struct err *check_device(const char *value)
{
	return blockdev_spec_valid(value) ? NULL
					  : err_new(ERR_USAGE,
						    "'%s' is no device; use UUID=…, LABEL=…, "
						    "PARTUUID=…, PARTLABEL=… or /dev/…",
						    value);
}

static struct err *check_ssh(const char *value)
{
	struct ssh_address a;
	return kdump_conf_ssh(value, &a);
}

enum kind { STORED, TARGET, LATER, GONE, RENAMED };

/* Order of kdump.conf(5): targets, what to save, how, afterwards; then what is not served. */
static const struct directive {
	const char *name;
	enum kind kind;
	enum conf_value value;
	struct err *(*check)(const char *value);
	const char *advice; /* LATER, GONE: what to do instead */
} directives[] = {
	{"ssh", TARGET, CONF_TARGET, check_ssh, NULL},
	{"ext4", TARGET, CONF_TARGET, check_device, NULL},
	{"xfs", TARGET, CONF_TARGET, check_device, NULL},
	{"ext3", TARGET, CONF_TARGET, check_device, NULL},
	{"ext2", TARGET, CONF_TARGET, check_device, NULL},
	{"btrfs", TARGET, CONF_TARGET, check_device, NULL},
	{"minix", TARGET, CONF_TARGET, check_device, NULL},
	{"path", STORED, CONF_PATH, check_path, NULL},
	{"sshkey", STORED, CONF_SSHKEY, check_path, NULL},
	{"core_collector", STORED, CONF_CORE_COLLECTOR, check_collector, NULL},
	{"kdump_pre", STORED, CONF_KDUMP_PRE, check_hook, NULL},
	{"kdump_post", STORED, CONF_KDUMP_POST, check_hook, NULL},
	{"extra_bins", STORED, CONF_EXTRA_BINS, check_words, NULL},
	{"extra_modules", STORED, CONF_EXTRA_MODULES, check_words, NULL},
	{"failure_action", STORED, CONF_FAILURE_ACTION, check_failure, NULL},
	{"final_action", STORED, CONF_FINAL_ACTION, check_final, NULL},
	{"dracut_args", STORED, CONF_DRACUT_ARGS, check_words, NULL},
	{"force_rebuild", STORED, CONF_FORCE_REBUILD, check_bool, NULL},
	{"force_no_rebuild", STORED, CONF_FORCE_NO_REBUILD, check_bool, NULL},
	{"auto_reset_crashkernel", STORED, CONF_AUTO_RESET_CRASHKERNEL, check_yes_no, NULL},
	{"default", RENAMED, CONF_FAILURE_ACTION, check_failure, "failure_action"},
	{"raw", LATER, CONF_COUNT, NULL, "use a file system or ssh"},
	{"nfs", LATER, CONF_COUNT, NULL, "use a file system or ssh"},
	{"virtiofs", LATER, CONF_COUNT, NULL, "use a file system or ssh"},
	{"kdump_emergency", LATER, CONF_COUNT, NULL, "use kdump_post"},
	{"fence_kdump_args", LATER, CONF_COUNT, NULL, "remove the line"},
	{"fence_kdump_nodes", LATER, CONF_COUNT, NULL, "remove the line"},
	{"net", GONE, CONF_COUNT, NULL, "use ssh"},
	{"options", GONE, CONF_COUNT, NULL, "put module options into /etc/modprobe.d"},
	{"link_delay", GONE, CONF_COUNT, NULL, "remove the line; waits have limits of their own"},
	{"disk_timeout", GONE, CONF_COUNT, NULL, "remove the line; waits have limits of their own"},
	{"debug_mem_level", GONE, CONF_COUNT, NULL, "remove the line"},
	{"blacklist", GONE, CONF_COUNT, NULL, "use dracut_args --omit-drivers"},
};

bool kdump_conf_fstype_known(const char *fstype)
{
	for (size_t i = 0; i < ARRAY_SIZE(directives); i++)
		if (directives[i].check == check_device && strcmp(directives[i].name, fstype) == 0)
			return true;
	return false;
}

static bool port_valid(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);
	return isdigit((unsigned char)*s) && !*end && n >= 1 && n <= 65535;
}

/* Cuts host[:port] or [address]:port in place. */
static struct err *split_port(char *host, char **port)
{
	*port = NULL;
	if (*host == '[') {
		char *close = strchr(host, ']');
		if (!close || (close[1] && close[1] != ':'))
			return err_new(ERR_USAGE, "'%s' is no [address]:port", host);
		if (close[1] == ':')
			*port = close + 2;
		*close = '\0';
		memmove(host, host + 1, (size_t)(close - host));
		return NULL;
	}
	char *colon = strchr(host, ':');
	if (colon && colon == strrchr(host, ':')) {
		*colon = '\0';
		*port = colon + 1;
	}
	return NULL;
}

static bool name_valid(const char *s, const char *extra)
{
	if (!*s || *s == '-')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(extra, *s))
			return false;
	return true;
}

struct err *kdump_conf_ssh(const char *value, struct ssh_address *out)
{
	const char *at = strrchr(value, '@');
	if (!at || at == value || (size_t)(at - value) >= sizeof(out->user) ||
	    strlen(at + 1) >= sizeof(out->host))
		return err_new(ERR_USAGE,
			       "'%s' is not USER@HOST; write for instance kdump@server.example",
			       value);
	memcpy(out->user, value, (size_t)(at - value));
	out->user[at - value] = '\0';
	strcpy(out->host, at + 1);
	char *port;
	struct err *e = split_port(out->host, &port);
	if (e)
		return e;
	if (port && !port_valid(port))
		return err_new(ERR_USAGE, "'%s' is no port; use 1 to 65535", port);
	snprintf(out->port, sizeof(out->port), "%.7s", port ? port : "22");
	if (!name_valid(out->host, ".-_:%") || !name_valid(out->user, "._-+\\$"))
		return err_new(ERR_USAGE,
			       "'%s' is not USER@HOST; write for instance kdump@server.example",
			       value);
	return NULL;
}

static struct err *store(struct kdump_conf *c, const struct directive *d, const char *value,
			 unsigned line)
{
	if (c->value[d->value]) {
		if (d->kind == TARGET)
			return err_new(ERR_USAGE,
				       "a second dump target (the first: line %u); keep one",
				       c->line[d->value]);
		return err_new(ERR_USAGE, "%s is given twice (first: line %u); keep one", d->name,
			       c->line[d->value]);
	}
	c->value[d->value] = strdup(value);
	if (!c->value[d->value])
		return err_nomem();
	c->line[d->value] = line;
	if (d->kind == TARGET)
		c->target_kind = d->name;
	return NULL;
}

static struct err *apply(struct kdump_conf *c, const char *name, const char *value, unsigned line)
{
	size_t i = 0;
	while (i < ARRAY_SIZE(directives) && strcmp(directives[i].name, name) != 0)
		i++;
	if (i == ARRAY_SIZE(directives))
		return err_new(ERR_USAGE,
			       "invalid kdump config option '%.60s'; correct or remove the line",
			       name);
	const struct directive *d = &directives[i];
	if (d->kind == LATER)
		return err_new(ERR_UNSUPPORTED, "%s is not supported by this version; %s", name,
			       d->advice);
	if (d->kind == GONE)
		return err_new(ERR_USAGE, "%s is deprecated and no longer supported; %s", name,
			       d->advice);
	if (!*value)
		return err_new(ERR_USAGE, "%s has no value; give one or remove the line", name);
	struct err *e = d->check(value);
	return e ? err_wrap(e, "%s", name) : store(c, d, value, line);
}

/* Cuts comment and blanks; NULL when nothing is left. */
static char *strip(char *line)
{
	line[strcspn(line, "#")] = '\0';
	while (isspace((unsigned char)*line))
		line++;
	size_t len = strlen(line);
	while (len && isspace((unsigned char)line[len - 1]))
		line[--len] = '\0';
	return len ? line : NULL;
}

static struct err *check_bytes(const char *line)
{
	for (const char *p = line; *p; p++)
		if ((unsigned char)*p < 0x20 && *p != '\t')
			return err_new(ERR_USAGE, "a control character (0x%02x); remove it",
				       (unsigned char)*p);
	return NULL;
}

/* What is right, but should be known; or NULL. */
static const char *advice_about(const char *name, const char *value)
{
	if (strcmp(name, "default") == 0)
		return "'default' is the old name of 'failure_action'; rename it";
	if (strcmp(name, "auto_reset_crashkernel") == 0 && strcmp(value, "yes") == 0)
		return "auto_reset_crashkernel has no effect: crashkernel= of the kernel command "
		       "line is yours to change";
	return NULL;
}

/* force_rebuild and force_no_rebuild exclude each other; the later line is named. */
static struct err *check_together(const struct kdump_conf *c, const char *name)
{
	const char *force = c->value[CONF_FORCE_REBUILD];
	const char *never = c->value[CONF_FORCE_NO_REBUILD];
	if (!force || !never || strcmp(force, "1") != 0 || strcmp(never, "1") != 0)
		return NULL;
	return err_new(ERR_USAGE,
		       "%s:%u: force_rebuild and force_no_rebuild are both 1; set one of them to 0",
		       name, MAX(c->line[CONF_FORCE_REBUILD], c->line[CONF_FORCE_NO_REBUILD]));
}

static struct err *parse_line(struct kdump_conf *c, const char *file, char *line, unsigned number,
			      void (*warn)(const char *line))
{
	if (strlen(line) > KDUMP_CONF_LINE_MAX)
		return err_new(ERR_USAGE, "the line has more than %zu bytes; shorten it",
			       KDUMP_CONF_LINE_MAX);
	line = strip(line);
	if (!line)
		return NULL;
	struct err *e = check_bytes(line);
	if (e)
		return e;
	char *value = line + strcspn(line, " \t");
	if (*value)
		*value++ = '\0';
	value += strspn(value, " \t");
	const char *advice = advice_about(line, value);
	if (advice && warn) {
		char text[300];
		snprintf(text, sizeof(text), "%.150s:%u: %s", file, number, advice);
		warn(text);
	}
	return apply(c, line, value, number);
}

struct err *kdump_conf_parse(struct kdump_conf *c, const char *name, const char *text, size_t len,
			     void (*warn)(const char *line))
{
	*c = (struct kdump_conf) {0};
	if (len >= KDUMP_CONF_SIZE_MAX)
		return err_new(ERR_USAGE, "%s: larger than %zu bytes; this is no kdump.conf", name,
			       KDUMP_CONF_SIZE_MAX);
	const char *nul = len ? memchr(text, '\0', len) : NULL;
	if (nul) {
		unsigned line = 1;
		for (const char *p = text; p < nul; p++)
			line += *p == '\n';
		return err_new(ERR_USAGE, "%s:%u: a NUL byte; this is no text file", name, line);
	}
	_cleanup_free_ char *copy = strndup(len ? text : "", len);
	if (!copy)
		return err_nomem();
	char *rest = copy;
	for (unsigned number = 1; rest; number++) {
		struct err *e = parse_line(c, name, strsep(&rest, "\n"), number, warn);
		if (e)
			return err_wrap(e, "%s:%u", name, number);
	}
	return check_together(c, name);
}

void kdump_conf_deinit(struct kdump_conf *c)
{
	for (size_t i = 0; i < CONF_COUNT; i++)
		free(c->value[i]);
	*c = (struct kdump_conf) {0};
}
