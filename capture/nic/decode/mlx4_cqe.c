// SPDX-License-Identifier: GPL-2.0-or-later
/* Completion queue entries: include/linux/mlx4/cq.h, struct mlx4_cqe, mlx4_err_cqe. */
#include "nic/decode/mlx4.h"

#define CQE 32

enum { OPCODE_MASK = 0x1f, IS_SEND = 0x40, OPCODE_ERROR = 0x1e };

static const struct hw_name send_opcodes[] = {
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
	{0x16, "RESIZE"},
	{0x18, "BIND_MW"},
	{0x19, "FMR"},
	{0x1b, "LOCAL_INVAL"},
	{OPCODE_ERROR, "ERROR"},
	{0x1f, "CONFIG_CMD"},
	{0, NULL},
};

/* MLX4_RECV_OPCODE_*, MLX4_CQE_OPCODE_* */
static const struct hw_name receive_opcodes[] = {
	{0x00, "RDMA_WRITE_IMM"}, {0x01, "SEND"},	   {0x02, "SEND_IMM"}, {0x03, "SEND_INVAL"},
	{0x16, "RESIZE"},	  {OPCODE_ERROR, "ERROR"}, {0, NULL},
};

/* MLX4_CQE_SYNDROME_* */
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

#define OWNER(names) HW_F("owner", 1), HW_F("is_send", 1), HW_R(1), HW_N("opcode", 5, names)

#define BODY                                                                                       \
	HW_F("l2_tunnel_ipok", 1), HW_F("svlan_present", 1), HW_F("cvlan_present", 1), HW_R(1),    \
		HW_F("l2_tunnel", 1), HW_F("l2_tunnel_csum", 1), HW_F("l2_tunnel_ipv4", 1),        \
		HW_R(1), HW_F("my_qpn", 24), HW_F("immed_rss_invalid", 32), HW_F("g", 1),          \
		HW_F("mlpath", 7), HW_F("rqpn", 24), HW_F("sl_vid", 16), HW_F("rlid", 16),         \
		HW_F("status", 16), HW_F("ipv6_ext_mask", 8), HW_F("badfcs_enc", 8),               \
		HW_F("byte_cnt", 32), HW_F("wqe_index", 16), HW_F("checksum", 16), HW_R(24)

static const struct hw_field send_cqe[] = {BODY, OWNER(send_opcodes), HW_END};
static const struct hw_field receive_cqe[] = {BODY, OWNER(receive_opcodes), HW_END};

static const struct hw_field err_cqe[] = {
	HW_R(8),
	HW_F("my_qpn", 24),
	HW_R(20 * 8),
	HW_F("wqe_index", 16),
	HW_F("vendor_err_syndrome", 8),
	HW_N("syndrome", 8, syndromes),
	HW_R(24),
	OWNER(send_opcodes),
	HW_END,
};

/* Only slots of 64 bytes have the entry in the second half; wider strides begin with it. */
static const uint8_t *entry(const uint8_t *p, size_t *len)
{
	if (*len == 2 * CQE) {
		p += CQE;
		*len = CQE;
	}
	return p;
}

void mlx4_cqe(const uint8_t *p, size_t len, struct hw_sink *s)
{
	p = entry(p, &len);
	if (len > CQE)
		len = CQE;
	uint8_t last = len == CQE ? p[CQE - 1] : 0;
	if ((last & OPCODE_MASK) == OPCODE_ERROR)
		hw_section("error CQE", -1, err_cqe, p, len, s);
	else
		hw_section("CQE", -1, last & IS_SEND ? send_cqe : receive_cqe, p, len, s);
}

/* get_sw_cqe() and mlx4_en_process_rx_cq(): the owner bit and the lap are the same */
bool mlx4_cqe_is_new(const uint8_t *p, size_t len, uint32_t cons_index, uint32_t size)
{
	p = entry(p, &len);
	return len >= CQE && (p[CQE - 1] >> 7 != 0) == ((cons_index & size) != 0);
}
