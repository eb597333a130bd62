// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/rdma.h"

#include <arpa/inet.h>
#include <rdma/rdma_netlink.h>
#include <string.h>
#include "base/cleanup.h"

/* What the header of Debian's oldest build machine (6.1) lacks, by the numbers in 6.12's. */
enum {
	CMD_RES_SRQ_GET_RAW = 25,
	ATTR_RES_SUBTYPE = 98,
};

/* enum ib_qp_type (include/rdma/ib_verbs.h) */
static const char *const qp_types[] = {"SMI",	     "GSI",	 "RC",	    "UC",
				       "UD",	     "RAW_IPV6", "RAW_ETY", "7",
				       "RAW_PACKET", "XRC_INI",	 "XRC_TGT", NULL};
/* enum ib_qp_state */
static const char *const qp_states[] = {"RESET", "INIT", "RTR", "RTS", "SQD", "SQE", "ERR", NULL};
/* enum ib_mig_state */
static const char *const path_states[] = {"MIGRATED", "REARM", "ARMED", NULL};
/* enum ib_poll_context */
static const char *const poll_contexts[] = {"DIRECT", "SOFTIRQ", "WORKQUEUE", "UNBOUND_WORKQUEUE",
					    NULL};
/* enum ib_srq_type */
static const char *const srq_types[] = {"BASIC", "XRC", "TM", NULL};
/* enum rdma_cm_state (include/rdma/rdma_cm.h) */
static const char *const cm_states[] = {
	"IDLE",	      "ADDR_QUERY", "ADDR_RESOLVED", "ROUTE_QUERY",    "ROUTE_RESOLVED", "CONNECT",
	"DISCONNECT", "ADDR_BOUND", "LISTEN",	     "DEVICE_REMOVAL", "DESTROYING",	 NULL};

/* enum rdma_ucm_port_space (include/uapi/rdma/rdma_user_cm.h) */
static void port_space_json(const struct nla_view *v, struct json *j, const char *name)
{
	switch (nla_uint(v)) {
	case 0x0002:
		json_str(j, name, "IPOIB");
		break;
	case 0x013f:
		json_str(j, name, "IB");
		break;
	case 0x0106:
		json_str(j, name, "TCP");
		break;
	case 0x0111:
		json_str(j, name, "UDP");
		break;
	default:
		json_u64(j, name, nla_uint(v));
	}
}

/* struct sockaddr_storage of IPv4 or IPv6; addresses of other families are only named. */
static void address_json(const struct nla_view *v, struct json *j, const char *name)
{
	char text[INET6_ADDRSTRLEN] = "", whole[INET6_ADDRSTRLEN + 16];
	uint16_t family = 0, port = 0;
	if (v->len >= sizeof(family))
		memcpy(&family, v->data, sizeof(family));
	/* the port is at the same place in both */
	if (v->len >= 4)
		port = (uint16_t)(v->data[2] << 8 | v->data[3]);
	if (family == AF_INET && v->len >= sizeof(struct sockaddr_in)) {
		inet_ntop(AF_INET, v->data + offsetof(struct sockaddr_in, sin_addr), text,
			  sizeof(text));
		snprintf(whole, sizeof(whole), "%s:%u", text, port);
	} else if (family == AF_INET6 && v->len >= sizeof(struct sockaddr_in6)) {
		inet_ntop(AF_INET6, v->data + offsetof(struct sockaddr_in6, sin6_addr), text,
			  sizeof(text));
		snprintf(whole, sizeof(whole), "[%s]:%u", text, port);
	} else {
		snprintf(whole, sizeof(whole), "family %u", family);
	}
	json_str(j, name, whole);
}

/*
 * What drivers add: a name (DRIVER_STRING), perhaps how it is to be printed, then its value, which
 * may be a string, too.
 */
