// SPDX-License-Identifier: GPL-2.0-or-later
/* Which ORC table knows an address: vmlinux' or a module's. */
#include "kernel/unwind_orc.h"

#include <stdlib.h>

/* arch/x86/include/asm/orc_lookup.h: one element per block of text, the index of its first entry.
 */
#define LOOKUP_BLOCK 256

/* Enough for a damaged or very early kernel; bounds the time for a hostile one. */
#define MAX_SLOW_LOOKUPS 256

static struct err *read_kmem(void *arg, uint64_t addr, void *buf, size_t len)
{
	return kmem_read(arg, addr, buf, len);
}

static struct err *orc_format(const struct layout *l, enum orc_format *ret)
{
	if (layout_known(l->orc_entry_signal))
		*ret = layout_known(l->orc_entry_end) ? ORC_SIGNAL_END : ORC_TYPES;
	else if (layout_known(l->orc_entry_end))
		*ret = ORC_END;
	else
		return err_new(ERR_MISSING, "this kernel's types have no struct orc_entry");
	return NULL;
}

static struct err *vmlinux_table(const struct layout *l, struct orc_table *ret)
{
	if (!layout_known(l->orc_ip_begin) || !layout_known(l->orc_ip_end) ||
	    !layout_known(l->orc_begin))
		return err_new(ERR_MISSING, "this kernel has no ORC tables");
	uint64_t begin = (uint64_t)l->orc_ip_begin, end = (uint64_t)l->orc_ip_end;
	if (end <= begin || (end - begin) / 4 > ORC_MAX_ENTRIES)
		return err_new(ERR_FORMAT, "the ORC tables are damaged");
	*ret = (struct orc_table) {
		.ips = begin,
		.entries = (uint64_t)l->orc_begin,
		.count = (uint32_t)((end - begin) / 4),
	};
	return NULL;
}

struct err *orc_tables_load(struct unwinder *u)
{
	const struct layout *l = u->l;
	struct orc_tables *t = calloc(1, sizeof(*t));
	if (!t)
		return err_nomem();
	t->source =
		(struct orc_source) {.read = read_kmem, .arg = u->k, .order = u->k->vmcore->order};
	struct err *e = orc_format(l, &t->source.format);
	if (!e)
		e = vmlinux_table(l, &t->vmlinux);
	if (!e)
		e = orc_check(&t->source, &t->vmlinux);
	if (e) {
		free(t);
		return e;
	}
	orc_find_numbers(&t->source, &t->vmlinux);
	if (layout_known(l->orc_lookup) && layout_known(l->orc_lookup_end) &&
	    l->orc_lookup_end > l->orc_lookup && layout_known(l->stext)) {
		t->lookup = (uint64_t)l->orc_lookup;
		t->nlookup = (uint32_t)MIN((l->orc_lookup_end - l->orc_lookup) / 4,
					   (int64_t)ORC_MAX_ENTRIES);
		t->lookup_ip = (uint64_t)l->stext;
	}
	u->arch = t;
	return NULL;
}

void orc_tables_unload(struct unwinder *u)
{
	free(u->arch);
	u->arch = NULL;
}

/*
 * The part of vmlinux' table that holds pc, by the index that the kernel makes of it when it boots.
 * False: there is none for this address, or it makes no sense.
 */
static bool narrow(struct unwinder *u, const struct orc_tables *t, uint64_t pc,
		   struct orc_table *ret)
{
	uint8_t bytes[8];
	uint64_t block = (pc - t->lookup_ip) / LOOKUP_BLOCK;
	if (!t->lookup || t->vmlinux.unsorted || pc < t->lookup_ip || pc >= u->text.end ||
	    block + 1 >= t->nlookup)
		return false;
	struct err *e = kmem_read(u->k, t->lookup + block * 4, bytes, sizeof(bytes));
	err_free(e);
	if (e)
		return false;
	uint32_t first = get_u32(bytes, t->source.order);
	uint32_t last = get_u32(bytes + 4, t->source.order);
	if (first > last || last >= t->vmlinux.count)
		return false;
	*ret = (struct orc_table) {
		.ips = t->vmlinux.ips + (uint64_t)first * 4,
		.entries = t->vmlinux.entries + (uint64_t)first * ORC_ENTRY_SIZE,
		.count = last - first + 1,
	};
	return true;
}

static struct err *find(struct unwinder *u, struct orc_tables *t, uint64_t pc,
			struct orc_entry *ret)
{
	struct orc_table part;
	if (ktext_vmlinux(&u->text, pc)) {
		if (narrow(u, t, pc, &part)) {
			struct err *e = orc_find(&t->source, &part, pc, ret);
			if (!e)
				return NULL;
			err_free(e);
		}
		if (t->vmlinux.unsorted && t->slow++ >= MAX_SLOW_LOOKUPS)
			return err_new(ERR_MISSING, "the ORC table is not sorted");
		return orc_find(&t->source, &t->vmlinux, pc, ret);
	}
	const struct ktext_range *module = ktext_module(&u->text, pc);
	if (!module || module->orc.count == 0)
		return err_new(ERR_MISSING, "no ORC table");
	return orc_find(&t->source, &module->orc, pc, ret);
}

bool orc_tables_find(struct unwinder *u, uint64_t pc, struct orc_entry *ret)
{
	struct orc_tables *t = u->arch;
	if (!t || pc == 0)
		return false;
	/* Fibonacci hashing: the addresses differ in their low bits and are far apart. */
	size_t slot = (size_t)(pc * UINT64_C(0x9e3779b97f4a7c15) >> 32) % ORC_CACHE;
	if (t->cache[slot].pc == pc) {
		*ret = t->cache[slot].entry;
		return true;
	}
	struct orc_entry entry;
	struct err *e = find(u, t, pc, &entry);
	err_free(e);
	if (e)
		return false;
	t->cache[slot].pc = pc;
	t->cache[slot].entry = entry;
	*ret = entry;
	return true;
}
