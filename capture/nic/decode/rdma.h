/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers of the kernel's RDMA netlink family (RDMA_NL_NLDEV, include/uapi/rdma/rdma_netlink.h):
 * which kinds of objects there are, a walk over the objects of an answer, each object as JSON; the
 * device, its ports and their counters as JSON. It asks nobody, and does not know what is in the
 * raw contexts that drivers give (mlx5's: mlx5_rsc_dump.h). The bytes are untrusted, as in
 * netlink_attrs.h. Pure; views point into the caller's bytes.
 */
#ifndef SALVOR_NIC_DECODE_RDMA_H
#define SALVOR_NIC_DECODE_RDMA_H

#include "nic/decode/hw_field.h"
#include "nic/decode/netlink_attrs.h"

enum rdma_kind {
	RDMA_QP,
	RDMA_CQ,
	RDMA_SRQ,
	RDMA_MR,
	RDMA_PD,
	RDMA_CTX,
	RDMA_CM_ID,
	RDMA_KINDS,
};

/*
 * How a kind is asked for. The number of a queue pair is the device's own; of all other kinds it is
 * one that the kernel counts (rdma_restrack_add(), drivers/infiniband/core/restrack.c).
 */
struct rdma_object_kind {
	const char *name;
	uint16_t table;	 /* attribute that holds the objects of a dump */
	uint16_t number; /* attribute with an object's number, in answers and requests */
	uint16_t get;	 /* RDMA_NLDEV_CMD_* that lists them */
	uint16_t raw;	 /* the one that gives the adapter's own context, 0: there is none */
	const struct nla_field *fields;
};

extern const struct rdma_object_kind rdma_kinds[RDMA_KINDS];

/* Takes the next message's attributes off the front; NLDEV messages have no header of their own. */
bool rdma_take(struct nla_view *answer, struct nla_view *attrs);

/* Objects of a dump's answer, one after the other. */
struct rdma_walk {
	const struct rdma_object_kind *kind;
	struct nla_view answer, table;
};
void rdma_walk_init(struct rdma_walk *w, enum rdma_kind kind, struct nla_view answer);
bool rdma_next(struct rdma_walk *w, struct nla_view *object);

/* Members of one object into the object open in j. */
void rdma_object_json(enum rdma_kind kind, struct nla_view object, struct json *j);

/* The numbers among them as fields of a device's structure, for text in wqdump's form. */
void rdma_object_fields(enum rdma_kind kind, struct nla_view object, struct hw_sink *s);

/* "RTS", …; NULL: it has no state, or one without a name. */
const char *rdma_object_state(enum rdma_kind kind, struct nla_view object);

/*
 * The number by which the kernel finds this object again: that of the special queue pairs 0 and 1
 * has their port in it, since each port has them. False: the object does not say its number.
 */
bool rdma_object_number(enum rdma_kind kind, struct nla_view object, uint32_t *ret);

/* The raw context in the answer to one raw request; false: there is none. */
bool rdma_raw_context(struct nla_view answer, struct nla_view *raw);

/* The answer about a device, and about the counters of a port: members into the open object. */
void rdma_device_json(struct nla_view answer, struct json *j);
void rdma_counters_json(struct nla_view answer, struct json *j);

/* One message about a port (rdma_take()): members, and its number (0: it does not say it). */
uint32_t rdma_port_json(struct nla_view attrs, struct json *j);

#endif
