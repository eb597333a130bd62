// SPDX-License-Identifier: GPL-2.0-or-later
/* Event queue entries: include/linux/mlx5/device.h, struct mlx5_eqe and the union ev_data. */
#include "base/cleanup.h"
#include "nic/decode/mlx5.h"

#define DATA	 0x20
#define DATA_END 0x3c

static const struct hw_name queue_types[] = {
	{0, "QP"}, {1, "RQ"}, {2, "SQ"}, {6, "DCT"}, {0, NULL}};
static const struct hw_name cq_syndromes[] = {
	{1, "CQ overrun"}, {2, "CQ access violation"}, {0, NULL}};

static const struct hw_field comp[] = {HW_R(24 * 8), HW_F("cqn", 32), HW_END};
/* The headers call this "type", too: with the event's own, it would be there twice. */
static const struct hw_field qp_srq[] = {HW_R(20 * 8), HW_N("queue_type", 8, queue_types), HW_R(24),
					 HW_F("qp_srq_n", 32), HW_END};
static const struct hw_field cq_err[] = {HW_F("cqn", 32), HW_R(56),
					 HW_N("syndrome", 8, cq_syndromes), HW_END};
static const struct hw_field xrq_err[] = {HW_R(20 * 8), HW_F("type_xrqn", 32), HW_END};
static const struct hw_field port[] = {HW_R(64), HW_F("port", 4), HW_R(4), HW_END};
static const struct hw_field gpio[] = {HW_R(64), HW_F("gpio_event", 64), HW_END};
static const struct hw_field congestion[] = {HW_F("congestion_type", 8), HW_R(8),
					     HW_F("congestion_level", 8), HW_END};
static const struct hw_field stall[] = {HW_R(24), HW_F("port_vl", 8), HW_END};
static const struct hw_field cmd[] = {HW_F("vector", 32), HW_END};
static const struct hw_field page_request[] = {HW_F("ec_function", 16), HW_F("func_id", 16),
					       HW_F("num_pages", 32), HW_END};
static const struct hw_field vport_change[] = {HW_R(16), HW_F("vport_num", 16), HW_END};
static const struct hw_field vhca_state[] = {HW_F("ec_function", 16), HW_F("function_id", 16),
					     HW_END};
static const struct hw_field port_module[] = {
	HW_R(8),  HW_F("module", 8),	 HW_R(8), HW_F("module_status", 8),
	HW_R(16), HW_F("error_type", 8), HW_END};
static const struct hw_field pps[] = {HW_R(24), HW_F("pin", 8), HW_R(32), HW_F("time_stamp", 64),
				      HW_END};
static const struct hw_field dct[] = {HW_R(24 * 8), HW_F("dctn", 32), HW_END};
static const struct hw_field temperature[] = {HW_F("sensor_warning_msb", 64),
					      HW_F("sensor_warning_lsb", 64), HW_END};
static const struct hw_field object[] = {HW_R(16), HW_F("obj_type", 16), HW_F("obj_id", 32),
					 HW_END};
static const struct hw_field sync_reset[] = {HW_R(28), HW_F("sync_rst_state", 4), HW_END};

/* struct mlx5_eqe_page_fault, by the kind in sub_type: a work queue's or an RDMA access */
static const struct hw_field fault_wqe[] = {
	HW_F("bytes_committed", 32),
	HW_R(16),
	HW_F("wqe_index", 16),
	HW_R(16),
	HW_F("packet_length", 16),
	HW_F("token", 32),
	HW_R(64),
	HW_F("pftype_wq", 32),
	HW_END,
};
static const struct hw_field fault_rdma[] = {
	HW_F("bytes_committed", 32),
	HW_F("r_key", 32),
	HW_R(16),
	HW_F("packet_length", 16),
	HW_F("rdma_op_len", 32),
	HW_F("rdma_va", 64),
	HW_F("pftype_token", 32),
	HW_END,
};
/* MLX5_PFAULT_SUBTYPE_MEMORY (drivers/infiniband/hw/mlx5/odp.c, since 6.12) */
static const struct hw_field fault_memory[] = {
	HW_F("flags", 8),
	HW_R(8),
	HW_F("post_demand_fault_pages", 16),
	HW_F("pre_demand_fault_pages", 16),
	HW_F("token47_32", 16),
	HW_F("token31_0", 32),
	HW_F("demand_fault_pages", 32),
	HW_F("mkey", 32),
	HW_F("va", 64),
	HW_END,
};

/* MLX5_PORT_CHANGE_SUBTYPE_*, MLX5_GENERAL_SUBTYPE_*, MLX5_TRACER_SUBTYPE_*, MLX5_PFAULT_SUBTYPE_*
 */
static const struct hw_name port_changes[] = {
	{1, "down"}, {4, "active"}, {5, "initialized"},	      {6, "LID"},
	{7, "PKEY"}, {8, "GUID"},   {9, "client reregister"}, {0, NULL},
};
static const struct hw_name general[] = {
	{1, "delay drop timeout"},
	{5, "PCI power change"},
	{7, "firmware live patch"},
	{8, "PCI sync for firmware update"},
	{0, NULL},
};
static const struct hw_name tracer[] = {
	{0, "ownership change"}, {1, "traces available"}, {2, "strings DB update"}, {0, NULL}};
static const struct hw_name faults[] = {{0, "WQE"}, {1, "RDMA"}, {2, "memory"}, {0, NULL}};

