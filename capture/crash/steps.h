/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The work of each step of the plan (plan.c), to be called in a step's child with run as arg. They
 * save; they do not decide what comes next.
 */
#ifndef SALVOR_CRASH_STEPS_H
#define SALVOR_CRASH_STEPS_H

#include "crash/run.h"

/* steps_small.c: what is small and precious. */
step_fn step_dmesg, step_send_dmesg;
/* steps_nic.c */
step_fn step_nic_before, step_nic_drivers, step_nic_after, step_nic_dead, step_nic_staged,
	step_send_nic, step_send_nic_dead, step_network;
/* steps_report.c */
step_fn step_report, step_send_report;
/* steps_save.c */
step_fn step_open, step_vmcore, step_digest, step_manifest, step_journal, step_publish;
/* steps_hooks.c: the administrator's programs. */
step_fn step_pre, step_post;
/* release.c: gives the memory of a fadump back. */
step_fn step_release;
/* close: unmounts or disconnects. */
step_fn step_close;

/* Makes a file beside the others and adds its line to the manifest. For what is known only late. */
struct err *steps_add_file(struct run *run, const char *name, const struct buf *content,
			   struct step_report *report) must_check;

/* What the run gives each of nic-dump's runs. */
#define NIC_SECONDS 30
/* What the run gives vmcore-report. */
#define REPORT_SECONDS 30

#endif
