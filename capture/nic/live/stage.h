/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record on disk: nic-<stage>.json for one run, and nic.json, which holds the records of all
 * stages that the directory has. Files appear under their name only when whole. No fsync: whoever
 * publishes the directory does that.
 */
#ifndef SALVOR_NIC_LIVE_STAGE_H
#define SALVOR_NIC_LIVE_STAGE_H

#include "base/buf.h"

/* Writes text as nic-<stage>.json (stage as in nic_stage_name()) and makes nic.json anew. */
struct err *nic_stage_write(int output, const char *stage, const struct buf *text) must_check;

#endif
