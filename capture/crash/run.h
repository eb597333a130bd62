/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of one capture: what is being saved, where to, and what each step came to. It lies in
 * shared memory (step_share) so that what a step's child learns is there for the next step and for
 * the journal; hence fixed-size members. Pointers in it are set before the first fork and never
 * change. One writer at a time: the step that runs; one that goes on beside it writes its record
 * and nothing else.
 */
#ifndef SALVOR_CRASH_RUN_H
#define SALVOR_CRASH_RUN_H

#include <limits.h>
#include <stdbool.h>
#include <time.h>
#include "base/root.h"
#include "crash/environment.h"
#include "crash/program.h"
#include "crash/settings.h"
#include "crash/step.h"
#include "incident/incident.h"

#define RUN_DIR		 "/run/salvor"
#define RUN_STEPS_MAX	 48
#define RUN_ATTEMPTS_MAX 8

#define FILE_VMCORE	       "vmcore"
#define FILE_VMCORE_INCOMPLETE "vmcore-incomplete"
/* A second attempt, while what the first one saved is still worth something. */
#define FILE_VMCORE_RETRY     "vmcore-retry"
#define FILE_RECORD	      "vmcore.json"
#define FILE_DMESG	      "vmcore-dmesg.txt"
#define FILE_DMESG_INCOMPLETE "vmcore-dmesg-incomplete.txt"
#define FILE_NIC	      "nic"
#define FILE_NIC_DEAD	      "nic-dead"
#define FILE_REPORT_TEXT      "report.txt"
#define FILE_REPORT_JSON      "report.json"
#define FILE_JOURNAL	      "capture.json"
#define FILE_MANIFEST	      "SHA256SUMS"
#define FILE_RELEASE	      "release.json"
/* Space kept on a local target for what is written after the vmcore; gone when published. */
#define FILE_RESERVE ".reserve"

struct target_ops;

#define TARGET_SENT_MAX	 16
#define TARGET_SENT_NAME 32

/* The place to save to, as far as it is known. Paths are the host's (below --root). */
struct target {
	const struct target_ops *ops;
	char device[PATH_MAX]; /* local: what was opened; ssh: user@host:port */
	char fstype[64];
	char options[1024];
	char save_path[PATH_MAX]; /* on the target, absolute */
	char mount[PATH_MAX];	  /* local: where its root is mounted */
	char base[PATH_MAX];	  /* local: save_path below mount, without links; ssh: save_path */
	char name[INCIDENT_NAME_MAX];
	/* Where small files are made: local: base/NAME.incomplete itself; ssh: a directory in
	 * memory. */
	char work[PATH_MAX];
	uint64_t free_bytes; /* local: when it was opened; 0: not known */
	/* Remote: which files and directories of work are there, whole (target_put). */
	char sent[TARGET_SENT_MAX][TARGET_SENT_NAME];
	unsigned sent_count;
	bool mounted, was_read_only, open, published;
};

struct attempt {
	char collector[200]; /* the command without the file names */
	enum outcome outcome;
	double seconds;
	uint64_t bytes;
	int exit_status;  /* -1: it did not exit by itself */
	bool target_full; /* why it ended: no use trying again */
	char message[STEP_MESSAGE_MAX];
	char tail[PROGRAM_TAIL_MAX];
};

/* What the vmcore step came to. */
struct vmcore_state {
	bool usable;	  /* some file is there */
	bool complete;	  /* and it holds everything */
	bool digested;	  /* read back, and its digest is in the manifest */
	char hex[65];	  /* its digest as the target holds it; empty: not made */
	char file[32];	  /* FILE_VMCORE or FILE_VMCORE_INCOMPLETE */
	char writing[32]; /* what an attempt writes to */
	uint64_t to_beat; /* bytes of an earlier attempt's file that is kept; 0: there is none */
	uint64_t bytes;
	uint64_t read_errors; /* pages the plain copy could not read */
	uint64_t record_end;  /* ssh: end of the furthest record: the size the file must have */
	unsigned next;	      /* the first fallback collector that was not begun */
	unsigned attempts;
	struct attempt attempt[RUN_ATTEMPTS_MAX];
	int saved_by; /* index into attempt, or -1 */
};

/* What came of a target that failed, when there is a second one (fallback.h). */
struct first_target {
	const char *kind;
	bool published, usable;
	char device[PATH_MAX];
	char save_path[PATH_MAX];
	char name[INCIDENT_NAME_MAX];
	char file[32];
	uint64_t bytes;
	unsigned steps; /* so many of the run's steps were for it */
};

struct step_record {
	char name[32];
	uint64_t available_kib; /* memory, when it began; 0: not known */
	pid_t group;		/* while it goes on: of its processes; else 0 */
	struct step_result result;
};

struct run {
	const struct root *root;
	const struct settings *settings;
	enum environment environment;
	bool live;	       /* root is "/": real modules, real reboot */
	bool early;	       /* do not wait long for the device */
	char dir[PATH_MAX];    /* RUN_DIR below the root */
	char vmcore[PATH_MAX]; /* /proc/vmcore below the root */
	double started;
	time_t started_wall;
	double uptime; /* of this kernel when we started, seconds; <0 unknown */
	uint64_t memory_kib;
	unsigned cpus; /* that we may use */
	/* That vmcore-report, and each run of nic-dump, may take: the dump waits for them. */
	double report_seconds, nic_seconds;
	struct target target;
	struct vmcore_state core;
	bool dmesg_saved, pre_refused, released;
	bool drivers_loaded;	   /* NIC drivers: nothing is "before bind" any more */
	bool fallback;		   /* saving to the root file system after the target failed */
	struct first_target first; /* fallback: the target that failed */
	unsigned steps;
	struct step_record step[RUN_STEPS_MAX];
};

/* The vmcore is complete, and what the target holds has been read back: what may be called a dump
 * without saying more. */
bool run_whole(const struct run *run);
/* printf into a path; ERR_USAGE when it does not fit. */
struct err *path_printf(char out[PATH_MAX], const char *fmt, ...) printf_like(2, 3) must_check;
/* path as seen below the run's root. */
struct err *run_path(const struct run *run, const char *path, char out[PATH_MAX]) must_check;

#endif
