// SPDX-License-Identifier: GPL-2.0-or-later
/* Decoding of rtnetlink, ethtool and devlink answers; the messages are put together by libmnl. */
#include "unit.h"

#include <libmnl/libmnl.h>
#include <linux/devlink.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include "base/cleanup.h"
#include "nic/decode/devlink.h"
#include "nic/decode/ethtool.h"
#include "nic/decode/json_check.h"

#define assert_contains(text, part)                                                                \
	do {                                                                                       \
		if (!strstr(text, part))                                                           \
			fail_msg("\"%s\" is not in: %s", part, text);                              \
	} while (0)

struct message {
	char bytes[8192] __attribute__((aligned(8)));
	struct nlmsghdr *h;
};

static void start(struct message *m, uint16_t type, size_t extra)
{
	memset(m, 0, sizeof(*m));
	m->h = mnl_nlmsg_put_header(m->bytes);
	m->h->nlmsg_type = type;
	mnl_nlmsg_put_extra_header(m->h, extra);
}

static struct nla_view view(const struct message *m)
{
	return (struct nla_view) {(const uint8_t *)m->bytes, m->h->nlmsg_len};
}

static const char *checked(struct buf *out)
{
	assert_ok(buf_error(out));
	if (!json_check(out->data, out->len))
		fail_msg("not JSON: %s", out->data);
	return out->data;
}

static void put_vf(struct nlmsghdr *h, uint32_t number)
{
	struct ifla_vf_mac mac = {.vf = number, .mac = {2, 0, 0, 0, 0, (uint8_t)number}};
	struct ifla_vf_vlan vlan = {.vf = number, .vlan = 100 + number, .qos = 3};
	struct ifla_vf_trust trust = {.vf = number, .setting = 1};
	struct nlattr *vf = mnl_attr_nest_start(h, IFLA_VF_INFO);
	mnl_attr_put(h, IFLA_VF_MAC, sizeof(mac), &mac);
	mnl_attr_put(h, IFLA_VF_VLAN, sizeof(vlan), &vlan);
	mnl_attr_put(h, IFLA_VF_TRUST, sizeof(trust), &trust);
	struct nlattr *stats = mnl_attr_nest_start(h, IFLA_VF_STATS);
	mnl_attr_put_u64(h, IFLA_VF_STATS_RX_PACKETS, 7 + number);
	mnl_attr_nest_end(h, stats);
	mnl_attr_nest_end(h, vf);
}

static void link_message(struct message *m)
{
	struct rtnl_link_stats64 stats = {
		.rx_packets = 1, .tx_packets = 2, .rx_bytes = UINT64_MAX, .rx_nohandler = 24};
	start(m, RTM_NEWLINK, sizeof(struct ifinfomsg));
	((struct ifinfomsg *)mnl_nlmsg_get_payload(m->h))->ifi_index = 42;
	mnl_attr_put_strz(m->h, IFLA_IFNAME, "ens1\"f0");
	mnl_attr_put(m->h, IFLA_ADDRESS, 6, "\x02\x00\x00\xaa\xbb\xcc");
	mnl_attr_put_u32(m->h, IFLA_MTU, 9000);
	mnl_attr_put_u8(m->h, IFLA_OPERSTATE, 6);
	mnl_attr_put(m->h, IFLA_STATS64, sizeof(stats), &stats);
	struct nlattr *info = mnl_attr_nest_start(m->h, IFLA_LINKINFO);
	mnl_attr_put_strz(m->h, IFLA_INFO_KIND, "bond");
	mnl_attr_nest_end(m->h, info);
	mnl_attr_put_u32(m->h, IFLA_NUM_VF, 2);
	struct nlattr *list = mnl_attr_nest_start(m->h, IFLA_VFINFO_LIST);
	put_vf(m->h, 0);
	put_vf(m->h, 1);
	mnl_attr_nest_end(m->h, list);
	mnl_attr_put_u32(m->h, 0x3ff0, 1); /* one that nobody knows */
}

