// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers of the kernel's RDMA netlink, put together by libmnl as drivers/infiniband/core/nldev.c
 * does it; and raw contexts of mlx5, made by hand as mlx5_ifc.h has them.
 */
#include "nic/hw_unit.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <rdma/rdma_netlink.h>
#include "nic/decode/mlx5_rsc_dump.h"
#include "nic/decode/rdma.h"

struct answer {
	char bytes[16384] __attribute__((aligned(8)));
	struct nlmsghdr *h; /* the message that is being written */
	size_t len;
};

static void start(struct answer *a)
{
	a->h = mnl_nlmsg_put_header(a->bytes + a->len);
	mnl_attr_put_u32(a->h, RDMA_NLDEV_ATTR_DEV_INDEX, 0);
	mnl_attr_put_strz(a->h, RDMA_NLDEV_ATTR_DEV_NAME, "rxe0");
}

static void end(struct answer *a)
{
	a->len += a->h->nlmsg_len;
}

static struct nla_view view(const struct answer *a)
{
	return (struct nla_view) {(const uint8_t *)a->bytes, a->len};
}

static void put_gsi(struct nlmsghdr *h)
{
	struct nlattr *entry = mnl_attr_nest_start(h, RDMA_NLDEV_ATTR_RES_QP_ENTRY);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_PORT_INDEX, 1);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_RES_LQPN, 1);
	mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_RES_KERN_NAME, "ib_core");
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_RES_SQ_PSN, 0);
	mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_RES_TYPE, 1);
	mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_RES_STATE, 3);
	mnl_attr_nest_end(h, entry);
}

static void put_rc(struct nlmsghdr *h, uint32_t number)
{
	struct nlattr *entry = mnl_attr_nest_start(h, RDMA_NLDEV_ATTR_RES_QP_ENTRY);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_PORT_INDEX, 1);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_RES_LQPN, number);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_RES_PDN, 2);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_RES_PID, 4711);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_RES_RQPN, number + 1);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_RES_RQ_PSN, 7);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_RES_SQ_PSN, 8);
	mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_RES_PATH_MIG_STATE, 0);
	mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_RES_TYPE, 2);
	mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_RES_STATE, 6);
	struct nlattr *driver = mnl_attr_nest_start(h, RDMA_NLDEV_ATTR_DRIVER);
	mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_DRIVER_STRING, "sq_depth");
	mnl_attr_put_u8(h, RDMA_NLDEV_ATTR_DRIVER_PRINT_TYPE, RDMA_NLDEV_PRINT_TYPE_HEX);
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_DRIVER_U32, 64);
	mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_DRIVER_STRING, "odd");
	mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_DRIVER_STRING, "text");
	mnl_attr_put_strz(h, RDMA_NLDEV_ATTR_DRIVER_STRING, "low");
	mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_DRIVER_S32, (uint32_t)-3);
	mnl_attr_nest_end(h, driver);
	mnl_attr_nest_end(h, entry);
}

/* A dump in two messages, with one of something else between them. */
static void put_qps(struct answer *a)
{
	start(a);
	struct nlattr *table = mnl_attr_nest_start(a->h, RDMA_NLDEV_ATTR_RES_QP);
	put_gsi(a->h);
	put_rc(a->h, 17);
	mnl_attr_nest_end(a->h, table);
	end(a);
	start(a);
	end(a);
	start(a);
	table = mnl_attr_nest_start(a->h, RDMA_NLDEV_ATTR_RES_QP);
	put_rc(a->h, 19);
	mnl_attr_nest_end(a->h, table);
	end(a);
}

/* All objects as an array; the caller frees it. */
static struct buf objects(enum rdma_kind kind, struct nla_view answer)
{
	struct buf out = BUF_INIT;
	struct rdma_walk w;
	struct nla_view object;
	struct json j;
	json_init(&j, &out, true);
	json_array(&j, NULL);
	rdma_walk_init(&w, kind, answer);
	while (rdma_next(&w, &object)) {
		json_object(&j, NULL);
		rdma_object_json(kind, object, &j);
		json_object_end(&j);
	}
	json_array_end(&j);
	assert_false(out.failed);
	if (!json_check(out.data, out.len))
		fail_msg("not JSON: %s", out.data);
	return out;
}

