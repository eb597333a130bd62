// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * corrupt-report [options] VMCORE: whole reports, or all that nic-dump dead has to say, on a dump
 * that is damaged anew for each of them, in a process of its own each. Whatever is damaged, there
 * is a report: no crash, nothing that a sanitizer finds, nothing beyond the limits of time and
 * memory, and well-formed text and JSON. What an undamaged run reads is what is damaged.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/plan.h"
#include "lib/report_check.h"
#include "lib/report_once.h"
#include "lib/run_sums.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* What a sanitizer ends a process with. Their defaults are exit statuses of the report, too. */
#define SANITIZER_STATUS 99
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__asan_default_options(void)
{
	/* what was freed is kept longer than any run takes to use that much memory again */
	return "exitcode=99:allocator_may_return_null=1:quarantine_size_mb=32";
}
const char *__ubsan_default_options(void)
{
	return "exitcode=99:print_stacktrace=1";
}

struct limits {
	double cpu, wall;
	uint64_t rss_kib, address_space; /* 0: none */
};

struct outputs {
	int text, json, errors;
};

#define JOBS_MAX 64

struct options {
	const char *vmcore, *save;
	uint64_t first, count, jobs;
	double seconds; /* 0: all of them */
	struct limits limits;
	bool verbose;
	bool adapters; /* nic-dump dead instead of a report */
	char raw[64];  /* the directory of its raw files */
};

/* --- one run ------------------------------------------------------------------------------------
 */

/*
 * Whether the run can begin with the kernel that is open: it reads all that is damaged later. That
 * saves most of its time.
 */
static bool opened(const struct survey *s, const struct plan *p)
{
	struct damages damages = {p->damage, p->n};
	return s->k && p->place < PLACES_IN_MEMORY && !survey_opening_reads(s, &damages);
}

static _Noreturn void child(const struct options *o, const struct survey *s, const struct plan *p,
			    const struct outputs *out)
{
	struct damages damages = {p->damage, p->n};
	struct run run = {.path = o->vmcore,
			  .text_fd = out->text,
			  .json_fd = out->json,
			  .adapters = o->adapters,
			  .raw_fd = -1};
	rlim_t cpu = (rlim_t)o->limits.cpu + 1, space = o->limits.address_space;
	setrlimit(RLIMIT_CPU, &(struct rlimit) {cpu, cpu + 1});
	setrlimit(RLIMIT_CORE, &(struct rlimit) {0, 0});
	if (space)
		setrlimit(RLIMIT_AS, &(struct rlimit) {space, space});
	/* a terminal's go to all of them: what was begun is seen to its end */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	dup2(out->errors, STDERR_FILENO);
	if (p->place < PLACES_IN_MEMORY)
		run.memory = damages;
	else
		run.file = damages;
	/* to search all memory for the text takes longer than all else */
	run.text = p->text;
	if (!run.text && !s->text_in_file && p->place < PLACES_IN_MEMORY)
		run.text = s->v->vmcoreinfo;
	if (o->adapters)
		run.raw_fd = open(o->raw, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opened(s, p))
		exit(report_opened(&run, s->k));
	exit(report_once(&run));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	return at->level > 0 ? remove(path) : 0;
}

/* What is in the directory, which stays. */
static void empty(const char *directory)
{
	if (*directory && nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
		err(2, "%s", directory);
}

/* Waits for its end, not longer than the limit. */
static bool ends_in_time(pid_t pid, double seconds)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	double until = clock_now() + seconds, left = seconds;
	int n = 0;
	if (fd < 0)
		err(2, "pidfd_open");
	while (n <= 0 && (left = until - clock_now()) > 0)
		n = poll(&poll_fd, 1, (int)(left * 1000) + 1);
	close(fd);
	return n > 0;
}

static void rewind_output(int fd)
{
	if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		err(2, "memory for the report");
}

