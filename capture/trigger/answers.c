// SPDX-License-Identifier: GPL-2.0-or-later
#include "trigger/answers.h"

#include <stdbool.h>
#include <string.h>
#include "base/buf.h"

/* Of a list of names no more than this is said. */
enum { NAMES_MAX = 200, NAME_MAX_BYTES = 64 };

static const char *string_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* A path on the same service: "//host" and "/\host" would be another one's. */
static bool is_path(const char *s)
{
	if (!s || s[0] != '/' || s[1] == '/')
		return false;
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '\\')
			return false;
	return true;
}

static const char *path_at(const json_t *object, const char *key)
{
	const char *path = string_at(object, key);
	return is_path(path) ? path : NULL;
}

static const char *last_part(const char *path)
{
	return strrchr(path, '/') + 1;
}

static void add_name(struct buf *names, const char *name)
{
	if (names->len < NAMES_MAX)
		buf_printf(names, "%s%.*s", names->len ? ", " : "", NAME_MAX_BYTES, name);
}

struct err *answer_system(const json_t *collection, const char *wanted, const char **ret)
{
	const json_t *members = json_object_get(collection, "Members");
	_cleanup_buf_ struct buf names = BUF_INIT;
	const char *found = NULL;

	for (size_t i = 0; i < json_array_size(members); i++) {
		const char *path = path_at(json_array_get(members, i), "@odata.id");
		if (!path)
			continue;
		add_name(&names, last_part(path));
		if (wanted ? strcmp(last_part(path), wanted) == 0 : json_array_size(members) == 1)
			found = path;
	}
	if (!found && wanted)
		return err_new(ERR_MISSING, "there is no system %s, only: %s", wanted,
			       buf_str(&names));
	if (!found)
		return err_new(ERR_MISSING, "--system must say which: %s",
			       names.len ? buf_str(&names) : "none is listed");
	*ret = found;
	return NULL;
}

struct err *answer_reset(const json_t *system, struct reset_action *ret)
{
	const json_t *actions = json_object_get(system, "Actions");
	const json_t *reset = json_object_get(actions, "#ComputerSystem.Reset");
	const char *target = path_at(reset, "target");
	if (!target)
		return err_new(ERR_UNSUPPORTED, "the system has no action ComputerSystem.Reset");
	*ret = (struct reset_action) {
		.target = target,
		.values = json_object_get(reset, "ResetType@Redfish.AllowableValues"),
		.info = path_at(reset, "@Redfish.ActionInfo"),
	};
	return NULL;
}

const json_t *answer_info_values(const json_t *info)
{
	const json_t *parameters = json_object_get(info, "Parameters");
	for (size_t i = 0; i < json_array_size(parameters); i++) {
		const json_t *parameter = json_array_get(parameters, i);
		const char *name = string_at(parameter, "Name");
		if (name && strcmp(name, "ResetType") == 0)
			return json_object_get(parameter, "AllowableValues");
	}
	return NULL;
}

struct err *answer_offers_nmi(const json_t *values)
{
	_cleanup_buf_ struct buf names = BUF_INIT;
	for (size_t i = 0; i < json_array_size(values); i++) {
		const char *value = json_string_value(json_array_get(values, i));
		if (value && strcmp(value, "Nmi") == 0)
			return NULL;
		if (value)
			add_name(&names, value);
	}
	return err_new(ERR_UNSUPPORTED, "Nmi is not offered, only: %s",
		       names.len ? buf_str(&names) : "nothing that has a name");
}

const char *answer_complaint(const json_t *answer)
{
	const json_t *error = json_object_get(answer, "error");
	const json_t *more = json_object_get(error, "@Message.ExtendedInfo");
	const char *text = string_at(json_array_get(more, 0), "Message");
	return text ?: string_at(error, "message") ?: "";
}
