// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/target.h"

const struct target_ops target_ssh = {
	.name = "ssh",
	.remote = true,
};
