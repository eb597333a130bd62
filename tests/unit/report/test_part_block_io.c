// SPDX-License-Identifier: GPL-2.0-or-later
/* Disks and their requests: both ways to the disks, shared tags, stale requests, ages, damage. */
#include "fake_kernel.h"

/* Offsets in the fake structs. */
enum { SUB_ENTRY = 0, SUB_CLASS = 16, SUB_DEVICES = 24, SUB_SIZE = 40 };
enum { DP_KNODE = 0, DP_DEVICE = 16, DP_SIZE = 24 };
enum { B_DISK = 0, B_STATS = 8, B_DEVICE = 16, B_SIZE = 24 };
enum { G_PART0 = 0, G_QUEUE = 8, G_NAME = 16, G_SIZE = 48 };
enum { Q_OPS = 0, Q_SET = 8, Q_SIZE = 16 };
enum { SET_TAGS = 0, SET_N = 8, SET_SIZE = 16 };
enum { TAGS_N = 0, TAGS_RQS = 8, TAGS_SIZE = 16, NR_TAGS = 4 };
enum {
	R_Q = 0,
	R_FLAGS = 8,
	R_TAG = 12,
	R_BYTES = 16,
	R_STATE = 20,
	R_SECTOR = 24,
	R_START = 32,
	R_SIZE = 40
};
enum { TK_SHIFT = 0, TK_NSEC = 8, TK_BASE = 16 };

#define SECOND UINT64_C(1000000000)

static struct fake f;
static uint64_t class, set_of_classes, subsys, device_private, percpu, offsets, mask, tk_core;
static uint64_t disk[3], tag_set, tags[2], request[8], stats;

static void put_device(struct fake *k, uint64_t device)
{
	device_private = fake_alloc(k, DP_SIZE);
	fake_list_add(k, subsys + SUB_DEVICES, device_private + DP_KNODE);
	fake_u64(k, device_private + DP_DEVICE, device);
}

/* A disk, its block_device with the device, and a partition. */
static void put_disk(struct fake *k, int i, const char *name, uint64_t set)
{
	uint64_t whole = fake_alloc(k, B_SIZE), part = fake_alloc(k, B_SIZE);
	uint64_t queue = fake_alloc(k, Q_SIZE);
	disk[i] = fake_alloc(k, G_SIZE);
	fake_u64(k, whole + B_DISK, disk[i]);
	fake_u64(k, part + B_DISK, disk[i]);
	fake_u64(k, disk[i] + G_PART0, whole);
	fake_u64(k, disk[i] + G_QUEUE, queue);
	fake_text(k, disk[i] + G_NAME, name);
	fake_u64(k, queue + Q_OPS, set);
	fake_u64(k, queue + Q_SET, set);
	fake_u64(k, whole + B_STATS, stats);
	put_device(k, part + B_DEVICE);
	put_device(k, whole + B_DEVICE);
}

static void put_request(struct fake *k, int i, int disk_of, uint32_t tag, uint32_t state,
			uint32_t op)
{
	uint64_t rq = request[i];
	fake_u64(k, rq + R_Q, get_u64(k->bytes + (disk[disk_of] + G_QUEUE - FAKE_BASE), k->order));
	fake_u32(k, rq + R_FLAGS, op | 0x800);
	fake_u32(k, rq + R_TAG, tag);
	fake_u32(k, rq + R_BYTES, 512u << i);
	fake_u32(k, rq + R_STATE, state);
	fake_u64(k, rq + R_SECTOR, 1000 + (uint64_t)i);
	fake_u64(k, rq + R_START, (uint64_t)(90 + i) * SECOND);
}