static struct buf link_json(const void *bytes, size_t len)
{
	struct buf out = BUF_INIT;
	struct json j;
	json_init(&j, &out, true);
	json_object(&j, NULL);
	nic_link_json(bytes, len, &j);
	json_object_end(&j);
	return out;
}

static void test_link(void **state)
{
	(void)state;
	static struct message m;
	link_message(&m);
	_cleanup_buf_ struct buf out = link_json(m.bytes, m.h->nlmsg_len);
	static const char *const parts[] = {
		"\"ifindex\":42",
		"\"ifname\":\"ens1\\\"f0\"",
		"\"address\":\"02:00:00:aa:bb:cc\"",
		"\"mtu\":9000",
		"\"operstate\":\"up\"",
		"\"rx_packets\":1,\"tx_packets\":2,\"rx_bytes\":18446744073709551615",
		"\"rx_nohandler\":24",
		"\"info\":{\"kind\":\"bond\"}",
		"\"vfs\":[{\"vf\":0,\"mac\":\"02:00:00:00:00:00\",\"vlan\":100,\"vlan_qos\":3,"
		"\"trust\":1,\"stats\":{\"rx_packets\":7}},{\"vf\":1,",
		"\"attributes_not_decoded\":1",
	};
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assert_contains(checked(&out), parts[i]);
}

/* Cut at every length, and with every attribute length broken: always JSON, never a read outside.
 */
static void test_link_damaged(void **state)
{
	(void)state;
	static struct message m;
	link_message(&m);
	size_t whole = m.h->nlmsg_len;
	for (size_t len = 0; len <= whole; len++) {
		char *copy = malloc(len ? len : 1);
		assert_non_null(copy);
		memcpy(copy, m.bytes, len);
		_cleanup_buf_ struct buf out = link_json(copy, len);
		checked(&out);
		free(copy);
	}
	for (size_t at = sizeof(struct nlmsghdr); at + 2 <= whole; at += 2) {
		static const uint16_t values[] = {0, 1, 3, 4, 0x7fff, 0xffff};
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			char *copy = malloc(whole);
			assert_non_null(copy);
			memcpy(copy, m.bytes, whole);
			memcpy(copy + at, &values[i], 2);
			_cleanup_buf_ struct buf out = link_json(copy, whole);
			checked(&out);
			free(copy);
		}
	}
}

static const struct ethtool_command *command(uint8_t number)
{
	const struct ethtool_command *c = ethtool_commands;
	while (c->command && c->command != number)
		c++;
	assert_int_equal(c->command, number);
	return c;
}

static void test_ethtool(void **state)
{
	(void)state;
	static struct message m;
	struct json j;
	_cleanup_buf_ struct buf out = BUF_INIT;
	start(&m, 30, sizeof(struct genlmsghdr));
	struct nlattr *header = mnl_attr_nest_start(m.h, ETHTOOL_A_LINKSTATE_HEADER);
	mnl_attr_put_strz(m.h, ETHTOOL_A_HEADER_DEV_NAME, "eth0");
	mnl_attr_nest_end(m.h, header);
	mnl_attr_put_u8(m.h, ETHTOOL_A_LINKSTATE_LINK, 0);
	mnl_attr_put_u8(m.h, ETHTOOL_A_LINKSTATE_EXT_STATE, 4);
	json_init(&j, &out, true);
	json_object(&j, NULL);
	ethtool_json(command(ETHTOOL_MSG_LINKSTATE_GET), m.bytes, m.h->nlmsg_len, &j);
	start(&m, 30, sizeof(struct genlmsghdr));
	mnl_attr_put_u32(m.h, ETHTOOL_A_LINKMODES_SPEED, 0xffffffff);
	mnl_attr_put_u8(m.h, ETHTOOL_A_LINKMODES_DUPLEX, 1);
	ethtool_json(command(ETHTOOL_MSG_LINKMODES_GET), m.bytes, m.h->nlmsg_len, &j);
	json_object_end(&j);
	assert_string_equal(checked(&out),
			    "{\"linkstate\":{\"link\":0,\"extended_state\":\"no cable\"},"
			    "\"linkmodes\":{\"speed_mbit\":null,\"duplex\":1}}\n");
}

