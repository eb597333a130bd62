// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kdump-compressed writer: what lies where, in rounds, in both byte orders, and what a sink
 * that fills up at any write leaves.
 */
#include "unit.h"
#include "output/writer.h"

#define FILE_MAX ((size_t)1 << 20)
#define MAX_PFN	 UINT64_C(100000)
#define PAGE	 4096

/* A sink that is memory, and full after so many writes. */
struct memory {
	struct sink sink;
	uint8_t *bytes;
	bool *written; /* per byte */
	size_t len;
	unsigned int writes, most; /* most 0: no end */
	uint64_t reserved_from, reserved_to;
};

static struct err *memory_write(struct sink *s, uint64_t offset, const void *data, size_t len)
{
	struct memory *m = (struct memory *)s;
	assert_true(offset + len <= FILE_MAX);
	if (m->most && m->writes >= m->most)
		return err_new(ERR_NOSPACE, "full");
	m->writes++;
	memcpy(m->bytes + offset, data, len);
	memset(m->written + offset, true, len);
	m->len = MAX(m->len, (size_t)offset + len);
	return NULL;
}

static struct err *memory_reserve(struct sink *s, uint64_t from, uint64_t to)
{
	struct memory *m = (struct memory *)s;
	m->reserved_from = from;
	m->reserved_to = to;
	return NULL;
}

static void memory_init(struct memory *m, bool holes)
{
	static const struct sink_ops ops = {.write_at = memory_write, .reserve = memory_reserve};
	*m = (struct memory) {.sink = {.ops = &ops, .holes = holes}};
	m->bytes = calloc(1, FILE_MAX);
	m->written = calloc(FILE_MAX, sizeof(bool));
	assert_non_null(m->bytes);
	assert_non_null(m->written);
}

static void memory_deinit(struct memory *m)
{
	free(m->bytes);
	free(m->written);
}

/* Pages 3, 4, 5, 70000 and 99999 of a machine with 1000 pages at 0 and 30000 at 70000. */
static const uint64_t pfns[] = {3, 4, 5, 70000, 99999};
static const struct pfn_range memory[] = {{0, 1000}, {70000, MAX_PFN}};
static const struct codec codec = {.name = "lzo", .id = CODEC_LZO};

static struct dump_info describe(struct bitmap *dump, enum byte_order order)
{
	assert_ok(bitmap_init(dump, MAX_PFN));
	for (size_t i = 0; i < ARRAY_SIZE(pfns); i++)
		bitmap_set(dump, pfns[i]);
	return (struct dump_info) {.order = order,
				   .page_shift = 12,
				   .max_pfn = MAX_PFN,
				   .memory = memory,
				   .nmemory = ARRAY_SIZE(memory),
				   .dump = dump,
				   .existing = 31000,
				   .selected = ARRAY_SIZE(pfns),
				   .notes = "notes of an ELF file",
				   .notes_len = 20,
				   .vmcoreinfo = "OSRELEASE=x\n",
				   .vmcoreinfo_len = 12,
				   .vmcoreinfo_in_notes = SIZE_MAX,
				   .nr_cpus = 2,
				   .codec = &codec,
				   .level = 31};
}

/* Where things are: header, sub-header and notes, two bitmaps of 4 blocks, descriptors, zeros. */
enum { BITMAPS = 2 * PAGE, DESCS = BITMAPS + 8 * PAGE, ZEROS = DESCS + 5 * KDUMP_DESC_SIZE };

static struct err *put(struct writer *w, const struct packed_page *pages, size_t n)
{
	static uint8_t data[5 * PAGE];
	size_t len = 0;
	for (size_t i = 0; i < n; i++) {
		memset(data + len, (int)pages[i].pfn, pages[i].size);
		len += pages[i].size;
	}
	struct batch b = {.pages = (struct packed_page *)(uintptr_t)pages,
			  .npages = n,
			  .data = data,
			  .len = len};
	return w->ops->batch(w, &b);
}

static bool incomplete(const struct memory *m, enum byte_order order)
{
	return get_u32(m->bytes + KDUMP_STATUS_OFFSET, order) & KDUMP_INCOMPLETE;
}

static void assert_desc(const struct memory *m, enum byte_order order, size_t rank, uint64_t offset,
			uint32_t size, uint32_t flags)
{
	const uint8_t *d = m->bytes + DESCS + rank * KDUMP_DESC_SIZE;
	assert_int_equal(get_u64(d, order), offset);
	assert_int_equal(get_u32(d + 8, order), size);
	assert_int_equal(get_u32(d + 12, order), flags);
}

