// SPDX-License-Identifier: GPL-2.0-or-later
/* Every net_device of every network namespace. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "kernel/list.h"
#include "nic/dead/driver.h"

/* struct device_driver's and bus_type's names are as long as they like. */
#define NAME_SIZE    64
#define ANCESTRY_MAX 16

/* include/uapi/linux/if.h, include/linux/netdevice.h */
static const char *const flag_names[] = {
	"up",	     "broadcast", "debug",    "loopback", "pointopoint", "notrailers", "running",
	"noarp",     "promisc",	  "allmulti", "master",	  "slave",	 "multicast",  "portsel",
	"automedia", "dynamic",	  "lower_up", "dormant",  "echo",	 NULL};
static const char *const state_names[] = {"start",   "present", "nocarrier", "linkwatch_pending",
					  "dormant", "testing", NULL};
static const char *const reg_state_names[] = {
	"uninitialized", "registered", "unregistering", "unregistered", "released", "dummy", NULL};
static const char *const operstate_names[] = {"unknown", "notpresent", "down", "lowerlayerdown",
					      "testing", "dormant",    "up",   NULL};
static const char *const queue_state_names[] = {"drv_xoff", "stack_xoff", "frozen", NULL};
static const char *const napi_names[] = {
	"sched",	"missed",	    "disable",	"npsvc",	  "listed", "no_busy_poll",
	"in_busy_poll", "prefer_busy_poll", "threaded", "sched_threaded", NULL};

static const struct nic_member device_members[] = {
	{"ifindex", "ifindex", MEMBER_UINT, NULL},
	{"mac", "dev_addr", MEMBER_MAC, NULL},
	{"perm_mac", "perm_addr", MEMBER_MAC, NULL},
	{"mtu", "mtu", MEMBER_UINT, NULL},
	{"flags", "flags", MEMBER_BITS, flag_names},
	{"state", "state", MEMBER_BITS, state_names},
	{"reg_state", "reg_state", MEMBER_VALUE, reg_state_names},
	{"operstate", "operstate", MEMBER_VALUE, operstate_names},
	{"carrier_up_count", "carrier_up_count", MEMBER_UINT, NULL},
	{"carrier_down_count", "carrier_down_count", MEMBER_UINT, NULL},
	{"promiscuity", "promiscuity", MEMBER_COUNTER, NULL},
	{"tx_queue_len", "tx_queue_len", MEMBER_UINT, NULL},
	{"watchdog_ms", "watchdog_timeo", MEMBER_TICKS, NULL},
	{"tx_queues", "real_num_tx_queues", MEMBER_UINT, NULL},
	{"tx_queues_allocated", "num_tx_queues", MEMBER_UINT, NULL},
	{"rx_queues", "real_num_rx_queues", MEMBER_UINT, NULL},
	{"rx_queues_allocated", "num_rx_queues", MEMBER_UINT, NULL},
	{0}};

/* What ndo_get_stats64() adds is the driver's; core_stats is per CPU and not in here. */
static const struct nic_member stats_members[] = {
	{"rx_packets", "stats.rx_packets", MEMBER_COUNTER, NULL},
	{"tx_packets", "stats.tx_packets", MEMBER_COUNTER, NULL},
	{"rx_bytes", "stats.rx_bytes", MEMBER_COUNTER, NULL},
	{"tx_bytes", "stats.tx_bytes", MEMBER_COUNTER, NULL},
	{"rx_errors", "stats.rx_errors", MEMBER_COUNTER, NULL},
	{"tx_errors", "stats.tx_errors", MEMBER_COUNTER, NULL},
	{"rx_dropped", "stats.rx_dropped", MEMBER_COUNTER, NULL},
	{"tx_dropped", "stats.tx_dropped", MEMBER_COUNTER, NULL},
	{"multicast", "stats.multicast", MEMBER_COUNTER, NULL},
	{"collisions", "stats.collisions", MEMBER_COUNTER, NULL},
	{"rx_over_errors", "stats.rx_over_errors", MEMBER_COUNTER, NULL},
	{"rx_crc_errors", "stats.rx_crc_errors", MEMBER_COUNTER, NULL},
	{"rx_missed_errors", "stats.rx_missed_errors", MEMBER_COUNTER, NULL},
	{"tx_aborted_errors", "stats.tx_aborted_errors", MEMBER_COUNTER, NULL},
	{"tx_carrier_errors", "stats.tx_carrier_errors", MEMBER_COUNTER, NULL},
	{0}};

