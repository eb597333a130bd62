// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/sink.h"

#include <errno.h>
#include <sys/uio.h>
#include "ondisk/flat.h"

static struct err *write_all(int fd, const void *data, size_t len)
{
	const char *at = data;
	while (len > 0) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "writing the flattened stream");
		at += n;
		len -= (size_t)n;
	}
	return NULL;
}

static struct err *flat_write_at(struct sink *s, uint64_t offset, const void *data, size_t len)
{
	uint8_t record[FLAT_RECORD_SIZE];
	if (len == 0)
		return NULL;
	flat_record_encode(&(struct flat_record) {.offset = offset, .size = len}, record);
	struct err *e = write_all(s->fd, record, sizeof(record));
	return e ? e : write_all(s->fd, data, len);
}

static struct err *flat_finish(struct sink *s)
{
	uint8_t record[FLAT_RECORD_SIZE];
	flat_record_encode(&(struct flat_record) {.end = true}, record);
	struct err *e = write_all(s->fd, record, sizeof(record));
	free(s);
	return e;
}

/* What was sent cannot be taken back; without its end record the stream is seen to be cut. */
static void flat_abort(struct sink *s)
{
	free(s);
}

static const struct sink_ops sink_flat_ops = {
	.name = "flattened",
	.write_at = flat_write_at,
	.finish = flat_finish,
	.abort = flat_abort,
};

struct err *sink_open_flat(int fd, struct sink **ret)
{
	uint8_t header[FLAT_HEADER_SIZE];
	flat_header_encode(header);
	struct sink *s = calloc(1, sizeof(*s));
	if (!s)
		return err_nomem();
	*s = (struct sink) {
		.ops = &sink_flat_ops, .path = "flattened stream", .fd = fd, .holes = true};
	struct err *e = write_all(fd, header, sizeof(header));
	if (e) {
		free(s);
		return e;
	}
	*ret = s;
	return NULL;
}
