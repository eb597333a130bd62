// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/printable.h"
#include "kernel/printk.h"
#include "report/ending.h"
#include "report/hang.h"
#include "report/part.h"

/* What is asked first comes first; the log, which is long and also saved by itself, comes last. */
static const struct report_part *const parts[] = {
	&part_verdict,	 &part_hang,	&part_cpus,	  &part_blocked, &part_locks,
	&part_runqueues, &part_memory,	&part_tasks,	  &part_modules, &part_mounts,
	&part_block_io,	 &part_network, &part_interrupts, &part_log};

const char *report_part_name(size_t i)
{
	return i < ARRAY_SIZE(parts) ? parts[i]->name : NULL;
}

const char *report_part_title(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!strcmp(parts[i]->name, name))
			return parts[i]->title;
	}
	return name;
}

struct err *report_init(struct report *r, struct kernel *k, const char *path)
{
	*r = (struct report) {.k = k, .path = path, .patience = 1};
	return NULL;
}

void report_deinit(struct report *r)
{
	hang_destroy(r->hang);
	ending_destroy(r->ending);
	locks_destroy(r->locks);
	threads_destroy(r->threads);
	err_free(r->log_error);
	buf_deinit(&r->log);
	buf_deinit(&r->missing);
	buf_deinit(&r->threads_missing);
}

/* Is this line, which ends with a newline, among those? */
static bool among(const struct buf *lines, const char *line)
{
	const char *all = buf_str(lines), *at = all;
	while ((at = strstr(at, line)) && at > all && at[-1] != '\n')
		at++;
	return at;
}

void report_missing(struct report *r, const char *fmt, ...)
{
	_cleanup_buf_ struct buf line = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	buf_putc(&line, '\n');
	/* what several steps of a part need is one thing less */
	if (among(&r->missing, buf_str(&line)) || r->nmissing++ >= REPORT_MISSING_MAX)
		return;
	buf_append(&r->missing, buf_str(&line), line.len);
}

bool report_failed(struct report *r, struct err *e)
{
	if (!e)
		return false;
	report_missing(r, "%s", err_message(e));
	err_free(e);
	return true;
}

bool report_time_left(struct report *r)
{
	if (r->out_of_time)
		return false;
	if (clock_cpu() < r->until)
		return true;
	r->out_of_time = true;
	report_missing(r, "its time was up: what follows is what was found until then");
	return false;
}

const char *report_log(struct report *r)
{
	if (!r->log_read) {
		r->log_read = true;
		r->log_error = printk_read(&r->k->kmem, &r->log, &r->log_skipped);
	}
	if (r->log_skipped)
		report_missing(r, "%llu records of the log are damaged or unfinished",
			       (unsigned long long)r->log_skipped);
	if (r->log_error)
		report_missing(r, "the log: %s", err_message(r->log_error));
	return r->log_error ? NULL : buf_str(&r->log);
}

/* Each part that is made of them says what they lack. */
const struct threads *report_threads(struct report *r)
{
	const char *line = buf_str(&r->threads_missing);
	size_t before = r->missing.len, len;
	for (; r->threads && *line; line += len + 1) {
		len = strcspn(line, "\n");
		report_missing(r, "%.*s", (int)len, line);
	}
	if (r->threads)
		return r->threads;
	(void)report_failed(r, threads_collect(r, &r->threads));
	if (r->threads)
		buf_append(&r->threads_missing, buf_str(&r->missing) + before,
			   r->missing.len - before);
	return r->threads;
}

const struct locks *report_locks(struct report *r)
{
	/* what the tasks lack, the locks lack */
	if (r->locks)
		(void)report_threads(r);
	else
		(void)report_failed(r, locks_collect(r, &r->locks));
	if (r->locks)
		locks_say_missing(r->locks, r);
	return r->locks;
}

/* --- writing ------------------------------------------------------------------------------------
 */

static struct err *write_all(int fd, const char *data, size_t len, const char *what)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "the %s", what);
		data += n;
		len -= (size_t)n;
	}
	return NULL;
}

