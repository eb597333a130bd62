// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump dead: what the adapters were doing, out of a dump of the kernel that died. */
#include <string.h>
#include "nic/cli.h"
#include "nic/dead/dead.h"
#include "nic/options.h"

#define MIB UINT64_C(1048576)

static struct err *take_option(void *arg, int c, const char *value)
{
	struct dead_options *o = arg;
	double mib = 0;
	struct err *e = NULL;
	switch (c) {
	case 'v':
		o->vmcore = value;
		break;
	case 'o':
		o->output = value;
		break;
	case 'j':
		o->json = true;
		break;
	case 'd':
		return nic_option_number("--deadline", value, 1, 3600, &o->deadline);
	case 'r':
		e = nic_option_number("--raw-limit", value, 0, 65536, &mib);
		o->raw_max = (uint64_t)(mib * (double)MIB);
		break;
	case 'R':
		e = nic_option_number("--raw-device-limit", value, 0, 65536, &mib);
		o->raw_device_max = (uint64_t)(mib * (double)MIB);
		break;
	}
	return e;
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
	struct err *e = nic_options(argc, argv, table, take_option, o);
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
