/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a kernel log, and what stands in them whatever they are about: a stamp, a task and its
 * CPU, a place in the code. It does not know what they mean. Everything points into the log, which
 * is borrowed and may hold anything. Pure.
 */
#ifndef SALVOR_REPORT_LOG_LINE_H
#define SALVOR_REPORT_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of a log. at NULL: there is none. */
struct text {
	const char *at;
	size_t len;
};

struct log_line {
	struct text whole;
	struct text text; /* without the stamp */
	double stamp;	  /* seconds; a line without one has that of the line before */
};

/* *at moves on; false at the end. stamp: start with 0 and leave it alone. */
bool log_line_next(const char **at, double *stamp, struct log_line *ret);

bool text_starts(struct text t, const char *with);
bool text_has(struct text t, const char *what);
/* What follows the first such words; none if they are not there. */
struct text text_after(struct text t, const char *what);
/* Up to the first of these characters, or all. */
struct text text_until(struct text t, const char *any_of);
/* Without blanks at its start. */
struct text text_trim(struct text t);
/* A decimal number at its start, which it moves behind. False: there is none. */
bool text_number(struct text *t, int64_t *ret);
/* A hexadecimal number of at least 8 digits at its start, with or without 0x. */
bool text_address(struct text t, uint64_t *ret);

struct log_task {
	int cpu, pid; /* negative: not known */
	struct text comm;
};
#define LOG_NO_TASK ((struct log_task) {.cpu = -1, .pid = -1})

/* "CPU: 1 UID: 0 PID: 593 Comm: sh Kdump: loaded Not tainted …" (lib/dump_stack.c) */
bool log_line_task(struct text line, struct log_task *ret);
/* "comm:pid", and something else behind it. */
bool log_comm_pid(struct text t, struct log_task *ret);

struct log_place {
	struct text symbol; /* with the offset: "vfs_write+0xf8"; or an address */
	struct text module; /* none: the kernel itself */
	uint64_t address;   /* where there is no symbol */
};

/* Where code was interrupted, of a kernel address: x86 RIP:, powerpc NIP [], arm64 pc :. */
bool log_line_pc(struct text line, struct log_place *ret);
/* A frame of a call trace; not those that are guessed ("? "). */
bool log_line_frame(struct text line, struct log_place *ret);
/* "func+0x1a/0x40 [module]" at the start of t, behind bracketed addresses. */
bool log_place(struct text t, struct log_place *ret);

#endif
