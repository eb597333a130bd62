// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/target.h"

#include <stdio.h>
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

bool target_has(const struct run *run, const char *relative)
{
	const struct target *t = &run->target;
	size_t len = strcspn(relative, "/");
	if (!t->ops->remote)
		return true;
	for (unsigned i = 0; i < t->sent_count; i++)
		if (strlen(t->sent[i]) == len && memcmp(t->sent[i], relative, len) == 0)
			return true;
	return false;
}

struct err *target_put(struct run *run, const char *name, struct step_report *report)
{
	struct target *t = &run->target;
	struct err *e = t->ops->put(run, name, report);
	if (!e && !target_has(run, name) && t->sent_count < TARGET_SENT_MAX) {
		snprintf(t->sent[t->sent_count], TARGET_SENT_NAME, "%s", name);
		t->sent_count++;
	}
	return e;
}

const struct target_ops *target_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (strcmp(targets[i]->name, name) == 0)
			return targets[i];
	return NULL;
}
