/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A place in the dead kernel's memory with its type, and the way from one place to the next by a
 * path as C has it. It knows no struct by itself, and prints nothing. A place is a value; it
 * borrows the types. One thread, that of the struct kernel.
 *
 * Types are looked up in the place's module first: e1000, e1000e and igb have structs of the same
 * name. Pointers are followed where the path goes on, so that what is embedded in one kernel and
 * behind a pointer in another (mlx5e_channel.xdpsq) has one path: "tx_ring[3].desc".
 */
#ifndef SALVOR_NIC_DEAD_PLACE_H
#define SALVOR_NIC_DEAD_PLACE_H

#include "kernel/kernel.h"

struct place {
	struct kernel *k;
	const char *module; /* NULL: vmlinux */
	struct type type;
	uint64_t addr;
	uint8_t bit_offset, bit_size; /* of a bitfield; size 0: it is none */
};

enum found {
	FOUND,
	FOUND_ABSENT,	  /* this kernel has no such member */
	FOUND_NULL,	  /* a pointer on the way is NULL */
	FOUND_UNREADABLE, /* memory on the way is not mapped or not in the dump */
};

/* A struct at an address. FOUND_ABSENT: no such type. */
enum found place_struct(struct kernel *k, const char *module, const char *type, uint64_t addr,
			struct place *ret) must_check;
/* A variable of vmlinux, or of the module; types of variables are not in BTF. */
enum found place_symbol(struct kernel *k, const char *module, const char *symbol, const char *type,
			struct place *ret) must_check;

/*
 * The member at the path "a.b[2].c" from here. ret may be from; it is untouched unless FOUND. An
 * index is not checked against the length of the array: the caller has a count.
 */
enum found place_at(const struct place *from, const char *path, struct place *ret) must_check;
/* What the pointer here points to. */
enum found place_deref(const struct place *from, struct place *ret) must_check;

/*
 * The number at the path: an integer, enum, bitfield or pointer, extended by its sign; of a struct
 * with one member only (atomic_t, u64_stats_t) that member's.
 */
enum found place_number(const struct place *from, const char *path, uint64_t *ret) must_check;
/* The same, or 0: for pointers to go on from and counts to loop to. */
uint64_t place_or_0(const struct place *from, const char *path);
/*
 * The text at the path, an array of char or a pointer to one, cut at size - 1; what is no printable
 * ASCII becomes '?'.
 */
enum found place_text(const struct place *from, const char *path, char *ret,
		      size_t size) must_check;
/* The size of the type here; 0 if it has none. */
uint64_t place_size(const struct place *p);
/* The bytes here. */
enum found place_read(const struct place *p, void *buf, size_t len) must_check;
/* offsetof(type, path), -1 if there is no such member. Not through pointers. */
int64_t place_offset(const struct place *p, const char *path);

#endif
