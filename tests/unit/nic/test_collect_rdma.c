// SPDX-License-Identifier: GPL-2.0-or-later
/* What is recorded of the RDMA objects of an mlx5 device, with a kernel that is made up. */
#include "nic/nic_unit.h"

#include "nic/live/collect_rdma.h"
#include "nic/rdma_unit.h"

#define DEVICE "0000:00:03.0"

static bool mlx5;

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)s;
	nic_rdma_device(&rdma_unit_answers, root, "mlx5_0", mlx5, o);
}

/* Runs it in a child, as the collector does. */
static void run(struct nic_bench *b, bool is_mlx5)
{
	static struct nic_collector c = {
		.name = "rdma",
		.subjects = NIC_PCI,
		.stages = NIC_ANY_STAGE,
		.deadline = 10,
		.collect = collect,
	};
	mlx5 = is_mlx5;
	bench_open(b, "virtio");
	nic_run_collector(&b->run, &c);
}

static int reset(void **state)
{
	(void)state;
	memset(&rdma_unit, 0, sizeof(rdma_unit));
	return 0;
}

static void test_contexts(void **state)
{
	(void)state;
	struct nic_bench b;
	run(&b, true);
	const char *values = bench_values(&b, DEVICE);
	assert_outcome(bench_item(&b, DEVICE, "RES_GET qp mlx5_0"), NIC_OK);
	assert_outcome(bench_item(&b, DEVICE, "RES_GET_RAW qp mlx5_0"), NIC_OK);
	assert_outcome(bench_item(&b, DEVICE, "RES_GET_RAW mr mlx5_0"), NIC_OK);
	assert_contains(values, "\"mlx5_0/qp\": [");
	assert_contains(values, "\"mlx5_0/cm_id\": [");
	/* the special queue pair by the number that has its port in it; where its bytes are */
	assert_contains(values, "\"number\": 33554433");
	assert_contains(values, "\"section\": \"qpc\"");
	assert_contains(values, "\"section\": \"cqc\"");
	assert_contains(values, "\"section\": \"mkc\"");
	assert_contains(values, "\"at\": 656");
	struct buf raw = bench_file(&b, "/" DEVICE "/live/rdma-mlx5_0-qp.raw");
	assert_int_equal(raw.len, 3 * RDMA_UNIT_DUMP);
	/* the second's context, from its place on */
	assert_memory_equal(raw.data + RDMA_UNIT_DUMP + 0x4c, "\x30\x00\x00\x2a", 4);
	buf_deinit(&raw);
	bench_close(&b);
}

static void test_device(void **state)
{
	(void)state;
	struct nic_bench b;
	run(&b, true);
	const char *values = bench_values(&b, DEVICE);
	assert_contains(values, "\"mlx5_0/device\": {");
	assert_contains(values, "\"node_guid\": \"0xb8599f0300abcdef\"");
	assert_contains(values, "\"firmware\": \"16.35.2000\"");
	assert_contains(values, "\"node_type\": \"ca\"");
	assert_contains(values, "\"mlx5_0/ports\": [");
	assert_contains(values, "\"physical_state\": \"DISABLED\"");
	assert_contains(values, "\"interface\": \"eth0\"");
	assert_contains(values, "\"mlx5_0/counters/1\": {");
	assert_contains(values, "\"out_of_sequence\": 77");
	assert_outcome(bench_item(&b, DEVICE, "STAT_GET mlx5_0 port 1"), NIC_OK);
	assert_outcome(bench_item(&b, DEVICE, "STAT_GET mlx5_0 port 2"), NIC_ABSENT);
	struct buf raw = bench_file(&b, "/" DEVICE "/live/rdma-mlx5_0-counters.1.netlink");
	assert_true(raw.len > 0);
	buf_deinit(&raw);
	bench_close(&b);
}

/* Contexts that are not there, and objects that are gone, are facts. */
static void test_absent(void **state)
{
	(void)state;
	struct nic_bench b;
	rdma_unit.gone = 0x2a;
	run(&b, false);
	assert_outcome(bench_item(&b, DEVICE, "RES_GET_RAW cq"), NIC_OK);
	assert_lacks(bench_values(&b, DEVICE), "\"section\"");
	struct buf raw = bench_file(&b, "/" DEVICE "/live/rdma-mlx5_0-cq.raw");
	assert_int_equal(raw.len, 2 * RDMA_UNIT_DUMP);
	buf_deinit(&raw);
	bench_close(&b);
	rdma_unit.raw_errno = EINVAL;
	run(&b, true);
	assert_outcome(bench_item(&b, DEVICE, "RES_GET_RAW qp"), NIC_ABSENT);
	assert_contains(bench_item(&b, DEVICE, "RES_GET_RAW qp")->text, "the driver gives none");
	assert_outcome(bench_item(&b, DEVICE, "RES_GET qp"), NIC_OK);
	bench_close(&b);
	rdma_unit.objects_errno = EINVAL;
	run(&b, true);
	assert_outcome(bench_item(&b, DEVICE, "RES_GET ctx"), NIC_ABSENT);
	assert_outcome(bench_item(&b, DEVICE, "RES_GET_RAW cq"), NIC_ABSENT);
	bench_close(&b);
}

static void test_errors(void **state)
{
	(void)state;
	struct nic_bench b;
	rdma_unit.raw_errno = EPERM;
	run(&b, true);
	assert_outcome(bench_item(&b, DEVICE, "RES_GET_RAW qp"), NIC_ERROR);
	bench_close(&b);
	/* a dump that firmware cut is kept, and said to be cut */
	rdma_unit.raw_errno = 0;
	rdma_unit.cut = true;
	run(&b, true);
	assert_outcome(bench_item(&b, DEVICE, "RES_GET_RAW qp"), NIC_OK);
	assert_contains(bench_values(&b, DEVICE), "\"truncated_at\": 48");
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_contexts, reset),
		cmocka_unit_test_setup(test_device, reset),
		cmocka_unit_test_setup(test_absent, reset),
		cmocka_unit_test_setup(test_errors, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
