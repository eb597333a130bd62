// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/watch/options.h"

#include <stdlib.h>
#include <string.h>
#include "nic/options.h"

struct err *nic_number(const char *option, const char *text, unsigned max, int base, unsigned *ret)
{
	char *end;
	unsigned long n = strtoul(text, &end, base);
	if (!strchr("0123456789abcdefABCDEF", *text) || !*text || *end || n > max)
		return err_new(ERR_USAGE, "%s: '%s' is not a number up to %u", option, text, max);
	*ret = (unsigned)n;
	return NULL;
}

static struct err *take_option(void *arg, int c, const char *value)
{
	struct nic_take_options *o = arg;
	switch (c) {
	case 'c':
		o->conf = value;
		break;
	case 'r':
		o->reason = value;
		break;
	case 'R':
		o->root = value;
		break;
	case 'g':
		o->registers = true;
		break;
	case 'd':
		return nic_number("--deadline", value, 3600, 10, &o->deadline);
	}
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
	struct err *e = nic_options(argc, argv, table, take_option, o);
	if (!e && o->deadline == 0)
		e = err_new(ERR_USAGE, "--deadline: not a number of seconds from 1 to 3600");
	return e;
}
