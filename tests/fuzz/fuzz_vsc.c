// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device that answers anything: each read of the gateway's registers gives the next four bytes
 * (from the front again at the end). Everything ends by itself within the deadline of the device's
 * own clock, nothing but the gateway's registers is written, and a lock that was taken is given
 * back. The same bytes as configuration space of a virtio device.
 */
#include "fuzz.h"
#include "base/cleanup.h"
#include "nic/decode/json_check.h"
#include "nic/regs/bar.h"
#include "nic/regs/scan.h"

struct device {
	const uint8_t *data;
	size_t size, at;
	double time;
	uint32_t semaphore; /* what was written there last */
};

static int read_register(void *arg, unsigned offset, uint32_t *ret)
{
	struct device *d = arg;
	uint8_t bytes[4];
	for (int i = 0; i < 4; i++)
		bytes[i] = d->data[d->at++ % d->size];
	memcpy(ret, bytes, sizeof(bytes));
	d->time += 1e-4;
	/* one time in so many it is the ticket we wrote: else nothing would ever be locked */
	if (offset == 0xc && d->semaphore && bytes[0] & 1)
		*ret = d->semaphore;
	return bytes[3] == 0x7f ? -5 : 0;
}

static int write_register(void *arg, unsigned offset, uint32_t value)
{
	struct device *d = arg;
	if (offset < 0x4 || offset > 0x14 || offset % 4 || offset == 0x8)
		abort();
	if (offset == 0xc)
		d->semaphore = value;
	d->time += 1e-4;
	return 0;
}

static void pause_device(void *arg)
{
	((struct device *)arg)->time += 1e-3;
}

static double now(void *arg)
{
	return ((struct device *)arg)->time;
}

static const struct vsc_ops ops = {read_register, write_register, pause_device, now};

static void scan(const uint8_t *data, size_t size)
{
	struct device d = {.data = data, .size = size};
	struct vsc v = {.ops = &ops, .arg = &d, .until = 0.5};
	struct scan s;
	struct buf out = BUF_INIT;
	struct json j;
	err_free(scan_take(&v, VSC_SPACE_SCAN, &s));
	if (v.locked || v.reset_locked || d.time > 4)
		abort();
	json_init(&j, &out, true);
	json_object(&j, NULL);
	scan_json(&s, &s, &j);
	json_object_end(&j);
	if (!out.failed && !json_check(out.data, out.len))
		abort();
	buf_deinit(&out);
	scan_deinit(&s);
}

static void virtio(const uint8_t *data, size_t size)
{
	struct reg_device d = {.len = MIN(size, sizeof(d.bytes))};
	struct reg_bar_part part = {0};
	memcpy(d.bytes, data, d.len);
	for (unsigned type = 0; type < 9; type++)
		if (reg_virtio_part(&d, type, &part) && (part.bar > 5 || !part.length))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	scan(data, size);
	virtio(data, size);
	return 0;
}
