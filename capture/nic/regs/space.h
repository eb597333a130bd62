/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where registers are read from, whatever is behind it: a mapped BAR (bar.h), the gateway of mlx5
 * (gateway.h), a test. Reading is bounded by the space itself, and an answer that means that nobody
 * answers is an error, after which nothing more is read from that device.
 */
#ifndef SALVOR_NIC_REGS_SPACE_H
#define SALVOR_NIC_REGS_SPACE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct reg_space;

struct reg_space_ops {
	/* Whether the word is inside. */
	bool (*has)(const struct reg_space *s, uint32_t address, unsigned width);
	/* One word that is inside, of 1, 2 or 4 bytes, as a number. An error ends the device. */
	struct err *(*read)(struct reg_space *s, uint32_t address, unsigned width,
			    uint32_t *ret)must_check;
};

struct reg_space {
	const struct reg_space_ops *ops;
};

#endif
