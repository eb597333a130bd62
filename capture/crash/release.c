// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/release.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "base/json.h"
#include "crash/environment.h"
#include "crash/fadump_header.h"
#include "crash/run.h"
#include "crash/say.h"
#include "crash/steps.h"

/* Freeing terabytes page by page is the kernel's work inside write(); the files follow at once. */
#define VERIFY_SECONDS 20.0
#define LOOK_AGAIN_NS  50000000L

/* Present name first. */
static const char *const release_nodes[] = {"/sys/kernel/fadump/release_mem",
					    "/sys/kernel/fadump_release_mem"};
static const char *const register_nodes[] = {"/sys/kernel/fadump/registered",
					     "/sys/kernel/fadump_registered"};

static const char *first_existing(const struct root *root, const char *const nodes[2])
{
	for (size_t i = 0; i < 2; i++)
		if (root_exists(root, nodes[i]))
			return nodes[i];
	return NULL;
}

/*
 * A kernel whose header would be overwritten is not registered: a dump that is refused after the
 * next crash is worse than knowing that there will be none.
 */
static bool header_safe(const struct root *root, struct release *r)
{
	if (!r->header_page || strcmp(root->path, "/") != 0)
		return true;
	struct err *e = fadump_header_hold(root, (uint64_t)sysconf(_SC_PAGESIZE), r->header_page);
	if (!e)
		return true;
	snprintf(r->register_error, sizeof(r->register_error),
		 "%s: reboot to be ready for the next crash", err_message(e));
	err_free(e);
	return false;
}

static void register_again(const struct root *root, struct release *r)
{
	if (!header_safe(root, r))
		return;
	const char *node = first_existing(root, register_nodes);
	if (!node) {
		snprintf(r->register_error, sizeof(r->register_error), "no %s", register_nodes[0]);
		return;
	}
	struct err *e = root_write(root, node, "1");
	char value[16] = "";
	root_read_line(root, node, value, sizeof(value));
	r->registered = strcmp(value, "1") == 0;
	if (!r->registered)
		snprintf(r->register_error, sizeof(r->register_error), "%s",
			 e ? err_message(e)
			   : "the kernel took the 1 but does not say that it is registered");
	err_free(e);
}

struct err *release_memory(const struct root *root, double seconds, struct release *r)
{
	*r = (struct release) {.before_kib = environment_memory_kib(root)};
	r->node = first_existing(root, release_nodes);
	if (!r->node)
		return err_new(ERR_MISSING, "no %s: no firmware-assisted dump is active",
			       release_nodes[0]);
	/* A kernel that does not say where its header is may be one that needs no help. */
	struct err *e = fadump_header_find(root, (uint64_t)sysconf(_SC_PAGESIZE), &r->header_page);
	err_free(e);
	e = root_write(root, r->node, "1");
	if (e)
		return err_wrap(e, "the memory was not released");
	double until = clock_now() + seconds;
	do {
		r->vmcore_gone = !environment_dump_waits(root);
		r->after_kib = environment_memory_kib(root);
		if (r->vmcore_gone && r->after_kib > r->before_kib)
			break;
		nanosleep(&(struct timespec) {.tv_nsec = LOOK_AGAIN_NS}, NULL);
	} while (clock_now() < until);
	if (!r->vmcore_gone)
		return err_new(ERR_OTHER, "%s took the 1, but /proc/vmcore is still there",
			       r->node);
	if (r->after_kib <= r->before_kib)
		return err_new(ERR_OTHER,
			       "%s took the 1, but MemTotal did not grow: %" PRIu64
			       " KiB before, %" PRIu64 " after",
			       r->node, r->before_kib, r->after_kib);
	register_again(root, r);
	return NULL;
}

static void write_json(const struct release *r, const struct err *e, struct buf *out)
{
	struct json j;
	json_init(&j, out, false);
	json_object(&j, NULL);
	json_i64(&j, "format", 1);
	json_str(&j, "node", r->node);
	json_bool(&j, "released", !e);
	json_str(&j, "error", e ? err_message(e) : NULL);
	json_bool(&j, "vmcore_gone", r->vmcore_gone);
	json_u64(&j, "memory_kib_before", r->before_kib);
	json_u64(&j, "memory_kib_after", r->after_kib);
	json_bool(&j, "registered", r->registered);
	json_str(&j, "register_error", *r->register_error ? r->register_error : NULL);
	json_object_end(&j);
}

struct err *step_release(void *arg, struct step_report *report)
{
	struct run *run = arg;
	struct release r;
	struct err *e = release_memory(run->root, VERIFY_SECONDS, &r);
	run->released = !e;
	if (!e)
		step_say(report,
			 "/proc/vmcore is gone; memory %" PRIu64 " -> %" PRIu64 " KiB; %s%s",
			 r.before_kib, r.after_kib,
			 r.registered ? "registered again" : "NOT registered again: ",
			 r.register_error);
	if (!e && !r.registered)
		report->outcome = OUTCOME_INCOMPLETE;
	if (run->target.published) {
		_cleanup_buf_ struct buf text = BUF_INIT;
		write_json(&r, e, &text);
		struct err *write_err = steps_add_file(run, FILE_RELEASE, &text, report);
		if (write_err)
			say_error("release: %s is not written: %s", FILE_RELEASE,
				  err_message(write_err));
		err_free(write_err);
	}
	return e;
}
