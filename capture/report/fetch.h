/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single members, names and lists out of the dead kernel's memory, for the parts that show lists of
 * things. What cannot be read is false, never an error: one broken entry is one line less. It knows
 * no types; offsets come from struct layout, and one that is unknown cannot be read. One thread.
 */
#ifndef SALVOR_REPORT_FETCH_H
#define SALVOR_REPORT_FETCH_H

#include "kernel/walk.h"
#include "report/report.h"

/* ret is untouched on failure. */
bool fetch_u32(struct kmem *k, uint64_t addr, int64_t offset, uint32_t *ret);
bool fetch_u64(struct kmem *k, uint64_t addr, int64_t offset, uint64_t *ret);
/* A pointer; NULL counts as not there. */
bool fetch_pointer(struct kmem *k, uint64_t addr, int64_t offset, uint64_t *ret);

/*
 * The string at addr, up to cap - 1 bytes of it, always NUL-terminated in ret. Control characters
 * become '?': names of the dump go to terminals. False, and "" in ret, if it cannot be read.
 */
bool fetch_string(struct kmem *k, uint64_t addr, char *ret, size_t cap);
/* The string that a member points to; the same. */
bool fetch_name(struct kmem *k, uint64_t addr, int64_t offset, char *ret, size_t cap);

/* The addresses of the entries of a list, each once. */
struct entries {
	uint64_t *at;
	size_t n;
};

/*
 * Walks a struct list_head (kernel/list.h); what keeps it from its end is said as missing, with
 * `what` as the list's name. An error only for lack of memory; entries_deinit() in any case.
 */
struct err *fetch_list(struct report *r, const char *what, uint64_t head, int64_t member,
		       size_t limit, struct entries *ret) must_check;
void entries_deinit(struct entries *e);
/* Says as missing why a walk is not at its end; that time was up is said already. */
void fetch_walk_ended(struct report *r, const char *what, const struct walk *w);

#endif
