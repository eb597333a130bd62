// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/devlink.h"

#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <string.h>
#include "base/cleanup.h"

bool devlink_take(struct nla_view *answer, struct nla_view *attrs)
{
	struct nlmsghdr head;
	const size_t attrs_at = NLMSG_HDRLEN + GENL_HDRLEN;
	if (answer->len < attrs_at)
		return false;
	memcpy(&head, answer->data, sizeof(head));
	if (head.nlmsg_len < attrs_at || head.nlmsg_len > answer->len)
		return false;
	attrs->data = answer->data + attrs_at;
	attrs->len = head.nlmsg_len - attrs_at;
	size_t step = MIN((size_t)NLMSG_ALIGN(head.nlmsg_len), answer->len);
	answer->data += step;
	answer->len -= step;
	return true;
}

static bool is_text(struct nla_view attrs, uint16_t type, const char *text)
{
	struct nla_view v;
	return nla_find(attrs, type, &v) && strnlen((const char *)v.data, v.len) == strlen(text) &&
	       memcmp(v.data, text, strlen(text)) == 0;
}

bool devlink_is_about(struct nla_view attrs, const struct devlink_handle *h)
{
	return is_text(attrs, DEVLINK_ATTR_BUS_NAME, h->bus) &&
	       is_text(attrs, DEVLINK_ATTR_DEV_NAME, h->device);
}

void devlink_json(struct nla_view answer, const struct devlink_handle *h,
		  const struct nla_field *table, struct json *j, const char *key)
{
	struct nla_view attrs;
	json_array(j, key);
	while (devlink_take(&answer, &attrs)) {
		if (!devlink_is_about(attrs, h))
			continue;
		json_object(j, NULL);
		nla_json(attrs, table, j);
		json_object_end(j);
	}
	json_array_end(j);
}

/* Said by where the object stands in the record. */
static void nothing(const struct nla_view *v, struct json *j, const char *name)
{
	(void)v;
	(void)j;
	(void)name;
}

#define HANDLE_FIELDS                                                                              \
	{.type = DEVLINK_ATTR_BUS_NAME, .kind = NLA_KIND_CUSTOM, .name = "", .decode = nothing},   \
		{.type = DEVLINK_ATTR_DEV_NAME,                                                    \
		 .kind = NLA_KIND_CUSTOM,                                                          \
		 .name = "",                                                                       \
		 .decode = nothing},                                                               \
	{                                                                                          \
		.type = DEVLINK_ATTR_PAD, .kind = NLA_KIND_CUSTOM, .name = "", .decode = nothing   \
	}

const struct nla_field devlink_dev_fields[] = {
	HANDLE_FIELDS,
	{.type = DEVLINK_ATTR_RELOAD_FAILED, .name = "reload_failed"},
	{0},
};

/* A member per version, named as the driver names it ("fw.version"), so no table can hold it. */
static void version_json(const struct nla_view *v, struct json *j, const char *name)
{
	struct nla_view key, value;
	char text[128];
	if (!nla_find(*v, DEVLINK_ATTR_INFO_VERSION_NAME, &key) ||
	    !nla_find(*v, DEVLINK_ATTR_INFO_VERSION_VALUE, &value))
		return;
	snprintf(text, sizeof(text), "%s %.*s", name,
		 (int)MIN(strnlen((const char *)key.data, key.len), (size_t)64),
		 (const char *)key.data);
	json_strn(j, text, (const char *)value.data, strnlen((const char *)value.data, value.len));
}

const struct nla_field devlink_info_fields[] = {
	HANDLE_FIELDS,
	{.type = DEVLINK_ATTR_INFO_DRIVER_NAME, .kind = NLA_KIND_STRING, .name = "driver"},
	{.type = DEVLINK_ATTR_INFO_SERIAL_NUMBER, .kind = NLA_KIND_STRING, .name = "serial_number"},
	{.type = DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER,
	 .kind = NLA_KIND_STRING,
	 .name = "board_serial_number"},
	{.type = DEVLINK_ATTR_INFO_VERSION_FIXED,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "fixed",
	 .decode = version_json},
	{.type = DEVLINK_ATTR_INFO_VERSION_RUNNING,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "running",
	 .decode = version_json},
	{.type = DEVLINK_ATTR_INFO_VERSION_STORED,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "stored",
	 .decode = version_json},
	{0},
};

/* enum devlink_port_flavour */
static const char *const flavours[] = {
	"physical", "cpu", "dsa", "pci_pf", "pci_vf", "virtual", "unused", "pci_sf", NULL,
};