static void test_queue_pairs(void **state)
{
	(void)state;
	static struct answer a;
	a.len = 0;
	put_qps(&a);
	_cleanup_buf_ struct buf out = objects(RDMA_QP, view(&a));
#define RC(number, remote)                                                                         \
	"{\"port\":1,\"qpn\":" number ",\"pdn\":2,\"pid\":4711,\"remote_qpn\":" remote             \
	",\"rq_psn\":7,\"sq_psn\":8,\"path\":\"MIGRATED\",\"type\":\"RC\",\"state\":\"ERR\","      \
	"\"driver\":{\"sq_depth\":64,\"odd\":\"text\",\"low\":-3}}"
	assert_string_equal(out.data, "[{\"port\":1,\"qpn\":1,\"kernel\":\"ib_core\",\"sq_psn\":0,"
				      "\"type\":\"GSI\",\"state\":\"RTS\"}," RC("17", "18") "," RC(
					      "19", "20") "]\n");
}

/* The special queue pairs are found with their port; the others as they are. */
static void test_numbers(void **state)
{
	(void)state;
	static struct answer a;
	static const uint32_t expected[] = {0x01000001, 17, 19};
	struct rdma_walk w;
	struct nla_view object;
	uint32_t number;
	size_t count = 0;
	a.len = 0;
	put_qps(&a);
	rdma_walk_init(&w, RDMA_QP, view(&a));
	for (; rdma_next(&w, &object); count++) {
		assert_true(count < ARRAY_SIZE(expected));
		assert_true(rdma_object_number(RDMA_QP, object, &number));
		assert_int_equal(number, expected[count]);
		assert_false(rdma_object_number(RDMA_CQ, object, &number));
	}
	assert_int_equal(count, ARRAY_SIZE(expected));
}

static void test_connections(void **state)
{
	(void)state;
	static struct answer a;
	struct sockaddr_storage from = {0}, to = {0};
	struct sockaddr_in *v4 = (void *)&from;
	struct sockaddr_in6 *v6 = (void *)&to;
	v4->sin_family = AF_INET;
	v4->sin_port = htons(18634);
	inet_pton(AF_INET, "10.0.2.15", &v4->sin_addr);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(1);
	inet_pton(AF_INET6, "fe80::1", &v6->sin6_addr);
	a.len = 0;
	start(&a);
	struct nlattr *table = mnl_attr_nest_start(a.h, RDMA_NLDEV_ATTR_RES_CM_ID);
	struct nlattr *entry = mnl_attr_nest_start(a.h, RDMA_NLDEV_ATTR_RES_CM_ID_ENTRY);
	mnl_attr_put_u32(a.h, RDMA_NLDEV_ATTR_RES_PS, 0x106);
	mnl_attr_put_u8(a.h, RDMA_NLDEV_ATTR_RES_STATE, 8);
	mnl_attr_put(a.h, RDMA_NLDEV_ATTR_RES_SRC_ADDR, sizeof(from), &from);
	mnl_attr_put(a.h, RDMA_NLDEV_ATTR_RES_DST_ADDR, sizeof(to), &to);
	mnl_attr_put_u32(a.h, RDMA_NLDEV_ATTR_RES_CM_IDN, 5);
	mnl_attr_put_strz(a.h, RDMA_NLDEV_ATTR_RES_KERN_NAME, "rds_rdma");
	mnl_attr_nest_end(a.h, entry);
	entry = mnl_attr_nest_start(a.h, RDMA_NLDEV_ATTR_RES_CM_ID_ENTRY);
	mnl_attr_put_u32(a.h, RDMA_NLDEV_ATTR_RES_PS, 77);
	mnl_attr_put(a.h, RDMA_NLDEV_ATTR_RES_SRC_ADDR, 3, "\x02\x00\x12"); /* cut */
	mnl_attr_put_u8(a.h, RDMA_NLDEV_ATTR_RES_STATE, 200);
	mnl_attr_nest_end(a.h, entry);
	mnl_attr_nest_end(a.h, table);
	end(&a);
	_cleanup_buf_ struct buf out = objects(RDMA_CM_ID, view(&a));
	assert_string_equal(out.data,
			    "[{\"port_space\":\"TCP\",\"state\":\"LISTEN\",\"source\":"
			    "\"10.0.2.15:18634\",\"destination\":\"[fe80::1]:1\",\"cm_idn\":5,"
			    "\"kernel\":\"rds_rdma\"},{\"port_space\":77,\"source\":\"family 2\","
			    "\"state\":200}]\n");
}

