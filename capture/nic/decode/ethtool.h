/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of ethtool's netlink family that are asked, and how their answers decode. Pure
 * tables and one decoder; it asks nobody.
 */
#ifndef SALVOR_NIC_DECODE_ETHTOOL_H
#define SALVOR_NIC_DECODE_ETHTOOL_H

#include "nic/decode/netlink_attrs.h"

struct ethtool_command {
	uint8_t command; /* ETHTOOL_MSG_*_GET; 0 ends the table */
	uint16_t header; /* attribute that says which interface */
	uint32_t flags;	 /* ETHTOOL_FLAG_* beside compact bitsets */
	uint16_t groups; /* attribute that takes a bitset of all groups, or 0 */
	const char *name;
	const struct nla_field *table;
};

extern const struct ethtool_command ethtool_commands[];

/* One message with its header, as a member named after the command. */
void ethtool_json(const struct ethtool_command *c, const void *message, size_t len, struct json *j);

#endif