static const struct nla_field function_fields[] = {
	{.type = DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR, .kind = NLA_KIND_ADDRESS, .name = "hw_addr"},
	{.type = DEVLINK_PORT_FN_ATTR_STATE, .name = "state"},
	{.type = DEVLINK_PORT_FN_ATTR_OPSTATE, .name = "opstate"},
	{0},
};

const struct nla_field devlink_port_fields[] = {
	HANDLE_FIELDS,
	{.type = DEVLINK_ATTR_PORT_INDEX, .name = "index"},
	{.type = DEVLINK_ATTR_PORT_TYPE, .name = "type"},
	{.type = DEVLINK_ATTR_PORT_NETDEV_IFINDEX, .name = "netdev_ifindex"},
	{.type = DEVLINK_ATTR_PORT_NETDEV_NAME, .kind = NLA_KIND_STRING, .name = "netdev"},
	{.type = DEVLINK_ATTR_PORT_IBDEV_NAME, .kind = NLA_KIND_STRING, .name = "ibdev"},
	{.type = DEVLINK_ATTR_PORT_FLAVOUR, .name = "flavour", .names = flavours},
	{.type = DEVLINK_ATTR_PORT_NUMBER, .name = "number"},
	{.type = DEVLINK_ATTR_PORT_PCI_PF_NUMBER, .name = "pf"},
	{.type = DEVLINK_ATTR_PORT_PCI_VF_NUMBER, .name = "vf"},
	{.type = DEVLINK_ATTR_PORT_PCI_SF_NUMBER, .name = "sf"},
	{.type = DEVLINK_ATTR_PORT_CONTROLLER_NUMBER, .name = "controller"},
	{.type = DEVLINK_ATTR_PORT_FUNCTION,
	 .kind = NLA_KIND_NESTED,
	 .name = "function",
	 .table = function_fields},
	{0},
};

/* enum devlink_health_reporter_state */
static const char *const reporter_states[] = {"healthy", "error", NULL};

static const struct nla_field reporter_inner_fields[] = {
	{.type = DEVLINK_ATTR_PAD, .kind = NLA_KIND_CUSTOM, .name = "", .decode = nothing},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER_NAME, .kind = NLA_KIND_STRING, .name = "name"},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER_STATE, .name = "state", .names = reporter_states},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, .name = "errors"},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT, .name = "recoveries"},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS, .name = "dump_jiffies_ms"},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS, .name = "dump_time_ns"},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, .name = "grace_period_ms"},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, .name = "auto_recover"},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, .name = "auto_dump"},
	{0},
};

const struct nla_field devlink_reporter_fields[] = {
	HANDLE_FIELDS,
	{.type = DEVLINK_ATTR_PORT_INDEX, .name = "port"},
	{.type = DEVLINK_ATTR_HEALTH_REPORTER,
	 .kind = NLA_KIND_NESTED,
	 .name = "reporter",
	 .table = reporter_inner_fields},
	{0},
};

static const struct nla_field snapshot_fields[] = {
	{.type = DEVLINK_ATTR_REGION_SNAPSHOT_ID, .name = "id"},
	{0},
};

const struct nla_field devlink_region_fields[] = {
	HANDLE_FIELDS,
	{.type = DEVLINK_ATTR_PORT_INDEX, .name = "port"},
	{.type = DEVLINK_ATTR_REGION_NAME, .kind = NLA_KIND_STRING, .name = "name"},
	{.type = DEVLINK_ATTR_REGION_SIZE, .name = "size"},
	{.type = DEVLINK_ATTR_REGION_MAX_SNAPSHOTS, .name = "max_snapshots"},
	{.type = DEVLINK_ATTR_REGION_SNAPSHOTS,
	 .kind = NLA_KIND_ARRAY,
	 .name = "snapshots",
	 .table = snapshot_fields},
	{0},
};

void devlink_region_data(struct nla_view answer, struct buf *out)
{
	struct nla_view attrs, chunks, chunk, data;
	uint16_t type;
	while (devlink_take(&answer, &attrs)) {
		if (!nla_find(attrs, DEVLINK_ATTR_REGION_CHUNKS, &chunks))
			continue;
		while (nla_take(&chunks, &type, &chunk))
			if (type == DEVLINK_ATTR_REGION_CHUNK &&
			    nla_find(chunk, DEVLINK_ATTR_REGION_CHUNK_DATA, &data))
				buf_append(out, data.data, data.len);
	}
}
