// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

#include <inttypes.h>
#include <string.h>

struct planning {
	struct survey *s;
	struct plan *p;
	uint64_t random; /* state */
};

static const char *const way_names[] = {"bit",	"word",	 "number", "pointer", "zeros",
					"ones", "noise", "swap",   "lost",    "mixed"};

const char *way_name(enum way way)
{
	return way_names[way];
}

static uint64_t below(struct planning *g, uint64_t n)
{
	return hostile_random(&g->random) % n;
}

static void add(struct planning *g, struct damage d)
{
	if (g->p->n < PLAN_MAX)
		g->p->damage[g->p->n++] = d;
}

static uint64_t any(struct planning *g, const struct addresses *a)
{
	return a->at[below(g, a->n)];
}

static uint64_t any_page(struct planning *g)
{
	return any(g, &g->s->pages[g->p->place]);
}

/*
 * A word of the place: one that was asked for by itself, as most of structures are, or any in a
 * page, as of tables.
 */
static uint64_t any_word(struct planning *g)
{
	const struct addresses *words = &g->s->words[g->p->place];
	bool table = g->p->place > PLACE_TASKS;
	if (words->n && below(g, 8) < (table ? 2 : 7))
		return any(g, words);
	return any_page(g) + below(g, HOSTILE_PAGE / 8) * 8;
}

/* Sizes, counts and indices that are at an edge of what their type can say, or just too large. */
static uint64_t odd_number(struct planning *g)
{
	static const uint64_t numbers[] = {
		0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe,
	};
	uint64_t n = numbers[below(g, ARRAY_SIZE(numbers))];
	if (below(g, 2))
		n += below(g, 4096);
	return n;
}

/* In the dump's byte order, as it is read. */
static void set_word(struct planning *g, uint64_t at, uint64_t word)
{
	uint8_t bytes[8];
	struct damage d = {DAMAGE_SET, at, sizeof(bytes), 0};
	put_u64(bytes, word, g->s->v->order);
	memcpy(&d.value, bytes, sizeof(bytes));
	add(g, d);
}

static void change_word(struct planning *g, enum way way)
{
	uint64_t at = any_word(g), value = hostile_random(&g->random);
	if (way == WAY_NUMBER) {
		uint64_t was = g->p->place == PLACE_FILE ? 0 : survey_word(g->s, at);
		unsigned int shift = (unsigned int)below(g, 2) * 32;
		value = (was & ~(UINT64_C(0xffffffff) << shift)) | odd_number(g) << shift;
	}
	set_word(g, at, value);
}

/* Lists become circles, or go on in another list: it gets where another pointer goes, or near. */
static void redirect(struct planning *g)
{
	const struct addresses *own = &g->s->pointers[g->p->place], *other = own;
	if (own->n == 0) {
		change_word(g, WAY_WORD);
		return;
	}
	if (below(g, 4) == 0)
		other = &g->s->pointers[PLACE_READ];
	uint64_t to = survey_word(g->s, any(g, other));
	if (below(g, 8) == 0)
		to += below(g, 16) * 8 - 64;
	set_word(g, any(g, own), to);
}

static void damage_one(struct planning *g, enum way way)
{
	uint64_t page = any_page(g), other;
	switch (way) {
	case WAY_BIT:
		add(g, (struct damage) {DAMAGE_FLIP, any_word(g) + below(g, 8), 1,
					UINT64_C(1) << below(g, 8)});
		break;
	case WAY_POINTER:
		redirect(g);
		break;
	case WAY_ZEROS:
	case WAY_ONES:
		add(g,
		    (struct damage) {DAMAGE_FILL, page, HOSTILE_PAGE, way == WAY_ONES ? 0xff : 0});
		break;
	case WAY_NOISE:
		add(g,
		    (struct damage) {DAMAGE_NOISE, page, HOSTILE_PAGE, hostile_random(&g->random)});
		break;
	case WAY_SWAP:
		other = any_page(g);
		add(g, (struct damage) {DAMAGE_COPY, page, HOSTILE_PAGE, other});
		add(g, (struct damage) {DAMAGE_COPY, other, HOSTILE_PAGE, page});
		break;
	case WAY_LOST:
		add(g, (struct damage) {DAMAGE_LOSE, page, HOSTILE_PAGE, 0});
		break;
	default:
		change_word(g, way);
	}
}

