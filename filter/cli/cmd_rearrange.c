// SPDX-License-Identifier: GPL-2.0-or-later
/* A flattened stream on standard input becomes an ordinary file. */
#include "cli/commands.h"

#include <errno.h>
#include "io/sink.h"
#include "ondisk/flat.h"

#define PIECE ((size_t)1 << 20)

static struct err *read_all(void *buf, size_t len)
{
	char *at = buf;
	while (len > 0) {
		ssize_t n = read(STDIN_FILENO, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "standard input");
		if (n == 0)
			return err_new(
				ERR_FORMAT,
				"standard input: the flattened stream ends early: it was cut");
		at += n;
		len -= (size_t)n;
	}
	return NULL;
}

static struct err *copy_record(struct sink *sink, struct flat_record r, void *piece)
{
	while (r.size > 0) {
		size_t n = (size_t)MIN(r.size, (uint64_t)PIECE);
		struct err *e = read_all(piece, n);
		if (e)
			return e;
		e = sink_write_at(sink, r.offset, piece, n);
		if (e)
			return e;
		r.offset += n;
		r.size -= n;
	}
	return NULL;
}

static struct err *copy_records(struct sink *sink)
{
	_cleanup_free_ void *piece = malloc(PIECE);
	if (!piece)
		return err_nomem();
	for (;;) {
		uint8_t bytes[FLAT_RECORD_SIZE];
		struct flat_record r;
		struct err *e = read_all(bytes, sizeof(bytes));
		if (!e)
			e = flat_record_decode(bytes, &r);
		if (e || r.end)
			return e;
		e = copy_record(sink, r, piece);
		if (e)
			return e;
	}
}

struct err *cmd_rearrange(const struct options *o, int *status)
{
	uint8_t header[FLAT_HEADER_SIZE];
	*status = EXIT_FAILED;
	struct err *e = read_all(header, sizeof(header));
	if (!e && !flat_header_check(header))
		e = err_new(ERR_FORMAT, "standard input is not a flattened stream (made with -F)");
	if (e)
		return e;
	struct sink *sink;
	e = sink_open_file(o->output, o->overwrite, NULL, &sink);
	if (e) {
		*status = err_code(e) == ERR_USAGE ? EXIT_USAGE : EXIT_TARGET_FAILED;
		return e;
	}
	e = copy_records(sink);
	struct err *late = sink_finish(sink);
	if (e || late) {
		/* The file stays: its header says that it is incomplete, and it can be read. */
		*status = EXIT_INCOMPLETE;
		if (e)
			err_free(late);
		return err_wrap(e ? e : late, "%s is incomplete", o->output);
	}
	*status = EXIT_SAVED;
	return NULL;
}
