// SPDX-License-Identifier: GPL-2.0-or-later
/* A directory of incidents within its limits: the cycle, what is not ours, several at once,
 * SIGKILL. */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "incident/store.h"

static char *dir;
static char base[512];

static int setup(void **state)
{
	(void)state;
	dir = unit_mkdtemp();
	snprintf(base, sizeof(base), "%s/a/dmn", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unit_rmdir(dir);
	return 0;
}

static int run(const char *fmt, ...) printf_like(1, 2);
static int run(const char *fmt, ...)
{
	char command[4096];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	int status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct incident_store open_store(unsigned total, unsigned preserved)
{
	struct incident_store s;
	struct retention_limits l = {total, preserved, 0, 0};
	assert_ok(incident_store_init(&s, base, &l));
	return s;
}

/* The moment says which incident it is: they are numbered by the seconds of their time. */
static struct dmn_fields fields(unsigned number)
{
	return (struct dmn_fields) {
		"eth0", "GENERAL", "USER", "NA", {1000000000 + (time_t)number, 0}};
}

static void fill(const struct incident *i, size_t bytes)
{
	char text[4096];
	memset(text, 'x', sizeof(text));
	assert_int_equal(mkdirat(i->dir, "eth0", 0700), 0);
	for (int n = 0; n < 3; n++) {
		char name[32];
		snprintf(name, sizeof(name), "eth0/file%d", n);
		int fd = openat(i->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		for (size_t left = bytes; left > 0; left -= MIN(left, sizeof(text)))
			assert_true(write(fd, text, MIN(left, sizeof(text))) > 0);
		close(fd);
	}
}

static void about(struct json *j, const void *arg)
{
	json_str(j, "reason", arg);
}

static void take(struct incident_store *s, unsigned number, char name[INCIDENT_NAME_MAX + 16])
{
	struct incident i;
	struct dmn_fields f = fields(number);
	assert_ok(incident_store_begin(s, &f, &i));
	fill(&i, 5000);
	assert_ok(incident_store_finish(s, &i, true, about, "test", name));
}

static char *names_matching(const char *pattern)
{
	static char out[65536];
	char command[1024];
	snprintf(command, sizeof(command),
		 "cd '%s' && find . -mindepth 1 -maxdepth 1 -name '%s' | sort | sed 's/^..//' | "
		 "tr '\\n' ' '",
		 base, pattern);
	FILE *p = popen(command, "r");
	assert_non_null(p);
	out[fread(out, 1, sizeof(out) - 1, p)] = '\0';
	pclose(p);
	return out;
}

static unsigned count(const char *pattern)
{
	unsigned n = 0;
	for (const char *p = names_matching(pattern); *p; p++)
		n += *p == ' ';
	return n;
}

static bool is_there(const char *name)
{
	char path[1024];
	snprintf(path, sizeof(path), "%s/%s", base, name);
	return access(path, F_OK) == 0;
}

static void publishes(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX + 16];
	struct incident_store s = open_store(3, 1);
	struct incident i;
	struct dmn_fields f = fields(1);
	assert_ok(incident_store_begin(&s, &f, &i));
	assert_int_equal(count("dmn-*"), 0);
	assert_int_equal(count(".dmn-*.writing"), 1);
	fill(&i, 10);
	assert_ok(incident_store_finish(&s, &i, true, about, "a \"reason\"", name));
	assert_string_equal(name, "dmn-eth0-GENERAL-USER-NA--20010909T014641.000Z");
	assert_int_equal(count(".dmn-*"), 0);
	assert_int_equal(
		run("cd %s/%s && sha256sum --strict --quiet -c SHA256SUMS && "
		    "[ $(wc -l <SHA256SUMS) = 4 ] && jq -e '.reason == \"a \\\"reason\\\"\" "
		    "and .file_count == 3 and .bytes == 30 and .files[2].name == "
		    "\"eth0/file2\" and .files[2].bytes == 10' manifest.json >/dev/null",
		    base, name),
		0);
	/* the same moment again; an incomplete one */
	assert_ok(incident_store_begin(&s, &f, &i));
	assert_ok(incident_store_finish(&s, &i, false, NULL, NULL, name));
	assert_string_equal(name, "dmn-eth0-GENERAL-USER-NA--20010909T014641.000Z-2-incomplete");
	assert_true(is_there(name));
	assert_int_equal(
		run("[ $(stat -c %%a %s) = 700 ] && [ $(stat -c %%a %s/..) = 755 ]", base, base),
		0);
	incident_store_deinit(&s);
}

static void cycles(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX + 16];
	struct incident_store s = open_store(4, 2);
	/* the clock goes backwards: the order of publishing counts, not the time in the name */
	for (unsigned n = 20; n > 10; n--) {
		take(&s, n, name);
		assert_true(count("dmn-*") <= 4);
	}
	assert_string_equal(names_matching("dmn-*"),
			    "dmn-eth0-GENERAL-USER-NA--20010909T014651.000Z "
			    "dmn-eth0-GENERAL-USER-NA--20010909T014652.000Z "
			    "dmn-eth0-GENERAL-USER-NA--20010909T014659.000Z "
			    "dmn-eth0-GENERAL-USER-NA--20010909T014700.000Z ");
	/* begun first, published last: it is not among the first */
	assert_int_equal(run("rm -rf %s/dmn-*", base), 0);
	struct incident early, late;
	struct dmn_fields f1 = fields(1), f2 = fields(2);
	s.limits = (struct retention_limits) {2, 1, 0, 0};
	assert_ok(incident_store_begin(&s, &f1, &early));
	assert_ok(incident_store_begin(&s, &f2, &late));
	assert_ok(incident_store_finish(&s, &late, true, NULL, NULL, name));
	assert_ok(incident_store_finish(&s, &early, true, NULL, NULL, name));
	take(&s, 3, name);
	assert_true(is_there("dmn-eth0-GENERAL-USER-NA--20010909T014642.000Z"));
	assert_false(is_there("dmn-eth0-GENERAL-USER-NA--20010909T014641.000Z"));
	incident_store_deinit(&s);
}

static void refuses(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX + 16];
	struct incident i;
	struct dmn_fields f = fields(9);
	struct incident_store s = open_store(2, 2);
	take(&s, 1, name);
	take(&s, 2, name);
	assert_err(incident_store_begin(&s, &f, &i), ERR_NOSPACE, "preserved");
	s.limits = (struct retention_limits) {9, 0, 0, UINT64_MAX};
	assert_err(incident_store_begin(&s, &f, &i), ERR_NOSPACE, "are free");
	assert_int_equal(count("dmn-*"), 2);
	/* more bytes than the budget has: nothing of it stays, nothing else goes */
	s.limits = (struct retention_limits) {9, 1, 100000, 0};
	assert_ok(incident_store_begin(&s, &f, &i));
	assert_true(i.room > 40000 && i.room < 80000);
	fill(&i, 60000);
	assert_err(incident_store_finish(&s, &i, true, NULL, NULL, name), ERR_NOSPACE,
		   "100000 bytes");
	assert_int_equal(count("dmn-*"), 2);
	assert_int_equal(count(".dmn-*"), 0);
	incident_store_deinit(&s);
	struct retention_limits l = {1, 0, 0, 0};
	assert_int_equal(run("chmod 777 %s", base), 0);
	assert_err(incident_store_init(&s, base, &l), ERR_OTHER, "others may write");
	assert_int_equal(run("chmod 700 %s; touch %s/../file", base, base), 0);
	strcat(base, "/../file");
	assert_err(incident_store_init(&s, base, &l), ERR_IO, "file");
}

