// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RDMA of a device: state and counters of its ports, and its objects: queue pairs, completion
 * queues, shared receive queues, memory regions, protection domains, contexts and connections, as
 * the kernel tells them over netlink; and, where the driver asks its device for them, the contexts
 * as the adapter has them (RES_*_GET_RAW, since 5.9; of mlx5 since 65959522f806). The raw contexts
 * of a kind are one file, one behind the other; the record says which object's is where. Those of
 * mlx5 are decoded, too.
 */
#include <errno.h>
#include <rdma/rdma_netlink.h>
#include <string.h>
#include "base/clock.h"
#include "nic/decode/mlx5_rsc_dump.h"
#include "nic/live/collector.h"
#include "nic/live/collect_rdma.h"

/* Decoded; the raw answer has the rest. Both keep the values below NIC_FRAME_MAX. */
#define OBJECTS_MAX  2048
#define CONTEXTS_MAX 64
/* Each raw context is a command of the firmware: some are better than none when there are many. */
#define RAW_MAX	    4096
#define RAW_SECONDS 6.0

#define PORTS_MAX 64

static const enum rdma_kind with_context[] = {RDMA_QP, RDMA_CQ, RDMA_SRQ, RDMA_MR};

/* What of a device was listed. */
struct lists {
	struct rdma_answers from;
	const struct root *root;
	const char *device;
	bool mlx5;
	struct buf of[RDMA_KINDS]; /* the kernel's answers */
};

/* The name of the process, which is not in the answer; a process that has ended has none. */
static void process_json(const struct root *root, struct nla_view object, struct json *j)
{
	struct nla_view pid;
	char path[64], comm[64];
	if (!nla_find(object, RDMA_NLDEV_ATTR_RES_PID, &pid))
		return;
	snprintf(path, sizeof(path), "/proc/%u/comm", (unsigned)nla_uint(&pid));
	if (root_read_line(root, path, comm, sizeof(comm)) > 0)
		json_str(j, "process", comm);
}

static struct nla_view answer_of(const struct lists *l, enum rdma_kind kind)
{
	return (struct nla_view) {(const uint8_t *)l->of[kind].data, l->of[kind].len};
}

/* Returns how many objects there are. */
static size_t objects_json(const struct lists *l, enum rdma_kind kind, struct json *j)
{
	struct rdma_walk w;
	struct nla_view object;
	size_t count = 0;
	char key[96];
	snprintf(key, sizeof(key), "%s/%s", l->device, rdma_kinds[kind].name);
	rdma_walk_init(&w, kind, answer_of(l, kind));
	json_array(j, key);
	for (; rdma_next(&w, &object); count++) {
		if (count >= OBJECTS_MAX)
			continue;
		json_object(j, NULL);
		rdma_object_json(kind, object, j);
		process_json(l->root, object, j);
		json_object_end(j);
	}
	json_array_end(j);
	return count;
}

static void list_kind(struct lists *l, enum rdma_kind kind, struct nic_output *o)
{
	const struct rdma_object_kind *k = &rdma_kinds[kind];
	char file[128];
	nic_begin(o, "rdma netlink RES_GET %s %s", k->name, l->device);
	struct err *e = l->from.objects(l->from.arg, kind, &l->of[kind]);
	if (l->of[kind].len > 0) {
		snprintf(file, sizeof(file), "rdma-%s-%s.netlink", l->device, k->name);
		nic_file(o, file, l->of[kind].data, l->of[kind].len);
	}
	size_t count = objects_json(l, kind, &o->values);
	if (e && count == 0 && rdma_is_unknown(err_errno(e))) {
		nic_absent(o, "the kernel does not list them (%s)", strerror(err_errno(e)));
		err_free(e);
	} else if (e)
		nic_err(o, e);
	else if (count == 0)
		nic_absent(o, "there are none");
	else if (count > OBJECTS_MAX)
		nic_ok_but(o, "%d of %zu are decoded, the raw file has all", OBJECTS_MAX, count);
	else
		nic_ok(o);
}

static void decoded_json(enum rdma_kind kind, struct nla_view raw, struct json *j)
{
	struct hw_sink sink;
	enum mlx5_resource what = kind == RDMA_QP   ? MLX5_RESOURCE_QP
				  : kind == RDMA_CQ ? MLX5_RESOURCE_CQ
						    : MLX5_RESOURCE_MKEY;
	json_array(j, "resource_dump");
	hw_json_init(&sink, j);
	mlx5_resource_dump(what, raw.data, raw.len, &sink);
	hw_sink_end(&sink);
	json_array_end(j);
}

