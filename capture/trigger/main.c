// SPDX-License-Identifier: GPL-2.0-or-later
/* nmi-send: what `kdumpctl nmi --yes` and `kdumpctl check` need beyond a shell. Not for people: no
 * manual page. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "base/printable.h"
#include "trigger/qmp.h"
#include "trigger/redfish.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_OFFERED = 3 };

static const char usage[] =
	"Usage: nmi-send redfish [--check] [--system ID] [--cacert FILE] --credentials FILE HOST\n"
	"       nmi-send qmp SOCKET\n"
	"\n"
	"Sends a diagnostic NMI. --credentials: a file of mode 0600 with the lines user=NAME and\n"
	"password=SECRET, or - for standard input. --check: only looks whether Nmi is offered.\n"
	"\n"
	"Exit status: 0 sent, or offered; 1 failed; 2 wrong usage; 3 the BMC does not offer it.\n";

static const struct option long_options[] = {
	{"check", no_argument, NULL, 'c'},	  {"system", required_argument, NULL, 's'},
	{"cacert", required_argument, NULL, 'C'}, {"credentials", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},	  {0},
};

static struct err *dispatch(int argc, char **argv, struct redfish_options *o)
{
	if (argc - optind != 2)
		return err_new(ERR_USAGE, "redfish HOST or qmp SOCKET is wanted; see --help");
	const char *what = argv[optind], *where = argv[optind + 1];
	if (strcmp(what, "qmp") == 0)
		return qmp_nmi(where);
	if (strcmp(what, "redfish") != 0)
		return err_new(ERR_USAGE, "unknown way %s; see --help", what);
	if (!o->credentials)
		return err_new(ERR_USAGE, "redfish needs --credentials FILE");
	/* it becomes a part of a URL */
	if (!*where || where[strcspn(where, "/?#@\\ \t\r\n")])
		return err_new(ERR_USAGE, "'%s' is not HOST or HOST:PORT", where);
	o->host = where;
	return redfish_nmi(o);
}

static int exit_status(const struct err *e)
{
	switch (err_code(e)) {
	case ERR_USAGE:
		return EXIT_USAGE;
	case ERR_UNSUPPORTED:
		return EXIT_NOT_OFFERED;
	default:
		return EXIT_FAILED;
	}
}

int main(int argc, char **argv)
{
	struct redfish_options o = {0};
	int c;
	while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			o.check = true;
			break;
		case 's':
			o.system = optarg;
			break;
		case 'C':
			o.cacert = optarg;
			break;
		case 'f':
			o.credentials = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return EXIT_USAGE;
		}
	}
	_cleanup_err_ struct err *e = dispatch(argc, argv, &o);
	if (!e)
		return fflush(stdout) ? EXIT_FAILED : 0;
	char text[1024];
	snprintf(text, sizeof(text), "%s", err_message(e));
	make_printable(text);
	fprintf(stderr, "nmi-send: %s\n", text);
	return exit_status(e);
}
