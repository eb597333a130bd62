// SPDX-License-Identifier: GPL-2.0-or-later
/* mlx4's structures, made by hand from include/linux/mlx4/{qp,cq,device,srq}.h. */
#include "nic/hw_unit.h"

#include "nic/decode/mlx4.h"

static void eth(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx4_send_wqe(MLX4_SQ_ETH, p, len, s);
}
static void rc(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx4_send_wqe(MLX4_SQ_RC, p, len, s);
}
static void ud(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx4_send_wqe(MLX4_SQ_UD, p, len, s);
}
static void mlx(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx4_send_wqe(MLX4_SQ_MLX, p, len, s);
}
static void srq(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx4_recv_wqe(true, p, len, s);
}
static void qpc(const uint8_t *p, size_t len, struct hw_sink *s)
{
	hw_section("qpc", -1, mlx4_qpc, p, len, s);
}

static const struct hw_case sends[] = {
	{"Ethernet with checksums", eth, 32,
	 "0=a000000a 4=200a40c2 8=0000003c c=00000000 10=000005ea 14=00001f00 18=0000000180000000",
	 "-------------- control ------------------\nowner : 0x1\nnec : 0x1\niip : 0x0\n"
	 "opcode : 0xa (SEND)\nvlan_tag : 0x200a\nins_vlan : 0x40\nfence : 0x1\nds : 0x2\n"
	 "srcrb : 0x0\ntcp_udp_csum : 0x1\nip_csum : 0x1\ncq_update : 0x3\n"
	 "-------------- gather entry ( 0) ---------------\nwqe_inline : 0x0\nbyte_count : 0x5ea\n"
	 "local_key : 0x1f00\nlocal_address : 0x180000000"},
	{"LSO", eth, 96, "0=0000000e 7=06 10=05b40036 14=ffffffffffff 50=00000100",
	 "opcode : 0xe (LSO)\n-------------- LSO ------------------\nmss : 0x5b4\n"
	 "hdr_size : 0x36\n-------------- gather entry ( 0) ---------------\nbyte_count : 0x100"},
	{"inline", eth, 32, "0=0000000a 7=02 10=80000005 14=0102030405",
	 "-------------- inline data ( 0) ---------------\nwqe_inline : 0x1\nbyte_count : 0x5\n"
	 "data : 01020304 05"},
	{"atomic", rc, 48, "0=00000011 7=03 10=01 18=00000007 20=02 28=03",
	 "opcode : 0x11 (ATOMIC_CS)\nraddr : 0x100000000000000\nrkey : 0x7\n"
	 "swap_add : 0x200000000000000\ncompare : 0x300000000000000"},
	{"datagram", ud, 80,
	 "0=0000000a 7=05 10=01000007 16=1234 30=00000123 34=80010000 38=0064 3a=aabbccddeeff "
	 "40=00000010",
	 "port_pd : 0x1000007\ndlid : 0x1234\ndqpn : 0x123\nqkey : 0x80010000\nvlan : 0x64\n"
	 "mac : 0xaabbccddeeff\nbyte_count : 0x10"},
	{"management", mlx, 16, "0=8000000a 7=01 8=0002250c c=1234",
	 "owner : 0x1\nopcode : 0xa (SEND)\nds : 0x1\nvl15 : 0x1\nslr : 0x0\nstatic_rate : 0x2\n"
	 "sl : 0x5\nicrc : 0x0\ncq_update : 0x3\nrlid : 0x1234"},
	{"fast register", rc, 64,
	 "0=00000019 7=04 10=f8 14=00001234 28=0000000000010000 34=0000000c",
	 "-------------- fast register ------------------\nflags : 0xf8000000\nmem_key : 0x1234\n"
	 "reg_len : 0x10000\npage_size : 0xc"},
	{"invalidate", rc, 48, "0=0000001b 7=03 18=00001234",
	 "opcode : 0x1b (LOCAL_INVAL)\nmem_key : 0x1234"},
};

