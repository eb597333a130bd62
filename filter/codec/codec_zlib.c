// SPDX-License-Identifier: GPL-2.0-or-later
#ifdef HAVE_ZLIB
#include "codec/codec.h"

#include <string.h>
#include <zlib.h>

static size_t zlib_worst(size_t len)
{
	return compressBound(len);
}

/* One deflate state for all pages: setting one up costs more than a page. */
static void *zlib_create(void)
{
	z_stream *z = calloc(1, sizeof(*z));
	if (z && deflateInit(z, Z_BEST_SPEED) != Z_OK) {
		free(z);
		z = NULL;
	}
	return z;
}

static void zlib_destroy(void *state)
{
	deflateEnd(state);
	free(state);
}

static ssize_t zlib_compress(void *state, const void *in, size_t len, void *out, size_t cap)
{
	z_stream *z = state;
	if (deflateReset(z) != Z_OK)
		return -1;
	z->next_in = (Bytef *)(uintptr_t)in;
	z->avail_in = (uInt)len;
	z->next_out = out;
	z->avail_out = (uInt)cap;
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return -1;
	size_t n = cap - z->avail_out;
	return n < len ? (ssize_t)n : 0;
}

static ssize_t zlib_decompress(void *state, const void *in, size_t len, void *out, size_t cap)
{
	uLongf n = cap;
	(void)state;
	return uncompress(out, &n, in, len) == Z_OK ? (ssize_t)n : -1;
}

const struct codec codec_zlib = {
	.name = "zlib",
	.id = CODEC_ZLIB,
	.option = 'c',
	.worst = zlib_worst,
	.state_create = zlib_create,
	.state_destroy = zlib_destroy,
	.compress = zlib_compress,
	.decompress = zlib_decompress,
};
#endif
