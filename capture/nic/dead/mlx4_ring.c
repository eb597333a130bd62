// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queues of an mlx4 interface, shown: indices, what waits for whom, raw and decoded. Where
 * their elements lie is mlx4_queues.h's, what they mean decode/mlx4.h's. Of a send ring's queue
 * pair the driver keeps the context that it gave to the firmware; what the device made of it since
 * is not here.
 */
#include "nic/dead/elements.h"
#include "nic/dead/mlx4_parts.h"
#include "nic/dead/mlx4_queues.h"
#include "nic/decode/mlx4.h"

#define SEND_MAX     1008 /* what a control segment can say */
#define CONTEXT_MAX  512
#define RECEIVE_ROWS 16

/* MLX4_QP_STATE_* */
static const char *const qp_states[] = {"RST", "INIT", "RTR",	      "RTS", "SQER",
					"SQD", "ERR",  "SQ_DRAINING", NULL};

static const struct nic_member tx_members[] = {
	{"qpn", "qpn", MEMBER_UINT, NULL},
	{"qp_state", "sp_qp_state", MEMBER_VALUE, qp_states},
	{"queue", "queue_index", MEMBER_UINT, NULL},
	{"cqn", "sp_cqn", MEMBER_UINT, NULL},
	{"prod", "prod", MEMBER_UINT, NULL},
	{"cons", "cons", MEMBER_UINT, NULL},
	{"state", "state", MEMBER_HEX, NULL},
	{"packets", "packets", MEMBER_UINT, NULL},
	{"bytes", "bytes", MEMBER_UINT, NULL},
	{"dropped", "tx_dropped", MEMBER_COUNTER, NULL},
	{"queue_stopped", "queue_stopped", MEMBER_COUNTER, NULL},
	{"wake_queue", "wake_queue", MEMBER_COUNTER, NULL},
	{0},
};

static const struct nic_member rx_members[] = {
	{"cqn", "cqn", MEMBER_UINT, NULL},
	{"prod", "prod", MEMBER_UINT, NULL},
	{"cons", "cons", MEMBER_UINT, NULL},
	{"stride", "stride", MEMBER_UINT, NULL},
	{"packets", "packets", MEMBER_UINT, NULL},
	{"bytes", "bytes", MEMBER_UINT, NULL},
	{"dropped", "dropped", MEMBER_COUNTER, NULL},
	{0},
};

static const struct nic_member cq_members[] = {
	{"cqn", "mcq.cqn", MEMBER_UINT, NULL},
	{"cons_index", "mcq.cons_index", MEMBER_UINT, NULL},
	{"arm_sn", "mcq.arm_sn", MEMBER_UINT, NULL},
	{"vector", "vector", MEMBER_UINT, NULL},
	{"irq", "mcq.irq", MEMBER_UINT, NULL},
	{0},
};

static const struct nic_member eq_members[] = {
	{"eqn", "eqn", MEMBER_UINT, NULL},
	{"irq", "irq", MEMBER_UINT, NULL},
	{"cons_index", "cons_index", MEMBER_UINT, NULL},
	{0},
};

/* All elements of the ring; says why if there is none. */
static bool memory(struct dead *d, const char *name, const struct mlx4_queue *q, struct elements *r)
{
	if (q->found != FOUND || !elements_init(r, q->size, q->stride)) {
		show_none(&d->show, "memory",
			  q->damaged && q->found != FOUND_NULL ? "its size makes no sense"
							       : dead_why(q->found));
		return false;
	}
	for (uint64_t i = 0; i < r->n; i++)
		r->lost += !mlx4_queue_element(q, i, r->bytes + i * r->stride);
	elements_show(d, name, r);
	return true;
}

/* What is between the two counters, both of 32 bits. */
static uint64_t flight(struct dead *d, const struct place *ring, const char *key, uint64_t n)
{
	uint64_t count = (uint32_t)(place_or_0(ring, "prod") - place_or_0(ring, "cons"));
	show_u64(&d->show, key, count);
	if (count <= n)
		return count;
	show_bool(&d->show, "indices_damaged", true);
	return n;
}

/* A request may go on at the ring's beginning. */
static void sends(struct dead *d, const char *name, const struct place *ring,
		  const struct elements *r)
{
	uint64_t cons = place_or_0(ring, "cons"), count = flight(d, ring, "in_flight", r->n);
	uint8_t request[SEND_MAX];
	struct decoding x;
	unsigned int n = 0;
	elements_level(d, name, NIC_RING_TX, r, count, 0);
	decoding_start(&x);
	for (uint64_t i = 0; i < count && n < DECODED_MAX; n++) {
		size_t len = elements_span(r, cons + i, request, sizeof(request));
		size_t used = mlx4_send_wqe(MLX4_SQ_ETH, request, len,
					    decoding_element(&x, (cons + i) & (r->n - 1)));
		decoding_element_end(&x);
		i += used ? (used + MLX4_TXBB - 1) / MLX4_TXBB : 1;
	}
	decoding_end(&x, d, "requests");
}

