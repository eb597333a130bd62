// SPDX-License-Identifier: GPL-2.0-or-later
#ifdef HAVE_ZSTD
#include "codec/codec.h"

#include <zstd.h>

/* Level 1 is what the format's other writers use; pages are small and the time counts. */
#define LEVEL 1

struct state {
	ZSTD_CCtx *c;
	ZSTD_DCtx *d; /* made when first needed */
};

static size_t zstd_worst(size_t len)
{
	return ZSTD_compressBound(len);
}

static void zstd_destroy(void *state)
{
	struct state *s = state;
	ZSTD_freeCCtx(s->c);
	ZSTD_freeDCtx(s->d);
	free(s);
}

static void *zstd_create(void)
{
	struct state *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->c = ZSTD_createCCtx();
	if (!s->c) {
		free(s);
		return NULL;
	}
	return s;
}

static ssize_t zstd_compress(void *state, const void *in, size_t len, void *out, size_t cap)
{
	struct state *s = state;
	size_t n = ZSTD_compressCCtx(s->c, out, cap, in, len, LEVEL);
	if (ZSTD_isError(n))
		return -1;
	return n < len ? (ssize_t)n : 0;
}

static ssize_t zstd_decompress(void *state, const void *in, size_t len, void *out, size_t cap)
{
	struct state *s = state;
	if (!s->d)
		s->d = ZSTD_createDCtx();
	if (!s->d)
		return -1;
	size_t n = ZSTD_decompressDCtx(s->d, out, cap, in, len);
	return ZSTD_isError(n) ? -1 : (ssize_t)n;
}

const struct codec codec_zstd = {
	.name = "zstd",
	.id = CODEC_ZSTD,
	.option = 'z',
	.worst = zstd_worst,
	.state_create = zstd_create,
	.state_destroy = zstd_destroy,
	.compress = zstd_compress,
	.decompress = zstd_decompress,
};
#endif
