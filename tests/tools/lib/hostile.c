// SPDX-License-Identifier: GPL-2.0-or-later
#include "hostile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct hostile {
	struct source base;
	struct source *inner;
	const struct vmcore *v; /* whose addresses the damages have; NULL: they are offsets */
	struct damages damages;
	struct seen *seen;
};

/* What a view of the inner source keeps. */
struct state {
	const struct source_ops *ops;
	void *inner;
};

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) */
uint64_t hostile_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void *state_create(const struct source *s)
{
	const struct hostile *h = (const struct hostile *)s;
	struct state *state = calloc(1, sizeof(*state));
	if (state)
		state->ops = h->inner->ops;
	if (state && h->inner->ops->state_create) {
		state->inner = h->inner->ops->state_create(h->inner);
		if (!state->inner) {
			free(state);
			return NULL;
		}
	}
	return state;
}

static void state_destroy(void *arg)
{
	struct state *state = arg;
	if (state->inner)
		state->ops->state_destroy(state->inner);
	free(state);
}

static bool address_of(const struct hostile *h, uint64_t offset, uint64_t *ret)
{
	for (size_t i = 0; h->v && i < h->v->nsegments; i++) {
		const struct segment *s = &h->v->segments[i];
		if (offset >= s->offset && offset - s->offset < s->len) {
			*ret = s->paddr + (offset - s->offset);
			return true;
		}
	}
	*ret = offset;
	return !h->v;
}

static bool offset_of(const struct hostile *h, uint64_t addr, uint64_t *ret)
{
	const struct segment *s = h->v ? vmcore_segment(h->v, addr) : NULL;
	*ret = s ? s->offset + (addr - s->paddr) : addr;
	return s || !h->v;
}

/* Byte i of the noise that begins with seed: reads of any piece give the same. */
static uint8_t noise(uint64_t seed, uint64_t i)
{
	uint64_t state = seed + i / 8;
	return (uint8_t)(hostile_random(&state) >> i % 8 * 8);
}

/* What is damaged of the bytes at addr: n of them, from the first; both of the damage and of buf.
 */
struct overlap {
	uint64_t in_damage;
	uint8_t *bytes;
	size_t n;
};

static bool overlaps(const struct damage *d, uint64_t addr, uint8_t *buf, size_t len,
		     struct overlap *ret)
{
	uint64_t from = MAX(d->at, addr), to = MIN(d->at + d->len, addr + len);
	if (from >= to)
		return false;
	*ret = (struct overlap) {from - d->at, buf + (from - addr), (size_t)(to - from)};
	return true;
}

static struct err *copy(const struct hostile *h, struct state *state, const struct damage *d,
			const struct overlap *o)
{
	uint64_t offset;
	if (!offset_of(h, d->value + o->in_damage, &offset))
		return NULL;
	return h->inner->ops->read_at(h->inner, state->inner, offset, o->bytes, o->n);
}

static struct err *apply(const struct hostile *h, struct state *state, const struct damage *d,
			 const struct overlap *o)
{
	switch (d->kind) {
	case DAMAGE_FLIP:
		o->bytes[0] ^= (uint8_t)d->value;
		return NULL;
	case DAMAGE_SET:
		memcpy(o->bytes, (const uint8_t *)&d->value + o->in_damage, o->n);
		return NULL;
	case DAMAGE_FILL:
		memset(o->bytes, (int)d->value, o->n);
		return NULL;
	case DAMAGE_NOISE:
		for (size_t i = 0; i < o->n; i++)
			o->bytes[i] = noise(d->value, o->in_damage + i);
		return NULL;
	case DAMAGE_COPY:
		return copy(h, state, d, o);
	case DAMAGE_LOSE:
		return err_new(ERR_MISSING, "%s: a page was lost at %#" PRIx64, h->base.path,
			       d->at);
	case DAMAGE_CUT:
		return err_new(ERR_FORMAT, "%s: truncated: no bytes at offset %#" PRIx64,
			       h->base.path, d->at);
	}
	return NULL;
}

/* Larger ones are tables, or structures as a whole. */
#define FEW_BYTES 64

static void note(struct seen *seen, uint64_t addr, size_t len)
{
	bitmap_set_range(&seen->pages, addr / HOSTILE_PAGE, (addr + len - 1) / HOSTILE_PAGE + 1);
	if (seen->words.nbits && len <= FEW_BYTES)
		bitmap_set_range(&seen->words, addr / 8, (addr + len - 1) / 8 + 1);
}

static struct err *read_at(const struct source *s, void *arg, uint64_t offset, void *buf,
			   size_t len)
{
	const struct hostile *h = (const struct hostile *)s;
	struct state *state = arg;
	uint64_t addr;
	struct err *e = h->inner->ops->read_at(h->inner, state->inner, offset, buf, len);
	if (e || len == 0 || !address_of(h, offset, &addr))
		return e;
	if (h->seen)
		note(h->seen, addr, len);
	for (size_t i = 0; !e && i < h->damages.n; i++) {
		struct overlap o;
		if (overlaps(&h->damages.v[i], addr, buf, len, &o))
			e = apply(h, state, &h->damages.v[i], &o);
	}
	return e;
}

static void destroy(struct source *s)
{
	struct hostile *h = (struct hostile *)s;
	source_destroy(h->inner);
	free(h);
}

static const struct source_ops hostile_ops = {
	.name = "hostile",
	.read_at = read_at,
	.state_create = state_create,
	.state_destroy = state_destroy,
	.destroy = destroy,
};

static struct err *put_between(struct source *inner, const struct vmcore *v, struct damages d,
			       struct seen *seen, struct source **ret)
{
	struct hostile *h = calloc(1, sizeof(*h));
	if (!h)
		return err_nomem();
	*h = (struct hostile) {.base = *inner, .inner = inner, .v = v, .damages = d, .seen = seen};
	h->base.ops = &hostile_ops;
	h->base.fd = -1;
	for (size_t i = 0; i < d.n; i++)
		if (d.v[i].kind == DAMAGE_CUT)
			h->base.size = MIN(h->base.size, d.v[i].at);
	*ret = &h->base;
	return NULL;
}

struct err *hostile_file(struct source *file, struct damages d, struct seen *seen,
			 struct source **ret)
{
	struct err *e = put_between(file, NULL, d, seen, ret);
	if (e)
		source_destroy(file);
	return e;
}

struct err *hostile_memory(struct vmcore *v, struct damages d, struct seen *seen)
{
	return put_between(v->source, v, d, seen, &v->source);
}

void hostile_memory_change(struct vmcore *v, struct damages d, struct seen *seen)
{
	struct hostile *h = (struct hostile *)v->source;
	h->damages = d;
	h->seen = seen;
}
