// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump now DEVICE, and the same in the words of mlxtool: dbg dump-me-now BUS DEV FUNC. */
#include <errno.h>
#include <string.h>
#include "nic/cli.h"
#include "nic/watch/options.h"
#include "nic/watch/take.h"

static struct err *now(const struct nic_take_options *o, const char *device)
{
	struct root root;
	struct nic_conf conf;
	char path[PATH_MAX] = "";
	bool complete = false;
	struct err *e = root_init(&root, o->root);
	if (e)
		return e;
	e = nic_conf_read(&root, o->conf ? o->conf : NIC_CONF_FILE, !o->conf, &conf);
	if (e) {
		root_deinit(&root);
		return e;
	}
	struct nic_log log = {.to_system = root_is_machine(&root)};
	struct nic_take take = {
		.root = &root,
		.conf = &conf,
		.log = &log,
		.device = device,
		.source = "USER",
		.reason = o->reason,
		.alone = true,
		.deadline = o->deadline,
		.registers = o->registers,
	};
	/* The signal's default action ends us; what was begun is removed by the next one. */
	alarm(o->deadline + NIC_ALARM_SECONDS);
	e = nic_take(&take, path, &complete);
	nic_conf_deinit(&conf);
	root_deinit(&root);
	if (!e && (printf("%s\n", path) < 0 || fflush(stdout)))
		e = err_os(errno, "writing the directory's name");
	if (!e && !complete)
		e = err_new(ERR_OTHER,
			    "%s: the dump is not complete: a limit of time or space cut "
			    "it",
			    path);
	return e;
}

struct err *nic_cmd_now(int argc, char **argv)
{
	struct nic_take_options o = NIC_TAKE_OPTIONS;
	struct err *e = nic_take_options(argc, argv, &o);
	if (!e && optind + 1 != argc)
		e = err_new(ERR_USAGE, "now: say which device: an interface, a PCI address, a "
				       "devlink handle or an RDMA device");
	if (e)
		return e;
	return now(&o, argv[optind]);
}

struct err *nic_cmd_dbg(int argc, char **argv)
{
	struct nic_take_options o = NIC_TAKE_OPTIONS;
	unsigned at[3];
	char address[32];
	struct err *e = nic_take_options(argc, argv, &o);
	if (!e && (optind + 4 != argc || strcmp(argv[optind], "dump-me-now") != 0))
		e = err_new(ERR_USAGE, "dbg: the form is: nic-dump dbg dump-me-now BUS DEV FUNC");
	if (e)
		return e;
	/* Decimal, as that tool's own list of devices shows them ("8 0 0"); 0x for hexadecimal. */
	static const unsigned max[] = {255, 31, 7};
	static const char *const names[] = {"BUS", "DEV", "FUNC"};
	for (int i = 0; i < 3; i++) {
		e = nic_number(names[i], argv[optind + 1 + i], max[i], 0, &at[i]);
		if (e)
			return e;
	}
	snprintf(address, sizeof(address), "0000:%02x:%02x.%x", at[0], at[1], at[2]);
	return now(&o, address);
}
