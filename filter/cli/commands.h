/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The things vmcore-filter can do, one function each. They print results and warnings; errors are
 * returned for main() to print. One thread calls them; they start and end threads of their own.
 */
#ifndef SALVOR_CLI_COMMANDS_H
#define SALVOR_CLI_COMMANDS_H

#include "cli/options.h"
#include "kernel/layout.h"
#include "vmcore/vmcore.h"

/* An opened vmcore with what its kernel says of itself; open_dump() opens it for all commands. */
struct dump {
	struct vmcore *vmcore;
	struct vmcoreinfo info;
	struct layout layout;
	bool has_layout; /* false: no VMCOREINFO anywhere; only levels 0 and 1 are possible */
	unsigned int page_shift;
};

struct err *dump_open(const char *path, struct dump *ret) must_check;
void dump_close(struct dump *d);

/* Each sets *status to an enum exit_status; on an error it says what main() must return. */
struct err *cmd_filter(const struct options *o, int *status) must_check;
struct err *cmd_dmesg(const struct options *o, int *status) must_check;
struct err *cmd_rearrange(const struct options *o, int *status) must_check;

#endif
