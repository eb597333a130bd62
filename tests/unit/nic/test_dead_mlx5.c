// SPDX-License-Identifier: GPL-2.0-or-later
/* mlx5_core's structs in a made-up kernel: a command that firmware never answered, events that
 * wait. */
#include "nic/dead_net.h"

static struct world w;
static struct net_world n;

#define M "mlx5_core"

static const struct world_member list[] = {{"buf", "*u8", 0}, {"map", "u64", 8}, {0}};
static const struct world_member fbc[] = {
	{"frags", "*mlx5_buf_list", 0}, {"sz_m1", "u32", 8},
	{"frag_sz_m1", "u16", 12},	{"strides_offset", "u16", 14},
	{"log_sz", "u8", 16},		{"log_stride", "u8", 17},
	{"log_frag_strides", "u8", 18}, {0}};
static const struct world_member eq[] = {
	{"fbc", "frag_buf_ctrl", 0}, {"cons_index", "u32", 24}, {"eqn", "u8", 28}, {0}};
static const struct world_member eq_async[] = {{"core", "mlx5_eq", 0}, {0}};
static const struct world_member eq_table[] = {{"async_eq", "mlx5_eq_async", 0}, {0}};
static const struct world_member health[] = {{"synd", "u8", 0}, {"fatal_error", "u32", 4}, {0}};
static const struct world_member dev_priv[] = {
	{"eq_table", "*mlx5_eq_table", 0}, {"health", "core_health", 8}, {0}};
static const struct world_member vars[] = {{"log_sz", "u8", 0}, {"log_stride", "u8", 1}, {0}};
static const struct world_member cmd[] = {{"cmd_buf", "*u8", 0}, {"vars", "cmd_vars", 8}, {0}};
static const struct world_member mdev[] = {
	{"cmd", "mlx5_cmd", 0}, {"priv", "mlx5_priv", 16}, {"state", "u32", 32}, {0}};
static const struct world_member cyc[] = {{"fbc", "frag_buf_ctrl", 0}, {0}};
static const struct world_member sq[] = {
	{"pc", "u16", 0}, {"cc", "u16", 2}, {"sqn", "u32", 4}, {"wq", "mlx5_wq_cyc", 8}, {0}};
static const struct world_member channel[] = {{"num_tc", "u8", 0}, {"sq", "1 mlx5e_txqsq", 8}, {0}};
static const struct world_member channels[] = {{"c", "**mlx5e_channel", 0}, {"num", "u32", 8}, {0}};
static const struct world_member priv[] = {
	{"mdev", "*mlx5_core_dev", 0}, {"channels", "mlx5e_channels", 8}, {0}};

static void structs(void)
{
	net_structs(&w);
	world_struct(&w, M, "mlx5_buf_list", 16, list);
	world_struct(&w, M, "frag_buf_ctrl", 24, fbc);
	world_struct(&w, M, "mlx5_eq", 32, eq);
	world_struct(&w, M, "mlx5_eq_async", 32, eq_async);
	world_struct(&w, M, "mlx5_eq_table", 32, eq_table);
	world_struct(&w, M, "core_health", 8, health);
	world_struct(&w, M, "mlx5_priv", 16, dev_priv);
	world_struct(&w, M, "cmd_vars", 8, vars);
	world_struct(&w, M, "mlx5_cmd", 16, cmd);
	world_struct(&w, M, "mlx5_core_dev", 40, mdev);
	world_struct(&w, M, "mlx5_wq_cyc", 24, cyc);
	world_struct(&w, M, "mlx5e_txqsq", 32, sq);
	world_struct(&w, M, "mlx5e_channel", 40, channel);
	world_struct(&w, M, "mlx5e_channels", 16, channels);
	world_struct(&w, M, "mlx5e_priv", 24, priv);
}

/* A queue of elements of 64 bytes in pieces of two; the first element's address is returned. */
static uint64_t ring(uint64_t at, unsigned int log_n)
{
	uint64_t frags = world_alloc(&w, 16ul << log_n), data = world_alloc(&w, 64ul << log_n);
	world_set(&w, at, M, "frag_buf_ctrl", "frags", frags);
	world_set(&w, at, M, "frag_buf_ctrl", "log_sz", log_n);
	world_set(&w, at, M, "frag_buf_ctrl", "log_stride", 6);
	world_set(&w, at, M, "frag_buf_ctrl", "log_frag_strides", 1);
	world_set(&w, at, M, "frag_buf_ctrl", "frag_sz_m1", 1);
	for (uint64_t i = 0; i < 1ul << log_n >> 1; i++)
		world_u64(&w, frags + 16 * i, data + 128 * i);
	return data;
}

static uint64_t core, table, events, send_queue;

