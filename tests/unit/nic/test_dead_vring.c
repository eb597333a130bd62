// SPDX-License-Identifier: GPL-2.0-or-later
/* virtio_net's rings, split and packed, as kernels have had them; and devlink's dumps. */
#include <linux/devlink.h>
#include "nic/dead_net.h"

static struct world w;
static struct net_world n;

enum generation { PACKED_BOOL, LAYOUT_ENUM };

static const struct world_member virtio_device[] = {{"features", "u64", 0}, {0}};
static const struct world_member virtqueue[] = {{"name", "*char", 0},
						{"index", "u32", 8},
						{"num_free", "u32", 12},
						{"vdev", "*virtio_device", 16},
						{0}};
static const struct world_member vring[] = {
	{"num", "u32", 0}, {"desc", "*u8", 8}, {"avail", "*u8", 16}, {"used", "*u8", 24}, {0}};
static const struct world_member packed_vring[] = {
	{"num", "u32", 0}, {"desc", "*u8", 8}, {"driver", "*u8", 16}, {"device", "*u8", 24}, {0}};
static const struct world_member split[] = {
	{"vring", "vring", 0}, {"avail_idx_shadow", "u16", 32}, {0}};
static const struct world_member packed[] = {{"vring", "packed_vring", 0},
					     {"avail_wrap_counter", "u8", 32},
					     {"next_avail_idx", "u16", 34},
					     {0}};
static const struct world_member vvq_bool[] = {{"packed_ring", "u8", 0},
					       {"broken", "u8", 1},
					       {"last_used_idx", "u16", 2},
					       {"split", "split_ring", 8},
					       {"packed", "packed_ring", 48},
					       {"vq", "virtqueue", 88},
					       {0}};
static const struct world_member queue[] = {{"vq", "*virtqueue", 8}, {"packets", "u64", 16}, {0}};
static const struct world_member info[] = {{"max_queue_pairs", "u16", 0},
					   {"sq", "*send_queue", 8},
					   {"rq", "*send_queue", 16},
					   {"cvq", "*virtqueue", 24},
					   {0}};

/* struct vring_virtqueue of 7.0 and newer: which kind it is, is an enum's name. */
static void vvq_with_enum(struct world *k)
{
	struct small_btf *b = &k->vmlinux;
	static const struct world_member members[] = {
		{"layout", "u32", 0},	    {"last_used_idx", "u16", 6},
		{"split", "split_ring", 8}, {"packed", "packed_ring", 48},
		{"vq", "virtqueue", 88},    {0}};
	uint32_t layout = small_btf_type(b, BTF_ENUM, "vq_layout", 3, false, 4);
	small_btf_enumerator(b, "VQ_LAYOUT_SPLIT", 0);
	small_btf_enumerator(b, "VQ_LAYOUT_PACKED", 1);
	small_btf_enumerator(b, "VQ_LAYOUT_SPLIT_IN_ORDER", 2);
	uint32_t ids[5] = {layout, 0};
	for (int i = 1; i < 5; i++)
		ids[i] = world_type(k, b, NULL, members[i].type);
	uint32_t id = small_btf_type(b, BTF_STRUCT, "vring_virtqueue", 5, false, 112);
	for (int i = 0; i < 5; i++)
		small_btf_member(b, members[i].name, ids[i], members[i].offset * 8);
	k->structs[k->nstructs++] =
		(struct world_struct) {NULL, "vring_virtqueue", members, 112, id};
}

static void structs(struct world *k, enum generation g)
{
	net_structs(k);
	world_struct(k, NULL, "virtio_device", 8, virtio_device);
	world_struct(k, NULL, "virtqueue", 24, virtqueue);
	world_struct(k, NULL, "vring", 32, vring);
	world_struct(k, NULL, "packed_vring", 32, packed_vring);
	world_struct(k, NULL, "split_ring", 40, split);
	world_struct(k, NULL, "packed_ring", 40, packed);
	if (g == LAYOUT_ENUM)
		vvq_with_enum(k);
	else
		world_struct(k, NULL, "vring_virtqueue", 112, vvq_bool);
	world_struct(k, "virtio_net", "send_queue", 24, queue);
	world_struct(k, "virtio_net", "virtnet_info", 32, info);
}

static uint64_t vvq; /* of the transmit queue, the only one that is there */

