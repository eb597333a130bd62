// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/stacks.h"

void stacks_init(struct stacks *s, struct kmem *k)
{
	s->k = k;
	s->n = 0;
	s->on = NULL;
	s->floor = 0;
	s->page = 1;
}

void stacks_add(struct stacks *s, enum stack_kind kind, uint64_t begin, uint64_t size)
{
	if (begin == 0 || begin % 8 || size == 0 || size > STACK_MAX_SIZE || begin + size < begin ||
	    s->n == STACKS_MAX)
		return;
	s->stack[s->n++] = (struct stack) {.begin = begin, .end = begin + size, .kind = kind};
}

const struct stack *stacks_at(const struct stacks *s, uint64_t addr, uint64_t len)
{
	for (unsigned int i = 0; i < s->n; i++) {
		const struct stack *t = &s->stack[i];
		if (addr >= t->begin && addr < t->end && len <= t->end - addr)
			return t;
	}
	return NULL;
}

bool stacks_word(struct stacks *s, uint64_t addr, uint64_t *ret)
{
	uint64_t page = addr & ~(uint64_t)(sizeof(s->bytes) - 1);
	if (addr % 8 || !stacks_at(s, addr, 8))
		return false;
	if (s->page != page) {
		s->page = 1;
		struct err *e = kmem_read(s->k, page, s->bytes, sizeof(s->bytes));
		err_free(e);
		if (e)
			return false;
		s->page = page;
	}
	*ret = get_u64(s->bytes + (addr - page), s->k->vmcore->order);
	return true;
}

bool stacks_words(struct stacks *s, uint64_t addr, uint64_t *ret, size_t n)
{
	if (!stacks_at(s, addr, n * 8))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!stacks_word(s, addr + i * 8, &ret[i]))
			return false;
	return true;
}

void stacks_start(struct stacks *s, uint64_t sp)
{
	s->on = stacks_at(s, sp, 1);
	s->floor = sp;
}

bool stacks_take(struct stacks *s, uint64_t addr, uint64_t len)
{
	const struct stack *t = stacks_at(s, addr, len);
	if (!t || t->left)
		return false;
	if (t == s->on && addr < s->floor)
		return false;
	if (t != s->on && s->on)
		s->stack[s->on - s->stack].left = true;
	s->on = t;
	s->floor = addr + len;
	return true;
}
