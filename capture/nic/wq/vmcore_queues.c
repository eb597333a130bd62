// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queues of an interface in the memory of a dead kernel. The driver's
 * buffers are there whole; the contexts are the firmware's and are not, so that what the driver
 * itself knows of a queue stands for them.
 */
#include <inttypes.h>
#include <string.h>
#include "base/cleanup.h"
#include "kernel/list.h"
#include "nic/dead/driver.h"
#include "nic/dead/mlx4_queues.h"
#include "nic/dead/mlx5_queues.h"
#include "nic/wq/wq.h"

/* Queues of one interface. */
#define KEPT_MAX 16384

struct kept {
	bool is_mlx4; /* which of the two */
	union {
		struct mlx4_queue mlx4;
		struct mlx5_queue mlx5;
	};
};

struct vmcore_source {
	struct kernel *k;
	void (*drop)(struct kernel *k); /* NULL: the kernel stays */
	struct kept *v;
	size_t count, cap;
	bool failed; /* no memory */
};

/* --- the interface ---------------------------------------------------------------------------- */

static bool in_namespace(const struct place *net, const char *name, struct place *ret)
{
	struct place head, dev;
	struct list_iter it;
	uint64_t addr;
	char text[20];
	if (place_at(net, "dev_base_head", &head) != FOUND ||
	    place_struct(net->k, NULL, "struct net_device", 0, &dev) != FOUND ||
	    place_offset(&dev, "dev_list") < 0)
		return false;
	list_init(&it, &net->k->kmem, head.addr, place_offset(&dev, "dev_list"),
		  DEAD_INTERFACES_MAX);
	while (list_next(&it, &addr)) {
		dev.addr = addr;
		if (place_text(&dev, "name", text, sizeof(text)) == FOUND &&
		    strcmp(text, name) == 0) {
			*ret = dev;
			return true;
		}
	}
	return false;
}

static struct err *find_interface(struct kernel *k, const char *name, struct place *ret)
{
	struct place init, list, net;
	struct list_iter it;
	uint64_t addr;
	if (place_symbol(k, NULL, "init_net", "struct net", &init) != FOUND)
		return err_new(ERR_MISSING, "the kernel's interfaces are not known: %s%s",
			       buf_str(&k->no_symbols), buf_str(&k->no_types));
	if (in_namespace(&init, name, ret))
		return NULL;
	net = init;
	if (place_symbol(k, NULL, "net_namespace_list", "struct list_head", &list) == FOUND &&
	    place_offset(&init, "list") >= 0) {
		list_init(&it, &k->kmem, list.addr, place_offset(&init, "list"),
			  DEAD_NAMESPACES_MAX);
		while (list_next(&it, &addr)) {
			net.addr = addr;
			if (in_namespace(&net, name, ret))
				return NULL;
		}
	}
	return err_new(ERR_MISSING, "no interface %s in this dump", name);
}

/* A driver whose queues are known, and the private struct of its interfaces. */
static const struct known {
	const char *driver, *module, *priv;
	bool is_mlx4;
} known[] = {
	{"mlx5_core", "mlx5_core", "struct mlx5e_priv", false},
	{"mlx4_core", "mlx4_en", "struct mlx4_en_priv", true},
};

static struct err *find_priv(struct kernel *k, const char *name, struct place *ret,
			     const struct known **how)
{
	struct place dev, parent;
	char driver[64] = "none";
	struct err *e = find_interface(k, name, &dev);
	if (e)
		return e;
	if (place_at(&dev, "dev.parent", &parent) == FOUND &&
	    place_deref(&parent, &parent) == FOUND &&
	    place_text(&parent, "driver.name", driver, sizeof(driver)) != FOUND)
		snprintf(driver, sizeof(driver), "unknown");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(driver, known[i].driver) != 0)
			continue;
		*how = &known[i];
		if (place_struct(k, known[i].module, known[i].priv, nic_priv(&dev), ret) == FOUND)
			return NULL;
		return err_new(ERR_MISSING, "%s: the types of module %s are not in this dump", name,
			       known[i].module);
	}
	return err_new(ERR_UNSUPPORTED,
		       "%s: its driver is %s; the queues of mlx5_core and mlx4_core are known, "
		       "rings of others are in nic-dump --vmcore",
		       name, driver);
}