static const struct nic_member queue_members[] = {
	{"state", "state", MEMBER_BITS, queue_state_names},
	{"last_xmit_ms", "trans_start", MEMBER_AGO, NULL},
	{"timeouts", "trans_timeout", MEMBER_UINT, NULL},
	{"lock_owner", "xmit_lock_owner", MEMBER_INT, NULL},
	{"dql_queued", "dql.num_queued", MEMBER_UINT, NULL},
	{"dql_completed", "dql.num_completed", MEMBER_UINT, NULL},
	{"dql_limit", "dql.limit", MEMBER_UINT, NULL},
	{"qdisc", "qdisc.ops.id", MEMBER_TEXT, NULL},
	{"qlen", "qdisc.q.qlen", MEMBER_UINT, NULL},
	{0}};

static const struct nic_member napi_members[] = {{"state", "state", MEMBER_BITS, napi_names},
						 {"weight", "weight", MEMBER_UINT, NULL},
						 {"irq", "irq", MEMBER_INT, NULL},
						 {"poll_owner", "poll_owner", MEMBER_INT, NULL},
						 {"list_owner", "list_owner", MEMBER_INT, NULL},
						 {"rx_count", "rx_count", MEMBER_UINT, NULL},
						 {0}};

/* Bits 0 and 1 of netdev_queue.state: by the driver, and by dynamic queue limits. */
#define QUEUE_STOPPED 3
#define PRESENT	      (1 << 1)
#define NOCARRIER     (1 << 2)
#define FLAG_UP	      1

/* seconds; NAN: not known */
static double seconds_of(const struct dead *d, uint64_t jiffies)
{
	return d->ticks.hz ? (double)jiffies / (double)d->ticks.hz : NAN;
}

static void judge_queue(struct dead *d, const struct place *dev, const struct place *q,
			unsigned int index, bool stopped)
{
	uint64_t start = place_or_0(q, "trans_start");
	const struct nic_txq txq = {
		.index = index,
		.stopped = stopped,
		.timeouts = place_or_0(q, "trans_timeout"),
		.age = start ? ticks_since(&d->ticks, start) : NAN,
		.watchdog = seconds_of(d, place_or_0(dev, "watchdog_timeo")),
	};
	nic_health_queue(&d->health, &txq);
}

static void queues(struct dead *d, const struct place *dev)
{
	uint64_t n = place_or_0(dev, "real_num_tx_queues");
	struct place q;
	show_list(&d->show, "tx");
	for (unsigned int i = 0; i < MIN(n, DEAD_QUEUES_MAX) && dead_time_left(d); i++) {
		enum found f = dead_at_index(dev, "_tx[#]", i, &q);
		bool stopped = f == FOUND && place_or_0(&q, "state") & QUEUE_STOPPED;
		show_row(&d->show, NULL, "tx queue %u:", i);
		show_bool(&d->show, "stopped", stopped);
		if (f == FOUND) {
			dead_members(d, &q, queue_members);
			judge_queue(d, dev, &q, i, stopped);
		} else {
			show_none(&d->show, "queue", dead_why(f));
		}
		show_row_end(&d->show);
	}
	show_list_end(&d->show);
	if (n > DEAD_QUEUES_MAX)
		dead_note(d, "an interface claims %" PRIu64 " TX queues; %d are shown", n,
			  DEAD_QUEUES_MAX);
}

static void napi(struct dead *d, const struct place *dev)
{
	struct place head, p;
	struct list_iter it;
	struct symbol poll;
	uint64_t addr, at, off;
	if (place_at(dev, "napi_list", &head) != FOUND ||
	    place_struct(d->k, NULL, "struct napi_struct", 0, &p) != FOUND)
		return;
	int64_t member = place_offset(&p, "dev_list");
	if (member < 0)
		return;
	list_init(&it, &d->k->kmem, head.addr, member, DEAD_NAPI_MAX);
	show_list(&d->show, "napi");
	while (dead_time_left(d) && list_next(&it, &addr)) {
		p.addr = addr;
		show_row(&d->show, NULL, "napi %zu:", it.walk.visited - 1);
		dead_members(d, &p, napi_members);
		at = place_or_0(&p, "poll");
		if (at && d->k->symbols && symbols_at(d->k->symbols, at, &poll, &off))
			show_text(&d->show, "poll", poll.name);
		show_row_end(&d->show);
	}
	show_list_end(&d->show);
	dead_note_walk(d, &it.walk, "a list of NAPI contexts");
}

