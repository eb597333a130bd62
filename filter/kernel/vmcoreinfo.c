// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/vmcoreinfo.h"

#include <errno.h>
#include <string.h>

int vmcoreinfo_text(const struct vmcoreinfo *i, const char *key, const char **ret)
{
	size_t key_len = strlen(key);
	const char *end = i->text + i->len;
	for (const char *line = i->text; line < end;) {
		const char *eol = memchr(line, '\n', (size_t)(end - line));
		if (!eol)
			eol = end;
		if ((size_t)(eol - line) > key_len && line[key_len] == '=' &&
		    memcmp(line, key, key_len) == 0) {
			*ret = line + key_len + 1;
			return (int)(eol - *ret);
		}
		line = eol + 1;
	}
	return -1;
}

/* A value as a number of the given base; base 0 takes the sign and 0x. */
static bool number(const struct vmcoreinfo *i, const char *kind, const char *name, int base,
		   uint64_t *ret)
{
	char key[128], digits[32];
	const char *text;
	int n = snprintf(key, sizeof(key), "%s(%s)", kind, name);
	if (n < 0 || (size_t)n >= sizeof(key))
		return false;
	int len = vmcoreinfo_text(i, key, &text);
	if (len <= 0 || (size_t)len >= sizeof(digits))
		return false;
	memcpy(digits, text, (size_t)len);
	digits[len] = '\0';
	char *end;
	errno = 0;
	uint64_t value = strtoull(digits, &end, base);
	if (errno || *end)
		return false;
	*ret = value;
	return true;
}

bool vmcoreinfo_number(const struct vmcoreinfo *i, const char *name, int64_t *ret)
{
	uint64_t value;
	if (!number(i, "NUMBER", name, 0, &value))
		return false;
	*ret = (int64_t)value;
	return true;
}

bool vmcoreinfo_symbol(const struct vmcoreinfo *i, const char *name, uint64_t *ret)
{
	return number(i, "SYMBOL", name, 16, ret);
}

bool vmcoreinfo_size(const struct vmcoreinfo *i, const char *name, uint64_t *ret)
{
	return number(i, "SIZE", name, 10, ret);
}

bool vmcoreinfo_length(const struct vmcoreinfo *i, const char *name, uint64_t *ret)
{
	return number(i, "LENGTH", name, 10, ret);
}

bool vmcoreinfo_offset(const struct vmcoreinfo *i, const char *name, uint64_t *ret)
{
	return number(i, "OFFSET", name, 10, ret);
}

struct err *vmcoreinfo_page_shift(const struct vmcoreinfo *i, unsigned int *ret)
{
	const char *text;
	char digits[16];
	int len = vmcoreinfo_text(i, "PAGESIZE", &text);
	if (len < 0)
		return err_new(ERR_MISSING, "VMCOREINFO has no PAGESIZE");
	snprintf(digits, sizeof(digits), "%.*s", len, text);
	unsigned long size = strtoul(digits, NULL, 10);
	for (unsigned int shift = 12; shift <= 20; shift++) {
		if (size == 1UL << shift) {
			*ret = shift;
			return NULL;
		}
	}
	return err_new(ERR_FORMAT, "VMCOREINFO has a page size of %lu: not possible", size);
}
