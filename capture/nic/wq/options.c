// SPDX-License-Identifier: GPL-2.0-or-later
/* wqdump's command line, as MFT's page has it. Names may be of any case, as in its examples. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/wq/wq.h"

struct word {
	const char *name;
	int value;
};

static const struct word sources[] = {
	{"Snd", WQ_SND},	   {"Rcv", WQ_RCV},
	{"Cmp", WQ_CMP},	   {"Srq", WQ_SRQ},
	{"Eqe", WQ_EQE},	   {"FullQp", WQ_FULL_QP},
	{"MCG", WQ_MCG},	   {"MKC", WQ_MKC},
	{"SXDC", WQ_SXDC},	   {"CMAS_QP_WQE", WQ_CMAS},
	{"CMAS_QP_SWQ", WQ_CMAS},  {"CMAS_SRQ_WQE", WQ_CMAS},
	{"CMAS_CQ_BUFF", WQ_CMAS}, {"CMAS_QP_DBR", WQ_CMAS},
	{"CMAS_QP_SDB", WQ_CMAS},  {"CMAS_SRQ_DB", WQ_CMAS},
	{"CMAS_CQ_DBR", WQ_CMAS},  {"CMAS_CQ_ARM", WQ_CMAS},
	{"CMAS_EQ_BUFF", WQ_CMAS}, {"CMAS_TAG_MATCH", WQ_CMAS},
	{"CMAS_INLINE", WQ_CMAS},  {NULL, 0},
};

static const struct word dumps[] = {
	{"WQ", WQ_DUMP_WQ},
	{"QP", WQ_DUMP_QP},
	{"WQ_QP", WQ_DUMP_WQ_QP},
	{"ALL_QPC", WQ_DUMP_ALL_QPC},
	{"ALL_VALID_QPNS", WQ_DUMP_ALL_QPNS},
	{"ICM", WQ_DUMP_ICM},
	{NULL, 0},
};

static const struct word formats[] = {{"text", WQ_TEXT}, {"raw", WQ_RAW}, {"dw", WQ_DW}, {NULL, 0}};

/* What no public interface of Linux gives, and what gives something near it. */
static const struct {
	enum wq_kind kind;
	const char *why;
} refused[] = {
	{WQ_MCG, "multicast groups are in the adapter's own memory, and no Linux interface reads "
		 "them; ip-maddress(8) lists the groups that the host joined"},
	{WQ_SXDC, "SXDC contexts are not described in public, and no Linux interface reads them; "
		  "mstresourcedump of mstflint may"},
	{WQ_CMAS, "CMAS contexts are not described in public, and no Linux interface reads them; "
		  "for the buffers themselves take --source Snd, Rcv, Srq, Cmp or Eqe, for the "
		  "contexts mstresourcedump of mstflint"},
};

static const char icm_why[] = "ICM is memory that the firmware keeps to itself in a form that is "
			      "not public, and no Linux interface reads it; contexts are --dump QP";

const char *wq_kind_name(enum wq_kind kind)
{
	for (const struct word *w = sources; w->name; w++)
		if (w->value == (int)kind)
			return w->name;
	return "?";
}

static bool find(const struct word *words, const char *name, int *ret)
{
	for (; words->name; words++) {
		if (strcasecmp(words->name, name) == 0) {
			*ret = words->value;
			return true;
		}
	}
	return false;
}

bool wq_kind_find(const char *name, enum wq_kind *ret)
{
	int value = 0;
	bool found = find(sources, name, &value);
	if (found)
		*ret = (enum wq_kind)value;
	return found;
}

static struct err *word(const char *option, const struct word *words, const char *text, int *ret)
{
	_cleanup_buf_ struct buf names = BUF_INIT;
	if (find(words, text, ret))
		return NULL;
	for (const struct word *w = words; w->name; w++)
		buf_printf(&names, "%s%s", names.len ? ", " : "", w->name);
	return err_new(ERR_USAGE, "--%s %s: not one of %s", option, text, buf_str(&names));
}

static struct err *number(const char *option, const char *text, uint64_t max, uint64_t *ret)
{
	char *end;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 0);
	if (end == text || *end || errno || *text == '-' || value > max)
		return err_new(ERR_USAGE, "--%s %s: not a number up to 0x%llx", option, text,
			       (unsigned long long)max);
	*ret = value;
	return NULL;
}

enum {
	OPT_SOURCE = 256,
	OPT_GVMI,
	OPT_QP,
	OPT_DUMP,
	OPT_FI,
	OPT_NUM,
	OPT_FORMAT,
	OPT_ADDRESS,
	OPT_SIZE,
	OPT_CLEAR,
	OPT_GW,
	OPT_SAVE
};

