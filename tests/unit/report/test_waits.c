// SPDX-License-Identifier: GPL-2.0-or-later
/* What a stack says that its thread waits for: real ones, shortened. */
#include "unit.h"
#include "report/waits.h"

struct expectation {
	const char *stack; /* functions, the newest first */
	enum wait_class class;
	const char *words;
	const char *caller;
};

static const struct expectation stacks[] = {
	/* locks, by compilers that rename and inline */
	{"__schedule schedule schedule_preempt_disabled __mutex_lock.constprop.0 "
	 "__mutex_lock_slowpath mutex_lock rtnetlink_rcv_msg netlink_rcv_skb",
	 WAIT_MUTEX, "a mutex", "rtnetlink_rcv_msg"},
	{"__schedule schedule schedule_preempt_disabled __mutex_lock.llvm.12 abba_thread kthread",
	 WAIT_MUTEX, "a mutex", "abba_thread"},
	{"__schedule schedule schedule_preempt_disabled rwsem_down_read_slowpath down_read "
	 "do_user_addr_fault exc_page_fault",
	 WAIT_RWSEM_READ, "an rwsem, to read", "do_user_addr_fault"},
	{"__schedule schedule rwsem_down_write_slowpath down_write_killable vm_mmap_pgoff",
	 WAIT_RWSEM_WRITE, "an rwsem, to write", "vm_mmap_pgoff"},
	{"__schedule schedule schedule_timeout ___down_common __down_common __down down "
	 "console_lock",
	 WAIT_SEMAPHORE, "a semaphore", "console_lock"},
	{"__schedule schedule percpu_rwsem_wait __percpu_down_read cpus_read_lock "
	 "kmem_cache_create",
	 WAIT_OTHER, "the lock of CPU hotplug", "kmem_cache_create"},
	{"__schedule schedule percpu_rwsem_wait __percpu_down_read mnt_want_write do_open",
	 WAIT_OTHER, "a frozen file system", "do_open"},
	{"__schedule schedule percpu_rwsem_wait percpu_down_write cgroup_attach_lock", WAIT_OTHER,
	 "a per-CPU rwsem", "cgroup_attach_lock"},
	/* pages and I/O */
	{"__schedule schedule io_schedule folio_wait_bit_common __folio_lock write_cache_pages",
	 WAIT_OTHER, "the lock of a folio (page)", "write_cache_pages"},
	{"__schedule schedule io_schedule folio_wait_bit_common folio_wait_writeback "
	 "__filemap_fdatawait_range file_write_and_wait_range",
	 WAIT_OTHER, "writeback of a folio (page)", "__filemap_fdatawait_range"},
	{"__schedule schedule io_schedule folio_wait_bit_common filemap_get_pages filemap_read",
	 WAIT_OTHER, "a folio (page)", "filemap_get_pages"},
	{"__schedule schedule io_schedule bit_wait_io __wait_on_bit out_of_line_wait_on_bit "
	 "__wait_on_buffer ext4_read_bh",
	 WAIT_OTHER, "I/O of a buffer", "ext4_read_bh"},
	{"__schedule schedule io_schedule_timeout __wait_for_common wait_for_completion_io "
	 "submit_bio_wait blkdev_issue_flush",
	 WAIT_OTHER, "I/O that it submitted", "blkdev_issue_flush"},
	{"__schedule schedule io_schedule something_new do_it", WAIT_OTHER, "I/O", "do_it"},
	/* file systems and servers */
	{"__schedule schedule jbd2_log_wait_commit jbd2_complete_transaction ext4_sync_file",
	 WAIT_OTHER, "a commit of the jbd2 journal", "ext4_sync_file"},
	{"__schedule schedule rpc_wait_bit_killable __wait_on_bit out_of_line_wait_on_bit "
	 "__rpc_execute rpc_execute nfs4_call_sync",
	 WAIT_OTHER, "a server's answer to an RPC (NFS)", NULL},
	{"__schedule schedule request_wait_answer __fuse_simple_request fuse_lookup_name",
	 WAIT_OTHER, "a FUSE server", "__fuse_simple_request"},
	{"__schedule schedule dm_wait_for_bios_completion __dm_suspend dm_suspend dev_suspend",
	 WAIT_OTHER, "a suspended device-mapper device's I/O", "dm_suspend"},
	/* the rest */
	{"__schedule schedule __refrigerator get_signal arch_do_signal_or_restart", WAIT_OTHER,
	 "the freezer to let it go", "get_signal"},
	{"__schedule schedule schedule_timeout __wait_for_common wait_for_completion __flush_work "
	 "flush_work drain_all",
	 WAIT_OTHER, "a work item to end", "drain_all"},
	{"__schedule schedule schedule_timeout __wait_for_common wait_for_completion ata_exec "
	 "ata_read",
	 WAIT_OTHER, "a completion", "ata_exec"},
	{"__schedule schedule schedule_timeout __wait_for_common wait_for_completion_state "
	 "kernel_clone __do_sys_vfork",
	 WAIT_OTHER, "its vfork() child", "__do_sys_vfork"},
	/* nothing that is known */
	{"__schedule schedule pipe_read vfs_read ksys_read do_syscall_64", WAIT_OTHER,
	 "in pipe_read()", "vfs_read"},
	{"__schedule schedule a b c d e mutex_lock f", WAIT_OTHER, "in a()", "b"},
	{"__schedule schedule", WAIT_OTHER, "", NULL},
	{"", WAIT_OTHER, "", NULL},
};

static size_t split(char *text, const char **names, size_t max)
{
	size_t n = 0;
	for (char *save, *f = strtok_r(text, " ", &save); f && n < max;
	     f = strtok_r(NULL, " ", &save))
		names[n++] = f;
	return n;
}

static void what_stacks_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
		const struct expectation *x = &stacks[i];
		_cleanup_buf_ struct buf words = BUF_INIT;
		const char *names[16];
		char text[512];
		struct wait w;
		snprintf(text, sizeof(text), "%s", x->stack);
		size_t n = split(text, names, ARRAY_SIZE(names));
		wait_of_names(names, n, &w);
		wait_text(&w, &words);
		if (strcmp(buf_str(&words), x->words) != 0 || w.class != x->class)
			fail_msg("%s: \"%s\" (%d)", x->stack, buf_str(&words), (int)w.class);
		if (x->caller && (!w.caller || strcmp(w.caller, x->caller) != 0))
			fail_msg("%s: called by %s", x->stack, w.caller ? w.caller : "nobody");
		assert_true(w.frame <= n);
	}
}

/* Code that has no symbol ends what can be said. */
static void frames_without_names(void **state)
{
	(void)state;
	static const char *const names[] = {"__schedule", NULL, NULL, "mutex_lock", NULL};
	struct wait w;
	wait_of_names(names, 1, &w);
	assert_null(w.what);
	assert_null(w.in);
	wait_of_names(names, 3, &w);
	assert_null(w.in);
	wait_of_names(names, 5, &w);
	assert_int_equal(w.class, WAIT_MUTEX);
	assert_null(w.caller);
	assert_int_equal(w.frame, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stacks_say),
		cmocka_unit_test(frames_without_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
