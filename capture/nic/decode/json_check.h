/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says whether bytes are one well-formed JSON value (RFC 8259). Builds nothing, keeps nothing;
 * depth is bounded, so hostile input costs time linear in its length only. Pure.
 */
#ifndef SALVOR_NIC_DECODE_JSON_CHECK_H
#define SALVOR_NIC_DECODE_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

bool json_check(const char *text, size_t len);

#endif
