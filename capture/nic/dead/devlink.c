// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/dead.h"

void dead_devlink(struct dead *d)
{
	(void)d;
}
