/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine of a few MiB, for page tables written by hand: physical memory from address 0 on, a
 * VMCOREINFO, and the real translation of its architecture. Header only.
 */
#ifndef SALVOR_TESTS_SMALL_MACHINE_H
#define SALVOR_TESTS_SMALL_MACHINE_H

#include "kernel/kmem.h"
#include "small_vmcore.h"

struct small_machine {
	uint8_t *memory; /* written by the test, then copied by small_machine_start() */
	size_t size;
	struct vmcore *vmcore;
	struct vmcoreinfo info;
	struct layout layout;
	struct kmem k;
};

static inline void small_machine_init(struct small_machine *m, size_t size)
{
	*m = (struct small_machine) {.memory = calloc(1, size), .size = size};
	if (!m->memory)
		abort();
}

/* May be called again, for the same memory seen in another way. */
static inline void small_machine_start(struct small_machine *m, uint16_t machine,
				       enum byte_order order, const char *text)
{
	struct buf file = BUF_INIT;
	if (m->vmcore)
		kmem_deinit(&m->k);
	vmcore_destroy(m->vmcore);
	buf_append(&file, text, strlen(text) + 1);
	buf_append(&file, m->memory, m->size);
	m->vmcore = small_vmcore_make((const uint8_t *)file.data, file.len, machine);
	buf_deinit(&file);
	if (!m->vmcore)
		abort();
	m->vmcore->order = order;
	m->info = (struct vmcoreinfo) {m->vmcore->vmcoreinfo, m->vmcore->vmcoreinfo_len};
	struct err *e = layout_load(&m->info, &m->layout);
	if (!e)
		e = kmem_init(&m->k, m->vmcore, &m->layout);
	if (e)
		abort();
}

static inline void small_machine_deinit(struct small_machine *m)
{
	kmem_deinit(&m->k);
	vmcore_destroy(m->vmcore);
	free(m->memory);
}

/* One entry of a table. */
static inline void small_machine_entry(struct small_machine *m, uint64_t table, uint64_t index,
				       uint64_t entry, enum byte_order order)
{
	put_u64(m->memory + table + index * 8, entry, order);
}

#define assert_maps(m, vaddr, to, length)                                                          \
	do {                                                                                       \
		struct extent x_ = {0};                                                            \
		assert_ok(kmem_translate(&(m)->k, vaddr, &x_));                                    \
		assert_int_equal(x_.paddr, to);                                                    \
		assert_int_equal(x_.len, length);                                                  \
	} while (0)

#define assert_maps_not(m, vaddr, code, text)                                                      \
	do {                                                                                       \
		struct extent x_;                                                                  \
		assert_err(kmem_translate(&(m)->k, vaddr, &x_), code, text);                       \
	} while (0)

#endif
