// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mlx5's structures, made by hand from the places and names in include/linux/mlx5/{qp,device,cq,
 * mlx5_ifc}.h.
 */
#include "nic/hw_unit.h"

#include "nic/decode/mlx5.h"

static void eth(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx5_send_wqe(MLX5_SQ_ETH, p, len, s);
}
static void rc(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx5_send_wqe(MLX5_SQ_RC, p, len, s);
}
static void ud(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx5_send_wqe(MLX5_SQ_UD, p, len, s);
}
static void srq(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx5_recv_wqe((struct mlx5_rq_form) {.linked = true}, p, len, s);
}
static void rq(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx5_recv_wqe((struct mlx5_rq_form) {0}, p, len, s);
}
static void signed_rq(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx5_recv_wqe((struct mlx5_rq_form) {.linked = true, .signature = true}, p, len, s);
}
static void cqe(const uint8_t *p, size_t len, struct hw_sink *s)
{
	struct mlx5_cq_walk w = {0};
	mlx5_cqe(&w, p, len, s);
}
static void enhanced(const uint8_t *p, size_t len, struct hw_sink *s)
{
	struct mlx5_cq_walk w = {.enhanced = true, .by_checksum = true};
	mlx5_cqe(&w, p, len, s);
}
#define CONTEXT(name)                                                                              \
	static void name(const uint8_t *p, size_t len, struct hw_sink *s)                          \
	{                                                                                          \
		hw_section(#name, -1, mlx5_##name, p, len, s);                                     \
	}
CONTEXT(qpc)
CONTEXT(sqc)
CONTEXT(rqc)
CONTEXT(srqc)
CONTEXT(cqc)
CONTEXT(eqc)
CONTEXT(mkc)

static const struct hw_case sends[] = {
	{"Ethernet, 18 bytes of headers inline, one pointer", eth, 64,
	 "0=0012340a 4=0000ab04 8=5a 0b=08 14=c0 16=05b4 18=00000007 1c=0012 "
	 "1e=ffffffffffff0011223344550800452b 30=80000003 34=616263",
	 "-------------- control ------------------\nopmod : 0x0\nwqe_index : 0x1234\n"
	 "opcode : 0xa (SEND)\nqpn : 0xab\nds : 0x4\nsignature : 0x5a\nce : 0x2 (always)\n"
	 "-------------- ethernet ------------------\ncs_l4 : 0x1\ncs_l3 : 0x1\ncs_l4_inner : 0x0\n"
	 "mss : 0x5b4\nflow_table_metadata : 0x7\ninline_hdr_sz : 0x12\n"
	 "inline_hdr : ffffffff ffff0011 22334455 0800452b 0000\n"
	 "-------------- inline data ( 0) ---------------\nbyte_count : 0x3\ndata : 616263"},
	{"Ethernet, VLAN inserted", eth, 48,
	 "0=0000010a 4=0000ab03 1c=8000200a 20=000005ea 24=00001f00 28=12345678 2c=9abcdef0",
	 "mss : 0x0\ninsert_type : 0x8000\ninsert_vlan_tci : 0x200a\n"
	 "-------------- gather entry ( 0) ---------------\nbyte_count : 0x5ea\nwqe_inline : 0x0\n"
	 "local_key : 0x1f00\nlocal_address_63_32 : 0x12345678\nlocal_address_31_0 : 0x9abcdef0"},
	{"RDMA write with immediate", rc, 48,
	 "0=00000209 4=00012343 b=22 c=cafe0001 10=1122334455667788 18=deadbeef 20=00001000 "
	 "24=00000042 28=0000000180000000",
	 "opcode : 0x9 (RDMA_WRITE_IMM)\nqpn : 0x123\nds : 0x3\nfm : 0x1 (initiator small)\n"
	 "se : 0x1\nimm : 0xcafe0001\n-------------- remote address ------------------\n"
	 "raddr : 0x1122334455667788\nrkey : 0xdeadbeef\n"
	 "-------------- gather entry ( 0) ---------------\nbyte_count : 0x1000\n"
	 "local_key : 0x42\nlocal_address_63_32 : 0x1\nlocal_address_31_0 : 0x80000000"},
	{"masked atomic", rc, 64, "0=00000014 7=04 10=01 18=02 20=0000000000000003 38=ff",
	 "opcode : 0x14 (ATOMIC_MASKED_CS)\nraddr : 0x100000000000000\n"
	 "-------------- atomic ------------------\nswap_add : 0x3\ncompare : 0x0\n"
	 "swap_add_mask : 0x0\ncompare_mask : 0xff00000000000000"},
	{"datagram", ud, 80,
	 "0=0000000a 7=05 10=11111111 18=8000abcd 1c=25 1d=81 1e=0042 24=aabbccddeeff 2a=07 2b=40 "
	 "2c=40000000 30=fe80 40=00000010 44=00000009",
	 "-------------- datagram ------------------\nqkey : 0x11111111\ndqp_dct : 0x8000abcd\n"
	 "stat_rate : 0x2\nsl : 0x5\nfl : 0x1\nmlid : 0x1\nrlid : 0x42\nrmac : 0xaabbccddeeff\n"
	 "tclass : 0x7\nhop_limit : 0x40\ngrh_gid_fl : 0x40000000\n"
	 "rgid : fe800000 00000000 00000000 00000000\nbyte_count : 0x10\nlocal_key : 0x9"},
	{"UMR", rc, 192,
	 "0=00000025 7=0c c=00001234 10=b0 14=0008 16=0001 18=0000000000000400 40=40 42=1d "
	 "44=ffffff12 4c=20000007 50=0000000012345000 7b=0c 80=112233",
	 "imm : 0x1234\n-------------- UMR control ------------------\ninline : 0x1\n"
	 "check_free : 0x1\ntranslation_offset_en : 0x1\nxlt_octowords : 0x8\nxlt_offset : 0x1\n"
	 "mkey_mask : 0x400\n-------------- mkey context ------------------\nfree : 0x1\n"
	 "a : 0x0\nrw : 0x0\nrr : 0x1\nlw : 0x1\nlr : 0x1\naccess_mode_1_0 : 0x1\nqpn : 0xffffff\n"
	 "mkey_7_0 : 0x12\nsync_umr : 0x1\npd : 0x7\nstart_addr : 0x12345000\n"
	 "log_page_size : 0xc\n-------------- segment ( 0) ---------------\n"
	 "data : 11223300 00000000 00000000 00000000"},
	{"signature handover", rc, 32, "0=00000020 7=02 10=00000007 14=0001 16=0002 18=aa 1c=bb",
	 "opcode : 0x20 (SET_PSV)\npsv_num : 0x7\nsyndrome : 0x1\nstatus : 0x2\n"
	 "transient_sig : 0xaa000000\nref_tag : 0xbb000000"},
	{"ASO", eth, 64, "0=0000002d 7=04 10=00000001 14=00001001 18=00000042 1c=40 28=ff 38=0f",
	 "opcode : 0x2d (ACCESS_ASO)\nva_h : 0x1\nva_l : 0x800\nread_enable : 0x1\nl_key : 0x42\n"
	 "data_mask_mode : 0x40\ncondition_1_data : 0xff000000\ndata_mask : 0xf00000000000000"},
	{"an opcode without public segments", eth, 32, "0=0000002f 7=02 10=01020304",
	 "opcode : 0x2f (MMO)\n-------------- segment ( 0) ---------------\n"
	 "data : 01020304 00000000 00000000 00000000"},
};

static const struct hw_case receives[] = {
	{"shared", srq, 48, "2=1234 4=5a 10=00000800 14=00001234 18=0000000180000040 24=00000100",
	 "-------------- SRQ Next ------------------\nnext_wqe_index : 0x1234\nsignature : 0x5a\n"
	 "-------------- scatter entry ( 0) ---------------\nbyte_count : 0x800\nwqe_inline : 0x0\n"
	 "local_key : 0x1234\nlocal_address_63_32 : 0x1\nlocal_address_31_0 : 0x80000040\n"
	 "-------------- scatter entry ( 1) ---------------\nlocal_key : 0x100 (end of list)"},
	{"cyclic", rq, 16, "0=80000800", "byte_count : 0x800\nwqe_inline : 0x1\nlocal_key : 0x0"},
	{"with signature", signed_rq, 48, "2=0001 14=77 20=00000010",
	 "next_wqe_index : 0x1\n-------------- signature ------------------\nsignature : 0x77\n"
	 "-------------- scatter entry ( 0) ---------------\nbyte_count : 0x10"},
};

static const struct hw_case completions[] = {
	{"receive", cqe, 64,
	 "0=19 2=0102 c=12345678 10=84 14=beef 18=80000042 1d=49 1e=600a 20=02000033 24=11111111 "
	 "2c=000005ea 30=0000000212345678 38=0a000123 3c=0fff 3e=5a 3f=21",
	 "-------------- CQE ------------------\ntls_offload : 0x3\ntunneled : 0x1\nwqe_id : "
	 "0x102\n"
	 "rss_hash_result : 0x12345678\nrss_hash_type : 0x84\ncheck_sum : 0xbeef\nflags : 0x80\n"
	 "rqpn : 0x42\nl4_hdr_type : 0x4 (TCP ACK with data)\nl3_hdr_type : 0x2 (IPv4)\n"
	 "vlan_present : 0x1\nvlan_info : 0x600a\nlro_num_seg : 0x2\nsrqn : 0x33\n"
	 "imm_inval_pkey : 0x11111111\nbyte_cnt : 0x5ea\ntimestamp : 0x212345678\n"
	 "send_wqe_opcode : 0xa\nqpn : 0x123\nwqe_counter : 0xfff\nsignature : 0x5a\n"
	 "opcode : 0x2 (RESP_SEND)\nformat : 0x0 (no inline data)\nse : 0x0\nowner : 0x1"},
	{"error", cqe, 64, "20=00000033 36=68 37=05 38=0a000123 3c=0007 3f=d1",
	 "-------------- error CQE ------------------\nsrqn : 0x33\nvendor_err_synd : 0x68\n"
	 "syndrome : 0x5 (WR_FLUSH_ERR)\nsend_wqe_opcode : 0xa\nqpn : 0x123\nwqe_counter : 0x7\n"
	 "opcode : 0xd (REQ_ERR)\nowner : 0x1"},
	{"signature error", cqe, 64,
	 "10=00000001 14=00000002 20=1000 24=00001234 28=0a 38=000042 3f=c0",
	 "expected_trans_sig : 0x1\nactual_trans_sig : 0x2\nsyndrome : 0x1000\nmkey : 0x1234\n"
	 "err_offset : 0xa00000000000000\nqpn : 0x4200\nopcode : 0xc (SIG_ERR)"},
	{"the second half of 128", cqe, 128, "0=ff 7c=0042 7f=10",
	 "-------------- CQE ------------------\ntls_offload : 0x0\nwqe_counter : 0x42\n"
	 "opcode : 0x1 (RESP_WR_IMM)"},
	{"enhanced compression", enhanced, 64, "0=1234 2=0005 4=00000040 8=4321 3f=1c",
	 "-------------- mini CQE ( 0) ---------------\nchecksum : 0x1234\nstridx : 0x5\n"
	 "byte_cnt : 0x40\n-------------- mini CQE ( 1) ---------------\nchecksum : 0x4321"},
};

/* 10 completions: title, an array of 8, six slots that hold nothing, an array of 2, one nothing. */
static void compressed(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct mlx5_cq_walk w = {0};
	struct hw_sink sink;
	hw_text_init(&sink, &out);
	for (int slot = 0; slot < 11; slot++) {
		const char *spec = slot == 0   ? "2c=0000000a 3f=2c"
				   : slot == 1 ? "0=11111111 38=88888888 3c=00000008"
				   : slot == 8 ? "0=99999999 8=aaaaaaaa 10=ffffffff"
					       : "2c=00000001 3f=20";
		uint8_t *p = hw_unit_bytes(spec, 64);
		out.len = 0;
		mlx5_cqe(&w, p, 64, &sink);
		free(p);
		if (slot == 0)
			hw_unit_has("title", buf_str(&out), "format : 0x3 (compressed)");
		else if (slot == 1)
			hw_unit_has("first array", buf_str(&out),
				    "rx_hash_result : 0x11111111\n"
				    "-------------- mini CQE ( 7) ---------------\n"
				    "rx_hash_result : 0x88888888\nbyte_cnt : 0x8");
		else if (slot == 8)
			hw_unit_has("second array", buf_str(&out),
				    "rx_hash_result : 0x99999999\nrx_hash_result : 0xaaaaaaaa");
		else if (slot == 10)
			hw_unit_has("after it", buf_str(&out), "opcode : 0x2 (RESP_SEND)");
		else
			assert_non_null(strstr(buf_str(&out), "not written"));
		assert_null(strstr(buf_str(&out), "ffffffff"));
	}
}

static const struct hw_case events[] = {
	{"completion", mlx5_eqe, 64, "38=00000456 3e=77 3f=01",
	 "type : 0x0 (COMP)\nsub_type : 0x0\ncqn : 0x456\nsignature : 0x77\nowner : 0x1"},
	{"a queue's error", mlx5_eqe, 64, "1=05 34=02 38=00000123",
	 "type : 0x5 (WQ_CATAS_ERROR)\nqueue_type : 0x2 (SQ)\nqp_srq_n : 0x123"},
	{"CQ error", mlx5_eqe, 64, "1=04 20=00000456 2b=01",
	 "type : 0x4 (CQ_ERROR)\ncqn : 0x456\nsyndrome : 0x1 (CQ overrun)"},
	{"commands", mlx5_eqe, 64, "1=0a 20=00000005", "type : 0xa (CMD)\nvector : 0x5"},
	{"pages", mlx5_eqe, 64, "1=0b 20=8000 22=0003 24=fffffff0",
	 "ec_function : 0x8000\nfunc_id : 0x3\nnum_pages : 0xfffffff0"},
	{"port", mlx5_eqe, 64, "1=09 3=01 28=10",
	 "type : 0x9 (PORT_CHANGE)\nsub_type : 0x1 (down)\nport : 0x1"},
	{"module", mlx5_eqe, 64, "1=16 21=01 23=03 26=04",
	 "module : 0x1\nmodule_status : 0x3\nerror_type : 0x4"},
	{"page fault of a work queue", mlx5_eqe, 64,
	 "1=0c 20=00000010 26=0007 2a=1000 2c=00000009 38=00000123",
	 "sub_type : 0x0 (WQE)\nbytes_committed : 0x10\nwqe_index : 0x7\npacket_length : 0x1000\n"
	 "token : 0x9\npftype_wq : 0x123"},
	{"page fault of RDMA", mlx5_eqe, 64,
	 "1=0c 3=01 24=00001234 2a=1000 30=1122334455667788 38=01000009",
	 "r_key : 0x1234\npacket_length : 0x1000\nrdma_va : 0x1122334455667788\n"
	 "pftype_token : 0x1000009"},
	{"reset for a firmware update", mlx5_eqe, 64, "1=22 3=08 23=02",
	 "sub_type : 0x8 (PCI sync for firmware update)\nsync_rst_state : 0x2"},
	{"unknown", mlx5_eqe, 64, "1=7e 20=01020304",
	 "type : 0x7e\ndata : 01020304 00000000 00000000 00000000 00000000 00000000 00000000"},
};

/* struct mlx5_cmd_layout */
static const struct hw_case commands[] = {
	{"failed", mlx5_cmd, 64,
	 "0=07 4=00000010 10=0500 12=0001 16=0002 18=00000042 20=05 24=00aabbcc 38=00000010 "
	 "3c=77 3d=88 3f=0c",
	 "type : 0x7 (PCI_CMD_XPORT)\ninlen : 0x10\nopcode : 0x500 (CREATE_QP)\nuid : 0x1\n"
	 "op_mod : 0x2\nin_2 : 0x42\nstatus : 0x5 (BAD_RES_ERR)\nsyndrome : 0xaabbcc\n"
	 "outlen : 0x10\ntoken : 0x77\nsig : 0x88\ndelivery_status : 0x6 (FW_ERR)\n"
	 "owner : 0x0 (software)"},
	{"stuck", mlx5_cmd, 64, "0=07 10=0102 3f=01",
	 "opcode : 0x102 (INIT_HCA)\nowner : 0x1 (hardware)"},
};

/* Bit positions of mlx5_ifc.h, in hex as its reserved members spell them: qpc.pd is at 0x28. */
static const struct hw_case contexts[] = {
	{"QP", qpc, 0xe8,
	 "0=31020c00 5=000007 8=4b 9=5b c=05000012 14=0c000099 1a=0001 24=abcdef01 28=fe80 "
	 "78=00123456 7c=00000044 88=00000021 8c=00000022 94=0c000023 98=00000024 9c=00000045 "
	 "a0=1122334455667780 a8=11111111 ac=01000033 b0=00000025 b4=00010002 b8=00000003 "
	 "bc=00000004 c8=99",
	 "state : 0x3 (RTS)\nlag_tx_port_affinity : 0x1\nst : 0x2 (UD)\n"
	 "pm_state : 0x1 (REARM)\npd : 0x7\nmtu : 0x2\nlog_msg_max : 0xb\nlog_rq_size : 0xb\n"
	 "log_rq_stride : 0x3\ncounter_set_id : 0x5\nuar_page : 0x12\nlog_page_size : 0xc\n"
	 "remote_qpn : 0x99\nprimary_address_path.pkey_index : 0x1\n"
	 "primary_address_path.flow_label : 0xdef01\n"
	 "primary_address_path.rgid_rip : fe800000 00000000 00000000 00000000\n"
	 "next_send_psn : 0x123456\ncqn_snd : 0x44\n"
	 "last_acked_psn : 0x21\nssn : 0x22\nmin_rnr_nak : 0xc\nnext_rcv_psn : 0x23\n"
	 "xrcd : 0x24\ncqn_rcv : 0x45\ndbr_addr : 0x1122334455667780\nq_key : 0x11111111\n"
	 "rq_type : 0x1 (SRQ)\nsrqn_rmpn_xrqn : 0x33\nrmsn : 0x25\nhw_sq_wqebb_counter : 0x1\n"
	 "sw_sq_wqebb_counter : 0x2\nhw_rq_counter : 0x3\nsw_rq_counter : 0x4\n"
	 "dc_access_key : 0x9900000000000000"},
	{"SQ", sqc, 0xf0,
	 "1=10 8=00000044 2d=000005 30=10 38=00000007 3c=00000012 40=00000000deadbec0 "
	 "48=00000005 4c=00000006 51=06060a",
	 "state : 0x1 (RDY)\ncqn : 0x44\ntis_num_0 : 0x5\nwq.wq_type : 0x1 (CYCLIC)\nwq.pd : 0x7\n"
	 "wq.uar_page : 0x12\nwq.dbr_addr : 0xdeadbec0\nwq.hw_counter : 0x5\n"
	 "wq.sw_counter : 0x6\nwq.log_wq_stride : 0x6\nwq.log_wq_pg_sz : 0x6\nwq.log_wq_sz : 0xa"},
	{"RQ", rqc, 0xf0, "1=30 8=00000044 30=20 48=00000005",
	 "state : 0x3 (ERR)\ncqn : 0x44\n"
	 "wq.wq_type : 0x2 (LINKED_LIST_STRIDING_RQ)\nwq.hw_counter : 0x5"},
	{"SRQ", srqc, 0x40, "0=08 4=03000001 8=00000044 18=00000007 1c=00100020",
	 "log_srq_size : 0x8\nlog_rq_stride : 0x3\nxrcd : 0x1\ncqn : 0x44\npd : 0x7\nlwm : 0x10\n"
	 "wqe_cnt : 0x20"},
	{"CQ", cqc, 0x40,
	 "0=90 1=20 2=49 c=0a000012 14=00000003 20=00000077 28=00000101 2c=00000202 38=01",
	 "status : 0x9 (overflow)\ncqe_sz : 0x1 (128)\ncqe_comp_en : 0x1\nst : 0x9 (armed)\n"
	 "log_cq_size : 0xa\nuar_page : 0x12\nc_eqn_or_apu_element : 0x3\n"
	 "last_notified_index : 0x77\nconsumer_counter : 0x101\nproducer_counter : 0x202\n"
	 "dbr_addr : 0x100000000000000"},
	{"EQ", eqc, 0x40, "0=a0 2=09 c=0c000012 14=00000021 28=00000101 2c=00000202",
	 "status : 0xa (write failure)\nst : 0x9 (armed)\nlog_eq_size : 0xc\nintr : 0x21\n"
	 "consumer_counter : 0x101\nproducer_counter : 0x202"},
	{"memory key", mkc, 0x40, "0=40 4=ffffff12 d=000007 20=00000010",
	 "free : 0x1\nqpn : 0xffffff\nmkey_7_0 : 0x12\npd : 0x7\nbsf_octword_size : 0x10"},
};

/* Lengths that mlx5_ifc.h's structures have (MLX5_ST_SZ_BYTES). */
static void sizes(void **state)
{
	(void)state;
	assert_int_equal(hw_table_bits(mlx5_qpc), 0x740);
	assert_int_equal(hw_table_bits(mlx5_sqc), 0x180 + 0x600);
	assert_int_equal(hw_table_bits(mlx5_rqc), 0x180 + 0x600);
	assert_int_equal(hw_table_bits(mlx5_srqc), 0x200);
	assert_int_equal(hw_table_bits(mlx5_cqc), 0x200);
	assert_int_equal(hw_table_bits(mlx5_eqc), 0x200);
	assert_int_equal(hw_table_bits(mlx5_mkc), 0x200);
	assert_int_equal(hw_table_bits(mlx5_health_buffer), 0x200);
}

static const struct hw_case health[] = {
	{"a sick device", mlx5_init_segment, 0x1014,
	 "0=00210010 4=00050bb8 10=00000001 14=2345a0a6 1fc=80800000 200=00000001 214=00000006 "
	 "220=00abcdef 22c=12345678 230=10210bb8 234=00000216 238=8a 23c=03 23d=10 23e=1234 "
	 "1000=0000000100000002 1010=10000042",
	 "fw_rev_minor : 0x21\nfw_rev_major : 0x10\ncmd_interface_rev : 0x5\n"
	 "fw_rev_subminor : 0xbb8\ncmdq_phy_addr_63_32 : 0x1\ncmdq_phy_addr_31_12 : 0x2345a\n"
	 "log_cmdq_size : 0xa\nlog_cmdq_stride : 0x6\ninitializing : 0x1\nembedded_cpu : 0x1\n"
	 "-------------- health buffer ------------------\nassert_var_0 : 0x1\n"
	 "assert_var_5 : 0x6\nassert_exit_ptr : 0xabcdef\ntime : 0x12345678\n"
	 "fw_ver : 0x10210bb8\nhw_id : 0x216\nrfr : 0x1\nvalid : 0x1\nseverity : 0x2 (CRITICAL)\n"
	 "irisc_index : 0x3\nsynd : 0x10 (HIGH_TEMP_ERR)\next_synd : 0x1234\n"
	 "internal_timer : 0x100000002\nhealth_syndrome : 0x10\nhealth_counter : 0x42"},
};

#define RUN(table)                                                                                 \
	static void test_##table(void **state)                                                     \
	{                                                                                          \
		(void)state;                                                                       \
		hw_unit_run(table, ARRAY_SIZE(table));                                             \
	}
RUN(sends)
RUN(receives)
RUN(completions)
RUN(events)
RUN(commands)
RUN(contexts)
RUN(health)

/* Not: receive queues, whose end is where the bytes end. */
static void cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sends); i++)
		hw_unit_cut(&sends[i]);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		hw_unit_cut(&events[i]);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		hw_unit_cut(&commands[i]);
	for (size_t i = 0; i < ARRAY_SIZE(contexts); i++)
		hw_unit_cut(&contexts[i]);
	hw_unit_cut(&completions[0]);
}

