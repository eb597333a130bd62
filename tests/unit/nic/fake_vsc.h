/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up device behind struct vsc_ops: a gateway that works as that of mlx5 devices does, and
 * that can be told to misbehave in one way. Its time passes with what it is asked, so that a test
 * of limits takes no time. Header only.
 */
#ifndef SALVOR_TESTS_FAKE_VSC_H
#define SALVOR_TESTS_FAKE_VSC_H

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/regs/vsc.h"

enum fake_fault {
	FAKE_WORKS,
	FAKE_HELD,	   /* another has the gateway's semaphore, for ever */
	FAKE_STOLEN,	   /* another gets the semaphore each time we write it */
	FAKE_NO_TICKET,	   /* the counter is 0 */
	FAKE_RESET_HELD,   /* another function has the semaphore of resets */
	FAKE_NO_SPACE,	   /* status 0: no such space */
	FAKE_NO_SIZE,	   /* the space's size is not said */
	FAKE_ODD_SIZE,	   /* the space ends within the last word */
	FAKE_HUGE,	   /* the space is as large as an address can be, and full */
	FAKE_NO_FLAG,	   /* from .fault_at on the flag never comes */
	FAKE_SLOW,	   /* the flag takes long each time */
	FAKE_CIRCLE,	   /* the next word is this one */
	FAKE_BACK,	   /* the next word is the first one */
	FAKE_UNALIGNED,	   /* the next word is at an odd address */
	FAKE_GONE,	   /* from .fault_at on all ones */
	FAKE_CONFIG_FAILS, /* from .fault_at on the system refuses */
};

#define FAKE_WORDS 64
#define FAKE_FLAG  (1U << 31)

struct fake_vsc {
	enum fake_fault fault;
	unsigned fault_at; /* calls */
	unsigned calls;
	uint32_t words[FAKE_WORDS]; /* those that are not 0 are offered */
	uint32_t control, counter, semaphore, reset, address, data;
	unsigned flag_in; /* reads of the address register until the flag is there */
	double time;
	bool foreign_written; /* something that is not the capability's was written */
};

static inline uint32_t fake_next(const struct fake_vsc *f, uint32_t address)
{
	uint32_t i = address / 4 + 1;
	if (f->fault == FAKE_HUGE)
		return address + 4;
	if (f->fault == FAKE_CIRCLE)
		return address;
	if (f->fault == FAKE_BACK)
		return 0;
	if (f->fault == FAKE_UNALIGNED)
		return address + 5;
	while (i < FAKE_WORDS && !f->words[i])
		i++;
	return i * 4;
}

static inline bool fake_is(const struct fake_vsc *f, enum fake_fault fault)
{
	return f->fault == fault && f->calls >= f->fault_at;
}

static inline int fake_read(void *arg, unsigned offset, uint32_t *ret)
{
	struct fake_vsc *f = arg;
	f->calls++;
	f->time += 1e-6;
	if (fake_is(f, FAKE_CONFIG_FAILS))
		return -EIO;
	*ret = UINT32_MAX;
	if (fake_is(f, FAKE_GONE))
		return 0;
	switch (offset) {
	case 0x0:
		*ret = 0x00180009;
		break;
	case 0x4:
		*ret = f->control;
		break;
	case 0x8:
		*ret = f->fault == FAKE_NO_TICKET ? 0 : ++f->counter;
		break;
	case 0xc:
		*ret = f->fault == FAKE_HELD ? 0xdead : f->semaphore;
		break;
	case 0x10:
		if (f->flag_in > 0 && --f->flag_in == 0)
			f->address ^= FAKE_FLAG;
		*ret = f->address;
		break;
	case 0x14:
		*ret = f->data;
		break;
	default:
		return -EINVAL;
	}
	return 0;
}

/* The address register is written: a word is wanted, or given. */
static inline void fake_ask(struct fake_vsc *f, uint32_t value)
{
	uint32_t address = value & ~FAKE_FLAG, space = f->control & 0xffff;
	f->address = value;
	f->flag_in = fake_is(f, FAKE_NO_FLAG) ? 0 : f->fault == FAKE_SLOW ? 1000 : 2;
	if (space == VSC_SPACE_SEMAPHORES && address == 0x20) {
		if ((value & FAKE_FLAG) && (f->data == 0 || f->reset == 0))
			f->reset = f->data;
		f->data = f->fault == FAKE_RESET_HELD ? 0xbeef : f->reset;
	} else if (!(value & FAKE_FLAG)) {
		f->data = address / 4 < FAKE_WORDS ? f->words[address / 4] : 0x55555555;
		if (space == VSC_SPACE_SCAN)
			f->address = fake_next(f, address);
	} else {
		f->foreign_written = true;
	}
}

static inline int fake_write(void *arg, unsigned offset, uint32_t value)
{
	struct fake_vsc *f = arg;
	f->calls++;
	f->time += 1e-6;
	if (fake_is(f, FAKE_CONFIG_FAILS))
		return -EIO;
	switch (offset) {
	case 0x4:
		f->control = (value & 0xffff) | (f->fault == FAKE_NO_SPACE ? 0 : 1U << 29) |
			     (f->fault == FAKE_NO_SIZE ? 0 : 1U << 28);
		f->address = f->fault == FAKE_HUGE	 ? VSC_ADDRESS_MAX
			     : f->fault == FAKE_ODD_SIZE ? FAKE_WORDS * 4 - 2
							 : FAKE_WORDS * 4;
		break;
	case 0xc:
		if (value == 0 || f->semaphore == 0)
			f->semaphore = f->fault == FAKE_STOLEN && value ? value + 1 : value;
		if (f->fault == FAKE_STOLEN && f->calls % 2)
			f->semaphore = 0;
		break;
	case 0x10:
		fake_ask(f, value);
		break;
	case 0x14:
		f->data = value;
		break;
	default:
		f->foreign_written = true;
	}
	return 0;
}

static inline void fake_pause(void *arg)
{
	((struct fake_vsc *)arg)->time += 1e-3;
}

static inline double fake_now(void *arg)
{
	return ((struct fake_vsc *)arg)->time;
}

static const struct vsc_ops fake_vsc_ops = {fake_read, fake_write, fake_pause, fake_now};

#endif
