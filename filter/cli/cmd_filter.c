// SPDX-License-Identifier: GPL-2.0-or-later
/* The main job: open, select, pack, write, report. */
#include "cli/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "cli/progress.h"
#include "cli/reader.h"
#include "cli/record.h"
#include "kernel/kmem.h"

struct run {
	const struct options *o;
	struct dump dump;
	struct selection selection;
	struct dump_info info;
	struct pfn_range *memory;
	struct sink *sink;
	struct writer *writer;
	struct progress progress;
	struct record record;
	bool target_failed; /* the error came from the sink, not from the vmcore */
};

/* The words of struct new_utsname; a kernel that cannot be asked leaves at least its release. */
static void read_utsname(struct run *r)
{
	const struct layout *l = &r->dump.layout;
	const char *release;
	if (!r->dump.has_layout)
		return;
	int len = vmcoreinfo_text(&r->dump.info, "OSRELEASE", &release);
	if (len > 0)
		memcpy(r->info.utsname[2], release,
		       MIN((size_t)len, sizeof(r->info.utsname[2]) - 1));
	if (!layout_known(l->init_uts_ns) || !layout_known(l->uts_namespace_name))
		return;
	_cleanup_kmem_ struct kmem k = {0};
	char words[UTS_FIELDS][UTS_LEN];
	struct err *e = kmem_init(&k, r->dump.vmcore, l);
	if (!e)
		e = kmem_read(&k, (uint64_t)l->init_uts_ns + (uint64_t)l->uts_namespace_name, words,
			      sizeof(words));
	if (!e) {
		for (size_t i = 0; i < UTS_FIELDS; i++)
			words[i][UTS_LEN - 1] = '\0';
		memcpy(r->info.utsname, words, sizeof(words));
	}
	err_free(e);
}

static uint64_t crash_time(const struct run *r)
{
	const char *text;
	if (r->dump.has_layout && vmcoreinfo_text(&r->dump.info, "CRASHTIME", &text) > 0)
		return strtoull(text, NULL, 10);
	return (uint64_t)time(NULL);
}

/* What the writer is told of the vmcore. */
static struct err *describe(struct run *r)
{
	const struct vmcore *v = r->dump.vmcore;
	const struct selection *s = &r->selection;
	r->memory = calloc(v->nsegments, sizeof(*r->memory));
	if (!r->memory)
		return err_nomem();
	for (size_t i = 0; i < v->nsegments; i++)
		vmcore_segment_pfns(&v->segments[i], r->dump.page_shift, &r->memory[i].first,
				    &r->memory[i].end);
	r->info = (struct dump_info) {
		.order = v->order,
		.page_shift = r->dump.page_shift,
		.max_pfn = s->max_pfn,
		.memory = r->memory,
		.nmemory = v->nsegments,
		.dump = &s->dump,
		.existing = s->existing,
		.selected = s->selected,
		.notes = v->notes,
		.notes_len = v->notes_len,
		.vmcoreinfo = v->vmcoreinfo,
		.vmcoreinfo_len = v->vmcoreinfo_len,
		.vmcoreinfo_in_notes = v->vmcoreinfo_in_notes,
		.nr_cpus = v->nr_cpus,
		.codec = r->o->codec,
		/* what the vmcore itself lacks is missing from its dump too */
		.level = r->o->level | (v->level > 0 ? (unsigned int)v->level : 0),
		.seconds = crash_time(r),
	};
	if (r->dump.has_layout && layout_known(r->dump.layout.phys_base))
		r->info.phys_base = (uint64_t)r->dump.layout.phys_base;
	read_utsname(r);
	return NULL;
}

static struct err *choose(struct run *r)
{
	const struct options *o = r->o;
	struct selection *s = &r->selection;
	double start = clock_now();
	progress_phase(&r->progress, "select", 0);
	if (o->level > LEVEL_ZERO && !r->dump.has_layout)
		return err_new(
			ERR_MISSING,
			"%s has no VMCOREINFO, so its pages cannot be told apart; use -d 0 or -d 1",
			o->input);
	struct err *e = select_pages(r->dump.vmcore, r->dump.has_layout ? &r->dump.layout : NULL,
				     r->dump.page_shift, o->level, o->threads, s);
	if (e)
		return e;
	r->record.seconds[PHASE_SELECT] = clock_now() - start;
	r->record.existing = s->existing;
	r->record.selected = s->selected;
	r->record.unknown = s->unknown;
	memcpy(r->record.excluded, s->excluded, sizeof(s->excluded));
	return describe(r);
}

static struct err *write_batch(void *context, const struct batch *b)
{
	struct run *r = context;
	struct err *e = r->writer->ops->batch(r->writer, b);
	r->target_failed = e != NULL;
	progress_update(&r->progress, r->writer->written.pages, r->sink->written);
	return e;
}

static struct err *open_target(struct run *r)
{
	struct err *e =
		r->o->output ? sink_open_file(r->o->output, r->o->overwrite, r->o->input, &r->sink)
			     : sink_open_flat(STDOUT_FILENO, &r->sink);
	if (!e)
		e = writer_kdump.begin(r->sink, &r->info, &r->writer);
	r->target_failed = e && err_code(e) != ERR_USAGE;
	return e;
}

