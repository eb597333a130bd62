// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/watch/conf.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#define CONF_MAX     (1U << 20)
#define SECTIONS_MAX 1024
#define ERRORS_SHOWN 8
#define MIB	     20

enum kind { PATH, NUMBER, MEBIBYTES, SETTING, SWITCH };

static const struct key {
	const char *name;
	enum kind kind;
	unsigned min, max;
	enum nic_setting setting; /* SETTING, SWITCH */
	unsigned number;	  /* NUMBER, MEBIBYTES: which of them */
} keys[] = {
	{"DumpMeNowDirectory", PATH, 0, 0, 0, 0},
	{"DumpMeNowTotalCount", NUMBER, 1, 10000, 0, 0},
	{"DumpMeNowPreservedCountMin", NUMBER, 0, 10000, 0, 1},
	{"DumpMeNowTotalMiB", MEBIBYTES, 0, 1U << 24, 0, 0},
	{"DumpMeNowFreeMiB", MEBIBYTES, 0, 1U << 24, 0, 1},
	{"DumpMeNowPerHour", NUMBER, 0, 3600, 0, 2},
	{"DmnIovMode", SETTING, 0, 4, NIC_SET_IOV_MODE, 0},
	{"SensorDevlinkHealth", SWITCH, 0, 1, NIC_SET_SENSOR_DEVLINK, 0},
	{"SensorTxTimeout", SWITCH, 0, 1, NIC_SET_SENSOR_TX_TIMEOUT, 0},
	{"SensorPciError", SWITCH, 0, 1, NIC_SET_SENSOR_PCI_ERROR, 0},
	{"SensorDriverError", SWITCH, 0, 1, NIC_SET_SENSOR_DRIVER, 0},
	{"DumpMeNowDeviceSeconds", SETTING, 0, 86400, NIC_SET_DEVICE_SECONDS, 0},
	{"DumpMeNowQuietSeconds", SETTING, 1, 604800, NIC_SET_QUIET_SECONDS, 0},
};

void nic_conf_defaults(struct nic_conf *c)
{
	*c = (struct nic_conf) {
		.directory = "/var/crash/dump-me-now",
		/* 16 and 2 are those of the picture in the adapters' own manual. */
		.limits = {16, 2, UINT64_C(1024) << MIB, UINT64_C(512) << MIB},
		.per_hour = 12,
		.all = {{2, 1, 1, 1, 1, 60, 600}},
	};
}

void nic_conf_deinit(struct nic_conf *c)
{
	free(c->sections);
	c->sections = NULL;
	c->section_count = 0;
}

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (strcasecmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static struct err *parse_switch(const struct key *k, const char *value, unsigned *ret)
{
	static const char *const words[] = {"no", "yes", "off", "on", "0", "1"};
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(value, words[i]) == 0) {
			*ret = i % 2;
			return NULL;
		}
	}
	return err_new(ERR_USAGE, "%s: '%s' is neither yes nor no", k->name, value);
}

static struct err *parse_number(const struct key *k, const char *value, unsigned *ret)
{
	char *end;
	errno = 0;
	unsigned long n = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || n < k->min || n > k->max)
		return err_new(ERR_USAGE, "%s: '%s' is not a number from %u to %u", k->name, value,
			       k->min, k->max);
	*ret = (unsigned)n;
	return NULL;
}

static struct err *set_path(struct nic_conf *c, const char *value)
{
	if (value[0] != '/' || strstr(value, "/../") || strlen(value) >= sizeof(c->directory))
		return err_new(ERR_USAGE,
			       "DumpMeNowDirectory: '%s' is no absolute path of at most "
			       "%zu bytes without '..'",
			       value, sizeof(c->directory) - 1);
	strcpy(c->directory, value);
	return NULL;
}

static struct err *set(struct nic_conf *c, struct nic_section *section, const char *name,
		       const char *value)
{
	unsigned n = 0;
	unsigned *const numbers[] = {&c->limits.total, &c->limits.preserved, &c->per_hour};
	uint64_t *const sizes[] = {&c->limits.bytes_max, &c->limits.free_min};
	const struct key *k = find_key(name);
	if (!k)
		return err_new(ERR_USAGE, "unknown setting %s", name);
	if (section && k->kind != SETTING && k->kind != SWITCH)
		return err_new(ERR_USAGE, "%s is for all devices; put it above the first [section]",
			       k->name);
	if (k->kind == PATH)
		return set_path(c, value);
	struct err *e = k->kind == SWITCH ? parse_switch(k, value, &n) : parse_number(k, value, &n);
	if (e)
		return e;
	if (k->kind == NUMBER) {
		*numbers[k->number] = n;
	} else if (k->kind == MEBIBYTES) {
		*sizes[k->number] = (uint64_t)n << MIB;
	} else if (section) {
		section->settings.v[k->setting] = n;
		section->is_set |= 1U << k->setting;
	} else {
		c->all.v[k->setting] = n;
	}
	return NULL;
}