/* --- the source ------------------------------------------------------------------------------- */

static bool keep(struct vmcore_source *v, const struct kept *q)
{
	if (v->count == KEPT_MAX)
		return false;
	if (v->count == v->cap) {
		size_t cap = MAX(v->cap * 2, (size_t)64);
		struct kept *more = reallocarray(v->v, cap, sizeof(*more));
		v->failed = !more;
		if (!more)
			return false;
		v->v = more;
		v->cap = cap;
	}
	v->v[v->count++] = *q;
	return true;
}

static bool keep_mlx4(void *ctx, const struct mlx4_queue *q)
{
	return keep(ctx, &(struct kept) {.is_mlx4 = true, .mlx4 = *q});
}

static bool keep_mlx5(void *ctx, const struct mlx5_queue *q)
{
	return keep(ctx, &(struct kept) {.mlx5 = *q});
}

static void close_vmcore(struct wq_source *s)
{
	struct vmcore_source *v = s->state;
	if (v->drop)
		v->drop(v->k);
	free(v->v);
	free(v);
}

static const struct wq_source_ops ops;

struct err *wq_vmcore_init(struct wq_source *s, struct kernel *k, void (*drop)(struct kernel *k),
			   const char *interface)
{
	struct place priv;
	const struct known *how = NULL;
	struct vmcore_source *v = calloc(1, sizeof(*v));
	if (!v)
		return err_nomem();
	v->k = k;
	v->drop = drop;
	struct err *e = find_priv(k, interface, &priv, &how);
	if (!e && how->is_mlx4)
		mlx4_queues(&priv, keep_mlx4, v);
	else if (!e)
		mlx5_queues(&priv, keep_mlx5, v);
	if (!e && v->failed)
		e = err_nomem();
	if (e) {
		free(v->v);
		free(v);
		return e;
	}
	*s = (struct wq_source) {.ops = &ops, .state = v};
	return NULL;
}

/* The kind as wqdump has it. */
static enum wq_kind kind_of(const struct kept *q)
{
	static const enum wq_kind mlx5[] = {
		[MLX5_SQ] = WQ_SND, [MLX5_RQ] = WQ_RCV, [MLX5_CQ] = WQ_CMP, [MLX5_EQ_] = WQ_EQE};
	static const enum wq_kind mlx4[] = {
		[MLX4_SQ] = WQ_SND, [MLX4_RQ] = WQ_RCV, [MLX4_CQ] = WQ_CMP, [MLX4_EQ] = WQ_EQE};
	return q->is_mlx4 ? mlx4[q->mlx4.kind] : mlx5[q->mlx5.kind];
}

static void describe(const struct kept *k, struct wq_queue *q)
{
	const struct mlx5_queue *m = &k->mlx5;
	q->mlx4 = k->is_mlx4;
	if (k->is_mlx4) {
		q->number = k->mlx4.number;
		q->transport = MLX4_SQ_ETH;
		if (k->mlx4.found == FOUND && q->kind != WQ_FULL_QP) {
			q->stride = k->mlx4.stride;
			q->count = k->mlx4.size;
		}
		return;
	}
	q->number = m->number;
	q->linked = m->linked;
	q->transport = MLX5_SQ_ETH;
	if (!m->has_ring || q->kind == WQ_FULL_QP)
		return;
	q->stride = 1U << m->ring.log_stride;
	q->count = 1U << m->ring.log_size;
}

static struct err *list(struct wq_source *s, enum wq_kind kind, struct wq_queues *ret)
{
	const struct vmcore_source *v = s->state;
	struct err *e = NULL;
	if (kind == WQ_MKC)
		return err_new(ERR_UNSUPPORTED,
			       "--source MKC: memory key contexts are in pages of the firmware in "
			       "a form that is not public; on a running system -d with the device "
			       "(not vmcore:) asks mlx5 for those of memory regions");
	for (size_t i = 0; !e && i < v->count; i++) {
		enum wq_kind is = kind_of(&v->v[i]);
		bool qp = is == WQ_SND || is == WQ_RCV;
		if (is != kind && !(kind == WQ_FULL_QP && qp))
			continue;
		struct wq_queue q = {.kind = kind, .handle = {i}};
		describe(&v->v[i], &q);
		e = wq_queues_add(ret, &q);
	}
	return e;
}

