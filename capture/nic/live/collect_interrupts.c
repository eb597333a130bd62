// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which interrupt of a PCI function serves what, and which CPU takes it: drivers name a vector
 * after its queue (eth0-TxRx-3, mlx5_comp7@pci:…). It is the map from queues to vectors of the
 * drivers that do not tell the netdev family of generic netlink of theirs (collect_queues.c), and
 * of VFs without an interface. Names: Documentation/ABI/testing/sysfs-kernel-irq, and
 * Documentation/core-api/irq/irq-affinity.rst.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nic/live/collector.h"

/* MSI-X has no more vectors (PCI_MSIX_FLAGS_QSIZE). */
#define VECTORS_MAX 2048

struct vectors {
	unsigned irq[VECTORS_MAX];
	size_t n;
};

static int compare(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
	return (x > y) - (x < y);
}

static void add(struct vectors *v, const char *text)
{
	char *end;
	unsigned long irq = strtoul(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && irq > 0 && irq <= UINT32_MAX &&
	    v->n < VECTORS_MAX)
		v->irq[v->n++] = (unsigned)irq;
}

/* The vectors of MSI and MSI-X; without them the line that it may share. */
static void find(const struct root *root, const struct nic_subject *s, struct vectors *v)
{
	char path[256], line[32];
	struct dirent *e;
	snprintf(path, sizeof(path), "%s/msi_irqs", s->sysfs);
	DIR *d = root_opendir(root, path);
	while (d && (e = readdir(d)))
		add(v, e->d_name);
	if (d)
		closedir(d);
	snprintf(path, sizeof(path), "%s/irq", s->sysfs);
	if (v->n == 0 && root_read_line(root, path, line, sizeof(line)) > 0)
		add(v, line);
	qsort(v->irq, v->n, sizeof(*v->irq), compare);
}

static void one(const struct root *root, unsigned irq, struct nic_output *o)
{
	char path[64], text[256];
	json_object(&o->values, NULL);
	json_u64(&o->values, "irq", irq);
	snprintf(path, sizeof(path), "/sys/kernel/irq/%u/actions", irq);
	/* nobody has asked for it: an empty line */
	bool used = root_read_line(root, path, text, sizeof(text)) > 0;
	json_str(&o->values, "actions", used ? text : NULL);
	snprintf(path, sizeof(path), "/proc/irq/%u/effective_affinity_list", irq);
	bool bound = root_read_line(root, path, text, sizeof(text)) > 0;
	json_str(&o->values, "cpus", bound ? text : NULL);
	json_object_end(&o->values);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	struct vectors v = {.n = 0};
	nic_begin(o, "%s/msi_irqs, /sys/kernel/irq/*/actions", s->sysfs);
	find(root, s, &v);
	if (v.n == 0) {
		nic_absent(o, "the function has no interrupt");
		return;
	}
	json_array(&o->values, "interrupts");
	for (size_t i = 0; i < v.n; i++)
		one(root, v.irq[i], o);
	json_array_end(&o->values);
	nic_ok(o);
}

const struct nic_collector nic_collect_interrupts = {
	.name = "interrupts",
	.subjects = NIC_PCI,
	.stages = NIC_LIVE,
	.access = NIC_READS_FILES,
	.iov = 3,
	.deadline = 5,
	.collect = collect,
};