static struct err *take_number(int c, const char *text, struct wq_options *o)
{
	uint64_t value = 0;
	struct err *e;
	switch (c) {
	case OPT_GVMI:
		e = number("gvmi", text, 0xffff, &value);
		o->gvmi = (uint32_t)value;
		o->has_gvmi = true;
		return e;
	case OPT_QP:
		e = number("qp", text, 0xffffffff, &value);
		o->qp = (uint32_t)value;
		o->has_qp = true;
		return e;
	case OPT_FI:
		e = number("fi", text, 0xffffffff, &value);
		o->first = (uint32_t)value;
		return e;
	case OPT_NUM:
		e = number("num", text, 0xffffffff, &value);
		if (!e && value == 0)
			e = err_new(ERR_USAGE, "--num 0: nothing would be dumped");
		o->num = (uint32_t)value;
		return e;
	case OPT_ADDRESS:
		return number("address", text, UINT64_MAX, &o->address);
	default:
		return number("size", text, UINT64_MAX, &o->size);
	}
}

static struct err *take(int c, const char *text, struct wq_options *o)
{
	int value = 0;
	struct err *e = NULL;
	switch (c) {
	case 'd':
		o->device = text;
		break;
	case OPT_SOURCE:
		e = word("source", sources, text, &value);
		o->source = (enum wq_kind)value;
		o->source_name = text;
		o->has_source = true;
		break;
	case OPT_DUMP:
		e = word("dump", dumps, text, &value);
		o->dump = (enum wq_dump)value;
		o->has_dump = true;
		break;
	case OPT_FORMAT:
		e = word("format", formats, text, &value);
		o->format = (enum wq_format)value;
		break;
	case OPT_CLEAR:
		o->clear_semaphore = true;
		break;
	case OPT_GW:
		o->gw_access = true;
		break;
	case OPT_SAVE:
		o->save = text;
		break;
	case 'v':
		o->version = true;
		break;
	case 'h':
		o->help = true;
		break;
	default:
		e = take_number(c, text, o);
	}
	return e;
}

static struct err *check(const struct wq_options *o)
{
	if (o->help || o->version)
		return NULL;
	if (!o->device || !*o->device)
		return err_new(ERR_USAGE, "no device: -d is missing");
	if (o->has_dump && o->dump == WQ_DUMP_ICM)
		return err_new(ERR_UNSUPPORTED, "--dump ICM: %s", icm_why);
	if (!o->has_source)
		return err_new(ERR_USAGE, "--source is missing");
	if (!o->has_dump)
		return err_new(ERR_USAGE, "--dump is missing");
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (refused[i].kind == o->source)
			return err_new(ERR_UNSUPPORTED, "--source %s: %s", o->source_name,
				       refused[i].why);
	bool one = o->dump == WQ_DUMP_WQ || o->dump == WQ_DUMP_QP || o->dump == WQ_DUMP_WQ_QP;
	if (one && !o->has_qp)
		return err_new(ERR_USAGE, "--qp is missing: which context?");
	if (o->source == WQ_FULL_QP && o->dump != WQ_DUMP_QP && one)
		return err_new(ERR_USAGE, "FullQp has contexts only; for its queues take --source "
					  "Snd or Rcv");
	if (o->source == WQ_MKC && o->dump != WQ_DUMP_QP && one)
		return err_new(ERR_USAGE, "MKC has contexts only");
	return NULL;
}

struct err *wq_options_parse(int argc, char **argv, struct wq_options *ret)
{
	static const struct option table[] = {
		{"device", required_argument, NULL, 'd'},
		{"source", required_argument, NULL, OPT_SOURCE},
		{"gvmi", required_argument, NULL, OPT_GVMI},
		{"qp", required_argument, NULL, OPT_QP},
		{"dump", required_argument, NULL, OPT_DUMP},
		{"fi", required_argument, NULL, OPT_FI},
		{"num", required_argument, NULL, OPT_NUM},
		{"format", required_argument, NULL, OPT_FORMAT},
		{"address", required_argument, NULL, OPT_ADDRESS},
		{"size", required_argument, NULL, OPT_SIZE},
		{"clear_semaphore", no_argument, NULL, OPT_CLEAR},
		{"gw_access", no_argument, NULL, OPT_GW},
		{"save", required_argument, NULL, OPT_SAVE},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct wq_options o = {0};
	struct err *e = NULL;
	int c;
	opterr = 0;
	optind = 1;
	/* long_only: the page's examples have "-qp 0x10" as well */
	while (!e && (c = getopt_long_only(argc, argv, ":d:vh", table, NULL)) != -1) {
		if (c == ':')
			e = err_new(ERR_USAGE, "%s needs a value", argv[optind - 1]);
		else if (c == '?')
			e = err_new(ERR_USAGE, "unknown option %s", argv[optind - 1]);
		else
			e = take(c, optarg, &o);
	}
	if (!e && optind < argc)
		e = err_new(ERR_USAGE, "unexpected argument %s", argv[optind]);
	if (!e)
		e = check(&o);
	if (!e)
		*ret = o;
	return e;
}
