// SPDX-License-Identifier: GPL-2.0-or-later
/* Each codec: damaged input never overruns the page, and what was compressed comes back. */
#include "fuzz.h"
#include "codec/codec.h"

enum { PAGE = 4096 };

static void damaged(const struct codec *c, void *state, const uint8_t *data, size_t size)
{
	uint8_t *page = malloc(PAGE);
	if (!page)
		abort();
	ssize_t n = c->decompress(state, data, size, page, PAGE);
	if (n > PAGE)
		abort();
	free(page);
}

static void round_trip(const struct codec *c, void *state, const uint8_t *data, size_t size)
{
	uint8_t page[PAGE] = {0}, back[PAGE];
	memcpy(page, data, size < PAGE ? size : PAGE);
	size_t cap = c->worst(PAGE);
	uint8_t *out = malloc(cap);
	if (!out)
		abort();
	ssize_t n = c->compress(state, page, PAGE, out, cap);
	if (n < 0 || n >= PAGE)
		abort();
	if (n > 0 && (c->decompress(state, out, (size_t)n, back, PAGE) != PAGE ||
		      memcmp(back, page, PAGE) != 0))
		abort();
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct codec *c;
	for (size_t i = 0; (c = codec_nth(i)); i++) {
		void *state = c->state_create();
		if (!state)
			abort();
		damaged(c, state, data, size);
		round_trip(c, state, data, size);
		c->state_destroy(state);
	}
	return 0;
}
