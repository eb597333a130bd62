// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "base/buf.h"
#include "base/clock.h"
#include "crash/step.h"

#define PATH_DEFAULT "/usr/sbin:/usr/bin:/sbin:/bin"
/* How long one wait for output lasts at most: the precision of the limits. */
#define SLICE_MS 250
/* After the program's end its descendants may hold the pipes, and go on writing: no longer than
 * this. */
#define DRAIN_SECONDS 2.0
/* exec failed: the status a shell would give. */
#define EXIT_NOT_FOUND 127

struct tail {
	char line[PROGRAM_TAIL_MAX];
	size_t line_len;
	bool json; /* the line in hand starts with {: a progress line, not for people */
};

struct running {
	const struct program *p;
	struct program_result *r;
	pid_t pid;
	int out; /* read end of stdout, or -1 */
	int err; /* read end of stderr, or -1 when at its end */
	double start, active;
	uint64_t measured;
	struct tail tail;
	struct err *sink_err;
};

void program_fix_path(void)
{
	const char *path = getenv("PATH");
	if (!path || !*path) {
		setenv("PATH", PATH_DEFAULT, 1);
	} else if (!strstr(path, "sbin")) {
		_cleanup_buf_ struct buf b = BUF_INIT;
		buf_printf(&b, "%s:%s", path, PATH_DEFAULT);
		if (!b.failed)
			setenv("PATH", buf_str(&b), 1);
	}
}

bool program_exists(const char *name)
{
	if (strchr(name, '/'))
		return access(name, X_OK) == 0;
	const char *path = getenv("PATH");
	for (const char *p = path ? path : PATH_DEFAULT; *p;) {
		size_t len = strcspn(p, ":");
		char file[PATH_MAX];
		int n = snprintf(file, sizeof(file), "%.*s/%s", (int)len, p, name);
		if (n > 0 && (size_t)n < sizeof(file) && access(file, X_OK) == 0)
			return true;
		p += len + (p[len] == ':');
	}
	return false;
}

/* Keeps the last lines: when the buffer is full its older half goes. */
static void tail_flush(struct tail *t, char *tail)
{
	if (t->line_len && !t->json) {
		size_t have = strlen(tail);
		size_t max = PROGRAM_TAIL_MAX - 2;
		size_t need = MIN(t->line_len, max);
		while (have && have + need > max) {
			char *next = strchr(tail, '\n');
			next = next ? next + 1 : tail + have;
			have -= (size_t)(next - tail);
			memmove(tail, next, have + 1);
		}
		memcpy(tail + have, t->line, need);
		tail[have + need] = '\n';
		tail[have + need + 1] = '\0';
	}
	t->line_len = 0;
	t->json = false;
}

static void tail_add(struct tail *t, char *tail, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n' || data[i] == '\r' || data[i] == '\0') {
			tail_flush(t, tail);
			continue;
		}
		if (t->line_len == 0)
			t->json = data[i] == '{';
		if (t->line_len < sizeof(t->line) - 2)
			t->line[t->line_len++] = data[i];
	}
}

/* Neither limit is worth the program: without it the ones on time are left. */
static void limit_child(const struct program *p)
{
	struct rlimit memory = {p->memory, p->memory};
	struct rlimit file = {p->file_bytes, p->file_bytes};
	if (p->memory) {
		/* Private writable mappings count, the program's text and libraries do not: those
		 * are in the memory file system already (mmap(2), since Linux 4.7). */
		setrlimit(RLIMIT_DATA, &memory);
	}
	if (p->file_bytes) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &file);
	}
	if (p->memory) {
		_cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
		if (fd >= 0 && write(fd, "1000", 4) < 0)
			return;
	}
}

static void exec_child(const struct program *p, int out, int err, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1); /* it died before that: nobody watches over us */
	signal(SIGPIPE, SIG_DFL);
	limit_child(p);
	int null = open("/dev/null", O_RDONLY);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(out >= 0 ? out : err, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp(p->argv[0], p->argv);
	dprintf(STDERR_FILENO, "%s: %s\n", p->argv[0], strerror(errno));
	_exit(EXIT_NOT_FOUND);
}

static struct err *start(struct running *run)
{
	int out[2] = {-1, -1};
	int err[2];
	if (pipe2(err, O_CLOEXEC) < 0)
		return err_os(errno, "pipe");
	if (run->p->on_stdout && pipe2(out, O_CLOEXEC) < 0) {
		int errnum = errno;
		close(err[0]);
		close(err[1]);
		return err_os(errnum, "pipe");
	}
	pid_t self = getpid();
	run->pid = fork();
	if (run->pid == 0)
		exec_child(run->p, out[1], err[1], self);
	int errnum = errno;
	close(err[1]);
	if (out[1] >= 0)
		close(out[1]);
	run->err = err[0];
	run->out = out[0];
	if (run->pid < 0)
		return err_os(errnum, "cannot start %s", run->p->argv[0]);
	run->r->started = true;
	return NULL;
}

