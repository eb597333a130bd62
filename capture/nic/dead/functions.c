// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every network function on the PCI buses, whether a driver has it or not: what the kernel
 * remembers of its configuration space, its errors, its virtual functions.
 */
#include <inttypes.h>
#include <string.h>
#include "kernel/list.h"
#include "nic/dead/members.h"
#include "nic/decode/pci_config.h"

#define NAME_SIZE   64
#define CONFIG_SIZE 64 /* of saved_config_space */

/* Bits of the AER counters are numbers of errors (include/uapi/linux/pci_regs.h); 16 and 27 slots.
 */
#define AER_MAX 64

static const struct nic_member ids[] = {{"vendor", "vendor", MEMBER_HEX, NULL},
					{"device", "device", MEMBER_HEX, NULL},
					{"subsystem_vendor", "subsystem_vendor", MEMBER_HEX, NULL},
					{"subsystem_device", "subsystem_device", MEMBER_HEX, NULL},
					{"class", "class", MEMBER_HEX, NULL},
					{"revision", "revision", MEMBER_HEX, NULL},
					{0}};

/* pci_channel_state_t counts from 1 (include/linux/pci.h). */
static const char *const channel_names[] = {"none", "normal", "!frozen", "!perm_failure", NULL};
static const char *const power_names[] = {"D0", "D1", "D2", "D3hot", "D3cold", "unknown", NULL};

static const struct nic_member states[] = {
	{"error_state", "error_state", MEMBER_VALUE, channel_names},
	{"power_state", "current_state", MEMBER_VALUE, power_names},
	{"enabled", "enable_cnt", MEMBER_INT, NULL},
	{"busmaster", "is_busmaster", MEMBER_BOOL, NULL},
	{"irq", "irq", MEMBER_UINT, NULL},
	{"msi", "msi_enabled", MEMBER_BOOL, NULL},
	{"msix", "msix_enabled", MEMBER_BOOL, NULL},
	{"physfn", "is_physfn", MEMBER_BOOL, NULL},
	{"virtfn", "is_virtfn", MEMBER_BOOL, NULL},
	{0}};

static const struct nic_member sriov[] = {
	/* the capability's, and of those as many as the driver said that it can: sriov_totalvfs */
	{"total_vfs", "total_VFs", MEMBER_UINT, NULL},
	{"driver_max_vfs", "driver_max_VFs", MEMBER_UINT, NULL},
	{"initial_vfs", "initial_VFs", MEMBER_UINT, NULL},
	{"num_vfs", "num_VFs", MEMBER_UINT, NULL},
	{"offset", "offset", MEMBER_UINT, NULL},
	{"stride", "stride", MEMBER_UINT, NULL},
	{"vf_device", "vf_device", MEMBER_HEX, NULL},
	{"drivers_autoprobe", "drivers_autoprobe", MEMBER_BOOL, NULL},
	{0}};

/* One array of counters: those that are not zero, by their bit. */
static void aer_counts(struct dead *d, const struct place *aer, const char *key, const char *path)
{
	struct place p;
	uint32_t length = 0;
	uint64_t value;
	enum found f = place_at(aer, path, &p);
	if (f == FOUND && !type_array_length(p.type, &length))
		f = FOUND_ABSENT;
	if (f != FOUND) {
		show_none(&d->show, key, dead_why(f));
		return;
	}
	show_row(&d->show, key, "%s:", key);
	for (unsigned int i = 0; i < MIN(length, AER_MAX); i++) {
		char bit[16];
		struct place counter;
		snprintf(bit, sizeof(bit), "bit%u", i);
		if (dead_at_index(&p, "[#]", i, &counter) == FOUND &&
		    place_number(&counter, "", &value) == FOUND && value)
			show_u64(&d->show, bit, value);
	}
	show_row_end(&d->show);
}

