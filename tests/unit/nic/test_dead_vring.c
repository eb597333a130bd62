// SPDX-License-Identifier: GPL-2.0-or-later
/* virtio_net's rings, split and packed, as kernels have had them; and devlink's dumps. */
#include "nic/dead_drivers.h"

static struct world w;
static struct net_world n;

static void start(enum generation g, bool is_packed)
{
	net_structs(&w);
	virtio_structs(&w, g);
	virtio_module(&w);
	net_machine(&w, &n);
	write_queue(&w, &n, g, is_packed);
}

static void check_split(void)
{
	world_has(w.json, "\"last_used_idx\":65535,\"avail_idx\":1,\"used_idx\":0,\"used_flags\":0,"
			  "\"in_flight\":1,\"done_not_cleaned\":1");
	world_has(w.json, "\"descriptors\":[{\"index\":2,\"bus_addr\":\"0x7f000\",\"len\":54,"
			  "\"flags\":\"0x1\",\"next\":3},{\"index\":3,\"bus_addr\":\"0x80000\","
			  "\"len\":1448,\"flags\":\"0x0\"}]");
}

static void test_split(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		world_init(&w);
		w.order = order ? ORDER_BE : ORDER_LE;
		start(PACKED_BOOL, false);
		write_split(&w);
		world_show(&w, NULL);
		world_has(w.json, "\"queue\":\"tx-0\"");
		world_has(w.json, "\"layout\":\"split\",\"name\":\"output.0\"");
		check_split();
		/* no descriptor is free; a frame has several */
		world_has(w.json, "\"tx-0 is full: of 4 the adapter has 3, 1 are done and not");
		world_lacks(w.json, "broken\"]");
		/* the receive queue's pointer is NULL */
		world_has(w.json, "\"queue\":\"rx-0\",\"virtqueue\":null");
		world_deinit(&w);
	}
}

/* The device is gone, or did what it must not. */
static void test_broken(void **state)
{
	(void)state;
	world_init(&w);
	start(PACKED_BOOL, false);
	write_split(&w);
	world_set(&w, vvq, NULL, "vring_virtqueue", "broken", 1);
	world_set(&w, vvq + 88, NULL, "virtqueue", "num_free", 2);
	world_show(&w, NULL);
	world_has(w.json, "\"wrong\":[\"driver, tx-0: broken\"]");
	world_has(w.json, "\"num_free\":2,\"broken\":true");
	world_deinit(&w);
}

/* A chain that bites its tail is as long as the program allows, no longer. */
static void test_circle(void **state)
{
	(void)state;
	world_init(&w);
	start(PACKED_BOOL, false);
	write_split(&w);
	uint64_t descs = get_u64(world_at(&w, vvq + 16), w.order);
	desc(&w, descs + 3 * 16, 0x80000, 1448, VRING_NEXT, 2);
	world_show(&w, NULL);
	world_has(w.json, "\"complete\":true");
	world_deinit(&w);
}

static void check_packed(void)
{
	world_has(w.json, "\"next_avail_idx\":1,\"avail_wrap\":false,\"last_used_idx\":3,"
			  "\"used_wrap\":true");
	world_has(w.json, "\"descriptors\":[{\"index\":3,\"bus_addr\":\"0x1000\",\"len\":60,"
			  "\"flags\":\"0x8080\",\"owner\":\"used\",\"id\":3},{\"index\":0,"
			  "\"bus_addr\":\"0x2000\",\"len\":61,\"flags\":\"0x8000\","
			  "\"owner\":\"device\",\"id\":0}],\"in_flight\":1,\"done_not_cleaned\":1");
}

static void test_packed(void **state)
{
	(void)state;
	world_init(&w);
	start(PACKED_BOOL, true);
	write_packed(&w);
	world_show(&w, NULL);
	world_has(w.json, "\"layout\":\"packed\"");
	check_packed();
	world_deinit(&w);
}

static void test_layout_is_an_enum(void **state)
{
	(void)state;
	world_init(&w);
	start(LAYOUT_ENUM, true);
	write_packed(&w);
	world_show(&w, NULL);
	world_has(w.json, "\"layout\":\"VQ_LAYOUT_PACKED\"");
	check_packed();
	world_deinit(&w);
	world_init(&w);
	start(LAYOUT_ENUM, false);
	write_split(&w);
	world_show(&w, NULL);
	world_has(w.json, "\"layout\":\"VQ_LAYOUT_SPLIT\"");
	check_split();
	world_deinit(&w);
}

static void test_damage(void **state)
{
	(void)state;
	uint64_t seed = 815;
	for (int round = 0; round < 400; round++) {
		world_init(&w);
		start(round % 4 < 2 ? PACKED_BOOL : LAYOUT_ENUM, round % 2);
		round % 2 ? write_packed(&w) : write_split(&w);
		world_damage(&w, &seed, 1 + round % 5);
		world_show(&w, NULL);
		world_has(w.json, "\"complete\":true");
		world_deinit(&w);
	}
}

static void test_devlink(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		char *directory = unit_mkdtemp(), path[256];
		struct layout l = with_xarray();
		struct stat st;
		world_init(&w);
		w.order = order ? ORDER_BE : ORDER_LE;
		net_structs(&w);
		devlink_structs(&w);
		net_machine(&w, &n);
		write_devlink(&w, &n);
		w.options.output = directory;
		world_show(&w, &l);
		world_has(w.json, "\"bus\":\"pci\",\"device\":\"0000:08:00.0\"");
		world_has(w.json, "\"name\":\"fw_fatal\",\"state\":\"error\",\"errors\":2");
		world_has(w.json, "\"wrong\":[\"devlink reporter fw_fatal: state error\"]");
		world_has(w.json,
			  "\"dump\":{\"value\":{\"syndrome\":1234,\"crdump_data\":{\"binary_at\":0,"
			  "\"bytes\":40}}}");
		world_has(w.json, "\"file\":\"devlink-pci-0000:08:00.0/fw_fatal-3.bin\"");
		snprintf(path, sizeof(path), "%s/devlink-pci-0000:08:00.0/fw_fatal.dump.bin",
			 directory);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size, 40);
		unit_rmdir(directory);
		world_deinit(&w);
	}
}

static void test_devlink_damage(void **state)
{
	(void)state;
	uint64_t seed = 99;
	struct layout l = with_xarray();
	for (int round = 0; round < 400; round++) {
		world_init(&w);
		net_structs(&w);
		devlink_structs(&w);
		net_machine(&w, &n);
		write_devlink(&w, &n);
		world_damage(&w, &seed, 1 + round % 5);
		world_show(&w, &l);
		world_has(w.json, "\"complete\":true");
		world_deinit(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_layout_is_an_enum),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_devlink),
		cmocka_unit_test(test_devlink_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
