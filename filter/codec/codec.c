// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec/codec.h"

#include <string.h>

/* Best first, by size against time on kernel memory. */
static const struct codec *const codecs[] = {
#ifdef HAVE_ZSTD
	&codec_zstd,
#endif
#ifdef HAVE_LZO
	&codec_lzo,
#endif
#ifdef HAVE_SNAPPY
	&codec_snappy,
#endif
#ifdef HAVE_ZLIB
	&codec_zlib,
#endif
	NULL,
};

const struct codec *codec_nth(size_t i)
{
	return i < ARRAY_SIZE(codecs) ? codecs[i] : NULL;
}

const struct codec *codec_by_name(const char *name)
{
	for (size_t i = 0; codecs[i]; i++)
		if (strcmp(codecs[i]->name, name) == 0)
			return codecs[i];
	return NULL;
}

const struct codec *codec_by_option(char option)
{
	for (size_t i = 0; codecs[i]; i++)
		if (codecs[i]->option == option)
			return codecs[i];
	return NULL;
}

const struct codec *codec_by_id(enum codec_id id)
{
	for (size_t i = 0; codecs[i]; i++)
		if (codecs[i]->id == id)
			return codecs[i];
	return NULL;
}

const char *codec_missing(void)
{
	return ""
#ifndef HAVE_ZSTD
	       "zstd "
#endif
#ifndef HAVE_LZO
	       "lzo "
#endif
#ifndef HAVE_SNAPPY
	       "snappy "
#endif
#ifndef HAVE_ZLIB
	       "zlib "
#endif
		;
}