/* aer_info in 7.2, aer_stats in 6.12 and 6.1 (include/linux/pci.h, drivers/pci/pcie/aer.c) */
static void aer(struct dead *d, const struct place *dev)
{
	static const struct nic_member totals[] = {
		{"correctable", "dev_total_cor_errs", MEMBER_UINT, NULL},
		{"!nonfatal", "dev_total_nonfatal_errs", MEMBER_UINT, NULL},
		{"!fatal", "dev_total_fatal_errs", MEMBER_UINT, NULL},
		{0}};
	struct place p;
	enum found f = dead_at(dev, "aer_info|aer_stats", &p);
	if (f == FOUND)
		f = place_deref(&p, &p);
	if (f != FOUND) {
		show_none(&d->show, "aer", f == FOUND_NULL ? "none" : dead_why(f));
		return;
	}
	show_object(&d->show, "aer", "AER");
	nic_health_context(&d->health, "PCI errors (AER)");
	dead_members(d, &p, totals);
	aer_counts(d, &p, "correctable_by_bit", "dev_cor_errs");
	aer_counts(d, &p, "nonfatal_by_bit", "dev_nonfatal_errs");
	aer_counts(d, &p, "fatal_by_bit", "dev_fatal_errs");
	nic_health_context(&d->health, "PCI");
	show_object_end(&d->show);
}

/*
 * saved_config_space: as it was when the driver called pci_save_state(). The words were made by
 * pci_read_config_dword(): in the file they are as the device has them, little-endian.
 */
static void config_space(struct dead *d, const struct place *dev)
{
	uint8_t bytes[CONFIG_SIZE];
	_cleanup_buf_ struct buf decoded = BUF_INIT;
	struct json j;
	struct place p;
	enum found f = place_at(dev, "saved_config_space", &p);
	if (f == FOUND && place_size(&p) != sizeof(bytes))
		f = FOUND_ABSENT;
	if (f == FOUND)
		f = place_read(&p, bytes, sizeof(bytes));
	if (f != FOUND) {
		show_none(&d->show, "saved_config", dead_why(f));
		return;
	}
	bool saved = false;
	for (size_t i = 0; i < sizeof(bytes); i += 4) {
		uint32_t word = get_u32(bytes + i, d->k->vmcore->order);
		put_u32(bytes + i, word, ORDER_LE);
		saved |= word != 0;
	}
	if (!saved) {
		show_none(&d->show, "saved_config", "never saved");
		return;
	}
	json_init(&j, &decoded, true);
	json_object(&j, NULL);
	pci_config_json(bytes, sizeof(bytes), &j);
	json_object_end(&j);
	show_row(&d->show, "saved_config", "saved config:");
	show_hex(&d->show, "command", get_u16(bytes + 4, ORDER_LE));
	show_hex(&d->show, "status", get_u16(bytes + 6, ORDER_LE));
	show_json(&d->show, "decoded", &decoded);
	show_row_end(&d->show);
	dead_raw_bytes(d, "config.bin", bytes, sizeof(bytes));
}

/* Bus and devfn in one number; they go on from one bus to the next. */
static bool routing_id(const struct place *dev, int64_t *ret)
{
	uint64_t bus, devfn;
	if (place_number(dev, "bus.number", &bus) != FOUND ||
	    place_number(dev, "devfn", &devfn) != FOUND)
		return false;
	*ret = (int64_t)((bus & 0xff) << 8 | (devfn & 0xff));
	return true;
}

/* The N of virtfnN, by which drivers count their VFs: pci_iov_vf_id() (drivers/pci/iov.c). */
static void vf_number(struct dead *d, const struct place *vf, const struct place *physical)
{
	int64_t of_vf, of_physical;
	uint64_t offset, stride, vfs;
	if (!routing_id(vf, &of_vf) || !routing_id(physical, &of_physical) ||
	    place_number(physical, "sriov.offset", &offset) != FOUND ||
	    place_number(physical, "sriov.stride", &stride) != FOUND ||
	    place_number(physical, "sriov.num_VFs", &vfs) != FOUND) {
		show_none(&d->show, "vf_number", "absent");
		return;
	}
	int64_t behind = of_vf - of_physical - (int64_t)(offset & 0xffff);
	int64_t step = (int64_t)(stride & 0xffff);
	/* one VF has no stride */
	int64_t number = step ? behind / step : 0;
	if (behind != number * step || number < 0 || (uint64_t)number >= vfs)
		show_none(&d->show, "vf_number", "damaged");
	else
		show_u64(&d->show, "vf_number", (uint64_t)number);
}

/* A VF's physfn and a PF's sriov share their place: a union, told apart by bits. */
static void virtual_functions(struct dead *d, const struct place *dev)
{
	char name[NAME_SIZE];
	struct place p;
	if (place_or_0(dev, "is_virtfn")) {
		enum found f = place_at(dev, "physfn", &p);
		if (f == FOUND)
			f = place_deref(&p, &p);
		if (f == FOUND)
			f = place_text(&p, "dev.kobj.name", name, sizeof(name));
		if (f != FOUND) {
			show_none(&d->show, "physical_function", dead_why(f));
			return;
		}
		show_text(&d->show, "physical_function", name);
		vf_number(d, dev, &p);
		return;
	}
	if (!place_or_0(dev, "is_physfn") || place_at(dev, "sriov", &p) != FOUND ||
	    place_deref(&p, &p) != FOUND)
		return;
	show_row(&d->show, "sriov", "SR-IOV:");
	dead_members(d, &p, sriov);
	show_row_end(&d->show);
}

