// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a netlink answer. The first byte chooses the decoder. */
#include <stdint.h>
#include <stdlib.h>
#include "nic/decode/devlink.h"
#include "nic/decode/ethtool.h"
#include "nic/decode/json_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "x" and "y": short, so that the fuzzer finds them. */
static const struct devlink_handle handle = {"x", "y"};

static const struct nla_field *const devlink_tables[] = {
	devlink_dev_fields,	 devlink_info_fields,	devlink_port_fields,
	devlink_reporter_fields, devlink_region_fields,
};

static void decode(unsigned which, struct nla_view answer, struct json *j)
{
	if (which == 0)
		nic_link_json(answer.data, answer.len, j);
	for (unsigned i = 0; ethtool_commands[i].command; i++)
		if (which == 16 + i)
			ethtool_json(&ethtool_commands[i], answer.data, answer.len, j);
	for (unsigned i = 0; i < sizeof(devlink_tables) / sizeof(*devlink_tables); i++)
		if (which == 64 + i)
			devlink_json(answer, &handle, devlink_tables[i], j, "messages");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT, binary = BUF_INIT;
	struct json j;
	if (size == 0)
		return 0;
	struct nla_view answer = {data + 1, size - 1};
	json_init(&j, &out, true);
	if (data[0] == 128) {
		devlink_fmsg_json(answer, &j, &binary);
	} else {
		json_object(&j, NULL);
		decode(data[0], answer, &j);
		json_object_end(&j);
	}
	devlink_region_data(answer, &binary);
	if (!out.failed && !json_check(out.data, out.len))
		abort();
	buf_deinit(&out);
	buf_deinit(&binary);
	return 0;
}
