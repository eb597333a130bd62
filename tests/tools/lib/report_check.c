// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_check.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

struct err *report_check_text(const char *text, size_t len, size_t parts)
{
	size_t headings = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			return err_new(ERR_FORMAT, "the text has the control character %#x at %zu",
				       c, i);
		if (c == '=' && len - i > 2 && memcmp(text + i, "== ", 3) == 0 &&
		    (i == 0 || text[i - 1] == '\n'))
			headings++;
	}
	if (headings < parts)
		return err_new(ERR_FORMAT, "the text has %zu headings only", headings);
	if (text[len - 1] != '\n')
		return err_new(ERR_FORMAT, "the last line of the text does not end");
	json_t *utf8 = json_stringn(text, len);
	json_decref(utf8);
	return utf8 ? NULL : err_new(ERR_FORMAT, "the text is not UTF-8");
}

/* An object that says how it went, and what is missing if it did not go well. */
static struct err *check_part(json_t *report, const char *name, size_t *found)
{
	json_t *part = json_object_get(report, name);
	const char *outcome = json_string_value(json_object_get(part, "outcome"));
	json_t *missing = json_object_get(part, "missing");
	if (!outcome || !json_is_array(missing))
		return err_new(ERR_FORMAT, "the JSON has no part %s, or half of it", name);
	bool ok = strcmp(outcome, "ok") == 0, failed = strcmp(outcome, "failed") == 0;
	if (!ok && !failed && strcmp(outcome, "partial") != 0)
		return err_new(ERR_FORMAT, "part %s has the outcome %s", name, outcome);
	if (ok != (json_array_size(missing) == 0))
		return err_new(ERR_FORMAT, "part %s is %s with %zu things missing", name, outcome,
			       json_array_size(missing));
	*found += !failed;
	return NULL;
}

struct err *report_check_json(const char *json, size_t len, const char *(*part)(size_t i),
			      size_t *found)
{
	json_error_t error;
	struct err *e = NULL;
	json_t *report = json_loadb(json, len, JSON_REJECT_DUPLICATES, &error);
	*found = 0;
	if (!report)
		return err_new(ERR_FORMAT, "the JSON, line %d: %s", error.line, error.text);
	for (size_t i = 0; !e && part(i); i++)
		e = check_part(report, part(i), found);
	json_decref(report);
	return e;
}

struct err *report_check_adapters(const char *json, size_t len, size_t *found)
{
	static const char *const lists[] = {"interfaces", "functions", "devlink", "notes"};
	json_error_t error;
	struct err *e = NULL;
	/* counters have all 64 bits, which JSON allows */
	json_t *said =
		json_loadb(json, len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
	*found = 0;
	if (!said)
		return err_new(ERR_FORMAT, "the JSON, line %d: %s", error.line, error.text);
	for (size_t i = 0; !e && i < sizeof(lists) / sizeof(lists[0]); i++) {
		json_t *list = json_object_get(said, lists[i]);
		if (!json_is_array(list))
			e = err_new(ERR_FORMAT, "the JSON has no list %s", lists[i]);
		*found += json_array_size(list) > 0;
	}
	if (!e && !json_is_true(json_object_get(said, "complete")))
		e = err_new(ERR_FORMAT, "its time was over before it was complete");
	json_decref(said);
	return e;
}
