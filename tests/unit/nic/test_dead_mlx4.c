// SPDX-License-Identifier: GPL-2.0-or-later
/* mlx4's structs in a made-up kernel: rings that go over their end, events in pages, a command that
 * waits, who has which resource. */
#include "nic/dead_drivers.h"
#include "nic/mlx4_net.h"

static struct world w;
static struct net_world n;
static struct mlx4_world x;

static void start(void)
{
	world_init(&w);
	net_structs(&w);
	mlx4_structs(&w);
	net_machine(&w, &n);
	mlx4_interface(&w, &n, &x);
}

static void show(void)
{
	struct layout l = mlx4_layout(with_xarray());
	world_show(&w, &l);
}

static void test_rings(void **state)
{
	(void)state;
	start();
	show();
	world_has(w.json, "\"board\":\"BOARD4\"");
	world_has(w.json, "\"name\":\"tx-0\",\"qpn\":577,\"qp_state\":\"RTS\"");
	world_has(w.json, "\"prod\":1,\"cons\":4294967293");
	world_has(w.json, "\"in_flight\":4,\"requests\":[{\"index\":5,");
	/* the second request's fourth entry is at the ring's beginning */
	world_has(w.json, "\"byte_count\":1797");
	world_has(w.json, "{\"index\":7,");
	world_has(w.json, "\"byte_count\":1799");
	world_lacks(w.json, "\"index\":6,\"sections\"");
	world_has(w.json, "\"qp_context\":[{\"section\":\"QP context\",\"state\":3,"
			  "\"state_name\":\"RTS\"");
	world_has(w.json, "\"name\":\"tx-0-cq\",\"cqn\":129,\"cons_index\":6");
	world_has(w.json, "\"size\":4,\"done_not_processed\":3,\"completions\":[{\"index\":2,");
	world_has(w.json, "\"name\":\"rx-0\"");
	world_has(w.json, "\"posted\":3,\"elements\":[{\"index\":2,");
	world_has(w.json, "\"name\":\"rx-0-cq\",\"cqn\":130");
	world_has(w.json, "\"done_not_processed\":0,\"completions\":[]");
	world_deinit(&w);
}

static void test_events_and_commands(void **state)
{
	(void)state;
	start();
	show();
	world_has(w.json, "\"name\":\"eq-0\",\"eqn\":4");
	world_has(w.json, "\"size\":256,\"pending\":3,\"pending_events\":[{\"index\":126,");
	/* the third is in the second page */
	world_has(w.json, "{\"index\":128,\"sections\":[{\"section\":\"EQE\",\"type\":4,"
			  "\"type_name\":\"CQ_ERROR\"");
	world_has(w.json,
		  "\"waiting\":1,\"contexts\":[{\"index\":0,\"waiting\":false,\"token\":16");
	world_has(w.json, "{\"index\":1,\"waiting\":true,\"token\":17");
	world_has(w.json, "{\"index\":2,\"waiting\":false,\"token\":18");
	world_deinit(&w);
	/* a list of free ones that is a circle ends */
	start();
	world_set(&w, x.contexts + 48, MLX4, "mlx4_cmd_context", "next", 0);
	show();
	world_has(w.json, "\"waiting\":1,\"contexts\"");
	world_deinit(&w);
}

static void test_functions(void **state)
{
	(void)state;
	start();
	show();
	world_has(w.json, "\"functions\":[{\"function\":0,\"active\":true,\"last_cmd\":5");
	world_has(w.json, "\"resources\":[{\"kind\":\"QP\",\"id\":\"0x240\",\"function\":3,"
			  "\"state\":\"hw\",\"removing\":false},{\"kind\":\"QP\",\"id\":\"0x241\","
			  "\"function\":3,\"state\":\"busy\"");
	world_deinit(&w);
	/* a node that is its own child is not shown twice */
	start();
	world_u64(&w, x.first + 8, x.first);
	show();
	world_has(w.json, "\"id\":\"0x240\"");
	world_lacks(w.json, "\"id\":\"0x241\"");
	world_has(w.json, "the resources of a kind");
	world_deinit(&w);
}

/* Sizes that no ring has: nothing is read, and it is said. */
static void test_sizes(void **state)
{
	(void)state;
	start();
	world_set(&w, x.tx, MLX4_EN, "mlx4_en_tx_ring", "size", 0x80000000);
	world_set(&w, x.rx, MLX4_EN, "mlx4_en_rx_ring", "stride", 3);
	world_set(&w, x.core + 160, MLX4, "mlx4_caps", "eqe_size", 0xffffffff);
	world_set(&w, x.core + 8, MLX4, "mlx4_cmd", "max_cmds", 0x7fffffff);
	show();
	world_has(w.text, "memory its size makes no sense");
	world_lacks(w.json, "\"in_flight\"");
	world_lacks(w.json, "\"posted\"");
	world_lacks(w.json, "\"pending\"");
	world_has(w.text, "contexts damaged");
	world_deinit(&w);
	start();
	world_set(&w, x.tx, MLX4_EN, "mlx4_en_tx_ring", "prod", 500);
	show();
	world_has(w.json, "\"in_flight\":503,\"indices_damaged\":true");
	world_deinit(&w);
}

static void test_damage(void **state)
{
	(void)state;
	uint64_t seed = 11;
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
		cmocka_unit_test(test_rings),	  cmocka_unit_test(test_events_and_commands),
		cmocka_unit_test(test_functions), cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
