// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as an answer of the RDMA netlink, or as a resource dump of mlx5: the first byte says
 * which. Walks end, a context is inside the dump, JSON is JSON.
 */
#include "fuzz.h"
#include "nic/decode/json_check.h"
#include "nic/decode/mlx5_rsc_dump.h"
#include "nic/decode/rdma.h"

static void objects(enum rdma_kind kind, struct nla_view answer, struct json *j)
{
	struct rdma_walk w;
	struct nla_view object, raw;
	uint32_t number;
	rdma_walk_init(&w, kind, answer);
	while (rdma_next(&w, &object)) {
		if (object.data < answer.data || object.len > answer.len)
			abort();
		json_object(j, NULL);
		rdma_object_json(kind, object, j);
		json_object_end(j);
		rdma_object_number(kind, object, &number);
	}
	if (rdma_raw_context(answer, &raw) && raw.len > answer.len)
		abort();
}

/* A device, its ports and their counters */
static void about(struct nla_view answer, struct json *j)
{
	struct nla_view rest = answer, attrs;
	json_object(j, NULL);
	rdma_device_json(answer, j);
	rdma_counters_json(answer, j);
	while (rdma_take(&rest, &attrs))
		rdma_port_json(attrs, j);
	json_object_end(j);
}

static void dump(enum mlx5_resource what, struct nla_view v, struct json *j)
{
	struct mlx5_resource_context c;
	struct hw_sink sink;
	if (mlx5_resource_context(what, v.data, v.len, &c) &&
	    (c.p < v.data || c.p + c.len > v.data + v.len))
		abort();
	hw_json_init(&sink, j);
	mlx5_resource_dump(what, v.data, v.len, &sink);
	hw_sink_end(&sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT;
	struct json j;
	if (size == 0)
		return 0;
	struct nla_view v = {data + 1, size - 1};
	json_init(&j, &out, true);
	json_array(&j, NULL);
	if (data[0] >= 128)
		about(v, &j);
	else if (data[0] < RDMA_KINDS)
		objects((enum rdma_kind)data[0], v, &j);
	else
		dump((enum mlx5_resource)(data[0] % 3), v, &j);
	json_array_end(&j);
	if (!out.failed && !json_check(out.data, out.len))
		abort();
	buf_deinit(&out);
	return 0;
}