/* "bus" and "address" of the first ancestor on a bus that has one, PCI before all. */
static void parents(struct dead *d, const struct place *parent)
{
	char bus[NAME_SIZE], name[NAME_SIZE];
	struct place p = *parent;
	for (int i = 0; i < ANCESTRY_MAX; i++) {
		if (place_text(&p, "bus.name", bus, sizeof(bus)) == FOUND &&
		    place_text(&p, "kobj.name", name, sizeof(name)) == FOUND) {
			if (i == 0) {
				show_text(&d->show, "bus", bus);
				show_text(&d->show, "device", name);
			}
			if (strcmp(bus, "pci") == 0) {
				show_text(&d->show, "pci", name);
				nic_health_device(&d->health, NULL, name);
				return;
			}
		}
		if (place_at(&p, "parent", &p) != FOUND || place_deref(&p, &p) != FOUND)
			return;
	}
}

static const struct nic_driver *driver(struct dead *d, const struct place *dev, char *module,
				       size_t size)
{
	static const struct nic_member kind = {"kind", "rtnl_link_ops.kind", MEMBER_TEXT, NULL};
	char name[NAME_SIZE];
	struct place parent;
	*module = '\0';
	enum found f = place_at(dev, "dev.parent", &parent);
	if (f == FOUND)
		f = place_deref(&parent, &parent);
	if (f != FOUND) {
		show_none(&d->show, "driver", f == FOUND_NULL ? "none" : dead_why(f));
		if (place_or_0(dev, "rtnl_link_ops"))
			dead_member(d, dev, &kind);
		return NULL;
	}
	f = place_text(&parent, "driver.name", name, sizeof(name));
	if (f == FOUND) {
		show_text(&d->show, "driver", name);
		nic_health_device(&d->health, name, NULL);
	} else {
		show_none(&d->show, "driver", f == FOUND_NULL ? "none" : dead_why(f));
	}
	if (place_text(&parent, "driver.owner.name", module, size) == FOUND)
		show_text(&d->show, "module", module);
	else
		*module = '\0';
	parents(d, &parent);
	return f == FOUND ? nic_driver_find(name) : NULL;
}

/*
 * netdev_priv() of include/linux/netdevice.h: the flexible member at the end (6.12), before that
 * behind the struct, aligned to 32 bytes (NETDEV_ALIGN; 6.1).
 */
uint64_t nic_priv(const struct place *dev)
{
	int64_t offset = place_offset(dev, "priv");
	uint64_t size = place_size(dev);
	if (offset < 0)
		offset = size ? (int64_t)((size + 31) & ~UINT64_C(31)) : -1;
	return offset < 0 ? 0 : dev->addr + (uint64_t)offset;
}

/*
 * Why there is no carrier, as far as memory has it: someone's wish, what the PHY's driver saw last
 * (include/linux/phy.h, enum phy_state), or that there never was one. What firmware would have said
 * (ethtool's extended link state) nobody had asked.
 */
static const char *no_carrier_reason(const struct place *dev, char *text, size_t size)
{
	struct place phy;
	uint64_t value;
	if (place_or_0(dev, "proto_down")) {
		snprintf(text, size, "protocol down, reason 0x%" PRIx64,
			 place_or_0(dev, "proto_down_reason"));
		return text;
	}
	if (place_at(dev, "phydev.state", &phy) == FOUND &&
	    place_number(&phy, "", &value) == FOUND) {
		const char *name = type_enumerator_name(phy.type, (int64_t)value);
		snprintf(text, size, "its PHY is in state %s", name ? name : "unknown");
		return text;
	}
	if (place_number(dev, "carrier_up_count", &value) == FOUND && value == 0)
		return "it never came up";
	if (place_number(dev, "carrier_down_count", &value) != FOUND)
		return NULL;
	snprintf(text, size, "it went down %" PRIu64 " time%s since boot", value,
		 value == 1 ? "" : "s");
	return text;
}

