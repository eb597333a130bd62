/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structures that a device defines (big-endian, fields of any number of bits), decoded by tables
 * into a list of fields: name, value, width, meaning. The list goes to a sink; the sinks here write
 * text in wqdump's form, and JSON. Raw rows and dwords need no table and are functions of their
 * own. The bytes are untrusted: nothing behind len is read, and what is cut off is said to be.
 * Pure; no allocation but in the sink's buffer. Tables are constant and shared by threads.
 */
#ifndef SALVOR_NIC_DECODE_HW_FIELD_H
#define SALVOR_NIC_DECODE_HW_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/json.h"

/* What the values of a field are called; ends with a NULL name. */
struct hw_name {
	uint32_t value;
	const char *name;
};

/*
 * One line of a table. A field begins where the one before it ends, the first at the first byte's
 * most significant bit, so a table reads like the C or bit structure it is taken from. No name: the
 * bits are reserved or mean nothing to us. Up to 64 bits make a number, more (whole bytes) are
 * bytes. With .table the field is a structure of its own. 0 bits end the table.
 */
struct hw_field {
	const char *name;
	uint32_t bits;
	const struct hw_name *names;
	const struct hw_field *table;
};

/* Tables: R(n) n reserved bits, F(name, n), N(name, n, names), S(name, n, table of n bits). */
#define HW_R(n)                                                                                    \
	{                                                                                          \
		NULL, (n), NULL, NULL                                                              \
	}
#define HW_F(name, n)                                                                              \
	{                                                                                          \
		(name), (n), NULL, NULL                                                            \
	}
#define HW_N(name, n, what)                                                                        \
	{                                                                                          \
		(name), (n), (what), NULL                                                          \
	}
#define HW_S(name, n, what)                                                                        \
	{                                                                                          \
		(name), (n), NULL, (what)                                                          \
	}
#define HW_END                                                                                     \
	{                                                                                          \
		NULL, 0, NULL, NULL                                                                \
	}

struct hw_value {
	const char *group; /* the structure inside the structure, or NULL */
	const char *name;
	uint64_t value;
	unsigned bits;
	const char *meaning; /* or NULL */
};

struct hw_sink;
struct hw_sink_ops {
	/* What follows belongs to this part. index < 0: there is only one of it. */
	void (*section)(struct hw_sink *s, const char *title, int index);
	void (*value)(struct hw_sink *s, const struct hw_value *v);
	void (*bytes)(struct hw_sink *s, const char *name, const uint8_t *p, size_t len);
	/* The structure is longer than the bytes that are there. */
	void (*truncated)(struct hw_sink *s, size_t have);
};

struct hw_sink {
	const struct hw_sink_ops *ops;
	struct buf *out;   /* text */
	struct json *json; /* JSON; the sections are objects of an array the caller has open */
	bool open;	   /* JSON: a section is open */
};

/* The text form: "-------------- TITLE ------------------", "name : 0x1". */
void hw_text_init(struct hw_sink *s, struct buf *out);
void hw_json_init(struct hw_sink *s, struct json *j);
/* Closes what is open; a sink that was initialised is always ended. */
void hw_sink_end(struct hw_sink *s);

/* bits (1 to 64) at that bit, counted from the most significant one of p[0]. */
uint64_t hw_bits(const uint8_t *p, size_t bit, unsigned bits);
const char *hw_name(const struct hw_name *names, uint64_t value);
/* The length of a whole table. */
size_t hw_table_bits(const struct hw_field *table);

/* All fields of the table that are inside len; false (and marked truncated) if not all were. */
bool hw_decode(const struct hw_field *table, const uint8_t *p, size_t len, struct hw_sink *s);
/* The same as a section of its own. */
bool hw_section(const char *title, int index, const struct hw_field *table, const uint8_t *p,
		size_t len, struct hw_sink *s);

/* "0. 80000000 0000001e 05000000 00000000": rows of four words, counted from 0. */
void hw_raw(struct buf *out, const uint8_t *p, size_t len);
/* "0x0000: 0x80000000": a word a line, after its offset. */
void hw_dwords(struct buf *out, const uint8_t *p, size_t len);

#endif
