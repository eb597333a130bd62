/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the collector "rdma" that does not care who answers: the items of one RDMA device.
 * Tests have answers of adapters that are not there. As collect() of collector.h: in a child.
 */
#ifndef SALVOR_NIC_LIVE_COLLECT_RDMA_H
#define SALVOR_NIC_LIVE_COLLECT_RDMA_H

#include "nic/live/collector.h"
#include "nic/live/rdma_request.h"

/* mlx5: raw contexts are that driver's, and decoded. */
void nic_rdma_device(const struct rdma_answers *from, const struct root *root, const char *device,
		     bool mlx5, struct nic_output *o);

#endif
