// SPDX-License-Identifier: GPL-2.0-or-later
/* Text of others, as it is printed. */
#include "unit.h"

#include "base/printable.h"

static void check(const char *text, const char *expected)
{
	char bytes[64];
	assert_true(strlen(text) < sizeof(bytes));
	strcpy(bytes, text);
	make_printable(bytes);
	assert_string_equal(bytes, expected);
}

static void names_lose_what_terminals_obey(void **state)
{
	(void)state;
	check("", "");
	check("kworker/0:1", "kworker/0:1");
	check("a\nb\tc\r\x1b[2J\x7f", "a?b?c??[2J?");
	/* U+009B is a terminal's CSI, too */
	check("x\xc2\x9b"
	      "31m",
	      "x??31m");
	check("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x92\xa9",
	      "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x92\xa9");
}

static void what_is_not_utf8_is_replaced(void **state)
{
	(void)state;
	check("\xff\xfe.", "??.");
	check("\x9b", "?");
	check("overlong \xc0\xaf", "overlong ??");
	check("surrogate \xed\xa0\x80", "surrogate ???");
	check("cut \xe2\x82", "cut ??");
	check("\xc2", "?");
}

static void lines_stay_lines(void **state)
{
	(void)state;
	char text[] = "one\ttwo\r\n\0three\xc2";
	make_lines_printable(text, sizeof(text) - 1);
	assert_memory_equal(text, "one\ttwo?\n?three?", sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_lose_what_terminals_obey),
		cmocka_unit_test(what_is_not_utf8_is_replaced),
		cmocka_unit_test(lines_stay_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
