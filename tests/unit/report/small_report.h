/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report on a dead kernel small enough to be written by hand, for tests of its parts: 64 KiB of
 * memory at one virtual address, in either byte order, two CPUs, and a layout of which the test
 * sets what it needs. Header only; one file of a program.
 */
#ifndef SALVOR_TESTS_SMALL_REPORT_H
#define SALVOR_TESTS_SMALL_REPORT_H

#include "unit.h"
#include "small_btf.h"
#include "small_vmcore.h"
#include "base/clock.h"
#include "report/part.h"

#define BASE UINT64_C(0xffffffff81000000)
#define SIZE UINT64_C(0x10000)
/* Variables of CPU n are this far behind their symbols; the page of the masks is the first. */
#define CPU_STEP    UINT64_C(0x1000)
#define CPU_OFFSETS (BASE + 0x000)
#define CPU_ONLINE  (BASE + 0x100)
#define CPU_IDS	    (BASE + 0x108)
/* Memory that is not there. */
#define NOWHERE UINT64_C(0xffff888000000000)

struct small_report {
	struct kernel k; /* first: translate() gets a pointer to its kmem */
	struct report r;
	struct arch_ops arch;
	enum byte_order order;
	uint8_t bytes[SIZE];
};

static inline struct err *small_report_translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	(void)k;
	if (vaddr - BASE >= SIZE)
		return err_new(ERR_MISSING, "not mapped");
	*ret = (struct extent) {vaddr - BASE, BASE + SIZE - vaddr};
	return NULL;
}

static inline void put64(struct small_report *s, uint64_t addr, uint64_t value)
{
	assert_in_range(addr, BASE, BASE + SIZE - 8);
	put_u64(s->bytes + (addr - BASE), value, s->order);
}

static inline void put32(struct small_report *s, uint64_t addr, uint32_t value)
{
	assert_in_range(addr, BASE, BASE + SIZE - 4);
	put_u32(s->bytes + (addr - BASE), value, s->order);
}

static inline void put8(struct small_report *s, uint64_t addr, int value)
{
	assert_in_range(addr, BASE, BASE + SIZE - 1);
	s->bytes[addr - BASE] = (uint8_t)value;
}

static inline void put_string(struct small_report *s, uint64_t addr, const char *text)
{
	assert_in_range(addr, BASE, BASE + SIZE - strlen(text) - 1);
	memcpy(s->bytes + (addr - BASE), text, strlen(text) + 1);
}

/* A list_head at head, empty or with these nodes. */
static inline void put_list(struct small_report *s, uint64_t head, const uint64_t *nodes, size_t n)
{
	uint64_t at = head;
	for (size_t i = 0; i < n; i++) {
		put64(s, at, nodes[i]);
		put64(s, nodes[i] + 8, at);
		at = nodes[i];
	}
	put64(s, at, head);
	put64(s, head + 8, at);
}

static inline void small_report_init(struct small_report *s, enum byte_order order)
{
	memset(s, 0, sizeof(*s));
	s->order = order;
	put64(s, CPU_OFFSETS + 8, CPU_STEP);
	put64(s, CPU_ONLINE, 3);
	put32(s, CPU_IDS, 2);
}

/* Overwrites some words that are not zero with other numbers: pointers to elsewhere, large, small.
 */
static inline void small_report_damage(struct small_report *s, uint64_t *seed, unsigned int n)
{
	for (unsigned int tries = 0; n > 0 && tries < 100000; tries++) {
		uint64_t at = BASE + unit_random(seed) % (SIZE / 8) * 8;
		const uint64_t values[] = {0,
					   unit_random(seed) % 64,
					   BASE + unit_random(seed) % SIZE,
					   BASE + unit_random(seed) % (SIZE / 8) * 8,
					   at,
					   NOWHERE,
					   UINT64_MAX,
					   INT64_MAX,
					   unit_random(seed)};
		if (get_u64(s->bytes + (at - BASE), s->order) == 0)
			continue;
		put64(s, at, values[unit_random(seed) % ARRAY_SIZE(values)]);
		n--;
	}
}

/* Opens what was written, which is copied; further members of s->k.layout may be set then. */
static inline void small_report_open(struct small_report *s)
{
	static const char text[] = "PAGESIZE=4096\n";
	_cleanup_buf_ struct buf file = BUF_INIT;
	struct kernel *k = &s->k;
	buf_append(&file, text, sizeof(text));
	buf_append(&file, s->bytes, sizeof(s->bytes));
	memset(k, 0, sizeof(*k));
	k->vmcore = small_vmcore_make((const uint8_t *)file.data, file.len, EM_X86_64);
	assert_non_null(k->vmcore);
	k->vmcore->order = s->order;
	k->info = (struct vmcoreinfo) {text, sizeof(text) - 1};
	assert_ok(layout_load(&k->info, &k->layout));
	assert_ok(kmem_init(&k->kmem, k->vmcore, &k->layout));
	s->arch = (struct arch_ops) {.name = "fake", .translate = small_report_translate};
	k->kmem.arch = &s->arch;
	k->layout.per_cpu_offset = (int64_t)CPU_OFFSETS;
	k->layout.cpu_online_mask = (int64_t)CPU_ONLINE;
	k->layout.nr_cpu_ids = (int64_t)CPU_IDS;
	assert_ok(report_init(&s->r, k, "fake"));
	s->r.until = clock_cpu() + 60;
}

static inline void small_report_close(struct small_report *s)
{
	report_deinit(&s->r);
	types_destroy(s->k.types);
	kmem_deinit(&s->k.kmem);
	vmcore_destroy(s->k.vmcore);
}

/* The types of the kernel are what the encoder has; it is left to the caller. */
static inline void small_report_types(struct small_report *s, const struct small_btf *b)
{
	assert_ok(types_create(small_btf_parse(b, NULL), &s->k.types));
}

#define assert_missing(s, text)                                                                    \
	do {                                                                                       \
		if (!strstr(buf_str(&(s)->r.missing), text))                                       \
			fail_msg("\"%s\" is not said to be missing, but \"%s\"", text,             \
				 buf_str(&(s)->r.missing));                                        \
	} while (0)

#define assert_nothing_missing(s) assert_string_equal(buf_str(&(s)->r.missing), "")

#endif
