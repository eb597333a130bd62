// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump wq, and wqdump: the elements of an adapter's queues, and their contexts. */
#include <stdio.h>
#include <string.h>
#include "nic/cli.h"
#include "nic/wq/wq.h"

static const char help[] =
	"Usage: wqdump -d DEVICE --source CONTEXT --dump DUMP [options]\n"
	"       nic-dump wq -d DEVICE --source CONTEXT --dump DUMP [options]\n"
	"\n"
	"Dumps work queues of mlx5 and mlx4 adapters and the contexts of their queues.\n"
	"\n"
	"  -d, --device DEVICE    vmcore:FILE#INTERFACE, a directory of queues that were saved "
	"(with a\n"
	"                         / in its name), or a device of this machine: an interface, a "
	"PCI\n"
	"                         address, an RDMA device\n"
	"      --source CONTEXT   Snd, Rcv, Cmp, Srq, Eqe, FullQp, MKC; refused, with the reason:\n"
	"                         MCG, SXDC, CMAS_*\n"
	"      --gvmi GVMI        only contexts of that function\n"
	"      --qp NUMBER        which context\n"
	"      --dump DUMP        WQ, QP, WQ_QP, ALL_QPC, ALL_VALID_QPNS; refused: ICM\n"
	"      --fi INDEX         first element, or context of ALL_*; default 0\n"
	"      --num NUMBER       how many; default all\n"
	"      --format FORMAT    text, raw, dw; default text\n"
	"      --save DIR         copy the queues of that source into a directory, dump nothing\n"
	"      --address ADDRESS, --size SIZE\n"
	"                         of ICM, which is refused\n"
	"      --clear_semaphore, --gw_access\n"
	"                         accepted: no semaphore or gateway of the hardware is used\n"
	"  -v, --version          the version\n"
	"  -h, --help             this text\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 Linux has no source for it, 4 no such\n"
	"device, context or element. See wqdump(8).\n";

enum { WQ_EXIT_REFUSED = 3, WQ_EXIT_MISSING = 4 };

static bool is_wqdump(const char *program)
{
	const char *slash = program ? strrchr(program, '/') : NULL;
	return program && strcmp(slash ? slash + 1 : program, "wqdump") == 0;
}

static struct err *dump(int argc, char **argv, const char *name)
{
	struct wq_options o;
	struct wq_source source;
	struct err *e = wq_options_parse(argc, argv, &o);
	if (e)
		return e;
	if (o.help || o.version) {
		if (o.help)
			fputs(help, stdout);
		else
			printf("%s %s\n", name, SALVOR_VERSION);
		return fflush(stdout) ? err_new(ERR_IO, "writing failed") : NULL;
	}
	if (o.clear_semaphore || o.gw_access)
		fprintf(stderr, "%s: %s: nothing to do, the hardware is not accessed\n", name,
			o.clear_semaphore ? "--clear_semaphore" : "--gw_access");
	e = wq_source_open(o.device, &source);
	if (e)
		return e;
	e = o.save ? wq_save(&source, &o) : wq_print(&source, &o, stdout);
	wq_source_close(&source);
	return e;
}

static int exit_status(const struct err *e)
{
	switch (err_code(e)) {
	case ERR_USAGE:
		return NIC_EXIT_USAGE;
	case ERR_UNSUPPORTED:
		return WQ_EXIT_REFUSED;
	case ERR_MISSING:
		return WQ_EXIT_MISSING;
	default:
		return NIC_EXIT_FAILED;
	}
}

bool nic_wq_main(int argc, char **argv, int *status)
{
	const char *name = "wqdump";
	if (argc > 0 && !is_wqdump(argv[0])) {
		if (argc < 2 || strcmp(argv[1], "wq") != 0)
			return false;
		name = "nic-dump wq";
		argc--;
		argv++;
	}
	_cleanup_err_ struct err *e = dump(argc, argv, name);
	if (e)
		fprintf(stderr, "%s: %s%s\n", name, err_message(e),
			err_code(e) == ERR_USAGE ? "; try --help" : "");
	*status = e ? exit_status(e) : NIC_EXIT_OK;
	return true;
}
