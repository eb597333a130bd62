/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of nic-dump. Each takes its own arguments (argv[0] is the command's name) and
 * returns an exit status, or an error that main() prints.
 */
#ifndef SALVOR_NIC_CLI_H
#define SALVOR_NIC_CLI_H

#include <stdbool.h>
#include "base/err.h"

/* Beyond the deadline of a run: time for writing what was collected to a slow target. */
#define NIC_ALARM_SECONDS 30

enum { NIC_EXIT_OK = 0, NIC_EXIT_FAILED = 1, NIC_EXIT_USAGE = 2 };

struct err *nic_cmd_save(int argc, char **argv) must_check;
struct err *nic_cmd_dead(int argc, char **argv) must_check;
struct err *nic_cmd_now(int argc, char **argv) must_check;
struct err *nic_cmd_dbg(int argc, char **argv) must_check;
struct err *nic_cmd_watch(int argc, char **argv) must_check;
struct err *nic_cmd_show(int argc, char **argv) must_check;

/*
 * wqdump, by the program's name, or the command "wq": the whole of main(), since its exit statuses
 * are others. False: it was not asked for.
 */
bool nic_wq_main(int argc, char **argv, int *status);

#endif
