/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtqueue of any virtio driver, split or packed: what the driver and the device have told each
 * other, raw and decoded (drivers/virtio/virtio_ring.c).
 */
#ifndef SALVOR_NIC_DEAD_VRING_H
#define SALVOR_NIC_DEAD_VRING_H

#include "nic/dead/driver.h"

/*
 * path: from the queue to a pointer to its struct virtqueue. Members of the queue, a table or NULL,
 * are shown as well. queue NULL: it could not be read.
 */
void nic_vring_show(struct dead *d, const struct place *queue, const char *path, const char *name,
		    const struct nic_member *members);

#endif
