// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/collector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "base/clock.h"
#include "crash/collector_options.h"
#include "crash/flat.h"
#include "crash/flush.h"
#include "crash/say.h"

/*
 * A collector that neither writes nor speaks for this long is taken for hung. Scanning a terabyte's
 * struct pages takes seconds per progress line; a disk that resets takes up to 30 s per command and
 * retries it 3 times.
 */
#define COLLECTOR_STALL 120.0
/* People at the console want to see that it goes on. */
#define TELL_EVERY 10.0
/* More than the writes a server may not have answered yet. */
#define OUTGROWN_BYTES ((uint64_t)64 << 20)

/* Exit statuses of vmcore-filter(8). */
#define FILTER_EXIT_USAGE	  2
#define FILTER_EXIT_INCOMPLETE	  3
#define FILTER_EXIT_TARGET_FAILED 4

/* Ours first: it is fastest and says whose fault a failure was; the copy last: it cannot be
 * refused, but is large. */
static const struct collector collectors[] = {
	{"vmcore-filter", "-z", true},
	{"makedumpfile", "-l --message-level 7", false},
	{NULL, NULL, false},
};

const struct collector *collector_find(const char *word)
{
	const char *slash = strrchr(word, '/');
	const char *base = slash ? slash + 1 : word;
	for (size_t i = 0; i < ARRAY_SIZE(collectors); i++)
		if (collectors[i].program && strcmp(collectors[i].program, base) == 0)
			return &collectors[i];
	return NULL;
}

struct err *collector_check(const char *line)
{
	struct words w;
	struct err *e = words_split(line, &w);
	if (!e && w.count == 0)
		e = err_new(ERR_USAGE, "no program is named");
	else if (!e && !collector_find(w.word[0]))
		e = err_new(ERR_USAGE,
			    "'%.60s' is not a collector; use vmcore-filter or makedumpfile with "
			    "options",
			    w.word[0]);
	else if (!e)
		e = options_save(&w);
	words_deinit(&w);
	return e;
}

struct saving {
	struct run *run;
	struct step_report *report;
	const char *path; /* local: the file being written */
	struct sink *sink;
	struct flat flat;
	bool sink_failed;
	uint8_t head[16]; /* sink: the first bytes of the file */
	double told;
};

static uint64_t measure(void *arg)
{
	struct saving *s = arg;
	uint64_t bytes = s->flat.total;
	uint64_t mark = bytes;
	struct stat st;
	if (s->path && stat(s->path, &st) == 0) {
		uint64_t allocated = (uint64_t)st.st_blocks * 512;
		bytes = MIN(allocated, (uint64_t)st.st_size);
		mark = (uint64_t)st.st_size + allocated + (uint64_t)st.st_mtim.tv_nsec;
	}
	atomic_store(&s->report->bytes, bytes);
	collector_outgrown(s->run, s->flat.end);
	double now = clock_now();
	if (now - s->told > TELL_EVERY) {
		s->told = now;
		say("vmcore: %llu MiB written", (unsigned long long)(bytes >> 20));
	}
	return mark;
}

static struct err *to_sink(void *arg, uint64_t offset, const void *data, size_t len)
{
	struct saving *s = arg;
	if (offset < sizeof(s->head))
		memcpy(s->head + offset, data, MIN(len, sizeof(s->head) - (size_t)offset));
	struct err *e = s->sink->write_at(s->sink, offset, data, len);
	if (e)
		s->sink_failed = true;
	return e;
}

static struct err *on_stdout(void *arg, const void *data, size_t len)
{
	struct saving *s = arg;
	return flat_feed(&s->flat, data, len);
}

enum verdict collector_target_verdict(struct run *run, struct attempt *a, bool usable,
				      const struct err *e)
{
	uint64_t free_bytes;
	bool full = err_code(e) == ERR_NOSPACE;
	/* A dead connection is not asked how much room there is. */
	if (!full && !run->target.ops->remote)
		full = run->target.ops->free_bytes(run, &free_bytes) &&
		       free_bytes < TARGET_FULL_BYTES;
	a->target_full = full;
	a->outcome = usable ? OUTCOME_INCOMPLETE : OUTCOME_FAILED;
	snprintf(a->message, sizeof(a->message), "the target %s: %.400s",
		 full ? "is full" : "fails", err_message(e));
	return usable ? VERDICT_INCOMPLETE : VERDICT_TARGET_FAILED;
}

