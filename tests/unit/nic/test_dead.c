// SPDX-License-Identifier: GPL-2.0-or-later
/* Interfaces, namespaces, PCI functions and rings out of a small made-up kernel, and its damage. */
#include "nic/dead_drivers.h"

static struct world w;
static struct net_world n;

static uint64_t the_ring, the_dev;

static void write_world(struct world *k)
{
	net_structs(k);
	e1000_structs(k);
	net_machine(k, &n);
	write_e1000(k, &n, &the_ring, &the_dev);
}

static void start(void)
{
	world_init(&w);
	write_world(&w);
}

static void test_interface(void **state)
{
	(void)state;
	start();
	uint64_t queue = get_u64(world_at(&w, the_dev + 88), w.order);
	world_set(&w, queue, NULL, "netdev_queue", "state", 1);
	world_set(&w, queue, NULL, "netdev_queue", "trans_timeout", 5);
	world_set(&w, the_dev, NULL, "net_device", "state", 7);
	world_show(&w, NULL);
	world_has(w.json,
		  "\"name\":\"eth0\",\"netns\":1000,\"driver\":\"e1000\",\"module\":\"e1000\","
		  "\"bus\":\"pci\",\"device\":\"0000:00:03.0\",\"pci\":\"0000:00:03.0\"");
	world_has(w.json, "\"mac\":\"52:54:00:5a:00:07\"");
	world_has(w.json, "\"carrier\":false");
	world_has(w.json, "\"stopped\":true,\"state\":\"0x1 drv_xoff\"");
	world_has(w.json, "\"timeouts\":5");
	world_has(w.json, "\"weight\":0");
	/* no such members in this kernel */
	world_has(w.json, "\"tx_queue_len\":null");
	world_has(w.text, "tx_queue_len absent");
	world_has(w.json, "\"complete\":true");
	world_deinit(&w);
}

/* What looked wrong stands at the end of the interface, for people and for programs. */
static void test_wrong(void **state)
{
	(void)state;
	struct layout l = with_xarray();
	start();
	uint64_t queue = get_u64(world_at(&w, the_dev + 88), w.order);
	net_clock(&w, &l, 100000);
	world_set(&w, queue, NULL, "netdev_queue", "state", 1);
	world_set(&w, queue, NULL, "netdev_queue", "trans_start", 100000 - 250 * 9);
	world_set(&w, queue, NULL, "netdev_queue", "trans_timeout", 2);
	world_set(&w, the_dev, NULL, "net_device", "watchdog_timeo", 250 * 8);
	world_set(&w, the_dev, NULL, "net_device", "flags", 1);
	world_show(&w, &l);
	world_has(w.json,
		  "\"wrong\":[\"TX queue 0 is stopped, and got no frame for 9.0 s (the watchdog "
		  "waits 8.0 s); timed out 2 times\",\"driver: tx_timeouts 3\"]");
	world_has(w.text, "WRONG: TX queue 0 is stopped");
	world_has(w.json, "\"tx_timeouts\":3");
	world_has(w.text, "  tx_timeouts 3");
	world_deinit(&w);
}

/* struct phy_device, whose state is an enum's. */
static void phy_struct(struct world *k)
{
	static const struct world_member members[] = {{"state", "u32", 4}, {0}};
	struct small_btf *b = &k->vmlinux;
	uint32_t state = small_btf_type(b, BTF_ENUM, "phy_state", 2, false, 4);
	small_btf_enumerator(b, "PHY_DOWN", 0);
	small_btf_enumerator(b, "PHY_NOLINK", 5);
	uint32_t id = small_btf_type(b, BTF_STRUCT, "phy_device", 1, false, 8);
	small_btf_member(b, "state", state, 4 * 8);
	k->structs[k->nstructs++] = (struct world_struct) {NULL, "phy_device", members, 8, id};
}

