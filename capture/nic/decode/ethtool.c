// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers of the generic netlink family "ethtool" (include/uapi/linux/ethtool_netlink.h,
 * Documentation/networking/ethtool-netlink.rst). One table per command.
 */
#include "nic/decode/ethtool.h"

#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <string.h>
#include "base/cleanup.h"

static const struct nla_field nothing[] = {{0}};

/* What the header of Debian's oldest build machine (6.1) lacks, by the numbers in 6.12's. */
enum {
	A_LINKSTATE_EXT_DOWN_CNT = 7,
	A_RINGS_RX_PUSH = 14,
	A_RINGS_TX_PUSH_BUF_LEN = 15,
	A_RINGS_TX_PUSH_BUF_LEN_MAX = 16,
};

/* enum ethtool_link_ext_state */
static const char *const ext_states[] = {
	"autoneg",
	"link training failure",
	"link logical mismatch",
	"bad signal integrity",
	"no cable",
	"cable issue",
	"eeprom issue",
	"calibration failure",
	"power budget exceeded",
	"overheat",
	"module",
	NULL,
};

/* enum ethtool_link_ext_substate_*, each from 1 on, by the state that they are more about */
static const char *const ext_substates[][7] = {
	[ETHTOOL_LINK_EXT_STATE_AUTONEG] = {"no partner detected", "acknowledge not received",
					    "next page exchange failed",
					    "no partner detected in forced mode",
					    "FEC mismatch during override",
					    "no highest common denominator"},
	[ETHTOOL_LINK_EXT_STATE_LINK_TRAINING_FAILURE] = {"KR frame lock not acquired",
							  "KR link inhibit timeout",
							  "partner did not set receiver ready",
							  "remote fault"},
	[ETHTOOL_LINK_EXT_STATE_LINK_LOGICAL_MISMATCH] = {"no PCS block lock", "no PCS AM lock",
							  "no PCS align status",
							  "FC FEC is not locked",
							  "RS FEC is not locked"},
	[ETHTOOL_LINK_EXT_STATE_BAD_SIGNAL_INTEGRITY] = {"many physical errors", "unsupported rate",
							 "SerDes reference clock lost",
							 "SerDes loss of signal"},
	[ETHTOOL_LINK_EXT_STATE_CABLE_ISSUE] = {"unsupported cable", "cable test failed"},
	[ETHTOOL_LINK_EXT_STATE_MODULE] = {"CMIS not ready"},
};

/* The name of the substate, which only means something together with the state. */
static void substate_json(struct nla_view attrs, struct json *j)
{
	struct nla_view state, substate;
	if (!nla_find(attrs, ETHTOOL_A_LINKSTATE_EXT_STATE, &state) ||
	    !nla_find(attrs, ETHTOOL_A_LINKSTATE_EXT_SUBSTATE, &substate))
		return;
	uint64_t s = nla_uint(&state), n = nla_uint(&substate);
	if (s < ARRAY_SIZE(ext_substates) && n >= 1 && n <= ARRAY_SIZE(ext_substates[0]) &&
	    ext_substates[s][n - 1])
		json_str(j, "extended_substate_name", ext_substates[s][n - 1]);
}

static const struct nla_field linkstate_fields[] = {
	{.type = ETHTOOL_A_LINKSTATE_LINK, .name = "link"},
	{.type = ETHTOOL_A_LINKSTATE_SQI, .name = "signal_quality"},
	{.type = ETHTOOL_A_LINKSTATE_SQI_MAX, .name = "signal_quality_max"},
	{.type = ETHTOOL_A_LINKSTATE_EXT_STATE, .name = "extended_state", .names = ext_states},
	{.type = ETHTOOL_A_LINKSTATE_EXT_SUBSTATE, .name = "extended_substate"},
	{.type = A_LINKSTATE_EXT_DOWN_CNT, .name = "times_down"},
	{0},
};

