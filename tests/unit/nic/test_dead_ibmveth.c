// SPDX-License-Identifier: GPL-2.0-or-later
/* ibmveth's pools of buffers: which of them the hypervisor has, and when that is too few. */
#include "nic/dead_net.h"

static const struct world_member pool_members[] = {{"size", "u32", 0},	    {"threshold", "u32", 4},
						   {"available", "u32", 8}, {"active", "u32", 12},
						   {"skbuff", "*u64", 16},  {0}};
static const struct world_member entry_members[] = {
	{"flags_off", "u32", 0}, {"length", "u32", 4}, {"correlator", "u64", 8}, {0}};
static const struct world_member queue_members[] = {{"index", "u64", 0},
						    {"num_slots", "u64", 8},
						    {"toggle", "u64", 16},
						    {"queue_addr", "*ibmveth_rx_q_entry", 24},
						    {0}};
static const struct world_member adapter_members[] = {
	{"rx_buff_pool", "5 ibmveth_buff_pool", 0}, {"rx_queue", "ibmveth_rx_q", 120}, {0}};

#define MODULE "ibmveth"

/* A queue of eight, of which the last two and the first came back in the lap before and in this. */
enum { SLOTS = 8, FIRST = 6, BACK = 3, PRIV_SIZE = 152 };

static struct world w;
static struct net_world n;
static uint64_t priv, entries;

static void start(enum byte_order order)
{
	world_init(&w);
	w.order = order;
	net_structs(&w);
	world_struct(&w, MODULE, "ibmveth_buff_pool", 24, pool_members);
	world_struct(&w, MODULE, "ibmveth_rx_q_entry", 16, entry_members);
	world_struct(&w, MODULE, "ibmveth_rx_q", 32, queue_members);
	world_struct(&w, MODULE, "ibmveth_adapter", PRIV_SIZE, adapter_members);
	net_machine(&w, &n);
	uint64_t device = world_new(&w, NULL, "device");
	net_device_of(&w, device, "30000002", net_bus(&w, "vio"), MODULE, 0);
	uint64_t dev = net_interface(&w, n.init_net, "eth0", device, PRIV_SIZE);
	world_set(&w, dev, NULL, "net_device", "flags", 1);
	priv = dev + NET_PRIV;
	entries = world_alloc(&w, SLOTS * 16);
	uint64_t queue = priv + 120;
	world_set(&w, queue, MODULE, "ibmveth_rx_q", "index", FIRST);
	world_set(&w, queue, MODULE, "ibmveth_rx_q", "num_slots", SLOTS);
	world_set(&w, queue, MODULE, "ibmveth_rx_q", "toggle", 1);
	world_set(&w, queue, MODULE, "ibmveth_rx_q", "queue_addr", entries);
}

static void entry(unsigned int i, bool toggle, uint32_t pool)
{
	uint8_t *p = world_at(&w, entries + i * 16);
	put_u32(p, toggle ? 0xc0000000 : 0x40000000, ORDER_BE);
	put_u64(p + 8, (uint64_t)pool << 32 | i, w.order);
}

static void came_back(uint32_t pool)
{
	for (unsigned int i = 0; i < BACK; i++)
		entry((FIRST + i) % SLOTS, FIRST + i < SLOTS, pool);
	entry(1, true, pool); /* of the lap before */
}

static void pool(unsigned int i, uint32_t size, uint32_t available, bool active, bool allocated)
{
	uint64_t p = priv + i * 24;
	world_set(&w, p, MODULE, "ibmveth_buff_pool", "size", size);
	world_set(&w, p, MODULE, "ibmveth_buff_pool", "threshold", size * 7 / 8);
	world_set(&w, p, MODULE, "ibmveth_buff_pool", "available", available);
	world_set(&w, p, MODULE, "ibmveth_buff_pool", "active", active);
	world_set(&w, p, MODULE, "ibmveth_buff_pool", "skbuff", allocated ? entries : 0);
}

static const struct {
	uint32_t size, available;
	bool active, allocated;
	const char *wrong; /* of the interface; NULL: nothing */
} cases[] = {
	{256, 256, true, true, NULL},
	/* what a poll may leave at most, before it fills up */
	{256, 224 - 64, true, true, NULL},
	{256, 0, true, true, "pool-1: the adapter has 0 of 256 buffers to receive into"},
	/* one of the last 18 for each sixteenth, less the three that came back */
	{256, 19, true, true, "pool-1: the adapter has 16 of 256 buffers to receive into"},
	{256, 20, true, true, NULL},
	/* not in use; taken down; emptied by one poll; damage */
	{256, 0, false, true, NULL},
	{256, 0, true, false, NULL},
	{64, 0, true, true, NULL},
	{256, 257, true, true, NULL},
	{256, 0xffffffff, true, true, NULL},
	{4, 3, true, true, NULL},
};

static void test_pools(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		size_t k = i / 2;
		char wrong[128];
		start(i % 2 ? ORDER_BE : ORDER_LE);
		came_back(1);
		pool(1, cases[k].size, cases[k].available, cases[k].active, cases[k].allocated);
		world_show(&w, NULL);
		snprintf(wrong, sizeof(wrong), "\"wrong\":[%s%s%s]", cases[k].wrong ? "\"" : "",
			 cases[k].wrong ? cases[k].wrong : "", cases[k].wrong ? "\"" : "");
		world_has(w.json, wrong);
		world_has(w.json, "\"received_not_looked_at\":3");
		world_deinit(&w);
	}
}

/* All that it has is frames that nobody looks at. */
static void test_not_looked_at(void **state)
{
	(void)state;
	start(ORDER_LE);
	for (unsigned int i = 0; i < SLOTS; i++)
		entry((FIRST + i) % SLOTS, FIRST + i < SLOTS, 4);
	pool(4, 128, 8, true, true);
	world_show(&w, NULL);
	world_has(w.json, "\"received_not_looked_at\":8");
	world_has(w.json,
		  "\"wrong\":[\"pool-4: the adapter has 0 of 128 buffers to receive into\"]");
	world_deinit(&w);
}

/* A pool that is none, an index outside, more slots than memory: nothing is counted past an end. */
static void test_damage(void **state)
{
	(void)state;
	start(ORDER_LE);
	came_back(0x7fffffff);
	world_show(&w, NULL);
	world_lacks(w.json, "\"received_not_looked_at\":3");
	world_has(w.json, "\"complete\":true");
	world_deinit(&w);
	start(ORDER_LE);
	came_back(1);
	world_set(&w, priv + 120, MODULE, "ibmveth_rx_q", "index", SLOTS);
	world_show(&w, NULL);
	world_lacks(w.json, "\"received_not_looked_at\":3");
	world_deinit(&w);
	start(ORDER_LE);
	came_back(1);
	world_set(&w, priv + 120, MODULE, "ibmveth_rx_q", "num_slots", UINT64_MAX);
	world_show(&w, NULL);
	world_has(w.json, "\"complete\":true");
	world_deinit(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pools),
		cmocka_unit_test(test_not_looked_at),
		cmocka_unit_test(test_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