static void driver_json(const struct nla_view *v, struct json *j, const char *name)
{
	struct nla_view rest = *v, value;
	char key[64] = "";
	uint16_t type;
	json_object(j, name);
	while (nla_take(&rest, &type, &value)) {
		const char *text = (const char *)value.data;
		if (type == RDMA_NLDEV_ATTR_DRIVER_STRING && !*key) {
			snprintf(key, sizeof(key), "%.*s", (int)MIN(value.len, sizeof(key) - 1),
				 text);
			continue;
		}
		if (type == RDMA_NLDEV_ATTR_DRIVER_PRINT_TYPE || !*key)
			continue;
		if (type == RDMA_NLDEV_ATTR_DRIVER_STRING)
			json_strn(j, key, text, strnlen(text, value.len));
		else if (type == RDMA_NLDEV_ATTR_DRIVER_S32)
			json_i64(j, key, (int32_t)nla_uint(&value));
		else if (type == RDMA_NLDEV_ATTR_DRIVER_S64)
			json_i64(j, key, (int64_t)nla_uint(&value));
		else
			json_u64(j, key, nla_uint(&value));
		*key = '\0';
	}
	json_object_end(j);
}

/* Who made the object: a process, or a part of the kernel; and what the driver adds. */
#define OWNER                                                                                      \
	{.type = RDMA_NLDEV_ATTR_RES_PID, .name = "pid"},                                          \
		{.type = RDMA_NLDEV_ATTR_RES_KERN_NAME,                                            \
		 .kind = NLA_KIND_STRING,                                                          \
		 .name = "kernel"},                                                                \
	{                                                                                          \
		.type = RDMA_NLDEV_ATTR_DRIVER, .kind = NLA_KIND_CUSTOM, .name = "driver",         \
		.decode = driver_json                                                              \
	}
/* Attributes of type 0 make the next one begin at a multiple of 8 and say nothing. */
#define PADDING                                                                                    \
	{                                                                                          \
		.type = RDMA_NLDEV_ATTR_PAD, .kind = NLA_KIND_SKIP, .name = "padding"              \
	}

static const struct nla_field qp_fields[] = {
	{.type = RDMA_NLDEV_ATTR_PORT_INDEX, .name = "port"},
	{.type = RDMA_NLDEV_ATTR_RES_LQPN, .name = "qpn"},
	{.type = RDMA_NLDEV_ATTR_RES_RQPN, .name = "remote_qpn"},
	{.type = RDMA_NLDEV_ATTR_RES_RQ_PSN, .name = "rq_psn"},
	{.type = RDMA_NLDEV_ATTR_RES_SQ_PSN, .name = "sq_psn"},
	{.type = RDMA_NLDEV_ATTR_RES_PATH_MIG_STATE, .name = "path", .names = path_states},
	{.type = RDMA_NLDEV_ATTR_RES_TYPE, .name = "type", .names = qp_types},
	{.type = ATTR_RES_SUBTYPE, .kind = NLA_KIND_STRING, .name = "subtype"},
	{.type = RDMA_NLDEV_ATTR_RES_STATE, .name = "state", .names = qp_states},
	{.type = RDMA_NLDEV_ATTR_RES_PDN, .name = "pdn"},
	OWNER,
	{0},
};

static const struct nla_field cq_fields[] = {
	{.type = RDMA_NLDEV_ATTR_RES_CQN, .name = "cqn"},
	{.type = RDMA_NLDEV_ATTR_RES_CQE, .name = "cqe"},
	{.type = RDMA_NLDEV_ATTR_RES_USECNT, .name = "users"},
	{.type = RDMA_NLDEV_ATTR_RES_POLL_CTX, .name = "poll", .names = poll_contexts},
	{.type = RDMA_NLDEV_ATTR_DEV_DIM, .name = "moderated"},
	{.type = RDMA_NLDEV_ATTR_RES_CTXN, .name = "ctxn"},
	PADDING,
	OWNER,
	{0},
};

/* The queue pairs of an SRQ: a number each, or the first and last of a range. */
static const struct nla_field srq_qp_fields[] = {
	{.type = RDMA_NLDEV_ATTR_RES_LQPN, .name = "qpn"},
	{.type = RDMA_NLDEV_ATTR_MIN_RANGE, .name = "first"},
	{.type = RDMA_NLDEV_ATTR_MAX_RANGE, .name = "last"},
	{0},
};

static const struct nla_field srq_fields[] = {
	{.type = RDMA_NLDEV_ATTR_RES_SRQN, .name = "srqn"},
	{.type = RDMA_NLDEV_ATTR_RES_TYPE, .name = "type", .names = srq_types},
	{.type = RDMA_NLDEV_ATTR_RES_PDN, .name = "pdn"},
	{.type = RDMA_NLDEV_ATTR_RES_CQN, .name = "cqn"},
	{.type = RDMA_NLDEV_ATTR_RES_QP,
	 .kind = NLA_KIND_ARRAY,
	 .name = "qps",
	 .table = srq_qp_fields},
	OWNER,
	{0},
};

