// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work queue elements (include/linux/mlx5/qp.h, struct mlx5_wqe_*_seg; device.h, struct
 * mlx5_wqe_srq_next_seg and the MLX5_OPCODE_*; rdma-core providers/mlx5/mlx5dv.h for the opcodes
 * that only user space posts). A segment is 16 bytes or a multiple.
 */
#include "base/bytes.h"
#include "base/cleanup.h"
#include "nic/decode/mlx5.h"

#define SEGMENT 16

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
	{0x14, "ATOMIC_MASKED_CS"},
	{0x15, "ATOMIC_MASKED_FA"},
	{0x18, "BIND_MW"},
	{0x19, "FMR"},
	{0x1b, "LOCAL_INVAL"},
	{0x1f, "CONFIG_CMD"},
	{0x20, "SET_PSV"},
	{0x21, "GET_PSV"},
	{0x22, "CHECK_PSV"},
	{0x23, "DUMP"},
	{0x25, "UMR"},
	{0x26, "RGET_PSV"},
	{0x27, "RCHECK_PSV"},
	{0x28, "TAG_MATCHING"},
	{0x29, "ENHANCED_MPSW"},
	{0x2c, "FLOW_TBL_ACCESS"},
	{0x2d, "ACCESS_ASO"},
	{0x2f, "MMO"},
	{0, NULL},
};

/* fm_ce_se: MLX5_FENCE_MODE_* */
static const struct hw_name fences[] = {
	{0, "none"},
	{1, "initiator small"},
	{2, "fence"},
	{3, "strong ordering"},
	{4, "small and fence"},
	{0, NULL},
};

/* MLX5_WQE_CTRL_CQ_UPDATE, MLX5_WQE_CTRL_CQ_UPDATE_AND_EQE */
static const struct hw_name completions[] = {
	{0, "on error"}, {1, "on first error"}, {2, "always"}, {3, "always, with event"}, {0, NULL},
};

/* struct mlx5_wqe_ctrl_seg */
static const struct hw_field ctrl_seg[] = {
	HW_F("opmod", 8),
	HW_F("wqe_index", 16),
	HW_N("opcode", 8, opcodes),
	HW_F("qpn", 24),
	HW_R(2),
	HW_F("ds", 6),
	HW_F("signature", 8),
	HW_F("dci_stream_channel_id", 16),
	HW_N("fm", 3, fences),
	HW_R(1),
	HW_N("ce", 2, completions),
	HW_F("se", 1),
	HW_R(1),
	HW_F("imm", 32), /* or umr_mkey, tis_tir_num, general_id */
	HW_END,
};

/* struct mlx5_wqe_eth_seg; MLX5_ETH_WQE_* */
static const struct hw_field eth_seg[] = {
	HW_F("swp_outer_l4_offset", 8),
	HW_F("swp_outer_l3_offset", 8),
	HW_F("swp_inner_l4_offset", 8),
	HW_F("swp_inner_l3_offset", 8),
	HW_F("cs_l4", 1),
	HW_F("cs_l3", 1),
	HW_F("cs_l4_inner", 1),
	HW_F("cs_l3_inner", 1),
	HW_R(4),
	HW_F("swp_flags", 8),
	HW_F("mss", 16),
	HW_F("flow_table_metadata", 32),
	HW_END,
};

static const struct hw_field eth_inline[] = {HW_F("inline_hdr_sz", 16), HW_END};
static const struct hw_field eth_vlan[] = {HW_F("insert_type", 16), HW_F("insert_vlan_tci", 16),
					   HW_END};

/* struct mlx5_wqe_raddr_seg */
static const struct hw_field raddr_seg[] = {HW_F("raddr", 64), HW_F("rkey", 32), HW_R(32), HW_END};

