// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "base/clock.h"

/* The parent's view of one child: a collector at work on a subject. */
struct job {
	const struct nic_run *run;
	const struct nic_collector *collector;
	const struct nic_subject *subject;
	pid_t pid;
	int pipe;
	struct buf in; /* bytes of frames that are not complete yet */
	bool in_item;
	size_t item;  /* index of the running item, valid while in_item */
	double begun; /* of the item, or of the job before its first */
	int file;     /* open output file or -1 */
	char file_name[64];
	uint64_t bytes;
	bool malformed;
};

static struct nic_item *current_item(struct job *job)
{
	return job->in_item ? &job->run->record->items[job->item] : NULL;
}

static void close_file(struct job *job)
{
	if (job->file >= 0)
		close(job->file);
	job->file = -1;
	job->file_name[0] = '\0';
}

static void end_item(struct job *job, enum nic_outcome outcome, const char *text)
{
	struct nic_item *item = current_item(job);
	close_file(job);
	job->in_item = false;
	if (!item)
		return;
	item->seconds = clock_now() - job->begun;
	/* A file that could not be written has set its own error; it stays. */
	if (item->text)
		return;
	item->outcome = outcome;
	if (*text)
		nic_item_set_text(job->run->record, item, text);
}

static void begin_item(struct job *job, const char *source)
{
	if (job->in_item)
		end_item(job, NIC_ERROR, "the collector went on without saying how this ended");
	job->begun = clock_now();
	struct nic_record *record = job->run->record;
	if (nic_record_item(record, job->subject, job->collector, source)) {
		job->item = record->item_count - 1;
		job->in_item = true;
	}
}

static void file_failed(struct job *job, struct nic_item *item, int errnum)
{
	char text[160];
	snprintf(text, sizeof(text), "writing the file: %s", strerror(errnum));
	item->outcome = NIC_ERROR;
	nic_item_set_text(job->run->record, item, text);
}