/* vda and vdb share tags of two hardware queues; dm-0 has none. */
static void write_memory(struct fake *k)
{
	class = fake_alloc(k, 8);
	uint64_t kset = fake_alloc(k, 16), other = fake_alloc(k, SUB_SIZE);
	set_of_classes = fake_alloc(k, 8);
	subsys = fake_alloc(k, SUB_SIZE);
	fake_u64(k, set_of_classes, kset);
	fake_list(k, kset);
	fake_list_add(k, kset, other + SUB_ENTRY);
	fake_list_add(k, kset, subsys + SUB_ENTRY);
	fake_u64(k, other + SUB_CLASS, class + 8);
	fake_u64(k, subsys + SUB_CLASS, class);
	fake_list(k, subsys + SUB_DEVICES);
	percpu = fake_alloc(k, 0x40);
	offsets = fake_alloc(k, 16);
	mask = fake_alloc(k, 8);
	fake_u64(k, mask, 3);
	fake_u64(k, offsets, percpu);
	fake_u64(k, offsets + 8, percpu + 0x20);
	stats = 8; /* in_flight of read, write: 5 - 2 reads, 1 + 0 writes */
	fake_u64(k, percpu + 8, 5);
	fake_u64(k, percpu + 16, 1);
	fake_u64(k, percpu + 0x28, (uint64_t)-2);
	tag_set = fake_alloc(k, SET_SIZE);
	uint64_t array = fake_alloc(k, 16);
	fake_u64(k, tag_set + SET_TAGS, array);
	fake_u32(k, tag_set + SET_N, 2);
	for (int i = 0; i < 2; i++) {
		uint64_t rqs = fake_alloc(k, NR_TAGS * 8);
		tags[i] = fake_alloc(k, TAGS_SIZE);
		fake_u64(k, array + (uint64_t)i * 8, tags[i]);
		fake_u32(k, tags[i] + TAGS_N, NR_TAGS);
		fake_u64(k, tags[i] + TAGS_RQS, rqs);
		for (int n = 0; n < NR_TAGS; n++) {
			request[i * NR_TAGS + n] = fake_alloc(k, R_SIZE);
			fake_u64(k, rqs + (uint64_t)n * 8, request[i * NR_TAGS + n]);
		}
	}
	put_disk(k, 0, "vda", tag_set);
	put_disk(k, 1, "vdb", tag_set);
	put_disk(k, 2, "dm-0", 0);
	put_request(k, 0, 0, 0, 1, 1);
	put_request(k, 1, 0, 1, 0, 1);		/* idle */
	put_request(k, 2, 0, UINT32_MAX, 1, 0); /* its tag is given back */
	put_request(k, 3, 1, 3, 2, 9);
	put_request(k, 4, 0, 0, 1, 2);
	put_request(k, 6, 1, 2, 77, 0); /* in no state that there is */
	fake_u64(k, request[4] + R_SECTOR, UINT64_MAX);
	tk_core = fake_alloc(k, 40);
	fake_u32(k, tk_core + 8 + TK_SHIFT, 4);
	fake_u64(k, tk_core + 8 + TK_NSEC, SECOND / 2 << 4);
	fake_u64(k, tk_core + 8 + TK_BASE, 99 * SECOND);
}

