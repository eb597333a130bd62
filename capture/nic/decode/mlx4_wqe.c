// SPDX-License-Identifier: GPL-2.0-or-later
/* Work queue elements: include/linux/mlx4/qp.h, struct mlx4_wqe_*_seg; srq.h; device.h, opcodes. */
#include "base/bytes.h"
#include "base/cleanup.h"
#include "nic/decode/mlx4.h"

#define SEGMENT 16

/* MLX4_OPCODE_* */
static const struct hw_name opcodes[] = {
	{0x00, "NOP"},
	{0x01, "SEND_INVAL"},
	{0x08, "RDMA_WRITE"},
	{0x09, "RDMA_WRITE_IMM"},
	{0x0a, "SEND"},
	{0x0b, "SEND_IMM"},
	{0x0e, "LSO"},
	{0x10, "RDMA_READ"},
	{0x11, "ATOMIC_CS"},
	{0x12, "ATOMIC_FA"},
	{0x14, "MASKED_ATOMIC_CS"},
	{0x15, "MASKED_ATOMIC_FA"},
	{0x18, "BIND_MW"},
	{0x19, "FMR"},
	{0x1b, "LOCAL_INVAL"},
	{0x1f, "CONFIG_CMD"},
	{0, NULL},
};

/* struct mlx4_wqe_ctrl_seg; MLX4_WQE_CTRL_* */
static const struct hw_field ctrl_seg[] = {
	HW_F("owner", 1),
	HW_R(1),
	HW_F("nec", 1),
	HW_F("iip", 1),
	HW_F("ilp", 1),
	HW_R(22),
	HW_N("opcode", 5, opcodes),
	HW_F("vlan_tag", 16),
	HW_F("ins_vlan", 8),
	HW_R(1),
	HW_F("fence", 1),
	HW_F("ds", 6),
	HW_F("srcrb", 24),
	HW_F("strong_order", 1),
	HW_R(1),
	HW_F("tcp_udp_csum", 1),
	HW_F("ip_csum", 1),
	HW_F("cq_update", 2),
	HW_F("solicited", 1),
	HW_F("force_loopback", 1),
	HW_F("imm", 32),
	HW_END,
};

/* struct mlx4_wqe_mlx_seg, of management queues */
static const struct hw_field mlx_seg[] = {
	HW_F("owner", 1),
	HW_R(23),
	HW_R(3),
	HW_N("opcode", 5, opcodes),
	HW_F("sched_prio", 16),
	HW_R(8 + 2),
	HW_F("ds", 6),
	HW_R(14),
	HW_F("vl15", 1),
	HW_F("slr", 1),
	HW_F("static_rate", 4),
	HW_F("sl", 4),
	HW_R(3),
	HW_F("icrc", 1),
	HW_F("cq_update", 2),
	HW_R(1),
	HW_F("force_loopback", 1),
	HW_F("rlid", 16),
	HW_R(16),
	HW_END,
};

/* struct mlx4_wqe_datagram_seg with struct mlx4_av in it */
static const struct hw_field datagram_seg[] = {
	HW_F("port_pd", 32),
	HW_R(8),
	HW_F("g_slid", 8),
	HW_F("dlid", 16),
	HW_R(8),
	HW_F("gid_index", 8),
	HW_F("stat_rate", 8),
	HW_F("hop_limit", 8),
	HW_F("sl_tclass_flowlabel", 32),
	HW_F("dgid", 128),
	HW_F("dqpn", 32),
	HW_F("qkey", 32),
	HW_F("vlan", 16),
	HW_F("mac", 48),
	HW_END,
};

static const struct hw_field raddr_seg[] = {HW_F("raddr", 64), HW_F("rkey", 32), HW_R(32), HW_END};
static const struct hw_field atomic_seg[] = {HW_F("swap_add", 64), HW_F("compare", 64), HW_END};
static const struct hw_field masked_atomic_seg[] = {
	HW_F("swap_add", 64),
	HW_F("compare", 64),
	HW_F("swap_add_mask", 64),
	HW_F("compare_mask", 64),
	HW_END,
};
static const struct hw_field bind_seg[] = {
	HW_F("flags1", 32),
	HW_F("flags2", 32),
	HW_F("new_rkey", 32),
	HW_F("lkey", 32),
	HW_F("addr", 64),
	HW_F("length", 64),
	HW_END,
};
static const struct hw_field fmr_seg[] = {
	HW_F("flags", 32),
	HW_F("mem_key", 32),
	HW_F("buf_list", 64),
	HW_F("start_addr", 64),
	HW_F("reg_len", 64),
	HW_F("offset", 32),
	HW_F("page_size", 32),
	HW_R(64),
	HW_END,
};
static const struct hw_field local_inval_seg[] = {HW_R(64), HW_F("mem_key", 32), HW_R(32 + 128),
						  HW_END};
static const struct hw_field lso_seg[] = {HW_F("mss", 16), HW_R(6), HW_F("hdr_size", 10), HW_END};
static const struct hw_field data_seg[] = {
	HW_F("wqe_inline", 1),
	HW_F("byte_count", 31),
	HW_F("local_key", 32),
	HW_F("local_address", 64),
	HW_END,
};
static const struct hw_field inline_seg[] = {HW_F("wqe_inline", 1), HW_F("byte_count", 31), HW_END};
static const struct hw_field srq_next_seg[] = {HW_R(16), HW_F("next_wqe_index", 16), HW_R(96),
					       HW_END};

