/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One ssh connection with an sftp session, made from the settings: known host or no connection, key
 * or no login, and no call that waits for ever: a timer shuts the socket down, and TCP gives up on
 * a silent network. Each step's process opens its own, so one that dies takes only its step along.
 * One connection per process; one thread.
 */
#ifndef SALVOR_CRASH_SSH_CONN_H
#define SALVOR_CRASH_SSH_CONN_H

#include <libssh/libssh.h>
#include <libssh/sftp.h>
#include <stdint.h>
#include "crash/run.h"

struct ssh_conn {
	ssh_session session;
	sftp_session sftp;
	int fd;
};

/*
 * The process's connection, made if there is none that works. Borrowed; it ends with the process or
 * when it breaks (ssh_conn_get() then makes a new one).
 */
struct err *ssh_conn_get(const struct run *run, struct ssh_conn **out) must_check;

/* Gives the next call that waits for the server its time. */
void ssh_conn_guard(struct ssh_conn *c);
/* No call is waiting: other work may take as long as it takes. */
void ssh_conn_idle(void);
/* What went wrong in the last call, as well as libssh and sftp can say it. */
struct err *ssh_conn_error(struct ssh_conn *c, const char *fmt, ...) printf_like(2, 3) must_check;

/* sftp by path. mkdir: an existing directory is fine. */
struct err *ssh_conn_mkdir(struct ssh_conn *c, const char *path, unsigned mode) must_check;
struct err *ssh_conn_mkdirs(struct ssh_conn *c, const char *path, unsigned mode) must_check;
struct err *ssh_conn_exists(struct ssh_conn *c, const char *path, bool *exists) must_check;
struct err *ssh_conn_rename(struct ssh_conn *c, const char *from, const char *to) must_check;
struct err *ssh_conn_size(struct ssh_conn *c, const char *path, uint64_t *size) must_check;
/* Free bytes where path is; false when the server does not say (statvfs@openssh.com). */
bool ssh_conn_free_bytes(struct ssh_conn *c, const char *path, uint64_t *bytes);
/* The most bytes one write or read may carry. */
size_t ssh_conn_piece(struct ssh_conn *c);

#endif