/* A shared receive queue with its queue pairs, and the padding before numbers of 64 bits. */
static void test_others(void **state)
{
	(void)state;
	static struct answer a;
	a.len = 0;
	start(&a);
	struct nlattr *table = mnl_attr_nest_start(a.h, RDMA_NLDEV_ATTR_RES_SRQ);
	struct nlattr *entry = mnl_attr_nest_start(a.h, RDMA_NLDEV_ATTR_RES_SRQ_ENTRY);
	mnl_attr_put_u32(a.h, RDMA_NLDEV_ATTR_RES_SRQN, 3);
	mnl_attr_put_u8(a.h, RDMA_NLDEV_ATTR_RES_TYPE, 0);
	struct nlattr *qps = mnl_attr_nest_start(a.h, RDMA_NLDEV_ATTR_RES_QP);
	struct nlattr *range = mnl_attr_nest_start(a.h, RDMA_NLDEV_ATTR_RES_QP_ENTRY);
	mnl_attr_put_u32(a.h, RDMA_NLDEV_ATTR_MIN_RANGE, 20);
	mnl_attr_put_u32(a.h, RDMA_NLDEV_ATTR_MAX_RANGE, 25);
	mnl_attr_nest_end(a.h, range);
	mnl_attr_nest_end(a.h, qps);
	mnl_attr_nest_end(a.h, entry);
	mnl_attr_nest_end(a.h, table);
	table = mnl_attr_nest_start(a.h, RDMA_NLDEV_ATTR_RES_MR);
	entry = mnl_attr_nest_start(a.h, RDMA_NLDEV_ATTR_RES_MR_ENTRY);
	mnl_attr_put(a.h, RDMA_NLDEV_ATTR_PAD, 0, NULL);
	mnl_attr_put_u64(a.h, RDMA_NLDEV_ATTR_RES_MRLEN, 1ULL << 40);
	mnl_attr_put_u32(a.h, RDMA_NLDEV_ATTR_RES_MRN, 9);
	mnl_attr_nest_end(a.h, entry);
	mnl_attr_nest_end(a.h, table);
	end(&a);
	_cleanup_buf_ struct buf srqs = objects(RDMA_SRQ, view(&a));
	assert_string_equal(srqs.data, "[{\"srqn\":3,\"type\":\"BASIC\",\"qps\":[{\"first\":20,"
				       "\"last\":25}]}]\n");
	_cleanup_buf_ struct buf mrs = objects(RDMA_MR, view(&a));
	assert_string_equal(mrs.data, "[{\"bytes\":1099511627776,\"mrn\":9}]\n");
	_cleanup_buf_ struct buf none = objects(RDMA_CTX, view(&a));
	assert_string_equal(none.data, "[]\n");
}

static void test_raw(void **state)
{
	(void)state;
	static struct answer a;
	struct nla_view raw;
	a.len = 0;
	start(&a);
	end(&a);
	assert_false(rdma_raw_context(view(&a), &raw));
	start(&a);
	mnl_attr_put(a.h, RDMA_NLDEV_ATTR_RES_RAW, 5, "12345");
	end(&a);
	assert_true(rdma_raw_context(view(&a), &raw));
	assert_int_equal(raw.len, 5);
	assert_memory_equal(raw.data, "12345", 5);
}

/* Cut at every length, and with every length in it broken: always JSON, never a read outside. */
static void test_damaged(void **state)
{
	(void)state;
	static const uint16_t values[] = {0, 1, 3, 4, 5, 0x7fff, 0xffff};
	static struct answer a;
	a.len = 0;
	put_qps(&a);
	for (size_t len = 0; len <= a.len; len++) {
		uint8_t *copy = malloc(len ? len : 1);
		assert_non_null(copy);
		memcpy(copy, a.bytes, len);
		_cleanup_buf_ struct buf out = objects(RDMA_QP, (struct nla_view) {copy, len});
		free(copy);
	}
	for (size_t at = 0; at + 2 <= a.len; at += 2) {
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			uint8_t *copy = malloc(a.len);
			assert_non_null(copy);
			memcpy(copy, a.bytes, a.len);
			memcpy(copy + at, &values[i], 2);
			struct nla_view broken = {copy, a.len};
			_cleanup_buf_ struct buf qps = objects(RDMA_QP, broken);
			_cleanup_buf_ struct buf ids = objects(RDMA_CM_ID, broken);
			free(copy);
		}
	}
}

/* --- mlx5's resource dumps -------------------------------------------------------------------- */

