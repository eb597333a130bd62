// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state of the network adapters, by nic-dump. In a kdump capture the hardware was not reset:
 * config space is read before a driver binds, the rest after. In a fadump capture the platform
 * reset the devices, and they are left alone. What the dead kernel knew of them is in the vmcore,
 * and comes after the report, which is worth more where memory is short. Each run of nic-dump has
 * little time and memory and is the first to go when the capture kernel runs out of it; whatever
 * becomes of it, the dump comes next.
 */
#include "crash/steps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "crash/say.h"
#include "crash/target.h"
#include "incident/tree.h"

#define NIC_MODULES_FILE SYSCONFDIR "/salvor/modules.nic"
#define NIC_MODULES_MAX	 ((size_t)64 * 1024)
/* One driver: its probe may wait for firmware that does not answer after a crash. */
#define MODPROBE_SECONDS 15
/* udhcpc and link negotiation: kdump-net has its own limits; this is for when they fail. */
#define NETWORK_SECONDS 180
#define NETWORK_PROGRAM "/usr/lib/salvor/kdump-net"

/* Its own data are 3 MiB for the dead side of an ordinary kernel, less for the live side. */
#define MEMORY_MIN_KIB ((uint64_t)4 * 1024)
#define MEMORY_MAX_KIB ((uint64_t)48 * 1024)
/* A region of an adapter can have many MiB. */
#define FILE_BYTES_MAX ((uint64_t)64 << 20)
/* Of raw rings, in MiB; on the way to a remote target they are in memory, of which they may take
 * an eighth of what is free. */
#define RAW_MIB	       32
#define RAW_MIB_REMOTE 8
/* What nic-dump is told of its time: it ends by itself, with a record of what is missing. */
#define OWN_DEADLINE 0.8

struct tally {
	uint64_t bytes;
	bool write_out;
};

/* What is on the disk needs no memory any more; when it lasts, publishing sees to. */
static void write_out(const struct tree_entry *entry)
{
	_cleanup_close_ int fd =
		openat(entry->parent, entry->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	sync_file_range(fd, 0, 0,
			SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				SYNC_FILE_RANGE_WAIT_AFTER);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static struct err *add(const struct tree_entry *entry, void *arg)
{
	struct tally *t = arg;
	if (!S_ISREG(entry->st->st_mode))
		return NULL;
	t->bytes += (uint64_t)entry->st->st_size;
	if (t->write_out)
		write_out(entry);
	return NULL;
}

static uint64_t bytes_in(const char *directory, bool write_out)
{
	struct tally t = {.write_out = write_out};
	_cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		err_free(tree_walk(fd, add, &t));
	return t.bytes;
}

static struct err *nic_dump(struct run *run, struct step_report *report, const char *directory,
			    char *const argv[])
{
	uint64_t memory_kib = environment_spare_kib(run->root, MEMORY_MIN_KIB, MEMORY_MAX_KIB);
	if (!program_exists(argv[0]) || !memory_kib) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "%s",
			 memory_kib ? "nic-dump is not here" : "there is too little memory for it");
		return NULL;
	}
	struct program p = {
		.argv = argv,
		.wall = run->nic_seconds,
		.progress = &report->progress,
		.memory = memory_kib * 1024,
		.file_bytes = FILE_BYTES_MAX,
	};
	struct program_result r;
	uint64_t before = bytes_in(directory, false); /* an earlier stage's */
	struct err *e = program_run(&p, &r);
	uint64_t after = bytes_in(directory, true);
	atomic_store(&report->bytes, after - MIN(before, after));
	if (e && after > before)
		report->outcome = OUTCOME_INCOMPLETE;
	return e;
}

static struct err *live(struct run *run, struct step_report *report, const char *stage)
{
	char out[PATH_MAX];
	char seconds[16];
	struct err *e = path_printf(out, "%s/%s", run->target.work, FILE_NIC);
	if (e)
		return e;
	snprintf(seconds, sizeof(seconds), "%.1f", run->nic_seconds * OWN_DEADLINE);
	char *argv[] = {
		(char[]) {"nic-dump"},
		(char[]) {"save"},
		(char[]) {"--stage"},
		(char *)(uintptr_t)stage,
		(char[]) {"--output"},
		out,
		(char[]) {"--root"},
		run->root->path,
		(char[]) {"--environment"},
		(char *)(uintptr_t)environment_name(run->environment),
		(char[]) {"--deadline"},
		seconds,
		NULL,
	};
	return nic_dump(run, report, out, argv);
}