/* Everything that looks like an incident and is none, or is not ours, stays. */
static void only_ours(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX + 16];
	struct incident_store s = open_store(2, 0);
	take(&s, 1, name);
	assert_int_equal(
		run("cd %s && mkdir ../outside && echo precious >../outside/file &&"
		    "mkdir dmn-x-GENERAL-USER-NA--20010101T000000.000Z &&"
		    "ln -s ../outside dmn-link-GENERAL-USER-NA--20010101T000000.000Z &&"
		    "ln -s ../outside .dmn-link-GENERAL-USER-NA--20010101T000000.000Z.writing &&"
		    "mkdir .dmn-full-GENERAL-USER-NA--20010101T000000.000Z.writing &&"
		    "touch .dmn-full-GENERAL-USER-NA--20010101T000000.000Z.writing/file &&"
		    "mkdir .dmn-empty-GENERAL-USER-NA--20010101T000000.000Z.writing &&"
		    "cp -r %s renamed && cp -r %s dmn-copy-GENERAL-USER-NA--20010101T000000.000Z &&"
		    "ln -s ../../outside %s/link && touch file .hidden",
		    base, name, name, name),
		0);
	for (unsigned n = 2; n < 7; n++)
		take(&s, n, name);
	assert_int_equal(
		run("cd %s && [ \"$(cat ../outside/file)\" = precious ] &&"
		    "[ -d renamed ] && [ -f file ] && [ -f .hidden ] &&"
		    "[ -L dmn-link-GENERAL-USER-NA--20010101T000000.000Z ] &&"
		    "[ -L .dmn-link-GENERAL-USER-NA--20010101T000000.000Z.writing ] &&"
		    "[ -f .dmn-full-GENERAL-USER-NA--20010101T000000.000Z.writing/file ] &&"
		    "[ ! -e .dmn-empty-GENERAL-USER-NA--20010101T000000.000Z.writing ] &&"
		    "[ -d dmn-x-GENERAL-USER-NA--20010101T000000.000Z ] &&"
		    "[ -d dmn-copy-GENERAL-USER-NA--20010101T000000.000Z ]",
		    base),
		0);
	assert_int_equal(count("dmn-eth0-*"), 2);
	incident_store_deinit(&s);
}

