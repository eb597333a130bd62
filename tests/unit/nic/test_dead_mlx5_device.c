// SPDX-License-Identifier: GPL-2.0-or-later
/* What an mlx5 device has besides its queues, in a made-up kernel: statistics of commands, the
 * embedded switch, health reporters, traces that the driver saved. */
#include "nic/dead_drivers.h"
#include "nic/mlx5_net.h"

static struct world w;
static struct net_world n;
static struct mlx5_world x;

static void start(void)
{
	world_init(&w);
	net_structs(&w);
	mlx5_kernel_structs(&w);
	mlx5_structs(&w);
	net_machine(&w, &n);
	mlx5_interface(&w, &n, &x);
	mlx5_device(&w, &x);
}

static void show(void)
{
	struct layout l = with_xarray();
	world_show(&w, &l);
}

static void test_device(void **state)
{
	(void)state;
	start();
	show();
	world_has(w.json,
		  "\"stuck\":true,\"waited_for\":true,\"issued_ns\":4711,\"polling\":false");
	world_has(w.json,
		  "\"commands\":[{\"opcode\":\"0x0\",\"n\":17,\"sum_ns\":5000,\"failed\":2");
	world_has(w.json, "\"reporters\":[{\"name\":\"fw_fatal\",\"failed\":null,\"errors\":4");
	world_has(w.json, "\"eswitch\":{\"mode\":\"offloads\",\"total_vports\":0");
	world_has(w.json,
		  "\"vports\":[{\"vport\":3,\"enabled\":false,\"mac\":\"00:00:00:00:00:00\","
		  "\"vlan\":200,\"qos\":null,\"link_state\":\"disable\"");
	world_has(w.json, "\"vf\":[{\"enabled\":false,\"port_guid\":null,\"node_guid\":\"0x1234\"");
	world_has(w.json, "\"saved\":2");
	world_deinit(&w);
}

/* People are told of operations that failed only. */
static void test_failures(void **state)
{
	(void)state;
	start();
	show();
	world_has(w.text, "failed 2");
	world_deinit(&w);
	start();
	world_u64(&w, x.stats + 16, 0);
	show();
	world_has(w.json, "\"failed\":0");
	world_lacks(w.text, "failed 0");
	world_deinit(&w);
}

/* The saved traces are a file: oldest first, and nothing in it that a terminal would obey. */
static void test_saved_traces(void **state)
{
	(void)state;
	char *directory = unit_mkdtemp(), path[256], text[256] = "";
	start();
	w.options.output = directory;
	show();
	snprintf(path, sizeof(path), "%s/eth0/fwsaved.txt", directory);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	assert_string_equal(text, "0x0000000000000050 0 0x00 older?\n"
				  "0x0000000000000051 0 0x00 newer\n");
	unit_rmdir(directory);
	world_deinit(&w);
}

/* A queue of every kind, each once, with its completion queue. */
static void test_queues(void **state)
{
	(void)state;
	static const char *const names[] = {"eq-comp-7", "eq-cmd",  "sq-0-0",  "sq-0-0-cq",
					    "rq-0",	 "rq-0-cq", "xdpsq-0", "xdpsq-0-cq"};
	start();
	show();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char key[40];
		snprintf(key, sizeof(key), "\"name\":\"%s\",", names[i]);
		world_has(w.json, key);
		assert_null(strstr(strstr(w.json, key) + 1, key));
	}
	world_lacks(w.json, "\"name\":\"icosq-0\""); /* it has no number */
	world_deinit(&w);
}

static void test_damage(void **state)
{
	(void)state;
	uint64_t seed = 17;
	for (int round = 0; round < 400; round++) {
		start();
		world_damage(&w, &seed, 1 + round % 7);
		show();
		world_has(w.json, "\"complete\":true");
		world_deinit(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device),	     cmocka_unit_test(test_failures),
		cmocka_unit_test(test_saved_traces), cmocka_unit_test(test_queues),
		cmocka_unit_test(test_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
