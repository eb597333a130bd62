// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/watch/watch.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include "base/clock.h"
#include "nic/live/select.h"
#include "nic/watch/sensor.h"

#define TICK_SECONDS	  2  /* counters are looked at */
#define INVENTORY_SECONDS 10 /* the list of devices is made anew */
#define MISSING_SECONDS	  2  /* or, for a device that is not in it, so soon */
#define PENDING_MAX	  16
#define TAKE_ALARM	  60 /* beyond the deadline, for a slow disk */
#define STOP_SECONDS	  2
#define NO_FD		  -1

struct watch {
	const struct nic_watch_options *o;
	struct nic_inventory inventory;
	double inventory_at;
	struct nic_faults faults;
	struct nic_counters counters;
	struct nic_devlink_sensor devlink;
	int kmsg, signals;
	struct nic_event pending[PENDING_MAX]; /* to be taken, the first one in front */
	size_t pending_count;
	pid_t child; /* takes an incident; 0: none */
	double child_since;
	unsigned lost; /* times that the kernel threw messages away, not yet logged */
	bool stop;
};

static void look_for_devices(struct watch *w)
{
	struct nic_inventory fresh;
	struct err *e = nic_inventory_init(&fresh, w->o->root);
	w->inventory_at = clock_now();
	if (e) { /* out of memory: the old list is better than none */
		err_free(e);
		return;
	}
	nic_inventory_deinit(&w->inventory);
	w->inventory = fresh;
}

/* NULL: not a network device, or a virtual function, of which none is taken. */
static const struct nic_subject *device_of(struct watch *w, const char *name)
{
	const struct nic_subject *s = NULL;
	struct err *e = nic_select(w->o->root, &w->inventory, name, &s);
	if (e && clock_now() - w->inventory_at >= MISSING_SECONDS) {
		err_free(e);
		look_for_devices(w);
		e = nic_select(w->o->root, &w->inventory, name, &s);
	}
	if (!e)
		e = nic_select_refuse_vf(w->o->root, s);
	if (!e)
		return s;
	err_free(e);
	return NULL;
}

static void say_counted(const struct watch *w, const struct nic_fault *f)
{
	if (f->counted)
		nic_log(w->o->log, LOG_NOTICE, NIC_LOG_COUNTED,
			"%s: %" PRIu64 " further events of %s %s were counted and not dumped",
			f->device, f->counted, nic_sensor_name(f->sensor), f->reason);
}

static void say_not_taken(const struct watch *w, struct nic_fault *f, enum nic_verdict verdict,
			  const struct nic_event *event)
{
	static const char *const why[] = {
		[NIC_SAME_FAULT] = "the same fault was dumped already; further events are counted",
		[NIC_DEVICE_LIMIT] = "the device was dumped a moment ago (DumpMeNowDeviceSeconds)",
		[NIC_HOUR_LIMIT] = "enough was dumped within the hour (DumpMeNowPerHour)",
	};
	if (f->said)
		return;
	f->said = true;
	nic_log(w->o->log, LOG_NOTICE, NIC_LOG_FAULT, "%s: not dumped: %s. Source: %s. Reason: %s",
		f->device, why[verdict], nic_sensor_name(event->sensor), event->reason);
}

static void on_event(void *arg, const struct nic_event *event)
{
	struct watch *w = arg;
	const struct nic_subject *s = device_of(w, event->device);
	struct nic_names names;
	struct nic_fault *fault;
	if (!s)
		return;
	nic_select_names(&w->inventory, s, &names);
	struct nic_settings settings = nic_conf_device(w->o->conf, names.v);
	enum nic_verdict verdict = nic_faults_decide(&w->faults, event, s->name, &settings,
						     w->o->conf->per_hour, clock_now(), &fault);
	if (verdict == NIC_TAKE && w->pending_count == PENDING_MAX) {
		nic_faults_not_taken(&w->faults, fault);
	} else if (verdict == NIC_TAKE) {
		w->pending[w->pending_count] = *event;
		snprintf(w->pending[w->pending_count++].device, sizeof(event->device), "%s",
			 s->name);
	} else if (verdict != NIC_SENSOR_OFF) {
		say_not_taken(w, fault, verdict, event);
	}
}

static _Noreturn void child(const struct watch *w, const struct nic_event *event)
{
	char path[PATH_MAX] = "";
	bool complete;
	sigset_t none;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	const int fds[] = {w->devlink.fd, w->devlink.answer_fd, w->kmsg, w->signals};
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	alarm((unsigned)w->o->deadline + TAKE_ALARM);
	const struct nic_take take = {
		.root = w->o->root,
		.conf = w->o->conf,
		.log = w->o->log,
		.device = event->device,
		.source = nic_sensor_name(event->sensor),
		.reason = event->reason,
		.details = event->details,
		.deadline = w->o->deadline,
	};
	struct err *e = nic_take(&take, path, &complete);
	_exit(e || !complete);
}

static void take_next(struct watch *w)
{
	if (w->child || w->pending_count == 0)
		return;
	struct nic_event event = w->pending[0];
	memmove(w->pending, w->pending + 1, --w->pending_count * sizeof(*w->pending));
	pid_t pid = fork();
	if (pid == 0)
		child(w, &event);
	if (pid < 0) {
		nic_log(w->o->log, LOG_ERR, NIC_LOG_FAILED, "%s: starting a dump: %s", event.device,
			strerror(errno));
		return;
	}
	w->child = pid;
	w->child_since = clock_now();
}

