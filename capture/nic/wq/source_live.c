// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device of this machine by any of its names: finds its RDMA device, and leaves the rest to
 * live_queues.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/live/rdma_request.h"
#include "nic/live/select.h"
#include "nic/wq/wq.h"

struct kernel_side {
	struct rdma_of_kernel of; /* first: what answers is the whole */
	struct nic_netlink netlink;
	struct rdma_device device;
};

/* Files and directories have a / at their beginning, or ./ or ../ */
static bool takes(const char *device)
{
	return *device && !strchr("/.", *device);
}

static void close_netlink(void *arg)
{
	struct kernel_side *k = arg;
	nic_netlink_deinit(&k->netlink);
	free(k);
}

/* Whether an RDMA device is what the text means: itself, on that interface, or on that device. */
static bool is_meant(const struct root *root, const struct rdma_device *d, const char *text,
		     const struct nic_subject *s)
{
	return strcmp(d->name, text) == 0 || (s && rdma_is_on_device(root, d->name, s->sysfs)) ||
	       (!strchr(text, '/') && rdma_is_on_interface(root, d->name, text));
}

static struct err *choose(const struct root *root, const struct rdma_device *v, size_t count,
			  const char *text, struct rdma_device *ret)
{
	struct nic_inventory inv;
	const struct nic_subject *s = NULL;
	size_t found = 0;
	struct err *e = nic_inventory_init(&inv, root);
	if (e)
		return e;
	e = nic_select(root, &inv, text, &s);
	for (size_t i = 0; i < count; i++) {
		if (!is_meant(root, &v[i], text, s))
			continue;
		if (found++ == 0)
			*ret = v[i];
	}
	nic_inventory_deinit(&inv);
	if (found == 1) {
		err_free(e);
		return NULL;
	}
	if (found > 1) {
		err_free(e);
		return err_new(ERR_USAGE, "%s has %zu RDMA devices; name one of them (rdma link)",
			       text, found);
	}
	if (e) {
		err_free(e);
		return err_new(ERR_MISSING,
			       "%s: neither vmcore:FILE#INTERFACE nor a directory of saved queues "
			       "(with a / at its beginning) nor a device of this machine",
			       text);
	}
	return err_new(ERR_MISSING,
		       "%s has no RDMA device: the kernel tells nothing of its queues; "
		       "-d vmcore:/proc/kcore#INTERFACE reads them in its memory",
		       text);
}

/* Opens the socket, and finds the device; a kernel without RDMA has none. */
static struct err *find(struct kernel_side *k, const struct root *root, const char *text)
{
	static struct rdma_device devices[RDMA_DEVICES_MAX];
	size_t count = 0;
	struct err *e = nic_netlink_init(&k->netlink, NETLINK_RDMA);
	if (!e)
		e = rdma_devices(&k->netlink, devices, &count);
	if (e && err_errno(e) == EPROTONOSUPPORT) {
		err_free(e);
		e = NULL;
	}
	return e ? e : choose(root, devices, count, text, &k->device);
}

static struct err *open_live(struct wq_source *s, const char *device)
{
	struct root root;
	char path[160], driver[64];
	struct err *e = root_init(&root, "/");
	if (e)
		return e;
	struct kernel_side *k = calloc(1, sizeof(*k));
	e = k ? find(k, &root, device) : err_nomem();
	if (e) {
		if (k)
			close_netlink(k);
		root_deinit(&root);
		return e;
	}
	snprintf(path, sizeof(path), "/sys/class/infiniband/%s/device/driver", k->device.name);
	bool mlx5 = nic_link_name(&root, path, driver, sizeof(driver)) &&
		    strcmp(driver, "mlx5_core") == 0;
	root_deinit(&root);
	k->of = (struct rdma_of_kernel) {&k->netlink, &k->device};
	const struct rdma_answers from = rdma_answers_of_kernel(&k->of);
	return wq_live_init(s, &from, close_netlink, mlx5);
}

/* The operations of a source that is open are those of live_queues.c. */
const struct wq_source_ops wq_source_live = {
	.name = "live",
	.takes = takes,
	.open = open_live,
};
