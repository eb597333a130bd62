// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state of the network adapters. In a kdump capture the hardware was not reset: config space is
 * read before a driver binds, the rest after. In a fadump capture the platform reset the devices,
 * and they are left alone.
 */
#include "crash/steps.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "crash/say.h"
#include "crash/target.h"

#define NIC_MODULES_FILE SYSCONFDIR "/salvor/modules.nic"
#define NIC_MODULES_MAX	 ((size_t)64 * 1024)
/* One driver: its probe may wait for firmware that does not answer after a crash. */
#define MODPROBE_SECONDS 15
/* udhcpc and link negotiation: kdump-net has its own limits; this is for when they fail. */
#define NETWORK_SECONDS 180
#define NETWORK_PROGRAM "/usr/lib/salvor/kdump-net"

static struct err *nic_dump(struct run *run, struct step_report *report, const char *stage)
{
	char out[PATH_MAX];
	char seconds[16];
	struct err *e = path_printf(out, "%s/%s", run->target.work, FILE_NIC);
	if (e)
		return e;
	if (!program_exists("nic-dump")) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "nic-dump is not here");
		return NULL;
	}
	snprintf(seconds, sizeof(seconds), "%d", NIC_SECONDS);
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
	struct program p = {.argv = argv, .progress = &report->progress};
	struct program_result r;
	return program_run(&p, &r);
}

struct err *step_nic_before(void *arg, struct step_report *report)
{
	return nic_dump(arg, report, "before-bind");
}

struct err *step_nic_after(void *arg, struct step_report *report)
{
	struct run *run = arg;
	struct err *e = nic_dump(run, report, "after-bind");
	run->nic_saved = !e && report->outcome != OUTCOME_SKIPPED;
	return e;
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

struct err *step_send_nic(void *arg, struct step_report *report)
{
	struct run *run = arg;
	char path[PATH_MAX];
	struct err *e = path_printf(path, "%s/%s", run->target.work, FILE_NIC);
	if (e)
		return e;
	if (access(path, F_OK) < 0) {
		report->outcome = OUTCOME_SKIPPED;
		step_say(report, "nothing was collected");
		return NULL;
	}
	return run->target.ops->put(run, FILE_NIC, report);
}
