// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RDMA queues of a running system as the kernel's RDMA netlink tells them: which there are, and of
 * mlx5 the contexts as the firmware answers QUERY_QP, QUERY_CQ and QUERY_MKEY for them. The numbers
 * of completion queues and memory keys are the adapter's: the kernel counts these objects by
 * itself, so each is asked for its context when they are listed. Where a driver gives no contexts,
 * what the kernel knows of the object stands for it.
 */
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/decode/mlx5_rsc_dump.h"
#include "nic/live/rdma_request.h"
#include "nic/wq/wq.h"

struct live {
	struct rdma_answers from;
	void (*drop)(void *arg);
	bool mlx5;
	struct buf objects;  /* the kernel's answer to the last list() */
	struct buf contexts; /* those that list() had to ask for */
};

/* wq_queue.handle of this source */
enum {
	NUMBER,	  /* the kernel's */
	OBJECT,	  /* its attributes: place in objects, … */
	LENGTH,	  /* … and length */
	CONTEXT_, /* place in contexts << 16 | length; 0: not there */
};

/* Of a kind of wqdump: the kernel's kind, and its context. */
static const struct of {
	enum rdma_kind kind;
	enum mlx5_resource resource;
	enum wq_context_form form;
} kinds[] = {
	[WQ_SND] = {RDMA_QP, MLX5_RESOURCE_QP, WQ_CONTEXT_MLX5_QPC},
	[WQ_RCV] = {RDMA_QP, MLX5_RESOURCE_QP, WQ_CONTEXT_MLX5_QPC},
	[WQ_FULL_QP] = {RDMA_QP, MLX5_RESOURCE_QP, WQ_CONTEXT_MLX5_QPC},
	[WQ_CMP] = {RDMA_CQ, MLX5_RESOURCE_CQ, WQ_CONTEXT_MLX5_CQC},
	[WQ_MKC] = {RDMA_MR, MLX5_RESOURCE_MKEY, WQ_CONTEXT_MLX5_MKC},
	/* mlx5 has no raw contexts of these (drivers/infiniband/hw/mlx5/restrack.c) */
	[WQ_SRQ] = {RDMA_SRQ, MLX5_RESOURCE_QP, WQ_CONTEXT_NONE},
};

static void close_live(struct wq_source *s)
{
	struct live *l = s->state;
	l->drop(l->from.arg);
	buf_deinit(&l->objects);
	buf_deinit(&l->contexts);
	free(l);
}

/* The context of an object; it points into answer. ERR_MISSING: the object is gone. */
static struct err *ask_context(const struct live *l, const struct of *of, uint32_t number,
			       struct buf *answer, struct mlx5_resource_context *ret)
{
	struct nla_view raw;
	struct err *e = l->from.raw(l->from.arg, of->kind, number, answer);
	if (e && err_errno(e) == ENOENT) {
		err_free(e);
		return err_new(ERR_MISSING, "it is gone");
	}
	if (e)
		return e;
	struct nla_view view = {(const uint8_t *)answer->data, answer->len};
	if (!rdma_raw_context(view, &raw) ||
	    !mlx5_resource_context(of->resource, raw.data, raw.len, ret))
		return err_new(ERR_FORMAT, "the adapter's answer has no context in it");
	return NULL;
}

/* The adapter's number and function of the queue, and its context for later. */
static struct err *keep_context(struct live *l, const struct of *of, struct wq_queue *q)
{
	struct mlx5_resource_context c = {0};
	_cleanup_buf_ struct buf answer = BUF_INIT;
	struct err *e = ask_context(l, of, (uint32_t)q->handle[NUMBER], &answer, &c);
	if (e)
		return e;
	q->number = c.index;
	q->gvmi = c.vhca;
	q->handle[CONTEXT_] = (uint64_t)l->contexts.len << 16 | c.len;
	buf_append(&l->contexts, c.p, c.len);
	return buf_error(&l->contexts);
}

/*
 * Whether contexts can be had is seen at the first object. Queue pairs have the adapter's number
 * already: theirs are asked for when they are wanted.
 */
static struct err *look(struct live *l, const struct of *of, struct wq_queue *q, bool *raw,
			bool *probed)
{
	struct mlx5_resource_context c;
	_cleanup_buf_ struct buf answer = BUF_INIT;
	struct err *e = NULL;
	if (!*raw || (of->kind == RDMA_QP && *probed))
		return NULL;
	if (of->kind == RDMA_QP)
		e = ask_context(l, of, (uint32_t)q->handle[NUMBER], &answer, &c);
	else
		e = keep_context(l, of, q);
	if (!e)
		*probed = true;
	if (!e || *probed || !rdma_is_unknown(err_errno(e)))
		return e;
	err_free(e);
	*raw = false;
	return NULL;
}

