// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The snapshots of devlink regions that exist (a driver takes them when a device fails). A new one
 * is taken, read and deleted again only for whoever asks for it (nic_depth.fresh): that is a
 * decision for whoever runs the machine.
 */
#include <errno.h>
#include <linux/devlink.h>
#include <signal.h>
#include "nic/live/collector.h"
#include "nic/live/devlink_request.h"

/* A snapshot larger than this is cut; known ones (shadow RAM, CR space) end at 16 MiB. */
#define SNAPSHOT_MAX (16U << 20)
/* Ids of snapshots that we take: the process is in it (at most 22 bits, PID_MAX_LIMIT). */
#define OWN_ID	   0xd3000000U
#define OWN_ID_PID 0x003fffffU

struct region {
	struct nla_view name;
	struct nla_view port; /* len 0: a region of the device */
	uint64_t size;
};

static void read_request(struct nic_netlink *n, const struct devlink_handle *h,
			 const struct region *r, uint32_t snapshot)
{
	struct nlmsghdr *m = nic_devlink_command(n, h, DEVLINK_CMD_REGION_READ, NLM_F_DUMP);
	if (r->port.len)
		mnl_attr_put_u32(m, DEVLINK_ATTR_PORT_INDEX, (uint32_t)nla_uint(&r->port));
	mnl_attr_put(m, DEVLINK_ATTR_REGION_NAME, r->name.len, r->name.data);
	mnl_attr_put_u32(m, DEVLINK_ATTR_REGION_SNAPSHOT_ID, snapshot);
	mnl_attr_put_u64(m, DEVLINK_ATTR_REGION_CHUNK_ADDR, 0);
	mnl_attr_put_u64(m, DEVLINK_ATTR_REGION_CHUNK_LEN, MIN(r->size, (uint64_t)SNAPSHOT_MAX));
}

static void save(struct nic_netlink *n, const struct devlink_handle *h, const struct region *r,
		 uint32_t snapshot, const char *called, struct nic_output *o)
{
	char name[32], file[64];
	_cleanup_buf_ struct buf answer = BUF_INIT, data = BUF_INIT;
	nic_file_name(name, sizeof(name), &r->name);
	nic_begin(o, "devlink netlink DEVLINK_CMD_REGION_READ %s/%s/%s snapshot %u", h->bus,
		  h->device, name, snapshot);
	read_request(n, h, r, snapshot);
	struct err *e = nic_netlink_talk(n, &answer);
	struct nla_view view = {(const uint8_t *)answer.data, answer.len};
	devlink_region_data(view, &data);
	snprintf(file, sizeof(file), "region-%s.%s", name, called);
	if (data.len > 0)
		nic_file(o, file, data.data, data.len);
	if (e)
		nic_err(o, e);
	else if (r->size > SNAPSHOT_MAX)
		nic_ok_but(o, "the first %u of %llu bytes", SNAPSHOT_MAX,
			   (unsigned long long)r->size);
	else
		nic_ok(o);
}

static struct nlmsghdr *region_command(struct nic_netlink *n, const struct devlink_handle *h,
				       const struct region *r, uint8_t command)
{
	struct nlmsghdr *m = nic_devlink_command(n, h, command, 0);
	if (r->port.len)
		mnl_attr_put_u32(m, DEVLINK_ATTR_PORT_INDEX, (uint32_t)nla_uint(&r->port));
	mnl_attr_put(m, DEVLINK_ATTR_REGION_NAME, r->name.len, r->name.data);
	return m;
}

/* The snapshot of this process: there is one at a time. Ids of the kernel's choice begin at 0. */
static uint32_t own_id(void)
{
	return OWN_ID | ((uint32_t)getpid() & OWN_ID_PID);
}

/* Its process is gone; or has ended, and we have its number. */
static bool is_left_over(uint32_t id)
{
	if ((id & ~OWN_ID_PID) != OWN_ID)
		return false;
	return id == own_id() || (kill((pid_t)(id & OWN_ID_PID), 0) < 0 && errno == ESRCH);
}

static struct err *delete_snapshot(struct nic_netlink *n, const struct devlink_handle *h,
				   const struct region *r, uint32_t snapshot)
{
	_cleanup_buf_ struct buf none = BUF_INIT;
	struct nlmsghdr *m = region_command(n, h, r, DEVLINK_CMD_REGION_DEL);
	mnl_attr_put_u32(m, DEVLINK_ATTR_REGION_SNAPSHOT_ID, snapshot);
	return nic_netlink_talk(n, &none);
}

