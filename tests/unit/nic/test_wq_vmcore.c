// SPDX-License-Identifier: GPL-2.0-or-later
/* The queues of an mlx5 or mlx4 interface out of a small made-up kernel, as wqdump prints them. */
#include "nic/mlx4_net.h"
#include "nic/mlx5_net.h"

#include "nic/dead/mlx5_queues.h"
#include "nic/wq_unit.h"

static struct world w;
static struct net_world n;
static struct mlx5_world x;
static struct mlx4_world x4;
static const char *interface = "eth0";

static void start(void)
{
	world_init(&w);
	net_structs(&w);
	mlx5_structs(&w);
	net_machine(&w, &n);
	mlx5_interface(&w, &n, &x);
}

static void put_word(uint64_t addr, uint32_t value)
{
	put_u32(world_at(&w, addr), value, ORDER_BE);
}

/* What wqdump prints with these options, on the heap. */
static char *dump(enum wq_kind kind, enum wq_dump what, uint32_t qp, enum wq_format format)
{
	struct wq_source s;
	world_open(&w, NULL);
	assert_ok(wq_vmcore_init(&s, &w.k, NULL, interface));
	char *text = wq_unit_print(&s, "vmcore:made up#eth0", kind, what, qp, format);
	world_close(&w);
	return text;
}

#define expect(want, ...)                                                                          \
	do {                                                                                       \
		char *got_ = dump(__VA_ARGS__);                                                    \
		world_has(got_, want);                                                             \
		free(got_);                                                                        \
	} while (0)

