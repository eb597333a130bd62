// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as descriptors of every format: what is said of them has its limits. */
#include <stdlib.h>
#include "base/cleanup.h"
#include "nic/decode/desc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; nic_desc_formats[i]; i++) {
		const struct nic_desc_format *f = nic_desc_formats[i];
		if (f->stride > NIC_DESC_STRIDE_MAX)
			abort();
		for (size_t at = 0; at + f->stride <= size; at += f->stride) {
			/* exactly as much as the format may read */
			_cleanup_free_ uint8_t *bytes = malloc(f->stride);
			struct nic_desc d = {0};
			if (!bytes)
				return 0;
			memcpy(bytes, data + at, f->stride);
			f->decode(bytes, &d);
			if (d.len > 0xfffff && f != &nic_desc_ibmveth_rx)
				abort();
		}
	}
	for (size_t at = 0; at + VRING_DESC_SIZE <= size; at += VRING_DESC_SIZE) {
		struct vring_desc d;
		vring_split_desc(data + at, ORDER_BE, &d);
		vring_packed_desc(data + at, &d);
		if (vring_packed_owner(&d, true) == vring_packed_owner(&d, false) &&
		    vring_packed_owner(&d, true) != VRING_OTHER_LAP)
			abort();
	}
	return 0;
}