/* Each line of what is missing, in front of what is there. */
static void text_missing(const struct buf *missing, struct buf *out)
{
	const char *line = buf_str(missing);
	while (*line) {
		size_t len = strcspn(line, "\n");
		buf_printf(out, "  (%.*s)\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

static void json_missing(const struct buf *missing, struct json *j)
{
	const char *line = buf_str(missing);
	json_array(j, "missing");
	while (*line) {
		size_t len = strcspn(line, "\n");
		json_strn(j, NULL, line, len);
		line += len + (line[len] == '\n');
	}
	json_array_end(j);
}

/* What one part found, as it is printed. */
struct finding {
	const struct report_part *part;
	void *data;
	const char *outcome;
	double seconds;
};

static void json_part(const struct report *r, const struct finding *f, struct json *j)
{
	json_object(j, f->part->name);
	json_str(j, "outcome", f->outcome);
	json_missing(&r->missing, j);
	json_double(j, "cpu_seconds", f->seconds, 3);
	if (f->data)
		f->part->json(r, f->data, j);
	json_object_end(j);
}

/* A full disk took a piece of a part: without it the file is valid again. */
static void json_take_back(int fd, off_t at, const char *end, size_t len)
{
	if (ftruncate(fd, at) == 0 && lseek(fd, at, SEEK_SET) == at)
		err_free(write_all(fd, end, len, "JSON report"));
}

/*
 * Closes the object for now, writes it, and goes back to where the next part continues it: the file
 * is valid JSON after each part. A pipe gets it whole, after the last.
 */
static struct err *json_flush(int fd, struct json *j, bool last)
{
	struct buf *out = j->out;
	size_t open = out->len;
	off_t at = lseek(fd, 0, SEEK_CUR);
	bool in_place = at >= 0;
	if (!in_place && !last)
		return NULL;
	struct json end = *j;
	json_object_end(&end);
	buf_putc(out, '\n');
	struct err *e = buf_error(out);
	if (!e)
		e = write_all(fd, out->data, out->len, "JSON report");
	if (!e && in_place && !last && lseek(fd, -(off_t)(out->len - open), SEEK_CUR) < 0)
		e = err_os(errno, "the JSON report");
	if (e && at > 0)
		json_take_back(fd, at, out->data + open, out->len - open);
	if (e)
		return e;
	/* On a seekable file, what has been written needs not be kept. */
	out->len = 0;
	return NULL;
}

static struct err *text_flush(int fd, const struct report *r, const struct finding *f)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	buf_printf(&out, "== %s\n", f->part->title);
	text_missing(&r->missing, &out);
	if (f->data)
		f->part->text(r, f->data, &out);
	buf_putc(&out, '\n');
	struct err *e = buf_error(&out);
	if (e)
		return e;
	/* names, messages, the log: the dead kernel's bytes are anywhere in it */
	make_lines_printable(out.data, out.len);
	return write_all(fd, out.data, out.len, "report");
}

/* A damaged mask of CPUs has thousands of them, none of which can be read. */
static void count_missing(struct report *r)
{
	if (r->nmissing > REPORT_MISSING_MAX)
		buf_printf(&r->missing, "and %u more things like these\n",
			   r->nmissing - REPORT_MISSING_MAX);
}

/* Of what everything is made of: the part that comes first says it. */
static void missing_at_all(struct report *r)
{
	const struct kernel *k = r->k;
	if (r->begun)
		return;
	r->begun = true;
	if (k->vmcore && k->vmcore->incomplete)
		report_missing(r, "the dump is incomplete: who wrote it did not get to its end");
	if (k->vmcore && k->vmcore->missing_bytes)
		report_missing(r, "the dump is truncated: its last %llu bytes are not there",
			       (unsigned long long)k->vmcore->missing_bytes);
	if (k->no_symbols.len)
		report_missing(r, "no symbols: %s", buf_str(&k->no_symbols));
	if (k->no_types.len)
		report_missing(r, "no types: %s", buf_str(&k->no_types));
	if (k->no_modules.len)
		report_missing(r, "no symbols of modules: %s", buf_str(&k->no_modules));
}

static void gather(struct report *r, struct finding *f)
{
	double start = clock_cpu();
	buf_deinit(&r->missing);
	r->missing = BUF_INIT;
	r->nmissing = 0;
	r->until = start + f->part->seconds * r->patience;
	r->out_of_time = false;
	missing_at_all(r);
	f->outcome = "failed";
	f->data = calloc(1, f->part->data_size);
	if (!f->data) {
		report_missing(r, "out of memory");
	} else if (report_failed(r, f->part->gather(r, f->data))) {
		if (f->part->release)
			f->part->release(f->data);
		free(f->data);
		f->data = NULL;
	} else {
		f->outcome = r->missing.len ? "partial" : "ok";
	}
	count_missing(r);
	f->seconds = clock_cpu() - start;
}

static bool wanted(const char *names, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = names; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return !names;
}

static struct err *run_part(struct report *r, const struct report_part *part,
			    const struct report_output *out, struct json *j, bool last)
{
	struct finding f = {.part = part};
	gather(r, &f);
	r->found_any |= f.data != NULL;
	struct err *e = NULL;
	if (out->text_fd >= 0)
		e = text_flush(out->text_fd, r, &f);
	if (!e && out->json_fd >= 0) {
		json_part(r, &f, j);
		e = json_flush(out->json_fd, j, last);
	}
	if (f.data && part->release)
		part->release(f.data);
	free(f.data);
	return e;
}

struct err *report_check_names(const char *names)
{
	for (const char *at = names; at && *at;) {
		size_t len = strcspn(at, ","), i = 0;
		while (i < ARRAY_SIZE(parts) &&
		       (strlen(parts[i]->name) != len || strncmp(parts[i]->name, at, len) != 0))
			i++;
		if (i == ARRAY_SIZE(parts))
			return err_new(ERR_USAGE,
				       "'%.*s' is no part of the report; --help lists them",
				       (int)len, at);
		at += len + (at[len] == ',');
	}
	if (names && !*names)
		return err_new(ERR_USAGE, "no part of the report is asked for");
	return NULL;
}

static void json_head(const struct report *r, struct json *j)
{
	json_object(j, NULL);
	json_str(j, "format", "salvor-report");
	json_u64(j, "version", 1);
	json_str(j, "program", "vmcore-report " SALVOR_VERSION);
	json_object(j, "dump");
	json_str(j, "path", r->path);
	json_str(j, "machine", r->k->kmem.arch->name);
	json_object_end(j);
}

struct err *report_run(struct report *r, const char *names, const struct report_output *out)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct json j;
	size_t last = 0;
	struct err *e = report_check_names(names);
	if (e)
		return e;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (wanted(names, parts[i]->name))
			last = i;
	}
	json_init(&j, &text, false);
	json_head(r, &j);
	for (size_t i = 0; i <= last && !e; i++) {
		/* one that is asked for by name applies */
		if (wanted(names, parts[i]->name) &&
		    (names || !parts[i]->applies || parts[i]->applies(r)))
			e = run_part(r, parts[i], out, &j, i == last);
	}
	if (!e && !r->found_any)
		e = err_new(ERR_MISSING, "nothing could be reported: no part found what it needs");
	return e;
}
