// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/print.h"

#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/printk.h"

struct err *print_log(struct kernel *k)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	uint64_t skipped = 0;
	struct err *e = printk_read(&k->kmem, &text, &skipped);
	if (e)
		return err_wrap(e, "kernel log");
	if (skipped)
		fprintf(stderr, "warning: %" PRIu64 " log records are damaged or unfinished\n",
			skipped);
	fwrite(buf_str(&text), 1, text.len, stdout);
	return NULL;
}

/* --- values -------------------------------------------------------------------------------------
 */

/*
 * BTF describes no global variables but per-CPU ones. These are worth knowing by name; their types
 * are those of the declarations in include/linux and kernel/.
 */
static const struct {
	const char *symbol, *type;
} variables[] = {
	{"init_net", "net"},
	{"init_task", "task_struct"},
	{"init_mm", "mm_struct"},
	{"init_uts_ns", "uts_namespace"},
	{"init_user_ns", "user_namespace"},
	{"init_pid_ns", "pid_namespace"},
	{"init_nsproxy", "nsproxy"},
	{"modules", "list_head"},
	{"net_namespace_list", "list_head"},
	{"slab_caches", "list_head"},
	{"devlinks", "xarray"},
	{"contig_page_data", "pglist_data"},
	{"swapper_space", "address_space"},
	{"root_task_group", "task_group"},
	{"rcu_state", "rcu_state"},
	{"system_state", "system_states"},
	{"boot_cpu_data", "cpuinfo_x86"},
};

struct wanted {
	struct type type;
	uint64_t addr;
};

static struct err *need_types(const struct kernel *k)
{
	if (k->types)
		return NULL;
	return err_new(ERR_MISSING, "no types: %s", buf_str(&k->no_types));
}

static struct err *parse_address(const struct kernel *k, const char *text, uint64_t *ret)
{
	char *end;
	errno = 0;
	uint64_t value = strtoull(text, &end, 16);
	if (end != text && !*end && !errno) {
		*ret = value;
		return NULL;
	}
	struct err *e = kernel_symbol(k, text, ret);
	return e ? err_wrap(e, "'%s' is no address", text) : NULL;
}

/* "NAME" or "NAME.MEMBER…" as a type and what to add to an address */
static struct err *find_type(const struct kernel *k, const char *path, struct wanted *w)
{
	struct member m;
	if (types_find(k->types, NULL, path, &w->type))
		return NULL;
	if (!strchr(path, '.'))
		return err_new(ERR_MISSING, "this kernel has no type %s", path);
	struct err *e = types_member(k->types, NULL, path, &m);
	if (e)
		return e;
	w->type = m.type;
	w->addr += m.offset;
	return NULL;
}

/* Which type a variable has: its own BTF, for per-CPU ones, or the table. */
static struct err *find_variable(const struct kernel *k, const char *text, struct wanted *w)
{
	size_t len = strcspn(text, ".");
	_cleanup_free_ char *name = strndup(text, len);
	struct type var;
	struct member m;
	if (!name)
		return err_nomem();
	struct err *e = kernel_symbol(k, name, &w->addr);
	if (e)
		return e;
	bool found = btf_find(types_vmlinux(k->types), name, BTF_BIT(BTF_VAR), &var);
	if (found)
		w->type = type_target(var);
	for (size_t i = 0; i < ARRAY_SIZE(variables) && !found; i++) {
		if (strcmp(variables[i].symbol, name) == 0)
			found = types_find(k->types, NULL, variables[i].type, &w->type);
	}
	if (!found)
		return err_new(ERR_USAGE,
			       "the type of %s is not known; say it: --print 'struct TYPE %s'",
			       name, name);
	if (!text[len])
		return NULL;
	e = type_member(w->type, text + len + 1, &m);
	if (!e) {
		w->type = m.type;
		w->addr += m.offset;
	}
	return e;
}

