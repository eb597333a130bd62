// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <string.h>
#include "cli/commands.h"

static void version(void)
{
	const char *missing = codec_missing();
	fputs("vmcore-filter " SALVOR_VERSION " (Salvor), compression:", stdout);
	for (size_t i = 0; codec_nth(i); i++)
		printf(" %s", codec_nth(i)->name);
	if (*missing)
		printf("; built without: %s", missing);
	putchar('\n');
}

static struct err *dispatch(const struct options *o, const char *program, int *status)
{
	*status = EXIT_SAVED;
	switch (o->mode) {
	case MODE_FILTER:
		return cmd_filter(o, status);
	case MODE_DMESG:
		return cmd_dmesg(o, status);
	case MODE_REARRANGE:
		return cmd_rearrange(o, status);
	case MODE_HELP:
		options_help(program);
		return NULL;
	case MODE_VERSION:
		version();
		return NULL;
	case MODE_CHECK_PARAMS:
		return NULL;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct options o;
	int status = EXIT_USAGE;
	const char *slash = strrchr(argv[0], '/');
	const char *program = slash ? slash + 1 : argv[0];

	/* A reader of our stream that goes away is a failed write, not our death. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	struct err *e = options_parse(argc, argv, &o);
	if (!e)
		e = dispatch(&o, program, &status);
	if (e) {
		fprintf(stderr, "%s: %s\n", program, err_message(e));
		/* Whatever was going on, what the user must do is change the command line. */
		if (err_code(e) == ERR_USAGE)
			status = EXIT_USAGE;
		err_free(e);
		return status ? status : EXIT_FAILED;
	}
	return status;
}
