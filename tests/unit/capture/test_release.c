// SPDX-License-Identifier: GPL-2.0-or-later
/* Giving a fadump's memory back, against directories that behave as a kernel would, or do not. */
#include "unit.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "crash/environment.h"
#include "crash/release.h"

static char *dir;
static struct root root;

static void put(const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	unit_write(dir, name, text);
}

static int setup(void **state)
{
	(void)state;
	dir = unit_mkdtemp();
	assert_ok(root_init(&root, dir));
	put("proc/vmcore", "core");
	put("proc/meminfo", "MemTotal:         457728 kB\nMemFree: 1 kB\n"
			    "MemAvailable:   35712 kB\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	root_deinit(&root);
	unit_rmdir(dir);
	return 0;
}

/* A child that plays the kernel: once node holds 1, it does what script says, below the directory.
 */
static pid_t kernel(const char *node, const char *script)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	char command[1024];
	snprintf(command, sizeof(command),
		 "cd '%s' && for i in $(seq 200); do read -r v < %s; [ \"$v\" = 1 ] && break; "
		 "sleep 0.02; done; %s",
		 dir, node, script);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static void wait_for(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

#define GROW "rm proc/vmcore; echo 'MemTotal: 1506304 kB' > proc/meminfo"

static void releases_and_registers(void **state)
{
	(void)state;
	struct release r;
	put("sys/kernel/fadump/release_mem", "");
	put("sys/kernel/fadump/registered", "0\n");
	pid_t pid = kernel("sys/kernel/fadump/release_mem", GROW);
	assert_ok(release_memory(&root, 10, &r));
	wait_for(pid);
	assert_string_equal(r.node, "/sys/kernel/fadump/release_mem");
	assert_true(r.vmcore_gone);
	assert_int_equal(r.before_kib, 457728);
	assert_int_equal(r.after_kib, 1506304);
	assert_true(r.registered);
	assert_string_equal(r.register_error, "");
}

static void old_names(void **state)
{
	(void)state;
	struct release r;
	put("sys/kernel/fadump_release_mem", "");
	put("sys/kernel/fadump_registered", "0\n");
	pid_t pid = kernel("sys/kernel/fadump_release_mem", GROW);
	assert_ok(release_memory(&root, 10, &r));
	wait_for(pid);
	assert_string_equal(r.node, "/sys/kernel/fadump_release_mem");
	assert_true(r.registered);
}

static void nothing_to_release(void **state)
{
	(void)state;
	struct release r;
	assert_err(release_memory(&root, 1, &r), ERR_MISSING,
		   "no firmware-assisted dump is active");
}

static void the_kernel_refuses(void **state)
{
	(void)state;
	struct release r;
	char path[512];
	put("sys/kernel/fadump/x", "");
	snprintf(path, sizeof(path), "%s/sys/kernel/fadump/release_mem", dir);
	assert_int_equal(mkdir(path, 0755), 0); /* cannot be written, by root either */
	assert_err(release_memory(&root, 1, &r), ERR_IO, "the memory was not released");
}

static void vmcore_stays(void **state)
{
	(void)state;
	struct release r;
	put("sys/kernel/fadump/release_mem", "");
	assert_err(release_memory(&root, 0.3, &r), ERR_OTHER, "/proc/vmcore is still there");
	assert_false(r.vmcore_gone);
}

static void memory_does_not_come_back(void **state)
{
	(void)state;
	struct release r;
	put("sys/kernel/fadump/release_mem", "");
	pid_t pid = kernel("sys/kernel/fadump/release_mem", "rm proc/vmcore");
	assert_err(release_memory(&root, 1.5, &r), ERR_OTHER,
		   "MemTotal did not grow: 457728 KiB before, 457728 after");
	wait_for(pid);
}

static void not_registered_again(void **state)
{
	(void)state;
	struct release r;
	put("sys/kernel/fadump/release_mem", "");
	put("sys/kernel/fadump/registered/is/a/directory", "");
	pid_t pid = kernel("sys/kernel/fadump/release_mem", GROW);
	assert_ok(release_memory(&root, 10, &r));
	wait_for(pid);
	assert_false(r.registered);
	assert_non_null(strstr(r.register_error, "registered"));
}

static void environments(void **state)
{
	(void)state;
	assert_true(environment_dump_waits(&root));
	assert_int_equal(environment_detect(&root), ENVIRONMENT_KDUMP);
	put("proc/device-tree/rtas/ibm,kernel-dump", "x");
	assert_int_equal(environment_detect(&root), ENVIRONMENT_FADUMP);
	assert_string_equal(environment_name(ENVIRONMENT_FADUMP), "fadump");
	assert_int_equal(environment_memory_kib(&root), 457728);
	assert_int_equal(environment_available_kib(&root), 35712);
	put("proc/meminfo", "nothing\n");
	assert_int_equal(environment_memory_kib(&root), 0);
	assert_int_equal(environment_available_kib(&root), 0);
}

static void powernv(void **state)
{
	(void)state;
	put("proc/device-tree/ibm,opal/dump/mpipl-boot", "");
	assert_int_equal(environment_detect(&root), ENVIRONMENT_FADUMP);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(releases_and_registers), T(old_names),    T(nothing_to_release),
		T(the_kernel_refuses),	   T(vmcore_stays), T(memory_does_not_come_back),
		T(not_registered_again),   T(environments), T(powernv),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
