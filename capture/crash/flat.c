// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/flat.h"

#include <inttypes.h>
#include <string.h>
#include "base/bytes.h"

#define SIGNATURE      "makedumpfile"
#define SIGNATURE_SIZE 16
#define RECORD_SIZE    16

void flat_init(struct flat *f, struct err *(*write_at)(void *, uint64_t, const void *, size_t),
	       void *arg)
{
	memset(f, 0, sizeof(*f));
	f->write_at = write_at;
	f->arg = arg;
}

static struct err *take_header(struct flat *f)
{
	static const uint8_t signature[SIGNATURE_SIZE] = SIGNATURE;
	if (memcmp(f->pending, signature, sizeof(signature)) != 0)
		return err_new(ERR_FORMAT, "not a flattened dump: wrong signature");
	int64_t type = (int64_t)get_u64(f->pending + SIGNATURE_SIZE, ORDER_BE);
	int64_t version = (int64_t)get_u64(f->pending + SIGNATURE_SIZE + 8, ORDER_BE);
	if (type != 1 || version != 1)
		return err_new(ERR_FORMAT,
			       "flattened dump of type %" PRId64 " version %" PRId64
			       ", not 1 and 1",
			       type, version);
	f->state = FLAT_RECORD;
	return NULL;
}

static struct err *take_record(struct flat *f)
{
	int64_t offset = (int64_t)get_u64(f->pending, ORDER_BE);
	int64_t size = (int64_t)get_u64(f->pending + 8, ORDER_BE);
	if (offset == -1 && size == -1) {
		f->state = FLAT_END;
		return NULL;
	}
	if (offset < 0 || size <= 0 || offset > FLAT_OFFSET_MAX || size > FLAT_OFFSET_MAX - offset)
		return err_new(ERR_FORMAT,
			       "flattened dump: record of %" PRId64 " bytes at %" PRId64, size,
			       offset);
	f->offset = (uint64_t)offset;
	f->left = (uint64_t)size;
	f->state = FLAT_DATA;
	return NULL;
}

/* Collects a head of want bytes; moves *data on. True when it is whole. */
static bool collect(struct flat *f, size_t want, const uint8_t **data, size_t *len)
{
	size_t take = MIN(want - f->have, *len);
	memcpy(f->pending + f->have, *data, take);
	f->have += take;
	*data += take;
	*len -= take;
	if (f->have < want)
		return false;
	f->have = 0;
	return true;
}

static struct err *pass_data(struct flat *f, const uint8_t **data, size_t *len)
{
	size_t take = f->left < *len ? (size_t)f->left : *len;
	struct err *e = f->write_at(f->arg, f->offset, *data, take);
	if (e)
		return e;
	*data += take;
	*len -= take;
	f->offset += take;
	f->left -= take;
	f->total += take;
	f->end = MAX(f->end, f->offset);
	if (f->left == 0)
		f->state = FLAT_RECORD;
	return NULL;
}

struct err *flat_feed(struct flat *f, const void *bytes, size_t len)
{
	const uint8_t *data = bytes;
	struct err *e = NULL;
	while (len > 0 && !e) {
		switch (f->state) {
		case FLAT_HEADER:
			if (collect(f, FLAT_HEADER_SIZE, &data, &len))
				e = take_header(f);
			break;
		case FLAT_RECORD:
			if (collect(f, RECORD_SIZE, &data, &len))
				e = take_record(f);
			break;
		case FLAT_DATA:
			e = pass_data(f, &data, &len);
			break;
		case FLAT_END:
			e = err_new(ERR_FORMAT, "flattened dump: %zu bytes after its end", len);
			break;
		}
	}
	return e;
}

struct err *flat_finish(const struct flat *f)
{
	if (f->state == FLAT_END)
		return NULL;
	return err_new(ERR_FORMAT, "flattened dump ends early: after %" PRIu64 " bytes of data",
		       f->total);
}
