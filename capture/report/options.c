// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "report/report.h"

enum {
	OPT_PARTS = 256,
	OPT_TEXT,
	OPT_JSON,
	OPT_HTML,
	OPT_PRINT,
	OPT_SYMBOLS,
	OPT_TYPES,
	OPT_DMESG
};

static const struct option longopts[] = {
	{"parts", required_argument, NULL, OPT_PARTS},
	{"text", required_argument, NULL, OPT_TEXT},
	{"json", required_argument, NULL, OPT_JSON},
	{"html", required_argument, NULL, OPT_HTML},
	{"print", required_argument, NULL, OPT_PRINT},
	{"symbols", optional_argument, NULL, OPT_SYMBOLS},
	{"types", optional_argument, NULL, OPT_TYPES},
	{"dmesg", no_argument, NULL, OPT_DMESG},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static struct err *set_mode(struct report_options *o, enum report_mode mode, const char *what)
{
	if (o->mode != REPORT_RUN && o->mode != mode)
		return err_new(ERR_USAGE,
			       "--print, --symbols, --types and --dmesg exclude each other");
	o->mode = mode;
	o->what = what;
	return NULL;
}

static struct err *take(struct report_options *o, int c, char **argv)
{
	switch (c) {
	case OPT_PARTS:
		o->parts = optarg;
		return NULL;
	case OPT_TEXT:
		o->text = optarg;
		return NULL;
	case OPT_JSON:
		o->json = optarg;
		return NULL;
	case OPT_HTML:
		o->html = optarg;
		return NULL;
	case OPT_PRINT:
		return set_mode(o, REPORT_PRINT, optarg);
	case OPT_SYMBOLS:
		return set_mode(o, REPORT_SYMBOLS, optarg);
	case OPT_TYPES:
		return set_mode(o, REPORT_TYPES, optarg);
	case OPT_DMESG:
		return set_mode(o, REPORT_DMESG, NULL);
	case 'h':
		o->mode = REPORT_HELP;
		return NULL;
	case 'V':
		o->mode = REPORT_VERSION;
		return NULL;
	case ':':
		return err_new(ERR_USAGE, "%s needs a value; see --help", argv[optind - 1]);
	}
	return err_new(ERR_USAGE, "unknown option %s; see --help", argv[optind - 1]);
}

/* Two outputs in one file would overwrite each other. */
static struct err *check_outputs(const struct report_options *o)
{
	const char *const file[] = {o->text, o->json, o->html};
	for (size_t i = 0; i < ARRAY_SIZE(file); i++) {
		for (size_t k = 0; k < i; k++) {
			if (file[i] && file[k] && strcmp(file[i], file[k]) == 0)
				return err_new(ERR_USAGE, "%s is named for two outputs",
					       strcmp(file[i], "-") ? file[i] : "standard output");
		}
	}
	return NULL;
}

struct err *report_options_parse(int argc, char **argv, struct report_options *ret)
{
	const char *slash = strrchr(argv[0], '/');
	struct report_options o = {.program = slash ? slash + 1 : argv[0]};
	struct err *e = NULL;
	int c;
	if (strcmp(o.program, "vmcore-dmesg") == 0)
		o.mode = REPORT_DMESG;
	optind = 1;
	while (!e && (c = getopt_long(argc, argv, ":hV", longopts, NULL)) != -1)
		e = take(&o, c, argv);
	if (!e && o.mode != REPORT_HELP && o.mode != REPORT_VERSION) {
		if (optind + 1 != argc)
			e = err_new(ERR_USAGE, "%s; see --help",
				    optind == argc ? "no vmcore is named" : "one vmcore at a time");
		else
			o.vmcore = argv[optind];
	}
	if (!e && o.mode != REPORT_RUN && (o.parts || o.text || o.json || o.html))
		e = err_new(ERR_USAGE, "--parts, --text, --json and --html are for the report");
	if (!e)
		e = report_check_names(o.parts);
	if (!e)
		e = check_outputs(&o);
	if (!e)
		*ret = o;
	return e;
}

void report_options_help(const struct report_options *o)
{
	printf("Usage: %s [options] VMCORE\n"
	       "       vmcore-dmesg VMCORE\n"
	       "\n"
	       "Says what happened to the kernel whose memory VMCORE has, with no debuginfo: the "
	       "kernel's\n"
	       "own symbols, types and unwind tables are in there. VMCORE is /proc/vmcore, a copy "
	       "of it, or a\n"
	       "dump by vmcore-filter or makedumpfile of any level.\n"
	       "\n"
	       "      --parts LIST      only these parts, separated by commas:\n"
	       "                        ",
	       o->program);
	for (size_t i = 0; report_part_name(i); i++)
		printf("%s%s", i ? " " : "", report_part_name(i));
	puts("\n"
	     "      --text FILE       write the report there instead of to standard output\n"
	     "      --json FILE       for programs; - is standard output (then only the JSON)\n"
	     "      --html FILE       one page for a browser, that needs nothing else\n"
	     "      --dmesg           only the log, as vmcore-dmesg does\n"
	     "      --print WHAT      print a variable's member (init_net.dev_base_head), or a\n"
	     "                        struct at an address (struct task_struct "
	     "0xffff888003a9c000)\n"
	     "      --symbols[=REGEX] list the kernel's symbols, like nm\n"
	     "      --types[=REGEX]   declare the kernel's types, as C\n"
	     "  -h, --help            this text\n"
	     "  -V, --version         the version\n"
	     "\n"
	     "Exit status: 0 reported (parts may say that something is missing), 1 nothing could "
	     "be\n"
	     "reported, 2 wrong usage.");
}
