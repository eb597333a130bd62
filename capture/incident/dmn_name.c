// SPDX-License-Identifier: GPL-2.0-or-later
#include "incident/dmn_name.h"

#include <string.h>

#define PREFIX "dmn-"
#define LETTERS                                                                                    \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"                           \
	"._"
#define TIME_FORM "00000000T000000.000Z"

static const unsigned field_max[] = {40, 12, 16, 24};

static char *put_field(char *at, const char *text, unsigned max)
{
	if (!text || !*text)
		text = "NA";
	for (unsigned i = 0; i < max && text[i]; i++)
		*at++ = strchr(LETTERS, text[i]) ? text[i] : '_';
	return at;
}

void dmn_name(const struct dmn_fields *f, unsigned n, char name[INCIDENT_NAME_MAX])
{
	const char *const fields[] = {f->device, f->type, f->source, f->reason};
	char *at = name + sprintf(name, "%s", PREFIX);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		at = put_field(at, fields[i], field_max[i]);
		*at++ = '-';
	}
	struct tm tm = {0};
	char stamp[32];
	/* Other years than of four digits the form has no room for. */
	if (!gmtime_r(&f->when.tv_sec, &tm) || tm.tm_year > 9999 - 1900 || tm.tm_year < 1000 - 1900)
		memset(&tm, 0, sizeof(tm));
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", &tm);
	unsigned ms = (unsigned)(f->when.tv_nsec / 1000000) % 1000;
	size_t room = INCIDENT_NAME_MAX - (size_t)(at - name);
	int used = snprintf(at, room, "-%s.%03uZ", stamp, ms);
	if (n > 1)
		snprintf(at + used, room - (size_t)used, "-%u", n);
}

static bool time_valid(const char **p)
{
	for (const char *form = TIME_FORM; *form; form++, (*p)++)
		if (*form == '0' ? **p < '0' || **p > '9' : **p != *form)
			return false;
	return true;
}

bool dmn_name_valid(const char *name)
{
	if (strlen(name) >= INCIDENT_NAME_MAX + sizeof(INCIDENT_INCOMPLETE) - 1 ||
	    strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	const char *p = name + strlen(PREFIX);
	for (size_t i = 0; i < ARRAY_SIZE(field_max); i++) {
		size_t len = strspn(p, LETTERS);
		if (len == 0 || len > field_max[i] || p[len] != '-')
			return false;
		p += len + 1;
	}
	if (*p++ != '-' || !time_valid(&p))
		return false;
	size_t digits = *p == '-' ? strspn(p + 1, "0123456789") : 0;
	if (digits > 2)
		return false;
	if (digits)
		p += 1 + digits;
	return *p == '\0' || strcmp(p, INCIDENT_INCOMPLETE) == 0;
}
