/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway in the configuration space of mlx5 devices (the vendor-specific capability): reads
 * what is behind it (CR space) with no driver and no BAR. The protocol is that of the kernel's
 * drivers/net/ethernet/mellanox/mlx5/core/lib/pci_vsc.c and diag/crdump.c; it is spoken through
 * struct vsc_ops, so that a device is not needed to test it. The device is not trusted: each wait
 * has a number of tries, the whole has a deadline, a semaphore that another holds is left to it,
 * and what was taken is given back on every path. It writes the capability's registers and the
 * semaphores, nothing else. One thread.
 */
#ifndef SALVOR_NIC_REGS_VSC_H
#define SALVOR_NIC_REGS_VSC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct vsc_ops {
	/* One word of configuration space, offset bytes into the capability. 0 or -errno. */
	int (*read)(void *arg, unsigned offset, uint32_t *ret);
	int (*write)(void *arg, unsigned offset, uint32_t value);
	void (*pause)(void *arg); /* about a millisecond */
	double (*now)(void *arg); /* seconds */
};

struct vsc {
	const struct vsc_ops *ops;
	void *arg;
	double until; /* no further word is asked for after that */
	bool locked;
	bool reset_locked;
};

/* Address spaces (mlx5 lib/pci_vsc.h, mlx5_core.h; the others: mstflint's address_space_t) */
enum {
	VSC_SPACE_SCAN = 0x7,	    /* tells the next address with each word */
	VSC_SPACE_SEMAPHORES = 0xa, /* of the device's functions among each other */
};

#define VSC_ADDRESS_MAX 0x3fffffffU

/* The gateway, for us alone until vsc_unlock(). Fails when another has it. */
struct err *vsc_lock(struct vsc *v) must_check;
/*
 * The device's semaphore of resets, in the gateway: no function resets the device, or takes a
 * crdump, meanwhile.
 */
struct err *vsc_lock_reset(struct vsc *v) must_check;
/* Gives back what is held. Without a device it does nothing that could be noticed. */
void vsc_unlock(struct vsc *v);

/* What follows is in that space. *size: of the space, where the device says it, else 0. */
struct err *vsc_set_space(struct vsc *v, unsigned space, uint32_t *size) must_check;
struct err *vsc_read(struct vsc *v, uint32_t address, uint32_t *ret) must_check;
/* In VSC_SPACE_SCAN: the word, and where the next one is, which is always behind it. */
struct err *vsc_scan(struct vsc *v, uint32_t address, uint32_t *ret, uint32_t *next) must_check;

#endif
