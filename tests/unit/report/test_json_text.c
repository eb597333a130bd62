// SPDX-License-Identifier: GPL-2.0-or-later
/* Single strings lifted out of a report, whole or damaged. */
#include "unit.h"

#include "report/json_text.h"

static void put(void *arg, const char *text, size_t len)
{
	assert_int_equal(text[len], 0);
	buf_append(arg, text, len);
	buf_putc(arg, '|');
}

/* Each string found, with a bar behind it. */
static void assert_finds(const char *json, const char *expected)
{
	_cleanup_buf_ struct buf got = BUF_INIT;
	size_t found, bars = 0;
	assert_ok(json_text_each(json, strlen(json), "a", "b", put, &got, &found));
	assert_string_equal(buf_str(&got), expected);
	for (const char *s = expected; *s; s++)
		bars += *s == '|';
	assert_int_equal(found, bars);
}

static void finds_a_string_or_those_of_an_array(void **state)
{
	(void)state;
	assert_finds("{\"a\": {\"b\": \"text\"}}", "text|");
	assert_finds("{\"a\": {\"b\": [\"one\", \"two\" , \"\"]}}", "one|two||");
	assert_finds(
		"{\"x\":{\"b\":\"no\"},\"y\":[{\"a\":1},\"]}\"],\"a\":{\"n\":-1.5e3,\"t\":true,"
		"\"u\":null,\"b\":\"yes\"}}",
		"yes|");
	/* a string that looks like the way to it */
	assert_finds("{\"x\": \"\\\"a\\\": {\\\"b\\\": \\\"no\\\"\", \"a\": {\"b\": \"yes\"}}",
		     "yes|");
}

static void decodes_escapes(void **state)
{
	(void)state;
	assert_finds("{\"a\":{\"b\":\"\\\"\\\\\\/\\n\\t\\r\\b\\f\"}}", "\"\\/\n\t\r\b\f|");
	assert_finds("{\"a\":{\"b\":\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\"}}",
		     "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80|");
	/* NUL and lone surrogates are no characters */
	assert_finds("{\"a\":{\"b\":\"\\u0000\\ud800\\udc00x\\ud800x\\udfff\"}}",
		     "\xef\xbf\xbd\xf0\x90\x80\x80x\xef\xbf\xbdx\xef\xbf\xbd|");
}

static void what_it_cannot_follow_is_absent(void **state)
{
	(void)state;
	static const char *const damaged[] = {
		"",
		"[]",
		"{",
		"{}",
		"null",
		"{\"a\"",
		"{\"a\":",
		"{\"a\":{\"b\"",
		"{\"a\":{\"b\":",
		"{\"a\":{\"b\":\"cut",
		"{\"a\":{\"b\":\"cut\\",
		"{\"a\":{\"b\":3}}",
		"{\"a\":{\"b\":null}}",
		"{\"a\":[\"b\",\"no\"]}",
		"{\"x\":}],\"a\":{\"b\":\"no\"}}",
		"{\"x\":,\"a\":{\"b\":\"no\"}}",
		"{x:1,\"a\":{\"b\":\"no\"}}",
	};
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++)
		assert_finds(damaged[i], "");
	/* what came before the damage is kept */
	assert_finds("{\"a\":{\"b\":[\"kept\", 3, \"no\"]}}", "kept|");
	assert_finds("{\"a\":{\"b\":[\"kept\", \"cut", "kept|");
	assert_finds("{\"a\":{\"b\":\"\\uzzzz\"}}", "\xef\xbf\xbdzzzz|");
}

static void deep_nesting_ends_it(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf json = BUF_INIT;
	buf_puts(&json, "{\"x\":");
	for (int i = 0; i < 100000; i++)
		buf_putc(&json, '[');
	assert_finds(buf_str(&json), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_string_or_those_of_an_array),
		cmocka_unit_test(decodes_escapes),
		cmocka_unit_test(what_it_cannot_follow_is_absent),
		cmocka_unit_test(deep_nesting_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
