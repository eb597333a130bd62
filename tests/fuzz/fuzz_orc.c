// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lookups in ORC tables. The input: a byte of flags (generation, byte order, sorted), a 64-bit
 * address, the number of entries as 16 bits, and the memory in which the ips and the entries lie,
 * one behind the other; what is not there cannot be read.
 */
#include "fuzz.h"
#include "kernel/orc.h"

#define IPS UINT64_C(0xffffffff82000000)

struct memory {
	const uint8_t *bytes;
	size_t len;
};

static struct err *read_memory(void *arg, uint64_t addr, void *buf, size_t len)
{
	const struct memory *m = arg;
	if (addr < IPS || addr - IPS > m->len || len > m->len - (addr - IPS))
		return err_new(ERR_MISSING, "not there");
	memcpy(buf, m->bytes + (addr - IPS), len);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 11)
		return 0;
	struct memory m = {data + 11, size - 11};
	struct orc_source s = {
		.read = read_memory,
		.arg = &m,
		.order = data[0] & 1 ? ORDER_BE : ORDER_LE,
		.format = (enum orc_format)((data[0] >> 1) % 4),
	};
	uint32_t count = get_u16(data + 9, ORDER_LE);
	struct orc_table t = {.ips = IPS, .entries = IPS + (uint64_t)count * 4, .count = count};
	struct orc_entry entry;
	uint64_t pc = get_u64(data + 1, ORDER_LE);
	if (data[0] & 8)
		err_free(orc_check(&s, &t));
	orc_find_numbers(&s, &t);
	err_free(orc_find(&s, &t, pc, &entry));
	err_free(orc_find(&s, &t, IPS + (pc & 0xffff), &entry));
	return 0;
}
