// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/watch/take.h"

#include <string.h>
#include "base/clock.h"
#include "incident/store.h"
#include "nic/live/runner.h"
#include "nic/live/select.h"
#include "nic/live/stage.h"

#define TYPE "GENERAL"

/* One attempt, from the inventory to the published directory. */
struct attempt {
	const struct nic_take *take;
	struct nic_inventory inventory;
	struct nic_record record;
	struct nic_settings settings;
	char device[NIC_NAME_MAX]; /* name of its subject; "" until it is known */
	char driver[64];
	char kernel[128];
	struct timespec started;
	double seconds;
	bool complete;
};

static struct err *select_device(struct attempt *a)
{
	const struct nic_take *t = a->take;
	const struct nic_subject *s;
	struct nic_names names;
	struct err *e = nic_inventory_init(&a->inventory, t->root);
	if (e)
		return err_wrap(e, "looking for network devices");
	e = nic_select(t->root, &a->inventory, t->device, &s);
	if (!e)
		e = nic_select_refuse_vf(t->root, s);
	if (e)
		return e;
	snprintf(a->device, sizeof(a->device), "%s", s->name);
	snprintf(a->driver, sizeof(a->driver), "%s", s->driver);
	nic_select_names(&a->inventory, s, &names);
	a->settings = nic_conf_device(t->conf, names.v);
	nic_select_only(t->root, &a->inventory, a->device, a->settings.v[NIC_SET_IOV_MODE]);
	return NULL;
}

static struct err *collect(struct attempt *a, const struct incident *incident)
{
	const struct nic_take *t = a->take;
	double begun = clock_now();
	struct nic_depth depth = {
		.iov = a->settings.v[NIC_SET_IOV_MODE], .fresh = true, .registers = t->registers};
	struct nic_run run = {
		.root = t->root,
		.root_is_machine = root_is_machine(t->root),
		.inventory = &a->inventory,
		.stage = NIC_LIVE,
		.output = incident->dir,
		.deadline_at = begun + t->deadline,
		.record = &a->record,
		.depth = &depth,
	};
	a->record.bounded = true;
	a->record.room = incident->room;
	for (size_t i = 0; nic_collectors[i]; i++)
		nic_run_collector(&run, nic_collectors[i]);
	a->seconds = clock_now() - begun;
	a->complete = !a->record.room_used_up && !a->record.out_of_memory &&
		      clock_now() < run.deadline_at;
	struct nic_run_facts facts = {
		.stage = NIC_LIVE,
		.environment = "live",
		.root = t->root->path,
		.kernel = *a->kernel ? a->kernel : NULL,
		.started = a->started.tv_sec,
		.seconds = a->seconds,
		.complete = a->complete,
		.privileged = geteuid() == 0,
	};
	_cleanup_buf_ struct buf text = BUF_INIT;
	nic_record_json(&a->record, &a->inventory, &facts, &text);
	return nic_stage_write(incident->dir, nic_stage_name(NIC_LIVE), &text);
}

static void about(struct json *j, const void *arg)
{
	const struct attempt *a = arg;
	char when[40] = "", stamp[48];
	struct tm tm;
	if (gmtime_r(&a->started.tv_sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp, sizeof(stamp), "%s.%03ldZ", when, a->started.tv_nsec / 1000000);
	json_str(j, "program", "nic-dump " SALVOR_VERSION);
	json_str(j, "device", a->device);
	json_str(j, "driver", *a->driver ? a->driver : NULL);
	json_str(j, "type", TYPE);
	json_str(j, "source", a->take->source);
	json_str(j, "reason", a->take->reason);
	json_str(j, "details", a->take->details);
	json_str(j, "started", stamp);
	json_double(j, "seconds", a->seconds, 3);
	json_str(j, "kernel", *a->kernel ? a->kernel : NULL);
	json_u64(j, "iov_mode", a->settings.v[NIC_SET_IOV_MODE]);
	json_bool(j, "complete", a->complete);
	json_str(j, "record", "nic-live.json");
}

static struct err *store_path(const struct nic_take *t, char path[PATH_MAX])
{
	/* The root of the machine is "/", whose name adds nothing. */
	const char *root = root_is_machine(t->root) ? "" : t->root->path;
	int n = snprintf(path, PATH_MAX, "%s%s", root, t->conf->directory);
	return n >= PATH_MAX ? err_new(ERR_USAGE, "DumpMeNowDirectory: the path is too long")
			     : NULL;
}

static struct err *attempt(struct attempt *a, char *path)
{
	const struct nic_take *t = a->take;
	struct incident_store store;
	struct incident incident;
	char name[INCIDENT_NAME_MAX + 16], base[PATH_MAX];
	struct err *e = select_device(a);
	if (!e)
		e = store_path(t, base);
	if (!e)
		e = incident_store_init(&store, base, &t->conf->limits);
	if (e)
		return e;
	store.one_per_device = t->alone;
	struct dmn_fields fields = {a->device, TYPE, t->source, t->reason, a->started};
	e = incident_store_begin(&store, &fields, &incident);
	if (!e) {
		e = collect(a, &incident);
		if (e)
			incident_store_abandon(&store, &incident);
		else
			e = incident_store_finish(&store, &incident, a->complete, about, a, name);
	}
	incident_store_deinit(&store);
	if (!e && snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX)
		path[PATH_MAX - 1] = '\0';
	return e;
}

static void report(const struct attempt *a, const char *path, const struct err *e)
{
	const struct nic_take *t = a->take;
	const char *device = *a->device ? a->device : t->device;
	if (!e && a->complete) {
		nic_log(t->log, LOG_WARNING, NIC_LOG_CREATED,
			"%s: the dump was created at folder %s, due to dump-me-now request. "
			"Source: "
			"%s. Reason: %s. Status: 0",
			device, path, t->source, t->reason);
		return;
	}
	nic_log(t->log, LOG_ERR, NIC_LOG_FAILED,
		"%s: failed to create a full dump me now. Dump me now root directory: %s. Source: "
		"%s. Reason: %s. Failure: %s%s. Status: %d",
		device, t->conf->directory, t->source, t->reason,
		e ? err_message(e) : "cut by a limit of time or space; what there is is at folder ",
		e ? "" : path, e ? (int)err_code(e) : -1);
}

struct err *nic_take(const struct nic_take *t, char *path, bool *complete)
{
	struct attempt a = {.take = t};
	clock_gettime(CLOCK_REALTIME, &a.started);
	if (root_read_line(t->root, "/proc/sys/kernel/osrelease", a.kernel, sizeof(a.kernel)) < 0)
		a.kernel[0] = '\0';
	struct err *e = attempt(&a, path);
	report(&a, path, e);
	nic_record_deinit(&a.record);
	nic_inventory_deinit(&a.inventory);
	*complete = a.complete;
	return e;
}
