// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The initialization segment at the front of BAR 0 and the health buffer in it
 * (include/linux/mlx5/device.h, struct mlx5_init_seg and health_buffer; mlx5_ifc.h,
 * mlx5_ifc_initial_seg_bits).
 */
#include "base/cleanup.h"
#include "nic/decode/mlx5.h"

#define HEALTH	     0x200
#define HEALTH_SIZE  0x40
#define INITIALIZING 0x1fc
#define TIMER	     0x1000

/* MLX5_INITIAL_SEG_HEALTH_SYNDROME_* (mlx5_ifc.h) */
static const struct hw_name syndromes[] = {
	{0x01, "FW_INTERNAL_ERR"},
	{0x07, "DEAD_IRISC"},
	{0x08, "HW_FATAL_ERR"},
	{0x09, "FW_CRC_ERR"},
	{0x0a, "ICM_FETCH_PCI_ERR"},
	{0x0b, "ICM_PAGE_ERR"},
	{0x0c, "ASYNCHRONOUS_EQ_BUF_OVERRUN"},
	{0x0d, "EQ_IN_ERR"},
	{0x0e, "EQ_INV"},
	{0x0f, "FFSER_ERR"},
	{0x10, "HIGH_TEMP_ERR"},
	{0x12, "ICM_PCI_POISONED_ERR"},
	{0, NULL},
};

/* severity: the kernel's log levels (health.c, mlx5_loglevel_str()) */
static const struct hw_name severities[] = {
	{0, "EMERGENCY"}, {1, "ALERT"}, {2, "CRITICAL"}, {3, "ERROR"}, {4, "WARNING"},
	{5, "NOTICE"},	  {6, "INFO"},	{7, "DEBUG"},	 {0, NULL},
};

const struct hw_field mlx5_health_buffer[] = {
	HW_F("assert_var_0", 32),
	HW_F("assert_var_1", 32),
	HW_F("assert_var_2", 32),
	HW_F("assert_var_3", 32),
	HW_F("assert_var_4", 32),
	HW_F("assert_var_5", 32),
	HW_R(64),
	HW_F("assert_exit_ptr", 32),
	HW_F("assert_callra", 32),
	HW_R(32),
	HW_F("time", 32),
	HW_F("fw_ver", 32),
	HW_F("hw_id", 32),
	HW_F("rfr", 1),
	HW_R(3),
	HW_F("valid", 1),
	HW_N("severity", 3, severities),
	HW_R(24),
	HW_F("irisc_index", 8),
	HW_N("synd", 8, syndromes),
	HW_F("ext_synd", 16),
	HW_END,
};

static const struct hw_field head[] = {
	HW_F("fw_rev_minor", 16),
	HW_F("fw_rev_major", 16),
	HW_F("cmd_interface_rev", 16),
	HW_F("fw_rev_subminor", 16),
	HW_R(64),
	HW_F("cmdq_phy_addr_63_32", 32),
	HW_F("cmdq_phy_addr_31_12", 20),
	HW_R(2),
	HW_F("nic_interface", 2),
	HW_F("log_cmdq_size", 4),
	HW_F("log_cmdq_stride", 4),
	HW_F("command_doorbell_vector", 32),
	HW_END,
};

static const struct hw_field initializing[] = {
	HW_F("initializing", 1), HW_R(4),  HW_F("nic_interface_supported", 3),
	HW_F("embedded_cpu", 1), HW_R(23), HW_END,
};

/* struct mlx5_init_seg from internal_timer_h on; the counter as mlx5_ifc.h divides it */
static const struct hw_field timer[] = {
	HW_F("internal_timer", 64), HW_R(64), HW_F("health_syndrome", 8),
	HW_F("health_counter", 24), HW_END,
};

const char *mlx5_health_syndrome(unsigned synd)
{
	return hw_name(syndromes, synd);
}

void mlx5_init_segment(const uint8_t *p, size_t len, struct hw_sink *s)
{
	if (!hw_section("initial segment", -1, head, p, len, s))
		return;
	if (len < HEALTH) {
		s->ops->truncated(s, len);
		return;
	}
	hw_decode(initializing, p + INITIALIZING, 4, s);
	if (!hw_section("health buffer", -1, mlx5_health_buffer, p + HEALTH,
			MIN(len - HEALTH, (size_t)HEALTH_SIZE), s))
		return;
	if (len > TIMER)
		hw_section("timer", -1, timer, p + TIMER, len - TIMER, s);
}
