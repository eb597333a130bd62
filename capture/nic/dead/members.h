/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of members: what of a struct is shown, under which name, and how. One line a member; a
 * member that this kernel does not have is shown as absent.
 */
#ifndef SALVOR_NIC_DEAD_MEMBERS_H
#define SALVOR_NIC_DEAD_MEMBERS_H

#include "kernel/xarray.h"
#include "nic/dead/dead.h"

enum member_kind {
	MEMBER_UINT,
	MEMBER_INT,
	MEMBER_HEX,
	MEMBER_BOOL,
	MEMBER_COUNTER, /* as UINT; people do not want to read zeros */
	MEMBER_TEXT,
	MEMBER_MAC,   /* six bytes, embedded or behind a pointer */
	MEMBER_AGO,   /* a moment in jiffies: milliseconds ago; 0: never */
	MEMBER_TICKS, /* a time in jiffies: milliseconds */
	MEMBER_VALUE, /* one of names[] */
	MEMBER_BITS,  /* names[] of the bits from bit 0 on */
};

/*
 * A '!' in front of a label says that a number other than 0 is wrong, in front of one of names[]
 * that this value or bit is; it is not shown.
 */
struct nic_member {
	const char *label;
	/* A path of place_at(); several, the newest kernel's first, are separated by '|'. */
	const char *path;
	enum member_kind kind;
	const char *const *names; /* ends with NULL; "" for what has no name */
};

/* All of a table, which ends with a NULL label. */
void dead_members(struct dead *d, const struct place *p, const struct nic_member *table);
void dead_member(struct dead *d, const struct place *p, const struct nic_member *m);
/* The first of the paths separated by '|' that this kernel has. */
enum found dead_at(const struct place *p, const char *paths, struct place *ret) must_check;
/* '#' in the path becomes the index. */
enum found dead_at_index(const struct place *p, const char *path, unsigned int index,
			 struct place *ret) must_check;
/* Starts a walk of the struct xarray there; false if this kernel's are not known. */
bool dead_xarray(const struct place *p, size_t limit, struct xarray_iter *it);
/* "absent", "NULL", "unreadable" */
const char *dead_why(enum found f);

#endif
