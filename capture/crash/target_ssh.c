// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server reached by ssh, through sftp alone. Small files are made in memory and sent; the vmcore
 * comes as a flattened stream and is written at its offsets, so that the file on the server is a
 * plain dump. Every step opens its own connection.
 *
 * What the digests mean here: those of the small files are of our own copies, so they prove the way
 * to the server as well. The vmcore's is made by the server (sha256sum, where it lets us run that)
 * or from the file read back; it proves that the file has not changed since, and the way there is
 * ssh's own integrity check and the compared size.
 */
#include "crash/target.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "crash/digest.h"
#include "crash/say.h"
#include "crash/ssh_conn.h"
#include "crash/ssh_file.h"
#include "crash/words.h"

#define SAME_SECOND_MAX 99
#define PUT_SUFFIX	".new"
/* sha256sum on the server: slower than this and reading back would not be faster. */
#define SERVER_DIGEST_RATE (20.0 * 1024 * 1024)
#define SERVER_DIGEST_BASE 60.0

static struct err *ssh_prepare(struct run *run)
{
	struct target *t = &run->target;
	const struct settings *s = run->settings;
	if (!*settings_get(s, SET_SSH_HOST))
		return err_new(ERR_USAGE, "SSH_HOST is empty: rebuild the capture image");
	struct err *e = path_printf(t->device, "%s@%s:%s", settings_get(s, SET_SSH_USER),
				    settings_get(s, SET_SSH_HOST), settings_get(s, SET_SSH_PORT));
	if (!e)
		e = path_printf(t->save_path, "%s", settings_get(s, SET_SAVE_PATH));
	if (!e)
		e = path_printf(t->base, "%s", strcmp(t->save_path, "/") == 0 ? "" : t->save_path);
	if (!e)
		e = path_printf(t->work, "%s/stage", run->dir);
	return e;
}

/* name below the directory that is being written (or, once published, its final name). */
static struct err *remote_path(const struct target *t, const char *name, bool complete,
			       char out[PATH_MAX])
{
	const char *suffix = !t->published ? INCIDENT_WRITING : complete ? "" : INCIDENT_INCOMPLETE;
	return path_printf(out, "%s/%s%s%s%s", t->base, t->name, suffix, *name ? "/" : "", name);
}

static struct err *is_taken(struct ssh_conn *c, const char *base, const char *name, bool *taken)
{
	static const char *const forms[] = {"", INCIDENT_WRITING, INCIDENT_INCOMPLETE};
	*taken = false;
	struct err *e = NULL;
	for (size_t i = 0; !e && !*taken && i < ARRAY_SIZE(forms); i++) {
		char path[PATH_MAX];
		e = path_printf(path, "%s/%s%s", base, name, forms[i]);
		if (!e)
			e = ssh_conn_exists(c, path, taken);
	}
	return e;
}

static struct err *make_directory(struct run *run, struct ssh_conn *c)
{
	struct target *t = &run->target;
	struct err *e = *t->base ? ssh_conn_mkdirs(c, t->base, 0755) : NULL;
	for (unsigned n = 1; !e && n <= SAME_SECOND_MAX; n++) {
		bool taken;
		char path[PATH_MAX];
		incident_name(settings_get(run->settings, SET_HOST), run->started_wall, n, t->name);
		e = is_taken(c, t->base, t->name, &taken);
		if (e || taken)
			continue;
		e = remote_path(t, "", false, path);
		if (e)
			break;
		ssh_conn_guard(c);
		if (sftp_mkdir(c->sftp, path, 0700) != SSH_OK)
			return ssh_conn_error(c, "cannot make directory %s on the server", path);
		return NULL;
	}
	return e ? e
		 : err_new(ERR_OTHER, "%s: %d directories of this second exist already", t->base,
			   SAME_SECOND_MAX);
}

