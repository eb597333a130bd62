// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/mlx5_ring.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "nic/dead/mlx5_queues.h"
#include "nic/decode/mlx5.h"

/* Elements that are decoded: those that wait for somebody come first. */
#define DECODED_MAX 64

/* A queue of at most this many bytes is copied; larger ones are not believed. */
#define COPY_LOG_MAX 20

/* All elements in their order; those that cannot be read are zeros. */
struct elements {
	uint8_t *bytes;
	uint64_t n; /* a power of two */
	uint32_t stride;
	unsigned int log_n;
	uint64_t lost;
};

static bool copy(const struct place *fbc, struct elements *ret)
{
	struct mlx5_ring ring;
	if (!mlx5_ring_read(fbc, &ring) || ring.log_size + ring.log_stride > COPY_LOG_MAX)
		return false;
	struct elements r = {.n = UINT64_C(1) << ring.log_size,
			     .stride = 1u << ring.log_stride,
			     .log_n = ring.log_size};
	r.bytes = calloc(r.n, r.stride);
	if (!r.bytes)
		return false;
	for (uint32_t i = 0; i < r.n; i++)
		r.lost += !mlx5_ring_element(&ring, i, r.bytes + (uint64_t)i * r.stride);
	*ret = r;
	return true;
}

static const uint8_t *element_at(const struct elements *r, uint64_t i)
{
	return r->bytes + (i & (r->n - 1)) * r->stride;
}

static bool start(struct dead *d, const char *name, const struct place *fbc, struct elements *r)
{
	char file[64];
	if (!copy(fbc, r)) {
		show_none(&d->show, "memory", "absent, or its size makes no sense");
		return false;
	}
	d->rings++;
	show_u64(&d->show, "size", r->n);
	if (r->lost)
		show_u64(&d->show, "unreadable", r->lost);
	snprintf(file, sizeof(file), "%s.bin", name);
	dead_raw_bytes(d, file, r->bytes, r->n * r->stride);
	return true;
}

static void level(struct dead *d, const char *name, enum nic_ring_kind kind, uint64_t size,
		  uint64_t device, uint64_t done)
{
	struct nic_level l = {.kind = kind,
			      .size = size,
			      .device = MIN(device, size),
			      .done = done,
			      .oldest_ms = NAN};
	snprintf(l.name, sizeof(l.name), "%s", name);
	nic_health_ring(&d->health, &l);
}

/* Elements from first on as an array of arrays of sections; programs get all, people a count. */
struct decoding {
	struct buf text;
	struct json json;
};

static void decoding_start(struct decoding *x)
{
	*x = (struct decoding) {0};
	json_init(&x->json, &x->text, true);
	json_array(&x->json, NULL);
}

static void decoding_element(struct decoding *x, uint64_t index, struct hw_sink *s)
{
	json_object(&x->json, NULL);
	json_u64(&x->json, "index", index);
	json_array(&x->json, "sections");
	hw_json_init(s, &x->json);
}

static void decoding_element_end(struct decoding *x, struct hw_sink *s)
{
	hw_sink_end(s);
	json_array_end(&x->json);
	json_object_end(&x->json);
}

static void decoding_end(struct decoding *x, struct dead *d, const char *key)
{
	json_array_end(&x->json);
	show_json(&d->show, key, &x->text);
	buf_deinit(&x->text);
}

static const struct nic_member eq_members[] = {
	{"eqn", "eqn", MEMBER_UINT, NULL},
	{"vector", "vecidx", MEMBER_UINT, NULL},
	{"irq", "irqn", MEMBER_UINT, NULL},
	{"cons_index", "cons_index", MEMBER_UINT, NULL},
	{0},
};

