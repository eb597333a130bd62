// SPDX-License-Identifier: GPL-2.0-or-later
/* kdump-capture config: reads kdump.conf on the production system. */
#include "crash/command.h"

#include <stdio.h>
#include <string.h>
#include "crash/kdump_conf.h"
#include "crash/resolve.h"
#include "crash/settings.h"

static void warn(const char *line)
{
	fprintf(stderr, "%s (warning)\n", line);
}

static struct err *read_config(const struct root *root, const char *file, struct buf *text)
{
	struct err *e = root_read(root, file, KDUMP_CONF_SIZE_MAX, text);
	if (!e)
		return NULL;
	int errnum = err_errno(e);
	err_free(e);
	return err_new(ERR_USAGE, "%s: %s; make one (an empty file will do)", file,
		       strerror(errnum));
}

/* A file that `config resolve` wrote. */
static bool is_resolved(const struct buf *text)
{
	return strncmp(buf_str(text), "FORMAT=", strlen("FORMAT=")) == 0;
}

static struct err *load(const struct root *root, const char *file, struct settings *s)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct err *e = read_config(root, file, &text);
	if (e)
		return e;
	if (is_resolved(&text))
		return settings_parse(s, file, buf_str(&text), text.len);
	struct kdump_conf c;
	e = kdump_conf_parse(&c, file, buf_str(&text), text.len, warn);
	if (!e)
		e = resolve(root, file, &c, s);
	kdump_conf_deinit(&c);
	return e;
}

static struct err *do_check(const struct root *root, const char *file)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct err *e = read_config(root, file, &text);
	struct kdump_conf c = {0};
	if (!e)
		e = kdump_conf_parse(&c, file, buf_str(&text), text.len, warn);
	kdump_conf_deinit(&c);
	return e;
}

static struct err *print_text(const struct buf *out)
{
	struct err *e = buf_error(out);
	if (!e && (fwrite(buf_str(out), 1, out->len, stdout) != out->len || fflush(stdout) != 0))
		e = err_new(ERR_IO, "standard output cannot be written");
	return e;
}

static struct err *do_resolve(const struct root *root, const char *file)
{
	struct settings s = {0};
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct err *e = load(root, file, &s);
	if (!e) {
		settings_write(&s, &out);
		e = print_text(&out);
	}
	settings_deinit(&s);
	return e;
}

static struct err *do_get(const struct root *root, const char *file, const char *key)
{
	enum setting k = settings_key(key);
	if (k == SET_COUNT)
		return err_new(
			ERR_USAGE,
			"config get: there is no '%.60s'; the keys are those of 'config resolve'",
			key);
	struct settings s = {0};
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct err *e = load(root, file, &s);
	if (!e) {
		buf_printf(&out, "%s\n", settings_get(&s, k));
		e = print_text(&out);
	}
	settings_deinit(&s);
	return e;
}

struct err *cmd_config(const struct options *o, int *status)
{
	const char *verb = o->count > 1 ? o->words[1] : "";
	bool get = strcmp(verb, "get") == 0;
	if ((!get && strcmp(verb, "check") != 0 && strcmp(verb, "resolve") != 0) ||
	    o->count != (get ? 3 : 2))
		return err_new(ERR_USAGE,
			       "config: use check, resolve or get KEY; try 'kdump-capture --help'");
	struct root root;
	struct err *e = root_init(&root, o->root);
	if (e)
		return e;
	const char *file = o->config ? o->config : KDUMP_CONF_FILE;
	if (get)
		e = do_get(&root, file, o->words[2]);
	else
		e = strcmp(verb, "check") == 0 ? do_check(&root, file) : do_resolve(&root, file);
	root_deinit(&root);
	if (!e)
		*status = 0;
	return e;
}