/* Best effort: without it a full disk has no journal, which is still a dump. */
static void make_reserve(struct run *run, struct ssh_conn *c, struct step_report *report)
{
	static const uint8_t zeros[16384];
	char path[PATH_MAX];
	_cleanup_free_ struct ssh_file *f = malloc(sizeof(*f));
	struct err *e = f ? remote_path(&run->target, FILE_RESERVE, false, path) : err_nomem();
	if (!e)
		e = ssh_file_create(c, path, report, f);
	if (!e) {
		for (uint64_t at = 0; !e && at < TARGET_RESERVE_BYTES; at += sizeof(zeros))
			e = ssh_file_write(f, at, zeros, sizeof(zeros));
		if (!e)
			e = ssh_file_finish(f, TARGET_RESERVE_BYTES);
		ssh_file_close(f);
	}
	err_free(e);
}

static void ssh_drop_reserve(struct run *run)
{
	char path[PATH_MAX];
	struct ssh_conn *c;
	struct err *e = remote_path(&run->target, FILE_RESERVE, false, path);
	if (!e)
		e = ssh_conn_get(run, &c);
	if (!e) {
		ssh_conn_guard(c);
		sftp_unlink(c->sftp, path);
		ssh_conn_idle();
	}
	err_free(e);
}

static bool ssh_size(struct run *run, const char *name, uint64_t *bytes)
{
	char path[PATH_MAX];
	struct ssh_conn *c;
	struct err *e = remote_path(&run->target, name, false, path);
	if (!e)
		e = ssh_conn_get(run, &c);
	if (!e)
		e = ssh_conn_size(c, path, bytes);
	ssh_conn_idle();
	bool known = !e;
	err_free(e);
	return known;
}

static struct err *ssh_open_target(struct run *run, struct step_report *report)
{
	struct target *t = &run->target;
	struct ssh_conn *c;
	struct err *e = ssh_conn_get(run, &c);
	if (e)
		return e;
	e = make_directory(run, c);
	if (!e) {
		uint64_t bytes = 0;
		bool known = ssh_conn_free_bytes(c, *t->base ? t->base : "/", &bytes);
		make_reserve(run, c, report);
		t->open = true;
		step_say(report, "%s: %s/%s, %s%llu MiB free", t->device, t->base, t->name,
			 known ? "" : "unknown, ", (unsigned long long)(bytes >> 20));
	}
	ssh_conn_idle();
	return e;
}

/* One entry of a tree. local_prefix is cut off and the rest appended to remote. */
static struct err *put_entry(struct ssh_conn *c, const FTSENT *f, size_t local_prefix,
			     const char *remote, struct step_report *report)
{
	char path[PATH_MAX];
	struct err *e = path_printf(path, "%s%s", remote, f->fts_path + local_prefix);
	if (e)
		return e;
	switch (f->fts_info) {
	case FTS_D:
		return ssh_conn_mkdir(c, path, 0700);
	case FTS_F:
		return ssh_file_put(c, f->fts_path, path, report);
	case FTS_ERR:
	case FTS_NS:
	case FTS_DNR:
		return err_os(f->fts_errno, "%s", f->fts_path);
	default:
		return NULL;
	}
}

static struct err *put_tree(struct ssh_conn *c, char *local, const char *remote,
			    struct step_report *report)
{
	char *const paths[] = {local, NULL};
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return err_os(errno, "%s", local);
	struct err *e = NULL;
	FTSENT *f;
	while (!e && (f = fts_read(fts)))
		e = put_entry(c, f, strlen(local), remote, report);
	fts_close(fts);
	return e;
}

/*
 * A file gets its name when it is whole, also where an older one has that name, which stays until
 * then. Where the server's rename does not replace (sftp version 3), there is a moment with the
 * new one under its other name only.
 */
static struct err *put_file(struct ssh_conn *c, const char *local, const char *remote,
			    struct step_report *report)
{
	char part[PATH_MAX];
	struct err *e = path_printf(part, "%s" PUT_SUFFIX, remote);
	if (!e)
		e = ssh_file_put(c, local, part, report);
	if (e)
		return e;
	struct err *taken = ssh_conn_rename(c, part, remote);
	if (!taken)
		return NULL;
	ssh_conn_guard(c);
	sftp_unlink(c->sftp, remote);
	e = ssh_conn_rename(c, part, remote);
	err_free(taken);
	return e;
}

