// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as configuration space: decoding ends, stays inside, and writes JSON. */
#include <stdint.h>
#include <stdlib.h>
#include "nic/decode/json_check.h"
#include "nic/decode/pci_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT;
	struct json j;
	json_init(&j, &out, false);
	json_object(&j, NULL);
	pci_config_json(data, size, &j);
	json_object_end(&j);
	if (!out.failed && !json_check(out.data, out.len))
		abort();
	buf_deinit(&out);
	return 0;
}
