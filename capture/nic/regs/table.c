// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/regs/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The table while its lines are read. */
struct parser {
	struct reg_table t;
	size_t blocks_room;
	size_t ids_room;
	uint8_t width;
	char *names; /* of the next row, not counted yet */
	bool has_space;
	unsigned line;
};

static struct err *wrong(const struct parser *p, const char *what)
{
	return err_new(ERR_FORMAT, "%s, line %u: %s", p->t.name, p->line, what);
}

static char *trimmed(char *s)
{
	s += strspn(s, " \t");
	size_t len = strlen(s);
	while (len > 0 && strchr(" \t\r", s[len - 1]))
		s[--len] = '\0';
	return s;
}

/* Decimal, or hexadecimal with 0x. */
static bool number(const char *s, uint64_t max, uint64_t *ret)
{
	char *end;
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	const char *digits = hex ? s + 2 : s;
	if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
		return false;
	errno = 0;
	unsigned long long n = strtoull(digits, &end, hex ? 16 : 10);
	if (errno || *end || n > max)
		return false;
	*ret = n;
	return true;
}

/* Room for one more of size bytes each, doubling. */
static bool grow(void **array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return true;
	size_t more = *room ? 2 * *room : 16;
	void *p = realloc(*array, more * size);
	if (!p)
		return false;
	*array = p;
	*room = more;
	return true;
}

static bool hex16(const char *s, uint16_t *ret)
{
	char *end;
	if (strlen(s) != 4 || s[strspn(s, "0123456789abcdefABCDEF")])
		return false;
	*ret = (uint16_t)strtoul(s, &end, 16);
	return true;
}

static struct err *add_device(struct parser *p, char *word)
{
	struct reg_id id = {0};
	char *colon = strchr(word, ':');
	if (!colon)
		return wrong(p, "a device is VENDOR:DEVICE");
	*colon = '\0';
	id.any_device = strcmp(colon + 1, "*") == 0;
	if (!hex16(word, &id.vendor) || (!id.any_device && !hex16(colon + 1, &id.device)))
		return wrong(p, "a device is VENDOR:DEVICE, four hexadecimal digits each");
	if (p->t.id_count == REG_IDS_MAX)
		return wrong(p, "too many devices");
	if (!grow((void **)&p->t.ids, p->t.id_count, &p->ids_room, sizeof(*p->t.ids)))
		return err_nomem();
	p->t.ids[p->t.id_count++] = id;
	return NULL;
}

static struct err *devices(struct parser *p, char *rest)
{
	struct err *e = NULL;
	char *save = NULL;
	for (char *w = strtok_r(rest, " \t", &save); w && !e; w = strtok_r(NULL, " \t", &save))
		e = add_device(p, w);
	return e;
}

static struct err *space(struct parser *p, char *rest)
{
	static const struct {
		const char *name;
		enum reg_space_kind kind;
		unsigned max;
	} spaces[] = {
		{"bar", REG_BAR, 5},
		{"virtio", REG_VIRTIO, 255},
		{"gateway", REG_GATEWAY, 0xffff},
	};
	uint64_t n;
	size_t len = strcspn(rest, " \t");
	for (size_t i = 0; i < ARRAY_SIZE(spaces); i++) {
		if (strlen(spaces[i].name) != len || strncmp(rest, spaces[i].name, len) != 0)
			continue;
		if (!number(trimmed(rest + len), spaces[i].max, &n))
			return wrong(p, "the space has no number, or too large a one");
		p->t.space = spaces[i].kind;
		p->t.number = (unsigned)n;
		p->has_space = true;
		return NULL;
	}
	return wrong(p, "a space is one of bar, virtio, gateway, and a number");
}

static struct err *order(struct parser *p, char *rest)
{
	if (strcmp(rest, "big") != 0 && strcmp(rest, "little") != 0)
		return wrong(p, "the order is big or little");
	p->t.order = *rest == 'b' ? ORDER_BE : ORDER_LE;
	return NULL;
}

static struct err *width(struct parser *p, char *rest)
{
	uint64_t n;
	if (!number(rest, 4, &n) || (n != 1 && n != 2 && n != 4))
		return wrong(p, "the width is 1, 2 or 4");
	p->width = (uint8_t)n;
	return NULL;
}

static struct err *names(struct parser *p, char *rest)
{
	if (p->names)
		return wrong(p, "two lines of names before a row");
	p->names = rest;
	return NULL;
}

static struct err *decoder(struct parser *p, char *rest)
{
	if (!*rest || strlen(rest) >= sizeof(p->t.decoder))
		return wrong(p, "no such decoder");
	strcpy(p->t.decoder, rest);
	return NULL;
}

static struct err *scan(struct parser *p, char *rest)
{
	p->t.scan = true;
	return *rest ? wrong(p, "scan has no words after it") : NULL;
}

static struct err *directive(struct parser *p, char *line)
{
	static const struct {
		const char *name;
		struct err *(*fn)(struct parser *p, char *rest);
	} directives[] = {
		{"device", devices}, {"space", space},	  {"order", order}, {"width", width},
		{"names", names},    {"decode", decoder}, {"scan", scan},
	};
	size_t len = strcspn(line, " \t");
	for (size_t i = 0; i < ARRAY_SIZE(directives); i++)
		if (strlen(directives[i].name) == len &&
		    strncmp(line, directives[i].name, len) == 0)
			return directives[i].fn(p, trimmed(line + len));
	return wrong(p, "#@ and a word that means nothing here");
}