static void what_lies_where(void **state)
{
	(void)state;
	for (int o = 0; o < 4; o++) {
		enum byte_order order = (enum byte_order)(o % 2);
		struct memory m;
		struct bitmap dump;
		struct writer *w;
		memory_init(&m, o < 2);
		struct dump_info d = describe(&dump, order);
		assert_ok(writer_kdump.begin(&m.sink, &d, &w));
		assert_true(incomplete(&m, order));
		assert_int_equal(m.reserved_from, o < 2 ? DESCS : 0);
		assert_int_equal(m.reserved_to, ZEROS);
		/* two rounds, each in pfn order: the descriptors are in the order of all */
		assert_ok(put(w,
			      (struct packed_page[]) {{4, 100, PACKED_COMPRESSED},
						      {70000, PAGE, PACKED_RAW}},
			      2));
		assert_ok(put(w, (struct packed_page[]) {{3, 50, PACKED_COMPRESSED}}, 1));
		assert_ok(put(
			w,
			(struct packed_page[]) {{5, 0, PACKED_ZERO}, {99999, 7, PACKED_COMPRESSED}},
			2));
		assert_true(incomplete(&m, order));
		assert_ok(w->ops->end(w));
		assert_false(incomplete(&m, order));
		uint64_t data = ZEROS + PAGE;
		assert_desc(&m, order, 0, data + 100 + PAGE, 50, CODEC_LZO);
		assert_desc(&m, order, 1, data, 100, CODEC_LZO);
		assert_desc(&m, order, 2, ZEROS, PAGE, 0);
		assert_desc(&m, order, 3, data + 100, PAGE, 0);
		assert_desc(&m, order, 4, data + 150 + PAGE, 7, CODEC_LZO);
		assert_int_equal(m.bytes[data], 4);
		assert_int_equal(m.bytes[data + 100 + PAGE + 49], 3);
		assert_int_equal(m.len, data + 157 + PAGE);
		assert_int_equal(w->written.file_size, m.len);
		assert_int_equal(w->written.pages, 5);
		assert_int_equal(w->written.zero_pages, 1);
		assert_memory_equal(m.bytes, KDUMP_SIGNATURE, 8);
		assert_memory_equal(m.bytes + PAGE + KDUMP_SUB_HEADER_SIZE,
				    "notes of an ELF fileOSRELEASE=x\n", 32);
		struct bitmap first = {.nbits = MAX_PFN, .bytes = m.bytes + BITMAPS};
		struct bitmap second = {.nbits = MAX_PFN, .bytes = m.bytes + BITMAPS + 4 * PAGE};
		assert_int_equal(bitmap_count(&first, 0, MAX_PFN), 31000);
		assert_int_equal(bitmap_next_clear(&first, 0), 1000);
		assert_int_equal(bitmap_next(&first, 1000), 70000);
		assert_int_equal(bitmap_count(&second, 0, MAX_PFN), 5);
		for (size_t i = 0; i < ARRAY_SIZE(pfns); i++)
			assert_true(bitmap_test(&second, pfns[i]));
		w->ops->destroy(w);
		bitmap_deinit(&dump);
		memory_deinit(&m);
	}
}

/* Pages 0-999 and 70000- leave the second of four blocks of each bitmap empty. */
static void holes_where_they_may_be(void **state)
{
	(void)state;
	for (int holes = 0; holes < 2; holes++) {
		struct memory m;
		struct bitmap dump;
		struct writer *w;
		memory_init(&m, holes);
		struct dump_info d = describe(&dump, ORDER_LE);
		assert_ok(writer_kdump.begin(&m.sink, &d, &w));
		for (size_t bitmap = 0; bitmap < 2; bitmap++) {
			size_t at = BITMAPS + bitmap * 4 * PAGE;
			assert_true(m.written[at]);
			assert_int_equal(m.written[at + PAGE + 1], !holes);
			assert_true(m.written[at + 2 * PAGE + 1]);
			assert_true(m.written[at + (MAX_PFN - 1) / 8]);
			assert_false(m.written[at + MAX_PFN / 8]);
		}
		w->ops->destroy(w);
		bitmap_deinit(&dump);
		memory_deinit(&m);
	}
}

static void lost_pages_keep_the_flag(void **state)
{
	(void)state;
	struct memory m;
	struct bitmap dump;
	struct writer *w;
	memory_init(&m, true);
	struct dump_info d = describe(&dump, ORDER_LE);
	assert_ok(writer_kdump.begin(&m.sink, &d, &w));
	assert_ok(put(w,
		      (struct packed_page[]) {{3, 10, PACKED_COMPRESSED},
					      {4, 0, PACKED_LOST},
					      {5, 10, PACKED_COMPRESSED},
					      {70000, 0, PACKED_LOST},
					      {99999, 0, PACKED_ZERO}},
		      5));
	assert_ok(w->ops->end(w));
	assert_true(incomplete(&m, ORDER_LE));
	assert_int_equal(w->written.lost_pages, 2);
	assert_desc(&m, ORDER_LE, 1, 0, 0, 0);
	assert_desc(&m, ORDER_LE, 2, ZEROS + PAGE + 10, 10, CODEC_LZO);
	w->ops->destroy(w);
	bitmap_deinit(&dump);
	memory_deinit(&m);
}

