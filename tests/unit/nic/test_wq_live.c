// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wqdump on a device of a running system, with a kernel that is made up: its answers are netlink
 * messages, mlx5's contexts in them resource dumps made by hand (mlx5_ifc.h).
 */
#include "unit.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <rdma/rdma_netlink.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/wq_unit.h"

/* What the kernel answers. */
static struct {
	int objects_errno, raw_errno;
	uint32_t gone; /* an object that was destroyed in between */
	unsigned asked;
	bool cut; /* the firmware's answer ends before the context */
	bool closed;
} kernel;

static struct nlmsghdr *message(char *bytes)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(bytes);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_DEV_INDEX, 0);
	mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_DEV_NAME, "mlx5_0");
	return h;
}

/* Three objects: the first is the special queue pair 1 of port 2, where there are ports. */
static struct err *objects(void *arg, enum rdma_kind kind, struct buf *answer)
{
	static const uint32_t numbers[] = {1, 0x2a, 0x1e};
	char bytes[4096] __attribute__((aligned(8))) = "";
	struct nlmsghdr *h = message(bytes);
	(void)arg;
	if (kernel.objects_errno)
		return err_os(kernel.objects_errno, "the kernel answers");
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

static void put32(uint8_t *p, size_t at, uint32_t value)
{
	p[at] = (uint8_t)(value >> 24);
	p[at + 1] = (uint8_t)(value >> 16);
	p[at + 2] = (uint8_t)(value >> 8);
	p[at + 3] = (uint8_t)value;
}

/*
 * info, command with the function 3, and a resource of 0x48 words; the adapter's number is the
 * kernel's and 0x400 more, the context's first word says the kernel's.
 */
static struct err *raw(void *arg, enum rdma_kind kind, uint32_t number, struct buf *answer)
{
	char bytes[4096] __attribute__((aligned(8))) = "";
	uint8_t dump[0x24 + 0x48 * 4 + 4] = {0};
	struct nlmsghdr *h = message(bytes);
	(void)arg;
	kernel.asked++;
	if (kernel.raw_errno)
		return err_os(kernel.raw_errno, "the kernel answers");
	if (number == kernel.gone)
		return err_os(ENOENT, "the kernel answers");
	put32(dump, 0, 0x0004fffe);
	put32(dump, 0x10, 0x0005fffa);
	put32(dump, 0x14, 0x40000003);
	put32(dump, 0x24, 0x00484000);
	put32(dump, 0x2c, number + 0x400);
	put32(dump, 0x34 + (kind == RDMA_QP ? 24 : 16), 0x30000000 | number);
	put32(dump, sizeof(dump) - 4, 0x0001fffb);
	mnl_attr_put(h, RDMA_NLDEV_ATTR_RES_RAW, kernel.cut ? 0x30 : sizeof(dump), dump);
	buf_append(answer, h, h->nlmsg_len);
	return NULL;
}

static void close_kernel(void *arg)
{
	(void)arg;
	kernel.closed = true;
}

static const struct wq_live_ops ask = {objects, raw, close_kernel};

/* What wqdump prints, or "error CODE: …"; the caller frees it. */
static char *dump(bool mlx5, enum wq_kind kind, enum wq_dump what, uint32_t qp,
		  enum wq_format format)
{
	struct wq_source s;
	assert_ok(wq_live_init(&s, &ask, NULL, mlx5));
	char *text = wq_unit_print(&s, "mlx5_0", kind, what, qp, format);
	assert_true(kernel.closed);
	return text;
}

#define expect(want, ...)                                                                          \
	do {                                                                                       \
		char *got_ = dump(__VA_ARGS__);                                                    \
		if (!strstr(got_, want))                                                           \
			fail_msg("\"%s\" is not in: %s", want, got_);                              \
		free(got_);                                                                        \
	} while (0)

static int reset(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

static void numbers(void **state)
{
	(void)state;
	expect("0xffffff):\nindex 0x00000001\nindex 0x0000001e\nindex 0x0000002a\n---", true,
	       WQ_FULL_QP, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	/* one context to see whether there are any; queue pairs have the adapter's number */
	assert_int_equal(kernel.asked, 1);
	expect("gvmi 0x0000 index 0x00000001\ngvmi 0x0000 index 0x0000001e\n", true, WQ_SND,
	       WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("gvmi 0x0003 index 0x00000401\ngvmi 0x0003 index 0x0000041e\n"
	       "gvmi 0x0003 index 0x0000042a\n",
	       true, WQ_CMP, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("gvmi 0x0003 index 0x0000042a\n", true, WQ_MKC, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("gvmi 0x0000 index 0x0000002a\n", true, WQ_SRQ, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
}

static void contexts(void **state)
{
	(void)state;
	expect("== Common Part (RTS) ==\nstate : 0x3 (RTS)\n", true, WQ_FULL_QP, WQ_DUMP_QP, 0x2a,
	       WQ_TEXT);
	expect("== Common Part (RTS) ==\n0. 3000002a 00000000 00000000 00000000\n1. ", true,
	       WQ_FULL_QP, WQ_DUMP_QP, 0x2a, WQ_RAW);
	/* the special one is asked for with its port */
	expect("Send Qpc gvmi 0000 QP Index 00000001\n0x0000: 0x32000001\n", true, WQ_SND,
	       WQ_DUMP_QP, 1, WQ_DW);
	expect("CQ gvmi 0003 CQ Index 0000041e\n0. 3000001e ", true, WQ_CMP, WQ_DUMP_QP, 0x41e,
	       WQ_RAW);
	expect("MKC gvmi 0003 MKC Index 0000041e\nfree : 0x0\n", true, WQ_MKC, WQ_DUMP_QP, 0x41e,
	       WQ_TEXT);
	expect("error 7: mlx5_0: no Cmp 0x1e", true, WQ_CMP, WQ_DUMP_QP, 0x1e, WQ_TEXT);
}

/* Another driver, or a firmware that cannot: what the kernel knows of them */
static void no_contexts(void **state)
{
	(void)state;
	const char *want =
		"Send Qpc gvmi 0000 QP Index 0000001e\nwhat the kernel knows; the driver "
		"does not give the adapter's own context\nport : 0x2\nqpn : 0x1e\n"
		"type : 0x2 (RC)\nstate : 0x3 (RTS)\n";
	expect(want, false, WQ_FULL_QP, WQ_DUMP_QP, 0x1e, WQ_TEXT);
	assert_int_equal(kernel.asked, 0);
	kernel.raw_errno = EOPNOTSUPP;
	expect(want, true, WQ_FULL_QP, WQ_DUMP_QP, 0x1e, WQ_TEXT);
	assert_int_equal(kernel.asked, 1);
	kernel.raw_errno = EINVAL;
	expect("cqn : 0x1e\n", true, WQ_CMP, WQ_DUMP_QP, 0x1e, WQ_TEXT);
	expect("error 8: ", true, WQ_CMP, WQ_DUMP_QP, 0x1e, WQ_RAW);
	expect("srqn : 0x1e\n", true, WQ_SRQ, WQ_DUMP_QP, 0x1e, WQ_TEXT);
}

static void failures(void **state)
{
	(void)state;
	kernel.gone = 0x1e;
	expect("index 0x00000401\ngvmi 0x0003 index 0x0000042a\n", true, WQ_CMP, WQ_DUMP_ALL_QPNS,
	       0, WQ_TEXT);
	expect("error 7: context 0x1e: it is gone", true, WQ_SND, WQ_DUMP_QP, 0x1e, WQ_TEXT);
	kernel.cut = true;
	expect("error 6: the adapter's answer has no context in it", true, WQ_CMP, WQ_DUMP_ALL_QPNS,
	       0, WQ_TEXT);
	kernel.raw_errno = EPERM;
	expect("Operation not permitted", true, WQ_FULL_QP, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	kernel.objects_errno = EINVAL;
	expect("Invalid argument", true, WQ_FULL_QP, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
}

static void refused(void **state)
{
	(void)state;
	expect("error 8: --source Eqe: ", true, WQ_EQE, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("error 8: --dump WQ: ", true, WQ_SND, WQ_DUMP_WQ, 0x1e, WQ_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(numbers, reset),	    cmocka_unit_test_setup(contexts, reset),
		cmocka_unit_test_setup(no_contexts, reset), cmocka_unit_test_setup(failures, reset),
		cmocka_unit_test_setup(refused, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
