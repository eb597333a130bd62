// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/elements.h"

#include <math.h>
#include <string.h>

/* A ring of at most this many bytes is copied; larger ones are not believed. */
#define COPY_MAX   (UINT64_C(1) << 20)
#define STRIDE_MAX 4096

bool elements_init(struct elements *r, uint64_t n, uint32_t stride)
{
	if (n == 0 || n > COPY_MAX || (n & (n - 1)) || stride < 16 || stride > STRIDE_MAX ||
	    n * stride > COPY_MAX)
		return false;
	*r = (struct elements) {.n = n, .stride = stride};
	r->bytes = calloc(n, stride);
	return r->bytes;
}

void elements_deinit(struct elements *r)
{
	free(r->bytes);
	r->bytes = NULL;
}

const uint8_t *elements_at(const struct elements *r, uint64_t i)
{
	return r->bytes + (i & (r->n - 1)) * r->stride;
}

size_t elements_span(const struct elements *r, uint64_t i, uint8_t *ret, size_t len)
{
	size_t at = (size_t)((i & (r->n - 1)) * r->stride), all = (size_t)(r->n * r->stride);
	len = MIN(len, all);
	size_t first = MIN(len, all - at);
	memcpy(ret, r->bytes + at, first);
	memcpy(ret + first, r->bytes, len - first);
	return len;
}

void elements_show(struct dead *d, const char *name, const struct elements *r)
{
	char file[64];
	d->rings++;
	show_u64(&d->show, "size", r->n);
	if (r->lost)
		show_u64(&d->show, "unreadable", r->lost);
	snprintf(file, sizeof(file), "%s.bin", name);
	dead_raw_bytes(d, file, r->bytes, (size_t)(r->n * r->stride));
}

void elements_level(struct dead *d, const char *name, enum nic_ring_kind kind,
		    const struct elements *r, uint64_t device, uint64_t done)
{
	struct nic_level l = {.kind = kind,
			      .size = r->n,
			      .device = MIN(device, r->n),
			      .done = done,
			      .oldest_ms = NAN};
	snprintf(l.name, sizeof(l.name), "%s", name);
	nic_health_ring(&d->health, &l);
}

void decoding_start(struct decoding *x)
{
	*x = (struct decoding) {0};
	json_init(&x->json, &x->text, true);
	json_array(&x->json, NULL);
}

struct hw_sink *decoding_element(struct decoding *x, uint64_t index)
{
	json_object(&x->json, NULL);
	json_u64(&x->json, "index", index);
	json_array(&x->json, "sections");
	hw_json_init(&x->sink, &x->json);
	return &x->sink;
}

void decoding_element_end(struct decoding *x)
{
	hw_sink_end(&x->sink);
	json_array_end(&x->json);
	json_object_end(&x->json);
}

void decoding_end(struct decoding *x, struct dead *d, const char *key)
{
	json_array_end(&x->json);
	show_json(&d->show, key, &x->text);
	buf_deinit(&x->text);
}

void decoding_struct(struct dead *d, const char *key, const char *title,
		     const struct hw_field *table, const uint8_t *p, size_t len)
{
	struct decoding x;
	decoding_start(&x);
	hw_json_init(&x.sink, &x.json);
	hw_section(title, -1, table, p, len, &x.sink);
	hw_sink_end(&x.sink);
	decoding_end(&x, d, key);
}
