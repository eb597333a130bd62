// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "base/cleanup.h"
#include "nic/decode/json_check.h"

static const struct {
	const char *text;
	bool good;
} cases[] = {
	{"{}", true},
	{"[]", true},
	{" \n{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }\n", true},
	{"{\"a\":{\"b\":[{\"c\":null},true,false]}}", true},
	{"\"\"", true},
	{"\"\\u00e9\\\"\\\\\\n\"", true},
	{"-0.5e+10", true},
	{"0", true},
	{"[[[[]]]]", true},
	{"", false},
	{" ", false},
	{"{", false},
	{"}", false},
	{"[1,]", false},
	{"[,1]", false},
	{"[1 2]", false},
	{"{\"a\"}", false},
	{"{\"a\":}", false},
	{"{\"a\":1,}", false},
	{"{a:1}", false},
	{"{1:1}", false},
	{"[}", false},
	{"{]", false},
	{"{} {}", false},
	{"\"\\x\"", false},
	{"\"\\u00g0\"", false},
	{"\"\\u00", false},
	{"\"a\nb\"", false},
	{"\"", false},
	{"\"\\", false},
	{"01", false},
	{"1.", false},
	{".5", false},
	{"1e", false},
	{"-", false},
	{"nul", false},
	{"truex", false},
};

static bool check(const char *text, size_t len)
{
	/* Of exactly that size, so that a sanitizer sees a read behind it. */
	char *copy = malloc(len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, text, len);
	bool good = json_check(copy, len);
	free(copy);
	return good;
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (check(cases[i].text, strlen(cases[i].text)) != cases[i].good)
			fail_msg("'%s' should be %s", cases[i].text,
				 cases[i].good ? "good" : "bad");
	assert_false(check("1\0", 2));
	assert_false(check("\"\\\0\"", 4));
}

static void test_depth(void **state)
{
	(void)state;
	static char text[200001];
	memset(text, '[', 100000);
	memset(text + 100000, ']', 100000);
	assert_false(check(text, 200000));
	assert_true(check(text + 100000 - 64, 128));
	assert_false(check(text + 100000 - 65, 130));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_depth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
