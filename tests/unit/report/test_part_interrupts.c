// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of interrupts: in a maple tree and in what came before, shared lines, many CPUs. */
#include "fake_kernel.h"
#include "report/irqs.h"

/* Offsets in the fake struct irq_desc; an action is name, next. */
enum { I_COUNTS = 0, I_ACTION = 8, I_CHIP = 16, I_SIZE = 24 };
enum { CPU_OFFSET = 0x40, IRQS = 4 };

static struct fake f;
static uint64_t desc[IRQS], offsets, mask, tree, node;

static uint64_t put_action(struct fake *k, const char *name, uint64_t next)
{
	uint64_t action = fake_alloc(k, 16);
	fake_u64(k, action, name ? fake_string(k, name) : 0);
	fake_u64(k, action + 8, next);
	return action;
}

/* 4 and 5 have handlers, 6 came without one, 7 never did; on CPUs 0 and 2 of 3. */
static void put_descs(struct fake *k)
{
	uint64_t percpu = fake_alloc(k, 2 * CPU_OFFSET), chip = fake_alloc(k, 8);
	offsets = fake_alloc(k, 24);
	mask = fake_alloc(k, 8);
	fake_u64(k, mask, 5);
	fake_u64(k, offsets, percpu);
	fake_u64(k, offsets + 16, percpu + CPU_OFFSET);
	fake_u64(k, chip, fake_string(k, "IO-APIC"));
	for (unsigned int i = 0; i < IRQS; i++) {
		desc[i] = fake_alloc(k, I_SIZE);
		fake_u64(k, desc[i] + I_COUNTS, 8 + i * 4);
		fake_u64(k, desc[i] + I_CHIP, chip);
		fake_u32(k, percpu + 8 + i * 4, i < 3 ? 10 * (i + 1) : 0);
		fake_u32(k, percpu + CPU_OFFSET + 8 + i * 4, i < 2 ? UINT32_MAX : 0);
	}
	fake_u64(k, desc[0] + I_ACTION, put_action(k, "eth0", put_action(k, "uhci", 0)));
	fake_u64(k, desc[1] + I_ACTION, put_action(k, NULL, 0));
	fake_u64(k, desc[1] + I_CHIP, 0);
}

/* A maple tree of one leaf: the word of the root is the second of the tree. */
static void write_memory(struct fake *k)
{
	tree = fake_alloc(k, 16);
	put_descs(k);
	k->used = ROUND_UP(k->used, 256);
	node = fake_alloc(k, 256);
	fake_u64(k, tree + 8, node | 1 << 3 | 2);
	fake_u64(k, node, tree | 1);
	fake_u64(k, node + 8, 3);
	for (unsigned int i = 0; i < IRQS; i++) {
		fake_u64(k, node + 16 + i * 8, 4 + i);
		fake_u64(k, node + 128 + 8 + i * 8, desc[i]);
	}
	k->bytes[node + 128 + 15 * 8 - FAKE_BASE] = 5; /* the last slot in use */
}

static void set_layout(struct fake *k)
{
	struct layout *l = &k->kernel.layout;
	l->sparse_irqs = (int64_t)tree;
	l->maple_root = 8;
	l->maple_parent = 0;
	l->maple_range_pivot = 8;
	l->maple_range_slot = 128;
	l->maple_range_slots = 16;
	l->maple_arange_pivot = 8;
	l->maple_arange_slot = 80;
	l->maple_arange_meta = 240;
	l->maple_arange_slots = 10;
	l->irq_desc_counts = I_COUNTS;
	l->irq_desc_action = I_ACTION;
	l->irq_desc_chip = I_CHIP;
	l->irq_chip_name = 0;
	l->irq_action_name = 0;
	l->irq_action_next = 8;
	l->per_cpu_offset = (int64_t)offsets;
	l->cpu_possible_mask = (int64_t)mask;
	l->cpumask_size = 8;
}

