// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/mlx5_rsc_dump.h"

#include "base/cleanup.h"

#define HEADER 4 /* of every segment: its length in words, its type */

enum {
	RESOURCE_LAST = 0xfeff,
	NOTICE = 0xfff9,
	COMMAND = 0xfffa,
	TERMINATE = 0xfffb,
	ERROR = 0xfffc,
	REFERENCE = 0xfffd,
	INFO = 0xfffe,
	MENU = 0xffff,
};

static const struct hw_name segment_types[] = {
	{NOTICE, "notice"},	  {COMMAND, "command"}, {TERMINATE, "terminate"}, {ERROR, "error"},
	{REFERENCE, "reference"}, {INFO, "info"},	{MENU, "menu"},		  {0, NULL},
};

#define SEGMENT_HEADER HW_F("length_dw", 16), HW_N("segment_type", 16, segment_types)

static const struct hw_field any_segment[] = {SEGMENT_HEADER, HW_END};

static const struct hw_field info_segment[] = {
	SEGMENT_HEADER,		HW_R(24), HW_F("dump_version", 8), HW_F("hw_version", 32),
	HW_F("fw_version", 32), HW_END,
};

static const struct hw_field command_segment[] = {
	SEGMENT_HEADER,	    HW_F("segment_called", 16), HW_F("vhca_id", 16),	 HW_F("index1", 32),
	HW_F("index2", 32), HW_F("num_of_obj1", 16),	HW_F("num_of_obj2", 16), HW_END,
};

static const struct hw_field error_segment[] = {
	SEGMENT_HEADER, HW_R(16), HW_F("syndrome_id", 16), HW_R(64), HW_F("error", 256), HW_END,
};

static const struct hw_field resource_segment[] = {
	SEGMENT_HEADER, HW_R(32), HW_F("index1", 32), HW_F("index2", 32), HW_END,
};
#define RESOURCE_HEADER 16

/*
 * struct mlx5_ifc_query_{qp,cq,mkey}_out_bits: where in the command's output the context is, and
 * how long it is.
 */
static const struct {
	const char *title;
	const struct hw_field *table;
	size_t at;
} queries[] = {
	[MLX5_RESOURCE_QP] = {"qpc", mlx5_qpc, 24},
	[MLX5_RESOURCE_CQ] = {"cqc", mlx5_cqc, 16},
	[MLX5_RESOURCE_MKEY] = {"mkc", mlx5_mkc, 16},
};

struct segment {
	unsigned type;
	const uint8_t *p;
	size_t len; /* header included, as much as there is */
	bool cut;
};

/* Takes the next segment off the front; false at the end, or where there is none. */
static bool next(const uint8_t **p, size_t *len, struct segment *ret)
{
	if (*len < HEADER)
		return false;
	size_t said = (size_t)hw_bits(*p, 0, 16) * 4;
	if (said < HEADER)
		return false;
	*ret = (struct segment) {.type = (unsigned)hw_bits(*p, 16, 16),
				 .p = *p,
				 .len = MIN(said, *len),
				 .cut = said > *len};
	*p += ret->len;
	*len -= ret->len;
	return true;
}

/* The context in a resource segment; false: it ends before that. */
static bool context_in(enum mlx5_resource what, const struct segment *g,
		       struct mlx5_resource_context *ret)
{
	size_t at = RESOURCE_HEADER + queries[what].at;
	if (g->type > RESOURCE_LAST || g->len <= at)
		return false;
	ret->p = g->p + at;
	ret->len = MIN(g->len - at, hw_table_bits(queries[what].table) / 8);
	ret->index = (uint32_t)hw_bits(g->p, 64, 32);
	return true;
}

bool mlx5_resource_context(enum mlx5_resource what, const uint8_t *p, size_t len,
			   struct mlx5_resource_context *ret)
{
	struct mlx5_resource_context c = {0};
	struct segment g;
	while (next(&p, &len, &g) && g.type != TERMINATE) {
		if (g.type == COMMAND && g.len >= 8)
			c.vhca = (uint16_t)hw_bits(g.p, 48, 16);
		if (context_in(what, &g, &c)) {
			*ret = c;
			return true;
		}
	}
	return false;
}

static void one(enum mlx5_resource what, const struct segment *g, int index, struct hw_sink *s)
{
	struct mlx5_resource_context c = {0};
	switch (g->type) {
	case INFO:
		hw_section("info segment", index, info_segment, g->p, g->len, s);
		return;
	case COMMAND:
		hw_section("command segment", index, command_segment, g->p, g->len, s);
		return;
	case ERROR:
		hw_section("error segment", index, error_segment, g->p, g->len, s);
		return;
	default:
		break;
	}
	if (g->type > RESOURCE_LAST) {
		hw_section("segment", index, any_segment, g->p, g->len, s);
		return;
	}
	hw_section("resource segment", index, resource_segment, g->p, g->len, s);
	if (context_in(what, g, &c))
		hw_section(queries[what].title, index, queries[what].table, c.p, c.len, s);
}

void mlx5_resource_dump(enum mlx5_resource what, const uint8_t *p, size_t len, struct hw_sink *s)
{
	struct segment g = {0};
	int index = 0;
	size_t whole = len;
	while (next(&p, &len, &g)) {
		one(what, &g, index++, s);
		if (g.cut || g.type == TERMINATE)
			break;
	}
	if (!g.cut && g.type == TERMINATE)
		return;
	s->ops->section(s, "the dump ends early", -1);
	s->ops->truncated(s, whole - len);
}
