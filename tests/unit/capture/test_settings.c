// SPDX-License-Identifier: GPL-2.0-or-later
/* The resolved configuration: what is written is read back, by us and by a shell; words of command
 * lines. */
#include "unit.h"
#include "crash/settings.h"
#include "crash/words.h"

static struct err *parse(struct settings *s, const char *text)
{
	return settings_parse(s, "capture.conf", text, strlen(text));
}

/* Values that need quoting in every way. */
static const char *const awkward[] = {
	"",	"plain",     "two words", "it's",	 "''",	      "'",
	"a\"b", "$(reboot)", "`id`",	  "back\\slash", "tab\there", "#no comment",
	"ünï",	"*",	     "a=b",	  "-d 31 'x y'", "!history",
};

static void round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(awkward); i++) {
		struct settings s = {0}, back = {0};
		_cleanup_buf_ struct buf out = BUF_INIT;
		assert_ok(settings_set(&s, SET_FORMAT, SETTINGS_FORMAT));
		assert_ok(settings_set(&s, SET_CORE_COLLECTOR, awkward[i]));
		assert_ok(settings_set(&s, SET_HOST, awkward[i]));
		settings_write(&s, &out);
		assert_ok(buf_error(&out));
		assert_ok(settings_parse(&back, "x", buf_str(&out), out.len));
		for (size_t k = 0; k < SET_COUNT; k++)
			assert_string_equal(settings_get(&s, (enum setting)k),
					    settings_get(&back, (enum setting)k));
		settings_deinit(&s);
		settings_deinit(&back);
	}
}

static void a_shell_reads_the_same(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp();
	for (size_t i = 0; i < ARRAY_SIZE(awkward); i++) {
		struct settings s = {0};
		_cleanup_buf_ struct buf out = BUF_INIT, command = BUF_INIT;
		assert_ok(settings_set(&s, SET_HOST, awkward[i]));
		settings_write(&s, &out);
		unit_write(dir, "conf", buf_str(&out));
		buf_printf(&command, ". %s/conf && printf %%s \"$HOST\"", dir);
		FILE *p = popen(buf_str(&command), "r");
		assert_non_null(p);
		char seen[128] = "";
		size_t n = fread(seen, 1, sizeof(seen) - 1, p);
		seen[n] = '\0';
		assert_int_equal(pclose(p), 0);
		assert_string_equal(seen, awkward[i]);
		settings_deinit(&s);
	}
	unit_rmdir(dir);
}

static void defaults_and_unknown_keys(void **state)
{
	(void)state;
	struct settings s = {0};
	assert_ok(parse(&s, "# comment\nFORMAT=1\nNEWER_KEY='x'\n\n  SSH_USER=kdump  \n"));
	assert_string_equal(settings_get(&s, SET_SSH_USER), "kdump");
	assert_string_equal(settings_get(&s, SET_SSH_PORT), "22");
	assert_string_equal(settings_get(&s, SET_FAILURE_ACTION), "reboot");
	assert_int_equal(settings_key("SSH_USER"), SET_SSH_USER);
	assert_int_equal(settings_key("NEWER_KEY"), SET_COUNT);
	assert_string_equal(settings_key_name(SET_SSH_USER), "SSH_USER");
	settings_deinit(&s);
}

static void refuses_what_a_shell_would_run(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"", "FORMAT is ''"},
		{"FORMAT='2'\n", "FORMAT is '2'"},
		{"FORMAT=1\nHOST\n", "capture.conf:2: not KEY='value'"},
		{"FORMAT=1\nHOST='a\n", "is not closed"},
		{"FORMAT=1\nHOST=$(x)\n", "'$' needs quotes"},
		{"FORMAT=1\nHOST=a;reboot\n", "';' needs quotes"},
		{"FORMAT=1\nHOST='a' b\n", "more than one word"},
		{"FORMAT=1\nHOST=\"a\"\n", "'\"' needs quotes"},
		{"FORMAT=1\nSAVE_PATH='rel'\n", "SAVE_PATH must be absolute"},
		{"FORMAT=1\nSAVE_PATH='/a/../b'\n", "SAVE_PATH"},
		{"FORMAT=1\nSAVE_PATH='/a/..'\n", "SAVE_PATH"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct settings s = {0};
		struct err *e = parse(&s, cases[i].text);
		if (!e || !strstr(err_message(e), cases[i].message))
			fail_msg("case %zu: %s", i, e ? err_message(e) : "no error");
		err_free(e);
		settings_deinit(&s);
	}
	struct settings s = {0};
	assert_err(settings_parse(&s, "c", "FORMAT=1\0", 9), ERR_USAGE, "NUL");
}

static void words(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t count;
		const char *word[5];
	} cases[] = {
		{"", 0, {0}},
		{"  \t ", 0, {0}},
		{"a b", 2, {"a", "b"}},
		{" a\tb\n", 2, {"a", "b"}},
		{"'a b' c", 2, {"a b", "c"}},
		{"\"a 'b\" \"\"", 2, {"a 'b", ""}},
		{"a\\ b", 1, {"a b"}},
		{"\"x\\\"y\\\\z\\n\"", 1, {"x\"y\\z\\n"}},
		{"-d'31'\"x\"y", 1, {"-d31xy"}},
		{"$HOME * ;", 3, {"$HOME", "*", ";"}},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct words w;
		assert_ok(words_split(cases[i].text, &w));
		assert_int_equal(w.count, cases[i].count);
		for (size_t k = 0; k < w.count; k++)
			assert_string_equal(w.word[k], cases[i].word[k]);
		assert_null(w.word[w.count]);
		words_deinit(&w);
	}
	struct words w;
	assert_err(words_split("a 'b", &w), ERR_USAGE, "not closed");
	words_deinit(&w);
	assert_err(words_split("\"", &w), ERR_USAGE, "not closed");
	words_deinit(&w);
	assert_err(words_split("\"\\", &w), ERR_USAGE, "not closed");
	words_deinit(&w);
	assert_err(words_split("x \\", &w), ERR_USAGE, "nothing to quote");
	words_deinit(&w);
	_cleanup_buf_ struct buf many = BUF_INIT;
	for (int i = 0; i <= WORDS_MAX; i++)
		buf_puts(&many, "x ");
	assert_err(words_split(buf_str(&many), &w), ERR_USAGE, "more than");
	words_deinit(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(a_shell_reads_the_same),
		cmocka_unit_test(defaults_and_unknown_keys),
		cmocka_unit_test(refuses_what_a_shell_would_run),
		cmocka_unit_test(words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