static const struct nla_field linkinfo_fields[] = {
	{.type = ETHTOOL_A_LINKINFO_PORT, .name = "port"},
	{.type = ETHTOOL_A_LINKINFO_PHYADDR, .name = "phy_address"},
	{.type = ETHTOOL_A_LINKINFO_TP_MDIX, .name = "mdix"},
	{.type = ETHTOOL_A_LINKINFO_TRANSCEIVER, .name = "transceiver"},
	{0},
};

static const struct nla_field bitset_fields[] = {
	{.type = ETHTOOL_A_BITSET_SIZE, .name = "bits"},
	{.type = ETHTOOL_A_BITSET_VALUE, .kind = NLA_KIND_HEX, .name = "value"},
	{.type = ETHTOOL_A_BITSET_MASK, .kind = NLA_KIND_HEX, .name = "mask"},
	{0},
};

/* Speed and duplex are all ones where unknown (SPEED_UNKNOWN, DUPLEX_UNKNOWN). */
static void speed_json(const struct nla_view *v, struct json *j, const char *name)
{
	uint64_t value = nla_uint(v);
	if (value == (v->len == 1 ? 0xffU : 0xffffffffU))
		json_null(j, name);
	else
		json_u64(j, name, value);
}

static const struct nla_field linkmodes_fields[] = {
	{.type = ETHTOOL_A_LINKMODES_AUTONEG, .name = "autoneg"},
	{.type = ETHTOOL_A_LINKMODES_SPEED,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "speed_mbit",
	 .decode = speed_json},
	{.type = ETHTOOL_A_LINKMODES_DUPLEX,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "duplex",
	 .decode = speed_json},
	{.type = ETHTOOL_A_LINKMODES_LANES, .name = "lanes"},
	{.type = ETHTOOL_A_LINKMODES_OURS,
	 .kind = NLA_KIND_NESTED,
	 .name = "ours",
	 .table = bitset_fields},
	{.type = ETHTOOL_A_LINKMODES_PEER,
	 .kind = NLA_KIND_NESTED,
	 .name = "peer",
	 .table = bitset_fields},
	{0},
};

static const struct nla_field rings_fields[] = {
	{.type = ETHTOOL_A_RINGS_RX_MAX, .name = "rx_max"},
	{.type = ETHTOOL_A_RINGS_RX_MINI_MAX, .name = "rx_mini_max"},
	{.type = ETHTOOL_A_RINGS_RX_JUMBO_MAX, .name = "rx_jumbo_max"},
	{.type = ETHTOOL_A_RINGS_TX_MAX, .name = "tx_max"},
	{.type = ETHTOOL_A_RINGS_RX, .name = "rx"},
	{.type = ETHTOOL_A_RINGS_RX_MINI, .name = "rx_mini"},
	{.type = ETHTOOL_A_RINGS_RX_JUMBO, .name = "rx_jumbo"},
	{.type = ETHTOOL_A_RINGS_TX, .name = "tx"},
	{.type = ETHTOOL_A_RINGS_RX_BUF_LEN, .name = "rx_buffer_length"},
	{.type = ETHTOOL_A_RINGS_TCP_DATA_SPLIT, .name = "tcp_data_split"},
	{.type = ETHTOOL_A_RINGS_CQE_SIZE, .name = "cqe_size"},
	{.type = ETHTOOL_A_RINGS_TX_PUSH, .name = "tx_push"},
	{.type = A_RINGS_RX_PUSH, .name = "rx_push"},
	{.type = A_RINGS_TX_PUSH_BUF_LEN, .name = "tx_push_buffer_length"},
	{.type = A_RINGS_TX_PUSH_BUF_LEN_MAX, .name = "tx_push_buffer_length_max"},
	{0},
};

static const struct nla_field channels_fields[] = {
	{.type = ETHTOOL_A_CHANNELS_RX_MAX, .name = "rx_max"},
	{.type = ETHTOOL_A_CHANNELS_TX_MAX, .name = "tx_max"},
	{.type = ETHTOOL_A_CHANNELS_OTHER_MAX, .name = "other_max"},
	{.type = ETHTOOL_A_CHANNELS_COMBINED_MAX, .name = "combined_max"},
	{.type = ETHTOOL_A_CHANNELS_RX_COUNT, .name = "rx"},
	{.type = ETHTOOL_A_CHANNELS_TX_COUNT, .name = "tx"},
	{.type = ETHTOOL_A_CHANNELS_OTHER_COUNT, .name = "other"},
	{.type = ETHTOOL_A_CHANNELS_COMBINED_COUNT, .name = "combined"},
	{0},
};

