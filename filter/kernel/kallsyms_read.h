/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of vmlinux out of the dead kernel's memory: reads the tables of kallsyms, which
 * VMCOREINFO names or kallsyms_find() finds, and decodes them. It keeps nothing: the symbols go to
 * a function. One thread.
 */
#ifndef SALVOR_KERNEL_KALLSYMS_READ_H
#define SALVOR_KERNEL_KALLSYMS_READ_H

#include "kernel/kallsyms.h"
#include "kernel/kmem.h"

/*
 * As kallsyms_decode(). The error says what is wrong with the tables that VMCOREINFO names, and
 * what was found elsewhere; fn has then not been called, unless the error is its own
 * (which must not be ERR_FORMAT or ERR_MISSING: after those the next place is tried).
 */
struct err *kallsyms_read(struct kmem *k, kallsyms_fn fn, void *arg) must_check;

#endif