static void start(void)
{
	fake_init(&f);
	write_memory(&f);
}

static void open_it(void)
{
	fake_open(&f);
	set_layout(&f);
}

/* CPUs are counted up to the last bit of the mask: 64 here, of which 2 are there. */
static void assert_irqs(void)
{
	fake_assert_outcome(&f, "ok", "");
	fake_contains(f.json,
		      "\"irqs\":[{\"irq\":4,\"name\":\"eth0, uhci\",\"chip\":\"IO-APIC\","
		      "\"total\":4294967305,\"busiest_cpu\":2,\"per_cpu\":[10,0,4294967295,0,");
	fake_contains(f.json,
		      "{\"irq\":5,\"name\":\"(no name)\",\"chip\":null,\"total\":4294967315,");
	fake_contains(f.json, "{\"irq\":6,\"name\":null,\"chip\":\"IO-APIC\",\"total\":30,"
			      "\"busiest_cpu\":0,\"per_cpu\":[30,0,0,");
	assert_null(strstr(f.json, "\"irq\":7"));
	fake_contains(f.text, "     5   4294967315  CPU 2    4294967295                         "
			      "(no name)\n"
			      "     4   4294967305  CPU 2    4294967295  IO-APIC                "
			      "eth0, uhci\n"
			      "     6           30  CPU 0            30  IO-APIC                "
			      "(no handler)\n");
}

static void maple_tree(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		fake_init(&f);
		f.order = (enum byte_order)order;
		write_memory(&f);
		open_it();
		fake_run(&f, "interrupts");
		assert_irqs();
		fake_close(&f);
	}
}

/* Before 6.5 an xarray, before 4.20 a radix tree: pointers to nodes end in 10 and 01. */
static void radix_tree(void **state)
{
	(void)state;
	for (unsigned int radix = 0; radix < 2; radix++) {
		start();
		uint64_t array = fake_alloc(&f, 16), inner = fake_alloc(&f, 40 + 64 * 8);
		fake_u64(&f, array + 8, inner + 2 - radix);
		for (unsigned int i = 0; i < IRQS; i++)
			fake_u64(&f, inner + 40 + (4 + i) * 8, desc[i]);
		open_it();
		struct layout *l = &f.kernel.layout;
		l->sparse_irqs = LAYOUT_UNKNOWN;
		l->irq_desc_tree = (int64_t)array;
		*(radix ? &l->radix_root : &l->xarray_head) = 8;
		*(radix ? &l->radix_node_shift : &l->xa_node_shift) = 0;
		*(radix ? &l->radix_node_offset : &l->xa_node_offset) = 1;
		*(radix ? &l->radix_node_parent : &l->xa_node_parent) = 8;
		*(radix ? &l->radix_node_slots : &l->xa_node_slots) = 40;
		*(radix ? &l->radix_node_chunk : &l->xa_node_chunk) = 64;
		fake_run(&f, "interrupts");
		assert_irqs();
		fake_close(&f);
	}
}

/* A node of ranges over LEAVES leaves of 15 interrupts, which are all the same. */
enum { LEAVES = 3, PER_LEAF = 15 };
static void put_wide_tree(struct fake *k)
{
	k->used = ROUND_UP(k->used, 256);
	node = fake_alloc(k, 256);
	fake_u64(k, tree + 8, node | 2 << 3 | 2);
	fake_u64(k, node, tree | 1);
	for (unsigned int n = 0; n < LEAVES; n++) {
		uint64_t leaf = fake_alloc(k, 256), last = n * PER_LEAF + PER_LEAF - 1;
		fake_u64(k, node + 8 + n * 8, n + 1 < LEAVES ? last : UINT64_MAX);
		fake_u64(k, node + 128 + n * 8, leaf | 1 << 3 | 4);
		fake_u64(k, leaf, node | n << 3 | 6);
		for (unsigned int i = 0; i < PER_LEAF; i++) {
			fake_u64(k, leaf + 8 + i * 8, n * PER_LEAF + i);
			fake_u64(k, leaf + 128 + i * 8, desc[0]);
		}
		k->bytes[leaf + 128 + 15 * 8 - FAKE_BASE] = PER_LEAF - 1;
	}
	k->bytes[node + 128 + 15 * 8 - FAKE_BASE] = LEAVES - 1;
}

