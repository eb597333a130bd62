// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/final.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include "crash/say.h"
#include "crash/step.h"
#include "crash/watchdog.h"

/* Everything of ours is on the disk already; this is for what others wrote. */
#define SYNC_SECONDS 30
/* How often it is said that the person at the shell is still welcome. */
#define SHELL_LOOK 1.0

static const struct {
	const char *name;
	int command; /* of reboot(2), or -1 */
} actions[ACTION_COUNT] = {
	[ACTION_REBOOT] = {"reboot", RB_AUTOBOOT},
	[ACTION_HALT] = {"halt", RB_HALT_SYSTEM},
	[ACTION_POWEROFF] = {"poweroff", RB_POWER_OFF},
	[ACTION_SHELL] = {"shell", -1},
	[ACTION_CONTINUE] = {"continue", -1},
	[ACTION_DUMP_TO_ROOTFS] = {"dump_to_rootfs", -1},
};

enum action action_find(const char *name)
{
	size_t i = 0;
	while (i < ACTION_COUNT && strcmp(actions[i].name, name) != 0)
		i++;
	return (enum action)i;
}

const char *action_name(enum action a)
{
	return a < ACTION_COUNT ? actions[a].name : "unknown";
}

static struct err *sync_all(void *arg, struct step_report *report)
{
	(void)arg;
	(void)report;
	sync();
	return NULL;
}

static void shell_child(void)
{
	setsid();
	int fd = open("/dev/console", O_RDWR);
	if (fd >= 0) {
		ioctl(fd, TIOCSCTTY, 1);
		dup2(fd, STDIN_FILENO);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	execl("/bin/sh", "sh", "-i", (char *)NULL);
	_exit(127);
}

/* A person is at the console: the one wait without a limit. */
static void run_shell(void)
{
	say("a shell on the console; leave it to reboot");
	pid_t pid = fork();
	if (pid == 0)
		shell_child();
	while (pid > 0 && !child_ended(pid, SHELL_LOOK))
		step_tick(INFINITY);
}

void final_do(enum action a, bool live)
{
	say_phase("final");
	say("%s%s", live ? "" : "would do: ", action_name(a));
	if (!live || a == ACTION_CONTINUE)
		return;
	if (a == ACTION_SHELL)
		run_shell();
	struct step_limits limits = {.wall = SYNC_SECONDS};
	struct step_result r;
	step_run(&limits, sync_all, NULL, &r);
	if (r.outcome != OUTCOME_OK)
		say_error("sync: %s", r.message);
	watchdog_deinit();
	int command = actions[a].command >= 0 ? actions[a].command : RB_AUTOBOOT;
	if (reboot(command) < 0)
		say_error("the kernel refuses to %s: %s", action_name(a), strerror(errno));
}