static const struct hw_case others[] = {
	{"shared receive", srq, 48, "2=0007 10=00000800 14=00001234 24=00000100",
	 "next_wqe_index : 0x7\n-------------- scatter entry ( 0) ---------------\n"
	 "byte_count : 0x800\nlocal_key : 0x1234\nlocal_key : 0x100"},
	{"receive completion", mlx4_cqe, 32,
	 "0=20000042 4=12345678 8=81000123 c=600a 10=1440 14=000005ea 18=0007 1a=beef 1f=81",
	 "svlan_present : 0x0\ncvlan_present : 0x1\nmy_qpn : 0x42\nimmed_rss_invalid : 0x12345678\n"
	 "g : 0x1\nmlpath : 0x1\nrqpn : 0x123\nsl_vid : 0x600a\nstatus : 0x1440\nbyte_cnt : 0x5ea\n"
	 "wqe_index : 0x7\nchecksum : 0xbeef\nowner : 0x1\nis_send : 0x0\nopcode : 0x1 (SEND)"},
	{"send completion in 64 bytes", mlx4_cqe, 64, "0=ff 20=00000042 3f=4a",
	 "cvlan_present : 0x0\nmy_qpn : 0x42\nis_send : 0x1\nopcode : 0xa (SEND)"},
	{"error completion", mlx4_cqe, 32, "0=00000042 18=0007 1a=87 1b=15 1f=de",
	 "-------------- error CQE ------------------\nmy_qpn : 0x42\nwqe_index : 0x7\n"
	 "vendor_err_syndrome : 0x87\nsyndrome : 0x15 (TRANSPORT_RETRY_EXC_ERR)\nowner : 0x1\n"
	 "is_send : 0x1\nopcode : 0x1e (ERROR)"},
	{"completion event", mlx4_eqe, 32, "4=00000456 1c=03 1f=80",
	 "type : 0x0 (COMP)\ncqn : 0x456\nslave_id : 0x3\nowner : 0x1"},
	{"command event in 64 bytes", mlx4_eqe, 64, "21=0a 26=0077 2f=05 30=1122334455667788",
	 "type : 0xa (CMD)\ntoken : 0x77\nstatus : 0x5\nout_param : 0x1122334455667788"},
	{"CQ error", mlx4_eqe, 32, "1=04 4=00000456 f=01",
	 "cqn : 0x456\nsyndrome : 0x1 (CQ overrun)"},
	{"port", mlx4_eqe, 32, "1=09 3=04 c=20",
	 "type : 0x9 (PORT_CHANGE)\nsubtype : 0x4 (active)\nport : 0x2"},
	{"a wide slot begins with the entry", mlx4_eqe, 128, "1=1c 4=00000005 21=0a",
	 "type : 0x1c (FLR_EVENT)\nflr_slave_id : 0x5"},
	{"unknown event", mlx4_eqe, 32, "1=7e 4=01020304",
	 "type : 0x7e\ndata : 01020304 00000000 00000000 00000000 00000000 00000000"},
	{"context", qpc, 0xf8,
	 "0=30073800 4=00000007 8=ff595e10 c=00000012 10=00000140 14=00000099 18=84 1b=01 3c=83 "
	 "40=80010000 44=80 70=00123456 74=00000000 78=00000099 7c=00000044 a8=1122334455667788 "
	 "ac=01",
	 "state : 0x3 (RTS)\nst : 0x7 (MLX)\nrss : 0x1\npm_state : 0x3 (MIGRATED)\npd : 0x7\n"
	 "mtu : 0x7\nmsgmax : 0x1f\nlog_rq_size : 0xb\nlog_rq_stride : 0x1\nsq_no_prefetch : 0x0\n"
	 "log_sq_size : 0xb\nlog_sq_stride : 0x6\nrlkey_roce_mode : 0x10\nusr_page : 0x12\n"
	 "local_qpn : 0x140\nremote_qpn : 0x99\npri_path.fl : 0x84\npri_path.pkey_index : 0x1"},
};

/* struct mlx4_qp_context is 0xf8 bytes. The places of its members behind the paths. */
static void context_places(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		unsigned at;
	} members[] = {
		{"params1", 0x70},	  {"next_send_psn", 0x78}, {"cqn_send", 0x7c},
		{"last_acked_psn", 0x88}, {"params2", 0x90},	   {"cqn_recv", 0x9c},
		{"db_rec_addr", 0xa0},	  {"qkey", 0xa8},	   {"rq_wqe_counter", 0xb4},
		{"sq_wqe_counter", 0xb6}, {"param3", 0xc0},	   {"mtt_base_addr_l", 0xcc},
	};
	assert_int_equal(hw_table_bits(mlx4_qpc), 0xf8 * 8);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		size_t bit = 0;
		const struct hw_field *f = mlx4_qpc;
		while (f->bits && !(f->name && strcmp(f->name, members[i].name) == 0))
			bit += f++->bits;
		if (bit != members[i].at * 8)
			fail_msg("%s is at 0x%zx", members[i].name, bit / 8);
	}
}

static void test_sends(void **state)
{
	(void)state;
	hw_unit_run(sends, ARRAY_SIZE(sends));
	for (size_t i = 0; i < ARRAY_SIZE(sends); i++)
		hw_unit_cut(&sends[i]);
}

static void test_others(void **state)
{
	(void)state;
	hw_unit_run(others, ARRAY_SIZE(others));
	hw_unit_cut(&others[1]);
	hw_unit_cut(&others[4]);
	hw_unit_cut(&others[6]);
}

static void ownership(void **state)
{
	(void)state;
	uint8_t e[64] = {0};
	assert_true(mlx4_eqe_is_pending(e, 32, 3, 16));
	assert_false(mlx4_eqe_is_pending(e, 32, 19, 16));
	e[63] = 0x80;
	assert_true(mlx4_eqe_is_pending(e, 64, 19, 16));
	assert_false(mlx4_eqe_is_pending(e, 31, 3, 16));
	assert_true(mlx4_cqe_is_new(e, 32, 3, 16));
	assert_true(mlx4_cqe_is_new(e, 64, 19, 16));
	assert_false(mlx4_cqe_is_new(e, 64, 3, 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sends),
		cmocka_unit_test(test_others),
		cmocka_unit_test(context_places),
		cmocka_unit_test(ownership),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
