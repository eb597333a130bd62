// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/mlx5_queues.h"

#include <string.h>
#include "kernel/list.h"

#define CHANNELS_MAX 1024
#define TC_MAX	     8 /* MLX5_MAX_NUM_TC */
#define EQN_MAX	     4096
#define COMP_EQS_MAX 1024

struct walk_state {
	const struct place *priv;
	bool (*visit)(void *ctx, const struct mlx5_queue *q);
	void *ctx;
	bool stopped;
	bool seen[EQN_MAX]; /* event queues */
};

/* struct mlx5_buf_list: where the first one's pointer is, and from there to the next. */
static bool fragments(const struct place *fbc, struct mlx5_ring *r)
{
	struct place first;
	if (place_at(fbc, "frags[0]", &first) != FOUND)
		return false;
	int64_t buf = place_offset(&first, "buf");
	r->k = fbc->k;
	r->frags = first.addr + (uint64_t)buf;
	r->frag_step = (uint32_t)place_size(&first);
	return buf >= 0 && r->frag_step > 0;
}

bool mlx5_ring_read(const struct place *fbc, struct mlx5_ring *ret)
{
	uint64_t log_size, log_stride, log_frag, mask, offset;
	struct mlx5_ring r = {0};
	if (place_number(fbc, "log_sz", &log_size) != FOUND ||
	    place_number(fbc, "log_stride", &log_stride) != FOUND ||
	    place_number(fbc, "log_frag_strides", &log_frag) != FOUND ||
	    place_number(fbc, "frag_sz_m1", &mask) != FOUND ||
	    place_number(fbc, "strides_offset", &offset) != FOUND || !fragments(fbc, &r))
		return false;
	if (log_size > MLX5_RING_LOG_MAX || log_stride < 4 || log_stride > MLX5_STRIDE_LOG_MAX ||
	    log_frag > MLX5_RING_LOG_MAX || mask != (UINT64_C(1) << log_frag) - 1)
		return false;
	r.log_size = (uint8_t)log_size;
	r.log_stride = (uint8_t)log_stride;
	r.log_frag_strides = (uint8_t)log_frag;
	r.strides_offset = (uint16_t)offset;
	r.frag_mask = (uint32_t)mask;
	*ret = r;
	return true;
}

/* mlx5_frag_buf_get_wqe() */
bool mlx5_ring_element(const struct mlx5_ring *r, uint32_t index, uint8_t *p)
{
	uint64_t buf;
	index += r->strides_offset;
	struct err *e =
		kmem_u64(&r->k->kmem,
			 r->frags + (uint64_t)(index >> r->log_frag_strides) * r->frag_step, &buf);
	if (!e && buf)
		e = kmem_read(&r->k->kmem,
			      buf + ((uint64_t)(index & r->frag_mask) << r->log_stride), p,
			      (size_t)1 << r->log_stride);
	else if (!e)
		return false;
	err_free(e);
	return !e;
}

static void deliver(struct walk_state *w, struct mlx5_queue *q, const char *fbc)
{
	struct place ring;
	q->has_ring = place_at(&q->at, fbc, &ring) == FOUND && mlx5_ring_read(&ring, &q->ring);
	if (!w->stopped && !w->visit(w->ctx, q))
		w->stopped = true;
}

static void event_queue(struct walk_state *w, const struct place *eq, const char *label,
			unsigned int channel)
{
	uint64_t eqn;
	struct mlx5_queue q = {.kind = MLX5_EQ_, .label = label, .channel = channel, .at = *eq};
	if (place_number(eq, "eqn", &eqn) != FOUND || eqn >= EQN_MAX || w->seen[eqn])
		return;
	w->seen[eqn] = true;
	q.number = (uint32_t)eqn;
	q.consumer = place_or_0(eq, "cons_index");
	deliver(w, &q, "fbc");
}

/* A struct mlx5e_cq, and the event queue that it reports to. */
static void completion_queue(struct walk_state *w, const struct mlx5_queue *of)
{
	struct place eq;
	uint64_t cqn;
	struct mlx5_queue q = {
		.kind = MLX5_CQ, .label = "cq", .channel = of->channel, .tc = of->tc};
	if (place_at(&of->at, "cq", &q.at) != FOUND ||
	    place_number(&q.at, "mcq.cqn", &cqn) != FOUND || cqn == 0)
		return;
	q.number = (uint32_t)cqn;
	q.consumer = place_or_0(&q.at, "wq.cc");
	deliver(w, &q, "wq.fbc");
	if (place_at(&q.at, "mcq.eq.core", &eq) == FOUND)
		event_queue(w, &eq, "comp_eq", of->channel);
}

