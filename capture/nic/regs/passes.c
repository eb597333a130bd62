// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/regs/passes.h"

#include <stdlib.h>
#include "nic/decode/pci_config.h"

#define CHANGED_SHOWN	256
#define REGISTERS_SHOWN 1024

void reg_passes_init(struct reg_passes *p, const struct reg_table *t)
{
	*p = (struct reg_passes) {.table = t, .end = UINT32_MAX};
}

void reg_passes_deinit(struct reg_passes *p)
{
	for (int i = 0; i < REG_PASSES; i++)
		free(p->values[i]);
}

struct err *reg_pass(struct reg_passes *p, unsigned pass, struct reg_space *s, struct buf *out)
{
	const struct reg_table *t = p->table;
	size_t word = 0;
	p->values[pass] = calloc(t->words, sizeof(uint32_t));
	if (!p->values[pass])
		return err_nomem();
	p->outside = 0;
	for (size_t i = 0; i < t->block_count; i++) {
		const struct reg_block *b = &t->blocks[i];
		for (uint32_t k = 0; k < b->count; k++, word++) {
			uint32_t address = b->address + k * b->width;
			if (!s->ops->has(s, address, b->width)) {
				p->outside++;
				p->end = MIN(p->end, address);
				continue;
			}
			struct err *e = s->ops->read(s, address, b->width, &p->values[pass][word]);
			if (e)
				return e;
			buf_printf(out, "0x%08x 0x%08x\n", address, p->values[pass][word]);
		}
	}
	p->whole[pass] = true;
	return buf_error(out);
}

static unsigned whole_passes(const struct reg_passes *p)
{
	unsigned n = 0;
	for (int i = 0; i < REG_PASSES; i++)
		n += p->whole[i];
	return n;
}

static bool word_changed(const struct reg_passes *p, size_t word)
{
	const uint32_t *first = NULL;
	for (int i = 0; i < REG_PASSES; i++) {
		if (!p->whole[i])
			continue;
		if (first && p->values[i][word] != *first)
			return true;
		first = &p->values[i][word];
	}
	return false;
}

size_t reg_passes_changed(const struct reg_passes *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->table->words; i++)
		n += word_changed(p, i);
	return n;
}

static void changed_json(const struct reg_passes *p, struct json *j)
{
	size_t word = 0, shown = 0;
	json_array(j, "changed");
	for (size_t i = 0; i < p->table->block_count; i++) {
		const struct reg_block *b = &p->table->blocks[i];
		for (uint32_t k = 0; k < b->count && shown < CHANGED_SHOWN; k++)
			if (word_changed(p, word + k)) {
				pci_json_hex(j, NULL, b->address + k * b->width, 8);
				shown++;
			}
		word += b->count;
	}
	json_array_end(j);
}

static void register_json(const struct reg_passes *p, const struct reg_block *b, uint32_t k,
			  size_t word, struct json *j)
{
	json_object(j, NULL);
	json_str(j, "name", reg_block_name(b, k));
	pci_json_hex(j, "address", b->address + k * b->width, 8);
	json_array(j, "values");
	for (int i = 0; i < REG_PASSES; i++)
		if (p->whole[i])
			pci_json_hex(j, NULL, p->values[i][word], 2 * b->width);
	json_array_end(j);
	json_bool(j, "changed", word_changed(p, word));
	json_object_end(j);
}

void reg_passes_json(const struct reg_passes *p, struct json *j)
{
	const struct reg_table *t = p->table;
	size_t word = 0, shown = 0;
	json_u64(j, "words", t->words - p->outside);
	json_u64(j, "passes", whole_passes(p));
	json_u64(j, "words_changed", reg_passes_changed(p));
	changed_json(p, j);
	json_array(j, "registers");
	for (size_t i = 0; i < t->block_count; i++) {
		const struct reg_block *b = &t->blocks[i];
		for (uint32_t k = 0; whole_passes(p) && b->names && k < b->count; k++)
			if (shown < REGISTERS_SHOWN && reg_block_name(b, k) &&
			    b->address + k * b->width < p->end) {
				register_json(p, b, k, word + k, j);
				shown++;
			}
		word += b->count;
	}
	json_array_end(j);
}

static void put(uint8_t *to, uint32_t value, unsigned width, enum byte_order order)
{
	uint8_t bytes[4];
	put_u32(bytes, order == ORDER_BE ? value << (32 - 8 * width) : value, order);
	memcpy(to, bytes, width);
}

bool reg_passes_image(const struct reg_passes *p, uint8_t *image, size_t size)
{
	const struct reg_table *t = p->table;
	const uint32_t *values = NULL;
	size_t word = 0;
	for (int i = 0; i < REG_PASSES; i++)
		if (p->whole[i])
			values = p->values[i];
	for (size_t i = 0; values && i < t->block_count; i++) {
		const struct reg_block *b = &t->blocks[i];
		for (uint32_t k = 0; k < b->count; k++, word++) {
			size_t at = (size_t)b->address + (size_t)k * b->width;
			if (at + b->width <= size)
				put(image + at, values[word], b->width, t->order);
		}
	}
	return values;
}
