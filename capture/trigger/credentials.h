/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User and password for a BMC, from a file that only its owner can read, or from standard input.
 * They are never an argument and never in a message: command lines and logs are everybody's. Owned
 * by the caller; deinit wipes them.
 */
#ifndef SALVOR_TRIGGER_CREDENTIALS_H
#define SALVOR_TRIGGER_CREDENTIALS_H

#include "base/err.h"

struct credentials {
	char text[1024]; /* the lines, cut into strings */
	const char *user;
	const char *password;
};

/* path "-" is standard input. Lines "user=NAME" and "password=SECRET"; empty ones and # comments
 * are left out. */
struct err *credentials_init(const char *path, struct credentials *ret) must_check;
void credentials_deinit(struct credentials *c);
#define _cleanup_credentials_ _cleanup_(credentials_deinit)

#endif