static const struct nla_field mr_fields[] = {
	{.type = RDMA_NLDEV_ATTR_RES_MRN, .name = "mrn"},
	{.type = RDMA_NLDEV_ATTR_RES_RKEY, .name = "rkey"},
	{.type = RDMA_NLDEV_ATTR_RES_LKEY, .name = "lkey"},
	{.type = RDMA_NLDEV_ATTR_RES_IOVA, .name = "iova"},
	{.type = RDMA_NLDEV_ATTR_RES_MRLEN, .name = "bytes"},
	{.type = RDMA_NLDEV_ATTR_RES_PDN, .name = "pdn"},
	PADDING,
	OWNER,
	{0},
};

static const struct nla_field pd_fields[] = {
	{.type = RDMA_NLDEV_ATTR_RES_PDN, .name = "pdn"},
	{.type = RDMA_NLDEV_ATTR_RES_LOCAL_DMA_LKEY, .name = "local_dma_lkey"},
	{.type = RDMA_NLDEV_ATTR_RES_UNSAFE_GLOBAL_RKEY, .name = "unsafe_global_rkey"},
	{.type = RDMA_NLDEV_ATTR_RES_USECNT, .name = "users"},
	{.type = RDMA_NLDEV_ATTR_RES_CTXN, .name = "ctxn"},
	PADDING,
	OWNER,
	{0},
};

static const struct nla_field ctx_fields[] = {
	{.type = RDMA_NLDEV_ATTR_RES_CTXN, .name = "ctxn"},
	OWNER,
	{0},
};

static const struct nla_field cm_id_fields[] = {
	{.type = RDMA_NLDEV_ATTR_RES_CM_IDN, .name = "cm_idn"},
	{.type = RDMA_NLDEV_ATTR_PORT_INDEX, .name = "port"},
	{.type = RDMA_NLDEV_ATTR_RES_LQPN, .name = "qpn"},
	{.type = RDMA_NLDEV_ATTR_RES_TYPE, .name = "type", .names = qp_types},
	{.type = RDMA_NLDEV_ATTR_RES_PS,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "port_space",
	 .decode = port_space_json},
	{.type = RDMA_NLDEV_ATTR_RES_STATE, .name = "state", .names = cm_states},
	{.type = RDMA_NLDEV_ATTR_RES_SRC_ADDR,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "source",
	 .decode = address_json},
	{.type = RDMA_NLDEV_ATTR_RES_DST_ADDR,
	 .kind = NLA_KIND_CUSTOM,
	 .name = "destination",
	 .decode = address_json},
	OWNER,
	{0},
};

const struct rdma_object_kind rdma_kinds[RDMA_KINDS] = {
	[RDMA_QP] = {"qp", RDMA_NLDEV_ATTR_RES_QP, RDMA_NLDEV_ATTR_RES_LQPN,
		     RDMA_NLDEV_CMD_RES_QP_GET, RDMA_NLDEV_CMD_RES_QP_GET_RAW, qp_fields},
	[RDMA_CQ] = {"cq", RDMA_NLDEV_ATTR_RES_CQ, RDMA_NLDEV_ATTR_RES_CQN,
		     RDMA_NLDEV_CMD_RES_CQ_GET, RDMA_NLDEV_CMD_RES_CQ_GET_RAW, cq_fields},
	[RDMA_SRQ] = {"srq", RDMA_NLDEV_ATTR_RES_SRQ, RDMA_NLDEV_ATTR_RES_SRQN,
		      RDMA_NLDEV_CMD_RES_SRQ_GET, CMD_RES_SRQ_GET_RAW, srq_fields},
	[RDMA_MR] = {"mr", RDMA_NLDEV_ATTR_RES_MR, RDMA_NLDEV_ATTR_RES_MRN,
		     RDMA_NLDEV_CMD_RES_MR_GET, RDMA_NLDEV_CMD_RES_MR_GET_RAW, mr_fields},
	[RDMA_PD] = {"pd", RDMA_NLDEV_ATTR_RES_PD, RDMA_NLDEV_ATTR_RES_PDN,
		     RDMA_NLDEV_CMD_RES_PD_GET, 0, pd_fields},
	[RDMA_CTX] = {"ctx", RDMA_NLDEV_ATTR_RES_CTX, RDMA_NLDEV_ATTR_RES_CTXN,
		      RDMA_NLDEV_CMD_RES_CTX_GET, 0, ctx_fields},
	[RDMA_CM_ID] = {"cm_id", RDMA_NLDEV_ATTR_RES_CM_ID, RDMA_NLDEV_ATTR_RES_CM_IDN,
			RDMA_NLDEV_CMD_RES_CM_ID_GET, 0, cm_id_fields},
};