static struct err *element(struct wq_source *s, const struct wq_queue *q, uint32_t index,
			   uint8_t *p)
{
	const struct vmcore_source *v = s->state;
	const struct kept *k = &v->v[q->handle[0]];
	if (k->is_mlx4 ? !mlx4_queue_element(&k->mlx4, index, p)
		       : !mlx5_ring_element(&k->mlx5.ring, index, p))
		return err_new(ERR_MISSING, "element 0x%x is not in the dump", index);
	return NULL;
}

static struct err *context(struct wq_source *s, const struct wq_queue *q, enum wq_part part,
			   struct buf *ret)
{
	(void)s, (void)part, (void)ret;
	return err_new(ERR_MISSING, "context 0x%x is the firmware's", q->number);
}

static void field(struct hw_sink *sink, const char *name, uint64_t value, const char *meaning)
{
	struct hw_value v = {.name = name, .value = value, .bits = 64, .meaning = meaning};
	sink->ops->value(sink, &v);
}

static void member(struct hw_sink *sink, const struct place *at, const char *name, const char *path)
{
	uint64_t value;
	if (place_number(at, path, &value) == FOUND)
		field(sink, name, value, NULL);
}

static void mlx4_fields(const struct mlx4_queue *m, struct hw_sink *sink)
{
	field(sink, "ring", m->index, m->label);
	if (m->kind == MLX4_SQ || m->kind == MLX4_RQ) {
		uint64_t prod = place_or_0(&m->at, "prod"), cons = place_or_0(&m->at, "cons");
		field(sink, "producer", prod, NULL);
		field(sink, "consumer", cons, NULL);
		field(sink, "outstanding", (uint32_t)(prod - cons), NULL);
		member(sink, &m->at, "cqn", m->kind == MLX4_SQ ? "sp_cqn" : "cqn");
	} else {
		member(sink, &m->at, "consumer",
		       m->kind == MLX4_CQ ? "mcq.cons_index" : "cons_index");
	}
	member(sink, &m->at, "vector", "vector");
	member(sink, &m->at, "irq", m->kind == MLX4_CQ ? "mcq.irq" : "irq");
}

static void mlx5_fields(const struct mlx5_queue *m, struct hw_sink *sink)
{
	field(sink, "channel", m->channel, m->label);
	if (m->kind == MLX5_SQ)
		field(sink, "tc", m->tc, NULL);
	if (m->kind == MLX5_SQ || m->kind == MLX5_RQ) {
		field(sink, "producer", m->producer, NULL);
		field(sink, "consumer", m->consumer, NULL);
		field(sink, "outstanding", (m->producer - m->consumer) & 0xffff, NULL);
		member(sink, &m->at, "cqn", "cq.mcq.cqn");
		member(sink, &m->at, "state", "state");
	} else {
		field(sink, "consumer", m->consumer, NULL);
	}
	if (m->kind == MLX5_RQ)
		member(sink, &m->at, "wq_type", "wq_type");
	if (m->kind == MLX5_CQ) {
		member(sink, &m->at, "arm_sn", "mcq.arm_sn");
		member(sink, &m->at, "vector", "mcq.vector");
		member(sink, &m->at, "eqn", "mcq.eq.core.eqn");
	}
	if (m->kind == MLX5_EQ_) {
		member(sink, &m->at, "vecidx", "vecidx");
		member(sink, &m->at, "irqn", "irqn");
	}
	if (m->has_ring) {
		field(sink, "log_size", m->ring.log_size, NULL);
		field(sink, "log_stride", m->ring.log_stride, NULL);
	}
}

static void fields(struct wq_source *s, const struct wq_queue *q, struct hw_sink *sink)
{
	const struct vmcore_source *v = s->state;
	const struct kept *k = &v->v[q->handle[0]];
	if (k->is_mlx4)
		mlx4_fields(&k->mlx4, sink);
	else
		mlx5_fields(&k->mlx5, sink);
}

static const struct wq_source_ops ops = {
	.name = "vmcore",
	.known = "what the driver knows; the firmware's own context is not in the dump",
	.close = close_vmcore,
	.list = list,
	.element = element,
	.context = context,
	.fields = fields,
};
