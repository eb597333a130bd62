// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/ssh_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include "crash/digest.h"
#include "crash/target.h"

/* A refused write on a full disk is "disk full", whatever the server calls it. */
static struct err *write_error(struct ssh_file *f)
{
	uint64_t free_bytes;
	bool connected = ssh_is_connected(f->conn->session);
	struct err *e = ssh_conn_error(f->conn, "writing %s on the server", f->path);
	if (!connected || !ssh_conn_free_bytes(f->conn, f->path, &free_bytes) ||
	    free_bytes >= TARGET_FULL_BYTES)
		return e;
	err_free(e);
	return err_new(ERR_NOSPACE, "the file system of %s on the server is full", f->path);
}

#if LIBSSH_VERSION_INT >= SSH_VERSION_INT(0, 11, 0)
static struct err *take_answer(struct ssh_file *f)
{
	ssh_conn_guard(f->conn);
	size_t want = f->pending_len[f->first];
	ssize_t n = sftp_aio_wait_write(&f->pending[f->first]);
	f->first = (f->first + 1) % SSH_FILE_WINDOW;
	f->count--;
	if (n != (ssize_t)want)
		return write_error(f);
	atomic_fetch_add(&f->report->progress, want);
	return NULL;
}

static struct err *send_some(struct ssh_file *f, const uint8_t *data, size_t len, size_t *sent)
{
	if (f->count == SSH_FILE_WINDOW) {
		struct err *e = take_answer(f);
		if (e)
			return e;
	}
	unsigned slot = (f->first + f->count) % SSH_FILE_WINDOW;
	ssh_conn_guard(f->conn);
	ssize_t n = sftp_aio_begin_write(f->file, data, len, &f->pending[slot]);
	if (n <= 0)
		return write_error(f);
	f->pending_len[slot] = (size_t)n;
	f->count++;
	*sent = (size_t)n;
	return NULL;
}

static struct err *take_all_answers(struct ssh_file *f)
{
	while (f->count) {
		struct err *e = take_answer(f);
		if (e)
			return e;
	}
	return NULL;
}

static void forget_answers(struct ssh_file *f)
{
	for (; f->count; f->count--, f->first = (f->first + 1) % SSH_FILE_WINDOW)
		sftp_aio_free(f->pending[f->first]);
}
#else
static struct err *send_some(struct ssh_file *f, const uint8_t *data, size_t len, size_t *sent)
{
	ssh_conn_guard(f->conn);
	ssize_t n = sftp_write(f->file, data, len);
	if (n <= 0)
		return write_error(f);
	atomic_fetch_add(&f->report->progress, (uint64_t)n);
	*sent = (size_t)n;
	return NULL;
}

static struct err *take_all_answers(struct ssh_file *f)
{
	(void)f;
	return NULL;
}

static void forget_answers(struct ssh_file *f)
{
	(void)f;
}
#endif

static struct err *send_piece(struct ssh_file *f)
{
	size_t done = 0;
	if (f->used && sftp_seek64(f->file, f->offset) < 0)
		return ssh_conn_error(f->conn, "seeking in %s", f->path);
	while (done < f->used) {
		size_t sent = 0;
		struct err *e = send_some(f, f->piece + done, f->used - done, &sent);
		if (e)
			return e;
		done += sent;
	}
	f->offset += f->used;
	f->used = 0;
	return NULL;
}