/* First what the rest cannot be read without: a target that fills up then leaves a dump worth
 * having. */
static struct err *pack(struct run *r)
{
	struct reader_context reader = {.vmcore = r->dump.vmcore, .page_shift = r->dump.page_shift};
	struct pack_options options = {
		.page_shift = r->dump.page_shift,
		.codec = r->o->codec,
		.find_zeros = r->o->level & LEVEL_ZERO,
		.threads = r->o->threads,
		.reader = &vmcore_reader,
		.reader_context = &reader,
	};
	const struct selection *s = &r->selection;
	const struct bitmap *const rounds[] = {&s->tables, &s->precious, &s->dump};
	struct err *e = NULL;
	for (size_t i = 0; !e && i < ARRAY_SIZE(rounds); i++) {
		if (rounds[i]->nbits) {
			e = pack_pages(rounds[i], &options, write_batch, r);
			options.except = rounds[i];
		}
	}
	if (!e && s->selected && r->writer->written.lost_pages == s->selected)
		e = err_new(ERR_IO, "%s: none of its pages could be read", r->o->input);
	return e;
}

static struct err *copy(struct run *r)
{
	double start = clock_now();
	progress_phase(&r->progress, "copy", r->selection.selected);
	struct err *e = open_target(r);
	if (e)
		return e;
	e = pack(r);
	if (!e) {
		e = r->writer->ops->end(r->writer);
		r->target_failed = e != NULL;
	}
	r->record.seconds[PHASE_COPY] = clock_now() - start;
	progress_end(&r->progress, r->writer->written.pages, r->sink->written);
	return e;
}

/* What becomes of the output, and the exit status that says so. */
static struct err *settle(struct run *r, struct err *e, int *status)
{
	*status = EXIT_SAVED;
	if (e)
		*status = r->target_failed ? EXIT_TARGET_FAILED : EXIT_FAILED;
	if (e && r->writer && r->target_failed) {
		/* The descriptors of what was written have their space already. */
		struct err *late = r->writer->ops->stop(r->writer);
		if (!late)
			*status = EXIT_INCOMPLETE;
		err_free(late);
	}
	if (r->writer)
		r->record.written = r->writer->written;
	if (r->sink && (*status == EXIT_SAVED || *status == EXIT_INCOMPLETE)) {
		struct err *late = sink_finish(r->sink);
		if (late && !e)
			*status = EXIT_TARGET_FAILED;
		if (e)
			err_free(late);
		else
			e = late;
	} else if (r->sink) {
		sink_abort(r->sink);
	}
	if (*status == EXIT_INCOMPLETE)
		e = err_wrap(
			e, "the dump is incomplete but readable (%" PRIu64 " of %" PRIu64 " pages)",
			r->record.written.pages, r->selection.selected);
	if (r->writer)
		r->writer->ops->destroy(r->writer);
	return e;
}

static struct err *report(struct run *r, struct err *e, int status)
{
	const struct record *rec = &r->record;
	r->record.complete = status == EXIT_SAVED && !rec->written.lost_pages &&
			     !rec->missing_bytes && !rec->incomplete_input;
	r->record.error = e ? err_message(e) : NULL;
	if (rec->missing_bytes)
		fprintf(stderr,
			"warning: %s was cut: %" PRIu64 " bytes of memory are missing in it\n",
			r->o->input, rec->missing_bytes);
	if (rec->incomplete_input)
		fprintf(stderr, "warning: %s is an incomplete dump itself\n", r->o->input);
	if (r->selection.doubt)
		fprintf(stderr, "warning: broken and offline memory is not left out: %s\n",
			err_message(r->selection.doubt));
	if (rec->written.lost_pages)
		fprintf(stderr,
			"warning: %" PRIu64 " pages could not be read and are marked as lost\n",
			rec->written.lost_pages);
	if (r->o->show_stats || r->o->dry_run || r->o->message_level & 16)
		record_print(rec);
	if (!r->o->record)
		return e;
	/* The dump is what counts: it is not lost, nor called failed, for want of its record. */
	struct err *late = record_write(rec);
	if (late)
		fprintf(stderr, "warning: %s\n", err_message(late));
	err_free(late);
	return e;
}

struct err *cmd_filter(const struct options *o, int *status)
{
	struct run r = {.o = o, .record = {.options = o, .format = writer_kdump.name}};
	double start = clock_now();
	*status = EXIT_FAILED;
	progress_init(&r.progress, o);
	struct err *e = record_check(o);
	if (e)
		return e;
	e = dump_open(o->input, &r.dump);
	r.record.seconds[PHASE_OPEN] = clock_now() - start;
	if (!e) {
		r.record.missing_bytes = r.dump.vmcore->missing_bytes;
		r.record.incomplete_input = r.dump.vmcore->incomplete;
		e = choose(&r);
	}
	if (!e && !o->dry_run)
		e = copy(&r);
	e = settle(&r, e, status);
	e = report(&r, e, *status);
	free(r.memory);
	selection_deinit(&r.selection);
	dump_close(&r.dump);
	return e;
}