static void numbers(void **state)
{
	(void)state;
	start();
	expect("0xffffff):\ngvmi 0x0000 index 0x0000001a\ngvmi 0x0000 index 0x0000001c\n", WQ_SND,
	       WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("0xffffff):\ngvmi 0x0000 index 0x0000002b\n", WQ_RCV, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("0xffffff):\ngvmi 0x0000 index 0x00000401\ngvmi 0x0000 index 0x00000402\n"
	       "gvmi 0x0000 index 0x00000403\n",
	       WQ_CMP, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	/* the completion event queue of three queues once */
	expect("0xffffff):\ngvmi 0x0000 index 0x00000000\ngvmi 0x0000 index 0x00000002\n"
	       "gvmi 0x0000 index 0x00000007\n",
	       WQ_EQE, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("index 0x0000001a\nindex 0x0000001c\nindex 0x0000002b\n----", WQ_FULL_QP,
	       WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	world_deinit(&w);
}

static void elements(void **state)
{
	(void)state;
	start();
	/* a send in the second fragment, of entry 5 */
	put_word(x.sq_frag[1] + 64, 0x0010050a);
	put_word(x.sq_frag[1] + 68, SQN << 8 | 3);
	put_word(x.sq_frag[1] + 64 + 32, 1500);
	expect("[Element Index 0x5]\n-------------- control ------------------\nopmod : 0x0\n"
	       "wqe_index : 0x1005\nopcode : 0xa (SEND)\nqpn : 0x1a\nds : 0x3\n",
	       WQ_SND, WQ_DUMP_WQ, SQN, WQ_TEXT);
	expect("byte_count : 0x5dc\n", WQ_SND, WQ_DUMP_WQ, SQN, WQ_TEXT);
	/* the last one of the striding receive queue, with its next segment */
	put_word(x.rq_buf + 3 * 32, 1);
	put_word(x.rq_buf + 3 * 32 + 16, 0x40000);
	expect("[Element Index 0x3]\n-------------- SRQ Next ------------------\n"
	       "next_wqe_index : 0x1\nsignature : 0x0\n"
	       "-------------- scatter entry ( 0) ---------------\nbyte_count : 0x40000\n",
	       WQ_RCV, WQ_DUMP_WQ, RQN, WQ_TEXT);
	/* an event in the 16th */
	put_word(x.eq_buf + 15 * 64, 0x00050000);
	put_word(x.eq_buf + 15 * 64 + 0x38, SQN);
	expect("[Element Index 0xf]\n-------------- EQE ------------------\n"
	       "type : 0x5 (WQ_CATAS_ERROR)\n",
	       WQ_EQE, WQ_DUMP_WQ, EQN, WQ_TEXT);
	expect("[Element Index 0xf]\n0. 00050000 00000000 00000000 00000000\n", WQ_EQE, WQ_DUMP_WQ,
	       EQN, WQ_RAW);
	world_deinit(&w);
}

static void contexts(void **state)
{
	(void)state;
	start();
	expect("Send Qpc gvmi 0000 QP Index 0000001a\nwhat the driver knows; the firmware's own "
	       "context is not in the dump\nchannel : 0x0 (sq)\ntc : 0x0\nproducer : 0x1005\n"
	       "consumer : 0x1002\noutstanding : 0x3\ncqn : 0x401\n",
	       WQ_SND, WQ_DUMP_QP, SQN, WQ_TEXT);
	expect("outstanding : 0x4\ncqn : 0x402\nwq_type : 0x2\n", WQ_RCV, WQ_DUMP_QP, RQN, WQ_TEXT);
	expect("eqn : 0x7\n", WQ_CMP, WQ_DUMP_QP, SQ_CQN, WQ_TEXT);
	expect("error 8: --source MKC: memory key contexts", WQ_MKC, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("error 8: the bytes of context 0x1a are the firmware's", WQ_SND, WQ_DUMP_QP, SQN,
	       WQ_RAW);
	world_deinit(&w);
}

/* What a damaged struct says of its ring is not believed, and costs the others nothing. */
static void damage(void **state)
{
	(void)state;
	static const struct {
		const char *member;
		uint64_t value;
	} bad[] = {{"log_sz", 40},
		   {"log_stride", 2},
		   {"log_stride", 20},
		   {"frag_sz_m1", 7},
		   {"log_frag_strides", 64}};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		start();
		world_set(&w, x.channel + 96 + 64, MLX5, "mlx5_frag_buf_ctrl", bad[i].member,
			  bad[i].value);
		expect("error 7: the buffer of queue 0x1a is not in the vmcore", WQ_SND, WQ_DUMP_WQ,
		       SQN, WQ_TEXT);
		expect("[Element Index 0x7]", WQ_SND, WQ_DUMP_WQ, XDP_SQN, WQ_RAW);
		world_deinit(&w);
	}
	start();
	world_set(&w, x.channel + 96 + 64, MLX5, "mlx5_frag_buf_ctrl", "frags", 0x1234567);
	expect("[Element Index 0]\nnot in the vmcore\n[Element Index 0x1]\n", WQ_SND, WQ_DUMP_WQ,
	       SQN, WQ_TEXT);
	world_set(&w, x.channel, MLX5, "mlx5e_channel", "num_tc", 255);
	world_set(&w, x.priv + 8, MLX5, "mlx5e_channels", "num", 0xffffffff);
	expect("index 0x0000002b", WQ_RCV, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	world_deinit(&w);
}

static void other_interfaces(void **state)
{
	(void)state;
	struct wq_source s;
	start();
	uint64_t pci = net_function(&w, &n, n.root_bus, "0000:09:00.0", "igb", 0x020000);
	net_interface(&w, n.init_net, "eth1", world_addr(&w, pci, NULL, "pci_dev", "dev"), 64);
	world_open(&w, NULL);
	struct err *e = wq_vmcore_init(&s, &w.k, NULL, "eth1");
	assert_int_equal(err_code(e), ERR_UNSUPPORTED);
	err_free(e);
	e = wq_vmcore_init(&s, &w.k, NULL, "eth2");
	assert_int_equal(err_code(e), ERR_MISSING);
	err_free(e);
	world_close(&w);
	world_deinit(&w);
}

static void mlx4(void **state)
{
	(void)state;
	world_init(&w);
	net_structs(&w);
	mlx4_structs(&w);
	net_machine(&w, &n);
	mlx4_interface(&w, &n, &x4);
	interface = "eth4";
	expect("0xffffff):\ngvmi 0x0000 index 0x00000241\n", WQ_SND, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("0xffffff):\ngvmi 0x0000 index 0x00000300\n", WQ_RCV, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("0xffffff):\ngvmi 0x0000 index 0x00000081\ngvmi 0x0000 index 0x00000082\n", WQ_CMP,
	       WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	expect("0xffffff):\ngvmi 0x0000 index 0x00000004\n", WQ_EQE, WQ_DUMP_ALL_QPNS, 0, WQ_TEXT);
	/* of 8 blocks the sixth, and an event in the second page */
	expect("[Element Index 0x5]\n-------------- control ------------------\nowner : 0x0",
	       WQ_SND, WQ_DUMP_WQ, 0x241, WQ_TEXT);
	expect("[Element Index 0x80]\n-------------- EQE ------------------\n"
	       "type : 0x4 (CQ_ERROR)",
	       WQ_EQE, WQ_DUMP_WQ, 4, WQ_TEXT);
	expect("producer : 0x1\nconsumer : 0xfffffffd\noutstanding : 0x4\n", WQ_SND, WQ_DUMP_QP,
	       0x241, WQ_TEXT);
	interface = "eth0";
	world_deinit(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),	    cmocka_unit_test(elements),
		cmocka_unit_test(contexts),	    cmocka_unit_test(damage),
		cmocka_unit_test(other_interfaces), cmocka_unit_test(mlx4),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
