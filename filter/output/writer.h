/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writers of dump formats: headers, bitmaps, descriptors and page data into a sink. They do not
 * choose or compress pages. One thread; pfns arrive increasing, in one round or in several over
 * different pages.
 */
#ifndef SALVOR_OUTPUT_WRITER_H
#define SALVOR_OUTPUT_WRITER_H

#include "base/bitmap.h"
#include "codec/block.h"
#include "codec/codec.h"
#include "io/sink.h"
#include "ondisk/kdump.h"

/* Pages [first, end). */
struct pfn_range {
	uint64_t first, end;
};

/* What a writer needs to know of the dump; all borrowed until destroy(). */
struct dump_info {
	enum byte_order order;
	unsigned int page_shift;
	uint64_t max_pfn;
	const struct pfn_range *memory; /* pages that the machine had; by first pfn, may overlap */
	size_t nmemory;
	const struct bitmap *dump; /* pages to be written */
	uint64_t existing, selected;
	const void *notes; /* ELF notes in the dump's byte order */
	size_t notes_len;
	const char *vmcoreinfo; /* NULL if there is none */
	size_t vmcoreinfo_len;
	size_t vmcoreinfo_in_notes; /* its offset there; SIZE_MAX if it is not part of the notes */
	unsigned int nr_cpus;
	const struct codec *codec; /* NULL: raw */
	unsigned int level;
	uint64_t phys_base;
	uint64_t seconds; /* time of the crash, or of the dump */
	char utsname[UTS_FIELDS][UTS_LEN];
};

struct written {
	uint64_t pages; /* descriptors written, of all kinds */
	uint64_t zero_pages;
	uint64_t lost_pages;
	uint64_t file_size;
};

struct writer;

/*
 * Adding a format: one file writer_x.c that ends in one const struct writer_ops; a line in the
 * options; the compare tool's proof that other programs read it. From begin() on the output is a
 * valid file of its format, flagged incomplete, at any moment; end() takes the flag away. After an
 * error, stop() settles what was written. destroy() is called once in any case; it leaves the sink
 * alone.
 */
struct writer_ops {
	const char *name;
	struct err *(*begin)(struct sink *s, const struct dump_info *d, struct writer **ret);
	struct err *(*batch)(struct writer *w, const struct batch *b);
	struct err *(*end)(struct writer *w);
	struct err *(*stop)(struct writer *w);
	void (*destroy)(struct writer *w);
};

struct writer {
	const struct writer_ops *ops;
	struct written written;
};

extern const struct writer_ops writer_kdump;

#endif
