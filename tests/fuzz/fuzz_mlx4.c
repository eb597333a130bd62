// SPDX-License-Identifier: GPL-2.0-or-later
/* As fuzz_mlx5, for mlx4. */
#include "fuzz.h"
#include "nic/decode/json_check.h"
#include "nic/decode/mlx4.h"

static void decode(unsigned what, const uint8_t *p, size_t len, struct hw_sink *s)
{
	switch (what % 5) {
	case 0:
		mlx4_send_wqe((enum mlx4_sq_kind)(what / 8 % 4), p, len, s);
		break;
	case 1:
		mlx4_recv_wqe(what & 8, p, len, s);
		break;
	case 2:
		mlx4_cqe(p, len, s);
		mlx4_cqe_is_new(p, len, what, 16);
		break;
	case 3:
		mlx4_eqe(p, len, s);
		mlx4_eqe_is_pending(p, len, what, 16);
		break;
	default:
		hw_section("context", -1, mlx4_qpc, p, len, s);
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
