// SPDX-License-Identifier: GPL-2.0-or-later
/* A flattened stream read at random: records in any order, over one another, with holes, cut. */
#include "unit.h"
#include <fcntl.h>
#include <sys/mman.h>
#include "base/buf.h"
#include "base/bytes.h"
#include "io/source.h"
#include "ondisk/flat.h"

static void start(struct buf *out)
{
	uint8_t header[FLAT_HEADER_SIZE];
	flat_header_encode(header);
	buf_append(out, header, sizeof(header));
}

static void record(struct buf *out, uint64_t offset, const void *data, size_t len)
{
	uint8_t r[FLAT_RECORD_SIZE];
	flat_record_encode(&(struct flat_record) {.offset = offset, .size = len}, r);
	buf_append(out, r, sizeof(r));
	buf_append(out, data, len);
}

static void end(struct buf *out)
{
	uint8_t r[FLAT_RECORD_SIZE];
	flat_record_encode(&(struct flat_record) {.end = true}, r);
	buf_append(out, r, sizeof(r));
}

static struct source *open_bytes(const struct buf *bytes)
{
	_cleanup_close_ int fd = memfd_create("flat", MFD_CLOEXEC);
	char path[64];
	struct source *s = NULL;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes->data, bytes->len), bytes->len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_ok(source_open_file(path, &s));
	return s;
}

static struct source *open_flat(const struct buf *bytes)
{
	struct source *file = open_bytes(bytes), *s = NULL;
	assert_true(source_is_flat(file));
	assert_ok(source_open_flat(file, &s));
	return s;
}

static void in_any_order_with_holes(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	char back[32];
	start(&b);
	record(&b, 10, "later", 5);
	record(&b, 0, "begin", 5);
	record(&b, 20, "", 0); /* nothing: does not make the file longer */
	end(&b);
	struct source *s = open_flat(&b);
	assert_int_equal(s->size, 15);
	assert_false(s->cut);
	assert_ok(source_read_at(s, 0, back, 15));
	assert_memory_equal(back, "begin\0\0\0\0\0later", 15);
	assert_ok(source_read_at(s, 4, back, 7));
	assert_memory_equal(back, "n\0\0\0\0\0l", 7);
	assert_ok(source_read_at(s, 15, back, 0));
	assert_err(source_read_at(s, 15, back, 1), ERR_FORMAT, "truncated");
	assert_err(source_read_at(s, 14, back, 2), ERR_FORMAT, "truncated");
	assert_err(source_read_at(s, UINT64_MAX, back, 2), ERR_FORMAT, "truncated");
	source_destroy(s);
}

/* A header is written again at the end: what came last counts, whatever it covers. */
static void the_last_one_counts(void **state)
{
	(void)state;
	enum { SPACE = 300, RECORDS = 40, ROUNDS = 200 };
	uint64_t seed = 77;
	for (int round = 0; round < ROUNDS; round++) {
		_cleanup_buf_ struct buf b = BUF_INIT;
		uint8_t meant[SPACE] = {0}, data[SPACE], back[SPACE];
		size_t size = 0;
		start(&b);
		for (int i = 0; i < RECORDS; i++) {
			size_t at = (size_t)(unit_random(&seed) % (SPACE - 1));
			size_t len = (size_t)(unit_random(&seed) % (SPACE - at)) / (round % 7 + 1);
			for (size_t j = 0; j < len; j++)
				data[j] = (uint8_t)(unit_random(&seed) >> 8);
			record(&b, at, data, len);
			memcpy(meant + at, data, len);
			if (len && at + len > size)
				size = at + len;
		}
		end(&b);
		struct source *s = open_flat(&b);
		assert_int_equal(s->size, size);
		assert_ok(source_read_at(s, 0, back, size));
		assert_memory_equal(back, meant, size);
		for (int i = 0; i < 20; i++) {
			size_t at = (size_t)(unit_random(&seed) % size);
			size_t len = (size_t)(unit_random(&seed) % (size - at + 1));
			assert_ok(source_read_at(s, at, back, len));
			assert_memory_equal(back, meant + at, len);
		}
		source_destroy(s);
	}
}

static void cut_streams_are_used_up_to_there(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	char back[8];
	start(&b);
	record(&b, 0, "abcd", 4);
	size_t first = b.len;
	record(&b, 4, "efgh", 4);
	size_t second = b.len;
	end(&b);
	static const struct {
		int cut; /* bytes before the end of the second record, or behind it */
		size_t size;
	} cuts[] = {{-1, 7}, {-3, 5}, {-4, 4}, {-10, 4}, {0, 8}, {7, 8}};
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		struct buf part = {.data = b.data, .len = second + (size_t)(ssize_t)cuts[i].cut};
		struct source *s = open_flat(&part);
		assert_true(s->cut);
		assert_int_equal(s->size, cuts[i].size);
		assert_ok(source_read_at(s, 0, back, s->size));
		assert_memory_equal(back, "abcdefgh", s->size);
		source_destroy(s);
	}
	/* what is no record ends it as well */
	memset(b.data + first, 0xf0, FLAT_RECORD_SIZE);
	struct source *s = open_flat(&b);
	assert_true(s->cut);
	assert_int_equal(s->size, 4);
	source_destroy(s);
}

static void others_are_refused(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT, short_one = BUF_INIT;
	struct source *file, *s = NULL;
	start(&b);
	end(&b);
	assert_err(source_open_flat(open_bytes(&b), &s), ERR_FORMAT, "nothing in it");
	b.data[0] = 'M';
	file = open_bytes(&b);
	assert_false(source_is_flat(file));
	source_destroy(file);
	buf_puts(&short_one, "makedumpfile");
	file = open_bytes(&short_one);
	assert_false(source_is_flat(file));
	source_destroy(file);
}

/* Views of a source that keeps something each have a state of their own, freed with them. */
struct counting {
	struct source base;
	int states;
};

static void *counting_create(const struct source *s)
{
	struct counting *c = (struct counting *)(uintptr_t)s;
	c->states++;
	return c;
}

static void counting_free(void *state)
{
	struct counting *c = state;
	c->states--;
}

static struct err *counting_read(const struct source *s, void *state, uint64_t offset, void *buf,
				 size_t len)
{
	if (state != (const void *)s)
		return err_new(ERR_OTHER, "no state");
	memset(buf, (int)offset, len);
	return NULL;
}

static void a_state_for_each_view(void **state)
{
	(void)state;
	static const struct source_ops ops = {.name = "counting",
					      .read_at = counting_read,
					      .state_create = counting_create,
					      .state_destroy = counting_free};
	struct counting c = {.base = {.ops = &ops, .path = "x", .size = 100}};
	struct view a, b;
	const uint8_t *p;
	uint8_t byte;
	assert_ok(view_init(&a, &c.base, 10));
	assert_ok(view_init(&b, &c.base, 10));
	assert_int_equal(c.states, 2);
	assert_ok(view_get(&a, 5, 2, &p));
	assert_int_equal(p[1], 5);
	assert_ok(source_read_at(&c.base, 7, &byte, 1));
	assert_int_equal(byte, 7);
	assert_int_equal(c.states, 2);
	view_deinit(&a);
	view_deinit(&a); /* as kmem's cleanup may */
	assert_int_equal(c.states, 1);
	view_deinit(&b);
	assert_int_equal(c.states, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_any_order_with_holes),
		cmocka_unit_test(the_last_one_counts),
		cmocka_unit_test(cut_streams_are_used_up_to_there),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(a_state_for_each_view),
	};
	return cmocka_run_group_tests_name("io/source_flat", tests, NULL, NULL);
}
