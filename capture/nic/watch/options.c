// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/watch/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct err *nic_number(const char *option, const char *text, unsigned max, int base, unsigned *ret)
{
	char *end;
	unsigned long n = strtoul(text, &end, base);
	if (!strchr("0123456789abcdefABCDEF", *text) || !*text || *end || n > max)
		return err_new(ERR_USAGE, "%s: '%s' is not a number up to %u", option, text, max);
	*ret = (unsigned)n;
	return NULL;
}

struct err *nic_take_options(int argc, char **argv, struct nic_take_options *o)
{
	static const struct option table[] = {
		{"config", required_argument, NULL, 'c'},
		{"deadline", required_argument, NULL, 'd'},
		{"reason", required_argument, NULL, 'r'},
		{"root", required_argument, NULL, 'R'},
		{"registers", no_argument, NULL, 'g'},
		{0},
	};
	struct err *e = NULL;
	int c;
	opterr = 0;
	optind = 1;
	while (!e && (c = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		if (c == 'c')
			o->conf = optarg;
		else if (c == 'r')
			o->reason = optarg;
		else if (c == 'R')
			o->root = optarg;
		else if (c == 'g')
			o->registers = true;
		else if (c == 'd')
			e = nic_number("--deadline", optarg, 3600, 10, &o->deadline);
		else
			e = err_new(ERR_USAGE, "%s %s; try nic-dump --help",
				    c == ':' ? "no value for" : "unknown option", argv[optind - 1]);
	}
	if (!e && o->deadline == 0)
		e = err_new(ERR_USAGE, "--deadline: not a number of seconds from 1 to 3600");
	return e;
}
