// SPDX-License-Identifier: GPL-2.0-or-later
#include "vmcore/format.h"

#include <elf.h>
#include <string.h>
#include "ondisk/note.h"

static struct err *take_note(struct vmcore *v, const struct note *n)
{
	if (note_is(n, "CORE", NT_PRSTATUS))
		v->nr_cpus++;
	if (n->name_len >= 10 && memcmp(n->name, "VMCOREINFO", 10) == 0 && !v->vmcoreinfo) {
		v->vmcoreinfo = strndup((const char *)n->desc, n->desc_len);
		if (!v->vmcoreinfo)
			return err_nomem();
		v->vmcoreinfo_len = strlen(v->vmcoreinfo);
		v->vmcoreinfo_in_notes = (size_t)(n->desc - v->notes);
	}
	return NULL;
}

struct err *vmcore_add_notes(struct vmcore *v, const struct source *s, uint64_t offset,
			     uint64_t len)
{
	if (len == 0)
		return NULL;
	if (len > VMCORE_MAX_NOTES_SIZE - v->notes_len)
		return err_new(ERR_FORMAT,
			       "%s: the notes are larger than 64 MiB: not a valid vmcore", s->path);
	uint8_t *notes = realloc(v->notes, v->notes_len + (size_t)len);
	if (!notes)
		return err_nomem();
	v->notes = notes;
	struct err *e = source_read_at(s, offset, notes + v->notes_len, (size_t)len);
	if (e)
		return err_wrap(e, "reading the ELF notes");
	size_t at = v->notes_len;
	v->notes_len += (size_t)len;
	struct note n;
	while (!e && note_next(v->notes, v->notes_len, v->order, &at, &n))
		e = take_note(v, &n);
	return e;
}
