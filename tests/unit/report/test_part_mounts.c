// SPDX-License-Identifier: GPL-2.0-or-later
/* The mounts of process 1: paths over several file systems, both kinds of namespaces, damage. */
#include "fake_kernel.h"
#include "report/mount.h"

/* Offsets in the fake structs. */
enum { T_TASKS = 0, T_THREADS = 16, T_SIGNAL = 32, T_PID = 40, T_PROXY = 48, T_SIZE = 56 };
enum {
	M_NODE = 0,
	M_PARENT = 24,
	M_POINT = 32,
	M_DEV = 40,
	M_ROOT = 48,
	M_SB = 56,
	M_FLAGS = 64,
	M_SIZE = 72
};
enum { D_PARENT = 0, D_LEN = 8, D_NAME = 16, D_SIZE = 24 };
enum { S_FLAGS = 0, S_TYPE = 8, S_SUBTYPE = 16, S_SIZE = 24 };
enum { MOUNTS = 5 };

static struct fake f;
static uint64_t init_task, process1, ns, mount[MOUNTS], root[MOUNTS], point[MOUNTS];

static uint64_t put_task(struct fake *k, uint32_t pid)
{
	uint64_t task = fake_alloc(k, T_SIZE), signal = fake_alloc(k, 16);
	fake_u32(k, task + T_PID, pid);
	fake_u64(k, task + T_SIGNAL, signal);
	fake_list(k, signal);
	fake_list_add(k, signal, task + T_THREADS);
	if (pid == 0)
		fake_list(k, task + T_TASKS);
	else
		fake_list_add(k, init_task + T_TASKS, task + T_TASKS);
	return task;
}

/* parent 0: a root, its own parent */
static uint64_t put_dentry(struct fake *k, uint64_t parent, const char *name)
{
	uint64_t d = fake_alloc(k, D_SIZE);
	fake_u64(k, d + D_PARENT, parent ? parent : d);
	fake_u32(k, d + D_LEN, (uint32_t)strlen(name));
	fake_u64(k, d + D_NAME, fake_string(k, name));
	return d;
}

static void put_mount(struct fake *k, int i, int parent, uint64_t at, const char *device,
		      const char *type, const char *subtype)
{
	uint64_t sb = fake_alloc(k, S_SIZE), fs = fake_alloc(k, 8);
	fake_u64(k, fs, fake_string(k, type));
	fake_u64(k, sb + S_TYPE, fs);
	fake_u64(k, sb + S_SUBTYPE, subtype ? fake_string(k, subtype) : 0);
	root[i] = put_dentry(k, 0, "/");
	point[i] = at ? at : root[i];
	fake_u64(k, mount[i] + M_PARENT, mount[parent]);
	fake_u64(k, mount[i] + M_POINT, point[i]);
	fake_u64(k, mount[i] + M_DEV, fake_string(k, device));
	fake_u64(k, mount[i] + M_ROOT, root[i]);
	fake_u64(k, mount[i] + M_SB, sb);
}

/* rb_node: parent and color, right, left */
static void put_node(struct fake *k, uint64_t node, uint64_t parent, uint64_t left, uint64_t right)
{
	fake_u64(k, node, parent | 1);
	fake_u64(k, node + 8, right);
	fake_u64(k, node + 16, left);
}

/* As a list: the same words are a struct list_head. */
static void put_namespace(struct fake *k, bool tree)
{
	if (tree) {
		put_node(k, mount[3], 0, mount[1], mount[4]);
		put_node(k, mount[1], mount[3], mount[0], mount[2]);
		put_node(k, mount[0], mount[1], 0, 0);
		put_node(k, mount[2], mount[1], 0, 0);
		put_node(k, mount[4], mount[3], 0, 0);
		fake_u64(k, ns, mount[3]);
		return;
	}
	fake_list(k, ns);
	for (int i = 0; i < MOUNTS; i++)
		fake_list_add(k, ns, mount[i] + M_NODE);
}