static void reap(struct watch *w)
{
	int status;
	pid_t pid;
	/* Collectors that were left behind by a child that ended are not ours to wait for. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != w->child)
			continue;
		if (WIFSIGNALED(status))
			nic_log(w->o->log, LOG_ERR, NIC_LOG_FAILED,
				"the process that took a dump died of signal %d (%s)",
				WTERMSIG(status), strsignal(WTERMSIG(status)));
		w->child = 0;
	}
	/* Stuck in the kernel: it keeps its place in the directory locked, and nothing else. */
	if (w->child && clock_now() - w->child_since > w->o->deadline + 2 * TAKE_ALARM) {
		nic_log(w->o->log, LOG_ERR, NIC_LOG_FAILED,
			"process %d, which takes a dump, does not end and is left behind",
			(int)w->child);
		w->child = 0;
	}
}

static void on_signals(struct watch *w)
{
	struct signalfd_siginfo info;
	while (read(w->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			w->stop = true;
	reap(w);
}

static void tick(struct watch *w, double now)
{
	struct nic_fault f;
	if (now - w->inventory_at >= INVENTORY_SECONDS)
		look_for_devices(w);
	nic_counters_look(&w->counters, w->o->root, &w->inventory, on_event, w);
	while (nic_faults_expire(&w->faults, now, false, &f))
		say_counted(w, &f);
	if (w->lost)
		nic_log(w->o->log, LOG_WARNING, NIC_LOG_WATCH,
			"devlink messages came faster than they could be read, %u times; all "
			"reporters are asked",
			w->lost);
	w->lost = 0;
	reap(w);
}

static void loop(struct watch *w)
{
	double next = clock_now();
	while (!w->stop) {
		struct pollfd p[] = {{.fd = w->signals, .events = POLLIN},
				     {.fd = w->devlink.fd, .events = POLLIN},
				     {.fd = w->devlink.answer_fd, .events = POLLIN},
				     {.fd = w->kmsg, .events = POLLIN}};
		double left = next - clock_now();
		int n = poll(p, ARRAY_SIZE(p), left > 0 ? (int)(left * 1000) + 1 : 0);
		if (n > 0 && p[0].revents)
			on_signals(w);
		if (n > 0 && (p[1].revents || p[2].revents))
			w->lost += nic_devlink_sensor_read(&w->devlink, on_event, w);
		if (n > 0 && p[3].revents)
			nic_kmsg_sensor_read(w->kmsg, on_event, w);
		/* Even when events never end. */
		if (clock_now() >= next) {
			tick(w, clock_now());
			next = clock_now() + TICK_SECONDS;
		}
		take_next(w);
	}
}

/* A child that takes a dump is ended, too: the next start removes what it left. */
static void stop(struct watch *w)
{
	struct nic_fault f;
	if (w->child)
		kill(w->child, SIGTERM);
	double until = clock_now() + STOP_SECONDS;
	while (w->child && waitpid(w->child, NULL, WNOHANG) == 0 && clock_now() < until)
		nanosleep(&(struct timespec) {.tv_nsec = 10000000}, NULL);
	while (nic_faults_expire(&w->faults, 0, true, &f))
		say_counted(w, &f);
	nic_log(w->o->log, LOG_INFO, NIC_LOG_WATCH, "watching ends");
}

static struct err *open_signals(int *ret)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	*ret = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret < 0 ? err_os(errno, "signalfd") : NULL;
}

/* Without one sensor there are still the others; which there are, the log says. */
static void open_sensors(struct watch *w)
{
	struct err *e = NULL;
	char no_kmsg[64] = "";
	/* What grows from here on is an event: whoever reads that we watch may rely on it. */
	nic_counters_look(&w->counters, w->o->root, &w->inventory, on_event, w);
	if (w->o->log->to_system) {
		e = nic_devlink_sensor_open(&w->devlink);
		w->kmsg = nic_kmsg_sensor_open();
		if (w->kmsg < 0)
			snprintf(no_kmsg, sizeof(no_kmsg), ", /dev/kmsg: %s", strerror(-w->kmsg));
	}
	nic_log(w->o->log, LOG_INFO, NIC_LOG_WATCH, "watching: counters%s%s; not: %s%s",
		w->devlink.fd >= 0 ? ", devlink health" : "", w->kmsg >= 0 ? ", kernel log" : "",
		e ? err_message(e) : "-", no_kmsg);
	err_free(e);
	w->kmsg = MAX(w->kmsg, NO_FD);
}

struct err *nic_watch_run(const struct nic_watch_options *o)
{
	struct watch *w = calloc(1, sizeof(*w));
	if (!w)
		return err_nomem();
	w->o = o;
	w->devlink.fd = w->devlink.answer_fd = w->kmsg = w->signals = NO_FD;
	struct err *e = nic_inventory_init(&w->inventory, o->root);
	w->inventory_at = clock_now();
	if (!e)
		e = open_signals(&w->signals);
	if (!e) {
		open_sensors(w);
		loop(w);
		stop(w);
	}
	nic_devlink_sensor_close(&w->devlink);
	cleanup_close(&w->kmsg);
	cleanup_close(&w->signals);
	nic_counters_deinit(&w->counters);
	nic_inventory_deinit(&w->inventory);
	free(w);
	return e;
}
