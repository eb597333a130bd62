// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/percpu.h"

#include <inttypes.h>

struct err *percpu_addr(struct kmem *k, uint64_t symbol, unsigned int cpu, uint64_t *ret)
{
	const struct layout *l = k->layout;
	uint64_t offset = 0;
	if (cpu >= PERCPU_MAX_CPUS || (cpu > 0 && !layout_known(l->per_cpu_offset)))
		return err_new(ERR_MISSING, "CPU %u: no such CPU", cpu);
	struct err *e = NULL;
	if (layout_known(l->per_cpu_offset))
		e = kmem_u64(k, (uint64_t)l->per_cpu_offset + (uint64_t)cpu * 8, &offset);
	if (e)
		return err_wrap(e, "__per_cpu_offset[%u]", cpu);
	*ret = symbol + offset;
	return NULL;
}

/*
 * nr_cpu_ids is a variable unless the kernel was built for a fixed number (FORCE_NR_CPUS); the size
 * of the mask says how many there can be at all.
 */
static unsigned int count_cpus(struct kmem *k)
{
	const struct layout *l = k->layout;
	unsigned int most = PERCPU_MAX_CPUS;
	uint32_t ids = 0;
	if (layout_known(l->cpumask_size))
		most = (unsigned int)MIN((uint64_t)l->cpumask_size * 8, (uint64_t)PERCPU_MAX_CPUS);
	if (layout_known(l->nr_cpu_ids)) {
		struct err *e = kmem_u32(k, (uint64_t)l->nr_cpu_ids, &ids);
		if (!e && ids > 0)
			most = MIN(most, ids);
		err_free(e);
	}
	return most;
}

/* An array of unsigned long, in the kernel's byte order. */
static struct err *read_words(struct kmem *k, uint64_t mask, unsigned int ncpus, struct bitmap *b)
{
	for (unsigned int cpu = 0; cpu < ncpus; cpu += 64) {
		uint64_t word;
		struct err *e = kmem_u64(k, mask + cpu / 8, &word);
		if (e)
			return e;
		for (unsigned int i = 0; i < 64 && cpu + i < ncpus; i++)
			if (word >> i & 1)
				bitmap_set(b, cpu + i);
	}
	return NULL;
}

struct err *cpu_mask_read(struct kmem *k, enum cpu_mask which, struct bitmap *ret)
{
	const struct layout *l = k->layout;
	int64_t mask = which == CPUS_ONLINE ? l->cpu_online_mask : l->cpu_possible_mask;
	bool smp = layout_known(l->per_cpu_offset);
	struct bitmap b;
	if (smp && !layout_known(mask))
		return err_new(ERR_MISSING, "no symbol __cpu_%s_mask",
			       which == CPUS_ONLINE ? "online" : "possible");
	unsigned int ncpus = smp ? count_cpus(k) : 1;
	struct err *e = bitmap_init(&b, ncpus);
	if (e)
		return e;
	if (smp)
		e = read_words(k, (uint64_t)mask, ncpus, &b);
	else
		bitmap_set(&b, 0);
	if (!e && smp && which == CPUS_ONLINE && layout_known(l->cpu_active_mask))
		err_free(read_words(k, (uint64_t)l->cpu_active_mask, ncpus, &b));
	if (e) {
		bitmap_deinit(&b);
		return err_wrap(e, "mask of CPUs");
	}
	*ret = b;
	return NULL;
}

bool percpu_find(struct kmem *k, int64_t symbol, int cpu, uint64_t *ret)
{
	if (!layout_known(symbol) || cpu < 0)
		return false;
	struct err *e = percpu_addr(k, (uint64_t)symbol, (unsigned int)cpu, ret);
	err_free(e);
	return !e;
}

bool percpu_pointer(struct kmem *k, int64_t symbol, int64_t offset, int cpu, uint64_t *ret)
{
	uint64_t addr, value;
	if (!layout_known(offset) || !percpu_find(k, symbol, cpu, &addr))
		return false;
	struct err *e = kmem_u64(k, addr + (uint64_t)offset, &value);
	err_free(e);
	if (e || value == 0)
		return false;
	*ret = value;
	return true;
}
