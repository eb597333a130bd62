/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers of the generic netlink family "devlink" (include/uapi/linux/devlink.h): instance, info,
 * ports, health reporters, regions, and the free-form messages (fmsg) of health reporters. Answers
 * are runs of netlink messages, each with its header; the bytes are untrusted. Pure.
 */
#ifndef SALVOR_NIC_DECODE_DEVLINK_H
#define SALVOR_NIC_DECODE_DEVLINK_H

#include "nic/decode/netlink_attrs.h"

/* Which device a message is about. */
struct devlink_handle {
	const char *bus;    /* "pci" */
	const char *device; /* "0000:08:00.0" */
};

/*
 * Takes the next message off the front of *answer: its attributes. False at the end or where the
 * rest is not a message.
 */
bool devlink_take(struct nla_view *answer, struct nla_view *attrs);
/* Dumps of kernels before 6.5 hold the messages of all devices. */
bool devlink_is_about(struct nla_view attrs, const struct devlink_handle *h);

/* An array named key with one object per message about the device, by table. */
void devlink_json(struct nla_view answer, const struct devlink_handle *h,
		  const struct nla_field *table, struct json *j, const char *key);

extern const struct nla_field devlink_dev_fields[];
extern const struct nla_field devlink_info_fields[];
extern const struct nla_field devlink_port_fields[];
extern const struct nla_field devlink_reporter_fields[];
extern const struct nla_field devlink_region_fields[];

/*
 * The fmsg of all messages as one JSON object into j, open and close included. Binary values go to
 * binary, in their order; the JSON says where ("binary_at", "bytes"). A name that an object has
 * already becomes "NAME (2)", and so on.
 */
void devlink_fmsg_json(struct nla_view answer, struct json *j, struct buf *binary);

/* The same for the attributes inside of DEVLINK_ATTR_FMSG, without messages around them. */
void devlink_fmsg_stream_json(struct nla_view stream, struct json *j, struct buf *binary);

/* The data of the chunks of a REGION_READ answer, in their order. */
void devlink_region_data(struct nla_view answer, struct buf *out);

#endif
