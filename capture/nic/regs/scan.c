// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/regs/scan.h"

#include <stdlib.h>
#include "nic/decode/pci_config.h"

#define CHANGED_SHOWN 256

/* The image has whole words, whatever the device says of its size. */
static uint32_t words_of(const struct scan *s)
{
	return MIN(s->size, SCAN_MAX) / 4;
}

static struct err *image_init(struct scan *s)
{
	uint32_t words = words_of(s);
	s->words = malloc((size_t)words * 4);
	if (!s->words)
		return err_nomem();
	for (uint32_t i = 0; i < words; i++)
		s->words[i] = SCAN_NOT_READ;
	return NULL;
}

static struct err *scan_space(struct vsc *v, struct scan *s)
{
	uint32_t address = 0, next;
	while (address / 4 < words_of(s)) {
		if (address % 4)
			return err_new(ERR_FORMAT,
				       "0x%08x: the device goes on at no word's address", address);
		struct err *e = vsc_scan(v, address, &s->words[address / 4], &next);
		if (e)
			return e;
		s->count++;
		s->end = address + 4;
		address = next;
	}
	if (s->size > SCAN_MAX)
		return err_new(ERR_UNSUPPORTED, "the device says 0x%x bytes; 0x%x are read",
			       s->size, SCAN_MAX);
	return NULL;
}

static struct err *locked(struct vsc *v, unsigned space, struct scan *s)
{
	struct err *e = vsc_lock_reset(v);
	if (!e)
		e = vsc_set_space(v, space, &s->size);
	if (!e && s->size < 4)
		e = err_new(ERR_UNSUPPORTED, "the device does not say how large space 0x%x is",
			    space);
	if (!e)
		e = image_init(s);
	return e ? e : scan_space(v, s);
}

struct err *scan_take(struct vsc *v, unsigned space, struct scan *ret)
{
	*ret = (struct scan) {0};
	struct err *e = vsc_lock(v);
	if (!e)
		e = locked(v, space, ret);
	vsc_unlock(v);
	return e;
}

void scan_deinit(struct scan *s)
{
	free(s->words);
	*s = (struct scan) {0};
}

static void change_json(struct json *j, uint32_t i, uint32_t from, uint32_t to)
{
	json_object(j, NULL);
	pci_json_hex(j, "address", i * 4ULL, 8);
	pci_json_hex(j, "first", from, 8);
	pci_json_hex(j, "last", to, 8);
	json_object_end(j);
}

void scan_json(const struct scan *first, const struct scan *last, struct json *j)
{
	uint32_t changed = 0;
	json_u64(j, "bytes", last->size);
	json_u64(j, "words", last->count);
	json_array(j, "changed");
	for (uint32_t i = 0; i < MIN(first->end, last->end) / 4; i++)
		if (first->words[i] != last->words[i] && changed++ < CHANGED_SHOWN)
			change_json(j, i, first->words[i], last->words[i]);
	json_array_end(j);
	json_u64(j, "words_changed", changed);
}
