// SPDX-License-Identifier: GPL-2.0-or-later
/* Per-CPU addresses and the masks of CPUs, of kernels with and without SMP. */
#include "unit.h"
#include "small_kmem.h"
#include "kernel/percpu.h"

#define BASE UINT64_C(0xffffffff82000000)

static void start(struct small_kmem *k, enum byte_order order)
{
	uint8_t bytes[4096] = {0};
	for (unsigned int cpu = 0; cpu < 100; cpu++)
		put_u64(bytes + cpu * 8, UINT64_C(0xffff888100000000) + cpu * 0x10000, order);
	put_u64(bytes + 0x800, UINT64_C(0x8000000000000005), order); /* possible: 0, 2, 63, 64 */
	put_u64(bytes + 0x808, UINT64_C(0x8001), order);	     /* … and 79 */
	put_u64(bytes + 0x900, UINT64_C(0x4), order);		     /* online: 2 */
	put_u64(bytes + 0x980, UINT64_C(0x8000000000000004), order); /* active: and 63 */
	put_u32(bytes + 0xa00, 70, order);			     /* nr_cpu_ids */
	small_kmem_init(k, order, BASE, bytes, sizeof(bytes));
}

static void addresses(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct small_kmem k;
		uint64_t addr;
		start(&k, (enum byte_order)order);
		k.layout.per_cpu_offset = (int64_t)BASE;
		assert_ok(percpu_addr(&k.k, 0x1f440, 3, &addr)); /* symbols that start at 0 */
		assert_int_equal(addr, UINT64_C(0xffff88810004f440));
		/* or not: the sum wraps */
		assert_ok(percpu_addr(&k.k, UINT64_C(0xffffffff83001000), 1, &addr));
		assert_int_equal(addr, UINT64_C(0xffff888083011000));
		assert_err(percpu_addr(&k.k, 0, 8000, &addr), ERR_MISSING,
			   "__per_cpu_offset[8000]");
		assert_err(percpu_addr(&k.k, 0, 8192, &addr), ERR_MISSING, "no such CPU");
		k.layout.per_cpu_offset = LAYOUT_UNKNOWN;
		assert_ok(percpu_addr(&k.k, BASE + 8, 0, &addr));
		assert_int_equal(addr, BASE + 8);
		assert_err(percpu_addr(&k.k, BASE + 8, 1, &addr), ERR_MISSING, "no such CPU");
		small_kmem_deinit(&k);
	}
}

static void masks(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		struct small_kmem k;
		struct bitmap b;
		start(&k, (enum byte_order)order);
		assert_ok(cpu_mask_read(&k.k, CPUS_ONLINE, &b)); /* no SMP */
		assert_int_equal(b.nbits, 1);
		assert_true(bitmap_test(&b, 0));
		bitmap_deinit(&b);
		k.layout.per_cpu_offset = (int64_t)BASE;
		assert_err(cpu_mask_read(&k.k, CPUS_ONLINE, &b), ERR_MISSING, "__cpu_online_mask");
		k.layout.cpu_possible_mask = (int64_t)(BASE + 0x800);
		k.layout.cpu_online_mask = (int64_t)(BASE + 0x900);
		k.layout.cpumask_size = 16;
		assert_ok(cpu_mask_read(&k.k, CPUS_POSSIBLE, &b));
		assert_int_equal(b.nbits, 128);
		assert_int_equal(bitmap_count(&b, 0, 128), 5);
		assert_true(bitmap_test(&b, 0) && bitmap_test(&b, 2) && bitmap_test(&b, 63));
		assert_true(bitmap_test(&b, 64) && bitmap_test(&b, 79));
		bitmap_deinit(&b);
		k.layout.nr_cpu_ids = (int64_t)(BASE + 0xa00);
		assert_ok(cpu_mask_read(&k.k, CPUS_POSSIBLE, &b));
		assert_int_equal(b.nbits, 70);
		assert_int_equal(bitmap_count(&b, 0, 70), 4);
		bitmap_deinit(&b);
		assert_ok(cpu_mask_read(&k.k, CPUS_ONLINE, &b));
		assert_int_equal(bitmap_next(&b, 0), 2);
		assert_int_equal(bitmap_count(&b, 0, 70), 1);
		bitmap_deinit(&b);
		k.layout.cpu_active_mask = (int64_t)(BASE + 0x980); /* a panic stopped 63 */
		assert_ok(cpu_mask_read(&k.k, CPUS_ONLINE, &b));
		assert_int_equal(bitmap_count(&b, 0, 70), 2);
		assert_true(bitmap_test(&b, 2) && bitmap_test(&b, 63));
		bitmap_deinit(&b);
		assert_ok(cpu_mask_read(&k.k, CPUS_POSSIBLE, &b));
		assert_int_equal(bitmap_count(&b, 0, 70), 4);
		bitmap_deinit(&b);
		k.layout.cpu_active_mask = 0x1000; /* damaged: those online are known */
		assert_ok(cpu_mask_read(&k.k, CPUS_ONLINE, &b));
		assert_int_equal(bitmap_count(&b, 0, 70), 1);
		bitmap_deinit(&b);
		k.layout.cpu_online_mask = 0x1000;
		assert_err(cpu_mask_read(&k.k, CPUS_ONLINE, &b), ERR_MISSING, "mask of CPUs");
		small_kmem_deinit(&k);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(masks),
	};
	return cmocka_run_group_tests_name("kernel/percpu", tests, NULL, NULL);
}
