// SPDX-License-Identifier: GPL-2.0-or-later
/* The flattened stream: pieces of every size, going back, and streams that lie. */
#include "unit.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "crash/flat.h"

struct image {
	uint8_t bytes[8192];
	unsigned writes;
};

static struct err *write_at(void *arg, uint64_t offset, const void *data, size_t len)
{
	struct image *m = arg;
	m->writes++;
	if (offset > sizeof(m->bytes) || len > sizeof(m->bytes) - offset)
		return err_new(ERR_NOSPACE, "full");
	memcpy(m->bytes + offset, data, len);
	return NULL;
}

static void header(struct buf *b, const char *signature, uint64_t type, uint64_t version)
{
	uint8_t h[FLAT_HEADER_SIZE] = {0};
	memcpy(h, signature, MIN(strlen(signature), (size_t)16));
	put_u64(h + 16, type, ORDER_BE);
	put_u64(h + 24, version, ORDER_BE);
	buf_append(b, h, sizeof(h));
}

static void head(struct buf *b, int64_t offset, int64_t size)
{
	uint8_t r[16];
	put_u64(r, (uint64_t)offset, ORDER_BE);
	put_u64(r + 8, (uint64_t)size, ORDER_BE);
	buf_append(b, r, sizeof(r));
}

static void record(struct buf *b, int64_t offset, const char *text)
{
	head(b, offset, (int64_t)strlen(text));
	buf_puts(b, text);
}

/* In pieces of step bytes. */
static struct err *feed(struct flat *f, const struct buf *b, size_t step)
{
	for (size_t at = 0; at < b->len; at += step) {
		struct err *e = flat_feed(f, b->data + at, MIN(step, b->len - at));
		if (e)
			return e;
	}
	return NULL;
}

static void any_piece_size(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	header(&b, "makedumpfile", 1, 1);
	record(&b, 0, "HEAD");
	record(&b, 100, "a tail");
	record(&b, 4, "middle");
	record(&b, 0, "head"); /* written again at the end */
	head(&b, -1, -1);
	static const size_t steps[] = {1, 2, 3, 7, 15, 16, 17, 4095, 4096, 4097, 100000};
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct image m = {0};
		struct flat f;
		flat_init(&f, write_at, &m);
		assert_ok(feed(&f, &b, steps[i]));
		assert_ok(flat_finish(&f));
		assert_memory_equal(m.bytes, "headmiddle", 10);
		assert_memory_equal(m.bytes + 100, "a tail", 6);
		assert_int_equal(f.end, 106);
		assert_int_equal(f.total, 20);
	}
}

static void streams_that_lie(void **state)
{
	(void)state;
	static const struct {
		int64_t offset, size;
	} cases[] = {
		{-1, 5},
		{5, -1},
		{-2, -2},
		{0, 0},
		{INT64_MAX, 1},
		{1, INT64_MAX},
		{FLAT_OFFSET_MAX, 1},
		{FLAT_OFFSET_MAX + 1, 1},
		{INT64_MIN, INT64_MIN},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf b = BUF_INIT;
		struct image m = {0};
		struct flat f;
		header(&b, "makedumpfile", 1, 1);
		head(&b, cases[i].offset, cases[i].size);
		flat_init(&f, write_at, &m);
		assert_err(feed(&f, &b, 4096), ERR_FORMAT, "flattened dump: record of");
		assert_int_equal(m.writes, 0);
	}
}

static void not_a_stream(void **state)
{
	(void)state;
	static const struct {
		const char *signature;
		uint64_t type, version;
		const char *message;
	} cases[] = {
		{"KDUMP   ", 1, 1, "wrong signature"},
		{"makedumpfilf", 1, 1, "wrong signature"},
		{"makedumpfileXXXX", 1, 1, "wrong signature"},
		{"makedumpfile", 2, 1, "type 2"},
		{"makedumpfile", 1, 2, "version 2"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf b = BUF_INIT;
		struct image m = {0};
		struct flat f;
		header(&b, cases[i].signature, cases[i].type, cases[i].version);
		flat_init(&f, write_at, &m);
		assert_err(feed(&f, &b, 1000), ERR_FORMAT, cases[i].message);
	}
}

static void every_truncation_is_noticed(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	header(&b, "makedumpfile", 1, 1);
	record(&b, 0, "data");
	head(&b, -1, -1);
	for (size_t len = 0; len < b.len; len++) {
		struct image m = {0};
		struct flat f;
		flat_init(&f, write_at, &m);
		assert_ok(flat_feed(&f, b.data, len));
		assert_err(flat_finish(&f), ERR_FORMAT, "ends early");
	}
}

static void bytes_after_the_end(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	struct image m = {0};
	struct flat f;
	header(&b, "makedumpfile", 1, 1);
	head(&b, -1, -1);
	buf_putc(&b, 'x');
	flat_init(&f, write_at, &m);
	assert_err(feed(&f, &b, 100000), ERR_FORMAT, "1 bytes after its end");
}

static void the_writers_error_comes_through(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	struct image m = {0};
	struct flat f;
	header(&b, "makedumpfile", 1, 1);
	record(&b, 8190, "does not fit");
	flat_init(&f, write_at, &m);
	assert_err(feed(&f, &b, 100000), ERR_NOSPACE, "full");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_piece_size),
		cmocka_unit_test(streams_that_lie),
		cmocka_unit_test(not_a_stream),
		cmocka_unit_test(every_truncation_is_noticed),
		cmocka_unit_test(bytes_after_the_end),
		cmocka_unit_test(the_writers_error_comes_through),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
