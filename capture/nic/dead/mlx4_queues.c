// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/mlx4_queues.h"

#include "nic/decode/mlx4.h"

#define RINGS_MAX 256 /* MAX_TX_RINGS; of a kind */
#define EQS_MAX	  1024

struct walk_state {
	const struct place *priv;
	bool (*visit)(void *ctx, const struct mlx4_queue *q);
	void *ctx;
	bool stopped;
};

/* mlx4_priv(): the struct that has the device as its member. */
enum found mlx4_core(const struct place *priv, struct place *ret)
{
	struct place dev, core;
	enum found f = place_at(priv, "mdev.dev", &dev);
	if (f == FOUND)
		f = place_deref(&dev, &dev);
	if (f == FOUND)
		f = place_struct(priv->k, "mlx4_core", "struct mlx4_priv", 0, &core);
	if (f != FOUND)
		return f;
	int64_t offset = place_offset(&core, "dev");
	if (offset < 0)
		return FOUND_ABSENT;
	core.addr = dev.addr - (uint64_t)offset;
	*ret = core;
	return FOUND;
}

bool mlx4_queue_element(const struct mlx4_queue *q, uint64_t index, uint8_t *p)
{
	uint64_t at = (index & (q->size - 1)) * q->stride;
	struct place element = q->at, buf;
	element.addr = q->buf + at;
	if (q->page) {
		/* get_eqe() of mlx4/eq.c: no entry crosses a page */
		if (dead_at_index(&q->at, "page_list[#].buf", (unsigned int)(at / q->page), &buf) !=
		    FOUND)
			return false;
		element.addr = place_or_0(&buf, "");
		if (!element.addr)
			return false;
		element.addr += at % q->page;
	}
	return place_read(&element, p, q->stride) == FOUND;
}

/* Sets size and stride, if they are a ring's. */
static void sized(struct mlx4_queue *q, uint64_t size, uint64_t stride)
{
	bool fits = size > 0 && size <= MLX4_RING_MAX && !(size & (size - 1)) && stride >= 16 &&
		    stride <= MLX4_STRIDE_MAX && size * stride <= MLX4_RING_MAX &&
		    stride <= (q->page ? q->page : stride);
	q->damaged = !fits;
	if (!fits && q->found == FOUND)
		q->found = FOUND_ABSENT;
	if (!fits)
		return;
	q->size = (uint32_t)size;
	q->stride = (uint32_t)stride;
}

static void deliver(struct walk_state *w, const struct mlx4_queue *q)
{
	if (!w->stopped && !w->visit(w->ctx, q))
		w->stopped = true;
}

/* A ring of the interface, or its completion queue: in one piece. */
static void piece(struct walk_state *w, struct mlx4_queue *q, uint64_t stride)
{
	q->found = place_number(&q->at, "buf", &q->buf);
	if (q->found == FOUND && !q->buf)
		q->found = FOUND_NULL;
	sized(q, place_or_0(&q->at, "size"), stride);
	deliver(w, q);
}

/* Rings of one kind: arrays of pointers to them and to their completion queues. */
static const struct kind {
	enum mlx4_queue_kind kind;
	const char *label, *count, *ring, *cq;
} kinds[] = {
	{MLX4_SQ, "tx", "tx_ring_num[0]", "tx_ring[0][#]", "tx_cq[0][#]"},
	{MLX4_SQ, "xdp", "tx_ring_num[1]", "tx_ring[1][#]", "tx_cq[1][#]"},
	{MLX4_RQ, "rx", "rx_ring_num", "rx_ring[#]", "rx_cq[#]"},
};

static enum found pointed(const struct place *priv, const char *path, unsigned int i,
			  struct place *ret)
{
	enum found f = dead_at_index(priv, path, i, ret);
	return f == FOUND ? place_deref(ret, ret) : f;
}

/* A receive ring's queue pair is in the map of receive side scaling. */
static uint32_t receive_qpn(const struct place *priv, unsigned int i)
{
	struct place qpn;
	if (dead_at_index(priv, "rss_map.qps[#].qpn", i, &qpn) != FOUND)
		return 0;
	return (uint32_t)place_or_0(&qpn, "");
}

static void ring(struct walk_state *w, const struct kind *kind, unsigned int i)
{
	struct mlx4_queue q = {.kind = kind->kind, .label = kind->label, .index = i};
	uint64_t stride = MLX4_TXBB;
	if (pointed(w->priv, kind->ring, i, &q.at) == FOUND) {
		q.number = kind->kind == MLX4_RQ ? receive_qpn(w->priv, i)
						 : (uint32_t)place_or_0(&q.at, "qpn");
		if (kind->kind == MLX4_RQ)
			stride = place_or_0(&q.at, "stride");
		piece(w, &q, stride);
	}
	q = (struct mlx4_queue) {.kind = MLX4_CQ, .label = kind->label, .index = i};
	if (pointed(w->priv, kind->cq, i, &q.at) == FOUND) {
		q.number = (uint32_t)place_or_0(&q.at, "mcq.cqn");
		piece(w, &q, place_or_0(w->priv, "cqe_size"));
	}
}

/* One for each completion vector, and the asynchronous one (mlx4_init_eq_table()). */
static void event_queues(struct walk_state *w)
{
	struct place core;
	if (mlx4_core(w->priv, &core) != FOUND)
		return;
	uint64_t n = place_or_0(&core, "dev.caps.num_comp_vectors") + 1;
	uint64_t stride = place_or_0(&core, "dev.caps.eqe_size");
	for (unsigned int i = 0; i < MIN(n, EQS_MAX) && !w->stopped; i++) {
		struct place list;
		struct mlx4_queue q = {.kind = MLX4_EQ, .label = "eq", .index = i};
		if (dead_at_index(&core, "eq_table.eq[#]", i, &q.at) != FOUND)
			continue;
		q.number = (uint32_t)place_or_0(&q.at, "eqn");
		q.page = UINT64_C(1) << core.k->layout.page_shift;
		q.found = place_at(&q.at, "page_list", &list);
		if (q.found == FOUND)
			q.found = place_deref(&list, &list);
		sized(&q, place_or_0(&q.at, "nent"), stride);
		deliver(w, &q);
	}
}

void mlx4_queues(const struct place *priv, bool (*visit)(void *ctx, const struct mlx4_queue *q),
		 void *ctx)
{
	struct walk_state w = {.priv = priv, .visit = visit, .ctx = ctx};
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		uint64_t n = place_or_0(priv, kinds[k].count);
		for (unsigned int i = 0; i < MIN(n, RINGS_MAX) && !w.stopped; i++)
			ring(&w, &kinds[k], i);
	}
	event_queues(&w);
}