static void write_queue(struct world *k, enum generation g, bool is_packed)
{
	structs(k, g);
	net_machine(k, &n);
	uint64_t device = world_new(k, NULL, "device"),
		 features = world_new(k, NULL, "virtio_device");
	net_device_of(k, device, "virtio0", n.bus_virtio, "virtio_net", 0);
	uint64_t dev = net_interface(k, n.init_net, "eth0", device, 64), priv = dev + NET_PRIV;
	uint64_t sq = world_new(k, "virtio_net", "send_queue");
	vvq = world_new(k, NULL, "vring_virtqueue");
	world_u64(k, features, UINT64_C(1) << 32);
	world_set(k, priv, "virtio_net", "virtnet_info", "max_queue_pairs", 1);
	world_set(k, priv, "virtio_net", "virtnet_info", "sq", sq);
	world_set(k, sq, "virtio_net", "send_queue", "vq", vvq + 88);
	world_set(k, vvq + 88, NULL, "virtqueue", "vdev", features);
	world_set(k, vvq + 88, NULL, "virtqueue", "name", world_string(k, "output.0"));
	if (g == LAYOUT_ENUM)
		world_set(k, vvq, NULL, "vring_virtqueue", "layout", is_packed);
	else
		world_set(k, vvq, NULL, "vring_virtqueue", "packed_ring", is_packed);
}

static void desc(struct world *k, uint64_t at, uint64_t addr, uint32_t len, uint16_t a, uint16_t b)
{
	uint8_t *p = world_at(k, at);
	put_u64(p, addr, ORDER_LE);
	put_u32(p + 8, len, ORDER_LE);
	put_u16(p + 12, a, ORDER_LE);
	put_u16(p + 14, b, ORDER_LE);
}

/* A ring of 4 whose counters wrap at 2^16: 65535 was used and not seen, 0 (a chain) is with the
 * device. */
static void write_split(struct world *k)
{
	uint64_t descs = world_alloc(k, 64), avail = world_alloc(k, 16), used = world_alloc(k, 48);
	world_set(k, vvq + 8, NULL, "vring", "num", 4);
	world_set(k, vvq + 8, NULL, "vring", "desc", descs);
	world_set(k, vvq + 8, NULL, "vring", "avail", avail);
	world_set(k, vvq + 8, NULL, "vring", "used", used);
	world_set(k, vvq, NULL, "vring_virtqueue", "last_used_idx", 65535);
	desc(k, descs + 2 * 16, 0x7f000, 54, VRING_NEXT, 3);
	desc(k, descs + 3 * 16, 0x80000, 1448, 0, 0);
	put_u16(world_at(k, avail + 2), 1, ORDER_LE);
	put_u16(world_at(k, avail + 4), 2, ORDER_LE); /* entry 0: head 2 */
	put_u16(world_at(k, used + 2), 0, ORDER_LE);
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
		write_queue(&w, PACKED_BOOL, false);
		write_split(&w);
		world_show(&w, NULL);
		world_has(w.json, "\"queue\":\"tx-0\"");
		world_has(w.json, "\"layout\":\"split\",\"name\":\"output.0\"");
		check_split();
		/* the receive queue's pointer is NULL */
		world_has(w.json, "\"queue\":\"rx-0\",\"virtqueue\":null");
		world_deinit(&w);
	}
}

/* A chain that bites its tail is as long as the program allows, no longer. */
static void test_circle(void **state)
{
	(void)state;
	world_init(&w);
	write_queue(&w, PACKED_BOOL, false);
	write_split(&w);
	uint64_t descs = get_u64(world_at(&w, vvq + 16), w.order);
	desc(&w, descs + 3 * 16, 0x80000, 1448, VRING_NEXT, 2);
	world_show(&w, NULL);
	world_has(w.json, "\"complete\":true");
	world_deinit(&w);
}

