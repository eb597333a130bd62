// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver's register dump (`ethtool -d`), three passes with a short gap: a register that moves
 * is told from one that is stuck, as support tools of vendors do it too.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "nic/live/collector.h"
#include "nic/live/ethtool_ioctl.h"

#define PASSES		3
#define GAP_NANOSECONDS (50L * 1000 * 1000)
/* Known dumps end below 1 MiB. */
#define REGISTERS_MAX (8U << 20)

static int length(int fd, const char *ifname, uint32_t *ret)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	int error = nic_ethtool(fd, ifname, &info);
	if (error == 0)
		*ret = info.regdump_len;
	return error;
}

/* 32-bit words that differ; the registers of all known drivers have that size. */
static uint32_t changed_words(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint32_t changed = 0;
	for (size_t i = 0; i + 4 <= len; i += 4)
		changed += memcmp(a + i, b + i, 4) != 0;
	return changed;
}

static void pass(int fd, const struct nic_subject *s, int number, struct ethtool_regs *regs,
		 struct nic_output *o)
{
	char file[48], key[16];
	const uint32_t room = regs->len;
	nic_begin(o, "ioctl ETHTOOL_GREGS, pass %d of %d", number, PASSES);
	int error = nic_ethtool(fd, s->name, regs);
	if (error < 0) {
		nic_errno(o, -error);
		regs->len = 0;
		return;
	}
	regs->len = MIN(regs->len, room);
	snprintf(file, sizeof(file), "ethtool-registers.%d", number);
	nic_file(o, file, regs->data, regs->len);
	snprintf(key, sizeof(key), "pass_%d", number);
	json_object(&o->values, key);
	json_u64(&o->values, "version", regs->version);
	json_u64(&o->values, "bytes", regs->len);
	json_object_end(&o->values);
	nic_ok(o);
}

static void passes(int fd, const struct nic_subject *s, uint32_t len, struct nic_output *o)
{
	struct ethtool_regs *regs[PASSES] = {0};
	struct timespec gap = {.tv_nsec = GAP_NANOSECONDS};
	for (int i = 0; i < PASSES; i++) {
		regs[i] = calloc(1, sizeof(*regs[i]) + len);
		if (!regs[i]) /* the child ends here: what it has is with the runner */
			return;
		regs[i]->cmd = ETHTOOL_GREGS;
		regs[i]->len = len;
		if (i > 0)
			nanosleep(&gap, NULL);
		pass(fd, s, i + 1, regs[i], o);
		if (regs[i]->len == 0)
			return;
	}
	nic_begin(o, "comparing the passes");
	json_array(&o->values, "words_changed_between_passes");
	for (int i = 1; i < PASSES; i++)
		json_u64(&o->values, NULL,
			 changed_words(regs[i - 1]->data, regs[i]->data,
				       MIN(regs[i - 1]->len, regs[i]->len)));
	json_array_end(&o->values);
	nic_ok(o);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	uint32_t len = 0;
	nic_begin(o, "ioctl ETHTOOL_GDRVINFO, register dump length");
	_cleanup_close_ int fd = nic_ethtool_open();
	int error = fd < 0 ? fd : length(fd, s->name, &len);
	if (error < 0) {
		nic_errno(o, -error);
		return;
	}
	if (len == 0 || len > REGISTERS_MAX) {
		nic_absent(o, "the driver's register dump has %u bytes", len);
		return;
	}
	nic_ok(o);
	passes(fd, s, len, o);
}

const struct nic_collector nic_collect_ethtool_regs = {
	.name = "ethtool-registers",
	.subjects = NIC_INTERFACE,
	.stages = NIC_AFTER_BIND | NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.device_only = true,
	.deadline = 10,
	.collect = collect,
};
