// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/regs/vsc.h"

enum {
	VSC_CONTROL = 0x4,
	VSC_COUNTER = 0x8,
	VSC_SEMAPHORE = 0xc,
	VSC_ADDRESS = 0x10,
	VSC_DATA = 0x14,
};

#define SPACE_MASK 0x0000ffffU
#define SIZE_VALID (1U << 28)
#define STATUS(v)  ((v) >> 29)
#define FLAG	   (1U << 31)
#define UNLOCKED   0U
#define GONE	   UINT32_MAX
/* MLX5_SEMAPHORE_SW_RESET (mlx5_core.h) */
#define SEMAPHORE_RESET 0x20
/* VSC_MAX_RETRIES of the kernel */
#define RETRIES 2048
/* Of the waits for the flag, one in so many pauses: most are answered at once. */
#define POLLS_PER_PAUSE 16

/* A register of the capability. All ones, with a header of ones too, is no answer at all. */
static struct err *get(struct vsc *v, unsigned offset, uint32_t *ret)
{
	uint32_t header;
	int error = v->ops->read(v->arg, offset, ret);
	if (error == 0 && *ret == GONE) {
		error = v->ops->read(v->arg, 0, &header);
		if (error == 0 && header == GONE)
			return err_new(ERR_MISSING,
				       "gateway register 0x%x: all ones, and so is "
				       "the capability: the device is gone",
				       offset);
	}
	return error < 0 ? err_os(-error, "gateway register 0x%x", offset) : NULL;
}

static struct err *put(struct vsc *v, unsigned offset, uint32_t value)
{
	int error = v->ops->write(v->arg, offset, value);
	return error < 0 ? err_os(-error, "writing gateway register 0x%x", offset) : NULL;
}

static bool time_is_over(const struct vsc *v)
{
	return v->ops->now(v->arg) >= v->until;
}

/* One try: reads the semaphore, and if it is free writes a number that nobody else has. */
static struct err *try_lock(struct vsc *v, uint32_t *holder, bool *ret)
{
	uint32_t ticket;
	struct err *e = get(v, VSC_SEMAPHORE, holder);
	if (e || *holder != UNLOCKED)
		return e;
	e = get(v, VSC_COUNTER, &ticket);
	if (e || ticket == UNLOCKED) /* could not be told from a free one */
		return e;
	e = put(v, VSC_SEMAPHORE, ticket);
	if (!e)
		e = get(v, VSC_SEMAPHORE, holder);
	*ret = !e && *holder == ticket;
	return e;
}

struct err *vsc_lock(struct vsc *v)
{
	uint32_t holder = UNLOCKED;
	for (unsigned i = 0; i < RETRIES && !time_is_over(v); i++) {
		struct err *e = try_lock(v, &holder, &v->locked);
		if (e || v->locked)
			return e;
		v->ops->pause(v->arg);
	}
	if (holder == UNLOCKED)
		return err_new(ERR_TIMEOUT,
			       "the gateway's semaphore cannot be had, though it is free");
	return err_new(ERR_TIMEOUT,
		       "the gateway's semaphore is held (0x%08x), as by the kernel that died, and "
		       "is left alone",
		       holder);
}

struct err *vsc_set_space(struct vsc *v, unsigned space, uint32_t *size)
{
	uint32_t control, address;
	*size = 0;
	struct err *e = get(v, VSC_CONTROL, &control);
	if (!e)
		e = put(v, VSC_CONTROL, (control & ~SPACE_MASK) | space);
	if (!e)
		e = get(v, VSC_CONTROL, &control);
	if (e)
		return e;
	if (STATUS(control) == 0 || (control & SPACE_MASK) != space)
		return err_new(ERR_UNSUPPORTED, "the device has no address space 0x%x", space);
	if (!(control & SIZE_VALID))
		return NULL;
	e = get(v, VSC_ADDRESS, &address);
	if (!e)
		*size = address & VSC_ADDRESS_MAX;
	return e;
}

/* Until the flag of the address register is the one wanted; *ret is that register then. */
static struct err *wait_flag(struct vsc *v, uint32_t flag, uint32_t *ret)
{
	for (unsigned i = 1; i <= RETRIES; i++) {
		struct err *e = get(v, VSC_ADDRESS, ret);
		if (e || (*ret & FLAG) == flag)
			return e;
		if (i % POLLS_PER_PAUSE)
			continue;
		if (time_is_over(v))
			break;
		v->ops->pause(v->arg);
	}
	return err_new(ERR_TIMEOUT, "the gateway does not answer");
}

/* Ends with the address register, which in the scanned space is the next address. */
static struct err *read_word(struct vsc *v, uint32_t address, uint32_t *ret, uint32_t *after)
{
	if (address > VSC_ADDRESS_MAX)
		return err_new(ERR_FORMAT, "0x%x is no address of the gateway", address);
	if (time_is_over(v))
		return err_new(ERR_TIMEOUT, "no time left at 0x%08x", address);
	struct err *e = put(v, VSC_ADDRESS, address);
	if (!e)
		e = wait_flag(v, FLAG, after);
	if (!e)
		e = get(v, VSC_DATA, ret);
	return e;
}

struct err *vsc_read(struct vsc *v, uint32_t address, uint32_t *ret)
{
	uint32_t after;
	return read_word(v, address, ret, &after);
}

struct err *vsc_scan(struct vsc *v, uint32_t address, uint32_t *ret, uint32_t *next)
{
	uint32_t after;
	struct err *e = read_word(v, address, ret, &after);
	/* The kernel reads it again here: it is valid once the data were taken. */
	if (!e)
		e = get(v, VSC_ADDRESS, &after);
	if (e)
		return e;
	*next = after & VSC_ADDRESS_MAX;
	if (*next <= address)
		return err_new(ERR_FORMAT, "after 0x%08x the device goes on at 0x%08x", address,
			       *next);
	return NULL;
}

/* A word of the semaphores' space. */
static struct err *write_word(struct vsc *v, uint32_t address, uint32_t value)
{
	uint32_t after;
	struct err *e = put(v, VSC_DATA, value);
	if (!e)
		e = put(v, VSC_ADDRESS, address | FLAG);
	return e ? e : wait_flag(v, 0, &after);
}

struct err *vsc_lock_reset(struct vsc *v)
{
	uint32_t size, ticket, holder = UNLOCKED;
	struct err *e = vsc_set_space(v, VSC_SPACE_SEMAPHORES, &size);
	if (!e)
		e = get(v, VSC_COUNTER, &ticket);
	if (!e)
		e = write_word(v, SEMAPHORE_RESET, ticket);
	if (!e)
		e = vsc_read(v, SEMAPHORE_RESET, &holder);
	if (e)
		return err_wrap(e, "the semaphore of resets");
	if (ticket == UNLOCKED || holder != ticket)
		return err_new(ERR_TIMEOUT,
			       "the semaphore of resets is held (0x%08x), and is left alone",
			       holder);
	v->reset_locked = true;
	return NULL;
}

void vsc_unlock(struct vsc *v)
{
	uint32_t size;
	if (v->reset_locked) {
		/* The deadline is for what is wanted, not for tidying up; the tries are counted. */
		v->until = v->ops->now(v->arg) + 1;
		struct err *e = vsc_set_space(v, VSC_SPACE_SEMAPHORES, &size);
		if (!e)
			e = write_word(v, SEMAPHORE_RESET, UNLOCKED);
		err_free(e);
	}
	if (v->locked)
		err_free(put(v, VSC_SEMAPHORE, UNLOCKED));
	v->reset_locked = v->locked = false;
}