static void set_layout(struct fake *k)
{
	struct layout *l = &k->kernel.layout;
	l->block_class = (int64_t) class;
	l->class_kset = (int64_t)set_of_classes;
	l->kset_list = 0;
	l->subsys_entry = SUB_ENTRY;
	l->subsys_class = SUB_CLASS;
	l->subsys_devices = SUB_DEVICES;
	l->device_private_knode = DP_KNODE;
	l->device_private_device = DP_DEVICE;
	l->bdev_device = B_DEVICE;
	l->bdev_disk = B_DISK;
	l->bdev_stats = B_STATS;
	l->disk_part0 = G_PART0;
	l->disk_name = G_NAME;
	l->disk_queue = G_QUEUE;
	l->disk_stats_in_flight = 0;
	l->queue_mq_ops = Q_OPS;
	l->queue_tag_set = Q_SET;
	l->tag_set_tags = SET_TAGS;
	l->tag_set_nr_hw_queues = SET_N;
	l->tags_nr_tags = TAGS_N;
	l->tags_rqs = TAGS_RQS;
	l->request_queue = R_Q;
	l->request_flags = R_FLAGS;
	l->request_tag = R_TAG;
	l->request_bytes = R_BYTES;
	l->request_state = R_STATE;
	l->request_sector = R_SECTOR;
	l->request_start = R_START;
	l->tk_core = (int64_t)tk_core;
	l->timekeeper_mono_shift = TK_SHIFT;
	l->timekeeper_mono_ns = TK_NSEC;
	l->timekeeper_mono = TK_BASE;
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

static void requests_in_flight(void **state)
{
	(void)state;
	start();
	open_it();
	fake_run(&f, "block_io");
	fake_assert_outcome(&f, "ok", "");
	fake_contains(f.json,
		      "\"queues\":[{\"disk\":\"dm-0\",\"inflight\":4,\"requests\":[]},"
		      "{\"disk\":\"vda\",\"inflight\":2,\"requests\":["
		      "{\"op\":\"WRITE\",\"sector\":1000,\"bytes\":512,\"age_seconds\":9.500},"
		      "{\"op\":\"FLUSH\",\"sector\":null,\"bytes\":8192,\"age_seconds\":5.500}]},"
		      "{\"disk\":\"vdb\",\"inflight\":1,\"requests\":["
		      "{\"op\":\"op 9\",\"sector\":1003,\"bytes\":4096,\"age_seconds\":6.500}]}]");
	fake_contains(f.text,
		      "dm-0: 4 in flight\n"
		      "vda: 2 in flight\n"
		      "  WRITE                512 bytes at sector 1000           for 9.500 s\n");
	fake_close(&f);
}

/* The same set behind both hardware queues: each request once. */
static void shared_tags(void **state)
{
	(void)state;
	start();
	uint64_t array = get_u64(f.bytes + (tag_set + SET_TAGS - FAKE_BASE), f.order);
	fake_u64(&f, array + 8, tags[0]);
	open_it();
	fake_run(&f, "block_io");
	fake_contains(f.json, "{\"disk\":\"vda\",\"inflight\":1,");
	fake_close(&f);
}

/* Before 6.4 the class points to its devices; before 5.11 the disk is in its first partition. */
static void older_kernels(void **state)
{
	(void)state;
	start();
	fake_u64(&f, class, subsys);
	open_it();
	f.kernel.layout.class_private = 0;
	f.kernel.layout.class_kset = LAYOUT_UNKNOWN;
	fake_run(&f, "block_io");
	fake_contains(f.json, "{\"disk\":\"vda\",\"inflight\":2,");
	fake_close(&f);

	/* the device in a disk: a type at 0, then the node; two devices, one of a partition */
	fake_init(&f);
	write_memory(&f);
	uint64_t old = fake_alloc(&f, 128), part = fake_alloc(&f, 32);
	fake_u64(&f, class, subsys);
	fake_list(&f, subsys + SUB_DEVICES);
	fake_list_add(&f, subsys + SUB_DEVICES, part + 8);
	fake_list_add(&f, subsys + SUB_DEVICES, old + 64 + 8);
	fake_u64(&f, old + 64, class + 4);
	fake_u64(&f, part, class + 5);
	fake_text(&f, old + G_NAME, "sda");
	open_it();
	struct layout *l = &f.kernel.layout;
	l->class_private = 0;
	l->device_private_knode = l->bdev_device = l->disk_queue = LAYOUT_UNKNOWN;
	l->device_knode = 8;
	l->device_type = 0;
	l->disk_type = (int64_t) class + 4;
	l->disk_part0_device = 64;
	fake_run(&f, "block_io");
	fake_contains(f.json, "\"queues\":[{\"disk\":\"sda\",\"inflight\":null,\"requests\":[]}]");
	fake_contains(f.text, "not known: sda\n");
	fake_close(&f);
}

/* No clock: no ages. No types of requests: counts only. */
static void less_is_known(void **state)
{
	(void)state;
	start();
	open_it();
	f.kernel.layout.tk_core = LAYOUT_UNKNOWN;
	fake_run(&f, "block_io");
	fake_assert_outcome(&f, "ok", "");
	fake_contains(f.json, "\"bytes\":512,\"age_seconds\":null}");
	f.kernel.layout.request_state = LAYOUT_UNKNOWN;
	fake_run(&f, "block_io");
	fake_assert_outcome(&f, "partial", "they are only counted");
	fake_contains(f.json, "{\"disk\":\"vda\",\"inflight\":4,\"requests\":[]}");
	f.kernel.layout.disk_stats_in_flight = LAYOUT_UNKNOWN;
	fake_run(&f, "block_io");
	fake_contains(f.text, "not known: dm-0 vda vdb\n");
	f.kernel.layout.block_class = LAYOUT_UNKNOWN;
	fake_run(&f, "block_io");
	fake_assert_outcome(&f, "failed", "do not say where its disks are");
	fake_close(&f);
}

static void damaged(void **state)
{
	(void)state;
	start();
	fake_u32(&f, tag_set + SET_N, UINT32_MAX);
	fake_u64(&f, disk[1] + G_PART0, 0x1000);
	fake_u64(&f, device_private + DP_DEVICE, 0); /* dm-0 */
	open_it();
	fake_run(&f, "block_io");
	fake_assert_outcome(&f, "partial", "1 devices cannot be read");
	fake_contains(f.json, "\"queues\":[{\"disk\":\"vda\",\"inflight\":4,\"requests\":[]}]");
	fake_close(&f);
	start();
	fake_u32(&f, tags[0] + TAGS_N, UINT32_MAX);
	fake_u64(&f, request[4] + R_START, UINT64_MAX);
	fake_u64(&f, subsys + SUB_CLASS, 0);
	open_it();
	fake_run(&f, "block_io");
	fake_assert_outcome(&f, "failed", "there is no class of disks");
	f.kernel.layout.class_private = 0;
	fake_run(&f, "block_io");
	fake_assert_outcome(&f, "failed", "the class of disks cannot be read");
	fake_close(&f);
	start();
	fake_u32(&f, tags[0] + TAGS_N, UINT32_MAX);
	fake_u64(&f, request[4] + R_START, UINT64_MAX);
	open_it();
	fake_run(&f, "block_io");
	fake_contains(f.json, "{\"disk\":\"vda\",\"inflight\":1,\"requests\":[{\"op\":\"FLUSH\","
			      "\"sector\":null,\"bytes\":8192,\"age_seconds\":null}]}");
	fake_close(&f);
}

static void anything(void **state)
{
	(void)state;
	fake_damage("block_io", write_memory, set_layout);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_in_flight),
		cmocka_unit_test(shared_tags),
		cmocka_unit_test(older_kernels),
		cmocka_unit_test(less_is_known),
		cmocka_unit_test(damaged),
		cmocka_unit_test(anything),
	};
	return cmocka_run_group_tests_name("report/part_block_io", tests, NULL, NULL);
}