enum { GENERAL_SYNC_RESET = 8, EVENT_GENERAL = 0x22, EVENT_PAGE_FAULT = 0x0c };

/* MLX5_EVENT_TYPE_* */
static const struct event {
	uint8_t type;
	const char *name;
	const struct hw_field *data;
	const struct hw_name *sub_types;
} events[] = {
	{0x00, "COMP", comp, NULL},
	{0x01, "PATH_MIG", qp_srq, NULL},
	{0x02, "COMM_EST", qp_srq, NULL},
	{0x03, "SQ_DRAINED", qp_srq, NULL},
	{0x04, "CQ_ERROR", cq_err, NULL},
	{0x05, "WQ_CATAS_ERROR", qp_srq, NULL},
	{0x07, "PATH_MIG_FAILED", qp_srq, NULL},
	{0x08, "INTERNAL_ERROR", NULL, NULL},
	{0x09, "PORT_CHANGE", port, port_changes},
	{0x0a, "CMD", cmd, NULL},
	{0x0b, "PAGE_REQUEST", page_request, NULL},
	{EVENT_PAGE_FAULT, "PAGE_FAULT", NULL, faults},
	{0x0d, "NIC_VPORT_CHANGE", vport_change, NULL},
	{0x0e, "ESW_FUNCTIONS_CHANGED", NULL, NULL},
	{0x0f, "VHCA_STATE_CHANGE", vhca_state, NULL},
	{0x10, "WQ_INVAL_REQ_ERROR", qp_srq, NULL},
	{0x11, "WQ_ACCESS_ERROR", qp_srq, NULL},
	{0x12, "SRQ_CATAS_ERROR", qp_srq, NULL},
	{0x13, "SRQ_LAST_WQE", qp_srq, NULL},
	{0x14, "SRQ_RQ_LIMIT", qp_srq, NULL},
	{0x15, "GPIO_EVENT", gpio, NULL},
	{0x16, "PORT_MODULE_EVENT", port_module, NULL},
	{0x17, "TEMP_WARN_EVENT", temperature, NULL},
	{0x18, "XRQ_ERROR", xrq_err, NULL},
	{0x19, "REMOTE_CONFIG", NULL, NULL},
	{0x1a, "DB_BF_CONGESTION", congestion, NULL},
	{0x1b, "STALL_EVENT", stall, NULL},
	{0x1c, "DCT_DRAINED", dct, NULL},
	{0x1d, "DCT_KEY_VIOLATION", dct, NULL},
	{0x20, "FPGA_ERROR", NULL, NULL},
	{0x21, "FPGA_QP_ERROR", NULL, NULL},
	{EVENT_GENERAL, "GENERAL_EVENT", NULL, general},
	{0x24, "MONITOR_COUNTER", NULL, NULL},
	{0x25, "PPS_EVENT", pps, NULL},
	{0x26, "DEVICE_TRACER", NULL, tracer},
	{0x27, "OBJECT_CHANGE", object, NULL},
};

static const struct event *find(unsigned type)
{
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		if (events[i].type == type)
			return &events[i];
	return NULL;
}

const char *mlx5_event_name(unsigned type)
{
	const struct event *e = find(type);
	return e ? e->name : NULL;
}

static const struct hw_field *data_of(const struct event *e, unsigned sub_type)
{
	static const struct hw_field *const by_fault[] = {fault_wqe, fault_rdma, fault_memory};
	if (!e)
		return NULL;
	if (e->type == EVENT_PAGE_FAULT)
		return sub_type < ARRAY_SIZE(by_fault) ? by_fault[sub_type] : NULL;
	if (e->type == EVENT_GENERAL && sub_type == GENERAL_SYNC_RESET)
		return sync_reset;
	return e->data;
}

static void number(struct hw_sink *s, const char *name, uint8_t value, const char *meaning)
{
	struct hw_value v = {.name = name, .value = value, .bits = 8, .meaning = meaning};
	s->ops->value(s, &v);
}

void mlx5_eqe(const uint8_t *p, size_t len, struct hw_sink *s)
{
	static const struct hw_field tail[] = {HW_F("signature", 8), HW_F("owner", 8), HW_END};
	s->ops->section(s, "EQE", -1);
	if (len < 4) {
		s->ops->truncated(s, len);
		return;
	}
	const struct event *e = find(p[1]);
	const struct hw_field *data = data_of(e, p[3]);
	number(s, "type", p[1], e ? e->name : NULL);
	number(s, "sub_type", p[3], e ? hw_name(e->sub_types, p[3]) : NULL);
	if (len < DATA) {
		s->ops->truncated(s, len);
		return;
	}
	if (data && !hw_decode(data, p + DATA, MIN(len, (size_t)DATA_END) - DATA, s))
		return;
	if (!data)
		s->ops->bytes(s, "data", p + DATA, MIN(len, (size_t)DATA_END) - DATA);
	if (len < MLX5_EQE)
		s->ops->truncated(s, len);
	else
		hw_decode(tail, p + 0x3e, 2, s);
}

/* next_eqe_sw() of drivers/net/ethernet/mellanox/mlx5/core/lib/eq.h */
bool mlx5_eqe_is_pending(const uint8_t *p, size_t len, uint32_t cons_index, unsigned log_size)
{
	if (len < MLX5_EQE || log_size > 31)
		return false;
	return ((p[0x3f] ^ (cons_index >> log_size)) & 1) == 0;
}
