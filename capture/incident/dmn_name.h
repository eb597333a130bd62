/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name of an incident of a device: dmn-DEVICE-TYPE-SOURCE-REASON--TIME, made and recognized.
 * It touches no file. Pure.
 *
 * The fields are those of the adapters' own tools ("dump me now"). '-' separates them, so in a
 * field every byte other than letters, digits, '.' and '_' becomes '_' (0000:08:00.0 is
 * 0000_08_00.0) and an empty one is NA. TIME is UTC with milliseconds, 20261127T055340.123Z: it
 * sorts, and has no colon.
 */
#ifndef SALVOR_INCIDENT_DMN_NAME_H
#define SALVOR_INCIDENT_DMN_NAME_H

#include <stdbool.h>
#include <time.h>
#include "incident/incident.h"

struct dmn_fields {
	const char *device; /* cut to 40 bytes */
	const char *type;   /* GENERAL; 12 */
	const char *source; /* who asked: USER, or a sensor; 16 */
	const char *reason; /* 24 */
	struct timespec when;
};

/* The n-th of that name in that millisecond: "-N" behind it for n > 1. */
void dmn_name(const struct dmn_fields *f, unsigned n, char name[INCIDENT_NAME_MAX]);

/* Whether this is a name of a published incident, complete or not. */
bool dmn_name_valid(const char *name);

#endif