static struct err *parse_what(const struct kernel *k, const char *what, struct wanted *w)
{
	static const char *const keywords[] = {"struct ", "union ", "enum "};
	_cleanup_free_ char *copy = strdup(what);
	if (!copy)
		return err_nomem();
	char *text = copy;
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (strncmp(text, keywords[i], strlen(keywords[i])) == 0)
			text += strlen(keywords[i]);
	}
	char *blank = strchr(text, ' ');
	if (!blank && text == copy)
		return find_variable(k, text, w);
	if (!blank)
		return err_new(ERR_USAGE, "--print '%s' needs an address after the type", what);
	*blank = '\0';
	struct err *e = parse_address(k, blank + 1 + strspn(blank + 1, " "), &w->addr);
	return e ? e : find_type(k, text, w);
}

struct err *print_value(struct kernel *k, const char *what)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct print_limits limits = PRINT_LIMITS;
	struct wanted w = {0};
	struct err *e = need_types(k);
	if (!e)
		e = parse_what(k, what, &w);
	if (!e)
		e = type_print(&k->kmem, k->symbols, w.type, w.addr, &limits, &out);
	if (!e)
		e = buf_error(&out);
	if (e)
		return e;
	printf("%s\n", buf_str(&out));
	return NULL;
}

/* --- lists --------------------------------------------------------------------------------------
 */

struct listing {
	regex_t regex;
	bool all;
	size_t shown;
};

static struct err *listing_init(struct listing *l, const char *regex)
{
	char why[128];
	*l = (struct listing) {.all = !regex};
	if (!regex)
		return NULL;
	int status = regcomp(&l->regex, regex, REG_EXTENDED | REG_NOSUB);
	if (!status)
		return NULL;
	regerror(status, &l->regex, why, sizeof(why));
	return err_new(ERR_USAGE, "'%s': %s", regex, why);
}

static bool listing_has(struct listing *l, const char *name)
{
	if (!l->all && regexec(&l->regex, name, 0, NULL, 0) != 0)
		return false;
	l->shown++;
	return true;
}

static struct err *listing_end(struct listing *l, const char *regex, const char *what)
{
	if (!l->all)
		regfree(&l->regex);
	return l->shown ? NULL
			: err_new(ERR_MISSING, "no %s%s%s", what, regex ? " matches " : "",
				  regex ? regex : "");
}

static void print_symbol(void *arg, const struct symbol *s)
{
	if (listing_has(arg, s->name))
		printf("%016" PRIx64 " %c %s%s%s%s\n", s->addr, s->type, s->name,
		       s->module ? "\t[" : "", s->module ? s->module : "", s->module ? "]" : "");
}

struct err *print_symbols(struct kernel *k, const char *regex)
{
	struct listing l;
	if (!k->symbols)
		return err_new(ERR_MISSING, "no symbols: %s", buf_str(&k->no_symbols));
	struct err *e = listing_init(&l, regex);
	if (e)
		return e;
	symbols_each(k->symbols, print_symbol, &l);
	return listing_end(&l, regex, "symbol");
}

struct err *print_types(struct kernel *k, const char *regex)
{
	struct listing l;
	struct err *e = need_types(k);
	if (!e)
		e = listing_init(&l, regex);
	if (e)
		return e;
	const struct btf *b = types_vmlinux(k->types);
	_cleanup_buf_ struct buf out = BUF_INIT;
	for (uint32_t id = btf_first(b); id < btf_end(b); id++) {
		struct type t = {b, id};
		if (!(BTF_BIT(type_kind(t)) & (BTF_RECORDS | BTF_ENUMS | BTF_BIT(BTF_TYPEDEF))) ||
		    !*type_tag(t) || !listing_has(&l, type_tag(t)))
			continue;
		out.len = 0;
		type_declare(t, TYPE_DECLARE_BYTES, &out);
		printf("%s;\n", buf_str(&out));
	}
	e = listing_end(&l, regex, "type");
	struct err *late = buf_error(&out);
	if (!e)
		return late;
	err_free(late);
	return e;
}
