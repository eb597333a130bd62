// SPDX-License-Identifier: GPL-2.0-or-later
/* "vmcore:FILE#eth0": opens the dump, and leaves the rest to vmcore_queues.c. */
#include <string.h>
#include "base/cleanup.h"
#include "kernel/kernel.h"
#include "nic/wq/wq.h"

#define PREFIX "vmcore:"

static bool takes(const char *device)
{
	return strncmp(device, PREFIX, strlen(PREFIX)) == 0;
}

static struct err *open_vmcore(struct wq_source *s, const char *device)
{
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_free_ char *path = strdup(device + strlen(PREFIX));
	char *interface = path ? strrchr(path, '#') : NULL;
	if (!path)
		return err_nomem();
	if (!interface || !interface[1])
		return err_new(ERR_USAGE, "%s: which interface? " PREFIX "FILE#NAME", device);
	*interface++ = '\0';
	struct err *e = kernel_open(path, &k);
	if (!e)
		e = wq_vmcore_init(s, k, kernel_destroy, interface);
	if (!e)
		k = NULL; /* closed with the source */
	return e;
}

/* The operations of a source that is open are those of vmcore_queues.c. */
const struct wq_source_ops wq_source_vmcore = {
	.name = "vmcore",
	.takes = takes,
	.open = open_vmcore,
};
