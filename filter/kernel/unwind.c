// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/unwind.h"

#include <string.h>

const char *unwind_end_text(enum unwind_end end)
{
	static const char *const text[] = {
		[UNWIND_DONE] = "complete",
		[UNWIND_LIMIT] = "more frames than the limit",
		[UNWIND_LOST] = "nothing says where the next frame is",
		[UNWIND_STACK] = "the next frame is outside of the stack",
		[UNWIND_MEMORY] = "the stack is not in the dump",
	};
	return text[end];
}

/*
 * THREAD_SIZE is no symbol, but the first task's stack has two (include/asm-generic/vmlinux.lds.h;
 * before 6.10, 8f69cba096b5, they were named after the task).
 */
static uint64_t thread_size(const struct layout *l, const struct unwind_ops *ops)
{
	int64_t size = LAYOUT_UNKNOWN;
	if (layout_known(l->init_stack_begin) && layout_known(l->init_stack_end))
		size = l->init_stack_end - l->init_stack_begin;
	else if (layout_known(l->init_task_begin) && layout_known(l->init_task_end))
		size = l->init_task_end - l->init_task_begin;
	else if (layout_known(l->thread_union_size))
		size = l->thread_union_size;
	if (size < 4096 || size > (int64_t)STACK_MAX_SIZE || (size & (size - 1)))
		return ops->thread_size;
	return (uint64_t)size;
}

struct err *unwinder_init(struct unwinder *u, struct kmem *k)
{
	*u = (struct unwinder) {.k = k, .l = k->layout, .ops = k->arch->unwind};
	u->shape = regs_shape(k->vmcore->machine);
	if (!u->ops || !u->shape)
		return err_new(ERR_UNSUPPORTED, "stacks of %s cannot be unwound yet",
			       k->arch->name);
	struct err *e = layout_check(k->layout, FOR_STACKS);
	if (!e)
		e = ktext_load(k, &u->text);
	if (e)
		return err_wrap(e, "stacks cannot be unwound");
	u->thread_size = thread_size(u->l, u->ops);
	u->less = u->ops->load ? u->ops->load(u) : NULL;
	return NULL;
}

void unwinder_deinit(struct unwinder *u)
{
	if (u->ops && u->ops->unload)
		u->ops->unload(u);
	ktext_deinit(&u->text);
	err_free(u->less);
	u->less = NULL;
}

bool unwind_task_word(struct unwinder *u, uint64_t task, int64_t member, uint64_t *ret)
{
	if (task == 0 || !layout_known(member))
		return false;
	struct err *e = kmem_u64(u->k, task + (uint64_t)member, ret);
	err_free(e);
	return !e;
}

bool unwind_emit(struct unwinder *u, uint64_t pc, uint64_t sp, uint64_t fp, enum frame_kind kind)
{
	if (u->n == u->max)
		return false;
	u->out[u->n++] = (struct frame) {pc, sp, fp, !u->guessed, kind};
	return true;
}

bool unwind_emit_link(struct unwinder *u, uint64_t link, uint64_t sp, uint64_t next_pc)
{
	if (link == next_pc || !ktext_has(&u->text, link))
		return true;
	if (!unwind_emit(u, link, sp, 0, FRAME_CALL))
		return false;
	u->out[u->n - 1].exact = false;
	return true;
}

/* What a task saved is old while it runs: its CPU has used the stack since. */
static bool saved_context_is_old(struct unwinder *u, uint64_t task)
{
	uint32_t on_cpu;
	if (!layout_known(u->l->task_on_cpu))
		return false;
	struct err *e = kmem_u32(u->k, task + (uint64_t)u->l->task_on_cpu, &on_cpu);
	err_free(e);
	return !e && on_cpu;
}

/*
 * The stack that a CPU is on, if no types say where tasks have theirs: all are aligned to their
 * size, or to more (THREAD_ALIGN, include/linux/thread_info.h and the architectures').
 */
static void add_aligned_stack(struct unwinder *u, uint64_t sp)
{
	if (!stacks_at(&u->stacks, sp, 1))
		stacks_add(&u->stacks, STACK_TASK, sp & ~(u->thread_size - 1), u->thread_size);
}

enum unwind_end unwind(struct unwinder *u, const struct unwind_start *from, struct frame *out,
		       size_t max, size_t *n)
{
	uint64_t begin;
	u->out = out;
	u->max = max;
	u->n = 0;
	u->guessed = !from->regs && saved_context_is_old(u, from->task);
	stacks_init(&u->stacks, u->k);
	if (unwind_task_word(u, from->task, u->l->task_stack, &begin))
		stacks_add(&u->stacks, STACK_TASK, begin, u->thread_size);
	if (from->cpu >= 0)
		u->ops->cpu_stacks(u, from->cpu, &u->stacks);
	if (from->task == 0 && from->regs)
		add_aligned_stack(u, from->regs->sp);
	enum unwind_end end;
	if (from->regs && from->regs->user)
		end = unwind_emit(u, from->regs->pc, from->regs->sp, from->regs->fp, FRAME_USER)
			      ? UNWIND_DONE
			      : UNWIND_LIMIT;
	else
		end = u->ops->walk(u, from);
	*n = u->n;
	return end;
}
