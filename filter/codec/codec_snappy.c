// SPDX-License-Identifier: GPL-2.0-or-later
#ifdef HAVE_SNAPPY
#include "codec/codec.h"

#include <snappy-c.h>

static size_t snappy_worst(size_t len)
{
	return snappy_max_compressed_length(len);
}

/* Snappy keeps no state between calls; the token only says that creation worked. */
static void *snappy_create(void)
{
	static char token;
	return &token;
}

static void snappy_destroy(void *state)
{
	(void)state;
}

static ssize_t snappy_pack(void *state, const void *in, size_t len, void *out, size_t cap)
{
	size_t n = cap;
	(void)state;
	if (snappy_compress(in, len, out, &n) != SNAPPY_OK)
		return -1;
	return n < len ? (ssize_t)n : 0;
}

static ssize_t snappy_unpack(void *state, const void *in, size_t len, void *out, size_t cap)
{
	size_t n = cap;
	(void)state;
	return snappy_uncompress(in, len, out, &n) == SNAPPY_OK ? (ssize_t)n : -1;
}

const struct codec codec_snappy = {
	.name = "snappy",
	.id = CODEC_SNAPPY,
	.option = 'p',
	.worst = snappy_worst,
	.state_create = snappy_create,
	.state_destroy = snappy_destroy,
	.compress = snappy_pack,
	.decompress = snappy_unpack,
};
#endif
