/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of vmlinux in the dead kernel's memory: opens the tables of kallsyms that VMCOREINFO
 * names, or else those that kallsyms_find() finds. It decodes nothing itself. One thread.
 */
#ifndef SALVOR_KERNEL_KALLSYMS_READ_H
#define SALVOR_KERNEL_KALLSYMS_READ_H

#include "kernel/kallsyms.h"
#include "kernel/kmem.h"

/*
 * The tables are read through k as long as they are used. The error says what is wrong with those
 * that VMCOREINFO names, and what was found elsewhere.
 */
struct err *kallsyms_load(struct kmem *k, struct kallsyms **ret) must_check;

#endif
