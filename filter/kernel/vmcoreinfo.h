/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO, the text in which a kernel describes itself to dump tools: lookups by key. It does
 * not judge whether the values make sense. The text is borrowed from the vmcore. Immutable; any
 * thread. Keys: Documentation/admin-guide/kdump/vmcoreinfo.rst, kernel/vmcore_info.c.
 */
#ifndef SALVOR_KERNEL_VMCOREINFO_H
#define SALVOR_KERNEL_VMCOREINFO_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct vmcoreinfo {
	const char *text;
	size_t len;
};

/* The value of "key=value" as text up to the newline; its length, or -1 if the key is absent. */
int vmcoreinfo_text(const struct vmcoreinfo *i, const char *key, const char **ret);

/* "NUMBER(name)=", decimal with sign or 0x hexadecimal. False (ret untouched): absent or not a
 * number. */
bool vmcoreinfo_number(const struct vmcoreinfo *i, const char *name, int64_t *ret);
/* "SYMBOL(name)=", hexadecimal. */
bool vmcoreinfo_symbol(const struct vmcoreinfo *i, const char *name, uint64_t *ret);
/* "SIZE(name)=", "LENGTH(name)=", "OFFSET(struct.member)=": decimal. */
bool vmcoreinfo_size(const struct vmcoreinfo *i, const char *name, uint64_t *ret);
bool vmcoreinfo_length(const struct vmcoreinfo *i, const char *name, uint64_t *ret);
bool vmcoreinfo_offset(const struct vmcoreinfo *i, const char *name, uint64_t *ret);

/* PAGESIZE=, as log2; ERR_MISSING or ERR_FORMAT if it is absent or no power of two from 4K to 1M.
 */
struct err *vmcoreinfo_page_shift(const struct vmcoreinfo *i, unsigned int *ret) must_check;

#endif
