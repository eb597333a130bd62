// SPDX-License-Identifier: GPL-2.0-or-later
/* How often each interrupt came, and where: storms, and devices that fell silent. */
#include "report/part.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/percpu.h"
#include "report/fetch.h"
#include "report/irqs.h"

/* A large machine has some thousands. */
#define IRQS_MAX 16384
/* Counts by CPU that are kept; beyond, an interrupt has its total and its busiest CPU. */
#define COUNTS_MAX (256 * 1024)
/* The most frequent ones; the rest is in the JSON. */
#define TEXT_IRQS 50

struct irq {
	uint64_t number;
	char *names; /* of its actions */
	char *chip;
	uint64_t total;
	uint32_t busiest, most; /* CPU, and its count */
	uint32_t *per_cpu;	/* NULL: not kept */
};

struct interrupts_part {
	struct irq *irq;
	size_t n, cap, counts;
	size_t lost;
	struct bitmap cpus;
	uint64_t *offset; /* of each CPU's variables */
	uint32_t *row;	  /* counts of the one that is read */
};

static struct err *find_cpus(struct report *r, struct interrupts_part *p)
{
	struct kmem *k = &r->k->kmem;
	struct err *e = cpu_mask_read(k, CPUS_POSSIBLE, &p->cpus);
	if (e)
		return e;
	p->offset = calloc(p->cpus.nbits, sizeof(*p->offset));
	p->row = calloc(p->cpus.nbits, sizeof(*p->row));
	if (!p->offset || !p->row)
		return err_nomem();
	for (uint64_t cpu = bitmap_next(&p->cpus, 0); cpu < p->cpus.nbits && !e;
	     cpu = bitmap_next(&p->cpus, cpu + 1))
		e = percpu_addr(k, 0, (unsigned int)cpu, &p->offset[cpu]);
	return e;
}

/* False: the counts cannot be read. */
static bool read_counts(struct kmem *k, uint64_t desc, struct interrupts_part *p, struct irq *irq)
{
	uint64_t counts;
	if (!fetch_pointer(k, desc, k->layout->irq_desc_counts, &counts))
		return false;
	for (uint64_t cpu = bitmap_next(&p->cpus, 0); cpu < p->cpus.nbits;
	     cpu = bitmap_next(&p->cpus, cpu + 1)) {
		/* a struct irqstat since 6.11, whose first member is what was there before */
		if (!fetch_u32(k, counts + p->offset[cpu], 0, &p->row[cpu]))
			return false;
		irq->total += p->row[cpu];
		if (p->row[cpu] > irq->most) {
			irq->most = p->row[cpu];
			irq->busiest = (uint32_t)cpu;
		}
	}
	return true;
}

static struct err *add(struct interrupts_part *p, const struct irq *irq)
{
	if (p->n == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 64;
		struct irq *more = realloc(p->irq, cap * sizeof(*more));
		if (!more)
			return err_nomem();
		p->irq = more;
		p->cap = cap;
	}
	p->irq[p->n++] = *irq;
	if (p->counts + p->cpus.nbits > COUNTS_MAX)
		return NULL;
	size_t size = p->cpus.nbits * sizeof(*p->row);
	p->irq[p->n - 1].per_cpu = malloc(size);
	if (!p->irq[p->n - 1].per_cpu)
		return err_nomem();
	memcpy(p->irq[p->n - 1].per_cpu, p->row, size);
	p->counts += p->cpus.nbits;
	return NULL;
}

/* One that has no action and never came is no more than a number. */
static struct err *read_irq(struct report *r, uint64_t number, uint64_t desc,
			    struct interrupts_part *p)
{
	struct kmem *k = &r->k->kmem;
	struct irq irq = {.number = number};
	char names[256], chip[64];
	bool named = irq_names(k, desc, names, sizeof(names));
	if (!read_counts(k, desc, p, &irq)) {
		p->lost++;
		return NULL;
	}
	if (!named && irq.total == 0)
		return NULL;
	struct err *e = NULL;
	irq.names = named ? strdup(names) : NULL;
	irq.chip = irq_chip(k, desc, chip, sizeof(chip)) ? strdup(chip) : NULL;
	if ((named && !irq.names) || (chip[0] && !irq.chip))
		e = err_nomem();
	if (!e)
		e = add(p, &irq);
	/* if it was added it is released with the others */
	if (e && (p->n == 0 || p->irq[p->n - 1].names != irq.names)) {
		free(irq.names);
		free(irq.chip);
	}
	return e;
}

