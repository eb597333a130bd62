/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which incidents have to go so that one more fits: a decision, nothing else. Pure.
 *
 * The scheme is the one of the adapters' own tools: of at most TOTAL incidents the first PRESERVED
 * stay for ever and the others are overwritten in a cycle, which begins anew at index PRESERVED.
 * Incidents are sorted by the order in which they were published, so the cycle's next victim is
 * always the one at index PRESERVED, the oldest that may go; no position has to be remembered.
 */
#ifndef SALVOR_INCIDENT_RETENTION_H
#define SALVOR_INCIDENT_RETENTION_H

#include <stddef.h>
#include <stdint.h>

struct retention_limits {
	unsigned total;	    /* incidents, at most; 0: none is ever taken */
	unsigned preserved; /* of these, the first are never removed */
	uint64_t bytes_max; /* of all incidents together; 0: no limit */
	uint64_t free_min;  /* bytes that stay free in the file system; 0: no floor */
};

struct retention_need {
	unsigned incidents;  /* to be added: 0 or 1 */
	uint64_t bytes;	     /* that it has, for bytes_max */
	uint64_t free_bytes; /* of the file system now, the new incident's bytes written or not */
};

enum retention_result {
	RETENTION_FITS,
	RETENTION_NO_COUNT, /* the preserved ones are as many as there may be */
	RETENTION_NO_BYTES, /* with all others gone it is still more than bytes_max */
	RETENTION_NO_SPACE, /* with all others gone less than free_min is free */
};

/* v[first] to v[first + count - 1] go; count is 0 where it does not fit. */
struct retention_choice {
	enum retention_result result;
	size_t first;
	size_t count;
};

/* bytes[i] is what the i-th incident takes, the one published first in front. */
struct retention_choice retention_choose(const uint64_t *bytes, size_t n,
					 const struct retention_limits *limits,
					 const struct retention_need *need);

#endif
