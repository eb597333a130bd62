// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any text as a table of registers; what is one is read in passes from a space whose words are the
 * text itself. Nothing is read that the table does not have, and what is written is JSON.
 */
#include "fuzz.h"
#include "nic/decode/json_check.h"
#include "nic/regs/passes.h"

struct text {
	struct reg_space space;
	const uint8_t *data;
	size_t size;
	unsigned reads;
};

static bool has(const struct reg_space *s, uint32_t address, unsigned width)
{
	const struct text *t = (const struct text *)s;
	return address < t->size && t->size - address >= width;
}

static struct err *read_word(struct reg_space *s, uint32_t address, unsigned width, uint32_t *ret)
{
	struct text *t = (struct text *)s;
	uint32_t word = 0;
	memcpy(&word, t->data + address, width);
	/* some of it moves, and some texts end in the middle */
	*ret = word + t->reads++ % 3;
	return t->reads == 1000 ? err_new(ERR_MISSING, "gone") : NULL;
}

static const struct reg_space_ops ops = {has, read_word};

static void passes(const struct reg_table *t, const uint8_t *data, size_t size)
{
	struct text text = {{&ops}, data, size, 0};
	struct reg_passes p;
	struct buf out = BUF_INIT, json = BUF_INIT;
	struct json j;
	uint8_t image[256] = {0};
	reg_passes_init(&p, t);
	for (unsigned i = 0; i < REG_PASSES && (i == 0 || p.whole[i - 1]); i++)
		err_free(reg_pass(&p, i, &text.space, &out));
	json_init(&j, &json, true);
	json_object(&j, NULL);
	reg_passes_json(&p, &j);
	json_object_end(&j);
	if (!json.failed && !json_check(json.data, json.len))
		abort();
	reg_passes_image(&p, image, sizeof(image));
	reg_passes_deinit(&p);
	buf_deinit(&out);
	buf_deinit(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reg_table t;
	char space[32];
	struct err *e = reg_table_parse("fuzz", (const char *)data, size, &t);
	if (e) {
		err_free(e);
		return 0;
	}
	size_t words = 0;
	for (size_t i = 0; i < t.block_count; i++)
		words += t.blocks[i].count;
	if (words != t.words || words + t.left_out > REG_WORDS_MAX ||
	    reg_table_end(&t) > REG_ADDRESS_MAX + 1)
		abort();
	reg_table_space_name(&t, space, sizeof(space));
	reg_table_matches(&t, 0x8086, 0x10d3);
	if (!t.scan && words <= 4096)
		passes(&t, data, size);
	reg_table_deinit(&t);
	return 0;
}
