// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/fallback.h"

#include <stdio.h>
#include <string.h>
#include "crash/say.h"
#include "crash/target.h"

void fallback_begin(struct run *run)
{
	struct first_target *f = &run->first;
	const struct target *t = &run->target;
	*f = (struct first_target) {
		.kind = t->ops->name,
		.published = t->published,
		.usable = run->core.usable,
		.bytes = run->core.bytes,
		.steps = run->steps,
	};
	memcpy(f->device, t->device, sizeof(f->device));
	memcpy(f->save_path, t->save_path, sizeof(f->save_path));
	memcpy(f->name, t->name, sizeof(f->name));
	memcpy(f->file, run->core.file, sizeof(f->file));
	/* Not the next one's, even if that does not get as far as to save anything. */
	run->core = (struct vmcore_state) {.saved_by = -1};
	run->fallback = true;
}

bool fallback_has_first(const struct run *run)
{
	return run->fallback && run->first.published && run->first.usable;
}

void fallback_say(const struct run *run)
{
	const struct first_target *f = &run->first;
	if (fallback_has_first(run))
		say_error("the first target keeps an INCOMPLETE dump: "
			  "%.300s:%.200s/%s" INCIDENT_INCOMPLETE "/%s, %llu bytes",
			  f->device, f->save_path, f->name, f->file, (unsigned long long)f->bytes);
}

void fallback_write(const struct run *run, struct json *j)
{
	const struct first_target *f = &run->first;
	char name[sizeof(f->name) + sizeof(INCIDENT_INCOMPLETE)];
	if (!run->fallback)
		return;
	snprintf(name, sizeof(name), "%s" INCIDENT_INCOMPLETE, f->name);
	json_object(j, "first_target");
	json_str(j, "kind", f->kind);
	json_str(j, "device", f->device);
	json_str(j, "path", f->save_path);
	json_str(j, "name", f->published ? name : NULL);
	json_bool(j, "vmcore_saved", f->usable);
	json_bool(j, "complete", false);
	if (f->usable) {
		json_str(j, "file", f->file);
		json_u64(j, "bytes", f->bytes);
	}
	json_object_end(j);
}

const char *fallback_step_target(const struct run *run, unsigned step)
{
	if (!run->fallback)
		return NULL;
	return step < run->first.steps ? "first" : "rootfs";
}