/* Why a link is down, to the last word; numbers that nobody knows have none. */
static void test_link_substate(void **state)
{
	(void)state;
	static const struct {
		uint8_t state, substate;
		const char *json;
	} cases[] = {
		{0, 6,
		 "\"extended_state\":\"autoneg\",\"extended_substate\":6,\"times_down\":3,"
		 "\"extended_substate_name\":\"no highest common denominator\"}}\n"},
		{10, 1,
		 "\"extended_state\":\"module\",\"extended_substate\":1,\"times_down\":3,"
		 "\"extended_substate_name\":\"CMIS not ready\"}}\n"},
		{10, 2, "\"extended_substate\":2,\"times_down\":3}}\n"},
		{4, 1, "\"extended_substate\":1,\"times_down\":3}}\n"},
		{0, 0, "\"extended_substate\":0,\"times_down\":3}}\n"},
		{0, 200, "\"extended_substate\":200,\"times_down\":3}}\n"},
		{200, 1, "\"extended_state\":200,\"extended_substate\":1,\"times_down\":3}}\n"},
	};
	static struct message m;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json j;
		_cleanup_buf_ struct buf out = BUF_INIT;
		start(&m, 30, sizeof(struct genlmsghdr));
		mnl_attr_put_u8(m.h, ETHTOOL_A_LINKSTATE_EXT_STATE, cases[i].state);
		mnl_attr_put_u8(m.h, ETHTOOL_A_LINKSTATE_EXT_SUBSTATE, cases[i].substate);
		mnl_attr_put_u32(m.h, ETHTOOL_A_LINKSTATE_EXT_SUBSTATE + 1, 3);
		json_init(&j, &out, true);
		json_object(&j, NULL);
		ethtool_json(command(ETHTOOL_MSG_LINKSTATE_GET), m.bytes, m.h->nlmsg_len, &j);
		json_object_end(&j);
		assert_contains(checked(&out), cases[i].json);
	}
}

static void devlink_start(struct message *m, const char *device)
{
	start(m, 20, sizeof(struct genlmsghdr));
	mnl_attr_put_strz(m->h, DEVLINK_ATTR_BUS_NAME, "pci");
	mnl_attr_put_strz(m->h, DEVLINK_ATTR_DEV_NAME, device);
}

static const struct devlink_handle handle = {"pci", "0000:08:00.0"};

/* A dump of an older kernel: messages of other devices are among them. */
static void test_devlink_reporters(void **state)
{
	(void)state;
	static struct message m;
	static const char *const devices[] = {"0000:08:00.0", "0000:08:00.1", "0000:08:00",
					      "0000:08:00.01"};
	struct json j;
	_cleanup_buf_ struct buf answer = BUF_INIT, out = BUF_INIT;
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		devlink_start(&m, devices[i]);
		struct nlattr *nest = mnl_attr_nest_start(m.h, DEVLINK_ATTR_HEALTH_REPORTER);
		mnl_attr_put_strz(m.h, DEVLINK_ATTR_HEALTH_REPORTER_NAME, i ? "other" : "fw_fatal");
		mnl_attr_put_u8(m.h, DEVLINK_ATTR_HEALTH_REPORTER_STATE, 1);
		mnl_attr_put_u64(m.h, DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, 5);
		mnl_attr_nest_end(m.h, nest);
		buf_append(&answer, m.bytes, m.h->nlmsg_len);
	}
	struct nla_view v = {(const uint8_t *)answer.data, answer.len};
	json_init(&j, &out, true);
	json_object(&j, NULL);
	devlink_json(v, &handle, devlink_reporter_fields, &j, "reporters");
	json_object_end(&j);
	assert_string_equal(
		checked(&out),
		"{\"reporters\":[{\"reporter\":{\"name\":\"fw_fatal\",\"state\":\"error\","
		"\"errors\":5}}]}\n");
}