static void send_queue(struct walk_state *w, const struct place *channel, const char *path,
		       const char *label, unsigned int index, unsigned int tc)
{
	uint64_t sqn;
	struct mlx5_queue q = {.kind = MLX5_SQ, .label = label, .channel = index, .tc = tc};
	/* What a channel does not use is zero. */
	if (place_at(channel, path, &q.at) != FOUND || place_number(&q.at, "sqn", &sqn) != FOUND ||
	    sqn == 0)
		return;
	q.number = (uint32_t)sqn;
	q.producer = place_or_0(&q.at, "pc");
	q.consumer = place_or_0(&q.at, "cc");
	deliver(w, &q, "wq.fbc");
	completion_queue(w, &q);
}

static void receive_queue(struct walk_state *w, const struct place *channel, const char *path,
			  unsigned int index)
{
	uint64_t rqn, type;
	struct mlx5_queue q = {.kind = MLX5_RQ, .label = path, .channel = index};
	if (place_at(channel, path, &q.at) != FOUND || place_number(&q.at, "rqn", &rqn) != FOUND ||
	    rqn == 0 || place_number(&q.at, "wq_type", &type) != FOUND)
		return;
	/* MLX5_WQ_TYPE_LINKED_LIST_STRIDING_RQ */
	q.linked = type == 2;
	q.number = (uint32_t)rqn;
	q.producer = place_or_0(&q.at, q.linked ? "mpwqe.wq.wqe_ctr" : "wqe.wq.wqe_ctr");
	q.consumer = q.producer - place_or_0(&q.at, q.linked ? "mpwqe.wq.cur_sz" : "wqe.wq.cur_sz");
	deliver(w, &q, q.linked ? "mpwqe.wq.fbc" : "wqe.wq.fbc");
	completion_queue(w, &q);
}

static void one_channel(struct walk_state *w, const struct place *c, unsigned int index)
{
	static const char *const specials[] = {"icosq", "async_icosq", "xdpsq", "rq_xdpsq",
					       "xsksq"};
	char path[16];
	uint64_t tcs = place_or_0(c, "num_tc");
	for (unsigned int tc = 0; tc < MIN(tcs, TC_MAX) && !w->stopped; tc++) {
		snprintf(path, sizeof(path), "sq[%u]", tc);
		send_queue(w, c, path, "sq", index, tc);
	}
	receive_queue(w, c, "rq", index);
	receive_queue(w, c, "xskrq", index);
	for (size_t i = 0; i < ARRAY_SIZE(specials) && !w->stopped; i++)
		send_queue(w, c, specials[i], specials[i], index, 0);
}

static void async_event_queues(struct walk_state *w)
{
	static const char *const names[] = {"cmd_eq", "async_eq", "pages_eq"};
	char path[64];
	struct place eq;
	for (size_t i = 0; i < ARRAY_SIZE(names) && !w->stopped; i++) {
		snprintf(path, sizeof(path), "mdev.priv.eq_table.%s.core", names[i]);
		if (place_at(w->priv, path, &eq) == FOUND)
			event_queue(w, &eq, names[i], 0);
	}
}

/* Those that no channel here reports to: of RDMA. An xarray in 6.12, a list in 6.1. */
static void completion_event_queues(struct walk_state *w)
{
	static struct xarray_iter array; /* large */
	struct list_iter list;
	struct place p, comp, eq;
	uint64_t addr;
	bool is_array = false;
	if (place_struct(w->priv->k, w->priv->module, "struct mlx5_eq_comp", 0, &comp) != FOUND)
		return;
	if (place_at(w->priv, "mdev.priv.eq_table.comp_eqs", &p) == FOUND)
		is_array = dead_xarray(&p, COMP_EQS_MAX, &array);
	else if (place_at(w->priv, "mdev.priv.eq_table.comp_eqs_list", &p) == FOUND &&
		 place_offset(&comp, "list") >= 0)
		list_init(&list, &w->priv->k->kmem, p.addr, place_offset(&comp, "list"),
			  COMP_EQS_MAX);
	else
		return;
	while (!w->stopped && (is_array ? xarray_next(&array, &addr) : list_next(&list, &addr))) {
		comp.addr = addr;
		if (place_at(&comp, "core", &eq) == FOUND)
			event_queue(w, &eq, "comp_eq", (unsigned int)place_or_0(&eq, "vecidx"));
	}
}

void mlx5_queues(const struct place *priv, bool (*visit)(void *ctx, const struct mlx5_queue *q),
		 void *ctx)
{
	struct walk_state w = {.priv = priv, .visit = visit, .ctx = ctx};
	struct place channel;
	char path[32];
	uint64_t n = place_or_0(priv, "channels.num");
	for (unsigned int i = 0; i < MIN(n, CHANNELS_MAX) && !w.stopped; i++) {
		snprintf(path, sizeof(path), "channels.c[%u]", i);
		if (place_at(priv, path, &channel) == FOUND)
			one_channel(&w, &channel, i);
	}
	async_event_queues(&w);
	completion_event_queues(&w);
}