/* Second lap of a ring of 4: the driver has seen all before 3; 3 is used, 0 is with the device. */
static void write_packed(struct world *k)
{
	uint64_t descs = world_alloc(k, 64);
	world_set(k, vvq + 48, NULL, "packed_vring", "num", 4);
	world_set(k, vvq + 48, NULL, "packed_vring", "desc", descs);
	world_set(k, vvq + 48, NULL, "packed_ring", "next_avail_idx", 1);
	world_set(k, vvq + 48, NULL, "packed_ring", "avail_wrap_counter", 0);
	world_set(k, vvq, NULL, "vring_virtqueue", "last_used_idx", 3 | 1 << 15);
	desc(k, descs + 3 * 16, 0x1000, 60, 3, VRING_PACKED_AVAIL | VRING_PACKED_USED);
	desc(k, descs, 0x2000, 61, 0, VRING_PACKED_USED);
	desc(k, descs + 16, 0x3000, 62, 1, VRING_PACKED_AVAIL | VRING_PACKED_USED);
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
	write_queue(&w, PACKED_BOOL, true);
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
	write_queue(&w, LAYOUT_ENUM, true);
	write_packed(&w);
	world_show(&w, NULL);
	world_has(w.json, "\"layout\":\"VQ_LAYOUT_PACKED\"");
	check_packed();
	world_deinit(&w);
	world_init(&w);
	write_queue(&w, LAYOUT_ENUM, false);
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
		write_queue(&w, round % 4 < 2 ? PACKED_BOOL : LAYOUT_ENUM, round % 2);
		round % 2 ? write_packed(&w) : write_split(&w);
		for (int i = 0; i <= round % 5; i++) {
			size_t at = unit_random(&seed) % (w.used / 8) * 8;
			uint64_t words[] = {0, UINT64_MAX, unit_random(&seed),
					    WORLD_BASE + unit_random(&seed) % w.used};
			put_u64(w.bytes + at, words[unit_random(&seed) % 4], w.order);
		}
		world_show(&w, NULL);
		world_has(w.json, "\"complete\":true");
		world_deinit(&w);
	}
}

/* devlink: an instance with a reporter that has a dump, and a region with a snapshot. */
static const struct world_member fmsg_item[] = {{"list", "list_head", 0}, {"attrtype", "u32", 16},
						{"nla_type", "u8", 20},	  {"len", "u16", 22},
						{"value", "0 u32", 24},	  {0}};
static const struct world_member fmsg[] = {{"item_list", "list_head", 0}, {0}};
static const struct world_member ops[] = {{"name", "*char", 0}, {0}};
static const struct world_member reporter[] = {
	{"list", "list_head", 0},	    {"ops", "*reporter_ops", 16},
	{"dump_fmsg", "*devlink_fmsg", 24}, {"health_state", "u8", 32},
	{"error_count", "u64", 40},	    {0}};
static const struct world_member region[] = {{"list", "list_head", 0},
					     {"ops", "*reporter_ops", 16},
					     {"size", "u64", 24},
					     {"snapshot_list", "list_head", 32},
					     {0}};
static const struct world_member snapshot[] = {
	{"list", "list_head", 0}, {"data", "*u8", 16}, {"id", "u32", 24}, {0}};
static const struct world_member devlink[] = {{"index", "u32", 0},
					      {"reporter_list", "list_head", 8},
					      {"region_list", "list_head", 24},
					      {"dev", "*device", 40},
					      {0}};
static const struct world_member xarray[] = {{"xa_head", "*u64", 8}, {0}};

static void item(struct world *k, uint64_t list, uint32_t attr, uint8_t nla, const void *data,
		 uint16_t len)
{
	uint64_t at = world_alloc(k, 24u + len + 8);
	world_set(k, at, NULL, "devlink_fmsg_item", "attrtype", attr);
	world_set(k, at, NULL, "devlink_fmsg_item", "nla_type", nla);
	world_set(k, at, NULL, "devlink_fmsg_item", "len", len);
	memcpy(world_at(k, at + 24), data, len);
	world_list_add(k, list, at);
}

