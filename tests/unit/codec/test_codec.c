// SPDX-License-Identifier: GPL-2.0-or-later
/* The contract of every codec in this build: back and forth, "does not shrink", and damaged input.
 */
#include "unit.h"
#include "codec/codec.h"

enum { PAGE = 65536 };

struct buffers {
	uint8_t in[PAGE], back[PAGE];
	uint8_t *out;
	size_t cap;
	void *state;
};

static void with_each_codec(void (*test)(const struct codec *, struct buffers *))
{
	const struct codec *c;
	size_t i;
	for (i = 0; (c = codec_nth(i)); i++) {
		struct buffers *b = calloc(1, sizeof(*b));
		assert_non_null(b);
		b->cap = c->worst(PAGE);
		assert_true(b->cap >= PAGE);
		b->out = malloc(b->cap);
		b->state = c->state_create();
		assert_non_null(b->out);
		assert_non_null(b->state);
		test(c, b);
		c->state_destroy(b->state);
		free(b->out);
		free(b);
	}
	assert_true(i > 0);
}

static void fill(uint8_t *p, size_t len, uint64_t kind, uint64_t *seed)
{
	for (size_t i = 0; i < len; i++)
		p[i] = kind == 0   ? 0
		       : kind == 1 ? (uint8_t)(i / 7)
				   : (uint8_t)(unit_random(seed) & (kind == 2 ? 3 : 255));
}

static void there_and_back(const struct codec *c, struct buffers *b)
{
	uint64_t seed = 3;
	for (size_t page = 4096; page <= PAGE; page *= 2) {
		for (uint64_t kind = 0; kind < 4; kind++) {
			fill(b->in, page, kind, &seed);
			ssize_t n = c->compress(b->state, b->in, page, b->out, b->cap);
			if (kind == 3) {
				assert_int_equal(n, 0); /* random bytes do not shrink */
				continue;
			}
			assert_true(n > 0 && (size_t)n < page);
			memset(b->back, 0xaa, page);
			assert_int_equal(c->decompress(b->state, b->out, (size_t)n, b->back, page),
					 page);
			assert_memory_equal(b->in, b->back, page);
		}
	}
}

/* Cut and flipped input: an error or other bytes, but never more than the room there is. */
static void damaged(const struct codec *c, struct buffers *b)
{
	uint64_t seed = 9;
	fill(b->in, 4096, 2, &seed);
	ssize_t n = c->compress(b->state, b->in, 4096, b->out, b->cap);
	assert_true(n > 16);
	for (size_t cut = 0; cut < (size_t)n; cut += 1 + (size_t)n / 50)
		assert_true(c->decompress(b->state, b->out, cut, b->back, 4096) < 4096);
	assert_true(c->decompress(b->state, b->out, (size_t)n, b->back, 100) < 0);
	for (int i = 0; i < 500; i++) {
		size_t at = unit_random(&seed) % (size_t)n;
		uint8_t was = b->out[at];
		b->out[at] ^= (uint8_t)(1 + unit_random(&seed) % 255);
		assert_true(c->decompress(b->state, b->out, (size_t)n, b->back, 4096) <= 4096);
		b->out[at] = was;
	}
}

static void round_trips(void **state)
{
	(void)state;
	with_each_codec(there_and_back);
}

static void damaged_input(void **state)
{
	(void)state;
	with_each_codec(damaged);
}

/* Flags of the format, agreed with crash and libkdumpfile; makedumpfile's letters. */
static void table(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum codec_id id;
		unsigned int flag;
		char option;
	} known[] = {{"zlib", CODEC_ZLIB, 0x1, 'c'},
		     {"lzo", CODEC_LZO, 0x2, 'l'},
		     {"snappy", CODEC_SNAPPY, 0x4, 'p'},
		     {"zstd", CODEC_ZSTD, 0x20, 'z'}};
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct codec *c = codec_by_name(known[i].name);
		assert_int_equal(known[i].id, known[i].flag);
		if (!c) {
			assert_non_null(strcasestr(codec_missing(), known[i].name));
			continue;
		}
		assert_int_equal(c->id, known[i].id);
		assert_ptr_equal(codec_by_option(known[i].option), c);
		assert_ptr_equal(codec_by_id(known[i].id), c);
	}
	assert_null(codec_by_name("lz77"));
	assert_null(codec_by_name(""));
	assert_null(codec_by_option('x'));
	assert_null(codec_by_id((enum codec_id)0x40));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(damaged_input),
		cmocka_unit_test(table),
	};
	return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
