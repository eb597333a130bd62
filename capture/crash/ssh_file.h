/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file on the server: positioned writes, gathered into pieces as large as the server takes and
 * sent without waiting for each answer where libssh can do that (0.11), so that latency does not
 * rule the rate. Belongs to one connection; one thread.
 */
#ifndef SALVOR_CRASH_SSH_FILE_H
#define SALVOR_CRASH_SSH_FILE_H

#include "crash/ssh_conn.h"

/* Answers not waited for: 16 pieces of 255 KiB fill a 10 Gbit/s path of 3 ms. */
#define SSH_FILE_WINDOW 16

struct ssh_file {
	struct ssh_conn *conn;
	sftp_file file;
	char path[PATH_MAX];
	uint8_t *piece;
	size_t size, used; /* of piece */
	uint64_t offset;   /* where piece goes */
	struct step_report *report;
#if LIBSSH_VERSION_INT >= SSH_VERSION_INT(0, 11, 0)
	sftp_aio pending[SSH_FILE_WINDOW];
	size_t pending_len[SSH_FILE_WINDOW];
	unsigned first, count;
#endif
};

/* Creates or empties path, mode 0600. */
struct err *ssh_file_create(struct ssh_conn *c, const char *path, struct step_report *report,
			    struct ssh_file *f) must_check;
struct err *ssh_file_write(struct ssh_file *f, uint64_t offset, const void *data,
			   size_t len) must_check;
/* All answers are in; flushed to the server's disk where it can (fsync@openssh.com); its size is
 * size. */
struct err *ssh_file_finish(struct ssh_file *f, uint64_t size) must_check;
void ssh_file_close(struct ssh_file *f);

/* A local file, whole. */
struct err *ssh_file_put(struct ssh_conn *c, const char *local, const char *remote,
			 struct step_report *report) must_check;
/* Reads the whole file back and digests it. */
struct err *ssh_file_digest(struct ssh_conn *c, const char *path, struct step_report *report,
			    char hex[65]) must_check;

#endif
