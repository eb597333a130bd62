// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump watch: reads the configuration and watches until it is told to stop. */
#include <getopt.h>
#include "nic/cli.h"
#include "nic/watch/options.h"
#include "nic/watch/watch.h"

struct err *nic_cmd_watch(int argc, char **argv)
{
	struct nic_take_options o = NIC_TAKE_OPTIONS;
	struct root root;
	struct nic_conf conf;
	struct err *e = nic_take_options(argc, argv, &o);
	if (!e && o.registers)
		e = err_new(ERR_USAGE, "watch: --registers is for a dump that somebody asks for");
	if (!e && optind != argc)
		e = err_new(ERR_USAGE, "watch: unexpected argument %s", argv[optind]);
	if (!e)
		e = root_init(&root, o.root);
	if (e)
		return e;
	e = nic_conf_read(&root, o.conf ? o.conf : NIC_CONF_FILE, !o.conf, &conf);
	if (!e) {
		struct nic_log log = {.to_system = root_is_machine(&root)};
		const struct nic_watch_options w = {&root, &conf, &log, o.deadline};
		e = nic_watch_run(&w);
		nic_conf_deinit(&conf);
	}
	root_deinit(&root);
	return e;
}