static void send_lengths(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct hw_sink sink;
	hw_text_init(&sink, &out);
	uint8_t *p = hw_unit_bytes("0=0012340a 7=3f", 1024);
	assert_int_equal(mlx5_send_wqe(MLX5_SQ_ETH, p, 1024, &sink), 63 * 16);
	assert_int_equal(mlx5_send_wqe(MLX5_SQ_ETH, p, 8, &sink), 0);
	assert_int_equal(mlx5_send_wqe_index(p, 1024), 0x1234);
	p[7] = 0xc0; /* no segments: the upper bits are not part of it */
	assert_int_equal(mlx5_send_wqe(MLX5_SQ_ETH, p, 1024, &sink), 0);
	free(p);
}

static void ownership(void **state)
{
	(void)state;
	uint8_t e[64] = {0}, c[128] = {0};
	/* EQ of 16: the first lap is 0, the second 1 */
	assert_true(mlx5_eqe_is_pending(e, 64, 3, 4));
	assert_false(mlx5_eqe_is_pending(e, 64, 19, 4));
	e[63] = 1;
	assert_true(mlx5_eqe_is_pending(e, 64, 19, 4));
	assert_false(mlx5_eqe_is_pending(e, 63, 19, 4));
	c[63] = 0x20;
	assert_true(mlx5_cqe_is_new(c, 64, 3, 4));
	assert_false(mlx5_cqe_is_new(c, 64, 19, 4));
	c[63] = 0xf0; /* MLX5_CQE_INVALID */
	assert_false(mlx5_cqe_is_new(c, 64, 3, 4));
	c[127] = 0x21;
	assert_true(mlx5_cqe_is_new(c, 128, 19, 4));
}

