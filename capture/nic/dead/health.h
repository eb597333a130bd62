/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked first of each adapter: was it up, what looked wrong, how full were its rings. The
 * walk (dead.h) says so where it finds it; each interface, PCI function and devlink instance shows
 * its own at its end, and a report may take all of it. What counts as wrong is decided here, and
 * nothing is read here. Bounded; owns its memory; one thread.
 */
#ifndef SALVOR_NIC_DEAD_HEALTH_H
#define SALVOR_NIC_DEAD_HEALTH_H

#include <stdint.h>
#include "base/buf.h"

/* What is kept; what is more is counted. */
enum {
	HEALTH_SUBJECTS_MAX = 4096,
	HEALTH_RINGS_MAX = 8192, /* of all subjects together */
	HEALTH_WRONG_MAX = 32,	 /* lines of one subject */
	HEALTH_TEXT_MAX = 256 * 1024,
};

enum nic_subject_kind { NIC_INTERFACE, NIC_FUNCTION, NIC_DEVLINK };

struct nic_subject {
	enum nic_subject_kind kind;
	char name[64];	 /* "eth0"; in another namespace "eth0@4026532301"; else the device's */
	char driver[32]; /* "": none */
	char pci[24];	 /* "": it is on no PCI device */
	bool known;	 /* the next three are */
	bool up, present, carrier;
	unsigned int tx_queues, tx_stopped;
	/* Lines, each ended by a newline, in the text of all; and how many there were. */
	size_t wrong_at, wrong_len;
	unsigned int wrong_kept, wrong;
	size_t ring, rings; /* the first of its rings, and how many */
};

/* Whom the entries of a ring wait for is told from its kind. */
enum nic_ring_kind {
	NIC_RING_OTHER, /* nothing is concluded */
	NIC_RING_TX,
	NIC_RING_RX,
	NIC_RING_DONE, /* completions or events: the device writes, the driver reads */
};

struct nic_level {
	char name[32];
	enum nic_ring_kind kind;
	uint64_t size;
	uint64_t device;  /* entries that the device has */
	uint64_t done;	  /* that it is done with, and the driver has not seen */
	double oldest_ms; /* of those with the device; NAN: not known */
};

struct nic_txq {
	unsigned int index;
	bool stopped;
	uint64_t timeouts;
	double age, watchdog; /* seconds since a frame was given to it; what is too long; or NAN */
};

struct nic_health {
	struct nic_subject now; /* that is being walked */
	char context[96];	/* in front of what is wrong; "": nothing */
	bool walking;
	struct nic_subject *subject;
	size_t subjects, subjects_cap;
	struct nic_level *level;
	size_t levels, levels_cap;
	size_t left_out; /* subjects and rings that were too many */
	struct buf text;
};

void nic_health_deinit(struct nic_health *h);

/* From here to the end all is of this one. */
void nic_health_begin(struct nic_health *h, enum nic_subject_kind kind, const char *name);
/* What is learned of it; NULL leaves that. */
void nic_health_device(struct nic_health *h, const char *driver, const char *pci);
/* Keeps it: every interface, of the others those with which something is wrong. */
void nic_health_end(struct nic_health *h);
/* Of which part the next things are, until the subject ends; NULL: of the subject itself. */
void nic_health_context(struct nic_health *h, const char *fmt, ...) printf_like(2, 3);

/* Between begin and end; elsewhere they do nothing. One line, without a newline. */
void nic_health_wrong(struct nic_health *h, const char *fmt, ...) printf_like(2, 3);
void nic_health_ring(struct nic_health *h, const struct nic_level *level);
void nic_health_queue(struct nic_health *h, const struct nic_txq *q);
/* Before its queues and rings, which are judged by it. why: there is no carrier; or NULL. */
void nic_health_link(struct nic_health *h, bool up, bool present, bool carrier, const char *why);

/* The next line of what is wrong with s: *at is NULL at first; returns its length, 0: no more. */
size_t nic_health_line(const struct nic_health *h, const struct nic_subject *s, const char **at);
/* "up, link up", "down", …; for people. */
void nic_health_state(const struct nic_subject *s, struct buf *out);
const char *nic_ring_kind_name(enum nic_ring_kind kind);

#endif