struct err *ssh_file_create(struct ssh_conn *c, const char *path, struct step_report *report,
			    struct ssh_file *f)
{
	*f = (struct ssh_file) {.conn = c, .report = report, .size = ssh_conn_piece(c)};
	struct err *e = path_printf(f->path, "%s", path);
	if (e)
		return e;
	f->piece = malloc(f->size);
	if (!f->piece)
		return err_nomem();
	ssh_conn_guard(c);
	f->file = sftp_open(c->sftp, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (!f->file) {
		e = ssh_conn_error(c, "cannot create %s on the server", path);
		free(f->piece);
		f->piece = NULL;
	}
	return e;
}

struct err *ssh_file_write(struct ssh_file *f, uint64_t offset, const void *data, size_t len)
{
	const uint8_t *p = data;
	if (f->used && offset != f->offset + f->used) {
		struct err *e = send_piece(f);
		if (e)
			return e;
	}
	if (!f->used)
		f->offset = offset;
	while (len > 0) {
		size_t take = MIN(len, f->size - f->used);
		memcpy(f->piece + f->used, p, take);
		f->used += take;
		p += take;
		len -= take;
		if (f->used == f->size) {
			struct err *e = send_piece(f);
			if (e)
				return e;
		}
	}
	return NULL;
}

static struct err *set_size(struct ssh_file *f, uint64_t size)
{
	struct sftp_attributes_struct a = {.flags = SSH_FILEXFER_ATTR_SIZE, .size = size};
	ssh_conn_guard(f->conn);
	if (sftp_setstat(f->conn->sftp, f->path, &a) != SSH_OK)
		return ssh_conn_error(f->conn, "setting the size of %s", f->path);
	return NULL;
}

struct err *ssh_file_finish(struct ssh_file *f, uint64_t size)
{
	uint64_t have = 0;
	struct err *e = send_piece(f);
	if (!e)
		e = take_all_answers(f);
	if (!e)
		e = ssh_conn_size(f->conn, f->path, &have);
	/* A plain copy may end in a hole. */
	if (!e && have < size) {
		e = set_size(f, size);
		if (!e)
			e = ssh_conn_size(f->conn, f->path, &have);
	}
	if (!e && have != size)
		e = err_new(ERR_IO, "%s on the server has %" PRIu64 " bytes, not %" PRIu64, f->path,
			    have, size);
	if (!e && sftp_extension_supported(f->conn->sftp, "fsync@openssh.com", "1")) {
		ssh_conn_guard(f->conn);
		if (sftp_fsync(f->file) < 0)
			e = ssh_conn_error(f->conn, "fsync %s on the server", f->path);
	}
	return e;
}

void ssh_file_close(struct ssh_file *f)
{
	if (!f->file)
		return;
	forget_answers(f);
	ssh_conn_guard(f->conn);
	sftp_close(f->file);
	free(f->piece);
	f->file = NULL;
	f->piece = NULL;
}

static struct err *put_all(struct ssh_file *f, int fd, const char *local)
{
	uint8_t data[16384];
	uint64_t at = 0;
	for (;;) {
		ssize_t n = read(fd, data, sizeof(data));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "%s", local);
		if (n == 0)
			return ssh_file_finish(f, at);
		struct err *e = ssh_file_write(f, at, data, (size_t)n);
		if (e)
			return e;
		at += (uint64_t)n;
		atomic_fetch_add(&f->report->bytes, (uint64_t)n);
	}
}

struct err *ssh_file_put(struct ssh_conn *c, const char *local, const char *remote,
			 struct step_report *report)
{
	_cleanup_close_ int fd = open(local, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_os(errno, "%s", local);
	_cleanup_free_ struct ssh_file *f = malloc(sizeof(*f));
	if (!f)
		return err_nomem();
	struct err *e = ssh_file_create(c, remote, report, f);
	if (e)
		return e;
	e = put_all(f, fd, local);
	ssh_file_close(f);
	return e;
}

struct err *ssh_file_digest(struct ssh_conn *c, const char *path, struct step_report *report,
			    char hex[65])
{
	size_t size = ssh_conn_piece(c);
	_cleanup_free_ uint8_t *data = malloc(size);
	if (!data)
		return err_nomem();
	ssh_conn_guard(c);
	sftp_file file = sftp_open(c->sftp, path, O_RDONLY, 0);
	if (!file)
		return ssh_conn_error(c, "reading %s back", path);
	struct digest d;
	digest_init(&d);
	struct err *e = NULL;
	for (;;) {
		ssh_conn_guard(c);
		ssize_t n = sftp_read(file, data, size);
		if (n < 0)
			e = ssh_conn_error(c, "reading %s back", path);
		if (n <= 0)
			break;
		digest_update(&d, data, (size_t)n);
		atomic_fetch_add(&report->progress, (uint64_t)n);
	}
	sftp_close(file);
	digest_final(&d, hex);
	return e;
}
