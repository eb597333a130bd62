/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fake kernel memory for tests: bytes that appear at one virtual address, in either byte order,
 * with an optional hole that cannot be read. Header only. All of the layout is unknown at first;
 * the test sets what it needs.
 */
#ifndef SALVOR_TESTS_SMALL_KMEM_H
#define SALVOR_TESTS_SMALL_KMEM_H

#include "kernel/kmem.h"
#include "small_vmcore.h"

struct small_kmem {
	struct kmem k; /* first: translate() gets a pointer to it */
	struct vmcore *vmcore;
	struct vmcoreinfo info;
	struct layout layout;
	struct arch_ops arch;
	uint64_t base, len;
	uint64_t hole, hole_len;
};

static inline struct err *small_kmem_translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	const struct small_kmem *m = (const struct small_kmem *)(const void *)k;
	if (vaddr - m->base >= m->len || vaddr - m->hole < m->hole_len)
		return err_new(ERR_MISSING, "not mapped");
	uint64_t end = vaddr < m->hole && m->hole_len ? m->hole : m->base + m->len;
	*ret = (struct extent) {vaddr - m->base, end - vaddr};
	return NULL;
}

/* The bytes are copied. Ends the program if it fails: nothing can be tested then. */
static inline void small_kmem_init(struct small_kmem *m, enum byte_order order, uint64_t base,
				   const void *bytes, size_t len)
{
	static const char text[] = "PAGESIZE=4096\n";
	struct buf file = BUF_INIT;
	*m = (struct small_kmem) {.base = base, .len = len};
	buf_append(&file, text, sizeof(text));
	buf_append(&file, bytes, len);
	m->vmcore = small_vmcore_make((const uint8_t *)file.data, file.len, EM_X86_64);
	buf_deinit(&file);
	m->info = (struct vmcoreinfo) {text, sizeof(text) - 1};
	struct err *e = m->vmcore ? layout_load(&m->info, &m->layout) : err_nomem();
	if (!e)
		e = kmem_init(&m->k, m->vmcore, &m->layout);
	if (e)
		abort();
	m->vmcore->order = order;
	m->arch = (struct arch_ops) {.name = "fake", .translate = small_kmem_translate};
	m->k.arch = &m->arch;
}

static inline void small_kmem_deinit(struct small_kmem *m)
{
	kmem_deinit(&m->k);
	vmcore_destroy(m->vmcore);
}

#endif
