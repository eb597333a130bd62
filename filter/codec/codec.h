/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Codecs of kdump-compressed dumps: one page in, one compressed unit out, and back. No framing, no
 * I/O. The table is immutable; a state belongs to one thread and serves any number of pages.
 */
#ifndef SALVOR_CODEC_CODEC_H
#define SALVOR_CODEC_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/err.h"

/* Bits of disk_dump_header.status and page_desc.flags (makedumpfile's diskdump_mod.h). */
enum codec_id {
	CODEC_NONE = 0,
	CODEC_ZLIB = 0x1,
	CODEC_LZO = 0x2,
	CODEC_SNAPPY = 0x4,
	CODEC_ZSTD = 0x20
};

/*
 * Adding a codec: one file codec_x.c that ends in one const struct codec under #ifdef HAVE_X; a
 * line in the table of codec.c; a probe in the Makefile; the format's flag bit, agreed with crash
 * and libkdumpfile.
 *
 * The contract is total. compress(): < 0 the library failed, 0 the result would not be smaller than
 * the input (store the page raw), > 0 the size of the result. cap is at least worst(len).
 * decompress(): the size of the result, or < 0 for input that is damaged or does not fit cap.
 */
struct codec {
	const char *name;
	enum codec_id id;
	char option; /* makedumpfile's letter */
	size_t (*worst)(size_t len);
	void *(*state_create)(
		void); /* NULL: out of memory; may be a non-NULL token if no state is needed */
	void (*state_destroy)(void *state);
	ssize_t (*compress)(void *state, const void *in, size_t len, void *out, size_t cap);
	ssize_t (*decompress)(void *state, const void *in, size_t len, void *out, size_t cap);
};

extern const struct codec codec_zstd, codec_lzo, codec_snappy, codec_zlib;

/* By name or by makedumpfile's option letter; NULL if this build does not have it. */
const struct codec *codec_by_name(const char *name);
const struct codec *codec_by_option(char option);
const struct codec *codec_by_id(enum codec_id id);
/* The i-th codec of this build, best first; NULL after the last. */
const struct codec *codec_nth(size_t i);

/* Names of codecs that this build lacks, separated by spaces; "" if none. */
const char *codec_missing(void);

#endif
