/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes netlink attributes by tables into JSON. The bytes are untrusted (they may come out of a
 * saved file): every length is checked against what is there, nesting is as deep as the tables are.
 * Attributes without a table line are counted, not shown: the raw message is saved beside. Pure.
 * Integers are in host byte order, as netlink has them (include/uapi/linux/netlink.h).
 */
#ifndef SALVOR_NIC_DECODE_NETLINK_ATTRS_H
#define SALVOR_NIC_DECODE_NETLINK_ATTRS_H

#include <linux/netlink.h>
#include "base/json.h"

struct nla_view {
	const uint8_t *data;
	size_t len;
};

enum nla_kind {
	NLA_KIND_UINT, /* 1, 2, 4 or 8 bytes, as long as it is */
	NLA_KIND_INT,
	NLA_KIND_STRING,
	NLA_KIND_FLAG,	  /* present: true */
	NLA_KIND_HEX,	  /* bytes as hex digits */
	NLA_KIND_ADDRESS, /* bytes as aa:bb:… */
	NLA_KIND_NESTED,  /* an object by .table */
	NLA_KIND_ARRAY,	  /* nested attributes of any type, each an object by .table */
	NLA_KIND_CUSTOM,  /* .decode writes the member */
	NLA_KIND_SKIP,	  /* known, and not shown */
};

struct nla_field {
	uint16_t type;
	enum nla_kind kind;
	const char *name;
	const struct nla_field *table; /* ends with a NULL name */
	void (*decode)(const struct nla_view *payload, struct json *j, const char *name);
	const char *const
		*names; /* of the values of a UINT, ends with NULL; else the number is shown */
};

/*
 * Takes the next attribute off the front of *rest: its type without flags and its payload. False at
 * the end or where the rest is not an attribute.
 */
bool nla_take(struct nla_view *rest, uint16_t *type, struct nla_view *payload);

/* The first attribute of that type; false if there is none. */
bool nla_find(struct nla_view attrs, uint16_t type, struct nla_view *payload);

/* An integer of 1, 2, 4 or 8 bytes; 0 for every other length. */
uint64_t nla_uint(const struct nla_view *payload);

/* Members for all attributes, in the order of the message, into the object open in j. */
void nla_json(struct nla_view attrs, const struct nla_field *table, struct json *j);

/* Messages of the collectors, each with its header; members into the object open in j. */
void nic_link_json(const void *message, size_t len, struct json *j);

#endif