struct rest {
	const uint8_t *p;
	size_t len;
	struct hw_sink *sink;
};

static void skip(struct rest *r, size_t bytes)
{
	bytes = MIN(bytes, r->len);
	r->p += bytes;
	r->len -= bytes;
}

static void part(struct rest *r, const char *title, const struct hw_field *table)
{
	size_t bytes = hw_table_bits(table) / 8;
	if (r->len == 0)
		return;
	hw_section(title, -1, table, r->p, MIN(r->len, bytes), r->sink);
	skip(r, bytes);
}

/* bytes that follow a segment's head of that size */
static void trailing(struct rest *r, const char *name, size_t head, size_t bytes)
{
	size_t there = r->len > head ? r->len - head : 0;
	r->sink->ops->bytes(r->sink, name, r->p + MIN(head, r->len), MIN(bytes, there));
	if (bytes > there)
		r->sink->ops->truncated(r->sink, r->len);
	skip(r, ROUND_UP(head + bytes, SEGMENT));
}

static void data(struct rest *r, const char *title)
{
	for (int i = 0; r->len > 0; i++) {
		bool is_inline = r->len >= 4 && r->p[0] & 0x80;
		if (!is_inline) {
			hw_section(title, i, data_seg, r->p, MIN(r->len, (size_t)SEGMENT), r->sink);
			skip(r, SEGMENT);
			continue;
		}
		hw_section("inline data", i, inline_seg, r->p, 4, r->sink);
		trailing(r, "data", 4, get_u32(r->p, ORDER_BE) & 0x7fffffff);
	}
}

static void opaque(struct rest *r)
{
	for (int i = 0; r->len > 0; i++) {
		r->sink->ops->section(r->sink, "segment", i);
		r->sink->ops->bytes(r->sink, "data", r->p, MIN(r->len, (size_t)SEGMENT));
		skip(r, SEGMENT);
	}
}

static void lso(struct rest *r)
{
	if (r->len == 0)
		return;
	if (hw_section("LSO", -1, lso_seg, r->p, MIN(r->len, (size_t)4), r->sink))
		trailing(r, "header", 4, get_u32(r->p, ORDER_BE) & 0x3ff);
	else
		r->len = 0;
}

static void remote(struct rest *r, const struct hw_field *atomic)
{
	part(r, "remote address", raddr_seg);
	if (atomic)
		part(r, "atomic", atomic);
	data(r, "gather entry");
}

static void rest_of_send(enum mlx4_sq_kind kind, unsigned opcode, struct rest *r)
{
	switch (opcode) {
	case 0x01:
	case 0x0a:
	case 0x0b:
	case 0x0e:
		if (kind == MLX4_SQ_UD)
			part(r, "datagram", datagram_seg);
		if (opcode == 0x0e)
			lso(r);
		data(r, "gather entry");
		return;
	case 0x08:
	case 0x09:
	case 0x10:
		remote(r, NULL);
		return;
	case 0x11:
	case 0x12:
		remote(r, atomic_seg);
		return;
	case 0x14:
	case 0x15:
		remote(r, masked_atomic_seg);
		return;
	case 0x18:
		part(r, "bind", bind_seg);
		break;
	case 0x19:
		part(r, "fast register", fmr_seg);
		break;
	case 0x1b:
		part(r, "local invalidate", local_inval_seg);
		break;
	default:
		break;
	}
	opaque(r);
}

size_t mlx4_send_wqe(enum mlx4_sq_kind kind, const uint8_t *p, size_t len, struct hw_sink *s)
{
	const struct hw_field *control = kind == MLX4_SQ_MLX ? mlx_seg : ctrl_seg;
	if (!hw_section("control", -1, control, p, MIN(len, (size_t)SEGMENT), s))
		return 0;
	/* fence_size, or size of the management form: both are the last byte of the second word */
	size_t whole = (p[7] & 0x3f) * (size_t)SEGMENT;
	if (whole == 0)
		return 0;
	struct rest r = {.p = p + SEGMENT, .len = MIN(whole, len) - SEGMENT, .sink = s};
	rest_of_send(kind, p[3] & 0x1f, &r);
	if (whole > len)
		s->ops->truncated(s, len);
	return whole;
}

void mlx4_recv_wqe(bool linked, const uint8_t *p, size_t len, struct hw_sink *s)
{
	struct rest r = {.p = p, .len = len, .sink = s};
	if (linked)
		part(&r, "SRQ Next", srq_next_seg);
	for (int i = 0; r.len > 0; i++) {
		hw_section("scatter entry", i, data_seg, r.p, MIN(r.len, (size_t)SEGMENT), s);
		/* MLX4_EN_MEMTYPE_PAD, MLX4_INVALID_LKEY: the end of the list */
		if (r.len >= SEGMENT && get_u32(r.p + 4, ORDER_BE) == 0x100)
			break;
		skip(&r, SEGMENT);
	}
}
