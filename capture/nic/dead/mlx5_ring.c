// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/mlx5_ring.h"

#include <inttypes.h>
#include "nic/dead/elements.h"
#include "nic/dead/mlx5_queues.h"
#include "nic/decode/mlx5.h"

static unsigned int log_of(const struct elements *r)
{
	return (unsigned int)__builtin_ctzll(r->n);
}

static bool start(struct dead *d, const char *name, const struct place *fbc, struct elements *r)
{
	struct mlx5_ring ring;
	if (!mlx5_ring_read(fbc, &ring) ||
	    !elements_init(r, UINT64_C(1) << ring.log_size, 1u << ring.log_stride)) {
		show_none(&d->show, "memory", "absent, or its size makes no sense");
		return false;
	}
	for (uint32_t i = 0; i < r->n; i++)
		r->lost += !mlx5_ring_element(&ring, i, r->bytes + (size_t)i * r->stride);
	elements_show(d, name, r);
	return true;
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
			const uint8_t *p = elements_at(&r, ci + i);
			if (!mlx5_eqe_is_pending(p, r.stride, (uint32_t)(ci + i), log_of(&r)))
				break;
			if (pending++ >= DECODED_MAX)
				continue;
			mlx5_eqe(p, r.stride, decoding_element(&x, (ci + i) & (r.n - 1)));
			decoding_element_end(&x);
		}
		show_u64(&d->show, "pending", pending);
		elements_level(d, name, NIC_RING_DONE, &r, 0, pending);
		if (pending == r.n)
			show_bool(&d->show, "full", true);
		decoding_end(&x, d, "pending_events");
	}
	elements_deinit(&r);
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
			const uint8_t *p = elements_at(&r, cc + i);
			/* of 128 bytes the second half is the completion (device.h, mlx5_cqe64) */
			const uint8_t *last = p + r.stride - 64;
			if (!mlx5_cqe_is_new(last, 64, (uint32_t)(cc + i), log_of(&r)))
				break;
			if (n++ >= DECODED_MAX)
				continue;
			mlx5_cqe(&walk, p, r.stride, decoding_element(&x, (cc + i) & (r.n - 1)));
			decoding_element_end(&x);
		}
		show_u64(&d->show, "done_not_processed", n);
		elements_level(d, name, NIC_RING_DONE, &r, 0, n);
		decoding_end(&x, d, "completions");
	}
	elements_deinit(&r);
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
		size_t used = mlx5_send_wqe(MLX5_SQ_ETH, elements_at(r, at), len,
					    decoding_element(&x, at));
		decoding_element_end(&x);
		i += used ? (used + MLX5_WQEBB - 1) / MLX5_WQEBB : 1;
	}
	decoding_end(&x, d, "requests");
}

void mlx5_sq_show(struct dead *d, const char *name, const struct place *sq)
{
	struct elements r = {0};
	struct place fbc;
	uint64_t cc, pc;
	show_object(&d->show, NULL, "send queue %s", name);
	json_str(&d->show.json, "name", name);
	dead_members(d, sq, sq_members);
	enum found f = place_at(sq, "wq.fbc", &fbc);
	if (f != FOUND)
		show_none(&d->show, "memory", dead_why(f));
	else if (place_number(sq, "cc", &cc) == FOUND && place_number(sq, "pc", &pc) == FOUND &&
		 start(d, name, &fbc, &r)) {
		elements_level(d, name, NIC_RING_TX, &r, (uint16_t)(pc - cc), 0);
		sends(d, &r, (uint16_t)cc, (uint16_t)pc);
	}
	elements_deinit(&r);
	show_object_end(&d->show);
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
	struct place wq, fbc;
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
		elements_level(d, name, NIC_RING_RX, &r, place_or_0(&wq, "cur_sz"), 0);
		decoding_start(&x);
		for (uint64_t i = 0; i < MIN(r.n, 16); i++) {
			mlx5_recv_wqe((struct mlx5_rq_form) {.linked = linked}, elements_at(&r, i),
				      r.stride, decoding_element(&x, i));
			decoding_element_end(&x);
		}
		decoding_end(&x, d, "elements");
	}
	elements_deinit(&r);
	show_object_end(&d->show);
}
