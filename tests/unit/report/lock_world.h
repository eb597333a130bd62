/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dead kernel of threads and locks, for tests: task_structs, stacks with the frames of functions
 * that wait, and mutexes, rwsems, semaphores and rt_mutexes as kernels of several generations lay
 * them out. The threads are handed to struct report as found; symbols are real kallsyms. Header
 * only; one world at a time. What cannot be ends the program.
 */
#ifndef SALVOR_TESTS_LOCK_WORLD_H
#define SALVOR_TESTS_LOCK_WORLD_H

#include "base/clock.h"
#include "../kernel/kallsyms_image.h"
#include "report/part.h"
#include "../small_kmem.h"

#define WORLD	   UINT64_C(0xffffffff81000000)
#define FUNCTION   (WORLD + 0x40000) /* functions, 0x100 bytes each */
#define STATIC	   (WORLD + 0x50000) /* locks with symbols: static_0, static_1, … */
#define SYMBOL_END (WORLD + 0x60000)
#define HEAP	   (WORLD + 0x60000) /* locks without */
#define RUNQUEUE   (WORLD + 0x8f000)
#define TASKS	   (WORLD + 0x90000)
#define TASK_SIZE  0x100
#define STACK_SIZE 0x400
#define LOCK_SIZE  0x40

/* Members of the fake task_struct and rq. */
enum {
	T_BLOCKER = 0x20,
	T_BLOCKED_ON = 0x28,
	T_EXEC_START = 0x30,
	T_ARRIVAL = 0x38,
	T_PI_BLOCKED_ON = 0x40
};
enum { RQ_CLOCK = 0, RQ_CLOCK_TASK = 8 };
/* Of a waiter, in all kinds: list, task, type. */
enum { W_TASK = 16, W_TYPE = 24 };

/* How a kernel says who waits: what lock_find.c tells apart. */
enum generation {
	KERNEL_6_1,	   /* lists with heads, nothing in the task: to 6.14 */
	KERNEL_6_17,	   /* task_struct.blocker and blocked_on, and what comes with them */
	KERNEL_7_1,	   /* lists without heads */
	KERNEL_7_1_SILENT, /* without CONFIG_DETECT_HUNG_TASK_BLOCKER, and never said what of */
	GENERATIONS,
};

static const char *const world_functions[] = {
	"__schedule",
	"schedule",
	"schedule_preempt_disabled",
	"__mutex_lock",
	"mutex_lock",
	"rwsem_down_read_slowpath",
	"down_read",
	"rwsem_down_write_slowpath",
	"down_write",
	"___down_common",
	"down",
	"do_work",
	"other_work",
	"pipe_read",
	"io_schedule",
	"folio_wait_bit_common",
	"kthread",
	"rt_mutex_slowlock",
	"futex_lock_pi",
	"wake_page_function",
	"wake_bit_function",
	"bio_done",
	"rpc_wait_bit_killable",
};

struct lock_world {
	enum generation generation;
	uint8_t *bytes;
	size_t size;
	unsigned int ntasks, max_tasks;
	struct threads *all;
	struct kallsyms_image symbols;
	struct small_kmem m;
	struct arch_ops arch;
	struct kernel k;
	struct report r;
};

static const struct lock_world *the_world;

static inline void world_must(bool condition)
{
	if (!condition)
		abort();
}

static inline struct err *world_translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	(void)k;
	if (vaddr - WORLD >= the_world->size)
		return err_new(ERR_MISSING, "not mapped");
	*ret = (struct extent) {vaddr - WORLD, the_world->size - (vaddr - WORLD)};
	return NULL;
}

static inline void world_u64(struct lock_world *w, uint64_t addr, uint64_t value)
{
	world_must(addr - WORLD <= w->size - 8);
	put_u64(w->bytes + (addr - WORLD), value, ORDER_LE);
}

static inline uint64_t world_get(const struct lock_world *w, uint64_t addr)
{
	world_must(addr - WORLD <= w->size - 8);
	return get_u64(w->bytes + (addr - WORLD), ORDER_LE);
}

static inline uint64_t world_function(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(world_functions); i++) {
		if (strcmp(world_functions[i], name) == 0)
			return FUNCTION + i * 0x100;
	}
	abort();
}

