// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A slot of the command queue (include/linux/mlx5/device.h, struct mlx5_cmd_layout). The first 16
 * bytes of a command's input and output are in the slot itself; what is longer is in mailboxes
 * behind in_ptr and out_ptr, which are bus addresses and cannot be followed here. A slot keeps its
 * last command until it is used again.
 */
#include "base/bytes.h"
#include "base/cleanup.h"
#include "nic/decode/mlx5.h"

/* MLX5_CMD_STAT_* (device.h) */
static const struct hw_name statuses[] = {
	{0x00, "OK"},
	{0x01, "INT_ERR"},
	{0x02, "BAD_OP_ERR"},
	{0x03, "BAD_PARAM_ERR"},
	{0x04, "BAD_SYS_STATE_ERR"},
	{0x05, "BAD_RES_ERR"},
	{0x06, "RES_BUSY"},
	{0x07, "NOT_READY"},
	{0x08, "LIM_ERR"},
	{0x09, "BAD_RES_STATE_ERR"},
	{0x0a, "IX_ERR"},
	{0x0f, "NO_RES_ERR"},
	{0x10, "BAD_QP_STATE_ERR"},
	{0x30, "BAD_PKT_ERR"},
	{0x40, "BAD_SIZE_OUTS_CQES_ERR"},
	{0x50, "BAD_INP_LEN_ERR"},
	{0x51, "BAD_OUTP_LEN_ERR"},
	{0, NULL},
};

/* MLX5_CMD_DELIVERY_STAT_* (drivers/net/ethernet/mellanox/mlx5/core/cmd.c) */
static const struct hw_name deliveries[] = {
	{0x00, "OK"},
	{0x01, "SIGNAT_ERR"},
	{0x02, "TOK_ERR"},
	{0x03, "BAD_BLK_NUM_ERR"},
	{0x04, "OUT_PTR_ALIGN_ERR"},
	{0x05, "IN_PTR_ALIGN_ERR"},
	{0x06, "FW_ERR"},
	{0x07, "IN_LENGTH_ERR"},
	{0x08, "OUT_LENGTH_ERR"},
	{0x09, "RES_FLD_NOT_CLR_ERR"},
	{0x10, "CMD_DESCR_ERR"},
	{0, NULL},
};

static const struct hw_name types[] = {{7, "PCI_CMD_XPORT"}, {0, NULL}};
static const struct hw_name owners[] = {{0, "software"}, {1, "hardware"}, {0, NULL}};

static const struct hw_field head[] = {HW_N("type", 8, types), HW_R(24), HW_F("inlen", 32),
				       HW_F("in_ptr", 64), HW_END};

/* in[4]: opcode and uid, operation modifier, two words that are the command's own */
static const struct hw_field opcode_uid[] = {HW_F("uid", 16),  HW_R(16),	 HW_F("op_mod", 16),
					     HW_F("in_2", 32), HW_F("in_3", 32), HW_END};

static const struct hw_field tail[] = {
	HW_N("status", 8, statuses),
	HW_R(24),
	HW_F("syndrome", 32),
	HW_F("out_2", 32),
	HW_F("out_3", 32),
	HW_F("out_ptr", 64),
	HW_F("outlen", 32),
	HW_F("token", 8),
	HW_F("sig", 8),
	HW_R(8),
	HW_N("delivery_status", 7, deliveries),
	HW_N("owner", 1, owners),
	HW_END,
};

bool mlx5_cmd_read(const uint8_t *p, size_t len, struct mlx5_command *ret)
{
	uint8_t any = 0;
	if (len < MLX5_CMD_LAYOUT)
		return false;
	for (size_t i = 0; i < MLX5_CMD_LAYOUT; i++)
		any |= p[i];
	if (!any)
		return false;
	*ret = (struct mlx5_command) {
		.opcode = get_u16(p + 0x10, ORDER_BE),
		.op_mod = get_u16(p + 0x16, ORDER_BE),
		.status = p[0x20],
		.syndrome = get_u32(p + 0x24, ORDER_BE),
		.delivery = p[0x3f] >> 1,
		.stuck = p[0x3f] & 1,
	};
	ret->name = mlx5_cmd_name(ret->opcode);
	ret->status_name = hw_name(statuses, ret->status);
	ret->delivery_name = hw_name(deliveries, ret->delivery);
	return true;
}

void mlx5_cmd(const uint8_t *p, size_t len, struct hw_sink *s)
{
	if (!hw_section("command", -1, head, p, MIN(len, (size_t)0x10), s))
		return;
	if (len < 0x12) {
		s->ops->truncated(s, len);
		return;
	}
	struct hw_value opcode = {
		.name = "opcode", .value = get_u16(p + 0x10, ORDER_BE), .bits = 16};
	opcode.meaning = mlx5_cmd_name((unsigned)opcode.value);
	s->ops->value(s, &opcode);
	if (hw_decode(opcode_uid, p + 0x12, MIN(len, (size_t)0x20) - 0x12, s))
		hw_decode(tail, p + 0x20, MIN(len, (size_t)MLX5_CMD_LAYOUT) - 0x20, s);
}
