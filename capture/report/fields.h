/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single members of the dead kernel's structs as numbers, for parts that show what they get: what
 * this kernel does not have and what cannot be read is LAYOUT_UNKNOWN, which prints as null. It
 * walks nothing. One thread, that of the struct kmem.
 */
#ifndef SALVOR_REPORT_FIELDS_H
#define SALVOR_REPORT_FIELDS_H

#include "base/json.h"
#include "kernel/kmem.h"

/*
 * len bytes of the member at offset in the struct at base. False if the offset is not known or the
 * memory cannot be read. A variable is a member of everything: base 0, its symbol as offset.
 */
bool field_read(struct kmem *k, uint64_t base, int64_t offset, void *buf, size_t len);

/* 8 bytes; 4 with a sign, 4 without. */
int64_t field_long(struct kmem *k, uint64_t base, int64_t offset);
int64_t field_int(struct kmem *k, uint64_t base, int64_t offset);
int64_t field_uint(struct kmem *k, uint64_t base, int64_t offset);
/* The pointer there; 0 for LAYOUT_UNKNOWN as well. */
uint64_t field_pointer(struct kmem *k, uint64_t base, int64_t offset);

/*
 * The text that the pointer there points to, cut at size - 1 bytes; what is no printable ASCII
 * becomes '?'. False, and "?", if there is none.
 */
bool field_text(struct kmem *k, uint64_t base, int64_t offset, char *buf, size_t size);

/* A counter of pages or objects: never negative, and what no machine has is LAYOUT_UNKNOWN. */
int64_t field_count(int64_t value);

/* null for LAYOUT_UNKNOWN */
void json_number(struct json *j, const char *key, int64_t value);

#endif
