// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include "base/pool.h"

#define DEFAULT_LEVEL	31
#define MAX_THREADS	256
#define MESSAGE_DEFAULT 7

enum {
	OPT_NUM_THREADS = 256,
	OPT_MESSAGE_LEVEL,
	OPT_PROGRESS,
	OPT_RECORD,
	OPT_DUMP_DMESG,
	OPT_PARTIAL_DMESG,
	OPT_COMPRESS,
	OPT_DRY_RUN,
	OPT_SHOW_STATS,
	OPT_CHECK_PARAMS,
	OPT_VERSION,
	OPT_IGNORED,
	OPT_REFUSED,
};

static const struct option longopts[] = {
	{"num-threads", required_argument, NULL, OPT_NUM_THREADS},
	{"message-level", required_argument, NULL, OPT_MESSAGE_LEVEL},
	{"progress", required_argument, NULL, OPT_PROGRESS},
	{"record", required_argument, NULL, OPT_RECORD},
	{"dump-dmesg", no_argument, NULL, OPT_DUMP_DMESG},
	{"compress", required_argument, NULL, OPT_COMPRESS},
	{"level", required_argument, NULL, 'd'},
	{"dry-run", no_argument, NULL, OPT_DRY_RUN},
	{"show-stats", no_argument, NULL, OPT_SHOW_STATS},
	{"check-params", no_argument, NULL, OPT_CHECK_PARAMS},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPT_VERSION},
	/* makedumpfile's tuning: there is nothing here to tune with them */
	{"cyclic-buffer", required_argument, NULL, OPT_IGNORED},
	{"work-dir", required_argument, NULL, OPT_IGNORED},
	{"splitblock-size", required_argument, NULL, OPT_IGNORED},
	{"non-mmap", no_argument, NULL, OPT_IGNORED},
	{"non-cyclic", no_argument, NULL, OPT_IGNORED},
	/* makedumpfile's other features */
	{"partial-dmesg", no_argument, NULL, OPT_REFUSED},
	{"split", no_argument, NULL, OPT_REFUSED},
	{"reassemble", no_argument, NULL, OPT_REFUSED},
	{"config", required_argument, NULL, OPT_REFUSED},
	{"eppic", required_argument, NULL, OPT_REFUSED},
	{"extension", required_argument, NULL, OPT_REFUSED},
	{"mem-usage", no_argument, NULL, OPT_REFUSED},
	{"vtop", required_argument, NULL, OPT_REFUSED},
	{"diskset", required_argument, NULL, OPT_REFUSED},
	{"xen-syms", required_argument, NULL, OPT_REFUSED},
	{"xen-vmcoreinfo", required_argument, NULL, OPT_REFUSED},
	{"xen_phys_start", required_argument, NULL, OPT_REFUSED},
	{0},
};

static struct err *number(const char *what, const char *text, unsigned long most, unsigned int *ret)
{
	char *end;
	errno = 0;
	unsigned long n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n > most)
		return err_new(ERR_USAGE, "%s: \"%s\" is not a number from 0 to %lu", what, text,
			       most);
	*ret = (unsigned int)n;
	return NULL;
}

static struct err *set_codec(struct options *o, const struct codec *codec, const char *name)
{
	if (!codec)
		return err_new(
			ERR_USAGE, "compression \"%s\" is not in this build (missing: %s)", name,
			*codec_missing() ? codec_missing() : "none; see --help for the names");
	o->codec = codec;
	return NULL;
}

static struct err *set_progress(struct options *o, const char *name)
{
	static const char *const names[] = {"auto", "text", "json", "none"};
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			o->progress = (enum progress_kind)i;
			return NULL;
		}
	}
	return err_new(ERR_USAGE, "--progress %s: use auto, text, json or none", name);
}

/* Options that choose what is done; false if c is none of them. */
static bool take_mode(struct options *o, int c)
{
	switch (c) {
	case 'R':
		o->mode = MODE_REARRANGE;
		return true;
	case OPT_DUMP_DMESG:
		o->mode = MODE_DMESG;
		return true;
	case OPT_CHECK_PARAMS:
		o->check_params = true;
		return true;
	case 'h':
		o->mode = MODE_HELP;
		return true;
	case 'v':
	case OPT_VERSION:
		o->mode = MODE_VERSION;
		return true;
	default:
		return false;
	}
}

static struct err *take_option(struct options *o, int c, const char *word)
{
	char letter[2] = {(char)c, '\0'};
	switch (c) {
	case 'c':
	case 'l':
	case 'p':
	case 'z':
		return set_codec(o, codec_by_option((char)c), letter);
	case OPT_COMPRESS:
		if (strcmp(optarg, "none") == 0) {
			o->codec = NULL;
			return NULL;
		}
		return set_codec(o, codec_by_name(optarg), optarg);
	case 'd':
		if (strchr(optarg, ','))
			return err_new(ERR_USAGE,
				       "-d %s: a list of levels is not supported; give one level",
				       optarg);
		return number("-d", optarg, 31, &o->level);
	case OPT_NUM_THREADS:
		return number("--num-threads", optarg, MAX_THREADS, &o->threads);
	case OPT_MESSAGE_LEVEL:
		return number("--message-level", optarg, 31, &o->message_level);
	case OPT_PROGRESS:
		return set_progress(o, optarg);
	case OPT_RECORD:
		o->record = optarg;
		return NULL;
	case 'F':
		o->flattened = true;
		return NULL;
	case 'f':
		o->overwrite = true;
		return NULL;
	case OPT_DRY_RUN:
		o->dry_run = true;
		return NULL;
	case OPT_SHOW_STATS:
		o->show_stats = true;
		return NULL;
	case 'D':
	case 'b':
	case OPT_IGNORED:
		return NULL;
	case ':':
		return err_new(ERR_USAGE, "%s needs a value; see --help", word);
	case '?':
		return err_new(ERR_USAGE, "unknown option %s; see --help", word);
	default:
		return err_new(ERR_USAGE, "%s is not supported by this version; see --help", word);
	}
}