static inline void world_init(struct lock_world *w, enum generation generation,
			      unsigned int max_tasks)
{
	*w = (struct lock_world) {.generation = generation, .max_tasks = max_tasks};
	w->size = TASKS - WORLD + (size_t)max_tasks * (TASK_SIZE + STACK_SIZE);
	w->bytes = calloc(1, w->size);
	w->all = calloc(1, sizeof(*w->all));
	world_must(w->bytes && w->all);
	w->all->thread = calloc(max_tasks, sizeof(*w->all->thread));
	w->all->frames = calloc((size_t)max_tasks * 8, sizeof(*w->all->frames));
	world_must(w->all->thread && w->all->frames);
	w->all->stack_size = STACK_SIZE;
	the_world = w;
}

static inline uint64_t world_task(unsigned int t)
{
	return TASKS + (uint64_t)t * TASK_SIZE;
}
static inline uint64_t world_stack(const struct lock_world *w, unsigned int t)
{
	return TASKS + (uint64_t)w->max_tasks * TASK_SIZE + (uint64_t)t * STACK_SIZE;
}
/* Where frame n of a thread is: its locals are there. */
static inline uint64_t world_frame(const struct lock_world *w, unsigned int t, unsigned int n)
{
	return world_stack(w, t) + 0x100 + n * 0x40;
}
static inline uint64_t world_waiter(const struct lock_world *w, unsigned int t)
{
	return world_frame(w, t, 3) + 8;
}

/*
 * A thread that sleeps in these functions, separated by spaces, the newest first; its number is
 * also its pid, less 1.
 */
static inline unsigned int world_thread(struct lock_world *w, const char *comm, char state,
					const char *functions)
{
	char text[256];
	unsigned int t = w->ntasks++;
	world_must(t < w->max_tasks);
	struct thread *thread = &w->all->thread[w->all->n++];
	*thread = (struct thread) {.first = (uint32_t)w->all->nframes};
	thread->task = (struct task) {.addr = world_task(t),
				      .stack = world_stack(w, t),
				      .pid = (int32_t)t + 1,
				      .state = state};
	snprintf(thread->task.comm, sizeof(thread->task.comm), "%s", comm);
	snprintf(text, sizeof(text), "%s", functions);
	for (char *save, *f = strtok_r(text, " ", &save); f; f = strtok_r(NULL, " ", &save))
		w->all->frames[w->all->nframes++] =
			(struct frame) {.pc = world_function(f) + 0x20,
					.sp = world_frame(w, t, thread->n++),
					.exact = true};
	return t;
}

#define IN_MUTEX "__schedule schedule schedule_preempt_disabled __mutex_lock mutex_lock do_work"
#define IN_READ	 "__schedule schedule io_schedule rwsem_down_read_slowpath down_read do_work"
#define IN_WRITE "__schedule schedule io_schedule rwsem_down_write_slowpath down_write do_work"
#define IN_DOWN	 "__schedule schedule io_schedule ___down_common down do_work"
#define IN_RT	 "__schedule schedule rt_mutex_slowlock futex_lock_pi other_work"
#define ASLEEP	 "__schedule schedule pipe_read other_work"

/* Offsets in the fake locks: as in a kernel without debugging, but for a few pads. */
enum { MUTEX_OWNER = 0, MUTEX_LIST = 16 };
enum { RWSEM_COUNT = 0, RWSEM_OWNER = 8, RWSEM_LIST = 24 };
enum { SEM_COUNT = 4, SEM_LIST = 8, SEM_HOLDER = 24 };
enum { RT_WAITERS = 8, RT_OWNER = 24 };
/* Of its waiter: the node of the tree (parent, right, left), task, lock. */
enum { RT_NODE = 0, RT_TASK = 24, RT_LOCK = 32 };

static inline bool world_heads(const struct lock_world *w)
{
	return w->generation == KERNEL_6_1 || w->generation == KERNEL_6_17;
}

static inline void world_says(struct lock_world *w, unsigned int t, uint64_t lock,
			      unsigned int blocker, bool mutex)
{
	if (w->generation == KERNEL_6_17 || w->generation == KERNEL_7_1)
		world_u64(w, world_task(t) + T_BLOCKER, lock | blocker);
	if (mutex && (w->generation == KERNEL_6_17 || w->generation == KERNEL_7_1))
		world_u64(w, world_task(t) + T_BLOCKED_ON, lock);
	/* What the function needs again when it wakes up: a saved register. */
	world_u64(w, world_frame(w, t, 1) + 16, lock);
}

