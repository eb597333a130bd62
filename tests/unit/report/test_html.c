// SPDX-License-Identifier: GPL-2.0-or-later
/* The page of a report: hostile text in the log or in a name stays text. */
#include "unit.h"

#include <ctype.h>
#include <jansson.h>
#include "report/html.h"

/* Times that part stands in whole, whatever the case. */
static size_t times(const char *whole, const char *part)
{
	size_t n = 0, len = strlen(part);
	for (const char *s = whole; *s; s++)
		n += strncasecmp(s, part, len) == 0;
	return n;
}

static void write_page(struct buf *page, const char *json, size_t len)
{
	assert_ok(html_write(json, len, page));
	assert_int_equal(strlen(buf_str(page)), page->len);
}

/* The JSON inside the page, as the browser gives it to the script; the caller frees it. */
static json_t *embedded(const char *page)
{
	static const char start[] = "<script type=\"application/json\" id=\"report\">";
	const char *from = strstr(page, start);
	assert_non_null(from);
	from += strlen(start);
	const char *to = strstr(from, "</script>");
	assert_non_null(to);
	json_error_t error;
	json_t *root = json_loadb(from, (size_t)(to - from), 0, &error);
	if (!root)
		fail_msg("jansson: %s at %d", error.text, error.position);
	return root;
}

static char *report_with(const char *text)
{
	json_t *root =
		json_pack("{s:{s:s,s:s,s:s,s:[s,s]},s:{s:s}}", "verdict", "host", text, "kind",
			  text, "sentence", text, "evidence", text, text, "log", "text", text);
	assert_non_null(root);
	char *json = json_dumps(root, JSON_INDENT(1));
	assert_non_null(json);
	json_decref(root);
	return json;
}

static const char *const hostile[] = {
	"</script><script>alert(1)</script>",
	"</SCRIPT ><!-- <script>",
	"<!--<script>",
	"--> ]]> </noscript></title></style></p></li><h1 onclick='x'>",
	"<img src=x onerror=\"alert(1)\">&lt;b&gt;&#60;i>",
	"{{report}}{{log}}{{title}}{{sentence}}{{evidence}}",
	"\xef\xbf\xbd\xef\xbf\xbd \xe2\x80\xae \xe2\x80\xa8 '\"`",
};

static void hostile_text_adds_no_markup(void **state)
{
	(void)state;
	static const char *const markup[] = {"<script", "</script", "<!--", "</noscript", "</title",
					     "</h1",	"<img",	    "<li",  "</style"};
	_cleanup_free_ char *harmless_json = report_with("x");
	_cleanup_buf_ struct buf harmless = BUF_INIT;
	write_page(&harmless, harmless_json, strlen(harmless_json));
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		_cleanup_free_ char *json = report_with(hostile[i]);
		_cleanup_buf_ struct buf page = BUF_INIT;
		write_page(&page, json, strlen(json));
		for (size_t m = 0; m < ARRAY_SIZE(markup); m++)
			if (times(buf_str(&page), markup[m]) !=
			    times(buf_str(&harmless), markup[m]))
				fail_msg("\"%s\" brought a %s into the page", hostile[i],
					 markup[m]);
	}
}

static void the_report_comes_out_as_it_went_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		_cleanup_free_ char *json = report_with(hostile[i]);
		_cleanup_buf_ struct buf page = BUF_INIT;
		write_page(&page, json, strlen(json));
		json_t *there = embedded(buf_str(&page)), *original = json_loads(json, 0, NULL);
		assert_true(json_equal(there, original));
		json_decref(there);
		json_decref(original);
	}
}

static void verdict_and_log_stand_in_it_as_text(void **state)
{
	(void)state;
	static const char json[] =
		"{\"verdict\":{\"host\":\"h<1>\",\"kind\":\"oops\",\"sentence\":\"a "
		"& b\",\"evidence\":[\"e1\",\"<e2>\"]},"
		"\"log\":{\"text\":\"[1] one\\n[2] <two>\\n\"}}";
	_cleanup_buf_ struct buf page = BUF_INIT;
	write_page(&page, json, strlen(json));
	assert_non_null(strstr(page.data, "<title>h&lt;1&gt;: oops</title>"));
	assert_non_null(strstr(page.data, "<h1>a &amp; b</h1>"));
	assert_non_null(strstr(page.data, "<li>e1</li>\n<li>&lt;e2&gt;</li>"));
	assert_non_null(strstr(page.data, "<pre class=\"log\">[1] one\n[2] &lt;two&gt;\n</pre>"));
}

/* Bytes that no JSON writer makes: the page stays a page. */
static void damaged_reports_make_a_page_too(void **state)
{
	(void)state;
	static const char *const damaged[] = {"", "{", "[1,", "</script>",
					      "{\"verdict\":{\"sentence\":\"<cut"};
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		_cleanup_buf_ struct buf page = BUF_INIT;
		write_page(&page, damaged[i], strlen(damaged[i]));
		assert_int_equal(times(page.data, "</script"), 2);
		assert_non_null(strstr(page.data, "No verdict is in this report."));
	}
}

static void nul_and_controls_become_replacement_characters(void **state)
{
	(void)state;
	static const char json[] =
		"{\"verdict\":{\"sentence\":\"a\\u0000b\\u001bc\"},\"x\":\"\0\x1b\"}";
	_cleanup_buf_ struct buf page = BUF_INIT;
	write_page(&page, json, sizeof(json) - 1);
	assert_non_null(strstr(page.data, "<h1>a\xef\xbf\xbd"
					  "b\xef\xbf\xbd"
					  "c</h1>"));
	assert_non_null(strstr(page.data, "\"x\":\"\xef\xbf\xbd\xef\xbf\xbd\""));
	assert_null(memchr(page.data, 0x1b, page.len));
}

static void nothing_is_fetched_and_only_its_own_script_runs(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf page = BUF_INIT;
	write_page(&page, "{}", 2);
	assert_non_null(strstr(page.data, "content=\"default-src 'none'; script-src 'sha256-"));
	assert_null(strstr(page.data, "unsafe-inline"));
	assert_null(strstr(page.data, "{{"));
	assert_int_equal(times(page.data, " src=") + times(page.data, "@import") +
				 times(page.data, "url(http"),
			 0);
	assert_int_equal(times(page.data, "innerHTML") + times(page.data, "document.write") +
				 times(page.data, "insertAdjacentHTML") + times(page.data, "eval("),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_text_adds_no_markup),
		cmocka_unit_test(the_report_comes_out_as_it_went_in),
		cmocka_unit_test(verdict_and_log_stand_in_it_as_text),
		cmocka_unit_test(damaged_reports_make_a_page_too),
		cmocka_unit_test(nul_and_controls_become_replacement_characters),
		cmocka_unit_test(nothing_is_fetched_and_only_its_own_script_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
