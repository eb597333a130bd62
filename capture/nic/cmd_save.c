// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump save: inventory, every collector in its order, the record. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "nic/cli.h"
#include "nic/live/runner.h"
#include "nic/live/stage.h"
#include "nic/options.h"

struct options {
	enum nic_stage stage;
	const char *environment;
	const char *output;
	const char *root;
	char *tables; /* absolute, ours */
	bool registers;
	double deadline;
};

static struct err *parse_stage(const char *text, enum nic_stage *ret)
{
	static const enum nic_stage stages[] = {NIC_BEFORE_BIND, NIC_AFTER_BIND, NIC_LIVE};
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		if (strcmp(text, nic_stage_name(stages[i])) == 0) {
			*ret = stages[i];
			return NULL;
		}
	}
	return err_new(ERR_USAGE, "--stage %s: not one of before-bind, after-bind, live", text);
}

static struct err *parse_environment(const char *text, const char **ret)
{
	if (strcmp(text, "kdump") != 0 && strcmp(text, "fadump") != 0 && strcmp(text, "live") != 0)
		return err_new(ERR_USAGE, "--environment %s: not one of kdump, fadump, live", text);
	*ret = text;
	return NULL;
}

/* Collectors work in another directory. */
static struct err *parse_tables(const char *text, char **ret)
{
	char *path = realpath(text, NULL);
	if (!path)
		return err_new(ERR_USAGE, "--tables %s: %s", text, strerror(errno));
	free(*ret);
	*ret = path;
	return NULL;
}

static struct err *take_option(void *arg, int c, const char *value)
{
	struct options *o = arg;
	switch (c) {
	case 's':
		return parse_stage(value, &o->stage);
	case 'o':
		o->output = value;
		break;
	case 'r':
		o->root = value;
		break;
	case 'e':
		return parse_environment(value, &o->environment);
	case 'd':
		return nic_option_number("--deadline", value, 1, 3600, &o->deadline);
	case 'g':
		o->registers = true;
		break;
	case 't':
		return parse_tables(value, &o->tables);
	}
	return NULL;
}

static struct err *parse(int argc, char **argv, struct options *o)
{
	static const struct option table[] = {
		{"stage", required_argument, NULL, 's'},
		{"output", required_argument, NULL, 'o'},
		{"root", required_argument, NULL, 'r'},
		{"environment", required_argument, NULL, 'e'},
		{"deadline", required_argument, NULL, 'd'},
		{"registers", no_argument, NULL, 'g'},
		{"tables", required_argument, NULL, 't'},
		{0},
	};
	struct err *e = nic_options(argc, argv, table, take_option, o);
	if (!e && optind < argc)
		e = err_new(ERR_USAGE, "save: unexpected argument %s", argv[optind]);
	if (!e && !o->stage)
		e = err_new(ERR_USAGE, "save: --stage is missing");
	if (!e && (!o->output || !*o->output))
		e = err_new(ERR_USAGE, "save: --output is missing");
	return e;
}

/*
 * A dump waits where /proc/vmcore is; it is firmware-assisted where the kernel offers to release
 * its memory or firmware tells of a preserved dump
 * (Documentation/arch/powerpc/firmware-assisted-dump.rst).
 */
static const char *find_environment(const struct root *root)
{
	static const char *const fadump[] = {
		"/sys/kernel/fadump/release_mem",
		"/sys/kernel/fadump_release_mem",
		"/proc/device-tree/rtas/ibm,kernel-dump",
		"/proc/device-tree/ibm,opal/dump/mpipl-boot",
	};
	if (!root_exists(root, "/proc/vmcore"))
		return "live";
	for (size_t i = 0; i < ARRAY_SIZE(fadump); i++)
		if (root_exists(root, fadump[i]))
			return "fadump";
	return "kdump";
}

