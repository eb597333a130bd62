// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/regs/tables.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include "base/root.h"

static int is_table(const struct dirent *d)
{
	size_t len = strlen(d->d_name);
	return len > 4 && d->d_name[0] != '.' && strcmp(d->d_name + len - 4, ".csv") == 0;
}

static struct err *read_table(const struct root *directory, const char *name, struct reg_table *ret)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	char base[REG_NAME_MAX];
	snprintf(base, sizeof(base), "%.*s", (int)MIN(strlen(name) - 4, sizeof(base) - 1), name);
	struct err *e = root_read(directory, name, REG_FILE_MAX + 1, &text);
	return e ? e : reg_table_parse(base, buf_str(&text), text.len, ret);
}

static struct err *read_all(const struct root *directory, struct dirent **names, size_t count,
			    uint16_t vendor, uint16_t device, struct reg_tables *ret)
{
	ret->v = calloc(count ? count : 1, sizeof(*ret->v));
	if (!ret->v)
		return err_nomem();
	for (size_t i = 0; i < count; i++) {
		struct reg_table_file *f = &ret->v[ret->count];
		f->error = read_table(directory, names[i]->d_name, &f->table);
		if (f->error)
			snprintf(f->table.name, sizeof(f->table.name), "%.40s", names[i]->d_name);
		if (f->error || reg_table_matches(&f->table, vendor, device))
			ret->count++;
		else
			reg_table_deinit(&f->table);
	}
	return NULL;
}

struct err *reg_tables_load(const char *directory, uint16_t vendor, uint16_t device,
			    struct reg_tables *ret)
{
	struct root root;
	struct dirent **names = NULL;
	*ret = (struct reg_tables) {0};
	struct err *e = root_init(&root, directory);
	if (e)
		return err_wrap(e, "the tables of registers");
	int n = scandirat(root.fd, ".", &names, is_table, alphasort);
	if (n < 0)
		e = err_os(errno, "the tables of registers, %s", directory);
	else if (n > REG_FILES_MAX)
		e = err_new(ERR_FORMAT, "%s: more than %d tables", directory, REG_FILES_MAX);
	else
		e = read_all(&root, names, (size_t)n, vendor, device, ret);
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	root_deinit(&root);
	return e;
}

void reg_tables_deinit(struct reg_tables *t)
{
	for (size_t i = 0; i < t->count; i++) {
		err_free(t->v[i].error);
		reg_table_deinit(&t->v[i].table);
	}
	free(t->v);
	*t = (struct reg_tables) {0};
}
