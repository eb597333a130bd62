/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up kernel with one RDMA device of mlx5 and three objects of each kind, for tests of what
 * asks it: its answers are netlink messages as drivers/infiniband/core/nldev.c makes them, contexts
 * in them resource dumps made by hand (mlx5_ifc.h). Header only; one kernel, set it to zeroes
 * first.
 */
#ifndef SALVOR_TESTS_RDMA_UNIT_H
#define SALVOR_TESTS_RDMA_UNIT_H

#include <errno.h>
#include <libmnl/libmnl.h>
#include <rdma/rdma_netlink.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/live/rdma_request.h"

/* What it answers. */
static struct {
	int objects_errno, raw_errno;
	uint32_t gone; /* an object that was destroyed in between */
	unsigned asked;
	bool cut; /* the firmware's answer ends before the context */
	bool closed;
} rdma_unit;

static inline struct nlmsghdr *rdma_unit_message(char *bytes)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(bytes);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_DEV_INDEX, 0);
	mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_DEV_NAME, "mlx5_0");
	return h;
}

/* The first is the special queue pair 1 of port 2, where there are ports. */
static inline struct err *rdma_unit_objects(void *arg, enum rdma_kind kind, struct buf *answer)
{
	static const uint32_t numbers[] = {1, 0x2a, 0x1e};
	char bytes[4096] __attribute__((aligned(8))) = "";
	struct nlmsghdr *h = rdma_unit_message(bytes);
	(void)arg;
	if (rdma_unit.objects_errno)
		return err_os(rdma_unit.objects_errno, "the kernel answers");
	struct nlattr *table = mnl_attr_nest_start(h, rdma_kinds[kind].table);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct nlattr *entry = mnl_attr_nest_start(h, RDMA_NLDEV_ATTR_RES_QP_ENTRY);
		mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_PORT_INDEX, 2);
		mnl_attr_put_u32(h, rdma_kinds[kind].number, numbers[i]);
		mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_RES_TYPE, i == 0 ? 1 : 2);
		mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_RES_STATE, 3);
		mnl_attr_nest_end(h, entry);
	}
	mnl_attr_nest_end(h, table);
	buf_append(answer, h, h->nlmsg_len);
	return NULL;
}

static inline void rdma_unit_put(uint8_t *p, size_t at, uint32_t value)
{
	p[at] = (uint8_t)(value >> 24);
	p[at + 1] = (uint8_t)(value >> 16);
	p[at + 2] = (uint8_t)(value >> 8);
	p[at + 3] = (uint8_t)value;
}

#define RDMA_UNIT_DUMP (0x24 + 0x48 * 4 + 4)

/*
 * info, command with the function 3, and a resource of 0x48 words; the adapter's number is the
 * kernel's and 0x400 more, the context's first word has the kernel's in its low bits.
 */
static inline struct err *rdma_unit_raw(void *arg, enum rdma_kind kind, uint32_t number,
					struct buf *answer)
{
	char bytes[4096] __attribute__((aligned(8))) = "";
	uint8_t dump[RDMA_UNIT_DUMP] = {0};
	struct nlmsghdr *h = rdma_unit_message(bytes);
	(void)arg;
	rdma_unit.asked++;
	if (rdma_unit.raw_errno)
		return err_os(rdma_unit.raw_errno, "the kernel answers");
	if (number == rdma_unit.gone)
		return err_os(ENOENT, "the kernel answers");
	rdma_unit_put(dump, 0, 0x0004fffe);
	rdma_unit_put(dump, 0x10, 0x0005fffa);
	rdma_unit_put(dump, 0x14, 0x40000003);
	rdma_unit_put(dump, 0x24, 0x00484000);
	rdma_unit_put(dump, 0x2c, number + 0x400);
	rdma_unit_put(dump, 0x34 + (kind == RDMA_QP ? 24 : 16), 0x30000000 | number);
	rdma_unit_put(dump, sizeof(dump) - 4, 0x0001fffb);
	mnl_attr_put(h, RDMA_NLDEV_ATTR_RES_RAW, rdma_unit.cut ? 0x30 : sizeof(dump), dump);
	buf_append(answer, h, h->nlmsg_len);
	return NULL;
}

/* Two ports, the second of which has no counters. */
static inline struct err *rdma_unit_about(void *arg, enum rdma_about what, uint32_t port,
					  struct buf *answer)
{
	(void)arg;
	if (what == RDMA_ABOUT_COUNTERS && port == 2)
		return err_os(EINVAL, "the kernel answers");
	for (uint32_t i = 1; i <= (what == RDMA_ABOUT_PORTS ? 2 : 1); i++) {
		char bytes[4096] __attribute__((aligned(8))) = "";
		struct nlmsghdr *h = rdma_unit_message(bytes);
		mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_PORT_INDEX, i);
		mnl_attr_put(h, RDMA_NLDEV_ATTR_PAD, 0, NULL);
		if (what == RDMA_ABOUT_PORTS) {
			mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_PORT_STATE, 1);
			mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_PORT_PHYS_STATE, 3);
			mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_NDEV_NAME, "eth0");
		} else if (what == RDMA_ABOUT_DEVICE) {
			mnl_attr_put_u64(h, RDMA_NLDEV_ATTR_NODE_GUID, 0xb8599f0300abcdef);
			mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_FW_VERSION, "16.35.2000");
			mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_DEV_NODE_TYPE, 1);
		} else {
			struct nlattr *list =
				mnl_attr_nest_start(h, RDMA_NLDEV_ATTR_STAT_HWCOUNTERS);
			struct nlattr *entry =
				mnl_attr_nest_start(h, RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY);
			mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_NAME,
					  "out_of_sequence");
			mnl_attr_put_u64(h, RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_VALUE, 77);
			mnl_attr_nest_end(h, entry);
			mnl_attr_nest_end(h, list);
		}
		buf_append(answer, h, h->nlmsg_len);
	}
	return NULL;
}

static const struct rdma_answers rdma_unit_answers = {rdma_unit_objects, rdma_unit_raw,
						      rdma_unit_about, NULL};

#endif