/* 1, 2, 4, … up to PLAN_MAX places: few leave most of it readable, many reach deep. */
static void damage_places(struct planning *g)
{
	bool mixed = g->p->way == WAY_MIXED;
	uint64_t n = UINT64_C(1) << below(g, 9);
	for (uint64_t i = 0; i < n; i++)
		damage_one(g, mixed ? (enum way)below(g, WAY_MIXED) : g->p->way);
}

/* --- VMCOREINFO ---------------------------------------------------------------------------------
 */

/* What stands behind the next = becomes another number. */
static void change_value(struct planning *g, char *text, size_t len, size_t at)
{
	static const char *const values[] = {"ffffffffffffffff",
					     "0",
					     "1",
					     "-1",
					     "7fffffffffffffff",
					     "8000000000000000",
					     "99999999999999999999",
					     "",
					     "x",
					     "4096",
					     "4294967295",
					     "-9223372036854775808"};
	const char *value = values[below(g, ARRAY_SIZE(values))];
	char *equals = memchr(text + at, '=', len - at);
	for (char *c = equals; c && *++c && *c != '\n' && *value; value++)
		*c = *value;
}

static void change_text(struct planning *g, char *text, size_t len)
{
	size_t at = (size_t)below(g, len);
	char *end = memchr(text + at, '\n', len - at);
	switch (below(g, 5)) {
	case 0:
		text[at] ^= (char)(1 << below(g, 8));
		break;
	case 1: /* a line less */
		if (end)
			memset(text + at, '\n', (size_t)(end - (text + at)));
		break;
	case 2:
		text[at] = "0123456789abcdef"[below(g, 16)];
		break;
	case 3:
		if (below(g, 16) == 0)
			text[at] = '\0';
		break;
	default:
		change_value(g, text, len, at);
	}
}

static struct err *damage_text(struct planning *g)
{
	const struct vmcore *v = g->s->v;
	uint64_t n = UINT64_C(1) << below(g, 8);
	g->p->text = strdup(v->vmcoreinfo);
	if (!g->p->text)
		return err_nomem();
	for (uint64_t i = 0; i < n; i++)
		change_text(g, g->p->text, v->vmcoreinfo_len);
	return NULL;
}

/* --- all of it ----------------------------------------------------------------------------------
 */

/* Of 20 plans; what a dump does not have, as ORC on POWER, goes to the structures. */
static enum place choose_place(struct planning *g)
{
	static const uint8_t shares[PLACES] = {
		[PLACE_READ] = 6,	[PLACE_OPENING] = 1, [PLACE_TASKS] = 4, [PLACE_BTF] = 2,
		[PLACE_KALLSYMS] = 1,	[PLACE_TOKENS] = 1,  [PLACE_ORC] = 1,	[PLACE_FILE] = 2,
		[PLACE_VMCOREINFO] = 1, [PLACE_END] = 1,
	};
	uint64_t of_20 = below(g, 20);
	enum place place = PLACE_READ;
	while (of_20 >= shares[place])
		of_20 -= shares[place++];
	return place <= PLACE_FILE && g->s->pages[place].n == 0 ? PLACE_READ : place;
}

struct err *plan_make(struct survey *s, uint64_t seed, struct plan *ret)
{
	struct planning g = {.s = s, .p = ret, .random = seed};
	*ret = (struct plan) {.seed = seed};
	ret->place = choose_place(&g);
	ret->way = (enum way)below(&g, WAYS);
	if (ret->place == PLACE_VMCOREINFO)
		return damage_text(&g);
	if (ret->place == PLACE_END)
		add(&g, (struct damage) {DAMAGE_CUT, below(&g, s->file_size), UINT64_MAX >> 1, 0});
	else
		damage_places(&g);
	return NULL;
}

void plan_deinit(struct plan *p)
{
	free(p->text);
	p->text = NULL;
}

void plan_say(const struct plan *p, struct buf *out)
{
	buf_printf(out, "seed %" PRIu64 ": %s", p->seed, place_name(p->place));
	if (p->place < PLACE_VMCOREINFO)
		buf_printf(out, ", %s, %zu times", way_name(p->way), p->n);
	if (p->n)
		buf_printf(out, ", first at %#" PRIx64, p->damage[0].at);
}
