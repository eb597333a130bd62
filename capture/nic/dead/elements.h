/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The elements of a ring in their order, copied out of the dead kernel's memory, and a list of
 * those that were decoded. For rings that a table of nic_ring cannot say: in fragments, or decoded
 * into sections (hw_field.h). What an element means, and which of them wait for whom, the caller
 * knows. One thread.
 */
#ifndef SALVOR_NIC_DEAD_ELEMENTS_H
#define SALVOR_NIC_DEAD_ELEMENTS_H

#include "nic/dead/driver.h"
#include "nic/decode/hw_field.h"

/* Of a ring at most so many are decoded: those that wait for somebody come first. */
#define DECODED_MAX 64

/* Those that cannot be read are zeros. */
struct elements {
	uint8_t *bytes;
	uint64_t n; /* a power of two */
	uint32_t stride;
	uint64_t lost;
};

/* All zeros; false for sizes that no ring has, and without memory. */
bool elements_init(struct elements *r, uint64_t n, uint32_t stride);
void elements_deinit(struct elements *r);
/* Any index: it wraps. */
const uint8_t *elements_at(const struct elements *r, uint64_t i);
/* Bytes from element i on, over the end of the ring to its beginning; returns how many there are.
 */
size_t elements_span(const struct elements *r, uint64_t i, uint8_t *ret, size_t len);
/* Counts the ring, shows its size, saves it as NAME.bin. */
void elements_show(struct dead *d, const char *name, const struct elements *r);

/* Of a ring of its size: what the device has, and what it is done with and nobody has seen. */
void elements_level(struct dead *d, const char *name, enum nic_ring_kind kind,
		    const struct elements *r, uint64_t device, uint64_t done);

/* Decoded elements: an array of objects of an index and sections; only programs read it. */
struct decoding {
	struct buf text;
	struct json json;
	struct hw_sink sink; /* between decoding_element() and its end */
};

void decoding_start(struct decoding *x);
struct hw_sink *decoding_element(struct decoding *x, uint64_t index);
void decoding_element_end(struct decoding *x);
void decoding_end(struct decoding *x, struct dead *d, const char *key);

/* One structure as an array of sections. */
void decoding_struct(struct dead *d, const char *key, const char *title,
		     const struct hw_field *table, const uint8_t *p, size_t len);

#endif
