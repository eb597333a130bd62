// SPDX-License-Identifier: GPL-2.0-or-later
/* wqdump on a device of a running system, with a kernel that is made up. */
#include "unit.h"

#include "nic/rdma_unit.h"
#include "nic/wq_unit.h"

static void close_kernel(void *arg)
{
	(void)arg;
	rdma_unit.closed = true;
}

/* What wqdump prints, or "error CODE: …"; the caller frees it. */
static char *dump(bool mlx5, enum wq_kind kind, enum wq_dump what, uint32_t qp,
		  enum wq_format format)
{
	struct wq_source s;
	assert_ok(wq_live_init(&s, &rdma_unit_answers, close_kernel, mlx5));
	char *text = wq_unit_print(&s, "mlx5_0", kind, what, qp, format);
	assert_true(rdma_unit.closed);
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
	memset(&rdma_unit, 0, sizeof(rdma_unit));
	return 0;
}

static void numbers(void **state)
{
	(void)state;
	expect("0xffffff):\nindex 0x00000001\nindex 0x0000001e\nindex 0x0000002a\n---", true,
	       WQ_FULL_QP, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	/* one context to see whether there are any; queue pairs have the adapter's number */
	assert_int_equal(rdma_unit.asked, 1);
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
	assert_int_equal(rdma_unit.asked, 0);
	rdma_unit.raw_errno = EOPNOTSUPP;
	expect(want, true, WQ_FULL_QP, WQ_DUMP_QP, 0x1e, WQ_TEXT);
	assert_int_equal(rdma_unit.asked, 1);
	rdma_unit.raw_errno = EINVAL;
	expect("cqn : 0x1e\n", true, WQ_CMP, WQ_DUMP_QP, 0x1e, WQ_TEXT);
	expect("error 8: ", true, WQ_CMP, WQ_DUMP_QP, 0x1e, WQ_RAW);
	expect("srqn : 0x1e\n", true, WQ_SRQ, WQ_DUMP_QP, 0x1e, WQ_TEXT);
}

static void failures(void **state)
{
	(void)state;
	rdma_unit.gone = 0x1e;
	expect("index 0x00000401\ngvmi 0x0003 index 0x0000042a\n", true, WQ_CMP, WQ_DUMP_ALL_QPNS,
	       0, WQ_TEXT);
	expect("error 7: context 0x1e: it is gone", true, WQ_SND, WQ_DUMP_QP, 0x1e, WQ_TEXT);
	rdma_unit.cut = true;
	expect("error 6: the adapter's answer has no context in it", true, WQ_CMP, WQ_DUMP_ALL_QPNS,
	       0, WQ_TEXT);
	rdma_unit.raw_errno = EPERM;
	expect("Operation not permitted", true, WQ_FULL_QP, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	rdma_unit.objects_errno = EINVAL;
	expect("Invalid argument", true, WQ_FULL_QP, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
}

/* What is saved of a running device is read again as a directory. */
static void saved(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp();
	struct wq_options o = {
		.device = "mlx5_0", .source = WQ_MKC, .dump = WQ_DUMP_ALL_QPC, .save = dir};
	struct wq_source s;
	assert_ok(wq_live_init(&s, &rdma_unit_answers, close_kernel, true));
	assert_ok(wq_save(&s, &o));
	wq_source_close(&s);
	assert_ok(wq_source_open(dir, &s));
	char *text = wq_unit_print(&s, dir, WQ_MKC, WQ_DUMP_QP, 0x41e, WQ_RAW);
	char *want = dump(true, WQ_MKC, WQ_DUMP_QP, 0x41e, WQ_RAW);
	assert_string_equal(text, want);
	assert_non_null(strstr(want, "0. 3000001e "));
	free(text);
	free(want);
	/* nothing, where there are no contexts */
	assert_ok(wq_live_init(&s, &rdma_unit_answers, close_kernel, false));
	struct err *e = wq_save(&s, &o);
	wq_source_close(&s);
	assert_int_equal(err_code(e), ERR_MISSING);
	err_free(e);
	unit_rmdir(dir);
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
		cmocka_unit_test_setup(saved, reset),	    cmocka_unit_test_setup(refused, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