static bool is_network(uint64_t class)
{
	return class >> 16 == 0x02 || class >> 8 == 0x0c06; /* network; InfiniBand */
}

static void function(struct dead *d, const struct place *dev)
{
	char name[NAME_SIZE] = "?", driver[NAME_SIZE];
	if (!is_network(place_or_0(dev, "class")))
		return;
	d->functions++;
	(void)!place_text(dev, "dev.kobj.name", name, sizeof(name));
	dead_raw_device(d, name);
	nic_health_begin(&d->health, NIC_FUNCTION, name);
	nic_health_context(&d->health, "PCI");
	nic_health_device(&d->health, NULL, name);
	show_object(&d->show, NULL, "%s", name);
	json_str(&d->show.json, "name", name);
	enum found f = place_text(dev, "dev.driver.name", driver, sizeof(driver));
	if (f == FOUND) {
		show_text(&d->show, "driver", driver);
		nic_health_device(&d->health, driver, NULL);
	} else {
		show_none(&d->show, "driver", f == FOUND_NULL ? "none" : dead_why(f));
	}
	dead_members(d, dev, ids);
	dead_members(d, dev, states);
	virtual_functions(d, dev);
	aer(d, dev);
	config_space(d, dev);
	dead_health_end(d);
	show_object_end(&d->show);
}

struct bus_walk {
	struct dead *d;
	struct place bus, dev; /* types; addr is set as it goes */
	int64_t node, children, devices, bus_list;
	size_t buses, devs;
};

/* Depth first; damaged buses may be each other's children: their number has a limit. */
static void walk_buses(struct bus_walk *w, uint64_t head, int depth)
{
	struct list_iter it, devs;
	uint64_t bus, dev;
	list_init(&it, &w->d->k->kmem, head, w->node, DEAD_BUSES_MAX);
	while (dead_time_left(w->d) && w->buses < DEAD_BUSES_MAX && list_next(&it, &bus)) {
		w->buses++;
		list_init(&devs, &w->d->k->kmem, bus + (uint64_t)w->devices, w->bus_list,
			  DEAD_FUNCTIONS_MAX);
		while (dead_time_left(w->d) && w->devs < DEAD_FUNCTIONS_MAX &&
		       list_next(&devs, &dev)) {
			w->devs++;
			w->dev.addr = dev;
			function(w->d, &w->dev);
		}
		if (w->devs < DEAD_FUNCTIONS_MAX)
			dead_note_walk(w->d, &devs.walk, "the devices of a PCI bus");
		if (depth < 32)
			walk_buses(w, bus + (uint64_t)w->children, depth + 1);
	}
	if (w->buses < DEAD_BUSES_MAX)
		dead_note_walk(w->d, &it.walk, "a list of PCI buses");
}

void dead_functions(struct dead *d)
{
	struct bus_walk w = {.d = d};
	struct place root;
	show_list(&d->show, "functions");
	if (place_symbol(d->k, NULL, "pci_root_buses", "struct list_head", &root) != FOUND ||
	    place_struct(d->k, NULL, "struct pci_bus", 0, &w.bus) != FOUND ||
	    place_struct(d->k, NULL, "struct pci_dev", 0, &w.dev) != FOUND) {
		dead_note(d, "this kernel's PCI buses are not known");
	} else {
		w.node = place_offset(&w.bus, "node");
		w.children = place_offset(&w.bus, "children");
		w.devices = place_offset(&w.bus, "devices");
		w.bus_list = place_offset(&w.dev, "bus_list");
		if (w.node < 0 || w.children < 0 || w.devices < 0 || w.bus_list < 0)
			dead_note(d, "this kernel's PCI buses have other lists than are known");
		else
			walk_buses(&w, root.addr, 0);
		if (w.buses == DEAD_BUSES_MAX || w.devs == DEAD_FUNCTIONS_MAX)
			dead_note(d, "PCI buses or devices without end: not all are shown");
	}
	show_list_end(&d->show);
}