static const struct {
	const char *member;
	uint64_t value;
	const char *said;
} no_links[] = {
	{NULL, 0, "the link is down: it never came up"},
	{"carrier_up_count", 1, "the link is down: it went down 2 times since boot"},
	{"phydev", 5, "the link is down: its PHY is in state PHY_NOLINK"},
	{"phydev", 7, "the link is down: its PHY is in state unknown"},
	{"proto_down", 1, "the link is down: protocol down, reason 0x0"},
};

/* Each of them goes before those above. */
static void test_no_link(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(no_links); i++) {
		char wrong[200];
		world_init(&w);
		net_structs(&w);
		phy_struct(&w);
		e1000_structs(&w);
		net_machine(&w, &n);
		write_e1000(&w, &n, &the_ring, &the_dev);
		world_set(&w, the_dev, NULL, "net_device", "flags", 1);
		world_set(&w, the_dev, NULL, "net_device", "state", 7);
		world_set(&w, the_dev, NULL, "net_device", "carrier_down_count", 2);
		for (size_t k = 0; k <= i; k++) {
			uint64_t value = no_links[k].value, phy;
			if (no_links[k].member && strcmp(no_links[k].member, "phydev") == 0) {
				phy = world_new(&w, NULL, "phy_device");
				world_set(&w, phy, NULL, "phy_device", "state", value);
				value = phy;
			}
			if (no_links[k].member)
				world_set(&w, the_dev, NULL, "net_device", no_links[k].member,
					  value);
		}
		world_show(&w, NULL);
		snprintf(wrong, sizeof(wrong), "\"wrong\":[\"%s\",\"driver: tx_timeouts 3\"]",
			 no_links[i].said);
		world_has(w.json, wrong);
		world_deinit(&w);
	}
}

static void test_namespaces(void **state)
{
	(void)state;
	start();
	uint64_t other = net_namespace(&w, &n, 4711);
	net_interface(&w, other, "../eth0", 0, 0);
	world_show(&w, NULL);
	world_has(w.json, "\"name\":\"../eth0\",\"netns\":4711,\"driver\":null");
	world_has(w.json, "\"totals\":{\"interfaces\":2,\"functions\":1");
	world_deinit(&w);
}

static void test_ring(void **state)
{
	(void)state;
	start();
	world_show(&w, NULL);
	world_has(w.json, "\"driver_state\":{");
	world_has(w.json, "\"tx_timeouts\":3");
	world_has(w.json, "\"name\":\"tx-0\"");
	/* 2 to 6 are in flight, of which 2 and 3 are done */
	world_has(w.json,
		  "\"size\":8,\"next_to_use\":7,\"next_to_clean\":2,\"format\":\"intel-tx\","
		  "\"in_flight\":5,\"done_not_cleaned\":2");
	world_has(w.json, "{\"index\":2,\"bus_addr\":\"0xc002000\",\"len\":62,\"flags\":\"0xb\","
			  "\"status\":\"0x1\",\"done\":true,\"kind\":\"legacy\"}");
	world_has(w.json, "{\"index\":4,\"bus_addr\":\"0xc004000\",\"len\":64,\"flags\":\"0xb\","
			  "\"status\":\"0x0\",\"done\":false");
	world_deinit(&w);
}

/* struct e1000_adapter of two modules: each driver has its own. */
static void test_scopes(void **state)
{
	(void)state;
	start();
	uint64_t pci = net_function(&w, &n, n.child_bus, "0000:01:00.0", "e1000e", 0x020000);
	uint64_t dev = net_interface(&w, n.init_net, "eth1",
				     world_addr(&w, pci, NULL, "pci_dev", "dev"), 64);
	uint64_t ring = world_new(&w, "e1000e", "e1000_ring");
	world_set(&w, ring, "e1000e", "e1000_ring", "count", 4);
	world_set(&w, dev + NET_PRIV, "e1000e", "e1000_adapter", "tx_ring", ring);
	world_set(&w, dev + NET_PRIV, "e1000e", "e1000_adapter", "tx_timeout_count", 77);
	world_show(&w, NULL);
	world_has(w.json, "\"tx_timeouts\":3");
	world_has(w.json, "\"tx_timeouts\":77");
	/* descriptors that were never allocated */
	world_has(w.json, "\"name\":\"tx\",\"size\":4,\"memory\":null");
	world_has(w.text, "memory not allocated");
	world_deinit(&w);
}

