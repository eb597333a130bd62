/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of network adapters out of the memory of a kernel that died: one run, what it may cost,
 * and what its parts share. The parts (interfaces, PCI functions, devlink, drivers) show what they
 * find at once and keep nothing. Everything read is foreign: lists have limits, counts are clamped,
 * and a member that is not there or cannot be read is shown as that. One thread.
 */
#ifndef SALVOR_NIC_DEAD_DEAD_H
#define SALVOR_NIC_DEAD_DEAD_H

#include "kernel/ticks.h"
#include "kernel/walk.h"
#include "nic/dead/health.h"
#include "nic/dead/place.h"
#include "nic/dead/show.h"

/* More than any machine has, and what a damaged one may claim. */
enum {
	DEAD_NAMESPACES_MAX = 1024,
	DEAD_INTERFACES_MAX = 4096, /* of all namespaces together */
	DEAD_QUEUES_MAX = 1024,	    /* of one interface, each direction */
	DEAD_NAPI_MAX = 1024,
	DEAD_FUNCTIONS_MAX = 8192, /* of PCI */
	DEAD_BUSES_MAX = 4096,
	DEAD_DEVLINK_MAX = 1024,  /* instances; ports, reporters, regions of each */
	DEAD_ENTRIES_MAX = 65536, /* of a ring */
	DEAD_DECODED_MAX = 1024,  /* of a ring: the raw file has them all */
	DEAD_TEXT_ROWS = 8,	  /* of those, for people */
};

struct dead_options {
	const char *vmcore;
	const char *output;	 /* a directory; NULL: to standard output, and no raw files */
	bool json;		 /* to standard output: JSON instead of text */
	double deadline;	 /* seconds for the whole run, */
	double (*clock)(void);	 /* by this clock; NULL: clock_now */
	uint64_t raw_max;	 /* bytes of raw files of the whole run */
	uint64_t raw_device_max; /* of one interface, or one devlink instance */
};

struct dead {
	struct kernel *k;
	struct show show;
	struct ticks ticks;
	const struct dead_options *options;
	struct nic_health health;
	double end; /* by the clock of the options, when time is over */
	bool out_of_time;
	int raw_fd;			/* the directory "dead", or -1 */
	char raw_dir[96];		/* below it, of the device that is shown */
	uint64_t raw_total, raw_device; /* bytes written */
	size_t interfaces, functions, rings, instances, files, wrong;
	struct buf notes; /* JSON strings in an array, and the same as text lines */
	struct buf note_lines;
};

/* Everything; what is missing is in the output. */
struct err *dead_run(const struct dead_options *o) must_check;
/* The same on a kernel that is open, into show's descriptors. */
struct err *dead_show(struct dead *d) must_check;
void dead_init(struct dead *d, struct kernel *k, const struct dead_options *o, int json_fd,
	       int text_fd);
void dead_deinit(struct dead *d);

/* Asked in every loop. */
bool dead_time_left(struct dead *d);
/* Something that is missing as a whole; kept for the end. No more than a few hundred of them. */
void dead_note(struct dead *d, const char *fmt, ...) printf_like(2, 3);
/* Notes it if a walk did not reach its end. */
void dead_note_walk(struct dead *d, const struct walk *w, const char *what);

/* A directory for the raw files of a device; a name out of memory is made harmless. */
void dead_raw_device(struct dead *d, const char *name);
/*
 * Saves memory as a file of the device's directory and shows a row "raw". Pages that cannot be read
 * are zeros, and counted. What a budget does not allow is left out, and said.
 */
void dead_raw(struct dead *d, const char *name, uint64_t addr, uint64_t len);
/* The same for bytes that are here. */
void dead_raw_bytes(struct dead *d, const char *name, const void *bytes, size_t len);

/* Shows what was wrong with the subject, which ends here. */
void dead_health_end(struct dead *d);

/* The parts. */
void dead_interfaces(struct dead *d);
void dead_functions(struct dead *d);
void dead_devlink(struct dead *d);

#endif
