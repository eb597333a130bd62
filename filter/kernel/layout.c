// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/layout_lines.h"

#include "base/buf.h"

const struct layout_line layout_lines[] = {
#define LAYOUT(k, f, n, need) {k, need, offsetof(struct layout, f), n},
#include "kernel/layout.def"
#undef LAYOUT
};
const size_t layout_nr_lines = ARRAY_SIZE(layout_lines);

static const char *const kind_names[] = {"OFFSET", "SIZE", "LENGTH", "NUMBER", "SYMBOL", "BITS"};

/* The largest offset or size that makes sense; larger ones are a damaged text. */
#define MAX_OFFSET 65536

static int64_t resolve(const struct vmcoreinfo *i, const struct layout_line *l)
{
	uint64_t u;
	int64_t n;
	switch (l->kind) {
	case OFFSET:
		return vmcoreinfo_offset(i, l->name, &u) && u < MAX_OFFSET ? (int64_t)u
									   : LAYOUT_UNKNOWN;
	case SIZE:
		return vmcoreinfo_size(i, l->name, &u) && u && u < MAX_OFFSET ? (int64_t)u
									      : LAYOUT_UNKNOWN;
	case LENGTH:
		return vmcoreinfo_length(i, l->name, &u) ? (int64_t)u : LAYOUT_UNKNOWN;
	case SYMBOL:
		return vmcoreinfo_symbol(i, l->name, &u) ? (int64_t)u : LAYOUT_UNKNOWN;
	case NUMBER:
		return vmcoreinfo_number(i, l->name, &n) ? n : LAYOUT_UNKNOWN;
	case BITS:
		break;
	}
	return LAYOUT_UNKNOWN;
}

struct err *layout_load(const struct vmcoreinfo *info, struct layout *ret)
{
	struct layout l = {.info = info};
	struct err *e = vmcoreinfo_page_shift(info, &l.page_shift);
	if (e)
		return e;
	for (size_t i = 0; i < ARRAY_SIZE(layout_lines); i++)
		*layout_field(&l, &layout_lines[i]) = resolve(info, &layout_lines[i]);
	*ret = l;
	return NULL;
}

struct err *layout_check(const struct layout *l, enum layout_need need)
{
	_cleanup_buf_ struct buf missing = BUF_INIT;
	for (size_t i = 0; i < ARRAY_SIZE(layout_lines); i++) {
		const struct layout_line *line = &layout_lines[i];
		const int64_t *value =
			(const int64_t *)(const void *)((const char *)l + line->field);
		if (line->need == need && !layout_known(*value))
			buf_printf(&missing, "%s%s(%s)", missing.len ? ", " : "",
				   kind_names[line->kind], line->name);
	}
	if (missing.len == 0)
		return buf_error(&missing);
	return err_new(ERR_MISSING,
		       l->complete
			       ? "neither VMCOREINFO nor this kernel's symbols and types have %s"
			       : "VMCOREINFO of this kernel lacks %s",
		       buf_str(&missing));
}