static void lock_has_a_limit(void **state)
{
	(void)state;
	struct incident_store s = open_store(2, 0), other = open_store(2, 0);
	struct incident i;
	struct dmn_fields f = fields(1);
	assert_int_equal(flock(other.lock, LOCK_EX), 0);
	s.lock_seconds = 0.2;
	double begun = clock_now();
	assert_err(incident_store_begin(&s, &f, &i), ERR_TIMEOUT, "held by another process");
	assert_true(clock_now() - begun < 5);
	incident_store_deinit(&other);
	incident_store_deinit(&s);
}

/* The longest names there are, incomplete: counted and removed like all others. */
static void longest_names(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX + 16], longest[100];
	struct incident_store s = open_store(2, 0);
	struct incident i;
	memset(longest, 'l', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (unsigned n = 1; n < 6; n++) {
		struct dmn_fields f = {longest, longest, longest, longest, {1000000000, 0}};
		assert_ok(incident_store_begin(&s, &f, &i));
		assert_ok(incident_store_finish(&s, &i, false, NULL, NULL, name));
		assert_true(is_there(name));
	}
	assert_int_equal(count("dmn-*"), 2);
	/* a removal that was interrupted */
	assert_int_equal(run("cd %s && mv %s .%s.removing", base, name, name), 0);
	struct dmn_fields f = fields(1);
	assert_ok(incident_store_begin(&s, &f, &i));
	incident_store_abandon(&s, &i);
	assert_int_equal(count(".dmn-*"), 0);
	incident_store_deinit(&s);
}

/* A second one of the same device is answered at once; one of another device may begin. */
static void one_per_device(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX + 16];
	struct incident_store s = open_store(6, 2);
	struct incident i, other;
	struct dmn_fields f = fields(1), longer = fields(1);
	longer.device = "eth01";
	s.one_per_device = true;
	assert_ok(incident_store_begin(&s, &f, &i));
	double begun = clock_now();
	assert_err(incident_store_begin(&s, &f, &other), ERR_TIMEOUT,
		   "being taken already: dmn-eth0");
	assert_true(clock_now() - begun < s.lock_seconds / 2);
	assert_ok(incident_store_begin(&s, &longer, &other));
	incident_store_abandon(&s, &other);
	assert_ok(incident_store_finish(&s, &i, true, NULL, NULL, name));
	assert_ok(incident_store_begin(&s, &f, &other));
	incident_store_abandon(&s, &other);
	assert_int_equal(count(".dmn-*"), 0);
	incident_store_deinit(&s);
}

