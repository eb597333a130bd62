// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of objects that somebody else chose: none comes twice. */
#include "unit.h"
#include "nic/decode/json_keys.h"

static void takes(struct json_keys *k, uint64_t object, const char *name, const char *gets)
{
	assert_string_equal(json_keys_take(k, object, name), gets);
}

static void each_object_has_its_names(void **state)
{
	(void)state;
	struct json_keys k = JSON_KEYS_INIT;
	takes(&k, 0, "a", "a");
	takes(&k, 1, "a", "a");
	takes(&k, 0, "b", "b");
	takes(&k, 0, "a", "a (2)");
	takes(&k, 0, "a", "a (3)");
	takes(&k, 1, "a", "a (2)");
	takes(&k, 0, "", "");
	takes(&k, 0, "", " (2)");
	json_keys_deinit(&k);
}

static void numbers_are_names_too(void **state)
{
	(void)state;
	struct json_keys k = JSON_KEYS_INIT;
	takes(&k, 0, "a (2)", "a (2)");
	takes(&k, 0, "a", "a");
	takes(&k, 0, "a", "a (3)");
	takes(&k, 0, "a (3)", "a (3) (2)");
	json_keys_deinit(&k);
}

/* They are all one character of JSON. */
static void bytes_that_are_no_text_are_the_same(void **state)
{
	(void)state;
	struct json_keys k = JSON_KEYS_INIT;
	takes(&k, 0, "\xff", "\xff");
	takes(&k, 0, "\xfe", "\xfe (2)");
	takes(&k, 0, "\xef\xbf\xbd", "\xef\xbf\xbd (3)");
	takes(&k, 0, "\xc3\xa4", "\xc3\xa4");
	json_keys_deinit(&k);
}

/* More than are remembered, without an end to the memory or the time for them. */
static void many(void **state)
{
	(void)state;
	struct json_keys k = JSON_KEYS_INIT;
	char name[32];
	for (unsigned int i = 0; i < JSON_KEYS_MAX; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		takes(&k, i % 7, name, name);
	}
	assert_int_equal(k.n, JSON_KEYS_MAX);
	takes(&k, 0, "another", "another (name 1)");
	takes(&k, 0, "another", "another (name 2)");
	assert_int_equal(k.n, JSON_KEYS_MAX);
	json_keys_deinit(&k);
}

static void one_very_often(void **state)
{
	(void)state;
	struct json_keys k = JSON_KEYS_INIT;
	char name[32];
	takes(&k, 0, "value", "value");
	for (unsigned int i = 2; i < JSON_KEYS_MAX; i++) {
		snprintf(name, sizeof(name), "value (%u)", i);
		takes(&k, 0, "value", name);
	}
	json_keys_deinit(&k);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_object_has_its_names),
		cmocka_unit_test(numbers_are_names_too),
		cmocka_unit_test(bytes_that_are_no_text_are_the_same),
		cmocka_unit_test(many),
		cmocka_unit_test(one_very_often),
	};
	return cmocka_run_group_tests_name("nic/json_keys", tests, NULL, NULL);
}
