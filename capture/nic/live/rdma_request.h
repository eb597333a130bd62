/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to the kernel's RDMA netlink: which devices there are, the objects of one, the raw
 * context of one object. It decodes nothing but what the next question needs
 * (nic/decode/rdma.h does), and takes as long as drivers and their firmware take to answer. The
 * socket is the caller's, opened for NETLINK_RDMA. One thread.
 */
#ifndef SALVOR_NIC_LIVE_RDMA_REQUEST_H
#define SALVOR_NIC_LIVE_RDMA_REQUEST_H

#include "base/root.h"
#include "nic/decode/rdma.h"
#include "nic/live/netlink.h"

#define RDMA_DEVICES_MAX 256

struct rdma_device {
	char name[64];
	uint32_t index;
};

/* At most RDMA_DEVICES_MAX into v. EPROTONOSUPPORT in the error: the kernel has no RDMA. */
struct err *rdma_devices(struct nic_netlink *n, struct rdma_device *v, size_t *count) must_check;

/* Whether sysfs has that RDMA device on the device at this path; or, for rxe, on the interface. */
bool rdma_is_on_device(const struct root *root, const char *name, const char *sysfs);
bool rdma_is_on_interface(const struct root *root, const char *name, const char *ifname);

/*
 * All objects of a kind, those that only the driver uses included where the kernel shows them.
 * EINVAL in the error: the kernel does not have that kind.
 */
struct err *rdma_ask_objects(struct nic_netlink *n, const struct rdma_device *d,
			     enum rdma_kind kind, struct buf *answer) must_check;

/*
 * The raw context of the object with that number (rdma_object_number()). EINVAL in the error: the
 * driver gives none, or the kernel has no such question; EOPNOTSUPP: the device cannot.
 */
struct err *rdma_ask_raw(struct nic_netlink *n, const struct rdma_device *d, enum rdma_kind kind,
			 uint32_t number, struct buf *answer) must_check;
enum rdma_about { RDMA_ABOUT_DEVICE, RDMA_ABOUT_PORTS, RDMA_ABOUT_COUNTERS };

/* The device itself; all its ports; the counters of one port (the others ignore it). */
struct err *rdma_ask_about(struct nic_netlink *n, const struct rdma_device *d, enum rdma_about what,
			   uint32_t port, struct buf *answer) must_check;

/* Who answers for one device: the kernel, as above, or a test. */
struct rdma_answers {
	struct err *(*objects)(void *arg, enum rdma_kind kind, struct buf *answer);
	struct err *(*raw)(void *arg, enum rdma_kind kind, uint32_t number, struct buf *answer);
	struct err *(*about)(void *arg, enum rdma_about what, uint32_t port, struct buf *answer);
	void *arg;
};
struct rdma_of_kernel { /* the argument of those of the kernel */
	struct nic_netlink *netlink;
	const struct rdma_device *device;
};
struct rdma_answers rdma_answers_of_kernel(struct rdma_of_kernel *of);

/* Whether this errno of such an answer says that there is nothing of the kind to be had. */
bool rdma_is_unknown(int errnum);

#endif
