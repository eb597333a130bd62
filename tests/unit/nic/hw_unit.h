/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for tests of decoders of device structures: bytes as a list of places and hex digits, and
 * the lines that must come out, in their order. Header only.
 */
#ifndef SALVOR_TESTS_HW_UNIT_H
#define SALVOR_TESTS_HW_UNIT_H

#include "nic/nic_unit.h"

#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/decode/hw_field.h"
#include "nic/decode/json_check.h"

#define HW_UNIT_MAX 2048

/* "10=0102 3f=80": hex digits put at hex offsets, the rest is zero. Heap, so that ASan sees
 * overruns. */
static inline uint8_t *hw_unit_bytes(const char *spec, size_t len)
{
	uint8_t *bytes = calloc(1, len ? len : 1);
	assert_non_null(bytes);
	while (*spec) {
		char *end;
		size_t at = strtoul(spec, &end, 16);
		assert_int_equal(*end, '=');
		for (spec = end + 1; *spec && *spec != ' '; spec += 2) {
			unsigned value;
			assert_int_equal(sscanf(spec, "%2x", &value), 1);
			if (at < len)
				bytes[at] = (uint8_t)value;
			at++;
		}
		while (*spec == ' ')
			spec++;
	}
	return bytes;
}

typedef void hw_unit_decode(const uint8_t *p, size_t len, struct hw_sink *s);

/* The decoder's text, on the heap. */
static inline char *hw_unit_text(hw_unit_decode *decode, const char *spec, size_t len)
{
	struct buf out = BUF_INIT;
	struct hw_sink sink;
	uint8_t *bytes = hw_unit_bytes(spec, len);
	hw_text_init(&sink, &out);
	decode(bytes, len, &sink);
	hw_sink_end(&sink);
	free(bytes);
	assert_false(out.failed);
	if (!out.data)
		buf_puts(&out, "");
	return out.data;
}

/* All lines of want are lines of the text, in that order. */
static inline void hw_unit_has(const char *name, const char *text, const char *want)
{
	const char *at = text;
	while (*want) {
		size_t len = strcspn(want, "\n");
		const char *found = at;
		for (; *found; found += strcspn(found, "\n") + 1) {
			if (strcspn(found, "\n") == len && memcmp(found, want, len) == 0)
				break;
			if (!found[strcspn(found, "\n")]) {
				found = "";
				break;
			}
		}
		if (!*found)
			fail_msg("%s: no \"%.*s\" (in its place) in:\n%s", name, (int)len, want,
				 text);
		at = found + len;
		at += *at == '\n';
		want += len;
		want += *want == '\n';
	}
}

/* The length of the name at the beginning of a line: up to " :". */
static inline size_t hw_unit_name(const char *line)
{
	size_t len = 0;
	while (line[len] && line[len] != '\n' && memcmp(line + len, " :", 2) != 0)
		len++;
	return len;
}

/* No field of a section has the name of an earlier one: in JSON, readers keep one of them. */
static inline void hw_unit_once(const char *name, const char *text)
{
	const char *section = text;
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1) {
		size_t len = hw_unit_name(at);
		if (*at == '-')
			section = at;
		for (const char *k = section; k < at; k += strcspn(k, "\n") + 1)
			if (hw_unit_name(k) == len && memcmp(k, at, len) == 0)
				fail_msg("%s: \"%.*s\" comes twice in:\n%s", name, (int)len, at,
					 section);
	}
}

struct hw_case {
	const char *name;
	hw_unit_decode *decode;
	size_t len;
	const char *bytes;
	const char *want;
};

static inline void hw_unit_run(const struct hw_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text = hw_unit_text(cases[i].decode, cases[i].bytes, cases[i].len);
		hw_unit_has(cases[i].name, text, cases[i].want);
		hw_unit_once(cases[i].name, text);
		free(text);
	}
}

/* Every length from 0 on: what is short says so, and JSON stays well-formed. */
static inline void hw_unit_cut(const struct hw_case *c)
{
	for (size_t len = 0; len < c->len; len++) {
		_cleanup_buf_ struct buf out = BUF_INIT;
		struct hw_sink sink;
		struct json j;
		char *text = hw_unit_text(c->decode, c->bytes, len);
		if (!strstr(text, "truncated : only 0x"))
			fail_msg("%s: %zu of %zu bytes are not said to be cut:\n%s", c->name, len,
				 c->len, text);
		free(text);
		uint8_t *bytes = hw_unit_bytes(c->bytes, len);
		json_init(&j, &out, true);
		json_array(&j, NULL);
		hw_json_init(&sink, &j);
		c->decode(bytes, len, &sink);
		hw_sink_end(&sink);
		json_array_end(&j);
		free(bytes);
		assert_true(json_check(out.data, out.len));
	}
}

#endif