static enum verdict judge(struct saving *s, const struct collector *c, struct attempt *a,
			  const struct err *e)
{
	struct stat st;
	bool has_data = s->path ? stat(s->path, &st) == 0 && st.st_size > 0 : s->flat.total > 0;
	if (!e) {
		a->outcome = OUTCOME_OK;
		return VERDICT_SAVED;
	}
	if (s->sink_failed)
		return collector_target_verdict(s->run, a, has_data, e);
	if (c->own && a->exit_status == FILTER_EXIT_INCOMPLETE)
		return collector_target_verdict(s->run, a, has_data, e);
	if (c->own && a->exit_status == FILTER_EXIT_TARGET_FAILED)
		return collector_target_verdict(s->run, a, false, e);
	if (!c->own && s->run->target.ops->is_failing(s->run))
		return collector_target_verdict(s->run, a, has_data, e);
	a->outcome = err_code(e) == ERR_TIMEOUT ? OUTCOME_TIMEOUT : OUTCOME_FAILED;
	snprintf(a->message, sizeof(a->message), "%s", err_message(e));
	return VERDICT_NEXT;
}

/*
 * What a program leaves that ended well: a dump by its first bytes (diskdump, flattened or ELF), or
 * ERR_FORMAT. Some options make it do something else and succeed.
 */