void mlx5_eq_show(struct dead *d, const char *name, const struct place *eq)
{
	struct elements r = {0};
	struct place fbc;
	uint64_t ci = 0, pending = 0;
	show_object(&d->show, NULL, "event queue %s", name);
	json_str(&d->show.json, "name", name);
	dead_members(d, eq, eq_members);
	enum found f = dead_at(eq, "fbc", &fbc);
	if (f != FOUND)
		show_none(&d->show, "memory", dead_why(f));
	else if (place_number(eq, "cons_index", &ci) == FOUND && start(d, name, &fbc, &r)) {
		struct decoding x;
		decoding_start(&x);
		for (uint64_t i = 0; i < r.n && r.stride >= MLX5_EQE; i++) {
			const uint8_t *p = element_at(&r, ci + i);
			if (!mlx5_eqe_is_pending(p, r.stride, (uint32_t)(ci + i), r.log_n))
				break;
			if (pending++ >= DECODED_MAX)
				continue;
			struct hw_sink s;
			decoding_element(&x, (ci + i) & (r.n - 1), &s);
			mlx5_eqe(p, r.stride, &s);
			decoding_element_end(&x, &s);
		}
		show_u64(&d->show, "pending", pending);
		level(d, name, NIC_RING_DONE, r.n, 0, pending);
		if (pending == r.n)
			show_bool(&d->show, "full", true);
		decoding_end(&x, d, "pending_events");
	}
	free(r.bytes);
	show_object_end(&d->show);
}

static const struct nic_member cq_members[] = {
	{"cqn", "mcq.cqn", MEMBER_UINT, NULL},
	{"cons_index", "mcq.cons_index", MEMBER_UINT, NULL},
	{"arm_sn", "mcq.arm_sn", MEMBER_UINT, NULL},
	{"vector", "mcq.vector", MEMBER_UINT, NULL},
	{"cc", "wq.cc", MEMBER_UINT, NULL},
	{0},
};

void mlx5_cq_show(struct dead *d, const char *name, const struct place *cq)
{
	struct elements r = {0};
	struct mlx5_cq_walk walk = {0};
	struct place fbc;
	uint64_t cc = 0, n = 0;
	show_object(&d->show, NULL, "completion queue %s", name);
	json_str(&d->show.json, "name", name);
	dead_members(d, cq, cq_members);
	enum found f = place_at(cq, "wq.fbc", &fbc);
	if (f != FOUND)
		show_none(&d->show, "memory", dead_why(f));
	else if (place_number(cq, "wq.cc", &cc) == FOUND && start(d, name, &fbc, &r)) {
		struct decoding x;
		decoding_start(&x);
		for (uint64_t i = 0; i < r.n && r.stride >= 64; i++) {
			const uint8_t *p = element_at(&r, cc + i);
			/* of 128 bytes the second half is the completion (device.h, mlx5_cqe64) */
			const uint8_t *last = p + r.stride - 64;
			if (!mlx5_cqe_is_new(last, 64, (uint32_t)(cc + i), r.log_n))
				break;
			if (n++ >= DECODED_MAX)
				continue;
			struct hw_sink s;
			decoding_element(&x, (cc + i) & (r.n - 1), &s);
			mlx5_cqe(&walk, p, r.stride, &s);
			decoding_element_end(&x, &s);
		}
		show_u64(&d->show, "done_not_processed", n);
		level(d, name, NIC_RING_DONE, r.n, 0, n);
		decoding_end(&x, d, "completions");
	}
	free(r.bytes);
	show_object_end(&d->show);
}

static const struct nic_member sq_members[] = {
	{"sqn", "sqn", MEMBER_UINT, NULL},
	{"channel", "ch_ix", MEMBER_UINT, NULL},
	{"txq", "txq_ix", MEMBER_UINT, NULL},
	{"state", "state", MEMBER_HEX, NULL},
	{"pc", "pc", MEMBER_UINT, NULL},
	{"cc", "cc", MEMBER_UINT, NULL},
	{0},
};

