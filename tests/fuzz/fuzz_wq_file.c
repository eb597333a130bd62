// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as the head of a saved queue: what is taken is inside its limits, and written the same.
 */
#include "fuzz.h"
#include "nic/wq/wq.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wq_file f, again;
	struct buf out = BUF_INIT;
	if (!wq_file_parse((const char *)data, size, &f))
		return 0;
	const struct wq_queue *q = &f.queue;
	if (f.head > size || q->stride > WQ_STRIDE_MAX || q->count > WQ_ELEMENTS_MAX ||
	    q->kind > WQ_FULL_QP)
		abort();
	wq_file_head(&f, &out);
	if (!out.failed &&
	    (!wq_file_parse(out.data, out.len, &again) || again.queue.number != q->number ||
	     again.queue.stride != q->stride || again.is_context != f.is_context))
		abort();
	buf_deinit(&out);
	return 0;
}
