// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/target.h"

#include <string.h>
#include <sys/stat.h>

/* Local first: it is the default. */
static const struct target_ops *const targets[] = {
	&target_local,
	&target_ssh,
};

bool target_is_roomy(const struct run *run)
{
	struct stat st;
	const struct target *t = &run->target;
	return t->open && !t->ops->remote && stat(run->vmcore, &st) == 0 &&
	       t->free_bytes >=
		       (uint64_t)st.st_size + (uint64_t)st.st_size / 64 + TARGET_SPARE_BYTES;
}

const struct target_ops *target_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (strcmp(targets[i]->name, name) == 0)
			return targets[i];
	return NULL;
}
