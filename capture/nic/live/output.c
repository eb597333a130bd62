// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/output.h"

#include <errno.h>
#include <string.h>

const struct nic_depth nic_depth_default = {.iov = 2};

const char *nic_outcome_name(enum nic_outcome o)
{
	static const char *const names[] = {
		[NIC_OK] = "ok",	   [NIC_ABSENT] = "absent",   [NIC_ERROR] = "error",
		[NIC_TIMEOUT] = "timeout", [NIC_SKIPPED] = "skipped",
	};
	return names[o];
}

static void start_values(struct nic_output *o)
{
	bool comma = o->values.comma;
	o->values_buf.len = 0;
	json_init(&o->values, &o->values_buf, false);
	o->values.depth = NIC_VALUES_DEPTH;
	o->values.comma = comma;
}

void nic_output_init(struct nic_output *o, int fd)
{
	*o = (struct nic_output) {.fd = fd, .depth = &nic_depth_default};
	start_values(o);
}

void nic_output_deinit(struct nic_output *o)
{
	buf_deinit(&o->values_buf);
}

static void write_all(int fd, const void *data, size_t len)
{
	const char *p = data;
	while (len > 0) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(1); /* the runner gave up on us */
		p += n;
		len -= (size_t)n;
	}
}

static void send(const struct nic_output *o, enum nic_frame_type type, const char *head,
		 size_t head_len, const void *data, size_t len)
{
	struct nic_frame f = {.type = type, .len = (uint32_t)(head_len + len)};
	write_all(o->fd, &f, sizeof(f));
	write_all(o->fd, head, head_len);
	write_all(o->fd, data, len);
}

void nic_begin(struct nic_output *o, const char *source, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, source);
	vsnprintf(text, sizeof(text), source, ap);
	va_end(ap);
	o->file_bytes = 0;
	send(o, NIC_FRAME_BEGIN, text, strlen(text), NULL, 0);
}

void nic_file(struct nic_output *o, const char *name, const void *data, size_t len)
{
	const char *p = data;
	size_t head = strlen(name) + 1;
	do {
		size_t n = MIN(len, (size_t)NIC_FRAME_MAX - head);
		send(o, NIC_FRAME_FILE, name, head, p, n);
		p += n;
		len -= n;
		o->file_bytes += n;
	} while (len > 0);
}

static void end(struct nic_output *o, enum nic_outcome outcome, const char *text)
{
	size_t len = o->values_buf.len;
	if (o->values_buf.failed)
		len = 0;
	if (len > NIC_FRAME_MAX) {
		len = 0;
		text = "decoded values are too large and left out; the raw file has them";
	}
	if (len > 0)
		send(o, NIC_FRAME_VALUES, "", 0, o->values_buf.data, len);
	start_values(o);
	char code = (char)outcome;
	send(o, NIC_FRAME_END, &code, 1, text, strlen(text));
}

void nic_ok(struct nic_output *o)
{
	end(o, NIC_OK, "");
}

#define END_FORMATTED(outcome)                                                                     \
	do {                                                                                       \
		char text[512];                                                                    \
		va_list ap;                                                                        \
		va_start(ap, reason);                                                              \
		vsnprintf(text, sizeof(text), reason, ap);                                         \
		va_end(ap);                                                                        \
		end(o, outcome, text);                                                             \
	} while (0)

void nic_ok_but(struct nic_output *o, const char *reason, ...)
{
	END_FORMATTED(NIC_OK);
}

void nic_absent(struct nic_output *o, const char *reason, ...)
{
	END_FORMATTED(NIC_ABSENT);
}

void nic_error(struct nic_output *o, const char *reason, ...)
{
	END_FORMATTED(NIC_ERROR);
}

void nic_skipped(struct nic_output *o, const char *reason, ...)
{
	END_FORMATTED(NIC_SKIPPED);
}

bool nic_errno_is_absent(int errnum)
{
	return errnum == ENOENT || errnum == ENODEV || errnum == ENXIO || errnum == ENOTDIR ||
	       errnum == EOPNOTSUPP || errnum == ENODATA;
}

void nic_errno(struct nic_output *o, int errnum)
{
	end(o, nic_errno_is_absent(errnum) ? NIC_ABSENT : NIC_ERROR, strerror(errnum));
}

void nic_err(struct nic_output *o, struct err *e)
{
	end(o, nic_errno_is_absent(err_errno(e)) ? NIC_ABSENT : NIC_ERROR, err_message(e));
	err_free(e);
}