static uint64_t write_devlink(struct world *k)
{
	static const uint8_t crspace[40] = {0xba, 0xda, 0xcc, 0xe5};
	uint8_t number[4];
	net_structs(k);
	world_struct(k, NULL, "devlink_fmsg_item", 24, fmsg_item);
	world_struct(k, NULL, "devlink_fmsg", 16, fmsg);
	world_struct(k, NULL, "reporter_ops", 8, ops);
	world_struct(k, NULL, "devlink_health_reporter", 48, reporter);
	world_struct(k, NULL, "devlink_region", 48, region);
	world_struct(k, NULL, "devlink_snapshot", 32, snapshot);
	world_struct(k, NULL, "devlink", 48, devlink);
	world_struct(k, NULL, "xarray", 16, xarray);
	net_machine(k, &n);
	uint64_t dl = world_new(k, NULL, "devlink"), device = world_new(k, NULL, "device");
	uint64_t r = world_new(k, NULL, "devlink_health_reporter");
	uint64_t name = world_new(k, NULL, "reporter_ops"),
		 msg = world_new(k, NULL, "devlink_fmsg");
	uint64_t area = world_new(k, NULL, "devlink_region"), data = world_alloc(k, 64);
	uint64_t shot = world_new(k, NULL, "devlink_snapshot"),
		 array = world_new(k, NULL, "xarray");
	net_device_of(k, device, "0000:08:00.0", n.bus_pci, "mlx5_core", 0);
	world_set(k, dl, NULL, "devlink", "dev", device);
	world_list(k, dl + 8);
	world_list(k, dl + 24);
	world_list(k, msg);
	world_list_add(k, dl + 8, r);
	world_list_add(k, dl + 24, area);
	world_u64(k, name, world_string(k, "fw_fatal"));
	world_set(k, r, NULL, "devlink_health_reporter", "ops", name);
	world_set(k, r, NULL, "devlink_health_reporter", "dump_fmsg", msg);
	world_set(k, r, NULL, "devlink_health_reporter", "health_state", 1);
	world_set(k, r, NULL, "devlink_health_reporter", "error_count", 2);
	put_u32(number, 1234, k->order);
	item(k, msg, DEVLINK_ATTR_FMSG_OBJ_NEST_START, 6, "", 0);
	item(k, msg, DEVLINK_ATTR_FMSG_PAIR_NEST_START, 6, "", 0);
	item(k, msg, DEVLINK_ATTR_FMSG_OBJ_NAME, 10, "syndrome", 9);
	item(k, msg, DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, 3, number, 4);
	item(k, msg, DEVLINK_ATTR_FMSG_NEST_END, 6, "", 0);
	item(k, msg, DEVLINK_ATTR_FMSG_PAIR_NEST_START, 6, "", 0);
	item(k, msg, DEVLINK_ATTR_FMSG_OBJ_NAME, 10, "crdump_data", 12);
	item(k, msg, DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, 11, crspace, sizeof(crspace));
	item(k, msg, DEVLINK_ATTR_FMSG_NEST_END, 6, "", 0);
	item(k, msg, DEVLINK_ATTR_FMSG_NEST_END, 6, "", 0);
	world_set(k, area, NULL, "devlink_region", "ops", name);
	world_set(k, area, NULL, "devlink_region", "size", 64);
	world_list(k, area + 32);
	world_list_add(k, area + 32, shot);
	memset(world_at(k, data), 0x5a, 64);
	world_set(k, shot, NULL, "devlink_snapshot", "data", data);
	world_set(k, shot, NULL, "devlink_snapshot", "id", 3);
	world_u64(k, array + 8, dl); /* one entry: kept in the head */
	world_symbol(k, "devlinks", array);
	return msg;
}

static struct layout with_xarray(void)
{
	struct layout l;
	struct vmcoreinfo none = {"PAGESIZE=4096\n", 14};
	assert_ok(layout_load(&none, &l));
	l.xarray_head = 8;
	l.xa_node_shift = 0;
	l.xa_node_offset = 1;
	l.xa_node_parent = 8;
	l.xa_node_slots = 16;
	l.xa_node_chunk = 64;
	return l;
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
		write_devlink(&w);
		w.options.output = directory;
		world_show(&w, &l);
		world_has(w.json, "\"bus\":\"pci\",\"device\":\"0000:08:00.0\"");
		world_has(w.json, "\"name\":\"fw_fatal\",\"state\":\"error\",\"errors\":2");
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
		write_devlink(&w);
		for (int i = 0; i <= round % 5; i++) {
			size_t at = unit_random(&seed) % (w.used / 8) * 8;
			uint64_t words[] = {0, UINT64_MAX, unit_random(&seed),
					    WORLD_BASE + unit_random(&seed) % w.used};
			put_u64(w.bytes + at, words[unit_random(&seed) % 4], w.order);
		}
		world_show(&w, &l);
		world_has(w.json, "\"complete\":true");
		world_deinit(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),	       cmocka_unit_test(test_circle),
		cmocka_unit_test(test_packed),	       cmocka_unit_test(test_layout_is_an_enum),
		cmocka_unit_test(test_damage),	       cmocka_unit_test(test_devlink),
		cmocka_unit_test(test_devlink_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