/* sp_context in all that were looked at; context before. */
static void context(struct dead *d, const char *name, const struct place *ring)
{
	uint8_t bytes[CONTEXT_MAX];
	struct place p;
	char file[64];
	enum found f = dead_at(ring, "sp_context|context", &p);
	uint64_t len = f == FOUND ? MIN(place_size(&p), sizeof(bytes)) : 0;
	if (f == FOUND)
		f = place_read(&p, bytes, (size_t)len);
	if (f != FOUND) {
		show_none(&d->show, "qp_context", dead_why(f));
		return;
	}
	decoding_struct(d, "qp_context", "QP context", mlx4_qpc, bytes, (size_t)len);
	snprintf(file, sizeof(file), "%s-qpc.bin", name);
	show_object(&d->show, "qp_context_file", NULL);
	dead_raw_bytes(d, file, bytes, (size_t)len);
	show_object_end(&d->show);
}

static void send_ring(struct dead *d, const char *name, const struct mlx4_queue *q)
{
	struct elements r = {0};
	dead_members(d, &q->at, tx_members);
	if (memory(d, name, q, &r))
		sends(d, name, &q->at, &r);
	context(d, name, &q->at);
	elements_deinit(&r);
}

static void receive_ring(struct dead *d, const char *name, const struct mlx4_queue *q)
{
	struct elements r = {0};
	show_u64(&d->show, "qpn", q->number);
	dead_members(d, &q->at, rx_members);
	if (memory(d, name, q, &r)) {
		uint64_t cons = place_or_0(&q->at, "cons"), n = flight(d, &q->at, "posted", r.n);
		struct decoding x;
		elements_level(d, name, NIC_RING_RX, &r, n, 0);
		decoding_start(&x);
		for (uint64_t i = 0; i < MIN(n, RECEIVE_ROWS); i++) {
			mlx4_recv_wqe(false, elements_at(&r, cons + i), r.stride,
				      decoding_element(&x, (cons + i) & (r.n - 1)));
			decoding_element_end(&x);
		}
		decoding_end(&x, d, "elements");
	}
	elements_deinit(&r);
}

/* What hardware wrote from the consumer's index on. */
struct written {
	bool (*is_new)(const uint8_t *p, size_t len, uint32_t cons_index, uint32_t size);
	void (*decode)(const uint8_t *p, size_t len, struct hw_sink *s);
	const char *count, *list;
};
static const struct written completions = {mlx4_cqe_is_new, mlx4_cqe, "done_not_processed",
					   "completions"};
static const struct written events = {mlx4_eqe_is_pending, mlx4_eqe, "pending", "pending_events"};

static void consumed(struct dead *d, const char *name, const struct mlx4_queue *q, uint32_t cons,
		     const struct written *what)
{
	struct elements r = {0};
	struct decoding x;
	uint64_t n = 0;
	if (!memory(d, name, q, &r))
		return;
	decoding_start(&x);
	for (; n < r.n; n++) {
		uint32_t at = (uint32_t)(cons + n);
		const uint8_t *p = elements_at(&r, at);
		if (!what->is_new(p, r.stride, at, (uint32_t)r.n))
			break;
		if (n >= DECODED_MAX)
			continue;
		what->decode(p, r.stride, decoding_element(&x, at & (r.n - 1)));
		decoding_element_end(&x);
	}
	show_u64(&d->show, what->count, n);
	elements_level(d, name, NIC_RING_DONE, &r, 0, n);
	if (n == r.n)
		show_bool(&d->show, "full", true);
	decoding_end(&x, d, what->list);
	elements_deinit(&r);
}

static const char *const titles[] = {[MLX4_SQ] = "send ring",
				     [MLX4_RQ] = "receive ring",
				     [MLX4_CQ] = "completion queue",
				     [MLX4_EQ] = "event queue"};

struct visit {
	struct dead *d;
	bool events; /* event queues are shown, or all others */
};

static bool queue(void *ctx, const struct mlx4_queue *q)
{
	struct visit *v = ctx;
	struct dead *d = v->d;
	char name[40];
	if ((q->kind == MLX4_EQ) != v->events)
		return dead_time_left(d);
	snprintf(name, sizeof(name), "%s-%u%s", q->label, q->index,
		 q->kind == MLX4_CQ ? "-cq" : "");
	show_object(&d->show, NULL, "%s %s", titles[q->kind], name);
	json_str(&d->show.json, "name", name);
	switch (q->kind) {
	case MLX4_SQ:
		send_ring(d, name, q);
		break;
	case MLX4_RQ:
		receive_ring(d, name, q);
		break;
	case MLX4_CQ:
		dead_members(d, &q->at, cq_members);
		consumed(d, name, q, (uint32_t)place_or_0(&q->at, "mcq.cons_index"), &completions);
		break;
	case MLX4_EQ:
		dead_members(d, &q->at, eq_members);
		consumed(d, name, q, (uint32_t)place_or_0(&q->at, "cons_index"), &events);
		break;
	}
	show_object_end(&d->show);
	return dead_time_left(d);
}

void mlx4_queues_show(struct dead *d, const struct place *priv)
{
	struct visit v = {.d = d};
	show_list(&d->show, "queues");
	mlx4_queues(priv, queue, &v);
	show_list_end(&d->show);
	v.events = true;
	show_list(&d->show, "event_queues");
	mlx4_queues(priv, queue, &v);
	show_list_end(&d->show);
}
