// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"

#include <inttypes.h>
#include "io/sink.h"
#include "kernel/printk.h"

static struct err *read_log(const struct dump *d, struct buf *text)
{
	_cleanup_kmem_ struct kmem k = {0};
	uint64_t skipped = 0;
	if (!d->has_layout)
		return err_new(ERR_MISSING, "no VMCOREINFO: the log cannot be found");
	struct err *e = kmem_init(&k, d->vmcore, &d->layout);
	if (!e) {
		err_free(kmem_use_cache(&k)); /* without memory for it: slower */
		e = printk_read(&k, text, &skipped);
	}
	if (!e && skipped)
		fprintf(stderr, "warning: %" PRIu64 " log records are damaged or unfinished\n",
			skipped);
	return e;
}

struct err *cmd_dmesg(const struct options *o, int *status)
{
	struct dump d;
	_cleanup_buf_ struct buf text = BUF_INIT;
	*status = EXIT_FAILED;
	struct err *e = dump_open(o->input, &d);
	if (e)
		return e;
	e = read_log(&d, &text);
	dump_close(&d);
	if (e)
		return err_wrap(e, "%s: kernel log", o->input);
	struct sink *sink;
	*status = EXIT_TARGET_FAILED;
	e = sink_open_file(o->output, o->overwrite, o->input, &sink);
	if (e)
		return e;
	e = sink_write_at(sink, 0, text.data, text.len);
	if (e) {
		sink_abort(sink);
		return e;
	}
	e = sink_finish(sink);
	if (!e)
		*status = EXIT_SAVED;
	return e;
}
