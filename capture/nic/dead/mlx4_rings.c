// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Send and receive rings of an mlx4 interface (struct mlx4_en_tx_ring, mlx4_en_rx_ring) and their
 * completion queues (struct mlx4_en_cq; drivers/net/ethernet/mellanox/mlx4/mlx4_en.h). A ring's
 * memory is one piece. Of a send ring's queue pair the driver keeps the context that it gave to the
 * firmware; what the device made of it since is not here.
 */
#include <inttypes.h>
#include "nic/dead/elements.h"
#include "nic/dead/mlx4_parts.h"
#include "nic/decode/mlx4.h"

#define RINGS_MAX    256  /* MAX_TX_RINGS; of a kind */
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

/* The ring at "buf", of "size" elements; says why if there is none. */
static bool memory(struct dead *d, const char *name, const struct place *ring, uint64_t stride,
		   struct elements *r)
{
	uint64_t buf, n;
	enum found f = place_number(ring, "buf", &buf), g = place_number(ring, "size", &n);
	if (f == FOUND && !buf)
		f = FOUND_NULL;
	if (f != FOUND || g != FOUND) {
		show_none(&d->show, "memory", dead_why(f != FOUND ? f : g));
		return false;
	}
	if (stride > UINT32_MAX || !elements_init(r, n, (uint32_t)stride)) {
		show_none(&d->show, "memory", "its size makes no sense");
		return false;
	}
	elements_read_all(r, d->k, buf);
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
static void sends(struct dead *d, const struct place *ring, const struct elements *r)
{
	uint64_t cons = place_or_0(ring, "cons"), count = flight(d, ring, "in_flight", r->n);
	uint8_t request[SEND_MAX];
	struct decoding x;
	unsigned int n = 0;
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

/* sp_context; only context before it had a name of the slow path. */
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

static void send_ring(struct dead *d, const char *name, const struct place *ring)
{
	struct elements r = {0};
	show_object(&d->show, NULL, "send ring %s", name);
	json_str(&d->show.json, "name", name);
	dead_members(d, ring, tx_members);
	if (memory(d, name, ring, MLX4_TXBB, &r))
		sends(d, ring, &r);
	context(d, name, ring);
	elements_deinit(&r);
	show_object_end(&d->show);
}

static void receive_ring(struct dead *d, const char *name, const struct place *ring)
{
	struct elements r = {0};
	show_object(&d->show, NULL, "receive ring %s", name);
	json_str(&d->show.json, "name", name);
	dead_members(d, ring, rx_members);
	if (memory(d, name, ring, place_or_0(ring, "stride"), &r)) {
		uint64_t cons = place_or_0(ring, "cons"), n = flight(d, ring, "posted", r.n);
		struct decoding x;
		decoding_start(&x);
		for (uint64_t i = 0; i < MIN(n, RECEIVE_ROWS); i++) {
			mlx4_recv_wqe(false, elements_at(&r, cons + i), r.stride,
				      decoding_element(&x, (cons + i) & (r.n - 1)));
			decoding_element_end(&x);
		}
		decoding_end(&x, d, "elements");
	}
	elements_deinit(&r);
	show_object_end(&d->show);
}

static void completions(struct dead *d, const struct elements *r, uint32_t cons)
{
	struct decoding x;
	uint64_t n = 0;
	decoding_start(&x);
	for (; n < r->n; n++) {
		const uint8_t *p = elements_at(r, cons + n);
		if (!mlx4_cqe_is_new(p, r->stride, (uint32_t)(cons + n), (uint32_t)r->n))
			break;
		if (n >= DECODED_MAX)
			continue;
		mlx4_cqe(p, r->stride, decoding_element(&x, (cons + n) & (r->n - 1)));
		decoding_element_end(&x);
	}
	show_u64(&d->show, "done_not_processed", n);
	decoding_end(&x, d, "completions");
}

static void completion_queue(struct dead *d, const char *of, const struct place *cq,
			     uint64_t stride)
{
	struct elements r = {0};
	char name[48];
	snprintf(name, sizeof(name), "%s-cq", of);
	show_object(&d->show, NULL, "completion queue %s", name);
	json_str(&d->show.json, "name", name);
	dead_members(d, cq, cq_members);
	if (memory(d, name, cq, stride, &r))
		completions(d, &r, (uint32_t)place_or_0(cq, "mcq.cons_index"));
	elements_deinit(&r);
	show_object_end(&d->show);
}

/* Rings of one kind: arrays of pointers to them and to their completion queues. */
static const struct kind {
	const char *label, *count, *ring, *cq;
	void (*show)(struct dead *d, const char *name, const struct place *ring);
} kinds[] = {
	{"tx", "tx_ring_num[0]", "tx_ring[0][#]", "tx_cq[0][#]", send_ring},
	{"xdp", "tx_ring_num[1]", "tx_ring[1][#]", "tx_cq[1][#]", send_ring},
	{"rx", "rx_ring_num", "rx_ring[#]", "rx_cq[#]", receive_ring},
};

static enum found pointed(const struct place *priv, const char *path, unsigned int i,
			  struct place *ret)
{
	enum found f = dead_at_index(priv, path, i, ret);
	return f == FOUND ? place_deref(ret, ret) : f;
}

static void rings_of(struct dead *d, const struct place *priv, const struct kind *kind)
{
	uint64_t n = place_or_0(priv, kind->count), stride = place_or_0(priv, "cqe_size");
	struct place p;
	char name[32];
	for (unsigned int i = 0; i < MIN(n, RINGS_MAX) && dead_time_left(d); i++) {
		snprintf(name, sizeof(name), "%s-%u", kind->label, i);
		enum found f = pointed(priv, kind->ring, i, &p);
		if (f == FOUND)
			kind->show(d, name, &p);
		else
			dead_note(d, "%s: ring %s is %s", d->raw_dir, name, dead_why(f));
		if (pointed(priv, kind->cq, i, &p) == FOUND)
			completion_queue(d, name, &p, stride);
	}
	if (n > RINGS_MAX)
		dead_note(d, "%s claims %" PRIu64 " %s rings", d->raw_dir, n, kind->label);
}

void mlx4_rings_show(struct dead *d, const struct place *priv)
{
	show_list(&d->show, "queues");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		rings_of(d, priv, &kinds[i]);
	show_list_end(&d->show);
}
