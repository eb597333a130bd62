// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/regs/gateway.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <time.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/clock.h"

/* The last register is the data's, at 0x14. */
#define CAPABILITY_SIZE 0x18

static int config_read(void *arg, unsigned offset, uint32_t *ret)
{
	const struct reg_gateway *g = arg;
	uint8_t bytes[4];
	ssize_t n = pread(g->config, bytes, sizeof(bytes), (off_t)(g->capability + offset));
	if (n != sizeof(bytes))
		return n < 0 ? -errno : -EIO;
	*ret = get_u32(bytes, ORDER_LE);
	return 0;
}

static int config_write(void *arg, unsigned offset, uint32_t value)
{
	const struct reg_gateway *g = arg;
	uint8_t bytes[4];
	put_u32(bytes, value, ORDER_LE);
	ssize_t n = pwrite(g->config, bytes, sizeof(bytes), (off_t)(g->capability + offset));
	if (n != sizeof(bytes))
		return n < 0 ? -errno : -EIO;
	return 0;
}

static void a_millisecond(void *arg)
{
	struct timespec ts = {.tv_nsec = 1000000};
	(void)arg;
	nanosleep(&ts, NULL);
}

static double now(void *arg)
{
	(void)arg;
	return clock_now();
}

static const struct vsc_ops config_ops = {
	.read = config_read, .write = config_write, .pause = a_millisecond, .now = now};

static bool gateway_has(const struct reg_space *s, uint32_t address, unsigned width)
{
	(void)s;
	return address <= VSC_ADDRESS_MAX && width == 4;
}

static struct err *gateway_read(struct reg_space *s, uint32_t address, unsigned width,
				uint32_t *ret)
{
	struct reg_gateway *g = (struct reg_gateway *)s;
	(void)width;
	return vsc_read(&g->vsc, address, ret);
}

static const struct reg_space_ops gateway_ops = {.has = gateway_has, .read = gateway_read};

bool reg_gateway_init(const struct reg_device *d, double until, struct reg_gateway *ret)
{
	struct pci_capabilities caps;
	pci_capabilities_walk(d->bytes, d->len, &caps);
	for (size_t i = 0; i < caps.count; i++) {
		const struct pci_capability *c = &caps.v[i];
		if (c->extended || c->id != PCI_CAP_ID_VNDR ||
		    c->offset + CAPABILITY_SIZE > PCI_CONFIG_STANDARD)
			continue;
		ret->space.ops = &gateway_ops;
		ret->vsc = (struct vsc) {.ops = &config_ops, .arg = ret, .until = until};
		ret->config = d->config;
		ret->capability = c->offset;
		return true;
	}
	return false;
}
