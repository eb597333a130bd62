// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as the memory of a pluggable module: page 0, then the pages that it makes us read, with
 * the rest of the input in them.
 */
#include "fuzz.h"
#include "nic/decode/json_check.h"
#include "nic/decode/module_eeprom.h"

/* The next half page of the input; zeroes behind its end. */
static const uint8_t *take(const uint8_t **data, size_t *size, uint8_t page[MODULE_PAGE])
{
	size_t n = MIN(*size, (size_t)MODULE_PAGE);
	memset(page, 0, MODULE_PAGE);
	memcpy(page, *data, n);
	*data += n;
	*size -= n;
	return page;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t low[MODULE_PAGE], high[MODULE_PAGE], page[MODULE_PAGE];
	struct buf out = BUF_INIT;
	struct module m;
	struct json j;
	if (size == 0)
		return 0;
	take(&data, &size, low);
	take(&data, &size, high);
	json_init(&j, &out, true);
	json_object(&j, NULL);
	module_begin(&m, low, high, &j);
	for (const struct module_place *at = module_more(&m); at->i2c; at++)
		module_page(&m, at, take(&data, &size, page), &j);
	json_object_end(&j);
	if (!out.failed && !json_check(out.data, out.len))
		abort();
	buf_deinit(&out);
	return 0;
}
