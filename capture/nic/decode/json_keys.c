// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/json_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/utf8.h"

/* Names are told apart by their hash: two that share one cost a number that was not needed. */
struct json_key {
	uint64_t hash;	/* of object and name, not 0 */
	uint32_t count; /* so often it came */
};

/* Hashes that were chosen to be near each other, and numbers that others have as their names. */
#define TRIES 64

static uint64_t add_byte(uint64_t hash, unsigned char byte)
{
	return (hash ^ byte) * UINT64_C(0x100000001b3); /* FNV-1a */
}

/* Of the name as it is in the JSON, where bytes that are no UTF-8 are all the same. */
static uint64_t hash_of(uint64_t object, const char *name)
{
	static const unsigned char replacement[] = "\xef\xbf\xbd";
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (unsigned int i = 0; i < 64; i += 8)
		hash = add_byte(hash, (unsigned char)(object >> i));
	for (const unsigned char *s = (const unsigned char *)name; *s;) {
		size_t n = utf8_len(s, strlen((const char *)s));
		const unsigned char *from = n ? s : replacement;
		for (size_t i = 0; i < (n ? n : 3); i++)
			hash = add_byte(hash, from[i]);
		s += n ? n : 1;
	}
	hash ^= hash >> 29;
	return hash ? hash : 1;
}

/* Where that hash is, or would be; NULL: that is too far away. */
static struct json_key *slot_of(const struct json_keys *k, uint64_t hash)
{
	for (size_t i = 0; i < TRIES; i++) {
		struct json_key *slot = &k->slots[(hash + i) & (k->room - 1)];
		if (slot->hash == hash || slot->hash == 0)
			return slot;
	}
	return NULL;
}

/* Twice the room, at most half of which is used. */
static int grow(struct json_keys *k)
{
	struct json_keys more = {.room = k->room ? 2 * k->room : 256};
	more.slots = calloc(more.room, sizeof(*more.slots));
	if (!more.slots)
		return -1;
	for (size_t i = 0; i < k->room; i++) {
		struct json_key *slot = k->slots[i].hash ? slot_of(&more, k->slots[i].hash) : NULL;
		if (slot)
			*slot = k->slots[i];
	}
	free(k->slots);
	k->slots = more.slots;
	k->room = more.room;
	return 0;
}

/* The entry of the name, anew with a count of 0; NULL: there is no room for it. */
static struct json_key *entry(struct json_keys *k, uint64_t object, const char *name)
{
	uint64_t hash = hash_of(object, name);
	if (k->n >= JSON_KEYS_MAX || (2 * (k->n + 1) > k->room && grow(k) < 0))
		return NULL;
	struct json_key *slot = slot_of(k, hash);
	if (slot && slot->hash == 0) {
		slot->hash = hash;
		k->n++;
	}
	return slot;
}

static const char *numbered(struct json_keys *k, const char *name, const char *mark, uint64_t n)
{
	snprintf(k->numbered, sizeof(k->numbered), "%.127s (%s%" PRIu64 ")", name, mark, n);
	return k->numbered;
}

const char *json_keys_take(struct json_keys *k, uint64_t object, const char *name)
{
	struct json_key *e = entry(k, object, name);
	if (e && e->count++ == 0)
		return name;
	for (int i = 0; e && i < TRIES; i++) {
		uint32_t count = e->count;
		const char *other = numbered(k, name, "", count);
		struct json_key *taken = entry(k, object, other);
		if (taken && taken->count++ == 0)
			return other;
		/* the table may have moved */
		e = taken ? entry(k, object, name) : NULL;
		if (e)
			e->count++;
	}
	return numbered(k, name, "name ", ++k->unseen);
}

void json_keys_deinit(struct json_keys *k)
{
	free(k->slots);
	*k = (struct json_keys)JSON_KEYS_INIT;
}
