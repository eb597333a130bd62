// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/watch/reporters.h"

#include <linux/devlink.h>
#include <string.h>
#include "base/cleanup.h"

/* A device has about ten, a port of it two or three. */
#define REPORTERS_MAX 4096
/* enum devlink_health_reporter_state: HEALTHY 0, ERROR 1 */
#define STATE_ERROR 1

static bool text_of(struct nla_view attrs, uint16_t type, char *out, size_t size)
{
	struct nla_view v;
	if (!nla_find(attrs, type, &v))
		return false;
	size_t len = strnlen((const char *)v.data, v.len);
	if (len == 0 || len >= size)
		return false;
	memcpy(out, v.data, len);
	out[len] = '\0';
	return true;
}

bool nic_report_parse(struct nla_view attrs, struct nic_report *ret)
{
	char bus[NIC_NAME_MAX / 2], device[NIC_NAME_MAX];
	struct nla_view reporter, state, errors, port;
	struct nic_report r = {.port = -1};
	if (!text_of(attrs, DEVLINK_ATTR_BUS_NAME, bus, sizeof(bus)) ||
	    !text_of(attrs, DEVLINK_ATTR_DEV_NAME, device, sizeof(device)) ||
	    !nla_find(attrs, DEVLINK_ATTR_HEALTH_REPORTER, &reporter) ||
	    !text_of(reporter, DEVLINK_ATTR_HEALTH_REPORTER_NAME, r.name, sizeof(r.name)) ||
	    !nla_find(reporter, DEVLINK_ATTR_HEALTH_REPORTER_STATE, &state))
		return false;
	snprintf(r.device, sizeof(r.device), "%s/%s", bus, device);
	r.error = nla_uint(&state) == STATE_ERROR;
	if (nla_find(attrs, DEVLINK_ATTR_PORT_INDEX, &port))
		r.port = (long)(uint32_t)nla_uint(&port);
	if (nla_find(reporter, DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, &errors))
		r.errors = nla_uint(&errors);
	*ret = r;
	return true;
}

void nic_reporters_deinit(struct nic_reporters *r)
{
	free(r->v);
	*r = (struct nic_reporters) {0};
}

static struct nic_reporter *find(struct nic_reporters *r, const char *key)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->v[i].key, key) == 0)
			return &r->v[i];
	return NULL;
}

static struct nic_reporter *add(struct nic_reporters *r, const char *key)
{
	if (r->n == REPORTERS_MAX)
		return NULL;
	struct nic_reporter *grown = reallocarray(r->v, r->n + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	r->v = grown;
	grown[r->n] = (struct nic_reporter) {0};
	snprintf(grown[r->n].key, sizeof(grown->key), "%s", key);
	return &grown[r->n++];
}

uint64_t nic_reporters_note(struct nic_reporters *r, const struct nic_report *report,
			    enum nic_report_from from)
{
	char key[sizeof(r->v->key)];
	uint64_t fresh = 0;
	snprintf(key, sizeof(key), "%s %ld %s", report->device, report->port, report->name);
	struct nic_reporter *x = find(r, key);
	if (x) {
		fresh = report->errors > x->errors ? report->errors - x->errors : 0;
		/* Some drivers change the state alone (devlink_health_reporter_state_update()). */
		if (!fresh && report->error && !x->error)
			fresh = 1;
	} else {
		x = add(r, key);
		if (from == NIC_REPORT_MESSAGE)
			fresh = report->error;
		else if (from == NIC_REPORT_LATER && x)
			fresh = report->errors;
	}
	if (!x)
		return fresh;
	x->seen = true;
	/* An answer is older than the messages that came since. Fewer errors in a message: a new
	 * driver. */
	if (from != NIC_REPORT_MESSAGE && report->errors < x->errors)
		return 0;
	x->errors = report->errors;
	x->error = report->error;
	return fresh;
}

void nic_reporters_forget(struct nic_reporters *r)
{
	size_t kept = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (!r->v[i].seen)
			continue;
		r->v[kept] = r->v[i];
		r->v[kept++].seen = false;
	}
	r->n = kept;
}
