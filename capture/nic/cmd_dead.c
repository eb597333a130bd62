// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump dead: what the adapters were doing, out of a dump of the kernel that died. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "nic/cli.h"
#include "nic/dead/dead.h"

#define MIB UINT64_C(1048576)

static struct err *parse_number(const char *option, const char *text, double min, double max,
				double *ret)
{
	char *end;
	double value = strtod(text, &end);
	if (end == text || *end || !(value >= min && value <= max))
		return err_new(ERR_USAGE, "%s %s: not a number from %.0f to %.0f", option, text,
			       min, max);
	*ret = value;
	return NULL;
}

static struct err *parse(int argc, char **argv, struct dead_options *o)
{
	static const struct option table[] = {
		{"vmcore", required_argument, NULL, 'v'},
		{"output", required_argument, NULL, 'o'},
		{"json", no_argument, NULL, 'j'},
		{"deadline", required_argument, NULL, 'd'},
		{"raw-limit", required_argument, NULL, 'r'},
		{"raw-device-limit", required_argument, NULL, 'R'},
		{0},
	};
	struct err *e = NULL;
	double mib;
	int c;
	opterr = 0;
	optind = 1;
	while (!e && (c = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		switch (c) {
		case 'v':
			o->vmcore = optarg;
			break;
		case 'o':
			o->output = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		case 'd':
			e = parse_number("--deadline", optarg, 1, 3600, &o->deadline);
			break;
		case 'r':
			e = parse_number("--raw-limit", optarg, 0, 65536, &mib);
			if (!e)
				o->raw_max = (uint64_t)(mib * (double)MIB);
			break;
		case 'R':
			e = parse_number("--raw-device-limit", optarg, 0, 65536, &mib);
			if (!e)
				o->raw_device_max = (uint64_t)(mib * (double)MIB);
			break;
		case ':':
			e = err_new(ERR_USAGE, "%s needs a value; try nic-dump --help",
				    argv[optind - 1]);
			break;
		default:
			e = err_new(ERR_USAGE, "unknown option %s; try nic-dump --help",
				    argv[optind - 1]);
		}
	}
	if (!e && optind < argc)
		e = err_new(ERR_USAGE, "dead: unexpected argument %s", argv[optind]);
	if (!e && !o->vmcore)
		e = err_new(ERR_USAGE, "dead: --vmcore is missing");
	if (!e && o->output && (o->json || !*o->output))
		e = err_new(ERR_USAGE, "dead: --output names a directory, which gets text and "
				       "JSON; --json is for standard output");
	return e;
}

struct err *nic_cmd_dead(int argc, char **argv)
{
	struct dead_options o = {.deadline = 60, .raw_max = 64 * MIB, .raw_device_max = 8 * MIB};
	struct err *e = parse(argc, argv, &o);
	if (e)
		return e;
	/* The parts ask the clock; this is for a dump or an output that never answers. */
	alarm((unsigned)o.deadline + NIC_ALARM_SECONDS);
	return dead_run(&o);
}