static struct err *ssh_put(struct run *run, const char *name, struct step_report *report)
{
	char local[PATH_MAX];
	char remote[PATH_MAX];
	struct stat st;
	struct ssh_conn *c;
	struct err *e = path_printf(local, "%s/%s", run->target.work, name);
	if (!e)
		e = remote_path(&run->target, name, run_whole(run), remote);
	if (!e && stat(local, &st) < 0)
		e = err_os(errno, "%s", local);
	if (!e)
		e = ssh_conn_get(run, &c);
	if (e)
		return e;
	e = S_ISDIR(st.st_mode) ? put_tree(c, local, remote, report)
				: put_file(c, local, remote, report);
	ssh_conn_idle();
	return e;
}

static struct err *ssh_rename(struct run *run, const char *from, const char *to)
{
	char a[PATH_MAX];
	char b[PATH_MAX];
	struct ssh_conn *c;
	struct err *e = remote_path(&run->target, from, false, a);
	if (!e)
		e = remote_path(&run->target, to, false, b);
	if (!e)
		e = ssh_conn_get(run, &c);
	if (e)
		return e;
	e = ssh_conn_rename(c, a, b);
	ssh_conn_idle();
	return e;
}

static struct err *ssh_remove(struct run *run, const char *name)
{
	char path[PATH_MAX];
	bool there = false;
	struct ssh_conn *c;
	struct err *e = remote_path(&run->target, name, false, path);
	if (!e)
		e = ssh_conn_get(run, &c);
	if (e)
		return e;
	e = ssh_conn_exists(c, path, &there);
	ssh_conn_guard(c);
	if (!e && there && sftp_unlink(c->sftp, path) != SSH_OK)
		e = ssh_conn_error(c, "cannot remove %s on the server", path);
	ssh_conn_idle();
	return e;
}

struct ssh_sink {
	struct sink sink;
	struct ssh_file file;
};

static struct err *sink_write_at(struct sink *s, uint64_t offset, const void *data, size_t len)
{
	struct err *e = ssh_file_write(&((struct ssh_sink *)s)->file, offset, data, len);
	ssh_conn_idle(); /* until the collector has more */
	return e;
}

static struct err *sink_finish(struct sink *s, uint64_t size)
{
	return ssh_file_finish(&((struct ssh_sink *)s)->file, size);
}

static void sink_destroy(struct sink *s)
{
	struct ssh_sink *k = (struct ssh_sink *)s;
	ssh_file_close(&k->file);
	ssh_conn_idle();
	free(k);
}

static struct err *ssh_sink_create(struct run *run, const char *name, struct step_report *report,
				   struct sink **out)
{
	char path[PATH_MAX];
	struct ssh_sink *k = calloc(1, sizeof(*k));
	if (!k)
		return err_nomem();
	k->sink = (struct sink) {sink_write_at, sink_finish, sink_destroy};
	struct ssh_conn *c;
	struct err *e = remote_path(&run->target, name, false, path);
	if (!e)
		e = ssh_conn_get(run, &c);
	if (!e)
		e = ssh_file_create(c, path, report, &k->file);
	if (e) {
		free(k);
		return e;
	}
	ssh_conn_idle();
	*out = &k->sink;
	return NULL;
}

/* Reads the answer of a command for at most seconds; what does not fit is not wanted. */
static size_t read_answer(struct ssh_conn *c, ssh_channel channel, double seconds,
			  struct step_report *report, char *out, size_t size)
{
	size_t len = 0;
	double until = clock_now() + seconds;
	while (len < size - 1 && clock_now() < until && !ssh_channel_is_eof(channel)) {
		ssh_conn_guard(c);
		int n = ssh_channel_read_timeout(channel, out + len, (uint32_t)(size - 1 - len), 0,
						 1000);
		if (n < 0)
			break;
		len += (size_t)n;
		atomic_fetch_add(&report->progress, 1);
	}
	out[len] = '\0';
	return len;
}

