// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"

#include <elf.h>

/* Without VMCOREINFO the page size is only known where there is one, or the format has it. */
static struct err *guess_page_shift(struct dump *d, struct err *why)
{
	if (d->vmcore->page_shift)
		d->page_shift = d->vmcore->page_shift;
	else if (d->vmcore->machine == EM_X86_64)
		d->page_shift = 12;
	else
		return why;
	err_free(why);
	return NULL;
}

struct err *dump_open(const char *path, struct dump *ret)
{
	struct dump d = {0};
	struct err *e = vmcore_open(path, &d.vmcore);
	if (e)
		return e;
	if (!d.vmcore->vmcoreinfo)
		e = vmcore_find_vmcoreinfo(d.vmcore);
	if (!e) {
		d.info = (struct vmcoreinfo) {d.vmcore->vmcoreinfo, d.vmcore->vmcoreinfo_len};
		e = layout_load(&d.info, &d.layout);
		d.has_layout = !e;
		d.page_shift = d.layout.page_shift;
	}
	if (e && err_code(e) == ERR_MISSING)
		e = guess_page_shift(&d, e);
	if (e) {
		dump_close(&d);
		return e;
	}
	*ret = d;
	/* The layout points to the text's description, which has moved. */
	ret->layout.info = &ret->info;
	return NULL;
}

void dump_close(struct dump *d)
{
	vmcore_destroy(d->vmcore);
	d->vmcore = NULL;
}
