// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_once.h"

#include <stdio.h>
#include <string.h>
#include "nic/dead/dead.h"

#define MIB (UINT64_C(1) << 20)

static enum run_end say(struct err *e, enum run_end end)
{
	fprintf(stderr, "%s\n", err_message(e));
	err_free(e);
	return end;
}

struct err *report_open(const struct run *run, struct kernel **ret)
{
	struct source *file = NULL;
	struct vmcore *v = NULL;
	struct err *e = source_open_file(run->path, &file);
	if (!e)
		e = hostile_file(file, run->file, run->file_seen, &file);
	if (!e)
		e = vmcore_open_source(file, &v);
	if (e)
		return e;
	if (run->text) {
		free(v->vmcoreinfo);
		v->vmcoreinfo = strdup(run->text);
		v->vmcoreinfo_len = strlen(run->text);
	}
	e = hostile_memory(v, run->memory, run->memory_seen);
	if (e) {
		vmcore_destroy(v);
		return e;
	}
	return kernel_open_vmcore(v, ret);
}

/* nic-dump's own limit of time, and less of raw files. */
static struct err *show_adapters(const struct run *run, struct kernel *k)
{
	const struct dead_options o = {
		.vmcore = run->path, .deadline = 60, .raw_max = 8 * MIB, .raw_device_max = MIB};
	struct dead d;
	dead_init(&d, k, &o, run->json_fd, run->text_fd);
	d.raw_fd = run->raw_fd; /* dead_deinit() closes it */
	struct err *e = dead_show(&d);
	dead_deinit(&d);
	return e;
}

static enum run_end finish(const struct run *run, struct kernel *k)
{
	struct report r;
	struct report_output out = {run->text_fd, run->json_fd};
	struct err *e = report_init(&r, k, run->path);
	if (!e && run->adapters)
		e = show_adapters(run, k);
	else if (!e)
		e = report_run(&r, NULL, &out);
	if (run->look)
		run->look(run->arg, &r);
	report_deinit(&r);
	if (e)
		return say(e, err_code(e) == ERR_MISSING ? RUN_NOTHING : RUN_FAILED);
	return RUN_REPORTED;
}

enum run_end report_opened(const struct run *run, struct kernel *k)
{
	hostile_memory_change(k->vmcore, run->memory, run->memory_seen);
	enum run_end end = finish(run, k);
	kernel_destroy(k);
	return end;
}

enum run_end report_once(const struct run *run)
{
	_cleanup_kernel_ struct kernel *k = NULL;
	struct err *e = report_open(run, &k);
	return e ? say(e, RUN_REFUSED) : finish(run, k);
}