static void qp_dump(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx5_resource_dump(MLX5_RESOURCE_QP, p, len, s);
}
static void cq_dump(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx5_resource_dump(MLX5_RESOURCE_CQ, p, len, s);
}
static void mkey_dump(const uint8_t *p, size_t len, struct hw_sink *s)
{
	mlx5_resource_dump(MLX5_RESOURCE_MKEY, p, len, s);
}

/* info, 16 bytes; command, 20; then at 0x24 the resource, its output at 0x34, its end */
#define FRAMED(length, type)                                                                       \
	"0=0004fffe 7=01 8=00000218 c=16230458 10=0005fffa 14=" type                               \
	"0003 18=0000001e 24=" length type " 2c=0000001e "

/* The context at 0x34 + 24, 232 bytes; the output has 0x80 bits and no addresses behind it. */
static const struct hw_case dumps[] = {
	{"a queue pair in RTS", qp_dump, 0x34 + 24 + 232 + 16 + 4,
	 FRAMED("0048", "4000") "4c=30001800 50=00000042 5c=00000bad 144=0001fffb",
	 "-------------- info segment ( 0) ---------------\ndump_version : 0x1\n"
	 "hw_version : 0x218\nfw_version : 0x16230458\n"
	 "-------------- command segment ( 1) ---------------\nsegment_called : 0x4000\n"
	 "vhca_id : 0x3\nindex1 : 0x1e\n"
	 "-------------- resource segment ( 2) ---------------\nindex1 : 0x1e\n"
	 "-------------- qpc ( 2) ---------------\nstate : 0x3 (RTS)\nst : 0x0 (RC)\n"
	 "pm_state : 0x3 (MIGRATED)\npd : 0x42\nuser_index : 0xbad\n"
	 "-------------- segment ( 3) ---------------\nsegment_type : 0xfffb (terminate)\n"},
	{"a completion queue", cq_dump, 0x34 + 16 + 64 + 4,
	 FRAMED("0018", "4020") "44=00000900 84=0001fffb",
	 "-------------- cqc ( 2) ---------------\n"},
	{"a memory key", mkey_dump, 0x34 + 16 + 64 + 4,
	 FRAMED("0018", "4030") "48=00001234 84=0001fffb",
	 "-------------- mkc ( 2) ---------------\nqpn : 0x12\nmkey_7_0 : 0x34\n"},
	{"firmware refuses", qp_dump, 0x24 + 48 + 4,
	 "0=0004fffe 10=0005fffa 24=000cfffc 2a=0012 54=0001fffb",
	 "-------------- error segment ( 2) ---------------\nsyndrome_id : 0x12\n"},
};

static void test_dumps(void **state)
{
	(void)state;
	hw_unit_run(dumps, ARRAY_SIZE(dumps));
	for (size_t i = 0; i < ARRAY_SIZE(dumps); i++)
		hw_unit_cut(&dumps[i]);
}

static void test_context(void **state)
{
	(void)state;
	struct mlx5_resource_context c;
	uint8_t *p = hw_unit_bytes(dumps[0].bytes, dumps[0].len);
	assert_true(mlx5_resource_context(MLX5_RESOURCE_QP, p, dumps[0].len, &c));
	assert_int_equal(c.index, 0x1e);
	assert_int_equal(c.vhca, 3);
	assert_int_equal(c.p - p, 0x4c);
	assert_int_equal(c.len, 232);
	/* cut in the middle of the context, before it, and before there is anything */
	assert_true(mlx5_resource_context(MLX5_RESOURCE_QP, p, 0x4c + 10, &c));
	assert_int_equal(c.len, 10);
	assert_false(mlx5_resource_context(MLX5_RESOURCE_QP, p, 0x4c, &c));
	assert_false(mlx5_resource_context(MLX5_RESOURCE_QP, p, 3, &c));
	free(p);
	p = hw_unit_bytes(dumps[3].bytes, dumps[3].len);
	assert_false(mlx5_resource_context(MLX5_RESOURCE_QP, p, dumps[3].len, &c));
	free(p);
	/* a segment of no length */
	p = hw_unit_bytes("0=0000fffe", 64);
	assert_false(mlx5_resource_context(MLX5_RESOURCE_QP, p, 64, &c));
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_pairs), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_connections), cmocka_unit_test(test_others),
		cmocka_unit_test(test_raw),	    cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_dumps),	    cmocka_unit_test(test_context),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