/* Makes strings of the words in s; how many. */
static uint32_t split(char *s)
{
	uint32_t n = 0;
	char *to = s;
	for (s += strspn(s, " \t"); *s; n++) {
		size_t len = strcspn(s, " \t");
		bool last = s[len] == '\0';
		memmove(to, s, len);
		to[len] = '\0';
		to += len + 1;
		s += len + !last;
		s += strspn(s, " \t");
	}
	return n;
}

static struct err *take_names(struct parser *p, struct reg_block *b)
{
	if (!p->names)
		return NULL;
	b->names = p->names;
	p->names = NULL;
	/* A name too few would give all that follow to the wrong words. */
	if (split((char *)(uintptr_t)b->names) != b->count)
		return wrong(p, "the line of names before it has another number of words");
	return NULL;
}

static struct err *row(struct parser *p, char *line)
{
	char *field[3] = {line, NULL, NULL};
	for (int i = 1; i < 3; i++) {
		char *comma = field[i - 1] ? strchr(field[i - 1], ',') : NULL;
		if (comma) {
			*comma = '\0';
			field[i] = comma + 1;
		}
	}
	uint64_t address, count;
	if (!field[1] || !number(trimmed(field[0]), REG_ADDRESS_MAX, &address) ||
	    !number(trimmed(field[1]), REG_WORDS_MAX, &count) || count == 0)
		return wrong(p, "not a row of address, number of words, enable address");
	if (address % p->width || address + count * p->width - 1 > REG_ADDRESS_MAX)
		return wrong(p, "an address that is not a multiple of the width, or too large");
	struct reg_block b = {(uint32_t)address, (uint32_t)count, p->width, NULL};
	struct err *e = take_names(p, &b);
	if (e)
		return e;
	if (p->t.words + p->t.left_out + count > REG_WORDS_MAX ||
	    p->t.block_count == REG_BLOCKS_MAX)
		return wrong(p, "too many registers for one table");
	if (field[2] && *trimmed(field[2])) {
		p->t.left_out += count;
		return NULL;
	}
	if (!grow((void **)&p->t.blocks, p->t.block_count, &p->blocks_room, sizeof(b)))
		return err_nomem();
	p->t.blocks[p->t.block_count++] = b;
	p->t.words += count;
	return NULL;
}

/* What no single line shows. */
static struct err *check(const struct parser *p)
{
	const struct reg_table *t = &p->t;
	if (!p->has_space)
		return err_new(ERR_FORMAT, "%s: no line #@space", t->name);
	if (t->scan && (t->words || t->space != REG_GATEWAY))
		return err_new(ERR_FORMAT, "%s: #@scan is for a gateway, and without rows",
			       t->name);
	if (!t->scan && !t->words)
		return err_new(ERR_FORMAT, "%s: no registers", t->name);
	for (size_t i = 0; t->space == REG_GATEWAY && i < t->block_count; i++)
		if (t->blocks[i].width != 4)
			return err_new(ERR_FORMAT, "%s: a gateway gives words of 4 bytes", t->name);
	return NULL;
}

static struct err *lines(struct parser *p)
{
	struct err *e = NULL;
	char *rest = p->t.text;
	while (!e && rest) {
		char *line = trimmed(strsep(&rest, "\n"));
		p->line++;
		if (line[0] == '#' && line[1] == '@')
			e = directive(p, line + 2);
		else if (*line && *line != '#')
			e = row(p, line);
	}
	if (!e && p->names)
		e = wrong(p, "names, but no row after them");
	return e;
}

struct err *reg_table_parse(const char *name, const char *text, size_t len, struct reg_table *ret)
{
	struct parser p = {.width = 4, .t = {.order = ORDER_LE}};
	snprintf(p.t.name, sizeof(p.t.name), "%s", name);
	if (len > REG_FILE_MAX)
		return err_new(ERR_FORMAT, "%s: more than %u bytes", p.t.name, REG_FILE_MAX);
	if (memchr(text, '\0', len))
		return err_new(ERR_FORMAT, "%s: not a text", p.t.name);
	p.t.text = strndup(text, len);
	if (!p.t.text)
		return err_nomem();
	struct err *e = lines(&p);
	if (!e)
		e = check(&p);
	if (e)
		reg_table_deinit(&p.t);
	else
		*ret = p.t;
	return e;
}

void reg_table_deinit(struct reg_table *t)
{
	free(t->blocks);
	free(t->ids);
	free(t->text);
	*t = (struct reg_table) {0};
}

bool reg_table_matches(const struct reg_table *t, uint16_t vendor, uint16_t device)
{
	for (size_t i = 0; i < t->id_count; i++)
		if (t->ids[i].vendor == vendor &&
		    (t->ids[i].any_device || t->ids[i].device == device))
			return true;
	return false;
}

const char *reg_block_name(const struct reg_block *b, uint32_t i)
{
	const char *name = b->names;
	if (!name)
		return NULL;
	while (i-- > 0)
		name += strlen(name) + 1;
	return strcmp(name, "-") == 0 ? NULL : name;
}

uint32_t reg_table_end(const struct reg_table *t)
{
	uint32_t end = 0;
	for (size_t i = 0; i < t->block_count; i++)
		end = MAX(end, t->blocks[i].address + t->blocks[i].count * t->blocks[i].width);
	return end;
}

void reg_table_space_name(const struct reg_table *t, char *out, size_t size)
{
	static const char *const names[] = {
		[REG_BAR] = "bar", [REG_VIRTIO] = "virtio", [REG_GATEWAY] = "gateway"};
	snprintf(out, size, "%s %u", names[t->space], t->number);
}
