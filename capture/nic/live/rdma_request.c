// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/rdma_request.h"

#include <errno.h>
#include <rdma/rdma_netlink.h>
#include <string.h>

/* By the number in 6.12's header; kernels that do not have it pass over it. */
#define ATTR_DRIVER_DETAILS 97

static void request(struct nic_netlink *n, uint16_t command, uint16_t flags,
		    const struct rdma_device *d)
{
	struct nlmsghdr *h =
		nic_netlink_request(n, RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, command), flags);
	if (d)
		mnl_attr_put_u32(h, RDMA_NLDEV_ATTR_DEV_INDEX, d->index);
}

struct err *rdma_devices(struct nic_netlink *n, struct rdma_device *v, size_t *count)
{
	_cleanup_buf_ struct buf answer = BUF_INIT;
	request(n, RDMA_NLDEV_CMD_GET, NLM_F_DUMP, NULL);
	struct err *e = nic_netlink_talk(n, &answer);
	if (e)
		return e;
	struct nla_view view = {(const uint8_t *)answer.data, answer.len}, attrs, name, index;
	size_t found = 0;
	while (found < RDMA_DEVICES_MAX && rdma_take(&view, &attrs)) {
		struct rdma_device d = {0};
		if (!nla_find(attrs, RDMA_NLDEV_ATTR_DEV_NAME, &name) ||
		    !nla_find(attrs, RDMA_NLDEV_ATTR_DEV_INDEX, &index) ||
		    name.len > sizeof(d.name) - 1 || memchr(name.data, '/', name.len))
			continue;
		memcpy(d.name, name.data, name.len);
		d.index = (uint32_t)nla_uint(&index);
		v[found++] = d;
	}
	*count = found;
	return NULL;
}

bool rdma_is_on_device(const struct root *root, const char *name, const char *sysfs)
{
	char path[320];
	snprintf(path, sizeof(path), "%s/infiniband/%s", sysfs, name);
	return root_exists(root, path);
}

bool rdma_is_on_interface(const struct root *root, const char *name, const char *ifname)
{
	char path[320], text[128];
	snprintf(path, sizeof(path), "/sys/class/infiniband/%s/parent", name);
	return root_read_line(root, path, text, sizeof(text)) > 0 && strcmp(text, ifname) == 0;
}

struct err *rdma_ask_objects(struct nic_netlink *n, const struct rdma_device *d,
			     enum rdma_kind kind, struct buf *answer)
{
	request(n, rdma_kinds[kind].get, NLM_F_DUMP, d);
	mnl_attr_put_u8(&n->request, ATTR_DRIVER_DETAILS, 1);
	return nic_netlink_talk(n, answer);
}

struct err *rdma_ask_raw(struct nic_netlink *n, const struct rdma_device *d, enum rdma_kind kind,
			 uint32_t number, struct buf *answer)
{
	request(n, rdma_kinds[kind].raw, 0, d);
	mnl_attr_put_u32(&n->request, rdma_kinds[kind].number, number);
	return nic_netlink_talk(n, answer);
}

struct err *rdma_ask_about(struct nic_netlink *n, const struct rdma_device *d, enum rdma_about what,
			   uint32_t port, struct buf *answer)
{
	static const struct {
		uint16_t command, flags;
	} asks[] = {
		[RDMA_ABOUT_DEVICE] = {RDMA_NLDEV_CMD_GET, 0},
		[RDMA_ABOUT_PORTS] = {RDMA_NLDEV_CMD_PORT_GET, NLM_F_DUMP},
		[RDMA_ABOUT_COUNTERS] = {RDMA_NLDEV_CMD_STAT_GET, 0},
	};
	request(n, asks[what].command, asks[what].flags, d);
	if (what == RDMA_ABOUT_COUNTERS)
		mnl_attr_put_u32(&n->request, RDMA_NLDEV_ATTR_PORT_INDEX, port);
	return nic_netlink_talk(n, answer);
}

static struct err *kernel_objects(void *arg, enum rdma_kind kind, struct buf *answer)
{
	const struct rdma_of_kernel *of = arg;
	return rdma_ask_objects(of->netlink, of->device, kind, answer);
}

static struct err *kernel_raw(void *arg, enum rdma_kind kind, uint32_t number, struct buf *answer)
{
	const struct rdma_of_kernel *of = arg;
	return rdma_ask_raw(of->netlink, of->device, kind, number, answer);
}

static struct err *kernel_about(void *arg, enum rdma_about what, uint32_t port, struct buf *answer)
{
	const struct rdma_of_kernel *of = arg;
	return rdma_ask_about(of->netlink, of->device, what, port, answer);
}

struct rdma_answers rdma_answers_of_kernel(struct rdma_of_kernel *of)
{
	return (struct rdma_answers) {kernel_objects, kernel_raw, kernel_about, of};
}

bool rdma_is_unknown(int errnum)
{
	return errnum == EINVAL || errnum == EOPNOTSUPP;
}
