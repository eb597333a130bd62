// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

unsigned int pool_usable_cpus(void)
{
	/* A kernel for more processors than the set has refuses (EINVAL). */
	cpu_set_t set;
	return sched_getaffinity(0, sizeof(set), &set) < 0 ? 1 : (unsigned int)CPU_COUNT(&set);
}

/*
 * A ring of tickets: head <= started <= tail. Items [head, tail) are inside, [started, tail) wait
 * for a worker. All fields but work and workers are protected by the lock.
 */
struct pool {
	pool_work_fn work;
	void **workers;
	unsigned int nthreads;
	unsigned int depth;
	void **items;
	bool *done;
	unsigned long head, started, tail;
	bool stop;
	pthread_mutex_t lock;
	pthread_cond_t work_ready; /* workers wait here */
	pthread_cond_t item_done;  /* the owner waits here */
	pthread_t *threads;
	unsigned int next_worker; /* hands each thread its context at start */
};

static void *worker_main(void *arg)
{
	struct pool *p = arg;
	pthread_mutex_lock(&p->lock);
	void *context = p->workers[p->next_worker++];
	for (;;) {
		while (p->started == p->tail && !p->stop)
			pthread_cond_wait(&p->work_ready, &p->lock);
		if (p->stop)
			break;
		unsigned int slot = (unsigned int)(p->started++ % p->depth);
		pthread_mutex_unlock(&p->lock);
		p->work(context, p->items[slot]);
		pthread_mutex_lock(&p->lock);
		p->done[slot] = true;
		if (slot == p->head % p->depth)
			pthread_cond_signal(&p->item_done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void start_threads(struct pool *p, unsigned int wanted)
{
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	/* The workers' frames are small; the default of 8 MiB each is refused where memory is
	 * short. */
	pthread_attr_setstacksize(&attr, 256 * 1024);
	for (unsigned int i = 0; i < wanted; i++) {
		if (pthread_create(&p->threads[i], &attr, worker_main, p) != 0)
			break;
		p->nthreads++;
	}
	pthread_attr_destroy(&attr);
}

struct err *pool_create(unsigned int nthreads, unsigned int depth, pool_work_fn work,
			void **workers, struct pool **ret)
{
	struct pool *p = calloc(1, sizeof(*p));
	if (!p)
		return err_nomem();
	p->work = work;
	p->workers = workers;
	p->depth = depth ? depth : 1;
	p->items = calloc(p->depth, sizeof(*p->items));
	p->done = calloc(p->depth, sizeof(*p->done));
	p->threads = calloc(nthreads ? nthreads : 1, sizeof(*p->threads));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work_ready, NULL);
	pthread_cond_init(&p->item_done, NULL);
	if (!p->items || !p->done || !p->threads) {
		pool_destroy(p);
		return err_nomem();
	}
	start_threads(p, nthreads);
	*ret = p;
	return NULL;
}

void pool_destroy(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->work_ready);
	pthread_mutex_unlock(&p->lock);
	for (unsigned int i = 0; i < p->nthreads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->item_done);
	pthread_cond_destroy(&p->work_ready);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p->done);
	free(p->items);
	free(p);
}

unsigned int pool_threads(const struct pool *p)
{
	return p->nthreads;
}

/* Only the owner moves head and tail, so it may read them without the lock. */
bool pool_full(const struct pool *p)
{
	return p->tail - p->head == p->depth;
}

void pool_submit(struct pool *p, void *item)
{
	unsigned int slot = (unsigned int)(p->tail % p->depth);
	pthread_mutex_lock(&p->lock);
	p->items[slot] = item;
	p->done[slot] = false;
	p->tail++;
	pthread_cond_signal(&p->work_ready);
	pthread_mutex_unlock(&p->lock);
}

void *pool_take(struct pool *p)
{
	if (p->head == p->tail)
		return NULL;
	unsigned int slot = (unsigned int)(p->head % p->depth);
	if (p->nthreads == 0) {
		p->work(p->workers[0], p->items[slot]);
	} else {
		pthread_mutex_lock(&p->lock);
		while (!p->done[slot])
			pthread_cond_wait(&p->item_done, &p->lock);
		pthread_mutex_unlock(&p->lock);
	}
	pthread_mutex_lock(&p->lock);
	p->head++;
	pthread_mutex_unlock(&p->lock);
	return p->items[slot];
}
