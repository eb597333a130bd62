/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON over HTTPS to one BMC: GET and POST of paths on it. The certificate is always checked;
 * nothing is followed anywhere else (redirections, other protocols). Each request and each answer
 * is limited (30 s, 1 MiB). One thread.
 */
#ifndef SALVOR_TRIGGER_HTTPS_H
#define SALVOR_TRIGGER_HTTPS_H

#include <jansson.h>
#include "base/err.h"
#include "trigger/credentials.h"

struct https {
	void *curl;
	const char *host; /* HOST or HOST:PORT; borrowed */
};

/* host and who must stay as long as h does. cacert NULL: what the system trusts. */
struct err *https_init(const char *host, const char *cacert, const struct credentials *who,
		       struct https *ret) must_check;
void https_deinit(struct https *h);
#define _cleanup_https_ _cleanup_(https_deinit)

/* path begins with '/'. *ret is the caller's: json_decref(). */
struct err *https_get(struct https *h, const char *path, json_t **ret) must_check;
/* Any answer of success will do. */
struct err *https_post(struct https *h, const char *path, const char *body) must_check;

#endif
