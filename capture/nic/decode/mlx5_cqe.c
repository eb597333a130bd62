// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Completion queue entries (include/linux/mlx5/device.h: struct mlx5_cqe64, mlx5_err_cqe,
 * mlx5_sig_err_cqe, mlx5_mini_cqe8; cq.h: MLX5_CQE_*). In slots of 128 bytes the entry is the
 * second half.
 */
#include "base/bytes.h"
#include "base/cleanup.h"
#include "nic/decode/mlx5.h"

#define CQE   64
#define SMALL 8

enum { REQ = 0, RESIZE = 5, SIG_ERR = 12, REQ_ERR = 13, RESP_ERR = 14, INVALID = 15 };
enum { FORMAT_COMPRESSED = 3 };

static const struct hw_name opcodes[] = {
	{REQ, "REQ"},	      {1, "RESP_WR_IMM"},     {2, "RESP_SEND"},	    {3, "RESP_SEND_IMM"},
	{4, "RESP_SEND_INV"}, {RESIZE, "RESIZE_CQ"},  {6, "NO_PACKET"},	    {SIG_ERR, "SIG_ERR"},
	{REQ_ERR, "REQ_ERR"}, {RESP_ERR, "RESP_ERR"}, {INVALID, "INVALID"}, {0, NULL},
};

static const struct hw_name formats[] = {
	{0, "no inline data"},
	{1, "32 bytes inline"},
	{2, "64 bytes inline"},
	{FORMAT_COMPRESSED, "compressed"},
	{0, NULL},
};

/* MLX5_CQE_SYNDROME_* */
static const struct hw_name syndromes[] = {
	{0x01, "LOCAL_LENGTH_ERR"},
	{0x02, "LOCAL_QP_OP_ERR"},
	{0x04, "LOCAL_PROT_ERR"},
	{0x05, "WR_FLUSH_ERR"},
	{0x06, "MW_BIND_ERR"},
	{0x10, "BAD_RESP_ERR"},
	{0x11, "LOCAL_ACCESS_ERR"},
	{0x12, "REMOTE_INVAL_REQ_ERR"},
	{0x13, "REMOTE_ACCESS_ERR"},
	{0x14, "REMOTE_OP_ERR"},
	{0x15, "TRANSPORT_RETRY_EXC_ERR"},
	{0x16, "RNR_RETRY_EXC_ERR"},
	{0x22, "REMOTE_ABORTED_ERR"},
	{0, NULL},
};

/* CQE_L4_HDR_TYPE_*, CQE_L3_HDR_TYPE_* */
static const struct hw_name l4_types[] = {
	{0, "none"}, {1, "TCP"}, {2, "UDP"}, {3, "TCP ACK without data"}, {4, "TCP ACK with data"},
	{0, NULL},
};
static const struct hw_name l3_types[] = {{0, "none"}, {1, "IPv6"}, {2, "IPv4"}, {0, NULL}};

#define OP_OWN                                                                                     \
	HW_N("opcode", 4, opcodes), HW_N("format", 2, formats), HW_F("se", 1), HW_F("owner", 1)

static const struct hw_field cqe64[] = {
	HW_R(3),
	HW_F("tls_offload", 2),
	HW_R(2),
	HW_F("tunneled", 1),
	HW_R(8),
	HW_F("wqe_id", 16),
	HW_F("lro_tcppsh_abort_dupack", 8),
	HW_F("lro_min_ttl", 8),
	HW_F("lro_tcp_win", 16),
	HW_F("lro_ack_seq_num", 32),
	HW_F("rss_hash_result", 32),
	HW_F("rss_hash_type", 8),
	HW_F("ml_path", 8),
	HW_R(16),
	HW_F("check_sum", 16),
	HW_F("slid", 16),
	HW_F("flags", 8),
	HW_F("rqpn", 24),
	HW_F("hds_ip_ext", 8),
	HW_R(1),
	HW_N("l4_hdr_type", 3, l4_types),
	HW_N("l3_hdr_type", 2, l3_types),
	HW_F("ip_fragment", 1),
	HW_F("vlan_present", 1),
	HW_F("vlan_info", 16),
	HW_F("lro_num_seg", 8),
	HW_F("srqn", 24),
	HW_F("imm_inval_pkey", 32), /* or ft_metadata */
	HW_R(32),
	HW_F("byte_cnt", 32),
	HW_F("timestamp", 64),
	HW_F("send_wqe_opcode", 8),
	HW_F("qpn", 24),
	HW_F("wqe_counter", 16),
	HW_F("signature", 8),
	OP_OWN,
	HW_END,
};

