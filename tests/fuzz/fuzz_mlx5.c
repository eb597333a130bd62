// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as anything of an mlx5 device: the first byte says as what. Decoding ends, stays inside
 * and writes JSON.
 */
#include "fuzz.h"
#include "nic/decode/json_check.h"
#include "nic/decode/mlx5.h"

static const struct hw_field *const contexts[] = {
	mlx5_qpc, mlx5_sqc, mlx5_rqc, mlx5_srqc, mlx5_cqc, mlx5_eqc, mlx5_mkc, mlx5_health_buffer,
};

static void decode(unsigned what, const uint8_t *p, size_t len, struct hw_sink *s)
{
	struct mlx5_cq_walk w = {.enhanced = what & 16, .by_checksum = what & 32};
	struct mlx5_command c;
	switch (what % 8) {
	case 0:
		mlx5_send_wqe((enum mlx5_sq_kind)(what / 8 % 3), p, len, s);
		break;
	case 1:
		mlx5_recv_wqe((struct mlx5_rq_form) {what & 8, what & 16}, p, len, s);
		break;
	case 2:
		for (size_t step = what & 8 ? 128 : 64; len > 0; len -= step) {
			step = MIN(step, len);
			mlx5_cqe(&w, p, step, s);
			p += step;
		}
		break;
	case 3:
		mlx5_eqe(p, len, s);
		mlx5_eqe_is_pending(p, len, what, 4);
		break;
	case 4:
		mlx5_cmd(p, len, s);
		mlx5_cmd_read(p, len, &c);
		break;
	case 5:
		mlx5_init_segment(p, len, s);
		break;
	default:
		hw_section("context", -1, contexts[what / 8 % ARRAY_SIZE(contexts)], p, len, s);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT;
	struct hw_sink sink;
	struct json j;
	if (size == 0)
		return 0;
	hw_text_init(&sink, &out);
	decode(data[0], data + 1, size - 1, &sink);
	hw_sink_end(&sink);
	hw_raw(&out, data, size);
	hw_dwords(&out, data, size);
	out.len = 0;
	json_init(&j, &out, true);
	json_array(&j, NULL);
	hw_json_init(&sink, &j);
	decode(data[0], data + 1, size - 1, &sink);
	hw_sink_end(&sink);
	json_array_end(&j);
	if (!out.failed && !json_check(out.data, out.len))
		abort();
	buf_deinit(&out);
	return 0;
}
