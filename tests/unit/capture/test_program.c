// SPDX-License-Identifier: GPL-2.0-or-later
/* Other programs: how they end, what they said last, what they write, and when they are given up.
 */
#include "unit.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"
#include "crash/program.h"

static struct err *sh(const char *script, struct program *p, struct program_result *r)
{
	char *argv[] = {(char[]) {"sh"}, (char[]) {"-c"}, (char *)(uintptr_t)script, NULL};
	p->argv = argv;
	struct err *e = program_run(p, r);
	p->argv = NULL;
	return e;
}

static void ends(void **state)
{
	(void)state;
	struct program p = {0};
	struct program_result r;
	assert_ok(sh("exit 0", &p, &r));
	assert_true(r.started);
	assert_err(sh("echo why >&2; exit 3", &p, &r), ERR_OTHER, "sh ended with status 3: why");
	assert_int_equal(WEXITSTATUS(r.status), 3);
	assert_err(sh("kill -9 $$", &p, &r), ERR_OTHER, "killed by signal 9");
	char *argv[] = {(char[]) {"no-such-program-anywhere"}, NULL};
	p.argv = argv;
	assert_err(program_run(&p, &r), ERR_MISSING, "cannot be run");
}

static void keeps_the_last_lines(void **state)
{
	(void)state;
	struct program p = {0};
	struct program_result r;
	assert_ok(sh(
		"echo out; echo err >&2; printf '50 %%\\r100 %%\\n' >&2; echo '{\"phase\":1}' >&2",
		&p, &r));
	assert_non_null(strstr(r.tail, "out\n"));
	assert_non_null(strstr(r.tail, "err\n"));
	assert_non_null(strstr(r.tail, "100 %\n"));
	assert_null(strstr(r.tail, "phase"));
	assert_ok(
		sh("i=0; while [ $i -lt 2000 ]; do echo \"line $i\"; i=$((i+1)); done; printf last",
		   &p, &r));
	assert_true(strlen(r.tail) < PROGRAM_TAIL_MAX);
	assert_non_null(strstr(r.tail, "line 1999\nlast\n"));
	assert_null(strstr(r.tail, "line 1\n"));
	assert_ok(sh("head -c 100000 /dev/zero | tr '\\0' x; echo; echo end", &p, &r));
	assert_non_null(strstr(r.tail, "end\n"));
}

static struct err *collect(void *arg, const void *data, size_t len)
{
	buf_append(arg, data, len);
	return buf_error(arg);
}

static void hands_stdout_over(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct program p = {.on_stdout = collect, .arg = &out};
	struct program_result r;
	assert_ok(sh("head -c 1000000 /dev/zero; printf end; echo no >&2", &p, &r));
	assert_int_equal(out.len, 1000003);
	assert_memory_equal(out.data + 1000000, "end", 3);
	assert_string_equal(r.tail, "no\n");
}

static struct err *refuse(void *arg, const void *data, size_t len)
{
	(void)arg;
	(void)data;
	(void)len;
	return err_new(ERR_NOSPACE, "full");
}

static void a_sink_that_fails_ends_it(void **state)
{
	(void)state;
	struct program p = {.on_stdout = refuse};
	struct program_result r;
	double start = clock_now();
	assert_err(sh("echo x; exec sleep 60", &p, &r), ERR_NOSPACE, "full");
	assert_true(clock_now() - start < 10);
}

static void limits(void **state)
{
	(void)state;
	struct program p = {.wall = 1.5};
	struct program_result r;
	double start = clock_now();
	assert_err(sh("trap '' TERM; echo busy >&2; while :; do sleep 0.1; done", &p, &r),
		   ERR_TIMEOUT, "sh took too long and was killed: busy");
	assert_true(r.timed_out);
	/* far longer than the limit in all, never nearly that long without a word */
	p = (struct program) {.stall = 2};
	assert_ok(sh("i=0; while [ $i -lt 25 ]; do echo $((i += 1)); sleep 0.2; done", &p, &r));
	assert_err(sh("echo once; exec sleep 60", &p, &r), ERR_TIMEOUT, "took too long");
	assert_true(clock_now() - start < 30);
}