/* One read of a ready pipe, which is closed at its end: how many bytes it gave. */
static size_t take(struct running *run, int *fd)
{
	static char data[1 << 16]; /* too big for the stack of a small environment; one thread */
	ssize_t n = read(*fd, data, sizeof(data));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0) {
		close(*fd);
		*fd = -1;
		return 0;
	}
	run->active = clock_now();
	if (run->p->progress)
		atomic_fetch_add(run->p->progress, 1);
	if (fd == &run->err)
		tail_add(&run->tail, run->r->tail, data, (size_t)n);
	else if (!run->sink_err)
		run->sink_err = run->p->on_stdout(run->p->arg, data, (size_t)n);
	return (size_t)n;
}

/* Waits for output for up to ms and takes what is there. False: nothing came. */
static bool pump(struct running *run, int ms)
{
	struct pollfd fds[2] = {
		{.fd = run->err, .events = POLLIN},
		{.fd = run->out, .events = POLLIN},
	};
	if (poll(fds, 2, ms) <= 0)
		return false;
	if (fds[0].revents)
		take(run, &run->err);
	if (fds[1].revents)
		take(run, &run->out);
	return true;
}

static bool limit_passed(struct running *run)
{
	double now = clock_now();
	if (run->p->measure) {
		uint64_t m = run->p->measure(run->p->arg);
		if (m != run->measured) {
			run->measured = m;
			run->active = now;
		}
	}
	return (run->p->wall > 0 && now - run->start > run->p->wall) ||
	       (run->p->stall > 0 && now - run->active > run->p->stall);
}

/*
 * What is left after the program's end. What lies in the pipe of its output is its own, and is
 * handed over however slowly it is taken: that is a MiB where pages have 64 KiB.
 */
static void drain(struct running *run)
{
	int own = 0;
	if (run->out >= 0 && ioctl(run->out, FIONREAD, &own) < 0)
		own = 0;
	while (own > 0 && run->out >= 0 && !run->sink_err)
		own -= (int)take(run, &run->out);
	double until = clock_now() + DRAIN_SECONDS;
	while (!run->sink_err && (run->err >= 0 || run->out >= 0) && clock_now() < until)
		if (!pump(run, 20))
			break;
}

static void supervise(struct running *run)
{
	for (;;) {
		bool open = run->err >= 0 || run->out >= 0;
		if (open)
			pump(run, SLICE_MS);
		if (run->sink_err)
			break;
		if (limit_passed(run)) {
			run->r->timed_out = true;
			break;
		}
		if (child_ended(run->pid, open ? 0 : SLICE_MS / 1000.0))
			break;
	}
	if (child_end(run->pid, false, &run->r->status))
		drain(run);
	tail_flush(&run->tail, run->r->tail);
}

/* The last line of the tail, for a message. */
static const char *last_words(struct program_result *r, char *out, size_t size)
{
	size_t len = strlen(r->tail);
	while (len && r->tail[len - 1] == '\n')
		len--;
	size_t from = len;
	while (from && r->tail[from - 1] != '\n')
		from--;
	if (len == from)
		return "";
	snprintf(out, size, ": %.*s", (int)MIN(len - from, (size_t)300), r->tail + from);
	return out;
}

static struct err *judge(struct running *run)
{
	struct program_result *r = run->r;
	const char *name = run->p->argv[0];
	char words[320];
	if (run->sink_err)
		return TAKE_PTR(run->sink_err);
	if (r->timed_out)
		return err_new(ERR_TIMEOUT, "%s took too long and was killed%s", name,
			       last_words(r, words, sizeof(words)));
	if (WIFSIGNALED(r->status))
		return err_new(ERR_OTHER, "%s was killed by signal %d%s", name, WTERMSIG(r->status),
			       last_words(r, words, sizeof(words)));
	if (WEXITSTATUS(r->status) == EXIT_NOT_FOUND)
		return err_new(ERR_MISSING, "%s cannot be run%s", name,
			       last_words(r, words, sizeof(words)));
	if (WEXITSTATUS(r->status) != 0)
		return err_new(ERR_OTHER, "%s ended with status %d%s", name, WEXITSTATUS(r->status),
			       last_words(r, words, sizeof(words)));
	return NULL;
}

struct err *program_run(const struct program *p, struct program_result *r)
{
	*r = (struct program_result) {0};
	struct running run = {.p = p, .r = r, .out = -1, .err = -1};
	run.start = run.active = clock_now();
	struct err *e = start(&run);
	if (!e) {
		supervise(&run);
		e = judge(&run);
	}
	if (run.err >= 0)
		close(run.err);
	if (run.out >= 0)
		close(run.out);
	return e;
}
