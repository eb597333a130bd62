/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time for measuring and for deadlines: a monotonic clock in seconds. No calendar, no sleeping.
 */
#ifndef SALVOR_BASE_CLOCK_H
#define SALVOR_BASE_CLOCK_H

#include <time.h>

/* Seconds since an arbitrary start (CLOCK_MONOTONIC). */
static inline double clock_now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* CPU seconds used by the whole process, all threads. */
static inline double clock_cpu(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

#endif
