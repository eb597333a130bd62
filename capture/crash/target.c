// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/target.h"

#include <string.h>

/* Local first: it is the default. */
static const struct target_ops *const targets[] = {
	&target_local,
	&target_ssh,
};

const struct target_ops *target_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (strcmp(targets[i]->name, name) == 0)
			return targets[i];
	return NULL;
}
