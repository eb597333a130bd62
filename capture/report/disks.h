/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks of the dead kernel: the devices of block_class that are whole disks. It finds them and
 * knows nothing of what they were doing. One thread.
 */
#ifndef SALVOR_REPORT_DISKS_H
#define SALVOR_REPORT_DISKS_H

#include "report/fetch.h"

/* Machines with many paths to many disks have some thousands. */
#define DISKS_MAX 16384

/*
 * The addresses of each struct gendisk, once; for the caller to entries_deinit(), also when it
 * fails. ERR_MISSING if the kernel does not say where its devices are.
 */
struct err *disks_find(struct report *r, struct entries *ret) must_check;

#endif
