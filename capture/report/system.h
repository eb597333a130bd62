/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a dead kernel's variables say of the whole system: which kernel it was, on which machine,
 * when it died and how its memory came to us. It does not look at the log. Every piece may be
 * missing by itself. Plain values; the strings are free of control characters.
 */
#ifndef SALVOR_REPORT_SYSTEM_H
#define SALVOR_REPORT_SYSTEM_H

#include "kernel/kernel.h"

#define UTS_LEN		   65 /* __NEW_UTS_LEN + 1 (include/uapi/linux/utsname.h) */
#define COMMAND_LINE_MAX   4096
#define SYSTEM_MODULES	   8 /* of those loaded last */
#define SYSTEM_MODULE_NAME 64
#define SYSTEM_COMM	   17

enum system_way { WAY_UNKNOWN, WAY_KDUMP, WAY_FADUMP };

struct system {
	/* Empty: not known. */
	char host[UTS_LEN], release[UTS_LEN], version[UTS_LEN], machine[UTS_LEN];
	char command_line[COMMAND_LINE_MAX];
	char modules[SYSTEM_MODULES][SYSTEM_MODULE_NAME]; /* loaded last, the newest first */
	size_t nmodules;
	char unloaded[SYSTEM_MODULE_NAME]; /* the module unloaded last */

	int64_t time;  /* of the crash, or the last the kernel knew; 0: not known */
	double uptime; /* seconds, sleep included; negative: not known */
	bool crashed;  /* it went through its crash path: VMCOREINFO says when */
	bool panicked; /* panic_cpu is set */
	enum system_way way;

	bool taints_known;
	uint64_t taints; /* bits as in taint.h */

	int cpu, pid; /* that it died on, and the task; negative: not known */
	char comm[SYSTEM_COMM];
};

/* Takes a line on what cannot be told. */
typedef void (*system_missing_fn)(void *arg, const char *what);

void system_read(struct kernel *k, system_missing_fn missing, void *arg, struct system *ret);

#endif
