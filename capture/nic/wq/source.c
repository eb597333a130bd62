// SPDX-License-Identifier: GPL-2.0-or-later
/* Which source a device's name is for. */
#include "base/cleanup.h"
#include "nic/wq/wq.h"

/* The first that takes the name. */
static const struct wq_source_ops *const sources[] = {
	&wq_source_vmcore,
	&wq_source_files,
	&wq_source_live,
};

struct err *wq_source_open(const char *device, struct wq_source *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		if (!sources[i]->takes(device))
			continue;
		struct wq_source s = {.ops = sources[i]};
		struct err *e = s.ops->open(&s, device);
		if (!e)
			*ret = s;
		return e;
	}
	return err_new(ERR_MISSING,
		       "%s: neither vmcore:FILE#INTERFACE nor a directory of saved queues (with a "
		       "/ in its name) nor a device of this machine",
		       device);
}
