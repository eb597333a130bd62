/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of the capture's plan share: a run below a directory, with made-up programs and the
 * local target without its mount. Header only; the state is the test program's own.
 */
#ifndef SALVOR_TESTS_SMALL_RUN_H
#define SALVOR_TESTS_SMALL_RUN_H

#include "unit.h"
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "crash/plan.h"
#include "crash/target.h"

#define CORE_SIZE (3 * 1024 * 1024 + 1234)

static char *dir;
static struct root root;
static struct settings settings;
static struct run *run;
static struct target_ops ops;
static char saved_path[4096];

static inline struct err *open_here(struct run *r, struct step_report *report)
{
	struct target *t = &r->target;
	(void)report;
	struct err *e = incident_create(t->base, "h", r->started_wall, t->name);
	if (!e)
		e = path_printf(t->work, "%s/%s%s", t->base, t->name, INCIDENT_WRITING);
	t->free_bytes = (uint64_t)1 << 30;
	t->open = !e;
	return e;
}

static inline struct err *open_with_little_room(struct run *r, struct step_report *report)
{
	struct err *e = open_here(r, report);
	r->target.free_bytes = CORE_SIZE + CORE_SIZE / 64 + TARGET_SPARE_BYTES - 1;
	return e;
}

/* Of a server: what is sent, in order, each a word; the steps' processes share it. */
#define SENT_SIZE 4096
static char *sent;

static inline struct err *put_noted(struct run *r, const char *name, struct step_report *report)
{
	(void)r;
	(void)report;
	strcat(strcat(sent, name), " ");
	return NULL;
}

/* The test gives sent back with step_unshare(). */
static inline void note_what_is_sent(void)
{
	ops.put = put_noted;
	sent = step_share(SENT_SIZE);
	assert_non_null(sent);
}

static inline void script(const char *name, const char *body)
{
	char text[2048], path[512];
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
	snprintf(path, sizeof(path), "bin/%s", name);
	unit_write(dir, path, text);
	snprintf(path, sizeof(path), "%s/bin/%s", dir, name);
	assert_int_equal(chmod(path, 0755), 0);
}

/* Both are called as PROGRAM OPTIONS VMCORE OUT. */
#define DMESG	 "if [ \"$1\" = --dump-dmesg ]; then echo panic > \"$3\"; exit; fi; "
#define LAST_TWO "for a; do in=$out; out=$a; done; "

/* As nic-dump SIDE … --output OUT …; what it is to write begins with $file. */
#define NIC_OUT                                                                                    \
	"file=nic side=$1; [ $1 = dead ] && file=nic-dead; "                                       \
	"for a; do [ \"$last\" = --output ] && out=$a; last=$a; done; mkdir -p $out; "

static inline int sh(const char *fmt, ...) printf_like(1, 2);
static inline int sh(const char *fmt, ...)
{
	char command[2048];
	va_list ap;
	int n = snprintf(command, sizeof(command), "cd '%s' && ", dir);
	va_start(ap, fmt);
	vsnprintf(command + n, sizeof(command) - (size_t)n, fmt, ap);
	va_end(ap);
	int status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int setup(void **state)
{
	(void)state;
	dir = unit_mkdtemp();
	assert_int_equal(sh("mkdir -p bin proc target run && { printf '\\177ELF'; head -c %d "
			    "/dev/urandom; } > proc/vmcore",
			    CORE_SIZE - 4),
			 0);
	snprintf(saved_path, sizeof(saved_path), "%s", getenv("PATH"));
	char path[512];
	/* only what the scripts need beside our own: no makedumpfile of the machine */
	assert_int_equal(
		sh("for p in sh cat cmp cp rm mkdir sleep; do ln -s \"$(command -v $p)\" bin/ || "
		   "exit 1; done"),
		0);
	snprintf(path, sizeof(path), "%s/bin", dir);
	setenv("PATH", path, 1);
	assert_ok(root_init(&root, dir));
	run = step_share(sizeof(*run));
	assert_non_null(run);
	ops = target_local;
	ops.open = open_here;
	run->root = &root;
	run->settings = &settings;
	run->started = clock_now();
	run->started_wall = 1795340502;
	run->core.saved_by = -1;
	run->target.ops = &ops;
	assert_ok(path_printf(run->dir, "%s/run", dir));
	assert_ok(path_printf(run->vmcore, "%s/proc/vmcore", dir));
	assert_ok(path_printf(run->target.base, "%s/target", dir));
	assert_ok(path_printf(run->target.save_path, "/"));
	/* for what is made before the target is open */
	assert_ok(path_printf(run->target.work, "%s/run", dir));
	script("nic-dump", NIC_OUT "echo {} > $out/$file.json");
	/* as PROGRAM --text FILE --json FILE VMCORE */
	script("vmcore-report", "[ \"$1 $3\" = '--text --json' ] && cmp $5 ${0%/*}/../proc/vmcore "
				"&& echo text > $2 && echo {} > $4");
	run->report_seconds = run->nic_seconds = 20;
	script("vmcore-filter", DMESG LAST_TWO "cp $in $out");
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	setenv("PATH", saved_path, 1);
	root_deinit(&root);
	settings_deinit(&settings);
	step_unshare(run, sizeof(*run));
	unit_rmdir(dir);
	return 0;
}

/* sh() with the machine's programs */
static inline int machine_sh(const char *where, const char *command)
{
	char path[8192];
	snprintf(path, sizeof(path), "%s", getenv("PATH"));
	setenv("PATH", saved_path, 1);
	int status = sh("cd %s && %s", where, command);
	setenv("PATH", path, 1);
	return status;
}

static inline int check(const char *command)
{
	return machine_sh("target/h-*", command);
}

static inline const struct step_result *step(const char *name)
{
	for (unsigned i = 0; i < run->steps; i++)
		if (strcmp(run->step[i].name, name) == 0)
			return &run->step[i].result;
	fail_msg("no step %s", name);
	return NULL;
}

#endif