static const struct hw_field err_cqe[] = {
	HW_R(32 * 8),
	HW_F("srqn", 32),
	HW_R(18 * 8),
	HW_F("vendor_err_synd", 8),
	HW_N("syndrome", 8, syndromes),
	HW_F("send_wqe_opcode", 8),
	HW_F("qpn", 24),
	HW_F("wqe_counter", 16),
	HW_F("signature", 8),
	OP_OWN,
	HW_END,
};

static const struct hw_field sig_err_cqe[] = {
	HW_R(16 * 8),
	HW_F("expected_trans_sig", 32),
	HW_F("actual_trans_sig", 32),
	HW_F("expected_reftag", 32),
	HW_F("actual_reftag", 32),
	HW_F("syndrome", 16),
	HW_R(16),
	HW_F("mkey", 32),
	HW_F("err_offset", 64),
	HW_R(64),
	HW_F("qpn", 32),
	HW_R(16),
	HW_F("signature", 8),
	OP_OWN,
	HW_END,
};

/* struct mlx5_mini_cqe8: of a receive with its hash, or with its checksum; of a send */
static const struct hw_field small_hash[] = {HW_F("rx_hash_result", 32), HW_F("byte_cnt", 32),
					     HW_END};
static const struct hw_field small_checksum[] = {HW_F("checksum", 16), HW_F("stridx", 16),
						 HW_F("byte_cnt", 32), HW_END};
static const struct hw_field small_send[] = {HW_F("wqe_counter", 16), HW_F("s_wqe_opcode", 8),
					     HW_R(8), HW_F("byte_cnt", 32), HW_END};

static void small_ones(const struct mlx5_cq_walk *w, const uint8_t *p, size_t len, unsigned count,
		       struct hw_sink *s)
{
	const struct hw_field *table = w->small_are_sends ? small_send
				       : w->by_checksum	  ? small_checksum
							  : small_hash;
	for (unsigned i = 0; i < count; i++) {
		size_t at = MIN((size_t)i * SMALL, len);
		if (!hw_section("mini CQE", (int)i, table, p + at, MIN(len - at, (size_t)SMALL), s))
			return;
	}
}

/*
 * A session takes as many slots as it has completions: the title, at once an array, then one in
 * every eighth slot; those between are old (mlx5e_decompress_cqes_cont()).
 */
static void inside_session(struct mlx5_cq_walk *w, const uint8_t *p, size_t len, struct hw_sink *s)
{
	const uint32_t each = CQE / SMALL;
	uint32_t first = w->at == 1 ? 0 : w->at;
	if (first % each == 0)
		small_ones(w, p, len, MIN(w->total - first, each), s);
	else
		s->ops->section(s, "CQE: not written, it is in an array before", -1);
	w->at++;
}

static const struct hw_field *table_of(unsigned opcode)
{
	if (opcode == REQ_ERR || opcode == RESP_ERR)
		return err_cqe;
	return opcode == SIG_ERR ? sig_err_cqe : cqe64;
}

void mlx5_cqe(struct mlx5_cq_walk *w, const uint8_t *p, size_t len, struct hw_sink *s)
{
	if (len > CQE) {
		/* The first half is inline data, or nothing. */
		size_t half = MIN(len - CQE, (size_t)CQE);
		p += half;
		len = MIN(len - half, (size_t)CQE);
	}
	if (w->at < w->total) {
		inside_session(w, p, len, s);
		return;
	}
	if (len < CQE) {
		hw_section("CQE", -1, cqe64, p, len, s);
		return;
	}
	unsigned op_own = p[CQE - 1], opcode = op_own >> 4;
	bool compressed = ((op_own >> 2) & 3) == FORMAT_COMPRESSED;
	if (compressed && w->enhanced) {
		/* The opcode is the count (get_cqe_enhanced_num_mini_cqes()), the last is op_own.
		 */
		small_ones(w, p, CQE - SMALL, MIN(opcode + 1, CQE / SMALL - 1U), s);
		return;
	}
	hw_section(opcode == REQ_ERR || opcode == RESP_ERR ? "error CQE" : "CQE", -1,
		   compressed ? cqe64 : table_of(opcode), p, len, s);
	if (compressed) {
		/* mlx5e_read_title_slot(): the byte count of the title is how many they are. */
		w->total = MIN(get_u32(p + 0x2c, ORDER_BE), 1U << 16);
		w->at = 1;
		w->small_are_sends = opcode == REQ;
	}
}

bool mlx5_cqe_is_new(const uint8_t *p, size_t len, uint32_t cons_index, unsigned log_size)
{
	if (len < CQE || log_size > 31)
		return false;
	unsigned op_own = p[len >= 2 * CQE ? 2 * CQE - 1 : CQE - 1];
	return op_own >> 4 != INVALID && (op_own & 1) == ((cons_index >> log_size) & 1);
}
