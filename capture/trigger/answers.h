/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a Redfish service answered, looked at: which system is meant, and whether and where its
 * reset action takes "Nmi". Pure: no network. The answers are not trusted: names are cut, and a
 * path is only taken for one when it can lead nowhere but to the same service. What is returned
 * belongs to the JSON value.
 *
 * Redfish: DSP0266 (protocol), DSP2046 (ComputerSystem, ActionInfo).
 */
#ifndef SALVOR_TRIGGER_ANSWERS_H
#define SALVOR_TRIGGER_ANSWERS_H

#include <jansson.h>
#include "base/err.h"

/* The path of the system with the Id wanted in a collection; with NULL, of the only one. */
struct err *answer_system(const json_t *collection, const char *wanted,
			  const char **ret) must_check;

struct reset_action {
	const char *target;   /* path to POST to */
	const json_t *values; /* what it takes, or NULL: see info */
	const char *info;     /* path of its ActionInfo, or NULL */
};

/* ERR_UNSUPPORTED: the system has no such action. */
struct err *answer_reset(const json_t *system, struct reset_action *ret) must_check;

/* What an ActionInfo says that ResetType takes, or NULL. */
const json_t *answer_info_values(const json_t *info);

/* ERR_UNSUPPORTED, with what there is instead, unless Nmi is among the values; they may be NULL. */
struct err *answer_offers_nmi(const json_t *values) must_check;

/* What the service says went wrong, or "". */
const char *answer_complaint(const json_t *answer);

#endif
