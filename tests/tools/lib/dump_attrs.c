// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump_attrs.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Attribute trees nest four deep (linux.vmcoreinfo.NUMBER.x); names of structures have dots of
 * their own. */
enum { MAX_DEPTH = 16, MAX_KEY = 512 };

struct comparison {
	kdump_ctx_t *a, *b;
	bool same_format;
	unsigned long count, limit;
};

static void differs(struct comparison *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void differs(struct comparison *c, const char *fmt, ...)
{
	if (c->count++ >= c->limit)
		return;
	va_list ap;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static bool same_blob(kdump_blob_t *a, kdump_blob_t *b)
{
	const void *a_data = kdump_blob_pin(a), *b_data = kdump_blob_pin(b);
	size_t len = kdump_blob_size(a);
	bool same = len == kdump_blob_size(b) && (!len || !memcmp(a_data, b_data, len));
	kdump_blob_unpin(a);
	kdump_blob_unpin(b);
	return same;
}

static void compare_values(struct comparison *c, const char *key, const kdump_attr_t *a,
			   const kdump_attr_t *b)
{
	if (a->type != b->type) {
		differs(c, "%s: of different types", key);
		return;
	}
	switch (a->type) {
	case KDUMP_NUMBER:
	case KDUMP_ADDRESS: {
		uint64_t x = a->type == KDUMP_NUMBER ? a->val.number : a->val.address;
		uint64_t y = a->type == KDUMP_NUMBER ? b->val.number : b->val.address;
		if (x != y)
			differs(c, "%s: %#" PRIx64 " and %#" PRIx64, key, x, y);
		break;
	}
	case KDUMP_STRING:
		if (strcmp(a->val.string, b->val.string))
			differs(c, "%s: \"%s\" and \"%s\"", key, a->val.string, b->val.string);
		break;
	case KDUMP_BLOB:
		if (!same_blob(a->val.blob, b->val.blob))
			differs(c, "%s: different bytes (%zu and %zu)", key,
				kdump_blob_size(a->val.blob), kdump_blob_size(b->val.blob));
		break;
	default: /* directories are walked, bitmaps compared elsewhere */
		break;
	}
}

/* missing_only: called a second time with the dumps swapped, for what only the other one has. */
static void compare_tree(struct comparison *c, const char *key, int depth, bool missing_only);

static void compare_children(struct comparison *c, const char *key, int depth, bool missing_only)
{
	kdump_attr_iter_t iter;
	char child[MAX_KEY];
	if (depth >= MAX_DEPTH || kdump_attr_iter_start(c->a, key, &iter) != KDUMP_OK)
		return;
	while (iter.key) {
		if ((size_t)snprintf(child, sizeof(child), "%s.%s", key, iter.key) < sizeof(child))
			compare_tree(c, child, depth + 1, missing_only);
		if (kdump_attr_iter_next(c->a, &iter) != KDUMP_OK)
			break;
	}
	kdump_attr_iter_end(c->a, &iter);
}

static void compare_tree(struct comparison *c, const char *key, int depth, bool missing_only)
{
	kdump_attr_t a, b;
	if (kdump_get_attr(c->a, key, &a) != KDUMP_OK)
		return;
	if (a.type == KDUMP_DIRECTORY) {
		compare_children(c, key, depth, missing_only);
		return;
	}
	if (kdump_get_attr(c->b, key, &b) != KDUMP_OK) {
		if (c->same_format)
			differs(c, "%s: only in the %s", key, missing_only ? "second" : "first");
		return;
	}
	if (!missing_only)
		compare_values(c, key, &a, &b);
}

/* The lines of VMCOREINFO as they stand, order included: the attribute tree above forgets the
 * order. */
static void compare_vmcoreinfo(struct comparison *c)
{
	char *a = NULL, *b = NULL;
	bool has_a = kdump_vmcoreinfo_raw(c->a, &a) == KDUMP_OK;
	bool has_b = kdump_vmcoreinfo_raw(c->b, &b) == KDUMP_OK;
	if (has_a != has_b)
		differs(c, "vmcoreinfo: only in the %s", has_a ? "first" : "second");
	else if (has_a && strcmp(a, b))
		differs(c, "vmcoreinfo: the text differs (%zu and %zu bytes)", strlen(a),
			strlen(b));
	free(a);
	free(b);
}

/* memory.pagemap: which pfns are RAM, whether dumped or not. Compared as runs. */
static void compare_memory_map(struct comparison *c)
{
	kdump_attr_t a = {.type = KDUMP_BITMAP}, b = {.type = KDUMP_BITMAP};
	if (!c->same_format ||
	    kdump_get_typed_attr(c->a, KDUMP_ATTR_MEMORY_PAGEMAP, &a) != KDUMP_OK ||
	    kdump_get_typed_attr(c->b, KDUMP_ATTR_MEMORY_PAGEMAP, &b) != KDUMP_OK)
		return;
	kdump_addr_t x = 0, y = 0;
	for (;;) {
		kdump_status a_status = kdump_bmp_find_set(a.val.bitmap, &x);
		kdump_status b_status = kdump_bmp_find_set(b.val.bitmap, &y);
		if (a_status != KDUMP_OK && b_status != KDUMP_OK)
			return;
		if (a_status != b_status || x != y) {
			differs(c, "%s: differs at pfn %#" PRIx64, KDUMP_ATTR_MEMORY_PAGEMAP,
				(uint64_t)(a_status != KDUMP_OK		   ? y
					   : b_status != KDUMP_OK || x < y ? x
									   : y));
			return;
		}
		a_status = kdump_bmp_find_clear(a.val.bitmap, &x);
		b_status = kdump_bmp_find_clear(b.val.bitmap, &y);
		if (a_status != b_status || x != y) {
			differs(c, "%s: a run ends at pfn %#" PRIx64 " and %#" PRIx64,
				KDUMP_ATTR_MEMORY_PAGEMAP, (uint64_t)x, (uint64_t)y);
			return;
		}
		if (a_status != KDUMP_OK)
			return;
	}
}

static bool formats_equal(kdump_ctx_t *a, kdump_ctx_t *b)
{
	const char *x, *y;
	return kdump_get_string_attr(a, KDUMP_ATTR_FILE_FORMAT, &x) == KDUMP_OK &&
	       kdump_get_string_attr(b, KDUMP_ATTR_FILE_FORMAT, &y) == KDUMP_OK && !strcmp(x, y);
}

unsigned long compare_attributes(kdump_ctx_t *a, kdump_ctx_t *b, unsigned long limit)
{
	static const char *const trees[] = {"arch", "linux", "cpu"};
	struct comparison c = {.a = a, .b = b, .same_format = formats_equal(a, b), .limit = limit};
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		compare_tree(&c, trees[i], 0, false);
		struct comparison swapped = c;
		swapped.a = b;
		swapped.b = a;
		compare_tree(&swapped, trees[i], 0, true);
		c.count = swapped.count;
	}
	if (c.same_format)
		compare_tree(&c, "max_pfn", 0, false);
	compare_vmcoreinfo(&c);
	compare_memory_map(&c);
	kdump_clear_err(a);
	kdump_clear_err(b);
	return c.count;
}
