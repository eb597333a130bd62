// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump: the state of network adapters, saved. Dispatches to the commands and prints their
 * errors. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "nic/cli.h"

static const char help[] =
	"Usage: nic-dump save --stage STAGE --output DIR [options]\n"
	"       nic-dump [dead] --vmcore FILE [--output DIR | --json] [options]\n"
	"       nic-dump show devices [--json] [--root DIR]\n"
	"       nic-dump now [options] DEVICE\n"
	"       nic-dump dbg dump-me-now [options] BUS DEV FUNC\n"
	"       nic-dump watch [options]\n"
	"       nic-dump wq ..., see nic-dump wq --help and wqdump(8)\n"
	"\n"
	"Saves the state of this machine's network adapters, raw bytes first, "
	"with a record of where\n"
	"each item came from; or shows which adapters there are.\n"
	"\n"
	"save:\n"
	"      --stage STAGE        before-bind, after-bind (around the loading "
	"of NIC drivers in a\n"
	"                           capture kernel) or live\n"
	"      --output DIR         where to write; made if it is not there. A "
	"second stage into the\n"
	"                           same directory adds to it\n"
	"      --environment ENV    kdump, fadump or live; default: found out\n"
	"      --deadline SECONDS   for the whole run, 1 to 3600; default 60\n"
	"      --registers          with live: read registers of devices past "
	"their drivers, which may\n"
	"                           disturb them; before-bind does it always\n"
	"      --tables DIR         which registers; default " DATADIR "/salvor/registers\n"
	"      --root DIR           sysfs and procfs below DIR; netlink and "
	"ioctl are left out then\n"
	"dead:\n"
	"      --vmcore FILE        what the adapters were doing, out of the "
	"memory of a kernel that\n"
	"                           died; /proc/vmcore or a dump of any format\n"
	"      --output DIR         nic-dead.txt, nic-dead.json and raw rings "
	"there; without it, the\n"
	"                           text goes to standard output\n"
	"      --json               JSON to standard output instead\n"
	"      --deadline SECONDS   as above\n"
	"      --raw-limit MIB      for all raw files; default 64\n"
	"      --raw-device-limit MIB  for those of one device; default 8\n"
	"show devices:\n"
	"      --json               for programs\n"
	"      --root DIR           sysfs below DIR\n"
	"now, dbg, watch: an incident directory of one device, now or when it "
	"fails:\n"
	"      --config FILE        instead of /etc/nic-dump.conf\n"
	"      --deadline SECONDS   for one incident, 1 to 3600; default 60\n"
	"      --reason WORD        now: goes into the directory's name\n"
	"      --registers          now, dbg: as above\n"
	"      --root DIR           sysfs, procfs, configuration, incidents below "
	"DIR\n"
	"\n"
	"  -h, --help               this text\n"
	"  -V, --version            the version\n"
	"\n"
	"Exit status: 0 recorded what could be recorded (a missing item is a "
	"record), 1 nothing was\n"
	"written, or not all, 2 wrong usage. See nic-dump(8).\n";

static struct err *dispatch(int argc, char **argv)
{
	if (argc < 2)
		return err_new(ERR_USAGE, "no command; try nic-dump --help");
	if (strcmp(argv[1], "save") == 0)
		return nic_cmd_save(argc - 1, argv + 1);
	if (strcmp(argv[1], "dead") == 0)
		return nic_cmd_dead(argc - 1, argv + 1);
	/* the command is left out where its option says it all */
	if (strncmp(argv[1], "--vmcore", 8) == 0)
		return nic_cmd_dead(argc, argv);
	if (strcmp(argv[1], "now") == 0)
		return nic_cmd_now(argc - 1, argv + 1);
	if (strcmp(argv[1], "dbg") == 0)
		return nic_cmd_dbg(argc - 1, argv + 1);
	if (strcmp(argv[1], "watch") == 0)
		return nic_cmd_watch(argc - 1, argv + 1);
	if (strcmp(argv[1], "show") == 0)
		return nic_cmd_show(argc - 1, argv + 1);
	return err_new(ERR_USAGE, "unknown command %s; try nic-dump --help", argv[1]);
}

int main(int argc, char **argv)
{
	int status;
	if (nic_wq_main(argc, argv, &status))
		return status;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			fputs(help, stdout);
			return fflush(stdout) ? NIC_EXIT_FAILED : NIC_EXIT_OK;
		}
		if (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "-V") == 0) {
			puts("nic-dump " SALVOR_VERSION);
			return fflush(stdout) ? NIC_EXIT_FAILED : NIC_EXIT_OK;
		}
	}
	/* A collector that gets stuck must not keep a pipe of whoever called us open. */
	close_range(3, ~0U, 0);
	_cleanup_err_ struct err *e = dispatch(argc, argv);
	if (!e)
		return NIC_EXIT_OK;
	fprintf(stderr, "nic-dump: %s\n", err_message(e));
	return err_code(e) == ERR_USAGE ? NIC_EXIT_USAGE : NIC_EXIT_FAILED;
}