static void test_sizes_are_clamped(void **state)
{
	(void)state;
	start();
	world_set(&w, the_ring, "e1000", "e1000_tx_ring", "count", 0x7fffffff);
	world_set(&w, the_dev, NULL, "net_device", "real_num_tx_queues", 0xffffffff);
	world_show(&w, NULL);
	world_has(w.text, "no ring is so large");
	world_has(w.json, "an interface claims 4294967295 TX queues");
	world_deinit(&w);
	start();
	world_set(&w, the_ring, "e1000", "e1000_tx_ring", "next_to_use", 8);
	world_show(&w, NULL);
	world_has(w.json, "\"indices_outside\":true");
	world_has(w.json, "\"driver, tx-0: the indices are outside of the 8 entries\"");
	world_lacks(w.json, "in_flight");
	world_deinit(&w);
}

static void test_circle(void **state)
{
	(void)state;
	start();
	/* the list of interfaces never comes back to its head */
	world_u64(&w, the_dev + 16, the_dev + 16);
	world_show(&w, NULL);
	world_has(w.json, "the interfaces of a namespace is not whole: ");
	world_deinit(&w);
	start();
	/* a bus that is its own child */
	world_u64(&w, n.child_bus + 16, n.child_bus);
	world_show(&w, NULL);
	world_has(w.json, "\"complete\":true");
	world_deinit(&w);
}

static void test_functions(void **state)
{
	(void)state;
	start();
	net_function(&w, &n, n.child_bus, "0000:01:00.0", NULL, 0x010000); /* storage */
	uint64_t vf = net_function(&w, &n, n.child_bus, "0000:01:10.0", NULL, 0x020000);
	uint64_t pf = net_function(&w, &n, n.child_bus, "0000:01:00.1", "igb", 0x020700);
	uint64_t aer = world_new(&w, NULL, "aer_stats");
	world_set(&w, vf, NULL, "pci_dev", "is_virtfn", 1);
	world_set(&w, vf, NULL, "pci_dev", "physfn", pf);
	world_set(&w, pf, NULL, "pci_dev", "error_state", 2);
	world_set(&w, pf, NULL, "pci_dev", "aer_stats", aer);
	world_set(&w, aer, NULL, "aer_stats", "dev_total_cor_errs", 9);
	world_u64(&w, aer + 6 * 8, 9);
	put_u32(world_at(&w, world_addr(&w, pf, NULL, "pci_dev", "saved_config_space")), 0x10c98086,
		w.order);
	world_show(&w, NULL);
	world_lacks(w.json, "0000:01:00.0");
	world_has(w.json, "\"name\":\"0000:01:10.0\",\"driver\":null,\"vendor\":\"0x8086\"");
	world_has(w.json, "\"physical_function\":\"0000:01:00.1\"");
	world_has(w.json, "\"error_state\":\"frozen\"");
	world_has(w.json, "\"wrong\":[\"PCI: error_state frozen\"]");
	world_has(w.json, "\"aer\":{\"correctable\":9,\"nonfatal\":null");
	world_has(w.json, "\"correctable_by_bit\":{\"bit6\":9}");
	world_has(w.json, "\"vendor\":\"0x8086\",\"device\":\"0x10c9\"");
	world_has(w.text, "saved_config never saved");
	world_deinit(&w);
}

/* A physical function with two VFs, the second one on the next bus. */
static const struct {
	unsigned int bus, devfn;
	const char *said;
} virtual_functions[] = {
	{1, 0x80, "\"physical_function\":\"0000:01:00.0\",\"vf_number\":0"},
	{2, 0x00, "\"physical_function\":\"0000:01:00.0\",\"vf_number\":1"},
	/* where the third would be; between two; in front of all */
	{2, 0x80, "\"vf_number\":null"},
	{1, 0x81, "\"vf_number\":null"},
	{1, 0x00, "\"vf_number\":null"},
};