/* The directory, with its parents where they are missing. */
static struct err *open_output(const char *path, int *ret)
{
	_cleanup_free_ char *copy = strdup(path);
	if (!copy)
		return err_nomem();
	for (char *p = copy + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(copy, 0755); /* what fails here shows at the end */
		*p = '/';
	}
	if (mkdir(copy, 0755) < 0 && errno != EEXIST)
		return err_os(errno, "making the output directory %s", path);
	int fd = open(copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_os(errno, "output directory %s", path);
	*ret = fd;
	return NULL;
}

static struct err *write_record(const struct nic_run *run, struct nic_run_facts *facts,
				double begun, bool complete)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	facts->seconds = clock_now() - begun;
	facts->complete = complete;
	nic_record_json(run->record, run->inventory, facts, &text);
	return nic_stage_write(run->output, nic_stage_name(run->stage), &text);
}

static struct err *collect_all(const struct nic_run *run, struct nic_run_facts *facts, double begun)
{
	struct err *e = NULL;
	double written = 0;
	for (size_t i = 0; nic_collectors[i]; i++) {
		nic_run_collector(run, nic_collectors[i]);
		/*
		 * A record on the way, for the case that somebody kills us; not more than one per
		 * second. Its failure shows again at the end.
		 */
		if (nic_collectors[i + 1] && clock_now() - written >= 1) {
			err_free(write_record(run, facts, begun, false));
			written = clock_now();
		}
	}
	e = write_record(run, facts, begun, true);
	return e;
}

/*
 * Before a driver binds, the registers are what this stage is for. Once one has, they are its own:
 * on a living system only when asked for, in a capture not at all. A device that was reset has
 * nothing to tell, which is recorded in whatever stage there is.
 */
static struct nic_depth depth_of(const struct options *o, const char *environment)
{
	struct nic_depth depth = nic_depth_default;
	depth.tables = o->tables;
	depth.unbound = o->stage == NIC_BEFORE_BIND;
	depth.devices_reset = strcmp(environment, "fadump") == 0;
	depth.registers = o->stage == NIC_BEFORE_BIND || depth.devices_reset ||
			  (o->stage == NIC_LIVE && o->registers);
	return depth;
}

static struct err *save(const struct options *o, const struct root *root, int output)
{
	double begun = clock_now();
	struct nic_inventory inventory;
	struct nic_record record = {0};
	char kernel[128];
	struct err *e = nic_inventory_init(&inventory, root);
	if (e)
		return err_wrap(e, "looking for network devices");
	if (root_read_line(root, "/proc/sys/kernel/osrelease", kernel, sizeof(kernel)) < 0)
		kernel[0] = '\0';
	const char *environment = o->environment ? o->environment : find_environment(root);
	struct nic_depth depth = depth_of(o, environment);
	struct nic_run run = {
		.root = root,
		.root_is_machine = root_is_machine(root),
		.inventory = &inventory,
		.stage = o->stage,
		.output = output,
		.deadline_at = begun + o->deadline,
		.record = &record,
		.depth = &depth,
	};
	struct nic_run_facts facts = {
		.stage = o->stage,
		.environment = environment,
		.root = root->path,
		.kernel = *kernel ? kernel : NULL,
		.started = time(NULL),
		.privileged = geteuid() == 0,
	};
	e = collect_all(&run, &facts, begun);
	nic_record_deinit(&record);
	nic_inventory_deinit(&inventory);
	return e;
}

static struct err *run_save(const struct options *o)
{
	/*
	 * Collectors have their deadlines; this is for the inventory and for the output, should a
	 * file system never answer. The signal's default action ends us.
	 */
	alarm((unsigned)o->deadline + NIC_ALARM_SECONDS);
	struct root root;
	struct err *e = root_init(&root, o->root);
	if (e)
		return e;
	_cleanup_close_ int output = -1;
	e = open_output(o->output, &output);
	if (!e)
		e = save(o, &root, output);
	root_deinit(&root);
	return e;
}

struct err *nic_cmd_save(int argc, char **argv)
{
	struct options o = {.deadline = 60};
	struct err *e = parse(argc, argv, &o);
	if (!e)
		e = run_save(&o);
	free(o.tables);
	return e;
}
