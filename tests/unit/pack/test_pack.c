// SPDX-License-Identifier: GPL-2.0-or-later
/* Packing: order, contents and kinds of pages, with readers and codecs that fail as real ones do.
 */
#include "unit.h"
#include "base/bytes.h"
#include "pack/pack.h"

#define NPAGES UINT64_C(3000)

/* What a page is, by its pfn: zeros, noise that does not shrink, text that does, or lost. */
static bool is_lost(uint64_t pfn)
{
	return pfn % 97 == 13 || (pfn >= 640 && pfn < 712);
}

static void page_of(uint64_t pfn, size_t size, uint8_t *out)
{
	uint64_t seed = pfn + 1;
	memset(out, 0, size);
	if (pfn % 5 == 0)
		return;
	for (size_t i = 0; i < size; i += 8)
		put_u64(out + i, pfn % 5 == 1 ? unit_random(&seed) : pfn, ORDER_LE);
	if (pfn % 5 == 2)
		memset(out, 0, size - 1); /* all zeros but the last byte */
	out[size - 1] |= 1;
}

struct reader {
	size_t cap, page_size;
	uint8_t *buf;
};

static unsigned int page_shift, readers_allowed, readers_alive;

static void *reader_create(void *context, size_t cap)
{
	assert_string_equal(context, "context");
	if (readers_alive == readers_allowed)
		return NULL;
	struct reader *r = calloc(1, sizeof(*r));
	assert_non_null(r);
	r->cap = cap;
	r->page_size = (size_t)1 << page_shift;
	r->buf = malloc(cap);
	assert_non_null(r->buf);
	readers_alive++;
	return r;
}

static void reader_destroy(void *reader)
{
	struct reader *r = reader;
	readers_alive--;
	free(r->buf);
	free(r);
}

/* In threads of the pool cmocka cannot fail a test: what is wrong becomes an error here. */
static struct err *reader_read(void *reader, uint64_t pfn, size_t n, const uint8_t **ret)
{
	struct reader *r = reader;
	if (n == 0 || n * r->page_size > r->cap)
		abort();
	for (size_t i = 0; i < n; i++) {
		if (is_lost(pfn + i))
			return err_new(ERR_IO, "lost");
		page_of(pfn + i, r->page_size, r->buf + i * r->page_size);
	}
	*ret = r->buf;
	return NULL;
}

static const struct page_reader_ops reader = {reader_create, reader_destroy, reader_read};

struct check {
	const struct bitmap *selected, *except;
	const struct codec *codec;
	void *state;
	bool find_zeros;
	uint64_t next; /* all pages below were seen */
	uint64_t kinds[PACKED_LOST + 1];
	unsigned int batches, fail_at;
};

static enum packed_kind expected_kind(const struct check *c, uint64_t pfn)
{
	if (is_lost(pfn))
		return PACKED_LOST;
	if (pfn % 5 == 0 && c->find_zeros)
		return PACKED_ZERO;
	return c->codec && pfn % 5 != 1 ? PACKED_COMPRESSED : PACKED_RAW;
}

static uint64_t next_page(const struct check *c, uint64_t pfn)
{
	do
		pfn = bitmap_next(c->selected, pfn);
	while (c->except && bitmap_test(c->except, pfn) && ++pfn);
	return pfn;
}

static struct err *consume(void *context, const struct batch *b)
{
	struct check *c = context;
	size_t size = (size_t)1 << page_shift, at = 0;
	uint8_t *want = malloc(size), *got = malloc(size);
	if (++c->batches == c->fail_at) {
		free(want);
		free(got);
		return err_new(ERR_NOSPACE, "full");
	}
	for (size_t i = 0; i < b->npages; i++) {
		const struct packed_page *p = &b->pages[i];
		assert_int_equal(p->pfn, next_page(c, c->next));
		c->next = p->pfn + 1;
		assert_int_equal(p->kind, expected_kind(c, p->pfn));
		c->kinds[p->kind]++;
		page_of(p->pfn, size, want);
		if (p->kind == PACKED_RAW) {
			assert_int_equal(p->size, size);
			assert_memory_equal(b->data + at, want, size);
		} else if (p->kind == PACKED_COMPRESSED) {
			assert_in_range(p->size, 1, size - 1);
			assert_int_equal(
				c->codec->decompress(c->state, b->data + at, p->size, got, size),
				size);
			assert_memory_equal(got, want, size);
		} else {
			assert_int_equal(p->size, 0);
		}
		at += p->size;
	}
	assert_int_equal(at, b->len);
	free(want);
	free(got);
	return NULL;
}

static struct err *pack(struct check *c, unsigned int threads)
{
	struct pack_options o = {.except = c->except,
				 .page_shift = page_shift,
				 .codec = c->codec,
				 .find_zeros = c->find_zeros,
				 .threads = threads,
				 .reader = &reader,
				 .reader_context = (char[]) {"context"}};
	if (c->codec)
		c->state = c->codec->state_create();
	struct err *e = pack_pages(c->selected, &o, consume, c);
	if (c->codec)
		c->codec->state_destroy(c->state);
	assert_int_equal(readers_alive, 0);
	return e;
}