/* struct mlx5_wqe_atomic_seg, mlx5_wqe_masked_atomic_seg */
static const struct hw_field atomic_seg[] = {HW_F("swap_add", 64), HW_F("compare", 64), HW_END};
static const struct hw_field masked_atomic_seg[] = {
	HW_F("swap_add", 64),
	HW_F("compare", 64),
	HW_F("swap_add_mask", 64),
	HW_F("compare_mask", 64),
	HW_END,
};

/* struct mlx5_av, as struct mlx5_wqe_datagram_seg has it */
static const struct hw_field datagram_seg[] = {
	HW_F("qkey", 32),
	HW_R(32),
	HW_F("dqp_dct", 32),
	HW_F("stat_rate", 4),
	HW_F("sl", 4),
	HW_F("fl", 1),
	HW_F("mlid", 7),
	HW_F("rlid", 16), /* or udp_sport */
	HW_R(32),
	HW_F("rmac", 48),
	HW_F("tclass", 8),
	HW_F("hop_limit", 8),
	HW_F("grh_gid_fl", 32),
	HW_F("rgid", 128),
	HW_END,
};

/* struct mlx5_wqe_umr_ctrl_seg */
static const struct hw_field umr_ctrl_seg[] = {
	HW_F("inline", 1),
	HW_F("check_free", 2),
	HW_F("translation_offset_en", 1),
	HW_R(4 + 24),
	HW_F("xlt_octowords", 16),
	HW_F("xlt_offset", 16), /* or bsf_octowords */
	HW_F("mkey_mask", 64),
	HW_F("xlt_offset_47_16", 32),
	HW_R(28 * 8),
	HW_END,
};

/* struct mlx5_seg_set_psv, mlx5_seg_get_psv, mlx5_seg_check_psv */
static const struct hw_field set_psv[] = {
	HW_F("psv_num", 32),	   HW_F("syndrome", 16), HW_F("status", 16),
	HW_F("transient_sig", 32), HW_F("ref_tag", 32),	 HW_END,
};
static const struct hw_field get_psv[] = {
	HW_R(19 * 8),
	HW_F("num_psv", 8),
	HW_F("l_key", 32),
	HW_F("va", 64),
	HW_F("psv_index_0", 32),
	HW_F("psv_index_1", 32),
	HW_F("psv_index_2", 32),
	HW_F("psv_index_3", 32),
	HW_END,
};
static const struct hw_field check_psv[] = {
	HW_R(16),
	HW_F("err_coalescing_op", 16),
	HW_R(16),
	HW_F("xport_err_op", 16),
	HW_R(16),
	HW_F("xport_err_mask", 16),
	HW_R(56),
	HW_F("num_psv", 8),
	HW_F("l_key", 32),
	HW_F("va", 64),
	HW_F("psv_index_0", 32),
	HW_F("psv_index_1", 32),
	HW_F("psv_index_2", 32),
	HW_F("psv_index_3", 32),
	HW_END,
};

/* struct mlx5_wqe_aso_ctrl_seg (drivers/net/ethernet/mellanox/mlx5/core/lib/aso.h) */
static const struct hw_field aso_ctrl_seg[] = {
	HW_F("va_h", 32),
	HW_F("va_l", 31),
	HW_F("read_enable", 1),
	HW_F("l_key", 32),
	HW_F("data_mask_mode", 8),
	HW_F("condition_1_0_operand", 8),
	HW_F("condition_1_0_offset", 8),
	HW_F("data_offset_condition_operand", 8),
	HW_F("condition_0_data", 32),
	HW_F("condition_0_mask", 32),
	HW_F("condition_1_data", 32),
	HW_F("condition_1_mask", 32),
	HW_F("bitwise_data", 64),
	HW_F("data_mask", 64),
	HW_END,
};

static const struct hw_field srq_next_seg[] = {HW_R(16), HW_F("next_wqe_index", 16),
					       HW_F("signature", 8), HW_R(11 * 8), HW_END};

/* MLX5_TERMINATE_SCATTER_LIST_LKEY; devices with another one say so in their capabilities. */
static const struct hw_name local_keys[] = {{0x100, "end of list"}, {0, NULL}};

