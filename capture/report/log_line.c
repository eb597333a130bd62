// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/log_line.h"

#include <ctype.h>
#include <string.h>
#include "base/cleanup.h"

/* TASK_COMM_LEN without its NUL (include/linux/sched.h) */
#define COMM_MAX 15

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct text skip(struct text t, size_t n)
{
	return (struct text) {t.at + n, t.len - n};
}

bool text_starts(struct text t, const char *with)
{
	size_t len = strlen(with);
	return t.len >= len && memcmp(t.at, with, len) == 0;
}

struct text text_after(struct text t, const char *what)
{
	const char *found = t.at ? memmem(t.at, t.len, what, strlen(what)) : NULL;
	if (!found)
		return (struct text) {0};
	return skip(t, (size_t)(found - t.at) + strlen(what));
}

bool text_has(struct text t, const char *what)
{
	return text_after(t, what).at != NULL;
}

struct text text_until(struct text t, const char *any_of)
{
	size_t n = 0;
	while (n < t.len && !strchr(any_of, t.at[n]))
		n++;
	return (struct text) {t.at, n};
}

struct text text_trim(struct text t)
{
	while (t.len > 0 && is_blank(*t.at))
		t = skip(t, 1);
	return t;
}

bool text_number(struct text *t, int64_t *ret)
{
	int64_t n = 0;
	size_t i = 0;
	while (i < t->len && isdigit((unsigned char)t->at[i]) && i < 18)
		n = n * 10 + (t->at[i++] - '0');
	if (i == 0)
		return false;
	*t = skip(*t, i);
	*ret = n;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool text_address(struct text t, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i = 0;
	bool prefix = text_starts(t, "0x");
	if (prefix)
		t = skip(t, 2);
	for (; i < t.len && i < 16 && hex_digit(t.at[i]) >= 0; i++)
		n = n << 4 | (uint64_t)hex_digit(t.at[i]);
	if (i < (prefix ? 1 : 8))
		return false;
	*ret = n;
	return true;
}

/* --- lines --------------------------------------------------------------------------------------
 */

/* "[   25.227626] ", and where CONFIG_PRINTK_CALLER is set, "[  T123] " */
static struct text take_stamp(struct text whole, double *stamp)
{
	int64_t seconds, micros;
	if (!text_starts(whole, "["))
		return whole;
	struct text t = text_trim(skip(whole, 1));
	if (!text_number(&t, &seconds) || !text_starts(t, "."))
		return whole;
	t = skip(t, 1);
	if (!text_number(&t, &micros) || !text_starts(t, "]"))
		return whole;
	*stamp = (double)seconds + (double)micros / 1e6;
	t = skip(t, 1);
	if (t.len > 0 && *t.at == ' ')
		t = skip(t, 1);
	return t;
}

bool log_line_next(const char **at, double *stamp, struct log_line *ret)
{
	if (!**at)
		return false;
	struct text whole = {*at, strcspn(*at, "\n")};
	*at += whole.len + ((*at)[whole.len] == '\n');
	struct text text = take_stamp(whole, stamp);
	*ret = (struct log_line) {.whole = whole, .text = text, .stamp = *stamp};
	return true;
}

/* --- tasks --------------------------------------------------------------------------------------
 */

/* A name may have blanks in it: what follows it says where it ends. */
static struct text take_comm(struct text t)
{
	static const char *const behind[] = {" Kdump: ", " Tainted: ", " Not tainted"};
	size_t len = MIN(t.len, COMM_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(behind); i++) {
		struct text rest = text_after(t, behind[i]);
		if (rest.at)
			len = MIN(len, (size_t)(rest.at - t.at) - strlen(behind[i]));
	}
	return (struct text) {t.at, len};
}

bool log_line_task(struct text line, struct log_task *ret)
{
	int64_t cpu, pid;
	if (!text_starts(line, "CPU: "))
		return false;
	struct text t = skip(line, 5);
	if (!text_number(&t, &cpu))
		return false;
	t = text_after(t, "PID: ");
	if (!t.at || !text_number(&t, &pid) || !text_starts(t, " Comm: "))
		return false;
	ret->cpu = (int)cpu;
	ret->pid = (int)pid;
	ret->comm = take_comm(skip(t, 7));
	return true;
}

/* The name may have colons ("kworker/0:1:23"): the number is the last that has one before it. */
bool log_comm_pid(struct text t, struct log_task *ret)
{
	bool found = false;
	for (size_t i = 0; i < t.len && i <= COMM_MAX; i++) {
		struct text number = skip(t, i + 1);
		int64_t pid;
		if (t.at[i] != ':' || !text_number(&number, &pid))
			continue;
		ret->pid = (int)pid;
		ret->comm = (struct text) {t.at, i};
		found = true;
	}
	return found;
}

/* --- places -------------------------------------------------------------------------------------
 */

/* An address of the kernel, or one that was meant to be one: user space lies between. */
static bool is_kernel_address(uint64_t a)
{
	return a < 4096 || a >> 63;
}

bool log_place(struct text t, struct log_place *ret)
{
	t = text_trim(t);
	for (int n = 0; n < 3 && text_starts(t, "["); n++) {
		struct text rest = text_after(t, "]");
		if (!rest.at)
			return false;
		t = text_trim(rest);
	}
	struct text word = text_until(t, " \t");
	struct text offset = text_after(word, "+0x");
	struct log_place place = {.symbol = word};
	if (!offset.at || offset.at - 3 == word.at) {
		if (!text_starts(word, "0x") || !text_address(word, &place.address) ||
		    !is_kernel_address(place.address))
			return false;
		*ret = place;
		return true;
	}
	struct text digits = text_until(offset, "/");
	place.symbol.len = (size_t)(digits.at + digits.len - word.at);
	struct text behind = skip(t, word.len);
	if (text_starts(behind, " ["))
		/* with CONFIG_STACKTRACE_BUILD_ID the module's id follows its name */
		place.module = text_until(skip(behind, 2), "] ");
	*ret = place;
	return true;
}

/* "RIP: 0010:": the two lowest bits of a selector are the privilege, 3 for user space */
static bool x86_pc(struct text t, struct log_place *ret)
{
	int selector = 0;
	while (t.len > 0 && hex_digit(*t.at) >= 0) {
		selector = hex_digit(*t.at);
		t = skip(t, 1);
	}
	return text_starts(t, ":") && (selector & 3) != 3 && log_place(skip(t, 1), ret);
}

bool log_line_pc(struct text line, struct log_place *ret)
{
	line = text_trim(line);
	if (text_starts(line, "RIP: "))
		return x86_pc(skip(line, 5), ret);
	/* x86 before 4.15, powerpc, arm64, arm64 before 4.20 */
	static const char *const names[] = {"IP: ", "NIP ", "pc : ", "PC is at "};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (text_starts(line, names[i]))
			return log_place(skip(line, strlen(names[i])), ret);
	}
	return false;
}

bool log_line_frame(struct text line, struct log_place *ret)
{
	struct log_place place;
	if (!log_place(line, &place) || !text_has(place.symbol, "+0x"))
		return false;
	*ret = place;
	return true;
}
