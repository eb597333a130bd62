/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A crdump: the space behind the gateway in which the device itself says which word comes next
 * (mlx5 diag/crdump.c). The image has each word at its address, and MLX5's own mark where the
 * device has nothing to be read, as the kernel's crdump has. Bounded by SCAN_MAX and by the
 * gateway's deadline; a device that leads in circles is left. The caller owns the image.
 */
#ifndef SALVOR_NIC_REGS_SCAN_H
#define SALVOR_NIC_REGS_SCAN_H

#include "base/json.h"
#include "nic/regs/vsc.h"

/* BAD_ACCESS of diag/crdump.c */
#define SCAN_NOT_READ 0xbadacce5U
/* The image's room, in a capture kernel with little memory; what is behind it is not read. */
#define SCAN_MAX (8U << 20)

struct scan {
	uint32_t *words;
	uint32_t size;	/* bytes of the space, as the device says */
	uint32_t count; /* words read */
	uint32_t end;	/* bytes from address 0 to behind the last of them */
};

/*
 * Takes the gateway and the device's semaphore of resets, scans, gives both back. After an error
 * ret has what was read before it.
 */
struct err *scan_take(struct vsc *v, unsigned space, struct scan *ret) must_check;
void scan_deinit(struct scan *s);

/* Members "bytes", "words", "words_changed", "changed" (address and both values; 256 at most). */
void scan_json(const struct scan *first, const struct scan *last, struct json *j);

#endif
