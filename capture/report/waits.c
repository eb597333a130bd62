// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/waits.h"

#include <string.h>

/* How many frames beyond the scheduler's may say it, and how many beyond a vague one may be exact.
 */
#define DEPTH	  5
#define MORE	  2
#define NAMES_MAX 16

struct wait_name {
	const char *pattern; /* a function, or with * at its end all that start so */
	const char *what;
	enum wait_class class;
	bool vague; /* a caller may say it better */
};

/* How a thread gives up the CPU: says nothing of why. */
static const char *const plumbing[] = {
	"__switch_to*", "context_switch", "__schedule*",     "schedule",       "schedule_*",
	"io_schedule*", "preempt_sched*", "__cond_resched*", "_cond_resched*", "ret_from_fork*",
};

/*
 * From kernel/locking, mm, block, fs, net/sunrpc: the functions in which threads are seen to sleep.
 * The first that fits wins, so the exact ones come before the prefixes.
 */
static const struct wait_name names_of_waits[] = {
	/* locks */
	{"__mutex_lock*", "a mutex", WAIT_MUTEX, false},
	{"mutex_lock*", "a mutex", WAIT_MUTEX, false},
	{"__ww_mutex_lock*", "a mutex", WAIT_MUTEX, false},
	{"ww_mutex_lock*", "a mutex", WAIT_MUTEX, false},
	{"rwsem_down_read_*", "an rwsem, to read", WAIT_RWSEM_READ, false},
	{"rwsem_down_write_*", "an rwsem, to write", WAIT_RWSEM_WRITE, false},
	{"__down_read*", "an rwsem, to read", WAIT_RWSEM_READ, false},
	{"__down_write*", "an rwsem, to write", WAIT_RWSEM_WRITE, false},
	{"down_read*", "an rwsem, to read", WAIT_RWSEM_READ, false},
	{"down_write*", "an rwsem, to write", WAIT_RWSEM_WRITE, false},
	{"___down_common", "a semaphore", WAIT_SEMAPHORE, false},
	{"__down_common", "a semaphore", WAIT_SEMAPHORE, false},
	{"__down", "a semaphore", WAIT_SEMAPHORE, false},
	{"__down_interruptible", "a semaphore", WAIT_SEMAPHORE, false},
	{"__down_killable", "a semaphore", WAIT_SEMAPHORE, false},
	{"__down_timeout", "a semaphore", WAIT_SEMAPHORE, false},
	{"down", "a semaphore", WAIT_SEMAPHORE, false},
	{"down_interruptible", "a semaphore", WAIT_SEMAPHORE, false},
	{"down_killable", "a semaphore", WAIT_SEMAPHORE, false},
	{"down_timeout", "a semaphore", WAIT_SEMAPHORE, false},
	{"rt_mutex_*", "an rt_mutex", WAIT_RT_MUTEX, false},
	{"__rt_mutex_*", "an rt_mutex", WAIT_RT_MUTEX, false},
	{"rwbase_*", "an rwsem of a real-time kernel", WAIT_OTHER, false},
	{"percpu_rwsem_wait", "a per-CPU rwsem", WAIT_OTHER, true},
	{"__percpu_down_read*", "a per-CPU rwsem", WAIT_OTHER, true},
	{"percpu_down_*", "a per-CPU rwsem", WAIT_OTHER, true},
	{"cpus_read_lock", "the lock of CPU hotplug", WAIT_OTHER, false},
	{"cpus_write_lock", "the lock of CPU hotplug", WAIT_OTHER, false},
	{"lock_sock_nested", "the lock of a socket", WAIT_OTHER, false},
	{"__lock_sock", "the lock of a socket", WAIT_OTHER, false},
	{"__ldsem_down_*", "the lock of a terminal", WAIT_OTHER, false},
	{"ldsem_down_*", "the lock of a terminal", WAIT_OTHER, false},
	/* pages, I/O */
	{"folio_wait_bit_common", "a folio (page)", WAIT_OTHER, true},
	{"folio_wait_bit*", "a folio (page)", WAIT_OTHER, true},
	{"wait_on_page_bit*", "a page", WAIT_OTHER, true},
	{"folio_wait_writeback*", "writeback of a folio (page)", WAIT_OTHER, false},
	{"wait_on_page_writeback*", "writeback of a page", WAIT_OTHER, false},
	{"__folio_lock*", "the lock of a folio (page)", WAIT_OTHER, false},
	{"folio_lock*", "the lock of a folio (page)", WAIT_OTHER, false},
	{"__lock_page*", "the lock of a page", WAIT_OTHER, false},
	{"migration_entry_wait*", "the migration of a page", WAIT_OTHER, false},
	{"softleaf_entry_wait*", "the migration of a page", WAIT_OTHER, false},
	{"filemap_update_page", "reading a folio (page)", WAIT_OTHER, false},
	{"bit_wait_io*", "I/O", WAIT_OTHER, true},
	{"__wait_on_buffer", "I/O of a buffer", WAIT_OTHER, false},
	{"__lock_buffer", "the lock of a buffer", WAIT_OTHER, false},
	{"submit_bio_wait", "I/O that it submitted", WAIT_OTHER, false},
	{"blk_execute_rq", "a request to a device", WAIT_OTHER, false},
	{"blk_mq_get_tag", "a free request of a disk (its queue is full)", WAIT_OTHER, false},
	{"sbitmap_*", "a free request of a disk (its queue is full)", WAIT_OTHER, true},
	{"blk_queue_enter", "a disk whose queue is frozen", WAIT_OTHER, false},
	{"__bio_queue_enter", "a disk whose queue is frozen", WAIT_OTHER, false},
	{"blk_mq_freeze_queue_wait*", "a disk's requests to end, to freeze it", WAIT_OTHER, false},
	{"rq_qos_wait", "its turn to write back (throttled)", WAIT_OTHER, false},
	{"dm_wait_for_*", "a suspended device-mapper device's I/O", WAIT_OTHER, false},
	{"dm_wait_event", "an event of device-mapper", WAIT_OTHER, false},
	{"__dm_suspend", "a device-mapper device to be suspended", WAIT_OTHER, false},
	{"md_super_wait", "md writing its superblocks", WAIT_OTHER, false},
	{"md_handle_request", "a suspended md array", WAIT_OTHER, false},
	{"raid5_get_active_stripe", "a free stripe of an md array", WAIT_OTHER, false},
	{"wait_barrier", "an md array that resyncs", WAIT_OTHER, false},
	{"__iomap_dio_rw", "direct I/O", WAIT_OTHER, false},
	{"dio_await_*", "direct I/O", WAIT_OTHER, false},
	{"balance_dirty_pages*", "dirty pages to be written (throttled)", WAIT_OTHER, false},
	{"reclaim_throttle", "memory to be reclaimed (throttled)", WAIT_OTHER, false},
	{"throttle_direct_reclaim", "memory to be reclaimed (throttled)", WAIT_OTHER, false},
	{"__inode_wait_for_writeback", "writeback of an inode", WAIT_OTHER, false},
	{"inode_wait_for_writeback", "writeback of an inode", WAIT_OTHER, false},
	{"__wait_on_freeing_inode", "an inode that is being freed", WAIT_OTHER, false},
	{"wait_sb_inodes", "writeback of a file system", WAIT_OTHER, false},
	{"wb_wait_for_completion", "writeback of a file system", WAIT_OTHER, false},
	/* file systems */
	{"jbd2_log_wait_commit", "a commit of the jbd2 journal", WAIT_OTHER, false},
	{"jbd2_journal_commit_*", "its transaction's users or I/O (jbd2 commit)", WAIT_OTHER,
	 false},
	{"jbd2_*", "the jbd2 journal", WAIT_OTHER, false},
	{"wait_transaction_*", "a commit of the jbd2 journal", WAIT_OTHER, false},
	{"add_transaction_credits", "room in the jbd2 journal", WAIT_OTHER, false},
	{"start_this_handle", "the jbd2 journal", WAIT_OTHER, false},
	{"do_get_write_access", "a buffer of the jbd2 journal", WAIT_OTHER, false},
	{"xlog_*", "the XFS log", WAIT_OTHER, false},
	{"xfs_log_force*", "the XFS log", WAIT_OTHER, false},
	{"xfs_buf_lock", "the lock of an XFS buffer", WAIT_OTHER, false},
	{"xfs_buf_iowait", "I/O of an XFS buffer", WAIT_OTHER, false},
	{"wait_current_trans", "a commit of btrfs", WAIT_OTHER, false},
	{"btrfs_commit_transaction*", "a commit of btrfs", WAIT_OTHER, false},
	{"btrfs_tree_lock*", "the lock of a btrfs node", WAIT_OTHER, false},
	{"mnt_want_write*", "a frozen file system", WAIT_OTHER, false},
	{"__sb_start_write", "a frozen file system", WAIT_OTHER, false},
	{"sb_start_*", "a frozen file system", WAIT_OTHER, false},
	{"freeze_super", "writers of a file system to end, to freeze it", WAIT_OTHER, false},
	{"rpc_wait_bit_killable", "a server's answer to an RPC (NFS)", WAIT_OTHER, false},
	{"__rpc_execute", "a server's answer to an RPC (NFS)", WAIT_OTHER, false},
	{"rpc_*", "an RPC (NFS)", WAIT_OTHER, false},
	{"nfs*", "NFS", WAIT_OTHER, false},
	{"request_wait_answer", "a FUSE server", WAIT_OTHER, false},
	{"p9_client_rpc", "a 9P server", WAIT_OTHER, false},
	{"compound_send_recv", "an SMB server", WAIT_OTHER, false},
	{"wait_for_response", "an SMB server", WAIT_OTHER, false},
	{"ceph_*", "Ceph", WAIT_OTHER, false},
	/* the rest of the kernel */
	{"__refrigerator", "the freezer to let it go", WAIT_OTHER, false},
	{"wait_for_vfork_done", "its vfork() child", WAIT_OTHER, false},
	{"kernel_clone", "its vfork() child", WAIT_OTHER, false},
	{"coredump_wait", "its threads to stop, to dump core", WAIT_OTHER, false},
	{"coredump_task_exit", "a core dump of its process", WAIT_OTHER, false},
	{"exit_mm*", "a core dump of its process", WAIT_OTHER, false},
	{"handle_userfault", "a userfaultfd handler", WAIT_OTHER, false},
	{"__flush_work*", "a work item to end", WAIT_OTHER, false},
	{"flush_work*", "a work item to end", WAIT_OTHER, false},
	{"__flush_workqueue", "a workqueue to empty", WAIT_OTHER, false},
	{"drain_workqueue", "a workqueue to empty", WAIT_OTHER, false},
	{"synchronize_rcu*", "an RCU grace period", WAIT_OTHER, false},
	{"__wait_rcu_gp", "an RCU grace period", WAIT_OTHER, false},
	{"synchronize_srcu*", "an SRCU grace period", WAIT_OTHER, false},
	{"__synchronize_srcu*", "an SRCU grace period", WAIT_OTHER, false},
	{"rcu_barrier*", "RCU callbacks", WAIT_OTHER, false},
	{"kthread_stop*", "a kernel thread to stop", WAIT_OTHER, false},
	{"kthread_park", "a kernel thread to park", WAIT_OTHER, false},
	{"__kthread_create_on_node", "a new kernel thread", WAIT_OTHER, false},
	{"stop_one_cpu*", "another CPU's stopper", WAIT_OTHER, false},
	{"stop_two_cpus", "other CPUs' stoppers", WAIT_OTHER, false},
	{"dma_fence_*", "a DMA fence (GPU)", WAIT_OTHER, false},
	{"usb_start_wait_urb", "a USB transfer", WAIT_OTHER, false},
	{"scsi_execute_cmd", "a SCSI command", WAIT_OTHER, false},
	{"scsi_block_when_processing_errors", "SCSI error handling", WAIT_OTHER, false},
	{"do_wait_for_common", "a completion", WAIT_OTHER, true},
	{"__wait_for_common", "a completion", WAIT_OTHER, true},
	{"wait_for_common*", "a completion", WAIT_OTHER, true},
	{"wait_for_completion*", "a completion", WAIT_OTHER, true},
	{"bit_wait*", "a bit", WAIT_OTHER, true},
	{"__wait_on_bit*", "a bit", WAIT_OTHER, true},
	{"out_of_line_wait_on_bit*", "a bit", WAIT_OTHER, true},
	{"wait_on_bit*", "a bit", WAIT_OTHER, true},
	{"__wait_on_bit_lock", "a bit", WAIT_OTHER, true},
	{"msleep*", "time to pass", WAIT_OTHER, false},
	{"usleep_range*", "time to pass", WAIT_OTHER, false},
	{"fsleep", "time to pass", WAIT_OTHER, false},
};

