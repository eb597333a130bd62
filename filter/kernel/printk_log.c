// SPDX-License-Identifier: GPL-2.0-or-later
/* The log of kernels before 5.10: records of struct printk_log, one behind the other in log_buf. */
#include "kernel/printk.h"

#include <inttypes.h>

#define MAX_LOG (UINT32_C(64) << 20)

struct log {
	uint8_t *bytes;
	uint32_t size, first, next;
};

static struct err *load(struct kmem *k, struct log *log)
{
	const struct layout *l = k->layout;
	if (!layout_known(l->log_buf_len) || !layout_known(l->log_first_idx) ||
	    !layout_known(l->log_next_idx) || !layout_known(l->printk_log_size) ||
	    !layout_known(l->printk_log_ts_nsec) || !layout_known(l->printk_log_len) ||
	    !layout_known(l->printk_log_text_len))
		return err_new(ERR_MISSING, "VMCOREINFO does not describe the whole log buffer");
	if (l->printk_log_ts_nsec + 8 > l->printk_log_size ||
	    l->printk_log_len + 2 > l->printk_log_size ||
	    l->printk_log_text_len + 2 > l->printk_log_size)
		return err_new(ERR_FORMAT, "VMCOREINFO: a member of printk_log lies outside of it");
	uint64_t address;
	struct err *e;
	if ((e = kmem_u64(k, (uint64_t)l->log_buf, &address)) ||
	    (e = kmem_u32(k, (uint64_t)l->log_buf_len, &log->size)) ||
	    (e = kmem_u32(k, (uint64_t)l->log_first_idx, &log->first)) ||
	    (e = kmem_u32(k, (uint64_t)l->log_next_idx, &log->next)))
		return err_wrap(e, "log_buf");
	if (log->size > MAX_LOG || log->first >= log->size || log->next > log->size)
		return err_new(ERR_FORMAT, "log_buf of %u bytes, from %u to %u: damaged", log->size,
			       log->first, log->next);
	log->bytes = malloc(log->size);
	if (!log->bytes)
		return err_nomem();
	return err_wrap(kmem_read(k, address, log->bytes, log->size), "log_buf");
}

/* One round at most: each record moves on by at least its header, and the end is met or passed. */
static void walk(const struct kmem *k, const struct log *log, struct buf *out, uint64_t *skipped)
{
	const struct layout *l = k->layout;
	enum byte_order order = k->vmcore->order;
	uint32_t header = (uint32_t)l->printk_log_size, at = log->first;
	bool wrapped = false;
	while (at != log->next || (!wrapped && log->first == log->next && at == log->first)) {
		uint16_t len = 0, text_len = 0;
		if (header <= log->size && at <= log->size - header) {
			len = get_u16(log->bytes + at + l->printk_log_len, order);
			text_len = get_u16(log->bytes + at + l->printk_log_text_len, order);
		}
		if (len == 0) { /* the rest is unused: the next record is at the start */
			if (wrapped || at == 0)
				return;
			wrapped = true;
			at = 0;
			continue;
		}
		if (len < header || len > log->size - at || text_len > len - header) {
			(*skipped)++;
			return;
		}
		printk_format(out, get_u64(log->bytes + at + l->printk_log_ts_nsec, order),
			      (const char *)log->bytes + at + header, text_len);
		at += len;
		if (at >= log->size || (wrapped && at > log->next))
			return;
	}
}

struct err *printk_log_read(struct kmem *k, struct buf *out, uint64_t *skipped)
{
	struct log log = {0};
	struct err *e = load(k, &log);
	if (!e) {
		walk(k, &log, out, skipped);
		e = buf_error(out);
	}
	free(log.bytes);
	return e;
}