static const struct nla_field coalesce_fields[] = {
	{.type = ETHTOOL_A_COALESCE_RX_USECS, .name = "rx_usecs"},
	{.type = ETHTOOL_A_COALESCE_RX_MAX_FRAMES, .name = "rx_max_frames"},
	{.type = ETHTOOL_A_COALESCE_TX_USECS, .name = "tx_usecs"},
	{.type = ETHTOOL_A_COALESCE_TX_MAX_FRAMES, .name = "tx_max_frames"},
	{.type = ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX, .name = "adaptive_rx"},
	{.type = ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX, .name = "adaptive_tx"},
	{.type = ETHTOOL_A_COALESCE_USE_CQE_MODE_TX, .name = "cqe_mode_tx"},
	{.type = ETHTOOL_A_COALESCE_USE_CQE_MODE_RX, .name = "cqe_mode_rx"},
	{0},
};

static const struct nla_field pause_stat_fields[] = {
	{.type = ETHTOOL_A_PAUSE_STAT_TX_FRAMES, .name = "tx_frames"},
	{.type = ETHTOOL_A_PAUSE_STAT_RX_FRAMES, .name = "rx_frames"},
	{0},
};

static const struct nla_field pause_fields[] = {
	{.type = ETHTOOL_A_PAUSE_AUTONEG, .name = "autoneg"},
	{.type = ETHTOOL_A_PAUSE_RX, .name = "rx"},
	{.type = ETHTOOL_A_PAUSE_TX, .name = "tx"},
	{.type = ETHTOOL_A_PAUSE_STATS,
	 .kind = NLA_KIND_NESTED,
	 .name = "stats",
	 .table = pause_stat_fields},
	{0},
};

/* Arrays of u64: the total first, then one per lane. */
static void lanes_json(const struct nla_view *v, struct json *j, const char *name)
{
	uint64_t value;
	json_array(j, name);
	for (size_t i = 0; i < 64 && (i + 1) * sizeof(value) <= v->len; i++) {
		memcpy(&value, v->data + i * sizeof(value), sizeof(value));
		json_u64(j, NULL, value);
	}
	json_array_end(j);
}

static const struct nla_field fec_stat_fields[] = {
	{.type = ETHTOOL_A_FEC_STAT_CORRECTED,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "corrected_blocks",
	 .decode = lanes_json},
	{.type = ETHTOOL_A_FEC_STAT_UNCORR,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "uncorrectable_blocks",
	 .decode = lanes_json},
	{.type = ETHTOOL_A_FEC_STAT_CORR_BITS,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "corrected_bits",
	 .decode = lanes_json},
	{0},
};

static const struct nla_field fec_fields[] = {
	{.type = ETHTOOL_A_FEC_MODES,
	 .kind = NLA_KIND_NESTED,
	 .name = "modes",
	 .table = bitset_fields},
	{.type = ETHTOOL_A_FEC_AUTO, .name = "auto"},
	{.type = ETHTOOL_A_FEC_ACTIVE, .name = "active"},
	{.type = ETHTOOL_A_FEC_STATS,
	 .kind = NLA_KIND_NESTED,
	 .name = "stats",
	 .table = fec_stat_fields},
	{0},
};

static const struct nla_field features_fields[] = {
	{.type = ETHTOOL_A_FEATURES_HW,
	 .kind = NLA_KIND_NESTED,
	 .name = "hw",
	 .table = bitset_fields},
	{.type = ETHTOOL_A_FEATURES_WANTED,
	 .kind = NLA_KIND_NESTED,
	 .name = "wanted",
	 .table = bitset_fields},
	{.type = ETHTOOL_A_FEATURES_ACTIVE,
	 .kind = NLA_KIND_NESTED,
	 .name = "active",
	 .table = bitset_fields},
	{.type = ETHTOOL_A_FEATURES_NOCHANGE,
	 .kind = NLA_KIND_NESTED,
	 .name = "nochange",
	 .table = bitset_fields},
	{0},
};

