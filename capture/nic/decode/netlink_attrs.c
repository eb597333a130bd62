// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/netlink_attrs.h"

#include <string.h>
#include "base/cleanup.h"

/* Hex shown of one attribute; the raw message has the rest. */
#define HEX_MAX 256

bool nla_take(struct nla_view *rest, uint16_t *type, struct nla_view *payload)
{
	struct nlattr head;
	if (rest->len < sizeof(head))
		return false;
	memcpy(&head, rest->data, sizeof(head));
	if (head.nla_len < sizeof(head) || head.nla_len > rest->len)
		return false;
	*type = head.nla_type & NLA_TYPE_MASK;
	payload->data = rest->data + sizeof(head);
	payload->len = head.nla_len - sizeof(head);
	size_t step = MIN((size_t)NLA_ALIGN(head.nla_len), rest->len);
	rest->data += step;
	rest->len -= step;
	return true;
}

bool nla_find(struct nla_view attrs, uint16_t type, struct nla_view *payload)
{
	uint16_t t;
	while (nla_take(&attrs, &t, payload))
		if (t == type)
			return true;
	return false;
}

uint64_t nla_uint(const struct nla_view *payload)
{
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	switch (payload->len) {
	case 1:
		memcpy(&u8, payload->data, 1);
		return u8;
	case 2:
		memcpy(&u16, payload->data, 2);
		return u16;
	case 4:
		memcpy(&u32, payload->data, 4);
		return u32;
	case 8:
		memcpy(&u64, payload->data, 8);
		return u64;
	default:
		return 0;
	}
}

static int64_t nla_int(const struct nla_view *payload)
{
	uint64_t v = nla_uint(payload);
	unsigned bits =
		payload->len >= 8 || payload->len == 0 ? 0 : 64 - 8 * (unsigned)payload->len;
	return (int64_t)(v << bits) >> bits;
}

static void hex_json(const struct nla_view *v, struct json *j, const char *name,
		     const char *between)
{
	char text[3 * HEX_MAX + 1] = "";
	size_t at = 0, n = MIN(v->len, (size_t)HEX_MAX);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%02x", i ? between : "",
				       v->data[i]);
	json_str(j, name, text);
}

static void uint_json(const struct nla_view *v, const struct nla_field *f, struct json *j)
{
	uint64_t value = nla_uint(v);
	for (uint64_t i = 0; f->names && f->names[i]; i++) {
		if (i == value) {
			json_str(j, f->name, f->names[i]);
			return;
		}
	}
	json_u64(j, f->name, value);
}

static void array_json(struct nla_view list, const struct nla_field *f, struct json *j)
{
	uint16_t type;
	struct nla_view element;
	json_array(j, f->name);
	while (nla_take(&list, &type, &element)) {
		json_object(j, NULL);
		nla_json(element, f->table, j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void field_json(const struct nla_view *v, const struct nla_field *f, struct json *j)
{
	switch (f->kind) {
	case NLA_KIND_UINT:
		uint_json(v, f, j);
		break;
	case NLA_KIND_INT:
		json_i64(j, f->name, nla_int(v));
		break;
	case NLA_KIND_STRING:
		json_strn(j, f->name, (const char *)v->data,
			  strnlen((const char *)v->data, v->len));
		break;
	case NLA_KIND_FLAG:
		json_bool(j, f->name, true);
		break;
	case NLA_KIND_HEX:
		hex_json(v, j, f->name, "");
		break;
	case NLA_KIND_ADDRESS:
		hex_json(v, j, f->name, ":");
		break;
	case NLA_KIND_NESTED:
		json_object(j, f->name);
		nla_json(*v, f->table, j);
		json_object_end(j);
		break;
	case NLA_KIND_ARRAY:
		array_json(*v, f, j);
		break;
	case NLA_KIND_CUSTOM:
		f->decode(v, j, f->name);
		break;
	case NLA_KIND_SKIP:
		break;
	}
}

void nla_json(struct nla_view attrs, const struct nla_field *table, struct json *j)
{
	uint16_t type;
	struct nla_view payload;
	unsigned unknown = 0;
	while (nla_take(&attrs, &type, &payload)) {
		const struct nla_field *f = table;
		while (f->name && f->type != type)
			f++;
		if (f->name)
			field_json(&payload, f, j);
		else
			unknown++;
	}
	if (unknown)
		json_u64(j, "attributes_not_decoded", unknown);
	if (attrs.len > 0)
		json_u64(j, "malformed_bytes", attrs.len);
}
