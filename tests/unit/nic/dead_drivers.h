/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the made-up machines of dead_net.h may have: an e1000 with a ring, a virtio interface with a
 * split or packed ring, a devlink instance with a dump. Header only.
 */
#ifndef SALVOR_TESTS_DEAD_DRIVERS_H
#define SALVOR_TESTS_DEAD_DRIVERS_H

#include <linux/devlink.h>
#include "nic/dead_net.h"

static const struct world_member e1000_ring[] = {{"desc", "*u8", 0},
						 {"count", "u32", 8},
						 {"next_to_use", "u32", 12},
						 {"next_to_clean", "u32", 16},
						 {"buffer_info", "*buffer", 24},
						 {0}};
static const struct world_member e1000_buffer[] = {{"time_stamp", "u64", 8}, {0}};
static const struct world_member e1000_adapter[] = {
	{"num_tx_queues", "u32", 4},	   {"num_rx_queues", "u32", 8},
	{"tx_ring", "*e1000_tx_ring", 16}, {"rx_ring", "*e1000_tx_ring", 24},
	{"tx_timeout_count", "u32", 32},   {0}};
/* The same names elsewhere: a program that mixes them up reads rubbish. */
static const struct world_member e1000e_adapter[] = {
	{"tx_ring", "*e1000_ring", 40}, {"tx_timeout_count", "u32", 8}, {0}};

enum { ENTRIES = 8 };

static inline uint64_t descriptors(struct world *k, unsigned int done)
{
	uint64_t base = world_alloc(k, ENTRIES * 16);
	for (unsigned int i = 0; i < ENTRIES; i++) {
		uint8_t *d = world_at(k, base + i * 16);
		put_u64(d, 0x0c000000 + i * 0x1000, ORDER_LE);
		put_u32(d + 8, 0x0b000000 | (60 + i), ORDER_LE);
		put_u32(d + 12, i < done, ORDER_LE);
	}
	return base;
}

static inline void write_e1000(struct world *k, struct net_world *n, uint64_t *ring, uint64_t *dev)
{
	uint64_t pci = net_function(k, n, n->root_bus, "0000:00:03.0", "e1000", 0x020000);
	*dev = net_interface(k, n->init_net, "eth0", world_addr(k, pci, NULL, "pci_dev", "dev"),
			     64);
	uint64_t priv = *dev + NET_PRIV;
	*ring = world_new(k, "e1000", "e1000_tx_ring");
	uint64_t buffers = world_alloc(k, 16 * ENTRIES);
	world_set(k, *ring, "e1000", "e1000_tx_ring", "desc", descriptors(k, 4));
	world_set(k, *ring, "e1000", "e1000_tx_ring", "count", ENTRIES);
	world_set(k, *ring, "e1000", "e1000_tx_ring", "next_to_use", 7);
	world_set(k, *ring, "e1000", "e1000_tx_ring", "next_to_clean", 2);
	world_set(k, *ring, "e1000", "e1000_tx_ring", "buffer_info", buffers);
	world_u64(k, buffers + 3 * 16 + 8, 4294900000);
	world_set(k, priv, "e1000", "e1000_adapter", "num_tx_queues", 1);
	world_set(k, priv, "e1000", "e1000_adapter", "tx_ring", *ring);
	world_set(k, priv, "e1000", "e1000_adapter", "tx_timeout_count", 3);
}

static inline void e1000_structs(struct world *k)
{
	world_struct(k, "e1000", "buffer", 16, e1000_buffer);
	world_struct(k, "e1000", "e1000_tx_ring", 32, e1000_ring);
	world_struct(k, "e1000", "e1000_adapter", 64, e1000_adapter);
	world_struct(k, "e1000e", "e1000_ring", 32, e1000_ring);
	world_struct(k, "e1000e", "e1000_adapter", 64, e1000e_adapter);
}

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
static const struct world_member virtio_queue[] = {
	{"vq", "*virtqueue", 8}, {"packets", "u64", 16}, {0}};
static const struct world_member info[] = {{"max_queue_pairs", "u16", 0},
					   {"sq", "*send_queue", 8},
					   {"rq", "*send_queue", 16},
					   {"cvq", "*virtqueue", 24},
					   {0}};

/* struct vring_virtqueue of 7.0 and newer: which kind it is, is an enum's name. */
static inline void vvq_with_enum(struct world *k)
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

