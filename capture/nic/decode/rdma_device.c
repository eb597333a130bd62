// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel's RDMA netlink says of a device, its ports, and their counters. */
#include <inttypes.h>
#include <rdma/rdma_netlink.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/decode/rdma.h"

/* enum rdma_node_type (include/rdma/ib_verbs.h) */
static const char *const node_types[] = {"0",	  "ca",	      "switch",	     "router", "rnic",
					 "usnic", "usnic_dp", "unspecified", NULL};
/* enum ib_port_state */
static const char *const port_states[] = {"NOP",    "DOWN",	    "INIT", "ARMED",
					  "ACTIVE", "ACTIVE_DEFER", NULL};
/* enum ib_port_phys_state */
static const char *const physical_states[] = {"NOP",
					      "SLEEP",
					      "POLLING",
					      "DISABLED",
					      "PORT_CONFIGURATION_TRAINING",
					      "LINK_UP",
					      "LINK_ERROR_RECOVERY",
					      "PHY_TEST",
					      NULL};

static void hex_json(const struct nla_view *v, struct json *j, const char *name)
{
	char text[24];
	snprintf(text, sizeof(text), "0x%016" PRIx64, nla_uint(v));
	json_str(j, name, text);
}

#define SKIP(number)                                                                               \
	{                                                                                          \
		.type = (number), .kind = NLA_KIND_SKIP, .name = "skipped"                         \
	}
#define HEX(number, what)                                                                          \
	{                                                                                          \
		.type = (number), .kind = NLA_KIND_CUSTOM, .name = (what), .decode = hex_json      \
	}

static const struct nla_field device_fields[] = {
	{.type = RDMA_NLDEV_ATTR_DEV_INDEX, .name = "index"},
	{.type = RDMA_NLDEV_ATTR_DEV_NAME, .kind = NLA_KIND_STRING, .name = "name"},
	{.type = RDMA_NLDEV_ATTR_PORT_INDEX, .name = "ports"},
	HEX(RDMA_NLDEV_ATTR_CAP_FLAGS, "capabilities"),
	{.type = RDMA_NLDEV_ATTR_FW_VERSION, .kind = NLA_KIND_STRING, .name = "firmware"},
	HEX(RDMA_NLDEV_ATTR_NODE_GUID, "node_guid"),
	HEX(RDMA_NLDEV_ATTR_SYS_IMAGE_GUID, "system_image_guid"),
	{.type = RDMA_NLDEV_ATTR_DEV_NODE_TYPE, .name = "node_type", .names = node_types},
	{.type = RDMA_NLDEV_ATTR_DEV_DIM, .name = "moderated"},
	{.type = RDMA_NLDEV_ATTR_DEV_PROTOCOL, .kind = NLA_KIND_STRING, .name = "protocol"},
	SKIP(RDMA_NLDEV_ATTR_PAD), /* what follows begins at a multiple of 8 */
	{0},
};

static const struct nla_field port_fields[] = {
	SKIP(RDMA_NLDEV_ATTR_DEV_INDEX),
	SKIP(RDMA_NLDEV_ATTR_DEV_NAME),
	{.type = RDMA_NLDEV_ATTR_PORT_INDEX, .name = "port"},
	HEX(RDMA_NLDEV_ATTR_CAP_FLAGS, "capabilities"),
	HEX(RDMA_NLDEV_ATTR_SUBNET_PREFIX, "subnet_prefix"),
	{.type = RDMA_NLDEV_ATTR_LID, .name = "lid"},
	{.type = RDMA_NLDEV_ATTR_SM_LID, .name = "sm_lid"},
	{.type = RDMA_NLDEV_ATTR_LMC, .name = "lmc"},
	{.type = RDMA_NLDEV_ATTR_PORT_STATE, .name = "state", .names = port_states},
	{.type = RDMA_NLDEV_ATTR_PORT_PHYS_STATE,
	 .name = "physical_state",
	 .names = physical_states},
	{.type = RDMA_NLDEV_ATTR_NDEV_INDEX, .name = "ifindex"},
	{.type = RDMA_NLDEV_ATTR_NDEV_NAME, .kind = NLA_KIND_STRING, .name = "interface"},
	SKIP(RDMA_NLDEV_ATTR_PAD),
	{0},
};

void rdma_device_json(struct nla_view answer, struct json *j)
{
	struct nla_view attrs;
	if (rdma_take(&answer, &attrs))
		nla_json(attrs, device_fields, j);
}

uint32_t rdma_port_json(struct nla_view attrs, struct json *j)
{
	struct nla_view port;
	nla_json(attrs, port_fields, j);
	return nla_find(attrs, RDMA_NLDEV_ATTR_PORT_INDEX, &port) ? (uint32_t)nla_uint(&port) : 0;
}

void rdma_counters_json(struct nla_view answer, struct json *j)
{
	struct nla_view attrs, list, entry, name, value;
	char key[64];
	uint16_t type;
	while (rdma_take(&answer, &attrs)) {
		if (!nla_find(attrs, RDMA_NLDEV_ATTR_STAT_HWCOUNTERS, &list))
			continue;
		while (nla_take(&list, &type, &entry)) {
			if (!nla_find(entry, RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_NAME, &name) ||
			    !nla_find(entry, RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_VALUE, &value))
				continue;
			snprintf(key, sizeof(key), "%.*s", (int)MIN(name.len, sizeof(key) - 1),
				 (const char *)name.data);
			json_u64(j, key, nla_uint(&value));
		}
	}
}