static int open_file(struct job *job, struct nic_item *item, const char *name)
{
	char path[2 * NIC_NAME_MAX + 64];
	const char *dir = job->subject->directory, *stage = nic_stage_name(job->run->stage);
	if (mkdirat(job->run->output, dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	snprintf(path, sizeof(path), "%s/%s", dir, stage);
	if (mkdirat(job->run->output, path, 0755) < 0 && errno != EEXIST)
		return -errno;
	snprintf(path, sizeof(path), "%s/%s/%s", dir, stage, name);
	int fd = openat(job->run->output, path,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	free(item->file);
	item->file = strdup(path);
	return fd;
}

static void write_file(struct job *job, const char *payload, size_t len)
{
	struct nic_item *item = current_item(job);
	size_t name_len = strnlen(payload, len);
	if (!item || item->text) /* not in an item, or its file failed before */
		return;
	if (name_len == len || name_len >= sizeof(job->file_name) ||
	    memchr(payload, '/', name_len)) {
		job->malformed = true;
		return;
	}
	if (job->file < 0 || strcmp(job->file_name, payload) != 0) {
		close_file(job);
		int fd = open_file(job, item, payload);
		if (fd < 0) {
			file_failed(job, item, -fd);
			return;
		}
		job->file = fd;
		memcpy(job->file_name, payload, name_len + 1);
	}
	const char *data = payload + name_len + 1;
	size_t left = len - name_len - 1;
	struct nic_record *record = job->run->record;
	if (record->bounded && left > record->room) {
		record->room_used_up = true;
		file_failed(job, item, ENOSPC);
		return;
	}
	if (record->bounded)
		record->room -= left;
	while (left > 0) {
		ssize_t n = write(job->file, data, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			file_failed(job, item, n < 0 ? errno : EIO);
			return;
		}
		data += n;
		left -= (size_t)n;
		item->bytes += (size_t)n;
	}
}

static void take_frame(struct job *job, const struct nic_frame *f, const char *payload)
{
	char text[512];
	size_t n = MIN((size_t)f->len, sizeof(text) - 1);
	switch (f->type) {
	case NIC_FRAME_BEGIN:
		memcpy(text, payload, n);
		text[n] = '\0';
		begin_item(job, text);
		break;
	case NIC_FRAME_FILE:
		write_file(job, payload, f->len);
		break;
	case NIC_FRAME_VALUES:
		nic_record_values(job->run->record, job->subject, job->collector, payload, f->len);
		break;
	case NIC_FRAME_END:
		if (n == 0 || (unsigned char)payload[0] > NIC_SKIPPED) {
			job->malformed = true;
			break;
		}
		memcpy(text, payload + 1, n - 1);
		text[n - 1] = '\0';
		end_item(job, (enum nic_outcome)payload[0], text);
		break;
	default:
		job->malformed = true;
	}
}

static void take_frames(struct job *job)
{
	size_t at = 0;
	struct nic_frame f;
	while (!job->malformed && job->in.len - at >= sizeof(f)) {
		memcpy(&f, job->in.data + at, sizeof(f));
		if (f.len > NIC_FRAME_MAX) {
			job->malformed = true;
			break;
		}
		if (job->in.len - at - sizeof(f) < f.len)
			break;
		take_frame(job, &f, job->in.data + at + sizeof(f));
		at += sizeof(f) + f.len;
	}
	memmove(job->in.data, job->in.data + at, job->in.len - at);
	job->in.len -= at;
}

/* Reads until the child closes the pipe. NULL, or why it has to be stopped. */
static const char *follow(struct job *job, char *why, size_t size)
{
	for (;;) {
		double limit = MIN(job->begun + job->collector->deadline, job->run->deadline_at);
		double left = limit - clock_now();
		struct pollfd p = {.fd = job->pipe, .events = POLLIN};
		int n = left > 0 ? poll(&p, 1, (int)(left * 1000) + 1) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			snprintf(why, size, "timed out after %.1f s%s", clock_now() - job->begun,
				 limit == job->run->deadline_at ? " (the deadline of the whole run)"
								: "");
			return why;
		}
		char *at = buf_reserve(&job->in, 65536);
		ssize_t got = at ? read(job->pipe, at, 65536) : -1;
		if (got < 0 && at && errno == EINTR)
			continue;
		if (got == 0)
			return NULL;
		if (got < 0)
			return at ? "reading from the collector failed" : "out of memory";
		job->in.len += (size_t)got;
		job->bytes += (uint64_t)got;
		take_frames(job);
		if (job->malformed)
			return "the collector sent something malformed";
		if (job->bytes > NIC_BYTES_MAX)
			return "more data than one collector may save; cut here";
	}
}

/*
 * Waits up to about 400 ms for a child that is exiting. False: it is stuck in the kernel and is
 * left behind. The pauses start short because most children are gone at the first or second look.
 */
static bool reap(pid_t pid, int *status)
{
	for (long pause = 50000; pause < 250000000; pause *= 2) {
		pid_t got = waitpid(pid, status, WNOHANG);
		if (got == pid || (got < 0 && errno != EINTR))
			return true;
		struct timespec ts = {.tv_nsec = pause};
		nanosleep(&ts, NULL);
	}
	return false;
}

static void finish(struct job *job, const char *why, bool timed_out)
{
	char text[256];
	int status = 0;
	bool gone;
	if (why) {
		kill(job->pid, SIGKILL);
		gone = reap(job->pid, &status);
		snprintf(text, sizeof(text), "%s%s", why,
			 gone ? "" : "; the process is stuck in the kernel and was left behind");
	} else {
		/* The pipe is closed, so it is exiting; a stuck exit must not hold us either. */
		gone = reap(job->pid, &status);
		if (gone && WIFSIGNALED(status))
			snprintf(text, sizeof(text), "the collector died of signal %d (%s)",
				 WTERMSIG(status), strsignal(WTERMSIG(status)));
		else
			snprintf(text, sizeof(text), "the collector ended early");
	}
	bool failed = why || !gone || WIFSIGNALED(status);
	if (!job->in_item && failed)
		begin_item(job, job->collector->name);
	if (job->in_item)
		end_item(job, timed_out ? NIC_TIMEOUT : NIC_ERROR, text);
}

static _Noreturn void child(const struct job *job, int fd)
{
	/* Whoever waits for our output must not wait for a child that is stuck. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int null = open("/dev/null", O_RDWR);
	for (int i = 0; i < 3; i++)
		if (null < 0 || dup2(null, i) < 0)
			close(i);
	close(job->run->output);
	if (chdir("/") < 0) {
		/* then it stays where it is; only a busy mount could tell the difference */
	}
	struct nic_output o;
	nic_output_init(&o, fd);
	if (job->run->depth)
		o.depth = job->run->depth;
	o.until = job->run->deadline_at;
	job->collector->collect(job->run->root, job->subject, &o);
	_exit(0);
}

static void run_one(const struct nic_run *run, const struct nic_collector *c,
		    const struct nic_subject *s)
{
	struct job job = {.run = run, .collector = c, .subject = s, .file = -1};
	int fds[2] = {-1, -1};
	char why[128];
	job.begun = clock_now();
	if (pipe2(fds, O_CLOEXEC) < 0 || (job.pid = fork()) < 0) {
		snprintf(why, sizeof(why), "starting the collector: %s", strerror(errno));
		begin_item(&job, c->name);
		end_item(&job, NIC_ERROR, why);
		cleanup_close(&fds[0]);
		cleanup_close(&fds[1]);
		return;
	}
	if (job.pid == 0) {
		close(fds[0]);
		child(&job, fds[1]);
	}
	close(fds[1]);
	job.pipe = fds[0];
	const char *stopped = follow(&job, why, sizeof(why));
	finish(&job, stopped, stopped == why);
	close(job.pipe);
	buf_deinit(&job.in);
}

static void skip(const struct nic_run *run, const struct nic_collector *c,
		 const struct nic_subject *s, const char *reason)
{
	struct nic_item *item = nic_record_item(run->record, s, c, c->name);
	if (!item)
		return;
	item->outcome = NIC_SKIPPED;
	nic_item_set_text(run->record, item, reason);
}

/* Why a collector that would run does not; NULL if it does. */
static const char *refused(const struct nic_run *run, const struct nic_collector *c,
			   const struct nic_depth *depth)
{
	if (c->registers && depth->devices_reset)
		return "the device was reset by firmware since the crash: its registers say "
		       "nothing of it, and are not read";
	if (c->access == NIC_ASKS_KERNEL && !run->root_is_machine)
		return "netlink and ioctl ask the running kernel, not the --root directory";
	if (c->access == NIC_ASKS_DEVICE && !run->root_is_machine)
		return "the device would be asked, not the --root directory";
	if (clock_now() >= run->deadline_at)
		return "not started: the deadline of the whole run had passed";
	return NULL;
}

void nic_run_collector(const struct nic_run *run, const struct nic_collector *c)
{
	const struct nic_depth *depth = run->depth ? run->depth : &nic_depth_default;
	if (!(c->stages & run->stage) || c->iov > depth->iov || (c->registers && !depth->registers))
		return;
	for (size_t i = 0; i < run->inventory->count; i++) {
		const struct nic_subject *s = &run->inventory->subjects[i];
		if (!(s->kind & c->subjects))
			continue;
		if ((c->device_only && s->kind == NIC_INTERFACE && !*s->device) ||
		    (s->queues_only && c->iov < 3))
			continue;
		const char *reason = refused(run, c, depth);
		if (reason)
			skip(run, c, s, reason);
		else
			run_one(run, c, s);
	}
}