static void write_world(void)
{
	structs();
	net_machine(&w, &n);
	uint64_t pci = net_function(&w, &n, n.root_bus, "0000:08:00.0", M, 0x020000);
	uint64_t dev = net_interface(&w, n.init_net, "eth0",
				     world_addr(&w, pci, NULL, "pci_dev", "dev"), 64);
	core = world_new(&w, M, "mlx5_core_dev");
	table = world_new(&w, M, "mlx5_eq_table");
	world_set(&w, dev + NET_PRIV, M, "mlx5e_priv", "mdev", core);
	world_set(&w, core + 16, M, "mlx5_priv", "eq_table", table);
	world_set(&w, core + 24, M, "core_health", "synd", 8);
	world_set(&w, core, M, "mlx5_core_dev", "state", 2);
	/* slot 0: QUERY_VPORT_STATE, done; slot 1: CREATE_SQ, the device's still */
	uint64_t slots = world_alloc(&w, 4 * 64);
	world_set(&w, core, M, "mlx5_cmd", "cmd_buf", slots);
	world_set(&w, core + 8, M, "cmd_vars", "log_sz", 2);
	world_set(&w, core + 8, M, "cmd_vars", "log_stride", 6);
	put_u32(world_at(&w, slots), 0x07000000, ORDER_BE);
	put_u32(world_at(&w, slots + 16), 0x07500000, ORDER_BE);
	put_u32(world_at(&w, slots + 64), 0x07000000, ORDER_BE);
	put_u32(world_at(&w, slots + 64 + 16), 0x09040000, ORDER_BE);
	*world_at(&w, slots + 64 + 63) = 1;
	/* async EQ of 4: element 1 is a port change, written and not handled; 2 is of the lap
	 * before */
	events = ring(table, 2);
	world_set(&w, table, M, "mlx5_eq", "cons_index", 5);
	world_set(&w, table, M, "mlx5_eq", "eqn", 11);
	w.bytes[events - WORLD_BASE + 64 + 1] = 0x09;
	w.bytes[events - WORLD_BASE + 64 + 63] = 1;
	/* one channel with one send queue: 3 to 5 of 4 are in flight */
	uint64_t c = world_new(&w, M, "mlx5e_channel"), array = world_alloc(&w, 8);
	world_u64(&w, array, c);
	world_set(&w, dev + NET_PRIV + 8, M, "mlx5e_channels", "c", array);
	world_set(&w, dev + NET_PRIV + 8, M, "mlx5e_channels", "num", 1);
	world_set(&w, c, M, "mlx5e_channel", "num_tc", 1);
	send_queue = c + 8;
	uint64_t wqes = ring(send_queue + 8, 2);
	world_set(&w, send_queue, M, "mlx5e_txqsq", "pc", 5);
	world_set(&w, send_queue, M, "mlx5e_txqsq", "cc", 3);
	world_set(&w, send_queue, M, "mlx5e_txqsq", "sqn", 0x77);
	put_u32(world_at(&w, wqes + 3 * 64), 0x0000030a, ORDER_BE);
	put_u32(world_at(&w, wqes + 3 * 64 + 4), 0x00007703, ORDER_BE);
}

static void start(void)
{
	world_init(&w);
	write_world();
}

static void test_commands(void **state)
{
	(void)state;
	start();
	world_show(&w, NULL);
	world_has(w.json, "\"device_state\":\"internal_error\"");
	world_has(w.json, "\"health_syndrome\":\"0x8\"");
	world_has(
		w.json,
		"{\"slot\":0,\"opcode\":\"0x750\",\"name\":\"QUERY_VPORT_STATE\",\"stuck\":false");
	world_has(w.json,
		  "{\"slot\":1,\"opcode\":\"0x904\",\"name\":\"CREATE_SQ\",\"stuck\":true}");
	world_lacks(w.json, "\"slot\":2"); /* never used */
	world_has(w.json, "\"wrong\":[\"driver: device_state internal_error\","
			  "\"driver: health_syndrome 0x8\","
			  "\"driver: command CREATE_SQ (0x904) in slot 1 was never answered\"]");
	world_set(&w, core + 8, M, "cmd_vars", "log_sz", 200);
	world_deinit(&w);
	start();
	world_set(&w, core + 8, M, "cmd_vars", "log_sz", 200);
	world_show(&w, NULL);
	world_has(w.text, "memory its size makes no sense");
	world_deinit(&w);
}

static void test_events(void **state)
{
	(void)state;
	start();
	world_show(&w, NULL);
	world_has(w.json, "\"name\":\"eq-async\",\"eqn\":11");
	world_has(w.json, "\"cons_index\":5,\"size\":4");
	world_has(w.json, "\"pending\":1,\"pending_events\":[{\"index\":1,\"sections\":[");
	world_has(w.json, "PORT_CHANGE");
	world_deinit(&w);
	/* 5 to 8 of 4, the last of which is in the next lap */
	start();
	for (unsigned int i = 0; i < 4; i++) {
		w.bytes[events - WORLD_BASE + i * 64 + 1] = 0x09;
		w.bytes[events - WORLD_BASE + i * 64 + 63] = i != 0;
	}
	world_show(&w, NULL);
	world_has(w.json, "\"pending\":4,\"full\":true");
	world_has(w.json, "\"eq-async is full: 4 that the driver has not looked at\"");
	world_deinit(&w);
}

static void test_send_queue(void **state)
{
	(void)state;
	start();
	world_show(&w, NULL);
	world_has(w.json, "\"name\":\"sq-0-0\",\"sqn\":119");
	world_has(w.json, "\"pc\":5,\"cc\":3,\"size\":4");
	world_has(w.json, "\"in_flight\":2,\"requests\":[{\"index\":3,\"sections\":[");
	world_deinit(&w);
	start();
	world_set(&w, send_queue, M, "mlx5e_txqsq", "pc", 6);
	world_show(&w, NULL);
	world_has(w.json, "\"sq-0-0 is full: of 4 the adapter has 3, 0 are done and not");
	world_deinit(&w);
}

static void test_damage(void **state)
{
	(void)state;
	uint64_t seed = 5;
	for (int round = 0; round < 400; round++) {
		start();
		world_damage(&w, &seed, 1 + round % 7);
		world_show(&w, NULL);
		world_has(w.json, "\"complete\":true");
		world_deinit(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_send_queue),
		cmocka_unit_test(test_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