static struct err *write_dump(struct writer *w)
{
	struct err *e = NULL;
	for (size_t i = 0; !e && i < ARRAY_SIZE(pfns); i++)
		e = put(w, (struct packed_page[]) {{pfns[i], 100, PACKED_COMPRESSED}}, 1);
	return e ? e : w->ops->end(w);
}

/* Whatever write fails: the file says that it is incomplete, and no descriptor points to nothing.
 */
static void a_full_sink_at_any_write(void **state)
{
	(void)state;
	unsigned int all = 0;
	for (unsigned int most = 0; most == 0 || most < all; most++) {
		struct memory m;
		struct bitmap dump;
		struct writer *w = NULL;
		memory_init(&m, true);
		m.most = most;
		struct dump_info d = describe(&dump, ORDER_LE);
		struct err *e = writer_kdump.begin(&m.sink, &d, &w);
		if (!e)
			e = write_dump(w);
		if (most == 0) {
			assert_ok(e);
			all = m.writes;
		} else {
			assert_err(e, ERR_NOSPACE, "full");
			assert_true(incomplete(&m, ORDER_LE));
		}
		if (w) {
			/* there is room for descriptors: it was reserved */
			m.most = 0;
			assert_ok(w->ops->stop(w));
			for (size_t i = 0; i < ARRAY_SIZE(pfns); i++) {
				const uint8_t *at = m.bytes + DESCS + i * KDUMP_DESC_SIZE;
				uint64_t offset = get_u64(at, ORDER_LE);
				assert_int_equal(offset != 0, i < w->written.pages);
				for (uint64_t j = 0; offset && j < 100; j++)
					assert_true(m.written[offset + j]);
			}
			w->ops->destroy(w);
		}
		bitmap_deinit(&dump);
		memory_deinit(&m);
	}
	assert_in_range(all, 12, 40);
}

/* More descriptors than are gathered at a time. */
static void many_descriptors(void **state)
{
	(void)state;
	struct memory m;
	struct bitmap dump;
	struct writer *w;
	static struct packed_page pages[9000];
	memory_init(&m, true);
	assert_ok(bitmap_init(&dump, 9000));
	bitmap_set_range(&dump, 0, 9000);
	struct dump_info d = {.page_shift = 12,
			      .max_pfn = 9000,
			      .memory = memory,
			      .nmemory = 1,
			      .dump = &dump,
			      .selected = 9000};
	for (size_t i = 0; i < 9000; i++)
		pages[i] = (struct packed_page) {i, 1, PACKED_COMPRESSED};
	d.codec = &codec;
	assert_ok(writer_kdump.begin(&m.sink, &d, &w));
	for (size_t i = 0; i < 9000; i += 60)
		assert_ok(put(w, pages + i, 60));
	assert_ok(w->ops->end(w));
	uint64_t descs = PAGE * (2 + 2), zeros = descs + 9000 * KDUMP_DESC_SIZE;
	for (size_t i = 0; i < 9000; i++) {
		uint64_t at = get_u64(m.bytes + descs + i * KDUMP_DESC_SIZE, ORDER_LE);
		assert_int_equal(at, zeros + PAGE + i);
		assert_int_equal(m.bytes[at], i & 0xff);
	}
	w->ops->destroy(w);
	bitmap_deinit(&dump);
	memory_deinit(&m);
}

static void a_pfn_that_the_format_cannot_hold(void **state)
{
	(void)state;
	struct memory m;
	struct writer *w = NULL;
	memory_init(&m, true);
	struct dump_info d = {.page_shift = 12, .max_pfn = UINT64_C(1) << 52};
	assert_err(writer_kdump.begin(&m.sink, &d, &w), ERR_FORMAT, "does not fit the format");
	assert_null(w);
	assert_int_equal(m.writes, 0);
	memory_deinit(&m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lies_where),
		cmocka_unit_test(holes_where_they_may_be),
		cmocka_unit_test(lost_pages_keep_the_flag),
		cmocka_unit_test(a_full_sink_at_any_write),
		cmocka_unit_test(many_descriptors),
		cmocka_unit_test(a_pfn_that_the_format_cannot_hold),
	};
	return cmocka_run_group_tests_name("output/writer_kdump", tests, NULL, NULL);
}