static struct run_result run_one(const struct options *o, const struct survey *s,
				 const struct plan *p, const struct outputs *out)
{
	struct run_result r = {0};
	struct rusage usage;
	rewind_output(out->text);
	rewind_output(out->json);
	rewind_output(out->errors);
	pid_t pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (pid == 0)
		child(o, s, p, out);
	if (!ends_in_time(pid, o->limits.wall)) {
		r.too_long = true;
		kill(pid, SIGKILL);
	}
	while (wait4(pid, &r.status, 0, &usage) != pid)
		if (errno != EINTR)
			err(2, "wait4");
	r.cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	if (opened(s, p))
		r.cpu += s->opening_cpu;
	r.rss_kib = (uint64_t)usage.ru_maxrss;
	return r;
}

/* --- what it must be ----------------------------------------------------------------------------
 */

static struct err *read_output(int fd, struct buf *out)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *room = buf_reserve(out, (size_t)MAX(size, 0) + 1);
	if (size < 0 || !room || pread(fd, room, (size_t)size, 0) != size)
		return err_new(ERR_IO, "an output cannot be read back");
	out->len = (size_t)size;
	out->data[size] = '\0';
	return NULL;
}

static struct err *check_outputs(const struct options *o, const struct outputs *out,
				 struct run_result *r)
{
	_cleanup_buf_ struct buf text = BUF_INIT, json = BUF_INIT;
	size_t parts = 0;
	struct err *e = read_output(out->text, &text);
	while (report_part_name(parts))
		parts++;
	if (!e)
		e = read_output(out->json, &json);
	if (!e && (text.len == 0 || json.len == 0))
		e = err_new(ERR_FORMAT, "there is no report");
	if (!e)
		e = report_check_text(text.data, text.len, o->adapters ? 0 : parts);
	if (!e && o->adapters)
		e = report_check_adapters(json.data, json.len, &r->parts);
	else if (!e)
		e = report_check_json(json.data, json.len, report_part_name, &r->parts);
	return e;
}

/* A dump that is refused is so in one line. */
static struct err *check_refusal(const struct outputs *out)
{
	_cleanup_buf_ struct buf said = BUF_INIT;
	struct err *e = read_output(out->errors, &said);
	if (e)
		return e;
	size_t line = strcspn(buf_str(&said), "\n");
	if (line < 10 || line + 1 != said.len)
		return err_new(ERR_FORMAT, "the dump is refused, but not in one line");
	return NULL;
}

static struct err *check_end(const struct options *o, const struct plan *p,
			     const struct outputs *out, struct run_result *r)
{
	int status = r->status;
	if (r->too_long)
		return err_new(ERR_TIMEOUT, "it did not end");
	if (WIFSIGNALED(status))
		return err_new(ERR_OTHER, "killed by signal %d (%s)", WTERMSIG(status),
			       strsignal(WTERMSIG(status)));
	switch (WEXITSTATUS(status)) {
	case RUN_REPORTED:
	case RUN_NOTHING:
		return check_outputs(o, out, r);
	case RUN_REFUSED:
		/* with its memory damaged only, a dump can be opened */
		if (p->place >= PLACES_IN_MEMORY)
			return check_refusal(out);
		return err_new(ERR_FORMAT, "the dump is refused");
	case SANITIZER_STATUS:
		return err_new(ERR_OTHER, "a sanitizer found something");
	default:
		return err_new(ERR_OTHER, "exit status %d", WEXITSTATUS(status));
	}
}

static struct err *check(const struct options *o, const struct plan *p, const struct outputs *out,
			 struct run_result *r)
{
	const struct limits *l = &o->limits;
	struct err *e = check_end(o, p, out, r);
	if (!e && r->cpu > l->cpu)
		e = err_new(ERR_TIMEOUT, "it took %.2f s of CPU", r->cpu);
	if (!e && l->rss_kib && r->rss_kib > l->rss_kib)
		e = err_new(ERR_NOMEM, "it took %" PRIu64 " KiB of memory", r->rss_kib);
	return e;
}

/* --- all runs -----------------------------------------------------------------------------------
 */