static void write_mounts(struct fake *k, bool tree)
{
	uint64_t proxy = fake_alloc(k, 8);
	init_task = put_task(k, 0);
	process1 = put_task(k, 2);
	process1 = put_task(k, 1);
	fake_u64(k, process1 + T_PROXY, proxy);
	ns = fake_alloc(k, 16);
	fake_u64(k, proxy, ns);
	for (int i = 0; i < MOUNTS; i++)
		mount[i] = fake_alloc(k, M_SIZE);
	/* /, over it the real one, /srv/data of it, on its /x something, and that twice */
	put_mount(k, 0, 0, 0, "rootfs", "rootfs", NULL);
	put_mount(k, 1, 0, root[0], "/dev/vda1", "ext4", NULL);
	uint64_t srv = put_dentry(k, root[1], "srv");
	put_mount(k, 2, 1, put_dentry(k, srv, "data"), "host:/export", "fuse", "sshfs");
	put_mount(k, 3, 2, put_dentry(k, root[2], "x\n"), "tmpfs", "tmpfs", NULL);
	put_mount(k, 4, 3, root[3], "none", "proc", NULL);
	fake_u32(k, mount[2] + M_FLAGS, 0x20 | 0x01 | 0x02);
	fake_u32(k, mount[3] + M_FLAGS, 0x40 | 0x1000);
	put_namespace(k, tree);
}

static void write_memory(struct fake *k)
{
	write_mounts(k, true);
}

static void set_layout(struct fake *k)
{
	struct layout *l = &k->kernel.layout;
	l->init_task = (int64_t)init_task;
	l->task_tasks = T_TASKS;
	l->task_thread_node = T_THREADS;
	l->task_signal = T_SIGNAL;
	l->signal_thread_head = 0;
	l->task_pid = l->task_tgid = T_PID;
	l->task_comm = T_PID;
	l->task_nsproxy = T_PROXY;
	l->nsproxy_mnt_ns = 0;
	l->mount_node = M_NODE;
	l->mnt_ns_mounts = 0;
	l->rb_node_parent = 0;
	l->rb_node_right = 8;
	l->rb_node_left = 16;
	l->mount_parent = M_PARENT;
	l->mount_mountpoint = M_POINT;
	l->mount_devname = M_DEV;
	l->mount_root = M_ROOT;
	l->mount_sb = M_SB;
	l->mount_flags = M_FLAGS;
	l->dentry_parent = D_PARENT;
	l->dentry_name = D_NAME;
	l->dentry_name_len = D_LEN;
	l->sb_flags = S_FLAGS;
	l->sb_type = S_TYPE;
	l->sb_subtype = S_SUBTYPE;
	l->fs_type_name = 0;
}

static void use_list(struct fake *k)
{
	struct layout *l = &k->kernel.layout;
	l->mount_node = LAYOUT_UNKNOWN;
	l->mnt_ns_list = 0;
	l->mount_list = M_NODE;
}

static void start(bool tree)
{
	fake_init(&f);
	write_mounts(&f, tree);
}

static void open_it(void)
{
	fake_open(&f);
	set_layout(&f);
}

static void listed_as_mount_does(void **state)
{
	(void)state;
	for (int tree = 0; tree < 2; tree++) {
		start(tree);
		open_it();
		if (!tree)
			use_list(&f);
		fake_run(&f, "mounts");
		fake_assert_outcome(&f, "ok", "");
		fake_contains(
			f.json,
			"\"mounts\":[{\"device\":\"rootfs\",\"path\":\"/\",\"type\":\"rootfs\","
			"\"options\":\"rw\"},"
			"{\"device\":\"/dev/vda1\",\"path\":\"/\",\"type\":\"ext4\","
			"\"options\":\"rw\"},"
			"{\"device\":\"host:/export\",\"path\":\"/srv/data\","
			"\"type\":\"fuse.sshfs\",\"options\":\"rw,nosuid,nodev,relatime\"},"
			"{\"device\":\"tmpfs\",\"path\":\"/srv/data/x?\",\"type\":\"tmpfs\","
			"\"options\":\"ro\"},"
			"{\"device\":\"none\",\"path\":\"/srv/data/x?\",\"type\":\"proc\","
			"\"options\":\"rw\"}]");
		fake_contains(f.text, "\nhost:/export on /srv/data (fuse.sshfs; "
				      "rw,nosuid,nodev,relatime)\n");
		fake_close(&f);
	}
}

