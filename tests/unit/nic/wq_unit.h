/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What wqdump prints of a source, for tests of sources. Header only. */
#ifndef SALVOR_TESTS_WQ_UNIT_H
#define SALVOR_TESTS_WQ_UNIT_H

#include <stdio.h>
#include <stdlib.h>
#include "nic/wq/wq.h"

/*
 * With these options, on the heap; an error behind what came before it, as "error CODE: MESSAGE".
 * Closes the source.
 */
static inline char *wq_unit_print(struct wq_source *s, const char *device, enum wq_kind kind,
				  enum wq_dump what, uint32_t qp, enum wq_format format)
{
	struct wq_options o = {.device = device,
			       .source = kind,
			       .source_name = "x",
			       .dump = what,
			       .qp = qp,
			       .format = format};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct err *e = wq_print(s, &o, out);
	wq_source_close(s);
	if (e)
		fprintf(out, "error %d: %s\n", err_code(e), err_message(e));
	err_free(e);
	fclose(out);
	return text;
}

#endif
