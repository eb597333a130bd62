/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which names the objects of a JSON text have, where somebody else chooses the names: an object
 * must not have one twice, since readers keep only one of the values. It writes no JSON. Names that
 * it returns are valid until the next call. One thread.
 */
#ifndef SALVOR_NIC_DECODE_JSON_KEYS_H
#define SALVOR_NIC_DECODE_JSON_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* Names of one text that are remembered; the ones after them all get numbers. */
#define JSON_KEYS_MAX 65536

struct json_key;

struct json_keys {
	struct json_key *slots; /* open addressing; 0 is a free slot */
	size_t room, n;
	uint64_t unseen; /* names that could not be looked up */
	char numbered[160];
};

#define JSON_KEYS_INIT                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

/*
 * The name for the next value of the object, which any number identifies: the name itself, or, if
 * the object has it already, "NAME (2)" and so on.
 */
const char *json_keys_take(struct json_keys *k, uint64_t object, const char *name);
void json_keys_deinit(struct json_keys *k);

#endif
