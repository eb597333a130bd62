// SPDX-License-Identifier: GPL-2.0-or-later
/* Incident directories: names, collisions, publishing; and the manifest, judged by sha256sum. */
#include "unit.h"
#include <sys/wait.h>
#include <unistd.h>
#include "base/buf.h"
#include "crash/digest.h"
#include "incident/incident.h"

#define WHEN 1795340502 /* 2026-11-22 09:41:42 UTC */

static char *dir;

static int setup(void **state)
{
	(void)state;
	dir = unit_mkdtemp();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unit_rmdir(dir);
	return 0;
}

static const char *in(const char *name)
{
	static char path[512];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static bool exists(const char *name)
{
	return access(in(name), F_OK) == 0;
}

static int run(const char *fmt, ...) printf_like(1, 2);
static int run(const char *fmt, ...)
{
	char command[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	int status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *host;
		unsigned n;
		const char *name;
	} cases[] = {
		{"db1", 1, "db1-20261122T094142Z"},
		{"db1", 2, "db1-20261122T094142Z-2"},
		{"", 1, "localhost-20261122T094142Z"},
		{"a.b_c-d", 1, "a.b_c-d-20261122T094142Z"},
		{"../../etc", 1, "_._.._etc-20261122T094142Z"},
		{"-rf", 1, "_rf-20261122T094142Z"},
		{"a b\n'", 1, "a_b__-20261122T094142Z"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[INCIDENT_NAME_MAX];
		incident_name(cases[i].host, WHEN, cases[i].n, name);
		assert_string_equal(name, cases[i].name);
	}
	char longest[300], name[INCIDENT_NAME_MAX];
	memset(longest, 'h', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	incident_name(longest, WHEN, 99, name);
	assert_int_equal(strlen(name), 64 + strlen("-20261122T094142Z-99"));
}

static void same_second(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX];
	assert_ok(incident_create(in("a/b"), "h", WHEN, name));
	assert_string_equal(name, "h-20261122T094142Z");
	assert_ok(incident_create(in("a/b"), "h", WHEN, name));
	assert_string_equal(name, "h-20261122T094142Z-2");
	assert_true(exists("a/b/h-20261122T094142Z-2.incomplete"));
	/* published forms are taken as well */
	assert_int_equal(
		run("mkdir %s/a/b/h-20261122T094142Z-3 %s/a/b/h-20261122T094142Z-4-incomplete", dir,
		    dir),
		0);
	assert_ok(incident_create(in("a/b"), "h", WHEN, name));
	assert_string_equal(name, "h-20261122T094142Z-5");
}

static void modes(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX];
	struct stat st;
	mode_t was = umask(0777);
	assert_ok(incident_create(in("x/y"), "h", WHEN, name));
	umask(was);
	assert_int_equal(stat(in("x"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(stat(in("x/y"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
}

static void no_place(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX];
	unit_write(dir, "file", "x");
	assert_err(incident_create(in("file/sub"), "h", WHEN, name), ERR_IO, "file");
	assert_err(incident_mkdirs("/proc/no/such", 0755), ERR_IO, "cannot make directory");
}

static void count(void *arg, uint64_t bytes)
{
	*(uint64_t *)arg += bytes;
}

static void publishes(void **state)
{
	(void)state;
	char name[INCIDENT_NAME_MAX];
	uint64_t bytes = 0;
	for (int complete = 0; complete < 2; complete++) {
		assert_ok(incident_create(in("p"), "h", WHEN + complete, name));
		char sub[512];
		snprintf(sub, sizeof(sub), "%s/p/%s.incomplete", dir, name);
		unit_write(sub, "vmcore", "12345");
		assert_int_equal(mkdir(in("p/tmp"), 0700), 0);
		assert_int_equal(run("mkdir %s/nic && echo ab > %s/nic/f && rmdir %s", sub, sub,
				     in("p/tmp")),
				 0);
		bytes = 0;
		assert_ok(incident_publish(in("p"), name, complete, count, &bytes));
		assert_int_equal(bytes, 8);
		assert_int_not_equal(access(sub, F_OK), 0);
	}
	assert_true(exists("p/h-20261122T094142Z-incomplete/nic/f"));
	assert_true(exists("p/h-20261122T094143Z/vmcore"));
	assert_err(incident_publish(in("p"), "none", true, NULL, NULL), ERR_IO, "none");
}

static bool not_itself(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "SHA256SUMS") == 0;
}

static void manifest_is_what_sha256sum_says(void **state)
{
	(void)state;
	char tree[512];
	snprintf(tree, sizeof(tree), "%s", in("m"));
	assert_int_equal(run("mkdir -p %s/nic/0000:00:03.0 && cd %s && head -c 1000000 "
			     "/dev/urandom > vmcore && : > empty && "
			     "echo x > 'nic/0000:00:03.0/a b' && echo y > 'back\\slash' && echo z "
			     "> \"new\nline\" && "
			     "ln -s vmcore link && mkfifo fifo",
			     tree, tree),
			 0);
	_cleanup_buf_ struct buf lines = BUF_INIT;
	_Atomic uint64_t progress = 0;
	assert_ok(digest_tree(tree, not_itself, NULL, &progress, &lines));
	assert_int_equal(progress, 1000006);
	unit_write(tree, "SHA256SUMS", buf_str(&lines));
	assert_int_equal(run("cd %s && sha256sum --strict --quiet -c SHA256SUMS", tree), 0);
	assert_int_equal(run("[ $(wc -l < %s/SHA256SUMS) = 5 ]", tree), 0);
	/* and it notices a changed byte */
	assert_int_equal(
		run("cd %s && printf q | dd of=vmcore bs=1 seek=999 conv=notrunc 2>/dev/null && "
		    "sha256sum --status -c SHA256SUMS",
		    tree),
		1);
	char hex[DIGEST_HEX_SIZE];
	assert_err(digest_file(in("m/none"), NULL, hex), ERR_IO, "none");
	assert_err(digest_tree(in("none"), not_itself, NULL, NULL, &lines), ERR_IO, "none");
}

static void what_cannot_be_read_costs_its_own_line(void **state)
{
	(void)state;
	char tree[512];
	bool root = geteuid() == 0; /* whom no mode keeps out */
	snprintf(tree, sizeof(tree), "%s", in("m"));
	assert_int_equal(run("mkdir -p %s/b && cd %s && for f in a b/x c d; do echo $f > $f; done "
			     "&& chmod 0 b c && chmod 755 . ..",
			     tree, tree),
			 0);
	_cleanup_buf_ struct buf lines = BUF_INIT;
	if (root && (seteuid(65534) < 0 || euidaccess(tree, X_OK) < 0)) {
		assert_int_equal(seteuid(0), 0);
		skip(); /* a user namespace with root alone, or a TMPDIR of root's */
	}
	_Atomic uint64_t progress = 0;
	struct err *e = digest_tree(tree, not_itself, NULL, &progress, &lines);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_err(e, ERR_IO, "m/b");
	assert_int_equal(progress, 2 * strlen("a\n") + 2);
	unit_write(tree, "SHA256SUMS", buf_str(&lines));
	assert_int_equal(run("cd %s && sha256sum --strict --quiet -c SHA256SUMS && "
			     "[ $(wc -l < SHA256SUMS) = 2 ] && chmod 700 b",
			     tree),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test_setup_teardown(same_second, setup, teardown),
		cmocka_unit_test_setup_teardown(modes, setup, teardown),
		cmocka_unit_test_setup_teardown(no_place, setup, teardown),
		cmocka_unit_test_setup_teardown(publishes, setup, teardown),
		cmocka_unit_test_setup_teardown(manifest_is_what_sha256sum_says, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_costs_its_own_line, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