/* enum ethtool_module_power_mode_policy, enum ethtool_module_power_mode */
static const char *const power_policies[] = {"0", "high", "auto", NULL};
static const char *const power_modes[] = {"0", "low", "high", NULL};

static const struct nla_field module_fields[] = {
	{.type = ETHTOOL_A_MODULE_POWER_MODE_POLICY,
	 .name = "power_policy",
	 .names = power_policies},
	{.type = ETHTOOL_A_MODULE_POWER_MODE, .name = "power_mode", .names = power_modes},
	{0},
};

/*
 * Cheap first: what the driver has in memory; LINKMODES, FEC and PAUSE with counters may read the
 * device, MODULE the module. STATS_GET is raw only: its names are numbers of four more tables and
 * ethtool -S has them all.
 */
const struct ethtool_command ethtool_commands[] = {
	{ETHTOOL_MSG_LINKSTATE_GET, ETHTOOL_A_LINKSTATE_HEADER, 0, 0, "linkstate",
	 linkstate_fields},
	{ETHTOOL_MSG_FEATURES_GET, ETHTOOL_A_FEATURES_HEADER, 0, 0, "features", features_fields},
	{ETHTOOL_MSG_RINGS_GET, ETHTOOL_A_RINGS_HEADER, 0, 0, "rings", rings_fields},
	{ETHTOOL_MSG_CHANNELS_GET, ETHTOOL_A_CHANNELS_HEADER, 0, 0, "channels", channels_fields},
	{ETHTOOL_MSG_COALESCE_GET, ETHTOOL_A_COALESCE_HEADER, 0, 0, "coalesce", coalesce_fields},
	{ETHTOOL_MSG_LINKINFO_GET, ETHTOOL_A_LINKINFO_HEADER, 0, 0, "linkinfo", linkinfo_fields},
	{ETHTOOL_MSG_LINKMODES_GET, ETHTOOL_A_LINKMODES_HEADER, 0, 0, "linkmodes",
	 linkmodes_fields},
	{ETHTOOL_MSG_PAUSE_GET, ETHTOOL_A_PAUSE_HEADER, ETHTOOL_FLAG_STATS, 0, "pause",
	 pause_fields},
	{ETHTOOL_MSG_FEC_GET, ETHTOOL_A_FEC_HEADER, ETHTOOL_FLAG_STATS, 0, "fec", fec_fields},
	{ETHTOOL_MSG_MODULE_GET, ETHTOOL_A_MODULE_HEADER, 0, 0, "module", module_fields},
	{ETHTOOL_MSG_STATS_GET, ETHTOOL_A_STATS_HEADER, 0, ETHTOOL_A_STATS_GROUPS, "stats",
	 nothing},
	{0},
};

void ethtool_json(const struct ethtool_command *c, const void *message, size_t len, struct json *j)
{
	struct nlmsghdr head;
	const size_t attrs_at = NLMSG_HDRLEN + GENL_HDRLEN;
	struct nla_view attrs, payload;
	uint16_t type;
	json_object(j, c->name);
	if (len >= attrs_at) {
		memcpy(&head, message, sizeof(head));
		attrs.data = (const uint8_t *)message + attrs_at;
		attrs.len =
			head.nlmsg_len < attrs_at ? 0 : MIN(len, (size_t)head.nlmsg_len) - attrs_at;
		/* The header is said by the key already. */
		struct nla_view rest = attrs;
		if (nla_take(&rest, &type, &payload) && type == c->header)
			attrs = rest;
		if (c->table != nothing)
			nla_json(attrs, c->table, j);
		if (c->table == linkstate_fields)
			substate_json(attrs, j);
	}
	json_object_end(j);
}