static struct err *check_is_dump(struct saving *s)
{
	static const char *const signatures[] = {"KDUMP   ", "makedumpfile", "\177ELF"};
	if (s->path) {
		_cleanup_close_ int fd = open(s->path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : pread(fd, s->head, sizeof(s->head), 0);
		if (n < 0 && errno != ENOENT)
			return err_os(errno, "%s", s->path);
		if (n <= 0)
			return err_new(ERR_FORMAT, "it ended with success but saved nothing");
	}
	for (size_t i = 0; i < ARRAY_SIZE(signatures); i++)
		if (memcmp(s->head, signatures[i], strlen(signatures[i])) == 0)
			return NULL;
	return err_new(ERR_FORMAT, "it ended with success, but what it wrote is no dump");
}

/* Runs argv; on a remote target its flattened stdout goes to the sink. */
static struct err *run_collector(struct saving *s, char **argv, struct attempt *a)
{
	struct program p = {
		.argv = argv,
		.stall = COLLECTOR_STALL,
		.measure = measure,
		.progress = &s->report->progress,
		.on_stdout = s->sink ? on_stdout : NULL,
		.arg = s,
	};
	struct program_result r;
	struct err *e = program_run(&p, &r);
	a->exit_status =
		r.started && WIFEXITED(r.status) && !r.timed_out ? WEXITSTATUS(r.status) : -1;
	memcpy(a->tail, r.tail, sizeof(a->tail));
	if (!e && s->sink)
		e = flat_finish(&s->flat);
	if (!e)
		e = check_is_dump(s);
	if (!e && s->sink) {
		e = s->sink->finish(s->sink, s->flat.end);
		s->sink_failed = e != NULL;
		s->run->core.record_end = s->flat.end;
	}
	if (!e && s->path) {
		e = flush_file(s->path, &s->report->progress);
		s->sink_failed = e != NULL;
	}
	return e;
}

static size_t build_argv(char **argv, size_t max, const struct words *w, char *const *more)
{
	size_t n = 0;
	for (size_t i = 0; i < w->count; i++)
		argv[n++] = w->word[i];
	for (; *more && n < max - 1; more++)
		argv[n++] = *more;
	argv[n] = NULL;
	return n;
}

static enum verdict try_program(struct run *run, struct step_report *report,
				const struct attempt_plan *plan, struct attempt *a)
{
	char out[PATH_MAX];
	char record[PATH_MAX];
	struct saving s = {.run = run, .report = report, .told = clock_now()};
	struct err *e = path_printf(out, "%s/%s", run->target.work, run->core.writing);
	if (!e)
		e = path_printf(record, "%s/%s", run->dir, FILE_RECORD);
	if (!e && run->target.ops->remote) {
		e = run->target.ops->sink_create(run, run->core.writing, report, &s.sink);
		s.sink_failed = e != NULL;
	} else if (!e) {
		s.path = out;
		unlink(out); /* of an earlier attempt */
	}
	flat_init(&s.flat, to_sink, &s);
	if (!e) {
		unlink(record);
		char *own[] = {(char[]) {"--progress"}, (char[]) {"json"}, (char[]) {"--record"},
			       record, NULL};
		char *none[] = {NULL};
		char *files[] = {s.sink ? (char[]) {"-F"} : run->vmcore, s.sink ? run->vmcore : out,
				 NULL};
		char *argv[WORDS_MAX + 8];
		size_t n = build_argv(argv, ARRAY_SIZE(argv), &plan->options,
				      plan->collector->own ? own : none);
		struct words so_far = {.count = 0};
		build_argv(argv + n, ARRAY_SIZE(argv) - n, &so_far, files);
		e = run_collector(&s, argv, a);
	}
	enum verdict v = judge(&s, plan->collector, a, e);
	if (s.sink)
		s.sink->destroy(s.sink);
	struct stat st;
	a->bytes = s.path ? (stat(out, &st) == 0 ? (uint64_t)st.st_size : 0) : s.flat.end;
	err_free(e);
	return v;
}

static enum verdict try_one(struct run *run, struct step_report *report,
			    const struct attempt_plan *plan)
{
	struct vmcore_state *core = &run->core;
	struct attempt *a = &core->attempt[core->attempts++];
	*a = (struct attempt) {.exit_status = -1};
	_cleanup_buf_ struct buf words = BUF_INIT;
	for (size_t i = 0; i < plan->options.count; i++)
		buf_printf(&words, "%s%s", i ? " " : "", plan->options.word[i]);
	snprintf(a->collector, sizeof(a->collector), "%.199s",
		 plan->collector->program ? buf_str(&words) : "copy");
	double start = clock_now();
	enum verdict v = plan->collector->program ? try_program(run, report, plan, a)
						  : copy_vmcore(run, report, a);
	a->seconds = clock_now() - start;
	core->bytes = a->bytes;
	atomic_store(&report->bytes, a->bytes);
	if (v == VERDICT_SAVED || v == VERDICT_INCOMPLETE) {
		core->usable = true;
		core->complete = v == VERDICT_SAVED;
		core->saved_by = (int)core->attempts - 1;
	}
	if (v != VERDICT_SAVED)
		say_error("vmcore: %s: %s", a->collector, a->message);
	return v;
}

/* The server may have no room for both: what is shorter by more than may be on its way goes. */
void collector_outgrown(struct run *run, uint64_t bytes)
{
	struct vmcore_state *core = &run->core;
	if (!core->to_beat || bytes <= core->to_beat + OUTGROWN_BYTES)
		return;
	core->to_beat = 0;
	struct err *e = run->target.ops->remove(run, FILE_VMCORE_INCOMPLETE);
	if (e)
		say_error("vmcore: %s", err_message(e));
	err_free(e);
}

/* The second attempt has more: it takes the first one's place. */
static enum verdict take_second(struct run *run, enum verdict v)
{
	struct vmcore_state *core = &run->core;
	const struct target_ops *ops = run->target.ops;
	struct err *e = ops->remove(run, FILE_VMCORE_INCOMPLETE);
	if (!e)
		e = ops->rename(run, FILE_VMCORE_RETRY, FILE_VMCORE_INCOMPLETE);
	if (!e)
		return v;
	say_error("vmcore: the second attempt stays " FILE_VMCORE_RETRY ": %s", err_message(e));
	err_free(e);
	strcpy(core->file, FILE_VMCORE_RETRY);
	core->complete = false;
	return VERDICT_INCOMPLETE;
}

/*
 * Tries again without touching what the first attempt saved: it may be all there ever is. The
 * longer one stays, by what the server has of each.
 */
static enum verdict try_beside(struct run *run, struct step_report *report,
			       const struct attempt_plan *plan)
{
	struct vmcore_state *core = &run->core;
	const struct target_ops *ops = run->target.ops;
	int first = core->saved_by;
	uint64_t first_bytes = core->bytes;
	uint64_t second_bytes = 0;
	ops->size(run, FILE_VMCORE_INCOMPLETE, &first_bytes);
	core->to_beat = MAX(first_bytes, (uint64_t)1);
	strcpy(core->writing, FILE_VMCORE_RETRY);
	enum verdict v = try_one(run, report, plan);
	bool outgrown = core->to_beat == 0;
	core->to_beat = 0;
	strcpy(core->writing, FILE_VMCORE_INCOMPLETE);
	if (v == VERDICT_SAVED)
		return take_second(run, v);
	ops->size(run, FILE_VMCORE_RETRY, &second_bytes);
	core->usable = true;
	core->complete = false;
	if (outgrown || (v == VERDICT_INCOMPLETE && second_bytes > first_bytes)) {
		core->saved_by = (int)core->attempts - 1;
		return take_second(run, VERDICT_INCOMPLETE);
	}
	core->saved_by = first;
	core->bytes = first_bytes;
	struct err *e = ops->remove(run, FILE_VMCORE_RETRY);
	if (e)
		say_error("vmcore: %s", err_message(e));
	err_free(e);
	return VERDICT_INCOMPLETE;
}

/*
 * A connection that broke is the one failure of a target worth a second try: from the start,
 * because what the server has got is not known. One only: the first may have taken its full time.
 */
static enum verdict try_with_retry(struct run *run, struct step_report *report,
				   const struct attempt_plan *plan)
{
	struct vmcore_state *core = &run->core;
	enum verdict v = try_one(run, report, plan);
	if ((v != VERDICT_INCOMPLETE && v != VERDICT_TARGET_FAILED) || !run->target.ops->remote ||
	    core->attempt[core->attempts - 1].target_full)
		return v;
	say("vmcore: once more, with a new connection");
	return v == VERDICT_INCOMPLETE ? try_beside(run, report, plan) : try_one(run, report, plan);
}

/*
 * Where nobody chose. The time until production is back counts, and a capture has few processors:
 * lzo takes half of zstd's time, for a third to two thirds more bytes. Where bytes are time, or may
 * be too many, they are what counts.
 */
static const char *collector_default(const struct run *run)
{
	return target_is_roomy(run) ? "vmcore-filter -l -d 31" : "vmcore-filter -z -d 31";
}

/* The configured command, or the default. False when it cannot be used. */
static bool plan_configured(struct run *run, struct attempt_plan *plan)
{
	const char *line = settings_get(run->settings, SET_CORE_COLLECTOR);
	struct err *e = words_split(*line ? line : collector_default(run), &plan->options);
	if (e)
		say_error("vmcore: CORE_COLLECTOR: %s", err_message(e));
	bool usable = !e && plan->options.count > 0;
	err_free(e);
	if (!usable)
		return false;
	plan->collector = collector_find(plan->options.word[0]);
	options_drop_flattened(&plan->options);
	if (!plan->collector)
		say_error("vmcore: CORE_COLLECTOR names '%s', which is not a collector",
			  plan->options.word[0]);
	return plan->collector && (*line || program_exists(plan->collector->program));
}

static bool plan_fallback(const struct collector *c, const char *level, struct attempt_plan *plan)
{
	plan->collector = c;
	plan->options = (struct words) {0};
	if (!c->program)
		return true;
	char line[256];
	/* of a list of levels, makedumpfile's, the one that is wanted most */
	int len = level ? (int)MIN(strcspn(level, ","), (size_t)40) : 0;
	snprintf(line, sizeof(line), "%s %s -d %.*s", c->program, c->options, len ? len : 2,
		 len ? level : "31");
	struct err *e = words_split(line, &plan->options);
	bool fine = !e && program_exists(c->program);
	err_free(e);
	return fine;
}

bool collector_was_cut(const struct run *run)
{
	const struct vmcore_state *core = &run->core;
	return !core->usable && core->attempts > 0 && core->attempts < RUN_ATTEMPTS_MAX &&
	       core->attempt[core->attempts - 1].outcome == OUTCOME_NONE;
}

/* Begins; or goes on after the collector with which an earlier process was killed. */
static bool begin(struct run *run)
{
	struct vmcore_state *core = &run->core;
	bool again = collector_was_cut(run);
	if (again) {
		struct attempt *cut = &core->attempt[core->attempts - 1];
		cut->outcome = OUTCOME_FAILED;
		snprintf(cut->message, sizeof(cut->message),
			 "the process that watched over it was killed");
	} else {
		*core = (struct vmcore_state) {.saved_by = -1};
	}
	strcpy(core->file, FILE_VMCORE_INCOMPLETE);
	strcpy(core->writing, FILE_VMCORE_INCOMPLETE);
	return again;
}

struct err *collector_save(struct run *run, struct step_report *report)
{
	struct vmcore_state *core = &run->core;
	bool again = begin(run);
	struct attempt_plan configured = {0};
	enum verdict v = VERDICT_NEXT;
	if (plan_configured(run, &configured) && !again)
		v = try_with_retry(run, report, &configured);
	const char *level = options_level(&configured.options);
	for (size_t i = core->next; v == VERDICT_NEXT && i < ARRAY_SIZE(collectors); i++) {
		core->next = (unsigned)i + 1;
		/* The same program again helps only if it did not like its options, or was told by
		 * them not to save. */
		if (configured.collector == &collectors[i] && core->attempts &&
		    core->attempt[0].exit_status != FILTER_EXIT_USAGE &&
		    core->attempt[0].exit_status != 0)
			continue;
		struct attempt_plan plan;
		if (plan_fallback(&collectors[i], level, &plan))
			v = try_with_retry(run, report, &plan);
		words_deinit(&plan.options);
	}
	words_deinit(&configured.options);
	const struct attempt *last = &core->attempt[core->attempts - 1];
	/* What was on its way when the target stopped is not there. */
	if (core->usable && !core->complete)
		run->target.ops->size(run, core->file, &core->bytes);
	if (!core->usable)
		return err_new(ERR_OTHER, "nothing could be saved; last: %.100s: %s",
			       last->collector, last->message);
	return NULL;
}