/* 8192 CPUs: the first 32 interrupts have all their counts, the others the largest. */
static void many_cpus(void **state)
{
	(void)state;
	enum { CPUS = 8192 };
	fake_init(&f);
	tree = fake_alloc(&f, 16);
	put_descs(&f);
	mask = fake_alloc(&f, CPUS / 8);
	fake_u64(&f, mask, 5);
	put_wide_tree(&f);
	open_it();
	f.kernel.layout.cpumask_size = CPUS / 8;
	fake_run(&f, "interrupts");
	fake_assert_outcome(&f, "partial", "too many CPUs and interrupts to show all counts");
	fake_contains(f.json, "{\"irq\":31,\"name\":\"eth0, uhci\",\"chip\":\"IO-APIC\","
			      "\"total\":4294967305,\"busiest_cpu\":2,\"per_cpu\":[10,0,");
	fake_contains(f.json, "{\"irq\":32,\"name\":\"eth0, uhci\",\"chip\":\"IO-APIC\","
			      "\"total\":4294967305,\"busiest_cpu\":2,\"per_cpu\":null}");
	fake_contains(f.json, "{\"irq\":43,");
	fake_close(&f);
}

static void damaged(void **state)
{
	(void)state;
	start();
	uint64_t action = get_u64(f.bytes + (desc[0] + I_ACTION - FAKE_BASE), f.order);
	fake_u64(&f, action + 8, action); /* goes round */
	uint64_t unnamed = get_u64(f.bytes + (desc[1] + I_ACTION - FAKE_BASE), f.order);
	fake_u64(&f, unnamed, 0x1000); /* nothing is there */
	fake_u64(&f, desc[1] + I_COUNTS, UINT64_C(1) << 40);
	fake_u64(&f, node + 128 + 24, 0x1000);
	open_it();
	char names[32];
	assert_true(irq_names(&f.kernel.kmem, desc[0], names, sizeof(names)));
	assert_string_equal(names, "eth0, eth0, eth0, eth0, eth0, e");
	assert_true(irq_names(&f.kernel.kmem, desc[1], names, sizeof(names)));
	assert_string_equal(names, "?");
	fake_run(&f, "interrupts");
	fake_assert_outcome(&f, "partial", "the counts of 2 interrupts cannot be read");
	assert_null(strstr(f.json, "\"irq\":5"));
	f.kernel.layout.cpu_possible_mask = LAYOUT_UNKNOWN;
	fake_run(&f, "interrupts");
	fake_assert_outcome(&f, "failed", "no symbol __cpu_possible_mask");
	f.kernel.layout.sparse_irqs = LAYOUT_UNKNOWN;
	fake_run(&f, "interrupts");
	fake_assert_outcome(&f, "failed", "do not say where its interrupts are");
	fake_close(&f);
	start();
	fake_u64(&f, node, 0);
	open_it();
	fake_run(&f, "interrupts");
	fake_assert_outcome(&f, "partial", "interrupts: ");
	fake_contains(f.json, "\"irqs\":[]");
	fake_close(&f);
}

static void anything(void **state)
{
	(void)state;
	fake_damage("interrupts", write_memory, set_layout);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(maple_tree), cmocka_unit_test(radix_tree),
		cmocka_unit_test(many_cpus),  cmocka_unit_test(damaged),
		cmocka_unit_test(anything),
	};
	return cmocka_run_group_tests_name("report/part_interrupts", tests, NULL, NULL);
}