/* What goes on behind the control segment. */
struct rest {
	const uint8_t *p;
	size_t len;
	struct hw_sink *sink;
};

/* A part of that many bytes; also what is cut is shown as far as it goes. */
static void part(struct rest *r, const char *title, const struct hw_field *table)
{
	size_t bytes = hw_table_bits(table) / 8;
	if (r->len == 0)
		return;
	hw_section(title, -1, table, r->p, MIN(r->len, bytes), r->sink);
	bytes = MIN(bytes, r->len);
	r->p += bytes;
	r->len -= bytes;
}

/*
 * struct mlx5_wqe_data_seg, in wqdump's order and with its names: the byte count's top bit says
 * that the data itself follows (MLX5_INLINE_SEG).
 */
static void scatter_entry(const uint8_t *p, size_t len, const char *title, int index,
			  struct hw_sink *s)
{
	static const char *const names[] = {"byte_count", "wqe_inline", "local_key",
					    "local_address_63_32", "local_address_31_0"};
	static const uint8_t at[] = {1, 0, 32, 64, 96}, bits[] = {31, 1, 32, 32, 32};
	s->ops->section(s, title, index);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (at[i] + bits[i] > len * 8) {
			s->ops->truncated(s, len);
			return;
		}
		struct hw_value v = {
			.name = names[i], .value = hw_bits(p, at[i], bits[i]), .bits = bits[i]};
		v.meaning = i == 2 ? hw_name(local_keys, v.value) : NULL;
		s->ops->value(s, &v);
	}
}

/* struct mlx5_wqe_inline_seg: 10 bits of length (MLX5_WQE_INLINE_SEG_BYTE_COUNT_MASK). */
static size_t inline_data(struct rest *r, int index)
{
	size_t bytes = get_u32(r->p, ORDER_BE) & 0x3ff;
	struct hw_value v = {.name = "byte_count", .value = bytes, .bits = 10};
	r->sink->ops->section(r->sink, "inline data", index);
	r->sink->ops->value(r->sink, &v);
	if (r->len > 4)
		r->sink->ops->bytes(r->sink, "data", r->p + 4, MIN(bytes, r->len - 4));
	if (bytes > r->len - 4)
		r->sink->ops->truncated(r->sink, r->len);
	return ROUND_UP(4 + bytes, SEGMENT);
}

/* Data segments, inline or pointers, to the end. */
static void data(struct rest *r)
{
	for (int i = 0; r->len > 0; i++) {
		size_t step = SEGMENT;
		if (r->len >= 4 && r->p[0] & 0x80)
			step = inline_data(r, i);
		else
			scatter_entry(r->p, MIN(r->len, (size_t)SEGMENT), "gather entry", i,
				      r->sink);
		step = MIN(step, r->len);
		r->p += step;
		r->len -= step;
	}
}

/* Segments that no public header describes for this opcode. */
static void opaque(struct rest *r)
{
	for (int i = 0; r->len > 0; i++) {
		size_t step = MIN(r->len, (size_t)SEGMENT);
		r->sink->ops->section(r->sink, "segment", i);
		r->sink->ops->bytes(r->sink, "data", r->p, step);
		r->p += step;
		r->len -= step;
	}
}

/*
 * The Ethernet segment ends with the headers that go inline (two bytes of them are in it), or with
 * a VLAN tag to insert (MLX5_ETH_WQE_INSERT_VLAN).
 */
