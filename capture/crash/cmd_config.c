// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/command.h"

struct err *cmd_config(const struct options *o, int *status)
{
	(void)o;
	(void)status;
	return err_new(ERR_UNSUPPORTED, "config: being written");
}