static void command_read(void **state)
{
	(void)state;
	struct mlx5_command c;
	uint8_t *p = hw_unit_bytes("0=07 10=0500 16=0002 20=05 24=00aabbcc 3f=0d", 64);
	assert_true(mlx5_cmd_read(p, 64, &c));
	assert_string_equal(c.name, "CREATE_QP");
	assert_string_equal(c.status_name, "BAD_RES_ERR");
	assert_string_equal(c.delivery_name, "FW_ERR");
	assert_int_equal(c.syndrome, 0xaabbcc);
	assert_int_equal(c.op_mod, 2);
	assert_true(c.stuck);
	assert_false(mlx5_cmd_read(p, 63, &c));
	memset(p, 0, 64);
	assert_false(mlx5_cmd_read(p, 64, &c));
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sends),	    cmocka_unit_test(test_receives),
		cmocka_unit_test(test_completions), cmocka_unit_test(compressed),
		cmocka_unit_test(test_events),	    cmocka_unit_test(test_commands),
		cmocka_unit_test(test_contexts),    cmocka_unit_test(sizes),
		cmocka_unit_test(test_health),	    cmocka_unit_test(cut),
		cmocka_unit_test(send_lengths),	    cmocka_unit_test(ownership),
		cmocka_unit_test(command_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