/* What happened, and the first lines of what it said, as TAP's comments. */
static void say_run(const struct plan *p, const struct run_result *r, const struct outputs *out,
		    const char *what)
{
	_cleanup_buf_ struct buf said = BUF_INIT, plan = BUF_INIT;
	plan_say(p, &plan);
	printf("# %s: %s (%.2f s, %" PRIu64 " KiB, %zu parts)\n", buf_str(&plan), what, r->cpu,
	       r->rss_kib, r->parts);
	err_free(read_output(out->errors, &said));
	char *next = said.data;
	for (int i = 0; next && *next && i < 30; i++)
		printf("#     %s\n", strsep(&next, "\n"));
	fflush(stdout);
}

static void save(const char *dir, const char *name, int fd)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_buf_ struct buf content = BUF_INIT;
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		err(2, "%s", name);
	_cleanup_fclose_ FILE *f = fopen(path, "we");
	err_free(read_output(fd, &content));
	if (!f || fwrite(buf_str(&content), 1, content.len, f) != content.len)
		err(2, "%s", path);
}

static void save_outputs(const char *dir, const struct outputs *out)
{
	save(dir, "report.txt", out->text);
	save(dir, "report.json", out->json);
	save(dir, "stderr", out->errors);
}

static void run_seed(const struct options *o, struct survey *s, uint64_t seed,
		     const struct outputs *out, struct run_sums *sums)
{
	static struct plan plan; /* large, for a stack */
	struct err *e = plan_make(s, seed, &plan);
	if (e)
		errx(2, "%s", err_message(e));
	struct run_result r = run_one(o, s, &plan, out);
	e = check(o, &plan, out, &r);
	run_sums_count(sums, &plan, &r, e);
	if (e || o->verbose)
		say_run(&plan, &r, out, e ? err_message(e) : "ok");
	if (o->save)
		save_outputs(o->save, out);
	err_free(e);
	plan_deinit(&plan);
	empty(o->raw);
	/* a large report leaves memory here, which the next run would begin with */
	malloc_trim(0);
}

