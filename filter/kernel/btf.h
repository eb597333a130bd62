/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of the dead kernel, from BTF. This header holds what the symbols of modules need of it.
 */
#ifndef SALVOR_KERNEL_BTF_H
#define SALVOR_KERNEL_BTF_H

#include <stdint.h>
#include "base/err.h"

struct btf;

struct type {
	const struct btf *btf;
	uint32_t id;
};

struct member {
	uint32_t offset; /* bytes from the outermost struct */
	uint32_t size;	 /* bytes of the member; arrays whole */
	uint8_t bit_offset, bit_size;
	struct type type;
};

/* path: "a.b[3].c", through anonymous members. ERR_MISSING: there is no such member. */
struct err *type_member(struct type t, const char *path, struct member *ret) must_check;

#endif
