/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interrupt descriptors of the dead kernel, one after the other, and the names in them. Kernels
 * without CONFIG_SPARSE_IRQ keep them in an array, which is not read. An iterator belongs to one
 * thread; nothing to free.
 */
#ifndef SALVOR_REPORT_IRQS_H
#define SALVOR_REPORT_IRQS_H

#include "kernel/maple.h"
#include "kernel/xarray.h"

struct irq_iter {
	bool maple;
	union {
		struct maple_iter tree;
		struct xarray_iter array;
	};
};

/* ERR_MISSING if the kernel does not say where its descriptors are. */
struct err *irq_iter_init(struct irq_iter *it, struct kmem *k, size_t limit) must_check;
/* The next number and the address of its struct irq_desc. */
bool irq_next(struct irq_iter *it, uint64_t *number, uint64_t *desc);
const struct walk *irq_walk(const struct irq_iter *it);

/* The names of its actions, "a, b". False, and "" in ret: it has none. */
bool irq_names(struct kmem *k, uint64_t desc, char *ret, size_t cap);
/* The name of the chip that delivers it; false, and "" in ret, as above. */
bool irq_chip(struct kmem *k, uint64_t desc, char *ret, size_t cap);

#endif