/* Puts a thread's waiter at the end of a lock's list, whose head or first pointer is at list. */
static inline void world_wait(struct lock_world *w, unsigned int t, uint64_t list)
{
	uint64_t node = world_waiter(w, t), first = world_get(w, list);
	bool heads = world_heads(w);
	world_u64(w, node + W_TASK, world_task(t));
	if (heads && first == 0) {
		world_u64(w, list, list);
		world_u64(w, list + 8, list);
	}
	if (!heads && first == 0) {
		world_u64(w, list, node);
		world_u64(w, node, node);
		world_u64(w, node + 8, node);
		return;
	}
	uint64_t end = heads ? list : first, last = world_get(w, end + 8);
	world_u64(w, node, end);
	world_u64(w, node + 8, last);
	world_u64(w, last, node);
	world_u64(w, end + 8, node);
}

static inline void world_wait_mutex(struct lock_world *w, unsigned int t, uint64_t mutex)
{
	world_says(w, t, mutex, 0, true);
	world_wait(w, t, mutex + MUTEX_LIST);
	world_u64(w, mutex + MUTEX_OWNER, world_get(w, mutex + MUTEX_OWNER) | 1);
}
static inline void world_wait_rwsem(struct lock_world *w, unsigned int t, uint64_t rwsem,
				    bool reads)
{
	world_says(w, t, rwsem, reads ? 2 : 3, false);
	world_u64(w, world_waiter(w, t) + W_TYPE, reads);
	world_wait(w, t, rwsem + RWSEM_LIST);
	world_u64(w, rwsem + RWSEM_COUNT, world_get(w, rwsem + RWSEM_COUNT) | 2);
}
static inline void world_wait_semaphore(struct lock_world *w, unsigned int t, uint64_t semaphore)
{
	world_says(w, t, semaphore, 1, false);
	world_wait(w, t, semaphore + SEM_LIST);
}

/* A tree that was never balanced: who comes last is on the right of the one before. */
static inline void world_wait_rt_mutex(struct lock_world *w, unsigned int t, uint64_t mutex)
{
	uint64_t waiter = world_waiter(w, t), parent = 0, at = mutex + RT_WAITERS;
	for (uint64_t node; (node = world_get(w, at)); at = node + 8)
		parent = node;
	world_u64(w, at, waiter + RT_NODE);
	world_u64(w, waiter + RT_NODE, parent | 1);
	world_u64(w, waiter + RT_TASK, world_task(t));
	world_u64(w, waiter + RT_LOCK, mutex);
	world_u64(w, world_task(t) + T_PI_BLOCKED_ON, waiter);
	world_u64(w, mutex + RT_OWNER, world_get(w, mutex + RT_OWNER) | 1);
}
static inline void world_hold_rt_mutex(struct lock_world *w, unsigned int t, uint64_t mutex)
{
	world_u64(w, mutex + RT_OWNER, world_task(t) | (world_get(w, mutex + RT_OWNER) & 1));
}

static inline void world_hold_mutex(struct lock_world *w, unsigned int t, uint64_t mutex)
{
	world_u64(w, mutex + MUTEX_OWNER, world_task(t) | (world_get(w, mutex) & 7));
}
static inline void world_hold_read(struct lock_world *w, unsigned int t, uint64_t rwsem,
				   unsigned int readers)
{
	world_u64(w, rwsem + RWSEM_OWNER, world_task(t) | 1);
	world_u64(w, rwsem + RWSEM_COUNT, (world_get(w, rwsem) & 7) | (uint64_t)readers << 8);
}
static inline void world_hold_write(struct lock_world *w, unsigned int t, uint64_t rwsem)
{
	world_u64(w, rwsem + RWSEM_OWNER, world_task(t));
	world_u64(w, rwsem + RWSEM_COUNT, world_get(w, rwsem) | 1);
}

static inline void world_symbols(struct lock_world *w)
{
	static const struct image_spec spec = {"6.12", ORDER_LE, KALLSYMS_RELATIVE, 4, true, true,
					       true,   8};
	static struct image_symbol s[64];
	static char names[16][16];
	size_t n = 0;
	s[n++] = (struct image_symbol) {WORLD, 'T', "_text"};
	s[n++] = (struct image_symbol) {WORLD, 'T', "_stext"};
	for (size_t i = 0; i < ARRAY_SIZE(world_functions); i++)
		s[n++] = (struct image_symbol) {FUNCTION + i * 0x100, 't', world_functions[i]};
	s[n++] = (struct image_symbol) {FUNCTION + 0x8000, 'T', "_etext"};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(names[i], sizeof(names[i]), "static_%zu", i);
		s[n++] = (struct image_symbol) {STATIC + i * LOCK_SIZE, 'd', names[i]};
	}
	s[n++] = (struct image_symbol) {SYMBOL_END, 'B', "_end"};
	kallsyms_image_make(&w->symbols, &spec, WORLD, 0, WORLD, s, n);
	world_must(w->symbols.bytes.len <= FUNCTION - WORLD);
	memcpy(w->bytes, w->symbols.bytes.data, w->symbols.bytes.len);
}