/* Requests from cc to pc are with the device: counters of 16 bits (struct mlx5e_txqsq). */
static void sends(struct dead *d, const struct elements *r, uint16_t cc, uint16_t pc)
{
	uint16_t flight = (uint16_t)(pc - cc);
	struct decoding x;
	show_u64(&d->show, "in_flight", flight);
	if (flight > r->n)
		show_bool(&d->show, "indices_damaged", true);
	decoding_start(&x);
	unsigned int n = 0;
	for (uint64_t i = 0; i < MIN(flight, r->n) && n < DECODED_MAX && r->stride == MLX5_WQEBB;
	     n++) {
		uint64_t at = (uint64_t)(uint16_t)(cc + i) & (r->n - 1);
		size_t len = MIN((r->n - at) * r->stride, MLX5_SEND_MAX);
		struct hw_sink s;
		decoding_element(&x, at, &s);
		size_t used = mlx5_send_wqe(MLX5_SQ_ETH, element_at(r, at), len, &s);
		decoding_element_end(&x, &s);
		i += used ? (used + MLX5_WQEBB - 1) / MLX5_WQEBB : 1;
	}
	decoding_end(&x, d, "requests");
}

void mlx5_sq_show(struct dead *d, const char *name, const struct place *sq)
{
	struct elements r = {0};
	struct place fbc, cq;
	char of[64];
	uint64_t cc, pc;
	show_object(&d->show, NULL, "send queue %s", name);
	json_str(&d->show.json, "name", name);
	dead_members(d, sq, sq_members);
	enum found f = place_at(sq, "wq.fbc", &fbc);
	if (f != FOUND)
		show_none(&d->show, "memory", dead_why(f));
	else if (place_number(sq, "cc", &cc) == FOUND && place_number(sq, "pc", &pc) == FOUND &&
		 start(d, name, &fbc, &r)) {
		level(d, name, NIC_RING_TX, r.n, (uint16_t)(pc - cc), 0);
		sends(d, &r, (uint16_t)cc, (uint16_t)pc);
	}
	free(r.bytes);
	show_object_end(&d->show);
	snprintf(of, sizeof(of), "%s-cq", name);
	if (place_at(sq, "cq", &cq) == FOUND)
		mlx5_cq_show(d, of, &cq);
}

static const char *const wq_types[] = {"linked-list", "cyclic", "linked-list-striding",
				       "cyclic-striding", NULL};
static const struct nic_member rq_members[] = {
	{"rqn", "rqn", MEMBER_UINT, NULL},
	{"type", "wq_type", MEMBER_VALUE, wq_types},
	{"state", "state", MEMBER_HEX, NULL},
	{0},
};
static const struct nic_member wq_members[] = {
	{"wqe_ctr", "wqe_ctr", MEMBER_UINT, NULL},
	{"posted", "cur_sz", MEMBER_UINT, NULL},
	{"head", "head", MEMBER_UINT, NULL},
	{0},
};

void mlx5_rq_show(struct dead *d, const char *name, const struct place *rq)
{
	struct elements r = {0};
	struct place wq, fbc, cq;
	char of[64];
	bool linked = place_or_0(rq, "wq_type") == 2;
	show_object(&d->show, NULL, "receive queue %s", name);
	json_str(&d->show.json, "name", name);
	dead_members(d, rq, rq_members);
	enum found f = place_at(rq, linked ? "mpwqe.wq" : "wqe.wq", &wq);
	if (f == FOUND) {
		dead_members(d, &wq, wq_members);
		f = place_at(&wq, "fbc", &fbc);
	}
	if (f != FOUND) {
		show_none(&d->show, "memory", dead_why(f));
	} else if (start(d, name, &fbc, &r)) {
		struct decoding x;
		level(d, name, NIC_RING_RX, r.n, place_or_0(&wq, "cur_sz"), 0);
		decoding_start(&x);
		for (uint64_t i = 0; i < MIN(r.n, 16); i++) {
			struct hw_sink s;
			decoding_element(&x, i, &s);
			mlx5_recv_wqe((struct mlx5_rq_form) {.linked = linked}, element_at(&r, i),
				      r.stride, &s);
			decoding_element_end(&x, &s);
		}
		decoding_end(&x, d, "elements");
	}
	free(r.bytes);
	show_object_end(&d->show);
	snprintf(of, sizeof(of), "%s-cq", name);
	if (place_at(rq, "cq", &cq) == FOUND)
		mlx5_cq_show(d, of, &cq);
}
