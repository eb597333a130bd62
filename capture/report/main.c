// SPDX-License-Identifier: GPL-2.0-or-later
/* vmcore-report: what happened to a kernel, out of its memory. Dispatches and prints errors. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "report/html.h"
#include "report/options.h"
#include "report/print.h"
#include "report/report.h"

enum { EXIT_REPORTED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* What --text, --json and --html name is replaced: never the dump itself. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static struct err *open_output(const struct report_options *o, const char *path, int *ret)
{
	if (strcmp(path, "-") == 0) {
		*ret = STDOUT_FILENO;
		return NULL;
	}
	if (is_same_file(path, o->vmcore))
		return err_new(ERR_USAGE, "%s is the dump that is read", path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_os(errno, "creating %s", path);
	*ret = fd;
	return NULL;
}

static void close_output(int fd)
{
	if (fd > STDERR_FILENO)
		close(fd);
}

static struct err *write_file(const struct report_options *o, const char *path, const char *data,
			      size_t len)
{
	int fd = -1;
	struct err *e = open_output(o, path, &fd);
	while (!e && len > 0) {
		ssize_t n = write(fd, data, len);
		if (n < 0 && errno != EINTR)
			e = err_os(errno, "writing %s", path);
		data += MAX(n, 0);
		len -= (size_t)MAX(n, 0);
	}
	close_output(fd);
	return e;
}

/* The page has the JSON inside, which went to memory for that. */
static struct err *write_page(const struct report_options *o, int memory)
{
	_cleanup_buf_ struct buf json = BUF_INIT, page = BUF_INIT;
	off_t size = lseek(memory, 0, SEEK_END);
	char *room = size > 0 ? buf_reserve(&json, (size_t)size) : NULL;
	if (!room)
		return size < 0 ? err_os(errno, "the JSON report") : err_nomem();
	ssize_t n = pread(memory, room, (size_t)size, 0);
	if (n != size)
		return err_os(n < 0 ? errno : EIO, "the JSON report");
	json.len = (size_t)size;
	struct err *e = html_write(json.data, json.len, &page);
	if (!e)
		e = write_file(o, o->html, page.data, page.len);
	if (!e && o->json)
		e = write_file(o, o->json, json.data, json.len);
	return e;
}

static struct err *open_outputs(const struct report_options *o, struct report_output *out)
{
	struct err *e = NULL;
	if (o->html) {
		out->json_fd = memfd_create("report.json", MFD_CLOEXEC);
		if (out->json_fd < 0)
			e = err_os(errno, "memory for the page");
	} else if (o->json) {
		e = open_output(o, o->json, &out->json_fd);
	}
	if (!e && (o->text || !(o->json || o->html)))
		e = open_output(o, o->text ? o->text : "-", &out->text_fd);
	return e;
}

static struct err *run_report(const struct report_options *o, struct kernel *k)
{
	struct report r;
	struct report_output out = {-1, -1};
	struct err *e = report_init(&r, k, o->vmcore);
	if (!e)
		e = open_outputs(o, &out);
	if (!e)
		e = report_run(&r, o->parts, &out);
	if (!e && o->html)
		e = write_page(o, out.json_fd);
	close_output(out.json_fd);
	close_output(out.text_fd);
	report_deinit(&r);
	return e;
}

static struct err *on_vmcore(const struct report_options *o)
{
	_cleanup_kernel_ struct kernel *k = NULL;
	struct err *e = kernel_open(o->vmcore, &k);
	if (e)
		return e;
	switch (o->mode) {
	case REPORT_DMESG:
		return print_log(k);
	case REPORT_PRINT:
		return print_value(k, o->what);
	case REPORT_SYMBOLS:
		return print_symbols(k, o->what);
	case REPORT_TYPES:
		return print_types(k, o->what);
	default:
		return run_report(o, k);
	}
}

static struct err *dispatch(const struct report_options *o)
{
	switch (o->mode) {
	case REPORT_HELP:
		report_options_help(o);
		break;
	case REPORT_VERSION:
		puts("vmcore-report " SALVOR_VERSION " (Salvor)");
		break;
	default: {
		struct err *e = on_vmcore(o);
		if (e)
			return e;
	}
	}
	return fflush(stdout) ? err_os(errno, "standard output") : NULL;
}

int main(int argc, char **argv)
{
	struct report_options o = {.program = "vmcore-report"};
	struct err *e = report_options_parse(argc, argv, &o);
	if (!e)
		e = dispatch(&o);
	if (!e)
		return EXIT_REPORTED;
	fprintf(stderr, "%s: %s\n", o.program, err_message(e));
	int status = err_code(e) == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
	err_free(e);
	return status;
}