/* sha256sum on the server. False: it is not allowed or did not answer with a digest. */
static bool digest_on_server(struct ssh_conn *c, const char *path, uint64_t size,
			     struct step_report *report, char hex[DIGEST_HEX_SIZE])
{
	_cleanup_buf_ struct buf command = BUF_INIT;
	buf_puts(&command, "sha256sum < ");
	shell_quote(&command, path);
	ssh_channel channel = command.failed ? NULL : ssh_channel_new(c->session);
	bool found = false;
	if (!channel)
		return false;
	ssh_conn_guard(c);
	if (ssh_channel_open_session(channel) == SSH_OK &&
	    ssh_channel_request_exec(channel, buf_str(&command)) == SSH_OK) {
		char answer[128];
		double seconds = SERVER_DIGEST_BASE + (double)size / SERVER_DIGEST_RATE;
		/* a server that runs sftp whatever is asked ends when its input does */
		ssh_channel_send_eof(channel);
		read_answer(c, channel, seconds, report, answer, sizeof(answer));
		found = strspn(answer, "0123456789abcdef") == DIGEST_HEX_SIZE - 1 &&
			answer[DIGEST_HEX_SIZE - 1] == ' ';
		if (found) {
			memcpy(hex, answer, DIGEST_HEX_SIZE - 1);
			hex[DIGEST_HEX_SIZE - 1] = '\0';
		}
	}
	ssh_channel_close(channel);
	ssh_channel_free(channel);
	return found;
}

static struct err *ssh_digest(struct run *run, const char *name, struct step_report *report,
			      char hex[65])
{
	char path[PATH_MAX];
	uint64_t size;
	struct ssh_conn *c;
	struct err *e = remote_path(&run->target, name, false, path);
	if (!e)
		e = ssh_conn_get(run, &c);
	if (e)
		return e;
	e = ssh_conn_size(c, path, &size);
	if (!e && !digest_on_server(c, path, size, report, hex))
		e = ssh_file_digest(c, path, report, hex);
	ssh_conn_idle();
	return e;
}

static struct err *ssh_publish(struct run *run, bool complete, struct step_report *report)
{
	struct target *t = &run->target;
	char from[PATH_MAX];
	char to[PATH_MAX];
	struct ssh_conn *c;
	struct err *e = remote_path(t, "", complete, from);
	if (!e)
		e = path_printf(to, "%s/%s%s", t->base, t->name,
				complete ? "" : INCIDENT_INCOMPLETE);
	if (!e)
		e = ssh_conn_get(run, &c);
	if (e)
		return e;
	e = ssh_conn_rename(c, from, to);
	ssh_conn_idle();
	if (e)
		return e;
	t->published = true;
	step_say(report, "%s:%s", t->device, to);
	return NULL;
}

static bool ssh_is_failing(struct run *run)
{
	/* What went wrong on the server came back through the sink. */
	(void)run;
	return false;
}

static bool ssh_free_bytes(struct run *run, uint64_t *bytes)
{
	struct ssh_conn *c;
	struct err *e = ssh_conn_get(run, &c);
	bool known =
		!e && ssh_conn_free_bytes(c, *run->target.base ? run->target.base : "/", bytes);
	err_free(e);
	ssh_conn_idle();
	return known;
}

const struct target_ops target_ssh = {
	.name = "ssh",
	.remote = true,
	.prepare = ssh_prepare,
	.open = ssh_open_target,
	.put = ssh_put,
	.remove = ssh_remove,
	.rename = ssh_rename,
	.sink_create = ssh_sink_create,
	.digest = ssh_digest,
	.publish = ssh_publish,
	.is_failing = ssh_is_failing,
	.free_bytes = ssh_free_bytes,
	.size = ssh_size,
	.drop_reserve = ssh_drop_reserve,
};