static void test_devlink_info(void **state)
{
	(void)state;
	static struct message m;
	struct json j;
	_cleanup_buf_ struct buf out = BUF_INIT;
	devlink_start(&m, "0000:08:00.0");
	mnl_attr_put_strz(m.h, DEVLINK_ATTR_INFO_DRIVER_NAME, "mlx5_core");
	struct nlattr *nest = mnl_attr_nest_start(m.h, DEVLINK_ATTR_INFO_VERSION_RUNNING);
	mnl_attr_put_strz(m.h, DEVLINK_ATTR_INFO_VERSION_NAME, "fw.version");
	mnl_attr_put_strz(m.h, DEVLINK_ATTR_INFO_VERSION_VALUE, "16.35.2000");
	mnl_attr_nest_end(m.h, nest);
	json_init(&j, &out, true);
	json_object(&j, NULL);
	devlink_json(view(&m), &handle, devlink_info_fields, &j, "info");
	json_object_end(&j);
	assert_string_equal(checked(&out), "{\"info\":[{\"driver\":\"mlx5_core\","
					   "\"running fw.version\":\"16.35.2000\"}]}\n");
}

/* Free-form messages, written as letters: o a p open, e ends, nX a name, then values. */
static void put_fmsg(struct nlmsghdr *h, const char *script)
{
	for (; *script; script++) {
		char name[2] = {0};
		switch (*script) {
		case 'o':
			mnl_attr_put(h, DEVLINK_ATTR_FMSG_OBJ_NEST_START, 0, NULL);
			break;
		case 'a':
			mnl_attr_put(h, DEVLINK_ATTR_FMSG_ARR_NEST_START, 0, NULL);
			break;
		case 'p':
			mnl_attr_put(h, DEVLINK_ATTR_FMSG_PAIR_NEST_START, 0, NULL);
			break;
		case 'e':
			mnl_attr_put(h, DEVLINK_ATTR_FMSG_NEST_END, 0, NULL);
			break;
		case 'n':
			name[0] = *++script;
			mnl_attr_put_strz(h, DEVLINK_ATTR_FMSG_OBJ_NAME, name);
			break;
		case 'b': /* NLA_FLAG */
			mnl_attr_put_u8(h, DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, 6);
			mnl_attr_put_u8(h, DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, 1);
			break;
		case '7': /* NLA_U32 */
			mnl_attr_put_u8(h, DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, 3);
			mnl_attr_put_u32(h, DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, 7);
			break;
		case 's': /* NLA_NUL_STRING */
			mnl_attr_put_u8(h, DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, 10);
			mnl_attr_put_strz(h, DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, "text");
			break;
		case 'x': /* NLA_BINARY */
			mnl_attr_put_u8(h, DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, 11);
			mnl_attr_put(h, DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, 3, "\x01\x02\x03");
			break;
		default:
			fail_msg("script");
		}
	}
}

static const struct {
	const char *script;
	const char *json;
	size_t binary;
} fmsgs[] = {
	{"", "{}\n", 0},
	{"pnAbepnBsepnC7e", "{\"A\":true,\"B\":\"text\",\"C\":7}\n", 0},
	{"opnA7ee", "{\"value\":{\"A\":7}}\n", 0},
	{"pnSaopnA7eeopnA7eeee", "{\"S\":[{\"A\":7},{\"A\":7}]}\n", 0},
	{"pnLa777ee", "{\"L\":[7,7,7]}\n", 0},
	{"pnXaxxee", "{\"X\":[{\"binary_at\":0,\"bytes\":3},{\"binary_at\":3,\"bytes\":3}]}\n", 6},
	{"pnOopnA7epnBseee", "{\"O\":{\"A\":7,\"B\":\"text\"}}\n", 0},
	/* names that come again: all values stay */
	{"opnA7eeopnA7ee", "{\"value\":{\"A\":7},\"value (2)\":{\"A\":7}}\n", 0},
	{"pnA7epnB7epnAbepnAse", "{\"A\":7,\"B\":7,\"A (2)\":true,\"A (3)\":\"text\"}\n", 0},
	{"pnX7xxe",
	 "{\"X\":7,\"X (2)\":{\"binary_at\":0,\"bytes\":3},\"X "
	 "(3)\":{\"binary_at\":3,\"bytes\":3}}\n",
	 6},
	/* unbalanced and misplaced */
	{"eee", "{}\n", 0},
	{"pnOopnA", "{\"O\":{}}\n", 0},
	{"7", "{\"value\":7}\n", 0},
};

