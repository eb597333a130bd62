/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structs that all worlds of nic-dump dead have (no real kernel's layout), and a machine with
 * interfaces and PCI functions. Header only; for dead_world.h.
 */
#ifndef SALVOR_TESTS_DEAD_NET_H
#define SALVOR_TESTS_DEAD_NET_H

#include "nic/dead_world.h"

/* Offset of the private struct behind struct net_device. */
#define NET_PRIV 512

static const struct world_member w_list[] = {{"next", "*u64", 0}, {"prev", "*u64", 8}, {0}};
static const struct world_member w_module[] = {{"name", "24 char", 8}, {0}};
static const struct world_member w_driver[] = {{"name", "*char", 0}, {"owner", "*module", 8}, {0}};
static const struct world_member w_bus[] = {{"name", "*char", 0}, {0}};
static const struct world_member w_kobj[] = {{"name", "*char", 0}, {0}};
static const struct world_member w_device[] = {{"kobj", "kobject", 0},
					       {"parent", "*device", 8},
					       {"bus", "*bus_type", 16},
					       {"driver", "*device_driver", 24},
					       {0}};
static const struct world_member w_wrapped[] = {{"counter", "u64", 0}, {0}};
static const struct world_member w_queue[] = {{"state", "u64", 0},
					      {"trans_start", "u64", 8},
					      {"trans_timeout", "atomic_long", 16},
					      {"xmit_lock_owner", "u32", 24},
					      {0}};
static const struct world_member w_napi[] = {
	{"state", "u64", 0}, {"dev_list", "list_head", 8}, {"weight", "u32", 24}, {0}};
static const struct world_member w_netdev[] = {{"name", "16 char", 0},
					       {"dev_list", "list_head", 16},
					       {"napi_list", "list_head", 32},
					       {"ifindex", "u32", 48},
					       {"mtu", "u32", 52},
					       {"flags", "u32", 56},
					       {"state", "u64", 64},
					       {"reg_state", "u8", 72},
					       {"operstate", "u8", 73},
					       {"dev_addr", "*u8", 80},
					       {"_tx", "*netdev_queue", 88},
					       {"real_num_tx_queues", "u32", 96},
					       {"watchdog_timeo", "u32", 100},
					       {"dev", "device", 104},
					       {"proto_down", "u8", 136},
					       {"proto_down_reason", "u32", 140},
					       {"carrier_up_count", "atomic_long", 144},
					       {"carrier_down_count", "atomic_long", 152},
					       {"phydev", "*phy_device", 160},
					       {"priv", "0 u8", NET_PRIV},
					       {0}};
static const struct world_member w_ns[] = {{"inum", "u32", 0}, {0}};
static const struct world_member w_net[] = {
	{"list", "list_head", 0}, {"dev_base_head", "list_head", 16}, {"ns", "ns_common", 32}, {0}};
static const struct world_member w_pci_bus[] = {{"node", "list_head", 0},
						{"children", "list_head", 16},
						{"devices", "list_head", 32},
						{"number", "u8", 48},
						{0}};
static const struct world_member w_sriov[] = {{"total_VFs", "u16", 0},	    {"num_VFs", "u16", 2},
					      {"offset", "u16", 4},	    {"stride", "u16", 6},
					      {"driver_max_VFs", "u16", 8}, {0}};
static const struct world_member w_aer[] = {
	{"dev_cor_errs", "16 u64", 0}, {"dev_total_cor_errs", "u64", 128}, {0}};
static const struct world_member w_pci_dev[] = {{"bus_list", "list_head", 0},
						{"vendor", "u16", 16},
						{"device", "u16", 18},
						{"class", "u32", 20},
						{"error_state", "u32", 24},
						{"is_virtfn", "u8", 28},
						{"is_physfn", "u8", 29},
						{"devfn", "u16", 30},
						{"saved_config_space", "16 u32", 32},
						{"dev", "device", 96},
						{"physfn", "*pci_dev", 128},
						{"sriov", "*pci_sriov", 128},
						{"aer_stats", "*aer_stats", 136},
						{"bus", "*pci_bus", 144},
						{0}};

struct net_world {
	uint64_t init_net, namespaces, buses, bus_pci, bus_virtio;
	uint64_t root_bus, child_bus;
};

static inline void net_structs(struct world *w)
{
	small_btf_init(&w->vmlinux, w->order, NULL);
	world_struct(w, NULL, "list_head", 16, w_list);
	world_struct(w, NULL, "atomic_long", 8, w_wrapped);
	world_struct(w, NULL, "module", 32, w_module);
	world_struct(w, NULL, "device_driver", 16, w_driver);
	world_struct(w, NULL, "bus_type", 8, w_bus);
	world_struct(w, NULL, "kobject", 8, w_kobj);
	world_struct(w, NULL, "device", 32, w_device);
	world_struct(w, NULL, "netdev_queue", 32, w_queue);
	world_struct(w, NULL, "napi_struct", 32, w_napi);
	world_struct(w, NULL, "net_device", NET_PRIV, w_netdev);
	world_struct(w, NULL, "ns_common", 8, w_ns);
	world_struct(w, NULL, "net", 48, w_net);
	world_struct(w, NULL, "pci_bus", 56, w_pci_bus);
	world_struct(w, NULL, "pci_sriov", 16, w_sriov);
	world_struct(w, NULL, "aer_stats", 136, w_aer);
	world_struct(w, NULL, "pci_dev", 160, w_pci_dev);
}

static inline uint64_t net_bus(struct world *w, const char *name)
{
	uint64_t bus = world_new(w, NULL, "bus_type");
	world_set(w, bus, NULL, "bus_type", "name", world_string(w, name));
	return bus;
}

static inline uint64_t net_namespace(struct world *w, struct net_world *n, uint32_t inum)
{
	uint64_t net = world_new(w, NULL, "net");
	world_set(w, world_addr(w, net, NULL, "net", "ns"), NULL, "ns_common", "inum", inum);
	world_list(w, world_addr(w, net, NULL, "net", "dev_base_head"));
	world_list_add(w, n->namespaces, net);
	return net;
}

static inline uint64_t net_pci_bus(struct world *w, uint64_t siblings)
{
	uint64_t bus = world_new(w, NULL, "pci_bus");
	world_list(w, bus + 16);
	world_list(w, bus + 32);
	world_list_add(w, siblings, bus);
	return bus;
}

static inline void net_machine(struct world *w, struct net_world *n)
{
	n->namespaces = world_alloc(w, 16);
	n->buses = world_alloc(w, 16);
	world_list(w, n->namespaces);
	world_list(w, n->buses);
	n->init_net = net_namespace(w, n, 1000);
	n->bus_pci = net_bus(w, "pci");
	n->bus_virtio = net_bus(w, "virtio");
	n->root_bus = net_pci_bus(w, n->buses);
	n->child_bus = net_pci_bus(w, n->root_bus + 16);
	world_symbol(w, "init_net", n->init_net);
	world_symbol(w, "net_namespace_list", n->namespaces);
	world_symbol(w, "pci_root_buses", n->buses);
}

/* Ticks, 250 a second, of which there were so many. */
static inline void net_clock(struct world *w, struct layout *l, uint64_t jiffies)
{
	uint64_t clock = world_alloc(w, 16), now = world_alloc(w, 8);
	put_u32(world_at(w, clock), 4000000 << 8, w->order);
	put_u32(world_at(w, clock + 4), 8, w->order);
	world_u64(w, now, jiffies);
	l->clocksource_jiffies = (int64_t)clock;
	l->clocksource_mult = 0;
	l->clocksource_shift = 4;
	l->jiffies_64 = (int64_t)now;
}

/* Fills a struct device; the driver's module has its name. 0: no parent, no driver. */
static inline void net_device_of(struct world *w, uint64_t device, const char *name, uint64_t bus,
				 const char *driver, uint64_t parent)
{
	world_set(w, device, NULL, "device", "kobj", world_string(w, name));
	world_set(w, device, NULL, "device", "bus", bus);
	world_set(w, device, NULL, "device", "parent", parent);
	if (!driver)
		return;
	uint64_t drv = world_new(w, NULL, "device_driver"), module = world_new(w, NULL, "module");
	memcpy(world_at(w, module + 8), driver, strlen(driver) + 1);
	world_set(w, drv, NULL, "device_driver", "name", world_string(w, driver));
	world_set(w, drv, NULL, "device_driver", "owner", module);
	world_set(w, device, NULL, "device", "driver", drv);
}

static inline uint64_t net_function(struct world *w, struct net_world *n, uint64_t bus,
				    const char *name, const char *driver, uint32_t class)
{
	uint64_t dev = world_new(w, NULL, "pci_dev");
	world_set(w, dev, NULL, "pci_dev", "vendor", 0x8086);
	world_set(w, dev, NULL, "pci_dev", "device", 0x100e);
	world_set(w, dev, NULL, "pci_dev", "class", class);
	world_set(w, dev, NULL, "pci_dev", "error_state", 1);
	world_set(w, dev, NULL, "pci_dev", "bus", bus);
	net_device_of(w, world_addr(w, dev, NULL, "pci_dev", "dev"), name, n->bus_pci, driver, 0);
	world_list_add(w, bus + 32, dev);
	return dev;
}

/* An interface with one queue and one NAPI context on the device at parent; priv bytes behind. */
static inline uint64_t net_interface(struct world *w, uint64_t net, const char *name,
				     uint64_t parent, size_t priv)
{
	uint64_t dev = world_alloc(w, NET_PRIV + priv), mac = world_alloc(w, 8);
	uint64_t queue = world_new(w, NULL, "netdev_queue"),
		 napi = world_new(w, NULL, "napi_struct");
	memcpy(world_at(w, dev), name, strlen(name) + 1);
	memcpy(world_at(w, mac), "\x52\x54\x00\x5a\x00\x07", 6);
	world_set(w, dev, NULL, "net_device", "ifindex", 7);
	world_set(w, dev, NULL, "net_device", "mtu", 1500);
	world_set(w, dev, NULL, "net_device", "state", 3);
	world_set(w, dev, NULL, "net_device", "dev_addr", mac);
	world_set(w, dev, NULL, "net_device", "_tx", queue);
	world_set(w, dev, NULL, "net_device", "real_num_tx_queues", 1);
	world_set(w, world_addr(w, dev, NULL, "net_device", "dev"), NULL, "device", "parent",
		  parent);
	world_list(w, world_addr(w, dev, NULL, "net_device", "napi_list"));
	world_list_add(w, world_addr(w, dev, NULL, "net_device", "napi_list"), napi + 8);
	world_list_add(w, world_addr(w, net, NULL, "net", "dev_base_head"), dev + 16);
	return dev;
}

#endif