static inline void world_lock_layout(const struct lock_world *w, struct layout *l)
{
	bool heads = world_heads(w),
	     says = w->generation == KERNEL_6_17 || w->generation == KERNEL_7_1;
	l->mutex_owner = MUTEX_OWNER;
	l->rwsem_owner = RWSEM_OWNER;
	l->rwsem_count = RWSEM_COUNT;
	l->semaphore_count = SEM_COUNT;
	*(heads ? &l->mutex_wait_list : &l->mutex_first_waiter) = MUTEX_LIST;
	*(heads ? &l->rwsem_wait_list : &l->rwsem_first_waiter) = RWSEM_LIST;
	*(heads ? &l->semaphore_wait_list : &l->semaphore_first_waiter) = SEM_LIST;
	l->mutex_waiter_list = l->rwsem_waiter_list = l->semaphore_waiter_list = 0;
	l->mutex_waiter_task = l->rwsem_waiter_task = l->semaphore_waiter_task = W_TASK;
	l->rwsem_waiter_type = W_TYPE;
	l->rwsem_waiting_for_read = 1;
	l->task_pi_blocked_on = T_PI_BLOCKED_ON;
	*(says ? &l->rt_mutex_base_owner : &l->rt_mutex_owner) = RT_OWNER;
	*(says ? &l->rt_mutex_base_waiters : &l->rt_mutex_waiters) = RT_WAITERS;
	*(says ? &l->rt_waiter_node : &l->rt_waiter_tree_entry) = RT_NODE;
	l->rt_waiter_task = RT_TASK;
	l->rt_waiter_lock = RT_LOCK;
	l->rb_node_parent = 0;
	l->rb_node_right = 8;
	l->rb_node_left = 16;
	if (!says)
		return;
	l->semaphore_last_holder = SEM_HOLDER;
	l->task_blocker = T_BLOCKER;
	l->task_blocked_on = T_BLOCKED_ON;
	l->is_rwsem_reader_owned = (int64_t)FUNCTION;
}

static inline void world_layout(struct lock_world *w)
{
	struct layout *l = &w->k.layout;
	const struct kallsyms_image *s = &w->symbols;
	*l = w->m.layout;
	l->stext = (int64_t)WORLD;
	l->kallsyms_num_syms = (int64_t)(WORLD + s->num_syms);
	l->kallsyms_names = (int64_t)(WORLD + s->names);
	l->kallsyms_token_table = (int64_t)(WORLD + s->token_table);
	l->kallsyms_token_index = (int64_t)(WORLD + s->token_index);
	l->kallsyms_offsets = (int64_t)(WORLD + s->offsets);
	l->kallsyms_relative_base = (int64_t)(WORLD + s->relative_base);
	l->runqueues = (int64_t)RUNQUEUE;
	l->rq_clock = RQ_CLOCK;
	l->rq_clock_task = RQ_CLOCK_TASK;
	l->task_exec_start = T_EXEC_START;
	l->task_last_arrival = T_ARRIVAL;
	world_lock_layout(w, l);
}

/* What was written becomes the memory of a dead kernel, and r a report on it. */
static inline void world_open(struct lock_world *w)
{
	world_symbols(w);
	small_kmem_init(&w->m, ORDER_LE, WORLD, w->bytes, w->size);
	world_layout(w);
	w->k.kmem = w->m.k;
	w->k.kmem.layout = &w->k.layout;
	w->arch = (struct arch_ops) {.name = "fake", .translate = world_translate};
	w->k.kmem.arch = &w->arch;
	world_must(!symbols_load(&w->k.kmem, &w->k.symbols));
	world_must(!report_init(&w->r, &w->k, "fake"));
	w->r.threads = w->all;
	w->r.until = clock_cpu() + 60;
}

static inline void world_deinit(struct lock_world *w)
{
	report_deinit(&w->r);
	symbols_destroy(w->k.symbols);
	w->m.k = w->k.kmem;
	small_kmem_deinit(&w->m);
	buf_deinit(&w->symbols.bytes);
	free(w->bytes);
}

#endif
