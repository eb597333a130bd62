// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/settings.h"

#include <string.h>
#include "crash/words.h"

static const struct {
	const char *name;
	const char *fallback;
} keys[] = {
#define SETTINGS_ROW(key, value) [SET_##key] = {#key, value},
	SETTINGS_KEYS(SETTINGS_ROW)
#undef SETTINGS_ROW
};

void settings_deinit(struct settings *s)
{
	for (size_t i = 0; i < SET_COUNT; i++) {
		free(s->value[i]);
		s->value[i] = NULL;
	}
}

const char *settings_get(const struct settings *s, enum setting key)
{
	return s->value[key] ? s->value[key] : keys[key].fallback;
}

struct err *settings_set(struct settings *s, enum setting key, const char *value)
{
	char *copy = value ? strdup(value) : NULL;
	if (value && !copy)
		return err_nomem();
	free(s->value[key]);
	s->value[key] = copy;
	return NULL;
}

enum setting settings_key(const char *name)
{
	for (size_t i = 0; i < SET_COUNT; i++)
		if (strcmp(keys[i].name, name) == 0)
			return (enum setting)i;
	return SET_COUNT;
}

const char *settings_key_name(enum setting key)
{
	return keys[key].name;
}

static struct err *parse_line(struct settings *s, char *line)
{
	while (*line == ' ' || *line == '\t')
		line++;
	if (!*line || *line == '#')
		return NULL;
	char *equals = strchr(line, '=');
	if (!equals)
		return err_new(ERR_USAGE, "not KEY='value'");
	*equals = '\0';
	_cleanup_buf_ struct buf value = BUF_INIT;
	struct err *e = shell_unquote(equals + 1, &value);
	if (e)
		return err_wrap(e, "value of %.40s", line);
	enum setting key = settings_key(line);
	return key == SET_COUNT ? NULL : settings_set(s, key, buf_str(&value));
}

static struct err *check(const struct settings *s, const char *name)
{
	if (strcmp(settings_get(s, SET_FORMAT), SETTINGS_FORMAT) != 0)
		return err_new(
			ERR_USAGE,
			"%s: FORMAT is '%s', this program reads '%s': rebuild the capture image",
			name, settings_get(s, SET_FORMAT), SETTINGS_FORMAT);
	const char *path = settings_get(s, SET_SAVE_PATH);
	if (path[0] != '/' || strstr(path, "/../") ||
	    (strlen(path) > 2 && !strcmp(path + strlen(path) - 3, "/..")))
		return err_new(ERR_USAGE, "%s: SAVE_PATH must be absolute and without '..': '%s'",
			       name, path);
	return NULL;
}

struct err *settings_parse(struct settings *s, const char *name, const char *text, size_t len)
{
	if (len >= SETTINGS_SIZE_MAX)
		return err_new(ERR_USAGE, "%s: larger than %zu bytes", name, SETTINGS_SIZE_MAX);
	if (memchr(text, '\0', len))
		return err_new(ERR_USAGE, "%s: has a NUL byte", name);
	_cleanup_free_ char *copy = strndup(text, len);
	if (!copy)
		return err_nomem();
	char *rest = copy;
	for (unsigned number = 1; rest; number++) {
		char *line = strsep(&rest, "\n");
		struct err *e = parse_line(s, line);
		if (e)
			return err_wrap(e, "%s:%u", name, number);
	}
	return check(s, name);
}

void settings_write(const struct settings *s, struct buf *out)
{
	for (size_t i = 0; i < SET_COUNT; i++) {
		buf_puts(out, keys[i].name);
		buf_putc(out, '=');
		shell_quote(out, settings_get(s, (enum setting)i));
		buf_putc(out, '\n');
	}
}
