// SPDX-License-Identifier: GPL-2.0-or-later
/* The JSON writer, read back by jansson: a parser that no one here wrote. */
#include "unit.h"

#include <math.h>

/* Both sides have functions named json_object() and so on: the writer is compiled in under other
 * names. */
#define json_init	writer_init
#define json_object	writer_object
#define json_object_end writer_object_end
#define json_array	writer_array
#define json_array_end	writer_array_end
#define json_str	writer_str
#define json_strn	writer_strn
#define json_u64	writer_u64
#define json_i64	writer_i64
#define json_bool	writer_bool
#define json_null	writer_null
#define json_raw	writer_raw
#define json_double	writer_double
#include "../../../filter/base/json.c"
#undef json_init
#undef json_object
#undef json_object_end
#undef json_array
#undef json_array_end
#undef json_str
#undef json_strn
#undef json_u64
#undef json_i64
#undef json_bool
#undef json_null
#undef json_raw
#undef json_double
#include <jansson.h>

static json_t *parse(const struct buf *b)
{
	json_error_t error;
	assert_ok(buf_error(b));
	json_t *root = json_loadb(b->data, b->len, JSON_ALLOW_NUL, &error);
	if (!root)
		fail_msg("jansson: %s at %d in: %s", error.text, error.position, buf_str(b));
	return root;
}

/* {"s": value} written and read back; the caller frees it. */
static char *round_trip(const char *value, size_t len, size_t *got_len)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	struct json j;
	writer_init(&j, &b, true);
	writer_object(&j, NULL);
	writer_strn(&j, "s", value, len);
	writer_object_end(&j);
	json_t *root = parse(&b);
	json_t *s = json_object_get(root, "s");
	assert_true(json_is_string(s));
	*got_len = json_string_length(s);
	char *copy = malloc(*got_len + 1);
	assert_non_null(copy);
	memcpy(copy, json_string_value(s), *got_len + 1);
	json_decref(root);
	return copy;
}

static void valid_text_comes_back(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"plain",
		"quote \" backslash \\ slash /",
		"\b\f\n\r\t\x01\x1f\x7f",
		"äöü",
		"漢字",
		"\xf0\x9f\x92\xa9",
		"\xed\x9f\xbf\xee\x80\x80",
		"\xf4\x8f\xbf\xbf",
		"</script>",
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len;
		char *got = round_trip(cases[i], strlen(cases[i]), &len);
		assert_string_equal(got, cases[i]);
		assert_int_equal(len, strlen(cases[i]));
		free(got);
	}
}

static void nul_bytes_come_back(void **state)
{
	(void)state;
	size_t len;
	char *got = round_trip("a\0b", 3, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(got, "a\0b", 3);
	free(got);
}

static void invalid_utf8_becomes_replacement(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"\xff", "\xef\xbf\xbd"},
		{"a\x80z", "a\xef\xbf\xbdz"},
		{"\xc3", "\xef\xbf\xbd"}, /* cut short at the end */
		{"\xe6\xbc", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},		  /* overlong slash */
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* surrogate */
		{"\xc3(", "\xef\xbf\xbd("},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len;
		char *got = round_trip(cases[i].in, strlen(cases[i].in), &len);
		assert_string_equal(got, cases[i].out);
		free(got);
	}
}

static void random_bytes_are_always_valid(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int i = 0; i < 3000; i++) {
		char bytes[24];
		size_t len = unit_random(&seed) % sizeof(bytes), got_len;
		for (size_t n = 0; n < len; n++)
			bytes[n] = (char)unit_random(&seed);
		free(round_trip(bytes, len, &got_len));
	}
}

static void write_document(struct json *j)
{
	writer_object(j, NULL);
	writer_str(j, "text", "x");
	writer_str(j, "none", NULL);
	writer_u64(j, "max", UINT64_MAX / 2);
	writer_i64(j, "min", INT64_MIN);
	writer_bool(j, "yes", true);
	writer_bool(j, "no", false);
	writer_null(j, "null");
	writer_double(j, "pi", 3.14159, 3);
	writer_double(j, "nan", NAN, 3);
	writer_double(j, "inf", -INFINITY, 3);
	writer_array(j, "list");
	writer_u64(j, NULL, 1);
	writer_object(j, NULL);
	writer_object_end(j);
	writer_array(j, NULL);
	writer_array_end(j);
	writer_str(j, NULL, "end");
	writer_array_end(j);
	writer_object(j, "quote\"key");
	writer_bool(j, "inner", true);
	writer_object_end(j);
	writer_object_end(j);
}

static void documents(void **state)
{
	(void)state;
	for (int compact = 0; compact < 2; compact++) {
		_cleanup_buf_ struct buf b = BUF_INIT;
		struct json j;
		writer_init(&j, &b, compact);
		write_document(&j);
		json_t *root = parse(&b), *list = json_object_get(root, "list");
		assert_int_equal(json_object_size(root), 12);
		assert_int_equal(json_integer_value(json_object_get(root, "max")), INT64_MAX);
		assert_int_equal(json_integer_value(json_object_get(root, "min")), INT64_MIN);
		assert_true(json_is_true(json_object_get(root, "yes")));
		assert_true(json_is_false(json_object_get(root, "no")));
		assert_true(json_is_null(json_object_get(root, "none")));
		assert_true(json_is_null(json_object_get(root, "nan")));
		assert_true(json_is_null(json_object_get(root, "inf")));
		assert_true(fabs(json_real_value(json_object_get(root, "pi")) - 3.142) < 1e-9);
		assert_int_equal(json_array_size(list), 4);
		assert_string_equal(json_string_value(json_array_get(list, 3)), "end");
		assert_true(json_is_true(
			json_object_get(json_object_get(root, "quote\"key"), "inner")));
		json_decref(root);
		/* One line in compact form; both end with a newline. */
		assert_int_equal(b.data[b.len - 1], '\n');
		if (compact)
			assert_ptr_equal(strchr(b.data, '\n'), b.data + b.len - 1);
	}
}

static void a_value_that_is_json_already(void **state)
{
	(void)state;
	for (int compact = 0; compact < 2; compact++) {
		_cleanup_buf_ struct buf b = BUF_INIT;
		struct json j;
		writer_init(&j, &b, compact);
		writer_object(&j, NULL);
		writer_raw(&j, "made", "{\"a\": [1, 2]}", 13);
		writer_array(&j, "list");
		writer_raw(&j, NULL, "7 and what follows", 1);
		writer_raw(&j, NULL, "null", 4);
		writer_array_end(&j);
		writer_object_end(&j);
		json_t *root = parse(&b), *list = json_object_get(root, "list");
		assert_int_equal(
			json_array_size(json_object_get(json_object_get(root, "made"), "a")), 2);
		assert_int_equal(json_integer_value(json_array_get(list, 0)), 7);
		assert_int_equal(json_array_size(list), 2);
		json_decref(root);
	}
}

/* JSON lines: several documents one after another in one buffer. */
static void lines_follow_each_other(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	for (unsigned int i = 0; i < 3; i++) {
		struct json j;
		writer_init(&j, &b, true);
		writer_object(&j, NULL);
		writer_u64(&j, "n", i);
		writer_object_end(&j);
	}
	assert_string_equal(buf_str(&b), "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_text_comes_back),
		cmocka_unit_test(nul_bytes_come_back),
		cmocka_unit_test(invalid_utf8_becomes_replacement),
		cmocka_unit_test(random_bytes_are_always_valid),
		cmocka_unit_test(documents),
		cmocka_unit_test(a_value_that_is_json_already),
		cmocka_unit_test(lines_follow_each_other),
	};
	return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