static struct err *gather(struct report *r, void *data)
{
	struct interrupts_part *p = data;
	struct irq_iter it;
	uint64_t number, desc;
	struct err *e = irq_iter_init(&it, &r->k->kmem, IRQS_MAX);
	if (!e)
		e = find_cpus(r, p);
	if (e)
		return e;
	while (!e && report_time_left(r) && irq_next(&it, &number, &desc))
		e = read_irq(r, number, desc, p);
	if (e)
		return e;
	fetch_walk_ended(r, "interrupts", irq_walk(&it));
	if (p->lost)
		report_missing(r, "the counts of %zu interrupts cannot be read", p->lost);
	if (p->n && !p->irq[p->n - 1].per_cpu)
		report_missing(r, "too many CPUs and interrupts to show all counts of each");
	return NULL;
}

static void release(void *data)
{
	struct interrupts_part *p = data;
	for (size_t i = 0; i < p->n; i++) {
		free(p->irq[i].names);
		free(p->irq[i].chip);
		free(p->irq[i].per_cpu);
	}
	free(p->irq);
	free(p->offset);
	free(p->row);
	bitmap_deinit(&p->cpus);
}

static int by_total(const void *a, const void *b)
{
	const struct irq *x = *(const struct irq *const *)a, *y = *(const struct irq *const *)b;
	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void irq_text(const struct irq *irq, struct buf *out)
{
	buf_printf(out, "%6" PRIu64 " %12" PRIu64, irq->number, irq->total);
	if (irq->total)
		buf_printf(out, "  CPU %-4" PRIu32 " %10" PRIu32, irq->busiest, irq->most);
	else
		buf_printf(out, "  %19s", "");
	buf_printf(out, "  %-21.24s  %.40s\n", irq->chip ? irq->chip : "",
		   irq->names ? irq->names : "(no handler)");
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct interrupts_part *p = data;
	_cleanup_free_ const struct irq **sorted = calloc(p->n ? p->n : 1, sizeof(*sorted));
	(void)r;
	if (!sorted) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < p->n; i++)
		sorted[i] = &p->irq[i];
	qsort(sorted, p->n, sizeof(*sorted), by_total);
	buf_printf(out, "%6s %12s  %-19s  %-21s  %s\n", "IRQ", "TOTAL", "MOST ON", "CHIP", "NAME");
	for (size_t i = 0; i < p->n && i < TEXT_IRQS; i++)
		irq_text(sorted[i], out);
	if (p->n > TEXT_IRQS)
		buf_printf(out, "and %zu that came less often\n", p->n - TEXT_IRQS);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct interrupts_part *p = data;
	(void)r;
	json_array(j, "irqs");
	for (size_t i = 0; i < p->n; i++) {
		const struct irq *irq = &p->irq[i];
		json_object(j, NULL);
		json_u64(j, "irq", irq->number);
		json_str(j, "name", irq->names);
		json_str(j, "chip", irq->chip);
		json_u64(j, "total", irq->total);
		json_u64(j, "busiest_cpu", irq->busiest);
		if (irq->per_cpu)
			json_array(j, "per_cpu");
		else
			json_null(j, "per_cpu");
		for (uint64_t cpu = 0; irq->per_cpu && cpu < p->cpus.nbits; cpu++)
			json_u64(j, NULL, irq->per_cpu[cpu]);
		if (irq->per_cpu)
			json_array_end(j);
		json_object_end(j);
	}
	json_array_end(j);
}

const struct report_part part_interrupts = {
	.name = "interrupts",
	.title = "Interrupts",
	.data_size = sizeof(struct interrupts_part),
	.seconds = 2,
	.gather = gather,
	.text = text,
	.json = json,
	.release = release,
};
