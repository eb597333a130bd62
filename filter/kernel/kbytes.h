/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A long piece of the dead kernel's memory that is read where it lies: a table of which little is
 * needed is not worth a copy. It keeps the few pages that were read lately and knows nothing of
 * what they mean. Borrows its struct kmem, and belongs to the same thread.
 */
#ifndef SALVOR_KERNEL_KBYTES_H
#define SALVOR_KERNEL_KBYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "vmcore/page_cache.h"

/* The most that is seen at once. */
#define KBYTES_PIECE 1024u

struct kmem;

struct kbytes {
	size_t len;	      /* 0: there is nothing */
	const uint8_t *whole; /* the bytes, if they are in our memory; else what follows */
	struct kmem *k;
	uint64_t page; /* address of the page in which they begin */
	size_t skew;   /* and where in it */
	struct page_cache cache;
	size_t last; /* the number of the page that was used last, plus 1; 0: none */
	const uint8_t *last_page;
	uint8_t *piece; /* what crosses pages is put together here */
};

/* All memory that it will need is taken here; nothing is read yet. pages: at most that many are
 * kept. */
struct err *kbytes_init(struct kbytes *b, struct kmem *k, uint64_t addr, size_t len,
			size_t pages) must_check;
/* Bytes that are in our memory already; borrowed. */
struct kbytes kbytes_of(const void *bytes, size_t len);
void kbytes_deinit(struct kbytes *b);

/*
 * len bytes from `at` on, at most KBYTES_PIECE; valid until the next call. NULL if that is outside,
 * or cannot be read.
 */
const uint8_t *kbytes_at(struct kbytes *b, size_t at, size_t len);
/* Reads everything once: what can be read now can be read later. */
struct err *kbytes_check(struct kbytes *b) must_check;
/*
 * The NUL-terminated text at `at`, and its length; valid until the next call. "" if it is outside,
 * cannot be read, or is longer than KBYTES_PIECE: no name of a kernel is.
 */
size_t kbytes_text(struct kbytes *b, size_t at, const char **ret);

#endif
