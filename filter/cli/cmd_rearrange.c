// SPDX-License-Identifier: GPL-2.0-or-later
/* A flattened stream on standard input becomes an ordinary file. */
#include "cli/commands.h"

#include <errno.h>
#include "io/sink.h"
#include "ondisk/flat.h"
#include "ondisk/kdump.h"

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

/* What has become of the output. */
struct rearranged {
	struct sink *sink;
	uint64_t head;	    /* bytes from the file's start on that are there */
	bool target_failed; /* the error came from the sink, not from the stream */
};

static struct err *copy_record(struct rearranged *out, struct flat_record r, void *piece)
{
	while (r.size > 0) {
		size_t n = (size_t)MIN(r.size, (uint64_t)PIECE);
		struct err *e = read_all(piece, n);
		if (e)
			return e;
		e = sink_write_at(out->sink, r.offset, piece, n);
		out->target_failed = e != NULL;
		if (e)
			return e;
		if (r.offset <= out->head)
			out->head = MAX(out->head, r.offset + n);
		r.offset += n;
		r.size -= n;
	}
	return NULL;
}

static struct err *copy_records(struct rearranged *out)
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
		e = copy_record(out, r, piece);
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
	struct rearranged out = {0};
	e = sink_open_file(o->output, o->overwrite, NULL, &out.sink);
	if (e) {
		*status = EXIT_TARGET_FAILED;
		return e;
	}
	e = copy_records(&out);
	if (e && out.head < KDUMP_HEADER_SIZE) {
		/* Without its header it is no dump that could be called incomplete. */
		*status = out.target_failed ? EXIT_TARGET_FAILED : EXIT_FAILED;
		sink_abort(out.sink);
		return e;
	}
	struct err *late = sink_finish(out.sink);
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