bool rdma_take(struct nla_view *answer, struct nla_view *attrs)
{
	struct nlmsghdr head;
	if (answer->len < NLMSG_HDRLEN)
		return false;
	memcpy(&head, answer->data, sizeof(head));
	if (head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > answer->len)
		return false;
	*attrs = (struct nla_view) {answer->data + NLMSG_HDRLEN, head.nlmsg_len - NLMSG_HDRLEN};
	size_t step = MIN((size_t)NLMSG_ALIGN(head.nlmsg_len), answer->len);
	answer->data += step;
	answer->len -= step;
	return true;
}

void rdma_walk_init(struct rdma_walk *w, enum rdma_kind kind, struct nla_view answer)
{
	*w = (struct rdma_walk) {.kind = &rdma_kinds[kind], .answer = answer};
}

bool rdma_next(struct rdma_walk *w, struct nla_view *object)
{
	struct nla_view attrs;
	uint16_t type;
	while (!nla_take(&w->table, &type, object)) {
		if (!rdma_take(&w->answer, &attrs))
			return false;
		if (!nla_find(attrs, w->kind->table, &w->table))
			w->table = (struct nla_view) {0};
	}
	return true;
}

void rdma_object_json(enum rdma_kind kind, struct nla_view object, struct json *j)
{
	nla_json(object, rdma_kinds[kind].fields, j);
}

static const char *name_of(const struct nla_field *f, uint64_t value)
{
	for (uint64_t i = 0; f->names && f->names[i]; i++)
		if (i == value)
			return f->names[i];
	return NULL;
}

void rdma_object_fields(enum rdma_kind kind, struct nla_view object, struct hw_sink *s)
{
	struct nla_view payload;
	uint16_t type;
	while (nla_take(&object, &type, &payload)) {
		const struct nla_field *f = rdma_kinds[kind].fields;
		while (f->name && f->type != type)
			f++;
		if (!f->name || f->kind != NLA_KIND_UINT || payload.len > sizeof(uint64_t))
			continue;
		struct hw_value v = {.name = f->name,
				     .value = nla_uint(&payload),
				     .bits = 8 * (unsigned)payload.len};
		v.meaning = name_of(f, v.value);
		s->ops->value(s, &v);
	}
}

const char *rdma_object_state(enum rdma_kind kind, struct nla_view object)
{
	struct nla_view state;
	const struct nla_field *f = rdma_kinds[kind].fields;
	while (f->name && f->type != RDMA_NLDEV_ATTR_RES_STATE)
		f++;
	return f->name && nla_find(object, RDMA_NLDEV_ATTR_RES_STATE, &state)
		       ? name_of(f, nla_uint(&state))
		       : NULL;
}

bool rdma_object_number(enum rdma_kind kind, struct nla_view object, uint32_t *ret)
{
	struct nla_view number, type, port;
	if (!nla_find(object, rdma_kinds[kind].number, &number) || number.len != sizeof(uint32_t))
		return false;
	*ret = (uint32_t)nla_uint(&number);
	if (kind == RDMA_QP && nla_find(object, RDMA_NLDEV_ATTR_RES_TYPE, &type) &&
	    nla_uint(&type) <= 1 && nla_find(object, RDMA_NLDEV_ATTR_PORT_INDEX, &port))
		*ret |= (uint32_t)nla_uint(&port) << 24;
	return true;
}

bool rdma_raw_context(struct nla_view answer, struct nla_view *raw)
{
	struct nla_view attrs;
	while (rdma_take(&answer, &attrs))
		if (nla_find(attrs, RDMA_NLDEV_ATTR_RES_RAW, raw))
			return true;
	return false;
}