static void take_many(unsigned who, unsigned n)
{
	struct incident_store s = open_store(6, 2);
	char name[INCIDENT_NAME_MAX + 16];
	for (unsigned k = 0; k < n; k++)
		take(&s, who * 1000 + k, name);
	_exit(0);
}

static void several_at_once(void **state)
{
	(void)state;
	pid_t pids[4];
	int status;
	incident_store_deinit(&(struct incident_store) {.dir = -1, .lock = -1});
	for (unsigned i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			take_many(i, 12);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(pids); i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(count("dmn-*"), 6);
	assert_int_equal(count(".dmn-*"), 0);
	/* the order has no number twice */
	assert_int_equal(
		run("cd %s && [ $(cat dmn-*/incident | grep ^sequence | sort -u | wc -l) = 6 ] "
		    "&& cat dmn-*/incident | grep -qx 'sequence 1' && cat dmn-*/incident | "
		    "grep -qx 'sequence 48'",
		    base),
		0);
}

static void check_all_whole(void)
{
	assert_int_equal(run("cd %s && for d in dmn-*; do [ -d $d ] || continue; (cd $d && "
			     "sha256sum --strict --quiet -c SHA256SUMS && [ -s incident ] && "
			     "[ -s manifest.json ]) || { echo $d is not whole; exit 1; }; done",
			     base),
			 0);
}

#define KILLS 200

static int longer_of(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* Microseconds that three incidents take on this machine; not more than all kills have time for,
 * though a disk that is busy may need longer now and then. */
#define SPAN_MAX 400000

static uint64_t three_take(struct incident_store *s)
{
	double took[5];
	char name[INCIDENT_NAME_MAX + 16];
	for (unsigned i = 0; i < ARRAY_SIZE(took); i++) {
		double begun = clock_now();
		take(s, i, name);
		took[i] = clock_now() - begun;
	}
	qsort(took, ARRAY_SIZE(took), sizeof(*took), longer_of);
	return MIN((uint64_t)(took[ARRAY_SIZE(took) / 2] * 3e6) + 3000, (uint64_t)SPAN_MAX);
}

static void killed(void **state)
{
	(void)state;
	uint64_t random = 20261127;
	char first[2][64] = {"", ""};
	unsigned left_overs = 0, taken = 0;
	char name[INCIDENT_NAME_MAX + 16];
	struct incident_store s = open_store(6, 2);
	/* kills at any moment of the first three */
	uint64_t span = three_take(&s);
	assert_int_equal(run("rm -rf %s/dmn-*", base), 0);
	for (unsigned kill_number = 0; kill_number < KILLS; kill_number++) {
		pid_t pid = fork();
		if (pid == 0)
			take_many(kill_number, 1000);
		usleep((useconds_t)(unit_random(&random) % span));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		left_overs += count(".dmn-*");
		assert_true(count("dmn-*") <= 6);
		check_all_whole();
		/* what was once among the first stays so */
		for (unsigned i = 0; i < 2; i++) {
			char path[64];
			snprintf(path, sizeof(path), "sequence %u", i + 1);
			if (*first[i])
				assert_int_equal(run("cd %s && grep -qx '%s' %s/incident", base,
						     path, first[i]),
						 0);
			else if (run("cd %s && grep -lx '%s' dmn-*/incident 2>/dev/null | sed "
				     "'s,/.*,,' >../found; [ -s ../found ]",
				     base, path) == 0) {
				char found[600];
				snprintf(found, sizeof(found), "%s/../found", base);
				FILE *f = fopen(found, "r");
				assert_non_null(f);
				assert_int_equal(fscanf(f, "%63s", first[i]), 1);
				fclose(f);
				taken++;
			}
		}
	}
	assert_int_equal(taken, 2);
	assert_true(left_overs > KILLS / 10); /* the kills did hit */
	take(&s, 999999, name);
	assert_int_equal(count(".dmn-*"), 0);
	incident_store_deinit(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(publishes, setup, teardown),
		cmocka_unit_test_setup_teardown(cycles, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(only_ours, setup, teardown),
		cmocka_unit_test_setup_teardown(lock_has_a_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(longest_names, setup, teardown),
		cmocka_unit_test_setup_teardown(one_per_device, setup, teardown),
		cmocka_unit_test_setup_teardown(several_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(killed, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