struct contexts {
	const char *file;
	double until;
	size_t objects, taken, gone, decoded;
	size_t bytes; /* of the file so far */
};

/* One object's context; an error only where it is no use to ask for another one. */
static struct err *one_context(const struct lists *l, enum rdma_kind kind, uint32_t number,
			       struct contexts *c, struct nic_output *o)
{
	_cleanup_buf_ struct buf answer = BUF_INIT;
	struct nla_view raw;
	struct err *e = l->from.raw(l->from.arg, kind, number, &answer);
	if (e && err_errno(e) == ENOENT) { /* destroyed since it was listed */
		c->gone++;
		err_free(e);
		return NULL;
	}
	if (e)
		return e;
	struct nla_view view = {(const uint8_t *)answer.data, answer.len};
	if (!rdma_raw_context(view, &raw))
		return err_new(ERR_FORMAT, "the answer has no raw context");
	json_object(&o->values, NULL);
	json_u64(&o->values, "number", number);
	json_u64(&o->values, "at", c->bytes);
	json_u64(&o->values, "bytes", raw.len);
	if (l->mlx5 && kind != RDMA_SRQ && c->decoded < CONTEXTS_MAX) {
		decoded_json(kind, raw, &o->values);
		c->decoded++;
	}
	json_object_end(&o->values);
	nic_file(o, c->file, raw.data, raw.len);
	c->bytes += raw.len;
	c->taken++;
	return NULL;
}

static void contexts_end(const struct contexts *c, struct err *e, struct nic_output *o)
{
	if (e && c->taken == 0 && rdma_is_unknown(err_errno(e))) {
		nic_absent(o, "the driver gives none (%s)", strerror(err_errno(e)));
		err_free(e);
	} else if (e) {
		nic_err(o, e);
	} else if (c->taken + c->gone < c->objects) {
		nic_ok_but(o, "%zu of %zu; that many or %.0f s are the limit", c->taken, c->objects,
			   RAW_SECONDS);
	} else if (c->taken == 0) {
		nic_absent(o, "there are none");
	} else if (c->decoded < c->taken && c->decoded > 0) {
		nic_ok_but(o, "the first %d are decoded, the raw file has all", CONTEXTS_MAX);
	} else {
		nic_ok(o);
	}
}

static void raw_kind(const struct lists *l, enum rdma_kind kind, struct nic_output *o)
{
	char file[128], key[96];
	struct rdma_walk w;
	struct nla_view object;
	struct err *e = NULL;
	uint32_t number;
	snprintf(file, sizeof(file), "rdma-%s-%s.raw", l->device, rdma_kinds[kind].name);
	snprintf(key, sizeof(key), "%s/%s_contexts", l->device, rdma_kinds[kind].name);
	nic_begin(o, "rdma netlink RES_GET_RAW %s %s", rdma_kinds[kind].name, l->device);
	struct contexts c = {.file = file, .until = clock_now() + RAW_SECONDS};
	rdma_walk_init(&w, kind, answer_of(l, kind));
	json_array(&o->values, key);
	while (!e && rdma_next(&w, &object)) {
		c.objects++;
		if (c.taken < RAW_MAX && clock_now() < c.until &&
		    rdma_object_number(kind, object, &number))
			e = one_context(l, kind, number, &c, o);
	}
	json_array_end(&o->values);
	contexts_end(&c, e, o);
}

/* Asks, keeps the answer in a file; false: there is none, and the item is over. */
static bool ask_about(const struct lists *l, enum rdma_about what, uint32_t port, const char *name,
		      struct buf *answer, struct nic_output *o)
{
	char file[128];
	struct err *e = l->from.about(l->from.arg, what, port, answer);
	if (e && rdma_is_unknown(err_errno(e))) {
		nic_absent(o, "the driver has none (%s)", strerror(err_errno(e)));
		err_free(e);
		return false;
	}
	if (e) {
		nic_err(o, e);
		return false;
	}
	snprintf(file, sizeof(file), "rdma-%s-%s.netlink", l->device, name);
	nic_file(o, file, answer->data, answer->len);
	return true;
}

static void about_device(const struct lists *l, struct nic_output *o)
{
	char key[96];
	_cleanup_buf_ struct buf answer = BUF_INIT;
	nic_begin(o, "rdma netlink GET %s", l->device);
	if (!ask_about(l, RDMA_ABOUT_DEVICE, 0, "device", &answer, o))
		return;
	snprintf(key, sizeof(key), "%s/device", l->device);
	json_object(&o->values, key);
	rdma_device_json((struct nla_view) {(const uint8_t *)answer.data, answer.len}, &o->values);
	json_object_end(&o->values);
	nic_ok(o);
}