static inline void virtio_structs(struct world *k, enum generation g)
{
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
}

static inline void virtio_module(struct world *k)
{
	world_struct(k, "virtio_net", "send_queue", 24, virtio_queue);
	world_struct(k, "virtio_net", "virtnet_info", 32, info);
}

static uint64_t vvq; /* of the transmit queue, the only one that is there */

static inline void write_queue(struct world *k, struct net_world *n, enum generation g,
			       bool is_packed)
{
	uint64_t device = world_new(k, NULL, "device"),
		 features = world_new(k, NULL, "virtio_device");
	net_device_of(k, device, "virtio0", n->bus_virtio, "virtio_net", 0);
	uint64_t dev = net_interface(k, n->init_net, "eth0", device, 64), priv = dev + NET_PRIV;
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

static inline void desc(struct world *k, uint64_t at, uint64_t addr, uint32_t len, uint16_t a,
			uint16_t b)
{
	uint8_t *p = world_at(k, at);
	put_u64(p, addr, ORDER_LE);
	put_u32(p + 8, len, ORDER_LE);
	put_u16(p + 12, a, ORDER_LE);
	put_u16(p + 14, b, ORDER_LE);
}

/* A ring of 4 whose counters wrap at 2^16: 65535 was used and not seen, 0 (a chain) is with the
 * device. */
static inline void write_split(struct world *k)
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

/* Second lap of a ring of 4: the driver has seen all before 3; 3 is used, 0 is with the device. */
static inline void write_packed(struct world *k)
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

static inline void item(struct world *k, uint64_t list, uint32_t attr, uint8_t nla,
			const void *data, uint16_t len)
{
	uint64_t at = world_alloc(k, 24u + len + 8);
	world_set(k, at, NULL, "devlink_fmsg_item", "attrtype", attr);
	world_set(k, at, NULL, "devlink_fmsg_item", "nla_type", nla);
	world_set(k, at, NULL, "devlink_fmsg_item", "len", len);
	memcpy(world_at(k, at + 24), data, len);
	world_list_add(k, list, at);
}

static inline void devlink_structs(struct world *k)
{
	world_struct(k, NULL, "devlink_fmsg_item", 24, fmsg_item);
	world_struct(k, NULL, "devlink_fmsg", 16, fmsg);
	world_struct(k, NULL, "reporter_ops", 8, ops);
	world_struct(k, NULL, "devlink_health_reporter", 48, reporter);
	world_struct(k, NULL, "devlink_region", 48, region);
	world_struct(k, NULL, "devlink_snapshot", 32, snapshot);
	world_struct(k, NULL, "devlink", 48, devlink);
	world_struct(k, NULL, "xarray", 16, xarray);
}

static inline uint64_t write_devlink(struct world *k, struct net_world *n)
{
	static const uint8_t crspace[40] = {0xba, 0xda, 0xcc, 0xe5};
	uint8_t number[4];
	uint64_t dl = world_new(k, NULL, "devlink"), device = world_new(k, NULL, "device");
	uint64_t r = world_new(k, NULL, "devlink_health_reporter");
	uint64_t name = world_new(k, NULL, "reporter_ops"),
		 msg = world_new(k, NULL, "devlink_fmsg");
	uint64_t area = world_new(k, NULL, "devlink_region"), data = world_alloc(k, 64);
	uint64_t shot = world_new(k, NULL, "devlink_snapshot"),
		 array = world_new(k, NULL, "xarray");
	net_device_of(k, device, "0000:08:00.0", n->bus_pci, "mlx5_core", 0);
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

static inline struct layout with_xarray(void)
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

/* Everything in one machine; kind has bits: a packed ring, the newer kernel. */
static inline void write_all(struct world *k, struct net_world *n, unsigned int kind)
{
	enum generation g = kind & 2 ? LAYOUT_ENUM : PACKED_BOOL;
	uint64_t ring, dev;
	net_structs(k);
	virtio_structs(k, g);
	devlink_structs(k);
	e1000_structs(k);
	virtio_module(k);
	net_machine(k, n);
	write_e1000(k, n, &ring, &dev);
	write_queue(k, n, g, kind & 1);
	if (kind & 1)
		write_packed(k);
	else
		write_split(k);
	write_devlink(k, n);
}

#endif