static void test_virtual_functions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(virtual_functions); i++) {
		start();
		uint64_t pf = net_function(&w, &n, n.child_bus, "0000:01:00.0", "igb", 0x020000);
		uint64_t other = net_pci_bus(&w, n.child_bus + 16);
		uint64_t vf = net_function(&w, &n, other, "0000:xx:xx.x", "igbvf", 0x020000);
		uint64_t sriov = world_new(&w, NULL, "pci_sriov");
		world_set(&w, n.child_bus, NULL, "pci_bus", "number", 1);
		world_set(&w, other, NULL, "pci_bus", "number", virtual_functions[i].bus);
		world_set(&w, pf, NULL, "pci_dev", "is_physfn", 1);
		world_set(&w, pf, NULL, "pci_dev", "sriov", sriov);
		world_set(&w, sriov, NULL, "pci_sriov", "total_VFs", 8);
		world_set(&w, sriov, NULL, "pci_sriov", "driver_max_VFs", 7);
		world_set(&w, sriov, NULL, "pci_sriov", "num_VFs", 2);
		world_set(&w, sriov, NULL, "pci_sriov", "offset", 0x80);
		world_set(&w, sriov, NULL, "pci_sriov", "stride", 0x80);
		world_set(&w, vf, NULL, "pci_dev", "is_virtfn", 1);
		world_set(&w, vf, NULL, "pci_dev", "physfn", pf);
		world_set(&w, vf, NULL, "pci_dev", "devfn", virtual_functions[i].devfn);
		world_show(&w, NULL);
		world_has(w.json, "\"sriov\":{\"total_vfs\":8,\"driver_max_vfs\":7,\"initial_vfs\":"
				  "null,\"num_vfs\":2");
		world_has(w.json, virtual_functions[i].said);
		world_deinit(&w);
	}
}

/* Files stay below the output directory and within their budgets. */
static void test_raw(void **state)
{
	(void)state;
	start();
	char *directory = unit_mkdtemp(), path[256];
	struct stat st;
	memcpy(world_at(&w, the_dev), "../../etc", 10);
	w.options.output = directory;
	w.options.raw_device_max = 100;
	world_show(&w, NULL);
	world_has(w.json, "\"file\":\"_._.._etc/tx-0.bin\"");
	world_has(w.json, "\"bytes\":100,\"left_out\":28");
	snprintf(path, sizeof(path), "%s/_._.._etc/tx-0.bin", directory);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 100);
	unit_rmdir(directory);
	world_deinit(&w);
}

/* Words of memory are anything: it ends, in time, with valid JSON (world_show() checks). */
static void test_damage(void **state)
{
	(void)state;
	uint64_t seed = 4711;
	for (int round = 0; round < 500; round++) {
		world_init(&w);
		w.order = round % 2 ? ORDER_BE : ORDER_LE;
		write_world(&w);
		for (int i = 0; i <= round % 9; i++) {
			size_t at = unit_random(&seed) % w.used / 8 * 8;
			uint64_t words[] = {0, WORLD_BASE + at, UINT64_MAX, unit_random(&seed),
					    WORLD_BASE + unit_random(&seed) % w.used};
			put_u64(w.bytes + at, words[unit_random(&seed) % 5], w.order);
		}
		world_show(&w, NULL);
		world_has(w.json, "\"complete\":true");
		world_deinit(&w);
	}
}

static void test_nothing_known(void **state)
{
	(void)state;
	world_init(&w);
	small_btf_init(&w.vmlinux, w.order, NULL);
	world_show(&w, NULL);
	world_has(w.json, "this kernel's init_net is not known: no interfaces");
	world_has(w.json, "this kernel's PCI buses are not known");
	world_deinit(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_no_link),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_sizes_are_clamped),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_virtual_functions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
