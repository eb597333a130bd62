/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The examples of doc/kernel-reader.md, which quotes them: three questions to a dead kernel, each
 * answered as text. They are here to be compiled and run; nothing else uses them. One thread.
 */
#ifndef SALVOR_TOOLS_KERNEL_EXAMPLES_H
#define SALVOR_TOOLS_KERNEL_EXAMPLES_H

#include "base/buf.h"
#include "kernel/kernel.h"

struct err *example_symbol(struct kernel *k, struct buf *out) must_check;
struct err *example_devices(struct kernel *k, struct buf *out) must_check;
struct err *example_struct(struct kernel *k, struct buf *out) must_check;

#endif