/* The option as a message names it: one letter of several in a word, or the long name. */
static const char *option_name(int c, int index, char **argv, char name[32])
{
	bool unknown = c == '?' || c == ':';
	int value = unknown ? optopt : c;
	if (index >= 0 && !unknown)
		snprintf(name, 32, "--%s", longopts[index].name);
	else if (value > 0 && value < OPT_NUM_THREADS)
		snprintf(name, 32, "-%c", value);
	else
		return argv[optind - 1];
	return name;
}

static struct err *take_files(struct options *o, int n, char **files)
{
	int want = o->mode == MODE_REARRANGE ? 1 : o->flattened || o->dry_run ? 1 : 2;
	if (o->mode == MODE_HELP || o->mode == MODE_VERSION || o->mode == MODE_CHECK_PARAMS)
		return NULL;
	if (n != want && !(o->dry_run && n == 2))
		return err_new(ERR_USAGE, "expected %s, got %d file name%s; see --help",
			       o->mode == MODE_REARRANGE ? "DUMPFILE"
			       : want == 1		 ? "VMCORE"
							 : "VMCORE and the file to write",
			       n, n == 1 ? "" : "s");
	if (o->mode == MODE_REARRANGE) {
		o->output = files[0];
		return NULL;
	}
	o->input = files[0];
	o->output = n == 2 ? files[1] : NULL;
	return NULL;
}

static bool called_makedumpfile(const char *argv0)
{
	const char *name = strrchr(argv0, '/');
	return strcmp(name ? name + 1 : argv0, "makedumpfile") == 0;
}

struct err *options_parse(int argc, char **argv, struct options *ret)
{
	struct options o = {.message_level = MESSAGE_DEFAULT, .threads = pool_usable_cpus()};
	if (!called_makedumpfile(argv[0])) {
		o.level = DEFAULT_LEVEL;
		o.codec = codec_nth(0);
	}
	opterr = 0;
	optind = 1;
	int c, index = -1;
	char name[32];
	/* E e g i L P x X: makedumpfile's, and named when refused */
	while ((c = getopt_long(argc, argv, ":b:cDd:eEFfg:hi:lL:pRvXx:z", longopts, &index)) !=
	       -1) {
		const char *word = option_name(c, index, argv, name);
		struct err *e = take_mode(&o, c) ? NULL : take_option(&o, c, word);
		if (e)
			return e;
		index = -1;
	}
	if ((o.mode == MODE_DMESG || o.mode == MODE_REARRANGE) &&
	    (o.flattened || o.dry_run || o.record))
		return err_new(ERR_USAGE,
			       "-F, --dry-run and --record do not go with -R or --dump-dmesg");
	if (o.check_params && o.mode != MODE_HELP && o.mode != MODE_VERSION)
		o.mode = MODE_CHECK_PARAMS;
	/* One thread beside the writer would only wait for it. */
	if (o.threads == 1)
		o.threads = 0;
	struct err *e = take_files(&o, argc - optind, argv + optind);
	if (e)
		return e;
	*ret = o;
	return NULL;
}

void options_help(const char *program)
{
	printf("Usage: %s [OPTION]... VMCORE DUMPFILE\n"
	       "       %s -F [OPTION]... VMCORE > STREAM\n"
	       "       %s -R DUMPFILE < STREAM\n"
	       "       %s --dump-dmesg VMCORE LOGFILE\n\n",
	       program, program, program, program);
	fputs("Saves the pages of a crashed kernel's memory (/proc/vmcore, a copy of it, or a "
	      "dump) that are worth\n"
	      "keeping, compressed, in the kdump-compressed format that crash, drgn and "
	      "libkdumpfile read.\n\n"
	      "  -d, --level=N        what to leave out, a sum of: 1 zero pages, 2 cache, 4 cache "
	      "with private\n"
	      "                       data, 8 user data, 16 free pages (default 31)\n"
	      "  -z -l -p -c          compress with zstd (default), lzo, snappy, zlib\n"
	      "      --compress=NAME  the same by name; none: do not compress\n"
	      "      --num-threads=N  default: the CPUs this process may use; 0 or 1: no threads\n"
	      "  -f                   overwrite DUMPFILE\n"
	      "  -F                   write a flattened stream to standard output\n"
	      "  -R                   make a dump file of a flattened stream\n"
	      "      --dump-dmesg     extract the kernel log only\n"
	      "      --progress=KIND  auto, text, json (JSON lines) or none, on standard error\n"
	      "      --record=FILE    write a JSON record of the run\n"
	      "      --message-level=N  makedumpfile's bits: 1 progress, 2 common, 4 error, 16 "
	      "report\n"
	      "      --show-stats     report what was excluded, by reason\n"
	      "      --dry-run        choose the pages and report, write nothing\n"
	      "      --check-params   check the command line only\n"
	      "  -h, --help\n"
	      "  -v, --version\n\n"
	      "Accepted for makedumpfile's sake, without effect: -b -D --cyclic-buffer --work-dir\n"
	      "--splitblock-size --non-mmap --non-cyclic. Called as makedumpfile: -d 0, no "
	      "compression.\n\n"
	      "Exit status: 0 saved; 1 failed; 2 usage; 3 the target failed or is full, an "
	      "incomplete but\n"
	      "readable dump was left (-R: or the stream was cut); 4 the target failed, nothing "
	      "was "
	      "saved.\n",
	      stdout);
}
