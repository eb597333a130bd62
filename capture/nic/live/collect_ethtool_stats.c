// SPDX-License-Identifier: GPL-2.0-or-later
/* Driver statistics (what `ethtool -S` shows), as "name: value" lines in the driver's order. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "nic/live/collector.h"
#include "nic/live/ethtool_ioctl.h"

/* The largest known (many queues, many priorities) have some 20000. */
#define STATS_MAX 200000U

static int count(int fd, const char *ifname, uint32_t *ret)
{
	/* One set is asked for, so one length follows. */
	char bytes[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)]
		__attribute__((aligned(8))) = {0};
	struct ethtool_sset_info *info = (void *)bytes;
	info->cmd = ETHTOOL_GSSET_INFO;
	info->sset_mask = 1ULL << ETH_SS_STATS;
	int error = nic_ethtool(fd, ifname, bytes);
	if (error == 0) /* the bit comes back cleared when the driver has no such set */
		*ret = info->sset_mask ? info->data[0] : 0;
	return error;
}

/*
 * Both ioctls write as many elements as the driver has at that moment, whatever was asked for
 * (older kernels never look at the length passed in), hence room for twice as many as were counted.
 */
static int fetch(int fd, const char *ifname, uint32_t n, struct buf *out)
{
	uint32_t room = 2 * n + 64;
	_cleanup_free_ struct ethtool_gstrings *names =
		calloc(1, sizeof(*names) + (size_t)room * ETH_GSTRING_LEN);
	_cleanup_free_ struct ethtool_stats *values =
		calloc(1, sizeof(*values) + (size_t)room * sizeof(uint64_t));
	if (!names || !values)
		return -ENOMEM;
	*names = (struct ethtool_gstrings) {ETHTOOL_GSTRINGS, ETH_SS_STATS, n};
	int error = nic_ethtool(fd, ifname, names);
	if (error < 0)
		return error;
	values->cmd = ETHTOOL_GSTATS;
	values->n_stats = n;
	error = nic_ethtool(fd, ifname, values);
	if (error < 0)
		return error;
	n = MIN(MIN(names->len, values->n_stats), room);
	for (uint32_t i = 0; i < n; i++) {
		const char *name = (const char *)names->data + (size_t)i * ETH_GSTRING_LEN;
		buf_printf(out, "%.*s: %" PRIu64 "\n", (int)strnlen(name, ETH_GSTRING_LEN), name,
			   (uint64_t)values->data[i]);
	}
	return out->failed ? -ENOMEM : 0;
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	_cleanup_buf_ struct buf text = BUF_INIT;
	uint32_t n = 0;
	nic_begin(o, "ioctl ETHTOOL_GSSET_INFO, ETHTOOL_GSTRINGS, ETHTOOL_GSTATS");
	_cleanup_close_ int fd = nic_ethtool_open();
	int error = fd < 0 ? fd : count(fd, s->name, &n);
	if (error < 0) {
		nic_errno(o, -error);
		return;
	}
	if (n == 0 || n > STATS_MAX) {
		nic_absent(o, "the driver has %u statistics", n);
		return;
	}
	error = fetch(fd, s->name, n, &text);
	if (error < 0) {
		nic_errno(o, -error);
		return;
	}
	json_u64(&o->values, "statistics", n);
	nic_file(o, "ethtool-statistics", text.data, text.len);
	nic_ok(o);
}

const struct nic_collector nic_collect_ethtool_stats = {
	.name = "ethtool-statistics",
	.subjects = NIC_INTERFACE,
	.stages = NIC_AFTER_BIND | NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.device_only = true,
	.deadline = 5,
	.collect = collect,
};
