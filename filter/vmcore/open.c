// SPDX-License-Identifier: GPL-2.0-or-later
#include "vmcore/format.h"

#include <string.h>

/* The order does not matter: the first bytes tell them apart. */
static const struct vmcore_ops *const formats[] = {&vmcore_elf, &vmcore_kdump};

/* Files of others, and what to do about them. */
static const struct {
	const char *magic, *what;
} known[] = {
	{"DISKDUMP", "a diskdump file of the 2.6 kernel's days: only kdump-compressed ones can be "
		     "read"},
	{"\x1f\x8b", "compressed with gzip: decompress it first"},
	{"\x28\xb5\x2f\xfd", "compressed with zstd: decompress it first"},
	{"\xfd"
	 "7zXZ",
	 "compressed with xz: decompress it first"},
};

#define START_SIZE 16

/* The first bytes, and zeros where the file is shorter. */
static struct err *read_start(const struct source *s, char start[START_SIZE])
{
	size_t len = s->size && s->size < START_SIZE ? (size_t)s->size : START_SIZE;
	memset(start, 0, START_SIZE);
	struct err *e = source_read_at(s, 0, start, len);
	if (e && err_code(e) == ERR_FORMAT) { /* an empty file, or a device that is */
		err_free(e);
		e = NULL;
	}
	return e;
}

static bool begins(const char start[START_SIZE], const char *magic)
{
	return memcmp(start, magic, strlen(magic)) == 0;
}

static struct err *choose_format(struct vmcore *v)
{
	char start[START_SIZE];
	struct err *e = read_start(v->source, start);
	if (e)
		return e;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (begins(start, formats[i]->magic)) {
			v->ops = formats[i];
			return NULL;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (begins(start, known[i].magic))
			return err_new(ERR_FORMAT, "%s: %s", v->source->path, known[i].what);
	return err_new(ERR_FORMAT,
		       "%s: not a vmcore: it is neither ELF (/proc/vmcore or a copy of it) nor "
		       "kdump-compressed nor flattened",
		       v->source->path);
}

struct err *vmcore_open_source(struct source *file, struct vmcore **ret)
{
	_cleanup_(cleanup_vmcore) struct vmcore *v = calloc(1, sizeof(*v));
	if (!v) {
		source_destroy(file);
		return err_nomem();
	}
	v->level = -1;
	v->vmcoreinfo_in_notes = SIZE_MAX;
	v->source = file;
	struct err *e = NULL;
	if (source_is_flat(v->source))
		e = source_open_flat(TAKE_PTR(v->source), &v->source);
	if (!e)
		v->incomplete = v->source->cut;
	if (!e)
		e = choose_format(v);
	if (!e)
		e = v->ops->read(v);
	if (e)
		return e;
	*ret = TAKE_PTR(v);
	return NULL;
}

struct err *vmcore_open(const char *path, struct vmcore **ret)
{
	struct source *file = NULL;
	struct err *e = source_open_file(path, &file);
	return e ? e : vmcore_open_source(file, ret);
}
