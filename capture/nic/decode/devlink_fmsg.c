// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A health reporter's free-form message: a stream of nest starts, names, values and nest ends.
 * Order and balance are the driver's, so nothing is taken for granted: what does not fit is put
 * where it can be, and a name that an object already has gets a number.
 */
#include <linux/devlink.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/decode/devlink.h"
#include "nic/decode/json_keys.h"

/* Drivers use up to about ten levels. */
#define DEPTH_MAX 48

/*
 * Types of values: the kernel's NLA_* numbers (include/net/netlink.h), since 6.16 also
 * DEVLINK_VAR_ATTR_TYPE_* in uapi with the same values.
 */
enum {
	FMSG_U8 = 1,
	FMSG_U32 = 3,
	FMSG_U64 = 4,
	FMSG_STRING = 5,
	FMSG_FLAG = 6,
	FMSG_NUL_STRING = 10,
	FMSG_BINARY = 11
};

struct fmsg {
	struct json *json;
	struct buf *binary;
	char open[DEPTH_MAX];	    /* 'o' object, 'a' array, 'p' pair (no JSON of its own) */
	uint64_t object[DEPTH_MAX]; /* which one it is; the outermost is 0 */
	uint64_t objects;
	struct json_keys keys;
	int depth;
	int ignored; /* nests deeper than that */
	char name[128];
	bool named;
	uint8_t value_type;
};

/* The key for what comes next: the pair's name in an object, none in an array. */
static const char *key(struct fmsg *f)
{
	int at = f->depth - 1;
	while (at >= 0 && f->open[at] == 'p')
		at--;
	if (at >= 0 && f->open[at] == 'a')
		return NULL;
	return json_keys_take(&f->keys, at < 0 ? 0 : f->object[at], f->named ? f->name : "value");
}

static void nest(struct fmsg *f, char kind)
{
	if (f->depth == DEPTH_MAX) {
		f->ignored++;
		return;
	}
	if (kind == 'o')
		json_object(f->json, key(f));
	else if (kind == 'a')
		json_array(f->json, key(f));
	f->object[f->depth] = ++f->objects;
	f->open[f->depth++] = kind;
	f->named = false;
}

static void unnest(struct fmsg *f)
{
	f->named = false;
	if (f->ignored > 0) {
		f->ignored--;
		return;
	}
	if (f->depth == 0)
		return;
	char kind = f->open[--f->depth];
	if (kind == 'o')
		json_object_end(f->json);
	else if (kind == 'a')
		json_array_end(f->json);
}

static void binary_json(struct fmsg *f, const struct nla_view *v)
{
	json_object(f->json, key(f));
	json_u64(f->json, "binary_at", f->binary->len);
	json_u64(f->json, "bytes", v->len);
	json_object_end(f->json);
	buf_append(f->binary, v->data, v->len);
}

static void value_json(struct fmsg *f, const struct nla_view *v)
{
	switch (f->value_type) {
	case FMSG_FLAG:
		/* Older kernels send no data for a false flag, newer ones a byte. */
		json_bool(f->json, key(f), nla_uint(v) != 0);
		break;
	case FMSG_U8:
	case FMSG_U32:
	case FMSG_U64:
		json_u64(f->json, key(f), nla_uint(v));
		break;
	case FMSG_STRING:
	case FMSG_NUL_STRING:
		json_strn(f->json, key(f), (const char *)v->data,
			  strnlen((const char *)v->data, v->len));
		break;
	default:
		binary_json(f, v);
	}
}

static void take(struct fmsg *f, uint16_t type, const struct nla_view *v)
{
	switch (type) {
	case DEVLINK_ATTR_FMSG_OBJ_NEST_START:
		nest(f, 'o');
		break;
	case DEVLINK_ATTR_FMSG_ARR_NEST_START:
		nest(f, 'a');
		break;
	case DEVLINK_ATTR_FMSG_PAIR_NEST_START:
		/*
		 * A pair inside an array would be a name without an object to stand in; drivers do
		 * that too, and the name is then lost here (the raw message has it).
		 */
		nest(f, 'p');
		break;
	case DEVLINK_ATTR_FMSG_NEST_END:
		unnest(f);
		break;
	case DEVLINK_ATTR_FMSG_OBJ_NAME:
		snprintf(f->name, sizeof(f->name), "%.*s",
			 (int)MIN(strnlen((const char *)v->data, v->len), sizeof(f->name) - 1),
			 (const char *)v->data);
		f->named = true;
		break;
	case DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE:
		f->value_type = (uint8_t)nla_uint(v);
		break;
	case DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA:
		value_json(f, v);
		break;
	default:
		break;
	}
}

static void take_stream(struct fmsg *f, struct nla_view stream)
{
	struct nla_view payload;
	uint16_t type;
	while (nla_take(&stream, &type, &payload))
		take(f, type, &payload);
}

static void end(struct fmsg *f)
{
	json_keys_deinit(&f->keys);
	f->ignored = 0;
	while (f->depth > 0)
		unnest(f);
	json_object_end(f->json);
}

void devlink_fmsg_json(struct nla_view answer, struct json *j, struct buf *binary)
{
	struct fmsg f = {.json = j, .binary = binary};
	struct nla_view attrs, stream;
	json_object(j, NULL);
	while (devlink_take(&answer, &attrs))
		if (nla_find(attrs, DEVLINK_ATTR_FMSG, &stream))
			take_stream(&f, stream);
	end(&f);
}

void devlink_fmsg_stream_json(struct nla_view stream, struct json *j, struct buf *binary)
{
	struct fmsg f = {.json = j, .binary = binary};
	json_object(j, NULL);
	take_stream(&f, stream);
	end(&f);
}
