// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/step.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "base/clock.h"

/* Between TERM and KILL: enough for a collector to close its file. */
#define GRACE_TERM 2.0
/* After KILL a process that can die does so at once; longer means it sleeps uninterruptibly. */
#define GRACE_KILL (STEP_GRACE - GRACE_TERM)
/* How often limits are looked at: their precision. */
#define WAIT_SLICE 0.25

static step_tick_fn *on_tick;

void step_on_tick(step_tick_fn *fn)
{
	on_tick = fn;
}

void step_tick(double left)
{
	if (on_tick)
		on_tick(left);
}

static const char *const outcome_names[] = {
	[OUTCOME_NONE] = "not-run",    [OUTCOME_OK] = "ok",
	[OUTCOME_FAILED] = "failed",   [OUTCOME_TIMEOUT] = "timeout",
	[OUTCOME_SKIPPED] = "skipped", [OUTCOME_INCOMPLETE] = "incomplete",
};

const char *outcome_name(enum outcome o)
{
	return (size_t)o < ARRAY_SIZE(outcome_names) ? outcome_names[o] : "unknown";
}

void *step_share(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

void step_unshare(void *p, size_t size)
{
	if (p)
		munmap(p, size);
}

void step_say(struct step_report *report, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(report->message, sizeof(report->message), fmt, ap);
	va_end(ap);
}

static bool is_zombie(pid_t pid)
{
	siginfo_t info = {0};
	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return true; /* ECHILD: gone already */
	return info.si_pid == pid;
}

bool child_ended(pid_t pid, double seconds)
{
	double until = clock_now() + seconds;
	/* Linux 5.3; without it (or in a seccomp cage) look every 20 ms. */
	_cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	for (;;) {
		if (is_zombie(pid))
			return true;
		double left = until - clock_now();
		if (left <= 0)
			return false;
		struct pollfd p = {.fd = pidfd, .events = POLLIN};
		int ms = (int)(left * 1000) + 1;
		poll(&p, pidfd >= 0, pidfd >= 0 ? ms : MIN(ms, 20));
	}
}

static void send_signal(pid_t pid, bool group, int sig)
{
	kill(pid, sig);
	if (group)
		kill(-pid, sig);
}

bool child_end(pid_t pid, bool group, int *status)
{
	*status = 0;
	if (!child_ended(pid, 0)) {
		send_signal(pid, group, SIGTERM);
		send_signal(pid, group, SIGCONT);
		if (!child_ended(pid, GRACE_TERM)) {
			send_signal(pid, group, SIGKILL);
			if (!child_ended(pid, GRACE_KILL))
				return false;
		}
	}
	/* The zombie keeps the group's number from being used again, so this hits only its own. */
	if (group)
		kill(-pid, SIGKILL);
	waitpid(pid, status, 0);
	return true;
}

static void child_main(step_fn *fn, void *arg, struct step_report *report, pid_t parent)
{
	on_tick = NULL; /* its own steps are within the parent's limits or not at all */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1); /* killed before that: nobody would end this one */
	signal(SIGTERM, SIG_DFL);
	struct err *e = fn(arg, report);
	if (e) {
		if (report->outcome == OUTCOME_NONE || report->outcome == OUTCOME_OK)
			report->outcome =
				err_code(e) == ERR_TIMEOUT ? OUTCOME_TIMEOUT : OUTCOME_FAILED;
		step_say(report, "%s", err_message(e));
	} else if (report->outcome == OUTCOME_NONE) {
		report->outcome = OUTCOME_OK;
	}
	_exit(0);
}

static double left_of(const struct step_limits *limits, double start, double changed, double now)
{
	double left = INFINITY;
	if (limits->wall > 0)
		left = start + limits->wall - now;
	if (limits->stall > 0)
		left = MIN(left, changed + limits->stall - now);
	return left;
}

/* Waits for the child within its limits. Returns NULL when it ended by itself, else which limit it
 * was. */
static const char *watch(pid_t pid, const struct step_limits *limits, struct step_report *report)
{
	double start = clock_now();
	double changed = start;
	uint64_t seen = 0;
	step_tick(left_of(limits, start, start, start));
	while (!child_ended(pid, WAIT_SLICE)) {
		double now = clock_now();
		uint64_t mark = atomic_load(&report->progress) + atomic_load(&report->bytes);
		if (mark != seen) {
			seen = mark;
			changed = now;
		}
		if (limits->wall > 0 && now - start > limits->wall)
			return "time limit";
		if (limits->stall > 0 && now - changed > limits->stall)
			return "no progress";
		step_tick(left_of(limits, start, changed, now));
	}
	return NULL;
}

static void conclude(struct step_report *report, const char *limit, bool ended, int status)
{
	if (limit) {
		char had[200];
		snprintf(had, sizeof(had), "%.190s", report->message);
		report->outcome = OUTCOME_TIMEOUT;
		step_say(report, "%s passed%s%s%s", limit,
			 ended ? "; killed"
			       : "; it does not die (stuck in the kernel): left behind",
			 *had ? "; last: " : "", had);
		return;
	}
	if (WIFSIGNALED(status)) {
		report->outcome = OUTCOME_FAILED;
		step_say(report, "the step's process was killed by signal %d", WTERMSIG(status));
	} else if (report->outcome == OUTCOME_NONE) {
		report->outcome = OUTCOME_FAILED;
		step_say(report, "the step's process ended with status %d", WEXITSTATUS(status));
	}
}

void step_begin(struct step *s, step_fn *fn, void *arg)
{
	*s = (struct step) {.pid = -1, .start = clock_now()};
	s->report = step_share(sizeof(*s->report));
	if (!s->report)
		return;
	pid_t self = getpid();
	s->pid = fork();
	if (s->pid == 0)
		child_main(fn, arg, s->report, self);
	if (s->pid < 0) {
		s->report->outcome = OUTCOME_FAILED;
		step_say(s->report, "cannot start a process: %s", strerror(errno));
	} else {
		setpgid(s->pid, s->pid); /* both sides: whoever is first */
	}
}

void step_end(struct step *s, const struct step_limits *limits, struct step_result *result)
{
	struct step_report *report = s->report;
	*result = (struct step_result) {.start = s->start};
	if (!report) {
		result->outcome = OUTCOME_FAILED;
		snprintf(result->message, sizeof(result->message), "out of memory");
		return;
	}
	if (s->pid >= 0) {
		const char *limit = watch(s->pid, limits, report);
		int status = 0;
		bool ended = child_end(s->pid, true, &status);
		conclude(report, limit, ended, status);
	}
	report->message[sizeof(report->message) - 1] = '\0';
	result->outcome = report->outcome;
	result->bytes = atomic_load(&report->bytes);
	result->seconds = clock_now() - result->start;
	memcpy(result->message, report->message, sizeof(result->message));
	step_unshare(report, sizeof(*report));
	s->report = NULL;
}

void step_end_orphans(pid_t group)
{
	double until = clock_now() + GRACE_KILL;
	while (group > 0 && clock_now() < until) {
		kill(-group, SIGKILL);
		if (waitpid(-group, NULL, WNOHANG) < 0 && errno == ECHILD)
			break;
		poll(NULL, 0, 10);
	}
}

void step_run(const struct step_limits *limits, step_fn *fn, void *arg, struct step_result *result)
{
	struct step s;
	step_begin(&s, fn, arg);
	step_end(&s, limits, result);
}