static void drop(struct nic_netlink *n, const struct devlink_handle *h, const struct region *r,
		 uint32_t snapshot, const char *why, struct nic_output *o)
{
	char name[32];
	nic_file_name(name, sizeof(name), &r->name);
	nic_begin(o, "devlink netlink DEVLINK_CMD_REGION_DEL %s/%s/%s snapshot %u", h->bus,
		  h->device, name, snapshot);
	struct err *e = delete_snapshot(n, h, r, snapshot);
	if (e)
		nic_err(o, e);
	else
		nic_ok_but(o, "%s", why);
}

/*
 * The id is ours to choose (devlink_nl_region_new_doit(), net/devlink/region.c), so that whoever
 * comes later can tell a snapshot that a killed process left behind. It is deleted whether or not
 * it could be read: a device has room for few of them.
 */
static void save_new(struct nic_netlink *n, const struct devlink_handle *h, const struct region *r,
		     struct nic_output *o)
{
	char name[32];
	_cleanup_buf_ struct buf answer = BUF_INIT;
	nic_file_name(name, sizeof(name), &r->name);
	nic_begin(o, "devlink netlink DEVLINK_CMD_REGION_NEW %s/%s/%s snapshot %u", h->bus,
		  h->device, name, own_id());
	struct nlmsghdr *m = region_command(n, h, r, DEVLINK_CMD_REGION_NEW);
	mnl_attr_put_u32(m, DEVLINK_ATTR_REGION_SNAPSHOT_ID, own_id());
	struct err *e = nic_netlink_talk(n, &answer);
	if (e) {
		nic_err(o, e);
		return;
	}
	nic_ok(o);
	save(n, h, r, own_id(), "new", o);
	drop(n, h, r, own_id(), "ours: it was taken for this", o);
}

static bool next_id(struct nla_view *snapshots, uint32_t *ret)
{
	struct nla_view snapshot, id;
	uint16_t type;
	while (nla_take(snapshots, &type, &snapshot)) {
		if (!nla_find(snapshot, DEVLINK_ATTR_REGION_SNAPSHOT_ID, &id))
			continue;
		*ret = (uint32_t)nla_uint(&id);
		return true;
	}
	return false;
}

static unsigned save_snapshots(struct nic_netlink *n, const struct devlink_handle *h,
			       struct nla_view attrs, struct nic_output *o)
{
	struct region r = {0};
	struct nla_view size, snapshots;
	uint32_t id;
	unsigned count = 0;
	/* A name longer than this is no region's: it has to fit into the request. */
	if (!nla_find(attrs, DEVLINK_ATTR_REGION_NAME, &r.name) || r.name.len > 128)
		return 0;
	if (!nla_find(attrs, DEVLINK_ATTR_PORT_INDEX, &r.port))
		r.port.len = 0;
	r.size = nla_find(attrs, DEVLINK_ATTR_REGION_SIZE, &size) ? nla_uint(&size) : 0;
	if (!nla_find(attrs, DEVLINK_ATTR_REGION_SNAPSHOTS, &snapshots))
		snapshots.len = 0;
	for (struct nla_view rest = snapshots; o->depth->fresh && next_id(&rest, &id);)
		if (is_left_over(id))
			drop(n, h, &r, id, "a process that was killed had left it", o);
	if (o->depth->fresh) {
		save_new(n, h, &r, o);
		count++;
	}
	while (next_id(&snapshots, &id)) {
		char called[16];
		if ((id & ~OWN_ID_PID) == OWN_ID) /* gone by now, or soon */
			continue;
		snprintf(called, sizeof(called), "%u", id);
		save(n, h, &r, id, called, o);
		count++;
	}
	return count;
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	struct nic_netlink n;
	struct devlink_handle h = nic_devlink_handle(s);
	_cleanup_buf_ struct buf answer = BUF_INIT;
	unsigned count = 0;
	nic_begin(o, "devlink netlink DEVLINK_CMD_REGION_GET %s/%s", h.bus, h.device);
	struct err *e = nic_netlink_init_family(&n, DEVLINK_GENL_NAME);
	if (!e)
		e = nic_devlink_exists(&n, &h);
	if (!e)
		e = nic_devlink_ask(&n, &h, DEVLINK_CMD_REGION_GET, NLM_F_DUMP, &answer);
	if (e) {
		nic_err(o, e);
		return;
	}
	nic_ok(o);
	struct nla_view view = {(const uint8_t *)answer.data, answer.len}, attrs;
	while (devlink_take(&view, &attrs))
		if (devlink_is_about(attrs, &h))
			count += save_snapshots(&n, &h, attrs, o);
	if (count == 0) {
		nic_begin(o, "snapshots of %s/%s", h.bus, h.device);
		nic_absent(o, "the device has no snapshots");
	}
	nic_netlink_deinit(&n);
}

const struct nic_collector nic_collect_devlink_region = {
	.name = "devlink-region",
	.subjects = NIC_PCI | NIC_BUS,
	.stages = NIC_AFTER_BIND | NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.deadline = 10,
	.collect = collect,
};
