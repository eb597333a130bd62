// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tx_timeout of each transmit queue (Documentation/ABI/testing/sysfs-class-net-queues) and the
 * totals of aer_dev_fatal and aer_dev_nonfatal (sysfs-bus-pci-devices-aer_stats).
 */
#include <inttypes.h>
#include <string.h>
#include "nic/watch/sensor.h"

#define QUEUES_MAX   4096
#define COUNTERS_MAX (3 * NIC_SUBJECTS_MAX)

void nic_counters_deinit(struct nic_counters *c)
{
	free(c->v);
	*c = (struct nic_counters) {0};
}

/* By how much the counter grew since the last look. */
static uint64_t growth(struct nic_counters *c, const char *key, uint64_t value)
{
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->v[i].key, key) != 0)
			continue;
		uint64_t was = c->v[i].value;
		c->v[i].value = value;
		c->v[i].seen = true;
		return value > was ? value - was : 0; /* smaller: another device has its name now */
	}
	if (c->n >= COUNTERS_MAX)
		return 0;
	struct nic_counter *grown = reallocarray(c->v, c->n + 1, sizeof(*grown));
	if (!grown)
		return 0;
	c->v = grown;
	c->v[c->n] = (struct nic_counter) {.value = value, .seen = true};
	snprintf(c->v[c->n++].key, sizeof(c->v->key), "%s", key);
	return 0;
}

static void look_queues(struct nic_counters *c, const struct root *root,
			const struct nic_subject *s, nic_event_handler *handle, void *arg)
{
	uint64_t sum = 0;
	char path[320], line[64];
	unsigned n = 0;
	for (; n < QUEUES_MAX; n++) {
		snprintf(path, sizeof(path), "%s/queues/tx-%u/tx_timeout", s->sysfs, n);
		if (root_read_line(root, path, line, sizeof(line)) <= 0)
			break;
		sum += strtoull(line, NULL, 10);
	}
	snprintf(path, sizeof(path), "tx %s", s->name);
	uint64_t more = n ? growth(c, path, sum) : 0;
	if (more == 0)
		return;
	struct nic_event event = {.sensor = NIC_SENSOR_TX_TIMEOUT, .count = more};
	snprintf(event.device, sizeof(event.device), "%s", s->name);
	snprintf(event.reason, sizeof(event.reason), "%.24s", s->name);
	snprintf(event.details, sizeof(event.details),
		 "transmit queues of %s timed out, %" PRIu64 " times so far", s->name, sum);
	handle(arg, &event);
}

/* "Undefined 0\n…\nTOTAL_ERR_FATAL 3\n" */
static bool total(const struct root *root, const char *path, uint64_t *ret)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct err *e = root_read(root, path, 4096, &text);
	const char *at = e ? NULL : strstr(buf_str(&text), "TOTAL_ERR_");
	err_free(e);
	const char *number = at ? strchr(at, ' ') : NULL;
	if (!number)
		return false;
	*ret = strtoull(number, NULL, 10);
	return true;
}

static void look_aer(struct nic_counters *c, const struct root *root, const struct nic_subject *s,
		     const char *kind, nic_event_handler *handle, void *arg)
{
	char path[320], key[2 * NIC_NAME_MAX];
	uint64_t value;
	snprintf(path, sizeof(path), "%s/aer_dev_%s", s->sysfs, kind);
	if (!total(root, path, &value))
		return;
	snprintf(key, sizeof(key), "%s %s", kind, s->name);
	uint64_t more = growth(c, key, value);
	if (more == 0)
		return;
	struct nic_event event = {.sensor = NIC_SENSOR_PCI_ERROR, .count = more};
	snprintf(event.device, sizeof(event.device), "%s", s->name);
	snprintf(event.reason, sizeof(event.reason), "aer_%.20s", kind);
	snprintf(event.details, sizeof(event.details), "%" PRIu64 " %s PCI Express errors so far",
		 value, kind);
	handle(arg, &event);
}

/* Forgets counters of what is not there any more. */
static void forget(struct nic_counters *c)
{
	size_t kept = 0;
	for (size_t i = 0; i < c->n; i++) {
		if (!c->v[i].seen)
			continue;
		c->v[i].seen = false;
		c->v[kept++] = c->v[i];
	}
	c->n = kept;
}

void nic_counters_look(struct nic_counters *c, const struct root *root,
		       const struct nic_inventory *inv, nic_event_handler *handle, void *arg)
{
	for (size_t i = 0; i < inv->count; i++) {
		const struct nic_subject *s = &inv->subjects[i];
		if (s->kind == NIC_INTERFACE && *s->device)
			look_queues(c, root, s, handle, arg);
		if (s->kind == NIC_PCI) {
			look_aer(c, root, s, "fatal", handle, arg);
			look_aer(c, root, s, "nonfatal", handle, arg);
		}
	}
	forget(c);
}
