// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "crash/command.h"
#include "crash/program.h"

static const char usage[] =
	"Usage: kdump-capture run [--config FILE] [--root DIR] [--early] [--dry-run]\n"
	"       kdump-capture config check|resolve [--config FILE] [--root DIR]\n"
	"       kdump-capture config get KEY [--config FILE] [--root DIR]\n"
	"\n"
	"Saves the dump of a crashed kernel (run, in the capture environment), and reads\n"
	"kdump.conf for it (config, on the production system).\n"
	"\n"
	"  -c, --config FILE  run: the resolved configuration (/etc/salvor/capture.conf);\n"
	"                     config: kdump.conf (/etc/kdump.conf) or a resolved one\n"
	"      --early        run: exit with 10 if the target's device is not there yet\n"
	"  -n, --dry-run      run: print the plan and the configuration, change nothing\n"
	"      --root DIR     take /proc, /sys, /etc, /dev and /run from below DIR\n"
	"  -h, --help         this text\n"
	"  -V, --version      the version\n"
	"\n"
	"Exit status: 0 saved; 1 not saved; 2 wrong usage or configuration; 3 saved, but\n"
	"incomplete; 10 not ready (--early); 11 no dump waits.\n";

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"root", required_argument, NULL, 'R'},
	{"early", no_argument, NULL, 'E'},
	{"dry-run", no_argument, NULL, 'n'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{0},
};

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct options *o)
{
	int c;
	while ((c = getopt_long(argc, argv, "c:nhV", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'R':
			o->root = optarg;
			break;
		case 'E':
			o->early = true;
			break;
		case 'n':
			o->dry_run = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("kdump-capture (Salvor) " SALVOR_VERSION);
			return 0;
		default:
			fputs("Try 'kdump-capture --help'.\n", stderr);
			return EXIT_USAGE;
		}
	}
	for (; optind < argc; optind++) {
		if (o->count == (int)ARRAY_SIZE(o->words)) {
			fprintf(stderr,
				"kdump-capture: unexpected '%s'; try 'kdump-capture --help'\n",
				argv[optind]);
			return EXIT_USAGE;
		}
		o->words[o->count++] = argv[optind];
	}
	return -1;
}

static struct err *dispatch(const struct options *o, int *status)
{
	if (o->count == 1 && strcmp(o->words[0], "run") == 0)
		return cmd_run(o, status);
	if (o->count >= 1 && strcmp(o->words[0], "config") == 0)
		return cmd_config(o, status);
	return err_new(ERR_USAGE, "%s '%s'; try 'kdump-capture --help'",
		       o->count ? "no such command:" : "a command is missing:",
		       o->count ? o->words[0] : "run, config");
}

int main(int argc, char **argv)
{
	struct options o = {0};
	int status = parse(argc, argv, &o);
	if (status >= 0)
		return status;
	/* A dump holds everybody's secrets; a broken pipe is an error like others. */
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	program_fix_path();
	status = EXIT_NOT_SAVED;
	struct err *e = dispatch(&o, &status);
	if (!e)
		return status;
	/* config: "FILE:LINE: …" at the start of the line, where editors and kdumpctl look for it
	 */
	bool config = o.count > 0 && strcmp(o.words[0], "config") == 0;
	fprintf(stderr, "%s%s\n", config ? "" : "kdump-capture: ", err_message(e));
	status = err_code(e) == ERR_USAGE || err_code(e) == ERR_UNSUPPORTED ? EXIT_USAGE
									    : EXIT_NOT_SAVED;
	err_free(e);
	return status;
}