static char *trim(char *s)
{
	static const char blank[] = " \t\r";
	s += strspn(s, blank);
	size_t len = strlen(s);
	while (len && strchr(blank, s[len - 1]))
		s[--len] = '\0';
	return s;
}

static struct err *begin_section(struct nic_conf *c, char *line, struct nic_section **section)
{
	size_t len = strlen(line);
	if (len < 3 || line[len - 1] != ']' || len - 2 >= sizeof((*section)->pattern))
		return err_new(ERR_USAGE, "'%s' is no [DEVICE]", line);
	if (c->section_count == SECTIONS_MAX)
		return err_new(ERR_USAGE, "more than %d sections", SECTIONS_MAX);
	struct nic_section *grown = reallocarray(c->sections, c->section_count + 1, sizeof(*grown));
	if (!grown)
		return err_nomem();
	c->sections = grown;
	*section = &grown[c->section_count++];
	**section = (struct nic_section) {0};
	memcpy((*section)->pattern, line + 1, len - 2);
	return NULL;
}

static struct err *parse_line(struct nic_conf *c, char *line, struct nic_section **section)
{
	char *s = trim(line);
	if (!*s || *s == '#')
		return NULL;
	if (*s == '[')
		return begin_section(c, s, section);
	char *equals = strchr(s, '=');
	if (!equals)
		return err_new(ERR_USAGE, "'%s' is no NAME = VALUE", s);
	*equals = '\0';
	return set(c, *section, trim(s), trim(equals + 1));
}

/* Collects what is wrong, line by line: whoever mends a file wants to see all of it. */
static void add_error(struct buf *errors, unsigned *count, const char *name, unsigned line,
		      struct err *e)
{
	if ((*count)++ < ERRORS_SHOWN)
		buf_printf(errors, "%s%s:%u: %s", errors->len ? "; " : "", name, line,
			   err_message(e));
	err_free(e);
}

static struct err *parse_lines(char *text, size_t len, const char *name, struct nic_conf *c)
{
	_cleanup_buf_ struct buf errors = BUF_INIT;
	struct nic_section *section = NULL;
	unsigned wrong = 0, line = 1;
	for (char *p = text, *end = text + len; p < end; line++) {
		char *newline = memchr(p, '\n', (size_t)(end - p));
		char *next = newline ? newline + 1 : end;
		if (newline)
			*newline = '\0';
		struct err *e = parse_line(c, p, &section);
		if (e && err_code(e) != ERR_USAGE)
			return e;
		if (e)
			add_error(&errors, &wrong, name, line, e);
		p = next;
	}
	if (!wrong && c->limits.preserved > c->limits.total)
		return err_new(ERR_USAGE,
			       "%s: DumpMeNowPreservedCountMin (%u) is larger than "
			       "DumpMeNowTotalCount (%u)",
			       name, c->limits.preserved, c->limits.total);
	if (!wrong)
		return buf_error(&errors);
	if (wrong > ERRORS_SHOWN)
		buf_printf(&errors, "; and %u more", wrong - ERRORS_SHOWN);
	return err_new(ERR_USAGE, "%s", buf_str(&errors));
}

struct err *nic_conf_parse(const char *text, size_t len, const char *name, struct nic_conf *ret)
{
	struct nic_conf c;
	nic_conf_defaults(&c);
	_cleanup_free_ char *copy = strndup(text, len);
	if (!copy)
		return err_nomem();
	struct err *e = strlen(copy) < len ? err_new(ERR_USAGE, "%s: a zero byte", name)
					   : parse_lines(copy, len, name, &c);
	if (e)
		nic_conf_deinit(&c);
	else
		*ret = c;
	return e;
}

struct err *nic_conf_read(const struct root *root, const char *path, bool missing_is_fine,
			  struct nic_conf *ret)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	if (missing_is_fine && !root_exists(root, path)) {
		nic_conf_defaults(ret);
		return NULL;
	}
	struct err *e = root_read(root, path, CONF_MAX, &text);
	if (e)
		return e;
	return nic_conf_parse(buf_str(&text), text.len, path, ret);
}

struct nic_settings nic_conf_device(const struct nic_conf *c, const char *const *names)
{
	struct nic_settings out = c->all;
	for (size_t i = 0; i < c->section_count; i++) {
		const struct nic_section *s = &c->sections[i];
		bool matches = false;
		for (const char *const *name = names; *name && !matches; name++)
			matches = fnmatch(s->pattern, *name, 0) == 0;
		for (unsigned k = 0; matches && k < NIC_SET_COUNT; k++)
			if (s->is_set & 1U << k)
				out.v[k] = s->settings.v[k];
	}
	return out;
}
