/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which BTF a type is looked up in. This header holds what the symbols of modules need of it.
 */
#ifndef SALVOR_KERNEL_TYPES_H
#define SALVOR_KERNEL_TYPES_H

#include <stdbool.h>
#include "kernel/btf.h"

struct types;

/* module: its BTF first, then that of vmlinux; NULL: vmlinux. */
bool types_find(const struct types *t, const char *module, const char *name, struct type *ret);

#endif