static void all_threads_codecs_and_page_sizes(void **state)
{
	(void)state;
	struct bitmap selected, except;
	uint64_t seed = 3;
	assert_ok(bitmap_init(&selected, NPAGES));
	assert_ok(bitmap_init(&except, NPAGES));
	bitmap_set_range(&selected, 0, NPAGES);
	for (int i = 0; i < 100; i++)
		bitmap_clear(&selected, unit_random(&seed) % NPAGES);
	bitmap_set_range(&except, 100, 200);
	bitmap_set_range(&except, NPAGES - 3, NPAGES);
	for (size_t codec = 0; codec == 0 || codec_nth(codec - 1); codec++) {
		for (unsigned int threads = 0; threads < 8; threads = threads * 2 + 1) {
			struct check c = {.selected = &selected,
					  .except = codec % 2 ? &except : NULL,
					  .codec = codec ? codec_nth(codec - 1) : NULL,
					  .find_zeros = threads != 1};
			page_shift = threads == 3 ? 16 : 12;
			readers_allowed = 100;
			assert_ok(pack(&c, threads));
			assert_int_equal(next_page(&c, c.next), NPAGES);
			assert_true(c.kinds[PACKED_LOST] > 50);
		}
	}
	bitmap_deinit(&selected);
	bitmap_deinit(&except);
}

/* 0: it did not shrink, below 0: the library failed. Both for some pages, with bytes of theirs in
 * the way. */
static ssize_t odd_compress(void *state, const void *in, size_t len, void *out, size_t cap)
{
	const uint8_t *bytes = in;
	(void)state;
	(void)len;
	memset(out, 0xee, cap);
	return bytes[0] % 2 ? 0 : -1;
}

static size_t odd_worst(size_t len)
{
	return len * 2;
}

static void *odd_create(void)
{
	static char token;
	return &token;
}

static void odd_destroy(void *state)
{
	(void)state;
}

static struct err *consume_raw(void *context, const struct batch *b)
{
	uint8_t want[4096];
	uint64_t *pages = context;
	assert_int_equal(b->len, b->npages * sizeof(want));
	for (size_t i = 0; i < b->npages; i++) {
		assert_int_equal(b->pages[i].kind, PACKED_RAW);
		page_of(b->pages[i].pfn, sizeof(want), want);
		assert_memory_equal(b->data + i * sizeof(want), want, sizeof(want));
	}
	*pages += b->npages;
	return NULL;
}

static void a_codec_that_does_not_shrink(void **state)
{
	(void)state;
	static const struct codec odd = {.name = "odd",
					 .worst = odd_worst,
					 .state_create = odd_create,
					 .state_destroy = odd_destroy,
					 .compress = odd_compress};
	struct bitmap selected;
	uint64_t pages = 0;
	struct pack_options o = {.page_shift = 12,
				 .codec = &odd,
				 .threads = 2,
				 .reader = &reader,
				 .reader_context = (char[]) {"context"}};
	page_shift = 12;
	readers_allowed = 100;
	assert_ok(bitmap_init(&selected, 640));
	for (uint64_t pfn = 0; pfn < 640; pfn++)
		if (!is_lost(pfn))
			bitmap_set(&selected, pfn);
	assert_ok(pack_pages(&selected, &o, consume_raw, &pages));
	assert_int_equal(pages, bitmap_count(&selected, 0, 640));
	bitmap_deinit(&selected);
}

static void a_consumer_that_fails_ends_it(void **state)
{
	(void)state;
	struct bitmap selected;
	assert_ok(bitmap_init(&selected, NPAGES));
	bitmap_set_range(&selected, 0, NPAGES);
	page_shift = 12;
	readers_allowed = 100;
	for (unsigned int threads = 0; threads < 5; threads += 4) {
		for (unsigned int at = 1; at < 20; at += 6) {
			struct check c = {.selected = &selected, .fail_at = at};
			assert_err(pack(&c, threads), ERR_NOSPACE, "full");
			assert_int_equal(c.batches, at);
		}
	}
	bitmap_deinit(&selected);
}

static void fewer_readers_are_slower_none_is_a_failure(void **state)
{
	(void)state;
	struct bitmap selected;
	assert_ok(bitmap_init(&selected, NPAGES));
	bitmap_set_range(&selected, 7, NPAGES);
	page_shift = 12;
	for (readers_allowed = 0; readers_allowed < 3; readers_allowed++) {
		struct check c = {.selected = &selected};
		struct err *e = pack(&c, 4);
		if (readers_allowed == 0) {
			assert_err(e, ERR_NOMEM, "memory");
			continue;
		}
		assert_ok(e);
		assert_int_equal(c.next, NPAGES);
	}
	bitmap_deinit(&selected);
}

static void nothing_to_do(void **state)
{
	(void)state;
	struct bitmap selected;
	page_shift = 12;
	readers_allowed = 100;
	assert_ok(bitmap_init(&selected, NPAGES));
	for (unsigned int threads = 0; threads < 3; threads++) {
		struct check c = {.selected = &selected};
		assert_ok(pack(&c, threads));
		assert_int_equal(c.batches, 0);
		bitmap_set(&selected, 5);
		c = (struct check) {.selected = &selected, .except = &selected};
		assert_ok(pack(&c, threads));
		assert_int_equal(c.next, 0);
		bitmap_clear(&selected, 5);
	}
	bitmap_deinit(&selected);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_threads_codecs_and_page_sizes),
		cmocka_unit_test(a_codec_that_does_not_shrink),
		cmocka_unit_test(a_consumer_that_fails_ends_it),
		cmocka_unit_test(fewer_readers_are_slower_none_is_a_failure),
		cmocka_unit_test(nothing_to_do),
	};
	return cmocka_run_group_tests_name("pack/pack", tests, NULL, NULL);
}
