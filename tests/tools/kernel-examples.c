// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel-examples VMCORE: runs the examples of doc/kernel-reader.md on a dump. */
#include "lib/kernel_examples.h"

#include <err.h>
#include <stdio.h>

static void ask(struct kernel *k, struct err *(*example)(struct kernel *k, struct buf *out))
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct err *e = example(k, &out);
	if (!e)
		e = buf_error(&out);
	if (e)
		errx(1, "%s", err_message(e));
	fputs(buf_str(&out), stdout);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "Usage: kernel-examples VMCORE");
	_cleanup_kernel_ struct kernel *k = NULL;
	struct err *e = kernel_open(argv[1], &k);
	if (e)
		errx(1, "%s", err_message(e));
	ask(k, example_symbol);
	ask(k, example_devices);
	ask(k, example_struct);
	return 0;
}
