/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks what is below one directory, by descriptors only: a symbolic link is an entry like any
 * other and is never followed, a mounted file system is not entered. What publishing, digests,
 * budgets and removal share. Depth and number of entries are bounded: whoever can write there may
 * be hostile. One thread.
 */
#ifndef SALVOR_INCIDENT_TREE_H
#define SALVOR_INCIDENT_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include "base/err.h"

/* nic-dump needs three levels, kdump-capture four. */
#define TREE_DEPTH_MAX 32
/* In one directory: 8192 subjects and some files. */
#define TREE_ENTRIES_MAX 65536

/* Borrowed by the visitor for the time of its call. */
struct tree_entry {
	int parent;	  /* descriptor of the directory it is in */
	int fd;		  /* of a directory, -1 for everything else */
	const char *name; /* in parent */
	const char *path; /* relative to the top */
	const struct stat *st;
};

/*
 * Calls visit() for every entry below dir (not for dir itself), in the order of their names, a
 * directory after what is in it. The first error ends the walk and is returned.
 */
struct err *tree_walk(int dir, struct err *(*visit)(const struct tree_entry *entry, void *arg),
		      void *arg) must_check;

/* fsync of all files and directories, dir too; progress (may be NULL) hears of each file's bytes.
 */
struct err *tree_sync(int dir, void (*progress)(void *arg, uint64_t bytes), void *arg) must_check;
/* fsync of the directory itself, where its file system can; name is for the error. */
struct err *tree_sync_directory(int fd, const char *name) must_check;
/* What it takes on a disk of 4 KiB blocks, dir included. */
struct err *tree_bytes(int dir, uint64_t *ret) must_check;
/*
 * Removes the directory of that name with all in it. The file named last (at the top) goes after
 * everything else, so that a removal that was interrupted can be recognized by it.
 */
struct err *tree_remove(int parent, const char *name, const char *last) must_check;

#endif