static void test_fmsg(void **state)
{
	(void)state;
	static struct message m;
	for (size_t i = 0; i < ARRAY_SIZE(fmsgs); i++) {
		struct json j;
		_cleanup_buf_ struct buf out = BUF_INIT, binary = BUF_INIT;
		start(&m, 20, sizeof(struct genlmsghdr));
		struct nlattr *nest = mnl_attr_nest_start(m.h, DEVLINK_ATTR_FMSG);
		put_fmsg(m.h, fmsgs[i].script);
		mnl_attr_nest_end(m.h, nest);
		json_init(&j, &out, true);
		devlink_fmsg_json(view(&m), &j, &binary);
		assert_string_equal(checked(&out), fmsgs[i].json);
		assert_int_equal(binary.len, fmsgs[i].binary);
	}
}

/* Nests deeper than anything sensible, in one message and spread over many. */
static void test_fmsg_deep(void **state)
{
	(void)state;
	static struct message m;
	struct json j;
	_cleanup_buf_ struct buf answer = BUF_INIT, out = BUF_INIT, binary = BUF_INIT;
	for (int i = 0; i < 1000; i++) {
		start(&m, 20, sizeof(struct genlmsghdr));
		struct nlattr *nest = mnl_attr_nest_start(m.h, DEVLINK_ATTR_FMSG);
		put_fmsg(m.h, i % 3 ? "oa" : "pnA");
		mnl_attr_nest_end(m.h, nest);
		buf_append(&answer, m.bytes, m.h->nlmsg_len);
	}
	struct nla_view v = {(const uint8_t *)answer.data, answer.len};
	json_init(&j, &out, true);
	devlink_fmsg_json(v, &j, &binary);
	checked(&out);
}

static void test_region(void **state)
{
	(void)state;
	static struct message m;
	_cleanup_buf_ struct buf answer = BUF_INIT, data = BUF_INIT;
	for (int i = 0; i < 2; i++) {
		devlink_start(&m, "0000:08:00.0");
		struct nlattr *chunks = mnl_attr_nest_start(m.h, DEVLINK_ATTR_REGION_CHUNKS);
		for (int k = 0; k < 2; k++) {
			struct nlattr *chunk = mnl_attr_nest_start(m.h, DEVLINK_ATTR_REGION_CHUNK);
			mnl_attr_put(m.h, DEVLINK_ATTR_REGION_CHUNK_DATA, 4,
				     i ? (k ? "dddd" : "cccc") : (k ? "bbbb" : "aaaa"));
			mnl_attr_nest_end(m.h, chunk);
		}
		mnl_attr_nest_end(m.h, chunks);
		buf_append(&answer, m.bytes, m.h->nlmsg_len);
	}
	struct nla_view v = {(const uint8_t *)answer.data, answer.len};
	devlink_region_data(v, &data);
	assert_string_equal(buf_str(&data), "aaaabbbbccccdddd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_link_damaged),
		cmocka_unit_test(test_link_substate),
		cmocka_unit_test(test_ethtool),
		cmocka_unit_test(test_devlink_reporters),
		cmocka_unit_test(test_devlink_info),
		cmocka_unit_test(test_fmsg),
		cmocka_unit_test(test_fmsg_deep),
		cmocka_unit_test(test_region),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
