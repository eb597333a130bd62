// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/options.h"

#include <stdlib.h>

struct err *nic_options(int argc, char **argv, const struct option *table, nic_take_option *take,
			void *arg)
{
	struct err *e = NULL;
	int c;
	opterr = 0;
	optind = 1;
	while (!e && (c = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		if (c == ':')
			e = err_new(ERR_USAGE, "%s needs a value; try nic-dump --help",
				    argv[optind - 1]);
		else if (c == '?')
			e = err_new(ERR_USAGE, "unknown option %s; try nic-dump --help",
				    argv[optind - 1]);
		else
			e = take(arg, c, optarg);
	}
	return e;
}

struct err *nic_option_number(const char *option, const char *text, double min, double max,
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