/* Compilers append .constprop.0, .isra.0, .llvm.123. */
static bool matches(const char *name, const char *pattern)
{
	size_t len = strlen(pattern);
	if (pattern[len - 1] == '*')
		return strncmp(name, pattern, len - 1) == 0;
	return strncmp(name, pattern, len) == 0 && (name[len] == '\0' || name[len] == '.');
}

static bool is_plumbing(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(plumbing); i++) {
		if (matches(name, plumbing[i]))
			return true;
	}
	return false;
}

static const struct wait_name *wait_name(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(names_of_waits); i++) {
		if (matches(name, names_of_waits[i].pattern))
			return &names_of_waits[i];
	}
	return NULL;
}

/* The scheduler's own frames at the top, and whether one of them is for I/O. */
static size_t skip_plumbing(const char *const *names, size_t n, bool *io)
{
	size_t i = 0;
	*io = false;
	while (i < n && names[i] && is_plumbing(names[i]))
		*io |= strncmp(names[i++], "io_schedule", strlen("io_schedule")) == 0;
	return i;
}

void wait_of_names(const char *const *names, size_t n, struct wait *ret)
{
	bool io;
	size_t at = skip_plumbing(names, n, &io), caller = at + 1;
	size_t end = MIN(n, at + DEPTH);
	const struct wait_name *found = NULL, *w;
	*ret = (struct wait) {.in = at < n ? names[at] : NULL, .what = io ? "I/O" : NULL};
	for (size_t i = at; i < end && (!found || found->vague); i++) {
		w = wait_name(names[i]);
		if (!w)
			continue;
		if (w->vague)
			end = MIN(n, i + 1 + MORE);
		if (!found || !w->vague)
			found = w;
		caller = i + 1;
	}
	while (found && caller < n && (w = wait_name(names[caller])) && w->class == found->class)
		caller++;
	if (found) {
		ret->class = found->class;
		ret->what = found->what;
	}
	ret->frame = (uint32_t)MIN(caller, n);
	ret->caller = ret->frame < n ? names[ret->frame] : NULL;
}