static void ethernet(struct rest *r)
{
	size_t used = SEGMENT;
	if (r->len == 0)
		return;
	if (!hw_section("ethernet", -1, eth_seg, r->p, MIN(r->len, (size_t)12), r->sink) ||
	    r->len < SEGMENT) {
		if (r->len >= 12)
			r->sink->ops->truncated(r->sink, r->len);
		r->len = 0;
		return;
	}
	if (r->p[12] & 0x80) {
		hw_decode(eth_vlan, r->p + 12, 4, r->sink);
	} else {
		size_t bytes = get_u16(r->p + 12, ORDER_BE);
		hw_decode(eth_inline, r->p + 12, 2, r->sink);
		if (bytes > 0)
			r->sink->ops->bytes(r->sink, "inline_hdr", r->p + 14,
					    MIN(bytes, r->len - 14));
		if (bytes > 2)
			used = ROUND_UP(14 + bytes, SEGMENT);
		if (bytes > r->len - 14)
			r->sink->ops->truncated(r->sink, r->len);
	}
	used = MIN(used, r->len);
	r->p += used;
	r->len -= used;
}

static void atomic(struct rest *r, const struct hw_field *table)
{
	part(r, "remote address", raddr_seg);
	part(r, "atomic", table);
	data(r);
}

static void send(enum mlx5_sq_kind kind, struct rest *r)
{
	if (kind == MLX5_SQ_ETH)
		ethernet(r);
	else if (kind == MLX5_SQ_UD)
		part(r, "datagram", datagram_seg);
	data(r);
}

static void rest_of_send(enum mlx5_sq_kind kind, unsigned opcode, struct rest *r)
{
	switch (opcode) {
	case 0x00: /* NOP */
		break;
	case 0x01:
	case 0x0a:
	case 0x0b:
	case 0x0e:
	case 0x29:
		send(kind, r);
		return;
	case 0x08:
	case 0x09:
	case 0x10:
		part(r, "remote address", raddr_seg);
		data(r);
		return;
	case 0x11:
	case 0x12:
		atomic(r, atomic_seg);
		return;
	case 0x14:
	case 0x15:
		atomic(r, masked_atomic_seg);
		return;
	case 0x20:
		part(r, "set PSV", set_psv);
		break;
	case 0x21:
	case 0x26:
		part(r, "get PSV", get_psv);
		break;
	case 0x22:
	case 0x27:
		part(r, "check PSV", check_psv);
		break;
	case 0x23:
		data(r);
		return;
	case 0x25:
		part(r, "UMR control", umr_ctrl_seg);
		part(r, "mkey context", mlx5_mkc);
		break;
	case 0x2d:
		part(r, "ASO control", aso_ctrl_seg);
		break;
	default:
		break;
	}
	opaque(r);
}

size_t mlx5_send_wqe(enum mlx5_sq_kind kind, const uint8_t *p, size_t len, struct hw_sink *s)
{
	if (!hw_section("control", -1, ctrl_seg, p, MIN(len, (size_t)SEGMENT), s))
		return 0;
	size_t whole = (p[7] & 0x3f) * (size_t)SEGMENT;
	if (whole == 0)
		return 0;
	struct rest r = {.p = p + SEGMENT, .len = MIN(whole, len) - SEGMENT, .sink = s};
	rest_of_send(kind, p[3], &r);
	if (whole > len)
		s->ops->truncated(s, len);
	return whole;
}

unsigned mlx5_send_wqe_index(const uint8_t *p, size_t len)
{
	return len < 4 ? 0 : get_u16(p + 1, ORDER_BE);
}

void mlx5_recv_wqe(struct mlx5_rq_form form, const uint8_t *p, size_t len, struct hw_sink *s)
{
	/* struct mlx5_rwqe_sig */
	static const struct hw_field signature_seg[] = {HW_R(32), HW_F("signature", 8), HW_R(88),
							HW_END};
	struct rest r = {.p = p, .len = len, .sink = s};
	if (form.linked)
		part(&r, "SRQ Next", srq_next_seg);
	if (form.signature)
		part(&r, "signature", signature_seg);
	for (int i = 0; r.len > 0; i++) {
		size_t step = MIN(r.len, (size_t)SEGMENT);
		scatter_entry(r.p, step, "scatter entry", i, s);
		/* What is behind the end of the list is of an older use. */
		if (step == SEGMENT && get_u32(r.p + 4, ORDER_BE) == 0x100)
			break;
		r.p += step;
		r.len -= step;
	}
}