static void usage(FILE *f)
{
	fputs("Usage: corrupt-report [options] VMCORE\n"
	      "  --adapters     what nic-dump dead says, instead of reports\n"
	      "  --first N      the first seed (1)\n"
	      "  --count N      so many seeds (1000)\n"
	      "  --jobs N       so many at a time (1)\n"
	      "  --seconds S    no run is begun after so long\n"
	      "  --cpu S        what a run may take (10; with sanitizers 60)\n"
	      "  --rss KIB      the same for memory (49152; with sanitizers not limited)\n"
	      "  --save DIR     the report of the last run, and what it said, is left there\n"
	      "  --verbose      a line for each run\n"
	      "Exit status: 0 all runs were as they must be, 1 some not, 2 it cannot be tested.\n",
	      f);
}

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longopts[] = {{"adapters", no_argument, NULL, 'a'},
						 {"first", required_argument, NULL, 'f'},
						 {"count", required_argument, NULL, 'n'},
						 {"seconds", required_argument, NULL, 's'},
						 {"cpu", required_argument, NULL, 'c'},
						 {"rss", required_argument, NULL, 'r'},
						 {"save", required_argument, NULL, 'd'},
						 {"verbose", no_argument, NULL, 'v'},
						 {"jobs", required_argument, NULL, 'j'},
						 {"help", no_argument, NULL, 'h'},
						 {0}};
	int c;
	while ((c = getopt_long(argc, argv, "", longopts, NULL)) != -1) {
		switch (c) {
		case 'a':
			o->adapters = true;
			break;
		case 'f':
			o->first = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			o->count = strtoull(optarg, NULL, 0);
			break;
		case 's':
			o->seconds = strtod(optarg, NULL);
			break;
		case 'c':
			o->limits.cpu = strtod(optarg, NULL);
			break;
		case 'r':
			o->limits.rss_kib = strtoull(optarg, NULL, 0);
			break;
		case 'j':
			o->jobs = strtoull(optarg, NULL, 0);
			break;
		case 'd':
			o->save = optarg;
			break;
		case 'v':
			o->verbose = true;
			break;
		default:
			usage(c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
	}
	if (optind + 1 != argc || o->jobs < 1 || o->jobs > JOBS_MAX) {
		usage(stderr);
		exit(2);
	}
	o->vmcore = argv[optind];
	o->limits.wall = o->limits.cpu * 6;
}

/* What was seen until then is summed up. */
static volatile sig_atomic_t stopped;
static void stop(int signal)
{
	stopped = signal;
}

static int in_memory(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	if (fd < 0)
		err(2, "memory for the report");
	return fd;
}

static void make_directory(char *path, size_t size)
{
	snprintf(path, size, "/dev/shm/corrupt-report.XXXXXX");
	if (!mkdtemp(path))
		err(2, "%s", path);
}

/* Every so many seeds of all, with outputs of its own. */
static void run_seeds(struct options *o, struct survey *s, uint64_t from, struct run_sums *sums)
{
	struct outputs out = {in_memory("text"), in_memory("json"), in_memory("errors")};
	double until = o->seconds > 0 ? clock_now() + o->seconds : 1e300;
	if (o->adapters)
		make_directory(o->raw, sizeof(o->raw));
	for (uint64_t i = from; i < o->count && clock_now() < until && !stopped; i += o->jobs)
		run_seed(o, s, o->first + i, &out, sums);
	if (o->adapters)
		rmdir(o->raw);
}

/* The workers end themselves when they are told to stop, as the only one does. */
static void wait_for(const pid_t *pids, size_t n)
{
	for (size_t i = 0; i < n;) {
		int status;
		pid_t pid = waitpid(pids[i], &status, 0);
		if (pid < 0 && errno != EINTR)
			err(2, "waitpid");
		for (size_t k = i; stopped && k < n; k++)
			kill(pids[k], SIGTERM);
		if (pid == pids[i] && status != 0)
			errx(2, "a worker did not end by itself");
		i += pid == pids[i];
	}
}

static void run_all(struct options *o, struct survey *s, struct run_sums *ret)
{
	pid_t pids[JOBS_MAX];
	struct run_sums *sums = mmap(NULL, JOBS_MAX * sizeof(*sums), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sums == MAP_FAILED)
		err(2, "memory for the sums");
	for (size_t i = 0; i < o->jobs; i++) {
		pids[i] = o->jobs > 1 ? fork() : 0;
		if (pids[i] < 0)
			err(2, "fork");
		if (pids[i] == 0)
			run_seeds(o, s, i, &sums[i]);
		if (pids[i] == 0 && o->jobs > 1)
			exit(0);
	}
	if (o->jobs > 1)
		wait_for(pids, o->jobs);
	for (size_t i = 0; i < o->jobs; i++)
		run_sums_add(ret, &sums[i]);
	munmap(sums, JOBS_MAX * sizeof(*sums));
}

int main(int argc, char **argv)
{
	struct options o = {.first = 1, .count = 1000, .jobs = 1};
	struct survey survey;
	struct run_sums sums = {0};
	o.limits = SANITIZED ? (struct limits) {.cpu = 60}
			     : (struct limits) {.cpu = 10,
						.rss_kib = 48 * 1024,
						.address_space = UINT64_C(1) << 30};
	parse(argc, argv, &o);
	struct err *e = survey_make(o.vmcore, o.adapters, &survey);
	if (e)
		errx(2, "%s", err_message(e));
	/* it would count as memory of every run */
	if (o.limits.rss_kib)
		survey_close(&survey);
	printf("# read, in pages, words and pointers:");
	for (enum place place = 0; place <= PLACE_FILE; place++)
		printf(" %s %zu %zu %zu", place_name(place), survey.pages[place].n,
		       survey.words[place].n, survey.pointers[place].n);
	printf("\n");
	fflush(stdout); /* before it is forked */
	/* waiting ends with it: no SA_RESTART */
	const struct sigaction action = {.sa_handler = stop};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	run_all(&o, &survey, &sums);
	run_sums_say(&sums);
	survey_deinit(&survey);
	return sums.failures || sums.runs == 0;
}