static void link_state(struct dead *d, const struct place *dev)
{
	char text[96];
	uint64_t state, flags;
	if (place_number(dev, "state", &state) != FOUND)
		return;
	show_bool(&d->show, "carrier", !(state & NOCARRIER));
	if (place_number(dev, "flags", &flags) == FOUND)
		nic_health_link(&d->health, flags & FLAG_UP, state & PRESENT, !(state & NOCARRIER),
				no_carrier_reason(dev, text, sizeof(text)));
}

static void interface(struct dead *d, const struct place *dev, uint64_t ns, bool initial)
{
	char name[20] = "?", directory[48], module[NAME_SIZE];
	if (place_text(dev, "name", name, sizeof(name)) != FOUND)
		dead_note(d, "an interface at 0x%" PRIx64 " has no readable name", dev->addr);
	d->interfaces++;
	if (initial)
		snprintf(directory, sizeof(directory), "%s", name);
	else
		snprintf(directory, sizeof(directory), "%s@%" PRIu64, name, ns);
	dead_raw_device(d, directory);
	nic_health_begin(&d->health, NIC_INTERFACE, directory);
	show_object(&d->show, NULL, "%s%s", directory, initial ? "" : "  (in another namespace)");
	json_str(&d->show.json, "name", name);
	show_u64(&d->show, "netns", ns);
	const struct nic_driver *drv = driver(d, dev, module, sizeof(module));
	dead_members(d, dev, device_members);
	link_state(d, dev);
	show_hex(&d->show, "net_device", dev->addr);
	show_row(&d->show, "statistics", "statistics:");
	dead_members(d, dev, stats_members);
	show_row_end(&d->show);
	queues(d, dev);
	napi(d, dev);
	uint64_t priv = nic_priv(dev);
	if (drv && priv)
		nic_driver_show(d, drv, *module ? module : NULL, priv);
	dead_health_end(d);
	show_object_end(&d->show);
}

static void namespace(struct dead *d, const struct place *net, bool initial)
{
	struct place head, dev;
	struct list_iter it;
	uint64_t ns = place_or_0(net, "ns.inum"), addr;
	if (place_at(net, "dev_base_head", &head) != FOUND ||
	    place_struct(d->k, NULL, "struct net_device", 0, &dev) != FOUND ||
	    place_offset(&dev, "dev_list") < 0) {
		dead_note(d, "where this kernel has its interfaces is not known");
		return;
	}
	list_init(&it, &d->k->kmem, head.addr, place_offset(&dev, "dev_list"),
		  DEAD_INTERFACES_MAX - MIN(d->interfaces, DEAD_INTERFACES_MAX));
	while (dead_time_left(d) && list_next(&it, &addr)) {
		dev.addr = addr;
		interface(d, &dev, ns, initial);
	}
	dead_note_walk(d, &it.walk, "the interfaces of a namespace");
}

void dead_interfaces(struct dead *d)
{
	struct place init, list, net;
	struct list_iter it;
	uint64_t addr;
	show_list(&d->show, "interfaces");
	if (place_symbol(d->k, NULL, "init_net", "struct net", &init) != FOUND) {
		dead_note(d, "this kernel's init_net is not known: no interfaces");
	} else {
		namespace(d, &init, true);
		net = init;
		if (place_symbol(d->k, NULL, "net_namespace_list", "struct list_head", &list) ==
			    FOUND &&
		    place_offset(&init, "list") >= 0) {
			list_init(&it, &d->k->kmem, list.addr, place_offset(&init, "list"),
				  DEAD_NAMESPACES_MAX);
			while (dead_time_left(d) && list_next(&it, &addr)) {
				net.addr = addr;
				if (addr != init.addr)
				namespace(d, &net, false);
			}
			dead_note_walk(d, &it.walk, "the list of network namespaces");
		} else {
			dead_note(d, "network namespaces but the first are not known");
		}
	}
	show_list_end(&d->show);
}
