/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requests that a disk had not finished: those whose tag the driver held, out of the tag sets
 * of its queue. Requests that still waited in a scheduler are not among them. One thread.
 */
#ifndef SALVOR_REPORT_REQUESTS_H
#define SALVOR_REPORT_REQUESTS_H

#include "report/report.h"

/* Of one disk: the oldest are shown, more are counted. */
#define REQUESTS_MAX 1024

struct request {
	uint32_t op; /* REQ_OP_… */
	uint32_t bytes;
	uint64_t sector; /* REQUEST_UNKNOWN: it has none */
	uint64_t age_ns; /* REQUEST_UNKNOWN: not known */
};
#define REQUEST_UNKNOWN UINT64_MAX

struct requests {
	struct request *request; /* the oldest first */
	size_t n, cap, limit;
	uint64_t inflight; /* REQUEST_UNKNOWN: not known */
};

/* Whether the kernel's types say all that requests_read() needs. */
bool requests_known(const struct layout *l);
/* Now, by the clock that requests are stamped with, in ns; 0: not known. */
uint64_t requests_now(struct kmem *k);
/*
 * Those of a request queue, the limit (at most REQUESTS_MAX) oldest by name. found is false if it
 * has no tags (bio-based devices, as dm), or they cannot be read. An error only for lack of memory.
 */
struct err *requests_read(struct report *r, uint64_t queue, uint64_t now, size_t limit,
			  struct requests *ret, bool *found) must_check;
void requests_deinit(struct requests *r);

/* "READ", "WRITE_ZEROES"; by the kernel's own enum, as the numbers have changed. */
void request_op_name(const struct kernel *k, uint32_t op, char *ret, size_t cap);

#endif