void wait_of(const struct kernel *k, const struct threads *all, const struct thread *t,
	     struct wait *ret)
{
	const char *names[NAMES_MAX];
	const struct frame *f = thread_frames(all, t);
	size_t n = 0;
	for (; n < t->n && n < NAMES_MAX; n++) {
		struct symbol s;
		uint64_t offset;
		names[n] = frame_symbol(k, &f[n], &s, &offset) ? s.name : NULL;
	}
	wait_of_names(names, n, ret);
}

void wait_stack(const struct threads *all, const struct thread *t, const struct wait *w,
		uint64_t *start, uint64_t *end)
{
	const struct frame *f = thread_frames(all, t);
	uint64_t size = all->stack_size;
	*start = t->n && f[0].sp - t->task.stack < size ? ROUND_UP(f[0].sp, UINT64_C(8))
							: t->task.stack + size;
	*end = t->task.stack + size;
	if (w->frame + 1 < t->n && f[w->frame + 1].exact && f[w->frame + 1].sp > *start &&
	    f[w->frame + 1].sp < *end)
		*end = f[w->frame + 1].sp;
}

void wait_text(const struct wait *w, struct buf *out)
{
	if (w->what)
		buf_puts(out, w->what);
	else if (w->in)
		buf_printf(out, "in %s()", w->in);
}

void thread_doing_text(const struct kernel *k, const struct threads *all, const struct thread *t,
		       struct buf *out)
{
	struct wait w;
	if (t->running) {
		buf_printf(out, "runs on CPU %d", t->task.cpu);
		return;
	}
	if (t->task.state == 'R') {
		buf_puts(out, "could run");
		return;
	}
	if (t->task.state == 'Z' || t->task.state == 'X') {
		buf_puts(out, "has exited");
		return;
	}
	wait_of(k, all, t, &w);
	buf_printf(out, "%c%s", t->task.state, w.what ? ", waits for " : w.in ? ", " : "");
	wait_text(&w, out);
}
