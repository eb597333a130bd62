/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of one table read several times: the text of each pass as mstdump prints it, and which
 * words changed between the passes, since a counter that stands still is what one looks for. It
 * reads through struct reg_space and knows nothing of devices. Owned by the caller; one thread.
 */
#ifndef SALVOR_NIC_REGS_PASSES_H
#define SALVOR_NIC_REGS_PASSES_H

#include "base/json.h"
#include "nic/regs/space.h"
#include "nic/regs/table.h"

#define REG_PASSES 3
/* Between one pass and the next. */
#define REG_GAP_NANOSECONDS (50L * 1000 * 1000)

struct reg_passes {
	const struct reg_table *table; /* borrowed */
	uint32_t *values[REG_PASSES];  /* by number of the word in the table; NULL: not begun */
	bool whole[REG_PASSES];
	size_t outside; /* words that the space does not have, */
	uint32_t end;	/* all from this address on */
};

void reg_passes_init(struct reg_passes *p, const struct reg_table *t);
void reg_passes_deinit(struct reg_passes *p);

/*
 * One pass; its text ("0x00002810 0x0000001f", a word a line) is appended to out, what was read
 * before an error too. A pass that was not whole is not compared.
 */
struct err *reg_pass(struct reg_passes *p, unsigned pass, struct reg_space *s,
		     struct buf *out) must_check;

/* How many words are not the same in all whole passes; 0 with fewer than two. */
size_t reg_passes_changed(const struct reg_passes *p);
/*
 * Members "words", "passes", "words_changed", "changed" (addresses, the first 256), "registers"
 * (those with names, the first 1024) of an object the caller has open.
 */
void reg_passes_json(const struct reg_passes *p, struct json *j);
/*
 * The words of the last whole pass as the bytes they were, at their addresses, in size bytes that
 * the caller has zeroed. False without a whole pass.
 */
bool reg_passes_image(const struct reg_passes *p, uint8_t *image, size_t size);

#endif