static struct err *list_objects(struct live *l, const struct of *of, enum wq_kind kind,
				struct wq_queues *ret)
{
	struct rdma_walk w;
	struct nla_view object;
	struct err *e = NULL;
	bool raw = l->mlx5 && of->form != WQ_CONTEXT_NONE, probed = false;
	struct nla_view answer = {(const uint8_t *)l->objects.data, l->objects.len};
	rdma_walk_init(&w, of->kind, answer);
	while (!e && rdma_next(&w, &object)) {
		uint32_t number;
		struct wq_queue q = {.kind = kind};
		if (!rdma_object_number(of->kind, object, &number))
			continue;
		/* the port of a special queue pair is not part of its number (24 bits) */
		q.number = of->kind == RDMA_QP ? number & 0xffffff : number;
		q.handle[NUMBER] = number;
		q.handle[OBJECT] = (uint64_t)(object.data - answer.data);
		q.handle[LENGTH] = object.len;
		e = look(l, of, &q, &raw, &probed);
		if (e && err_code(e) == ERR_MISSING) {
			err_free(e);
			e = NULL;
			continue;
		}
		if (raw)
			q.form[WQ_PART_COMMON] = of->form;
		snprintf(q.state[WQ_PART_COMMON], sizeof(q.state[0]), "%s",
			 rdma_object_state(of->kind, object) ?: "");
		if (!e)
			e = wq_queues_add(ret, &q);
	}
	return e;
}

static struct err *list(struct wq_source *s, enum wq_kind kind, struct wq_queues *ret)
{
	struct live *l = s->state;
	if (kind == WQ_EQE)
		return err_new(ERR_UNSUPPORTED,
			       "--source Eqe: the kernel tells nobody what is in event queues; "
			       "-d vmcore:/proc/kcore#INTERFACE reads them in its memory");
	const struct of *of = &kinds[kind];
	l->objects.len = l->contexts.len = 0;
	struct err *e = l->from.objects(l->from.arg, of->kind, &l->objects);
	return e ? e : list_objects(l, of, kind, ret);
}

static struct err *element(struct wq_source *s, const struct wq_queue *q, uint32_t index,
			   uint8_t *p)
{
	(void)s, (void)p;
	return err_new(ERR_MISSING, "element 0x%x of queue 0x%x", index, q->number);
}

static struct err *context(struct wq_source *s, const struct wq_queue *q, enum wq_part part,
			   struct buf *ret)
{
	struct live *l = s->state;
	struct mlx5_resource_context c;
	_cleanup_buf_ struct buf answer = BUF_INIT;
	(void)part;
	if (kinds[q->kind].kind != RDMA_QP) {
		buf_append(ret, l->contexts.data + (q->handle[CONTEXT_] >> 16),
			   q->handle[CONTEXT_] & 0xffff);
		return buf_error(ret);
	}
	struct err *e = ask_context(l, &kinds[q->kind], (uint32_t)q->handle[NUMBER], &answer, &c);
	if (e)
		return e;
	buf_append(ret, c.p, c.len);
	return buf_error(ret);
}

static void fields(struct wq_source *s, const struct wq_queue *q, struct hw_sink *sink)
{
	const struct live *l = s->state;
	struct nla_view object = {(const uint8_t *)l->objects.data + q->handle[OBJECT],
				  q->handle[LENGTH]};
	rdma_object_fields(kinds[q->kind].kind, object, sink);
}

static const struct wq_source_ops ops = {
	.name = "kernel's answers",
	.known = "what the kernel knows; the driver does not give the adapter's own context",
	.no_elements = "the kernel tells nobody what is in queues; -d vmcore:/proc/kcore#INTERFACE "
		       "reads those of the Ethernet interface in its memory",
	.close = close_live,
	.list = list,
	.element = element,
	.context = context,
	.fields = fields,
};

struct err *wq_live_init(struct wq_source *s, const struct rdma_answers *from,
			 void (*drop)(void *arg), bool mlx5)
{
	struct live *l = calloc(1, sizeof(*l));
	if (!l) {
		drop(from->arg);
		return err_nomem();
	}
	*l = (struct live) {.from = *from, .drop = drop, .mlx5 = mlx5};
	*s = (struct wq_source) {.ops = &ops, .state = l};
	return NULL;
}