struct err *step_nic_before(void *arg, struct step_report *report)
{
	return live(arg, report, "before-bind");
}

struct err *step_nic_after(void *arg, struct step_report *report)
{
	return live(arg, report, "after-bind");
}

static uint64_t raw_mib(const struct run *run)
{
	if (!run->target.ops->remote)
		return RAW_MIB;
	uint64_t available = environment_available_kib(run->root);
	return available ? MIN(available / 1024 / 8, RAW_MIB_REMOTE) : RAW_MIB_REMOTE;
}

struct err *step_nic_dead(void *arg, struct step_report *report)
{
	struct run *run = arg;
	char out[PATH_MAX];
	char seconds[16];
	char raw[24];
	struct err *e = path_printf(out, "%s/%s", run->target.work, FILE_NIC_DEAD);
	if (e)
		return e;
	snprintf(seconds, sizeof(seconds), "%.1f", run->nic_seconds * OWN_DEADLINE);
	snprintf(raw, sizeof(raw), "%llu", (unsigned long long)raw_mib(run));
	char *argv[] = {
		(char[]) {"nic-dump"},
		(char[]) {"dead"},
		(char[]) {"--vmcore"},
		run->vmcore,
		(char[]) {"--output"},
		out,
		(char[]) {"--raw-limit"},
		raw,
		(char[]) {"--deadline"},
		seconds,
		NULL,
	};
	return nic_dump(run, report, out, argv);
}

static struct err *load_module(const char *name, struct step_report *report)
{
	char *argv[] = {(char[]) {"modprobe"}, (char *)(uintptr_t)name, NULL};
	struct program p = {.argv = argv, .wall = MODPROBE_SECONDS, .progress = &report->progress};
	struct program_result r;
	return program_run(&p, &r);
}

struct err *step_nic_drivers(void *arg, struct step_report *report)
{
	struct run *run = arg;
	run->drivers_loaded = true;
	_cleanup_buf_ struct buf list = BUF_INIT;
	struct err *e = root_read(run->root, NIC_MODULES_FILE, NIC_MODULES_MAX, &list);
	if (!run->live || e) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "%s", run->live ? err_message(e) : "not on a live system root");
		err_free(e);
		return NULL;
	}
	unsigned loaded = 0, failed = 0;
	char *rest = list.data;
	while (rest) {
		char *name = strsep(&rest, "\n");
		name += strspn(name, " \t");
		name[strcspn(name, " \t\r#")] = '\0';
		if (!*name)
			continue;
		e = load_module(name, report);
		if (e) {
			say_error("nic-drivers: %s", err_message(e));
			step_say(report, "%s", err_message(e));
			failed++;
		} else {
			loaded++;
		}
		err_free(e);
	}
	if (failed)
		report->outcome = OUTCOME_INCOMPLETE;
	else
		step_say(report, "%u modules", loaded);
	return NULL;
}

struct err *step_network(void *arg, struct step_report *report)
{
	struct run *run = arg;
	if (!run->live) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "not on a live system root");
		return NULL;
	}
	char *argv[] = {(char[]) {NETWORK_PROGRAM}, (char[]) {"up"}, NULL};
	struct program p = {.argv = argv, .wall = NETWORK_SECONDS, .progress = &report->progress};
	struct program_result r;
	return program_run(&p, &r);
}

/* What was collected in memory for an ssh target that then failed. */
struct err *step_nic_staged(void *arg, struct step_report *report)
{
	struct run *run = arg;
	char from[PATH_MAX];
	struct err *e = path_printf(from, "%s/stage/%s", run->dir, FILE_NIC);
	if (e)
		return e;
	if (access(from, F_OK) < 0) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "nothing was collected before");
		return NULL;
	}
	char *argv[] = {(char[]) {"cp"}, (char[]) {"-r"}, from, run->target.work, NULL};
	struct program p = {.argv = argv, .progress = &report->progress};
	struct program_result r;
	return program_run(&p, &r);
}

static struct err *send(struct run *run, const char *name, struct step_report *report)
{
	char path[PATH_MAX];
	struct err *e = path_printf(path, "%s/%s", run->target.work, name);
	if (e)
		return e;
	if (access(path, F_OK) < 0) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "nothing was collected");
		return NULL;
	}
	return target_put(run, name, report);
}

struct err *step_send_nic(void *arg, struct step_report *report)
{
	return send(arg, FILE_NIC, report);
}

struct err *step_send_nic_dead(void *arg, struct step_report *report)
{
	return send(arg, FILE_NIC_DEAD, report);
}
