/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log out of the dead kernel's memory, as the lines that dmesg would have printed. It
 * does not follow a live log. Everything read is bounded; damaged records are passed over and
 * counted.
 */
#ifndef SALVOR_KERNEL_PRINTK_H
#define SALVOR_KERNEL_PRINTK_H

#include "base/buf.h"
#include "kernel/kmem.h"

/*
 * Appends the log, oldest first: "[seconds.micros] text" and a newline per record; lines inside a
 * record are indented like its first; bytes that are not printable become \xNN. skipped: records
 * that could not be read. ERR_MISSING if the kernel describes no log that we know.
 */
struct err *printk_read(struct kmem *k, struct buf *out, uint64_t *skipped) must_check;

/* For tests and the older layout: one record's text appended as described above. */
void printk_format(struct buf *out, uint64_t ts_nsec, const char *text, size_t len);

/* Before 5.10 (printk_log.c). */
struct err *printk_log_read(struct kmem *k, struct buf *out, uint64_t *skipped) must_check;

#endif
