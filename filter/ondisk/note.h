/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF notes as bytes, the way the kernel writes them into vmcores: 32-bit sizes, everything padded
 * to 4 bytes (fs/proc/vmcore.c, kernel/vmcore_info.c append_elf_note). Walks and names; no I/O, and
 * no knowledge of what the descriptions mean. Pure.
 */
#ifndef SALVOR_ONDISK_NOTE_H
#define SALVOR_ONDISK_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bytes.h"

/* Points into the bytes it was found in. */
struct note {
	uint32_t type;
	uint32_t name_len; /* with its NUL */
	uint32_t desc_len;
	const char *name;
	const uint8_t *desc;
};

/*
 * The note at offset *at, which moves behind it. False at the end, and at a note that does not fit:
 * what follows such a one cannot be told. The note of a CPU that is offline is all zeros, which
 * reads as empty notes.
 */
bool note_next(const uint8_t *notes, size_t len, enum byte_order order, size_t *at,
	       struct note *ret);

/* Is it of this name ("CORE") and type? */
bool note_is(const struct note *n, const char *name, uint32_t type);

#endif
