// SPDX-License-Identifier: GPL-2.0-or-later
/* Event queue entries: include/linux/mlx4/device.h, struct mlx4_eqe and enum mlx4_event. */
#include "base/cleanup.h"
#include "nic/decode/mlx4.h"

#define DATA	 0x04
#define DATA_END 0x1c

static const struct hw_name cq_syndromes[] = {
	{1, "CQ overrun"}, {2, "CQ access violation"}, {0, NULL}};
static const struct hw_name port_changes[] = {{1, "down"}, {4, "active"}, {0, NULL}};
static const struct hw_name cables[] = {{1, "bad cable"}, {2, "unsupported cable"}, {0, NULL}};
static const struct hw_name fatal[] = {{0, "warming"}, {0, NULL}};

static const struct hw_field comp[] = {HW_R(8), HW_F("cqn", 24), HW_END};
static const struct hw_field cmd[] = {
	HW_R(16),	   HW_F("token", 16),	  HW_R(32 + 24),
	HW_F("status", 8), HW_F("out_param", 64), HW_END,
};
static const struct hw_field qp[] = {HW_R(8), HW_F("qpn", 24), HW_END};
static const struct hw_field srq[] = {HW_R(8), HW_F("srqn", 24), HW_END};
static const struct hw_field cq_err[] = {HW_R(8), HW_F("cqn", 24), HW_R(32 + 24),
					 HW_N("syndrome", 8, cq_syndromes), HW_END};
/* The port is in the upper four bits (mlx4_eq_int()). */
static const struct hw_field port_change[] = {HW_R(64), HW_F("port", 4), HW_R(28), HW_END};
static const struct hw_field comm_channel[] = {
	HW_R(32),
	HW_F("bit_vec_0", 32),
	HW_F("bit_vec_1", 32),
	HW_F("bit_vec_2", 32),
	HW_F("bit_vec_3", 32),
	HW_END,
};
static const struct hw_field mac_update[] = {HW_F("port", 8), HW_R(24), HW_F("mac", 64), HW_END};
/* the function that was reset; every event has a slave_id of its own */
static const struct hw_field flr[] = {HW_F("flr_slave_id", 32), HW_END};
static const struct hw_field warming[] = {HW_F("current_temperature", 16),
					  HW_F("warning_threshold", 16), HW_END};
static const struct hw_field port_only[] = {HW_R(24), HW_F("port", 8), HW_END};

/* MLX4_EVENT_TYPE_* */
static const struct event {
	uint8_t type;
	const char *name;
	const struct hw_field *data;
	const struct hw_name *subtypes;
} events[] = {
	{0x00, "COMP", comp, NULL},
	{0x01, "PATH_MIG", qp, NULL},
	{0x02, "COMM_EST", qp, NULL},
	{0x03, "SQ_DRAINED", qp, NULL},
	{0x04, "CQ_ERROR", cq_err, NULL},
	{0x05, "WQ_CATAS_ERROR", qp, NULL},
	{0x06, "EEC_CATAS_ERROR", NULL, NULL},
	{0x07, "PATH_MIG_FAILED", qp, NULL},
	{0x08, "LOCAL_CATAS_ERROR", NULL, NULL},
	{0x09, "PORT_CHANGE", port_change, port_changes},
	{0x0a, "CMD", cmd, NULL},
	{0x0e, "ECC_DETECT", NULL, NULL},
	{0x0f, "EQ_OVERFLOW", NULL, NULL},
	{0x10, "WQ_INVAL_REQ_ERROR", qp, NULL},
	{0x11, "WQ_ACCESS_ERROR", qp, NULL},
	{0x12, "SRQ_CATAS_ERROR", srq, NULL},
	{0x13, "SRQ_QP_LAST_WQE", qp, NULL},
	{0x14, "SRQ_LIMIT", srq, NULL},
	{0x18, "COMM_CHANNEL", comm_channel, NULL},
	{0x19, "VEP_UPDATE", mac_update, NULL},
	{0x1a, "OP_REQUIRED", NULL, NULL},
	{0x1b, "FATAL_WARNING", warming, fatal},
	{0x1c, "FLR_EVENT", flr, NULL},
	{0x1d, "PORT_MNG_CHG_EVENT", port_only, NULL},
	{0x3e, "RECOVERABLE_ERROR_EVENT", port_only, cables},
	{0xff, "NONE", NULL, NULL},
};

static const struct event *find(unsigned type)
{
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		if (events[i].type == type)
			return &events[i];
	return NULL;
}

const char *mlx4_event_name(unsigned type)
{
	const struct event *e = find(type);
	return e ? e->name : NULL;
}

/* Only slots of 64 bytes have the entry in the second half (get_eqe() of mlx4/eq.c). */
static const uint8_t *entry(const uint8_t *p, size_t *len)
{
	if (*len == 2 * MLX4_EQE) {
		p += MLX4_EQE;
		*len = MLX4_EQE;
	}
	return p;
}

static void number(struct hw_sink *s, const char *name, uint8_t value, const char *meaning)
{
	struct hw_value v = {.name = name, .value = value, .bits = 8, .meaning = meaning};
	s->ops->value(s, &v);
}

void mlx4_eqe(const uint8_t *p, size_t len, struct hw_sink *s)
{
	p = entry(p, &len);
	s->ops->section(s, "EQE", -1);
	if (len < DATA) {
		s->ops->truncated(s, len);
		return;
	}
	const struct event *e = find(p[1]);
	size_t data = MIN(len, (size_t)DATA_END) - DATA;
	number(s, "type", p[1], e ? e->name : NULL);
	number(s, "subtype", p[3], e ? hw_name(e->subtypes, p[3]) : NULL);
	if (!e || !e->data)
		s->ops->bytes(s, "data", p + DATA, data);
	else if (!hw_decode(e->data, p + DATA, data, s))
		return;
	if (len < MLX4_EQE) {
		s->ops->truncated(s, len);
		return;
	}
	number(s, "slave_id", p[0x1c], NULL);
	number(s, "owner", p[0x1f] >> 7, NULL);
}

/* next_eqe_sw() of mlx4/eq.c */
bool mlx4_eqe_is_pending(const uint8_t *p, size_t len, uint32_t cons_index, uint32_t size)
{
	p = entry(p, &len);
	return len >= MLX4_EQE && (p[0x1f] >> 7 != 0) == ((cons_index & size) != 0);
}