/* Returns how many there are, their numbers in numbers. */
static size_t about_ports(const struct lists *l, uint32_t numbers[PORTS_MAX], struct nic_output *o)
{
	char key[96];
	size_t count = 0;
	_cleanup_buf_ struct buf answer = BUF_INIT;
	nic_begin(o, "rdma netlink PORT_GET %s", l->device);
	if (!ask_about(l, RDMA_ABOUT_PORTS, 0, "ports", &answer, o))
		return 0;
	snprintf(key, sizeof(key), "%s/ports", l->device);
	struct nla_view view = {(const uint8_t *)answer.data, answer.len}, attrs;
	json_array(&o->values, key);
	while (count < PORTS_MAX && rdma_take(&view, &attrs)) {
		json_object(&o->values, NULL);
		numbers[count++] = rdma_port_json(attrs, &o->values);
		json_object_end(&o->values);
	}
	json_array_end(&o->values);
	nic_ok(o);
	return count;
}

static void about_counters(const struct lists *l, uint32_t port, struct nic_output *o)
{
	char key[96], name[32];
	_cleanup_buf_ struct buf answer = BUF_INIT;
	nic_begin(o, "rdma netlink STAT_GET %s port %u", l->device, port);
	snprintf(name, sizeof(name), "counters.%u", port);
	if (!ask_about(l, RDMA_ABOUT_COUNTERS, port, name, &answer, o))
		return;
	snprintf(key, sizeof(key), "%s/counters/%u", l->device, port);
	json_object(&o->values, key);
	rdma_counters_json((struct nla_view) {(const uint8_t *)answer.data, answer.len},
			   &o->values);
	json_object_end(&o->values);
	nic_ok(o);
}

void nic_rdma_device(const struct rdma_answers *from, const struct root *root, const char *device,
		     bool mlx5, struct nic_output *o)
{
	struct lists l = {.from = *from, .root = root, .device = device, .mlx5 = mlx5};
	uint32_t ports[PORTS_MAX];
	about_device(&l, o);
	size_t count = about_ports(&l, ports, o);
	for (size_t i = 0; i < count; i++)
		about_counters(&l, ports[i], o);
	for (int kind = 0; kind < RDMA_KINDS; kind++)
		list_kind(&l, (enum rdma_kind)kind, o);
	for (size_t i = 0; i < ARRAY_SIZE(with_context); i++)
		raw_kind(&l, with_context[i], o);
	for (int kind = 0; kind < RDMA_KINDS; kind++)
		buf_deinit(&l.of[kind]);
}

static bool belongs(const struct root *root, const struct nic_subject *s, const char *name)
{
	return s->kind == NIC_INTERFACE ? rdma_is_on_interface(root, name, s->name)
					: rdma_is_on_device(root, name, s->sysfs);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	static struct rdma_device devices[RDMA_DEVICES_MAX];
	struct nic_netlink n;
	size_t count = 0, mine = 0;
	nic_begin(o, "rdma netlink GET");
	struct err *e = nic_netlink_init(&n, NETLINK_RDMA);
	if (!e) {
		e = rdma_devices(&n, devices, &count);
		if (e)
			nic_netlink_deinit(&n);
	}
	if (e && err_errno(e) == EPROTONOSUPPORT) { /* ib_core is not loaded */
		nic_absent(o, "the kernel has no RDMA");
		err_free(e);
		return;
	}
	if (e) {
		nic_err(o, e);
		return;
	}
	nic_ok(o);
	for (size_t i = 0; i < count; i++) {
		if (!belongs(root, s, devices[i].name))
			continue;
		struct rdma_of_kernel of = {&n, &devices[i]};
		const struct rdma_answers from = rdma_answers_of_kernel(&of);
		nic_rdma_device(&from, root, devices[i].name, strcmp(s->driver, "mlx5_core") == 0,
				o);
		mine++;
	}
	if (mine == 0) {
		nic_begin(o, "RDMA devices of %s", s->name);
		nic_absent(o, "it has none");
	}
	nic_netlink_deinit(&n);
}

const struct nic_collector nic_collect_rdma = {
	.name = "rdma",
	.subjects = NIC_PCI | NIC_BUS | NIC_INTERFACE,
	.stages = NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.device_only = true,
	.deadline = 10,
	.collect = collect,
};