/* A file system that is read-only as a whole, and all that a mount can forbid. */
static void options(void **state)
{
	(void)state;
	char text[MOUNT_OPTIONS_SIZE];
	start(true);
	uint64_t sb = get_u64(f.bytes + (mount[1] + M_SB - FAKE_BASE), f.order);
	fake_u64(&f, sb + S_FLAGS, 1);
	open_it();
	fake_run(&f, "mounts");
	fake_contains(f.json, "\"type\":\"ext4\",\"options\":\"ro\"}");
	fake_close(&f);
	mount_options(UINT32_MAX, true, text);
	assert_string_equal(text, "ro,nosuid,nodev,noexec,nosymfollow,noatime,nodiratime,relatime");
}

static const char *path_of(int i)
{
	static char buf[MOUNT_PATH_SIZE];
	return mount_path(&f.kernel.kmem, mount[i], buf);
}

static void damaged_paths(void **state)
{
	(void)state;
	/* what is below cannot be read: the rest of the path is shown */
	start(true);
	fake_u64(&f, mount[1] + M_PARENT, 0x1000);
	fake_u64(&f, root[2] + D_PARENT, 0);
	open_it();
	assert_string_equal(path_of(2), ".../srv/data");
	assert_string_equal(path_of(1), ".../");
	fake_run(&f, "mounts");
	fake_contains(f.json, "\"path\":\".../srv/data/x?\"");
	fake_close(&f);
	/* a directory in itself, as the root of a file system that was detached */
	start(true);
	fake_u64(&f, point[2] + D_PARENT, point[2]);
	open_it();
	assert_string_equal(path_of(2), ".../");
	fake_close(&f);
	/* a name without length, and one that is too long */
	for (uint32_t len = 0; len <= 256; len += 256) {
		start(true);
		fake_u32(&f, point[3] + D_LEN, len);
		open_it();
		assert_string_equal(path_of(3), ".../");
		fake_close(&f);
	}
}

/* Directories and mounts that go round: long paths, but never more than there is room for. */
static void circles(void **state)
{
	(void)state;
	start(true);
	uint64_t srv = get_u64(f.bytes + (point[2] + D_PARENT - FAKE_BASE), f.order);
	fake_u64(&f, srv + D_PARENT, point[2]);
	open_it();
	const char *path = path_of(2);
	assert_true(strlen(path) > 4000 && strlen(path) < MOUNT_PATH_SIZE);
	assert_memory_equal(path, "...", 3);
	fake_run(&f, "mounts");
	fake_close(&f);
	start(true);
	fake_u64(&f, mount[1] + M_PARENT, mount[2]);
	fake_u64(&f, mount[1] + M_POINT, root[2]);
	open_it();
	path = path_of(2);
	assert_true(strlen(path) > 4000 && strlen(path) < MOUNT_PATH_SIZE);
	fake_close(&f);
	start(true);
	fake_u64(&f, mount[3] + M_PARENT, mount[4]); /* each on the other's root */
	fake_u64(&f, mount[3] + M_POINT, root[4]);
	open_it();
	assert_string_equal(path_of(4), ".../");
	fake_close(&f);
}

