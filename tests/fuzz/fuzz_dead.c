// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nic-dump dead on memory that was written over: interfaces with an e1000 ring and virtio rings,
 * PCI functions, a devlink dump. The input is pairs of a place and a value; often a value that is
 * an address there. It ends in time, and what it says is JSON.
 */
#include <stdlib.h>
#include "nic/dead_drivers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	static struct net_world n;
	struct layout l = with_xarray();
	if (size < 1)
		return 0;
	world_init(&w);
	w.order = data[0] & 1 ? ORDER_BE : ORDER_LE;
	write_all(&w, &n, data[0] >> 1);
	world_overwrite(&w, data + 1, size - 1);
	world_show(&w, &l);
	if (!strstr(w.json, "\"complete\":true"))
		abort();
	world_deinit(&w);
	return 0;
}
