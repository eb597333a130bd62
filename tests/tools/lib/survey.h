/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a whole report, or nic-dump dead, reads of an undamaged dump, and what that is: random pages
 * of a dump are hardly ever read, these are. It damages nothing. Belongs to one thread.
 */
#ifndef SALVOR_TOOLS_SURVEY_H
#define SALVOR_TOOLS_SURVEY_H

#include "hostile.h"
#include "kernel/kernel.h"

/* Where a dump can be damaged. Those in memory come first. */
enum place {
	PLACE_READ,    /* memory that is read and is none of the next ones */
	PLACE_OPENING, /* the same, when the kernel is opened: page tables, lists of modules, … */
	PLACE_TASKS,
	PLACE_BTF,
	PLACE_KALLSYMS,
	PLACE_TOKENS, /* kallsyms' small tables, which all names need */
	PLACE_ORC,
	PLACE_FILE,	  /* the file: headers, notes, lists of pages, compressed pages */
	PLACE_VMCOREINFO, /* its text */
	PLACE_END,	  /* the file ends early */
	PLACES
};
#define PLACES_IN_MEMORY PLACE_FILE

const char *place_name(enum place place);

/* Addresses; of PLACE_FILE offsets. */
struct addresses {
	uint64_t *at;
	size_t n;
};

struct survey {
	const char *path;
	struct addresses pages[PLACE_FILE + 1];
	/* Words that were asked for by themselves, and those of them that are pointers. */
	struct addresses words[PLACE_FILE + 1], pointers[PLACE_FILE + 1];
	struct vmcore *v; /* undamaged */
	struct kernel *k; /* opened in the same way as for a run, or NULL; what that read, and its
			     CPU time */
	struct seen opening;
	double opening_cpu;
	struct view view;
	bool text_in_file; /* VMCOREINFO is in the file's notes; else it has to be searched for */
	uint64_t file_size;
};

/*
 * Runs a report, or nic-dump dead (adapters), on the dump in a process of its own, which must
 * succeed.
 */
struct err *survey_make(const char *path, bool adapters, struct survey *ret) must_check;
void survey_deinit(struct survey *s);
/* Without k it takes less memory. */
void survey_close(struct survey *s);
/* Whether opening the kernel reads any of these. */
bool survey_opening_reads(const struct survey *s, const struct damages *d);
/* The page at addr, undamaged; false: it is not there. */
bool survey_page(struct survey *s, uint64_t addr, uint8_t bytes[HOSTILE_PAGE]);
/* The word there as the kernel sees it; 0 where it is not there. */
uint64_t survey_word(struct survey *s, uint64_t addr);

#endif