static void memory_and_files_have_limits(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp(), script[512];
	struct program p = {.memory = 16 << 20, .file_bytes = 8192};
	struct program_result r;
	assert_ok(sh("read adj < /proc/self/oom_score_adj; echo $(ulimit -d) $adj", &p, &r));
	assert_string_equal(r.tail, "16384 1000\n");
	/* a file that grows too large is an error of the program's own, no signal */
	snprintf(script, sizeof(script), "head -c 100000 /dev/zero > %s/f", dir);
	assert_err(sh(script, &p, &r), ERR_OTHER, "status 1");
	snprintf(script, sizeof(script), "[ $(wc -c < %s/f) = 8192 ]", dir);
	assert_ok(sh(script, &p, &r));
	p = (struct program) {0};
	assert_ok(sh("read adj < /proc/self/oom_score_adj; [ $adj != 1000 ]", &p, &r));
	unit_rmdir(dir);
}

static uint64_t counting(void *arg)
{
	return ++*(uint64_t *)arg;
}

static void a_measure_that_changes_is_progress(void **state)
{
	(void)state;
	uint64_t n = 0;
	struct program p = {.stall = 0.6, .measure = counting, .arg = &n};
	struct program_result r;
	assert_ok(sh("exec sleep 1.5", &p, &r));
	assert_true(n > 2);
}

static void a_descendant_that_keeps_the_pipe(void **state)
{
	(void)state;
	struct program p = {0};
	struct program_result r;
	double start = clock_now();
	assert_ok(sh("sleep 20 & echo bye", &p, &r));
	assert_non_null(strstr(r.tail, "bye"));
	assert_true(clock_now() - start < 10);
}

#define FILLED	((size_t)1 << 20)
#define FILLING "--fill-a-pipe"

/* What this program does when it is its own child: pipes have that size where pages have 64 KiB. */
static int fill_a_pipe(void)
{
	static char data[FILLED];
	return fcntl(STDOUT_FILENO, F_SETPIPE_SZ, (int)FILLED) < 0 ||
	       write(STDOUT_FILENO, data, FILLED) != (ssize_t)FILLED;
}

static struct err *collect_slowly(void *arg, const void *data, size_t len)
{
	usleep(200000);
	return collect(arg, data, len);
}

static void a_slow_server_gets_all_that_a_large_pipe_holds(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf out = BUF_INIT;
	char *argv[] = {(char[]) {"/proc/self/exe"}, (char[]) {FILLING}, NULL};
	struct program p = {.argv = argv, .on_stdout = collect_slowly, .arg = &out};
	struct program_result r;
	assert_ok(program_run(&p, &r));
	assert_int_equal(out.len, FILLED);
}

static bool dies_after_fork;

/* libc's, for this program: the one that forks dies before its child does anything. */
pid_t fork(void)
{
	pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	pid_t self = getpid(), pid = real();
	if (dies_after_fork && pid > 0)
		raise(SIGKILL);
	while (dies_after_fork && pid == 0 && getppid() == self)
		usleep(1000);
	return pid;
}

static void what_nobody_waits_for_does_not_run(void **state)
{
	(void)state;
	int ends[2];
	char seen;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char script[64];
		struct program p = {0};
		struct program_result r;
		snprintf(script, sizeof(script), "echo ran >&%d", ends[1]);
		dies_after_fork = true;
		err_free(sh(script, &p, &r));
		_exit(0);
	}
	close(ends[1]);
	/* until the program's process is gone, too */
	assert_int_equal(read(ends[0], &seen, 1), 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void finds_programs(void **state)
{
	(void)state;
	assert_true(program_exists("sh"));
	assert_true(program_exists("/bin/sh"));
	assert_false(program_exists("no-such-program-anywhere"));
	assert_false(program_exists("/etc/passwd"));
	setenv("PATH", "/usr/bin", 1);
	program_fix_path();
	assert_non_null(strstr(getenv("PATH"), "/usr/sbin"));
	unsetenv("PATH");
	program_fix_path();
	assert_true(program_exists("sh"));
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], FILLING) == 0)
		return fill_a_pipe();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends),
		cmocka_unit_test(keeps_the_last_lines),
		cmocka_unit_test(hands_stdout_over),
		cmocka_unit_test(a_sink_that_fails_ends_it),
		cmocka_unit_test(limits),
		cmocka_unit_test(memory_and_files_have_limits),
		cmocka_unit_test(a_measure_that_changes_is_progress),
		cmocka_unit_test(a_descendant_that_keeps_the_pipe),
		cmocka_unit_test(a_slow_server_gets_all_that_a_large_pipe_holds),
		cmocka_unit_test(what_nobody_waits_for_does_not_run),
		cmocka_unit_test(finds_programs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
