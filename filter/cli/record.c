// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/record.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/json.h"

static const char *const phase_names[NR_PHASES] = {"open", "select", "copy"};

static const char *codec_name(const struct options *o)
{
	return o->codec ? o->codec->name : "none";
}

static void write_pages(struct json *j, const struct record *r)
{
	json_object(j, "pages");
	json_u64(j, "existing", r->existing);
	json_u64(j, "selected", r->selected);
	json_u64(j, "written", r->written.pages);
	json_u64(j, "zero", r->written.zero_pages);
	json_u64(j, "lost", r->written.lost_pages);
	json_u64(j, "unknown", r->unknown);
	json_object(j, "excluded");
	for (int c = 0; c < PAGE_NR_CLASSES; c++)
		if (c != PAGE_KERNEL && c != PAGE_TAIL)
			json_u64(j, page_class_name((enum page_class)c), r->excluded[c]);
	json_object_end(j);
	json_object_end(j);
}

static void write_resources(struct json *j)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	json_double(j, "cpu_seconds", clock_cpu(), 3);
	json_u64(j, "peak_rss_kib", (uint64_t)usage.ru_maxrss);
}

static void build(const struct record *r, struct buf *out)
{
	struct json j;
	json_init(&j, out, false);
	json_object(&j, NULL);
	json_str(&j, "program", "vmcore-filter");
	json_str(&j, "version", SALVOR_VERSION);
	json_str(&j, "input", r->options->input);
	json_str(&j, "output", r->options->output);
	json_str(&j, "format", r->format);
	json_bool(&j, "flattened", r->options->flattened);
	json_str(&j, "codec", codec_name(r->options));
	json_u64(&j, "level", r->options->level);
	json_u64(&j, "threads", r->options->threads);
	json_bool(&j, "complete", r->complete);
	json_str(&j, "error", r->error);
	json_object(&j, "seconds");
	for (int i = 0; i < NR_PHASES; i++)
		json_double(&j, phase_names[i], r->seconds[i], 3);
	json_object_end(&j);
	write_resources(&j);
	json_u64(&j, "bytes", r->written.file_size);
	json_u64(&j, "input_missing_bytes", r->missing_bytes);
	json_bool(&j, "input_incomplete", r->incomplete_input);
	write_pages(&j, r);
	json_object_end(&j);
}

/* Whether name is the file that is x; no device or pipe takes harm. */
static bool is_file(const struct stat *x, const char *name)
{
	struct stat y;
	return S_ISREG(x->st_mode) && stat(name, &y) == 0 && x->st_dev == y.st_dev &&
	       x->st_ino == y.st_ino;
}

static bool same_file(const char *a, const char *b)
{
	struct stat x;
	return strcmp(a, b) == 0 || (stat(a, &x) == 0 && is_file(&x, b));
}

/*
 * Asked before the dump and again after it: a file that is yet to be made has other names as well
 * (./DUMPFILE, a link), which are known for its own only once it is there.
 */
struct err *record_check(const struct options *o)
{
	const char *const files[] = {o->input, o->output};
	struct stat out;
	bool over = o->record && o->flattened && fstat(STDOUT_FILENO, &out) == 0 &&
		    is_file(&out, o->record);
	for (size_t i = 0; o->record && i < ARRAY_SIZE(files); i++)
		over = over || (files[i] && same_file(o->record, files[i]));
	return over ? err_new(ERR_USAGE, "--record %s: the record would be written over that file",
			      o->record)
		    : NULL;
}

struct err *record_write(const struct record *r)
{
	const char *path = r->options->record;
	_cleanup_buf_ struct buf text = BUF_INIT;
	build(r, &text);
	struct err *e = buf_error(&text);
	if (!e)
		e = record_check(r->options);
	if (e)
		return e;
	_cleanup_fclose_ FILE *f = fopen(path, "we");
	if (!f)
		return err_os(errno, "writing the record %s", path);
	if (fwrite(text.data, 1, text.len, f) != text.len || fflush(f) != 0)
		return err_os(errno, "writing the record %s", path);
	return NULL;
}

void record_print(const struct record *r)
{
	fprintf(stderr, "pages in memory    %12" PRIu64 "\n", r->existing);
	for (int c = 0; c < PAGE_NR_CLASSES; c++)
		if (r->excluded[c])
			fprintf(stderr, "  - %-15s%12" PRIu64 "\n",
				page_class_name((enum page_class)c), r->excluded[c]);
	fprintf(stderr, "pages dumped       %12" PRIu64 "  (%" PRIu64 " of them zero)\n",
		r->written.pages, r->written.zero_pages);
	if (r->unknown)
		fprintf(stderr, "  struct page unreadable, dumped to be safe: %" PRIu64 "\n",
			r->unknown);
	fprintf(stderr, "bytes written      %12" PRIu64 "\n", r->written.file_size);
	fprintf(stderr, "seconds: open %.2f, select %.2f, copy %.2f; CPU %.2f\n",
		r->seconds[PHASE_OPEN], r->seconds[PHASE_SELECT], r->seconds[PHASE_COPY],
		clock_cpu());
}
