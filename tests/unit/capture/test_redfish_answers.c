// SPDX-License-Identifier: GPL-2.0-or-later
/* What a Redfish service answered: which system, which action, whether Nmi. */
#include "unit.h"

#include "trigger/answers.h"

static json_t *parse(const char *text)
{
	json_t *j = json_loads(text, 0, NULL);
	assert_non_null(j);
	return j;
}

static void finds(const char *collection, const char *wanted, const char *expected)
{
	json_t *j = parse(collection);
	const char *path = NULL;
	assert_ok(answer_system(j, wanted, &path));
	assert_string_equal(path, expected);
	json_decref(j);
}

static void refuses(const char *collection, const char *wanted, const char *why)
{
	json_t *j = parse(collection);
	const char *path = "untouched";
	assert_err(answer_system(j, wanted, &path), ERR_MISSING, why);
	assert_string_equal(path, "untouched");
	json_decref(j);
}

#define TWO "{\"Members\": [{\"@odata.id\": \"/s/1\"}, {\"@odata.id\": \"/s/Blade.2\"}]}"

static void the_system_that_is_meant(void **state)
{
	(void)state;
	finds("{\"Members\": [{\"@odata.id\": \"/s/1\"}]}", NULL, "/s/1");
	finds("{\"Members\": [{\"@odata.id\": \"/s/1\"}]}", "1", "/s/1");
	finds(TWO, "Blade.2", "/s/Blade.2");
	refuses(TWO, NULL, "--system must say which: 1, Blade.2");
	refuses(TWO, "2", "there is no system 2, only: 1, Blade.2");
	refuses("{}", NULL, "none is listed");
	refuses("[]", NULL, "none is listed");
	refuses("{\"Members\": {\"@odata.id\": \"/s/1\"}}", NULL, "none is listed");
	refuses("{\"Members\": [7, null, \"/s/1\", {\"@odata.id\": 7}]}", NULL, "none is listed");
}

static void paths_lead_nowhere_else(void **state)
{
	static const char *const bad[] = {
		"//evil.example/s/1",
		"https://evil.example/",
		"/\\\\evil.example",
		"s/1",
		"",
		"/a b",
		"/a\\r\\nHost: evil",
		"/a\\u007f",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char text[256];
		struct reset_action reset;
		snprintf(text, sizeof(text), "{\"Members\": [{\"@odata.id\": \"%s\"}]}", bad[i]);
		refuses(text, NULL, "none is listed");
		snprintf(text, sizeof(text),
			 "{\"Actions\": {\"#ComputerSystem.Reset\": {\"target\": \"%s\"}}}",
			 bad[i]);
		json_t *j = parse(text);
		assert_err(answer_reset(j, &reset), ERR_UNSUPPORTED, "no action");
		json_decref(j);
	}
}

static void nmi_is_offered_or_not(void **state)
{
	(void)state;
	json_t *yes = parse("[\"On\", 7, \"Nmi\"]"), *no = parse("[\"On\", \"NMI\", null]");
	json_t *info =
		parse("{\"Parameters\": [{\"Name\": \"Other\", \"AllowableValues\": [\"Nmi\"]}, "
		      "{\"Name\": \"ResetType\", \"AllowableValues\": [\"On\"]}]}");
	assert_ok(answer_offers_nmi(yes));
	assert_err(answer_offers_nmi(no), ERR_UNSUPPORTED, "only: On, NMI");
	assert_err(answer_offers_nmi(NULL), ERR_UNSUPPORTED, "nothing that has a name");
	assert_err(answer_offers_nmi(answer_info_values(info)), ERR_UNSUPPORTED, "only: On");
	json_decref(yes);
	json_decref(no);
	json_decref(info);
}

static void what_went_wrong(void **state)
{
	(void)state;
	json_t *more =
		parse("{\"error\": {\"message\": \"a\", \"@Message.ExtendedInfo\": [{\"Message\": "
		      "\"b\"}]}}");
	json_t *plain = parse("{\"error\": {\"message\": \"a\"}}");
	assert_string_equal(answer_complaint(more), "b");
	assert_string_equal(answer_complaint(plain), "a");
	assert_string_equal(answer_complaint(NULL), "");
	json_decref(more);
	json_decref(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_system_that_is_meant),
		cmocka_unit_test(paths_lead_nowhere_else),
		cmocka_unit_test(nmi_is_offered_or_not),
		cmocka_unit_test(what_went_wrong),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