static void damaged_namespaces(void **state)
{
	(void)state;
	start(true);
	fake_u64(&f, mount[1] + 8, 0x1000); /* right: mount 2 is not found */
	open_it();
	fake_run(&f, "mounts");
	fake_assert_outcome(&f, "partial", "mounts: ");
	fake_contains(f.text, "none on /srv/data/x? (proc; rw)");
	assert_null(strstr(f.text, "sshfs"));
	fake_close(&f);
	start(true);
	fake_u64(&f, mount[1] + M_DEV, 0x1000); /* nothing is there */
	open_it();
	fake_run(&f, "mounts");
	fake_assert_outcome(&f, "partial", "(of 1 mounts the device or type cannot be read)");
	fake_close(&f);
	start(false);
	fake_u64(&f, mount[2] + M_NODE, mount[1] + M_NODE);
	fake_u64(&f, mount[2] + M_ROOT, 0);
	open_it();
	use_list(&f);
	fake_run(&f, "mounts");
	fake_assert_outcome(&f, "partial", "mounts: a circle at ");
	fake_contains(f.text, "(1 mounts cannot be read)");
	fake_contains(f.text, "rootfs on / (rootfs; rw)\n/dev/vda1 on / (ext4; rw)\n\n");
	fake_close(&f);
}

/* Many mounts below a directory that goes round have paths as long as can be: memory is limited. */
static void long_paths(void **state)
{
	(void)state;
	enum { MANY = 1100, SIZE = 40 };
	start(false);
	uint64_t srv = get_u64(f.bytes + (point[2] + D_PARENT - FAKE_BASE), f.order);
	fake_u64(&f, srv + D_PARENT, point[2]);
	fake_list(&f, ns);
	for (int i = 0; i < MANY; i++) {
		uint64_t small = fake_alloc(&f, SIZE);
		fake_list_add(&f, ns, small);
		fake_u64(&f, small + 16, root[2]);
		fake_u64(&f, small + 24, small - SIZE);
		fake_u64(&f, small + 32, srv);
	}
	open_it();
	use_list(&f);
	struct layout *l = &f.kernel.layout;
	l->mount_root = 16;
	l->mount_parent = 24;
	l->mount_mountpoint = 32;
	l->mount_devname = l->mount_sb = l->mount_flags = LAYOUT_UNKNOWN;
	fake_run(&f, "mounts");
	fake_assert_outcome(&f, "partial", "names and paths that cannot be real");
	assert_true(strlen(f.json) > 4 << 20 && strlen(f.json) < 5 << 20);
	fake_close(&f);
}

static void no_process_1(void **state)
{
	(void)state;
	start(true);
	fake_u32(&f, process1 + T_PID, 3);
	fake_u64(&f, init_task + T_PROXY,
		 get_u64(f.bytes + (process1 + T_PROXY - FAKE_BASE), f.order));
	open_it();
	fake_run(&f, "mounts");
	fake_assert_outcome(&f, "partial", "process 1 is not found");
	fake_contains(f.text, "/dev/vda1 on / (ext4; rw)");
	fake_close(&f);
	start(true);
	fake_u64(&f, process1 + T_PROXY, 0);
	open_it();
	fake_run(&f, "mounts");
	fake_assert_outcome(&f, "failed", "the namespace of the mounts cannot be read");
	f.kernel.layout.mount_root = LAYOUT_UNKNOWN;
	fake_run(&f, "mounts");
	fake_assert_outcome(&f, "failed", "do not say where its mounts are");
	fake_close(&f);
}

static void anything(void **state)
{
	(void)state;
	fake_damage("mounts", write_memory, set_layout);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(listed_as_mount_does), cmocka_unit_test(options),
		cmocka_unit_test(damaged_paths),	cmocka_unit_test(circles),
		cmocka_unit_test(damaged_namespaces),	cmocka_unit_test(no_process_1),
		cmocka_unit_test(long_paths),		cmocka_unit_test(anything),
	};
	return cmocka_run_group_tests_name("report/part_mounts", tests, NULL, NULL);
}
