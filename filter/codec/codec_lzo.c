// SPDX-License-Identifier: GPL-2.0-or-later
#ifdef HAVE_LZO
#include "codec/codec.h"

#include <lzo/lzo1x.h>

/* LZO.FAQ: "How much can my data expand during compression?" */
static size_t lzo_worst(size_t len)
{
	return len + len / 16 + 64 + 3;
}

static void *lzo_create(void)
{
	return lzo_init() == LZO_E_OK ? malloc(LZO1X_1_MEM_COMPRESS) : NULL;
}

static ssize_t lzo_compress(void *state, const void *in, size_t len, void *out, size_t cap)
{
	lzo_uint n = cap;
	if (lzo1x_1_compress(in, len, out, &n, state) != LZO_E_OK)
		return -1;
	return n < len ? (ssize_t)n : 0;
}

static ssize_t lzo_decompress(void *state, const void *in, size_t len, void *out, size_t cap)
{
	lzo_uint n = cap;
	(void)state;
	return lzo1x_decompress_safe(in, len, out, &n, NULL) == LZO_E_OK ? (ssize_t)n : -1;
}

const struct codec codec_lzo = {
	.name = "lzo",
	.id = CODEC_LZO,
	.option = 'l',
	.worst = lzo_worst,
	.state_create = lzo_create,
	.state_destroy = free,
	.compress = lzo_compress,
	.decompress = lzo_decompress,
};
#endif
