// SPDX-License-Identifier: GPL-2.0-or-later
/* From what lies on a stack to disks, device-mapper devices and NFS servers; and from damage to
 * nothing. */
#include "unit.h"
#include "lock_world.h"
#include "../small_btf.h"
#include <unistd.h>
#include "report/hang.h"
#include "report/io_wait.h"

/* Offsets in the fake structs. */
enum { BIO_NEXT = 0, BIO_BDEV = 8, BIO_END = 16 };
enum { ENTRY_PRIVATE = 8, ENTRY_FUNC = 16 };
enum { WAIT_WHAT = 0, WAIT_ENTRY = 8 }; /* of a page, of a bit */
enum { BDEV_DISK = 0, BDEV_DEVICE = 8, BDEV_INODE = 16 };
enum { DISK_PART0 = 0, DISK_PRIVATE = 8, DISK_NAME = 16 };
enum { PAGE_MAPPING = 8, MAPPING_HOST = 0, INODE_SB = 8 };
enum { SB_LIST = 0, SB_TYPE = 16, SB_BDEV = 24, SB_INFO = 32, SB_MOUNTS = 40 };
enum { MOUNT_PARENT = 0, MOUNT_POINT = 8, MOUNT_ROOT = 16, MOUNT_DEVICE = 24, MOUNT_NODE = 32 };
enum { BUFFER_STATE = 0, BUFFER_BDEV = 8 };

/* Where the objects of the world are, 0x80 bytes each. */
enum {
	VDC,
	DM,
	PART,
	BDEVS,
	ROOT,
	NFS,
	PAGES,
	FILES = PAGES + 4,
	MD = FILES + 4,
	CELL,
	BIOS,
	CLIENT = BIOS + 2,
	TRANSPORT,
	SERVER,
	TASK,
	BUFFER,
	MOUNT,
	TYPES,
	STRINGS = TYPES + 4,
	SUPER_BLOCKS = STRINGS + 8
};

#define IN_IO "__schedule schedule io_schedule do_work"

static uint64_t object(int i)
{
	return HEAP + (uint64_t)i * 0x80;
}

static uint64_t text_at(struct lock_world *w, int i, const char *text)
{
	memcpy(w->bytes + (object(i) - WORLD), text, strlen(text) + 1);
	return object(i);
}

static void members(struct small_btf *b, const char *name, const char *const *member, uint32_t n,
		    uint32_t word)
{
	small_btf_type(b, BTF_STRUCT, name, n, false, n * 8);
	for (uint32_t i = 0; i < n; i++)
		small_btf_member(b, member[i], word, i * 64);
}

/* Modules' structs: only words, in this order. */
static struct types *types(void)
{
	static const char *const md[] = {"disk", "flags", "interface_ptr"};
	static const char *const cell[] = {"name"}, *const server[] = {"client"},
				 *const client[] = {"cl_xprt"};
	static const char *const transport[] = {"servername"}, *const task[] = {"tk_runstate",
										"tk_client",
										"tk_start"};
	static const char *const list[] = {"head"};
	struct small_btf b;
	struct types *ret = NULL;
	small_btf_init(&b, ORDER_LE, NULL);
	uint32_t word = small_btf_int(&b, "unsigned long", 8, false);
	members(&b, "bio_list", list, 1, word);
	uint32_t bios = b.next - 1;
	small_btf_type(&b, BTF_STRUCT, "mapped_device", 4, false, 32);
	for (uint32_t i = 0; i < 3; i++)
		small_btf_member(&b, md[i], word, i * 64);
	small_btf_member(&b, "deferred", bios, 3 * 64);
	members(&b, "hash_cell", cell, 1, word);
	members(&b, "nfs_server", server, 1, word);
	members(&b, "rpc_clnt", client, 1, word);
	members(&b, "rpc_xprt", transport, 1, word);
	members(&b, "rpc_task", task, 3, word);
	assert_ok(types_create(small_btf_parse(&b, NULL), &ret));
	small_btf_deinit(&b);
	return ret;
}

static void put_disk(struct lock_world *w, int disk, int bdev, const char *name)
{
	world_u64(w, object(disk) + DISK_PART0, object(bdev));
	world_u64(w, object(bdev) + BDEV_DISK, object(disk));
	memcpy(w->bytes + (object(disk) + DISK_NAME - WORLD), name, strlen(name) + 1);
}

static void put_sb(struct lock_world *w, int sb, int type, const char *name)
{
	world_u64(w, object(sb) + SB_TYPE, object(type));
	world_u64(w, object(type), text_at(w, type - TYPES + STRINGS, name));
}

/* Disks vdc, with a partition, and dm-0; a file system on vdc, that of the devices, and NFS. */
static void write_world(struct lock_world *w)
{
	world_init(w, KERNEL_6_1, 12);
	put_disk(w, VDC, BDEVS, "vdc");
	put_disk(w, DM, FILES, "dm-0");
	world_u64(w, object(PART) + BDEV_DISK, object(VDC));
	world_u64(w, object(DM) + DISK_PRIVATE, object(MD));
	world_u64(w, object(MD), object(DM));
	world_u64(w, object(MD) + 8, 1 << 1 | 1);
	world_u64(w, object(MD) + 16, object(CELL));
	world_u64(w, object(MD) + 24, object(BIOS));
	world_u64(w, object(BIOS) + BIO_NEXT, object(BIOS + 1));
	world_u64(w, object(CELL), text_at(w, STRINGS + 4, "frozen"));
	put_sb(w, ROOT, TYPES, "ext4");
	put_sb(w, NFS, TYPES + 1, "nfs4");
	put_sb(w, BUFFER + 1, TYPES + 2,
	       "bdev"); /* in the place of the mount, whose words it spares */
	world_u64(w, object(ROOT) + SB_BDEV, object(PART));
	world_u64(w, object(NFS) + SB_INFO, object(SERVER));
	world_u64(w, object(SERVER), object(CLIENT));
	world_u64(w, object(CLIENT), object(TRANSPORT));
	world_u64(w, object(TRANSPORT), text_at(w, STRINGS + 5, "server.example"));
	world_u64(w, object(TASK) + 8, object(CLIENT));
	world_u64(w, object(SUPER_BLOCKS), object(ROOT) + SB_LIST);
	world_u64(w, object(SUPER_BLOCKS) + 8, object(NFS) + SB_LIST);
	world_u64(w, object(ROOT) + SB_LIST, object(NFS) + SB_LIST);
	world_u64(w, object(ROOT) + SB_LIST + 8, object(SUPER_BLOCKS));
	world_u64(w, object(NFS) + SB_LIST, object(SUPER_BLOCKS));
	world_u64(w, object(NFS) + SB_LIST + 8, object(ROOT) + SB_LIST);
	uint64_t mount = object(STRINGS + 7);
	world_u64(w, mount + MOUNT_PARENT, mount);
	world_u64(w, mount + MOUNT_POINT, mount);
	world_u64(w, mount + MOUNT_ROOT, mount);
	world_u64(w, mount + MOUNT_DEVICE, text_at(w, STRINGS + 6, "server:/srv"));
	world_u64(w, mount + MOUNT_NODE, object(NFS) + SB_MOUNTS);
	world_u64(w, object(NFS) + SB_MOUNTS, mount + MOUNT_NODE);
	world_u64(w, object(BUFFER) + BUFFER_BDEV, object(PART));
}

static void open_world(struct lock_world *w)
{
	world_open(w);
	struct layout *l = &w->k.layout;
	l->bio_next = BIO_NEXT, l->bio_bdev = BIO_BDEV, l->bio_end_io = BIO_END;
	l->wait_private = ENTRY_PRIVATE, l->wait_func = ENTRY_FUNC;
	l->wait_page_folio = l->wait_bit_word = WAIT_WHAT;
	l->wait_page_wait = l->wait_bit_wait = WAIT_ENTRY;
	l->bdev_disk = BDEV_DISK, l->bdev_device = BDEV_DEVICE;
	l->disk_part0 = DISK_PART0, l->disk_private = DISK_PRIVATE, l->disk_name = DISK_NAME;
	l->page_mapping = PAGE_MAPPING, l->mapping_host = MAPPING_HOST, l->inode_sb = INODE_SB;
	l->bdev_inode_bdev = 0, l->bdev_inode_inode = BDEV_INODE;
	l->buffer_state = BUFFER_STATE, l->buffer_bdev = BUFFER_BDEV;
	l->super_blocks = (int64_t)object(SUPER_BLOCKS), l->sb_list = SB_LIST;
	l->sb_type = SB_TYPE, l->sb_bdev = SB_BDEV, l->sb_fs_info = SB_INFO,
	l->sb_mounts = SB_MOUNTS;
	l->fs_type_name = 0;
	l->mount_instance = MOUNT_NODE, l->mount_parent = MOUNT_PARENT, l->mount_root = MOUNT_ROOT;
	l->mount_mountpoint = MOUNT_POINT, l->mount_devname = MOUNT_DEVICE;
	w->k.types = types();
}

static void close_world(struct lock_world *w)
{
	types_destroy(w->k.types);
	world_deinit(w);
}

static unsigned int put_bio(struct lock_world *w, uint64_t bdev, uint64_t end_io)
{
	unsigned int t = world_thread(w, "dd", 'D', IN_IO);
	world_u64(w, world_frame(w, t, 3) + BIO_BDEV, bdev);
	world_u64(w, world_frame(w, t, 3) + BIO_END, end_io);
	return t;
}

static unsigned int put_entry(struct lock_world *w, uint64_t what, const char *function,
			      const char *stack)
{
	unsigned int t = world_thread(w, "cat", 'D', stack);
	world_u64(w, world_frame(w, t, 3) + WAIT_WHAT, what);
	world_u64(w, world_frame(w, t, 3) + WAIT_ENTRY + ENTRY_PRIVATE, world_task(t));
	world_u64(w, world_frame(w, t, 3) + WAIT_ENTRY + ENTRY_FUNC, world_function(function));
	return t;
}

/* A page of a file, of a super block; of the device itself where that is the one of devices. */
static unsigned int put_page(struct lock_world *w, int n, uint64_t inode, int sb)
{
	world_u64(w, object(PAGES + n) + PAGE_MAPPING, object(PAGES + n) + 0x40);
	world_u64(w, object(PAGES + n) + 0x40 + MAPPING_HOST, inode);
	world_u64(w, inode + INODE_SB, object(sb));
	return put_entry(w, object(PAGES + n), "wake_page_function",
			 "__schedule schedule io_schedule folio_wait_bit_common do_work");
}

static void assert_place(struct lock_world *w, unsigned int t, const char *expected)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct io_target target;
	struct io_place place;
	struct wait wait;
	wait_of(&w->k, w->all, &w->all->thread[t], &wait);
	assert_int_equal(io_wait_target(&w->r, w->all, &w->all->thread[t], &wait, &target),
			 *expected != '\0');
	io_place_read(&w->r, &target, &place);
	io_place_text(&place, &out);
	assert_string_equal(buf_str(&out), expected);
}

static void disks(void **state)
{
	(void)state;
	struct lock_world w;
	write_world(&w);
	unsigned int whole = put_bio(&w, object(BDEVS), world_function("bio_done"));
	unsigned int partition = put_bio(&w, object(PART), world_function("bio_done"));
	unsigned int stale = put_bio(&w, object(BDEVS), world_function("bio_done") + 0x20);
	unsigned int data = put_bio(&w, object(BDEVS), STATIC);
	unsigned int none = put_bio(&w, object(ROOT), world_function("bio_done"));
	unsigned int file = put_page(&w, 0, object(FILES + 1), ROOT);
	unsigned int device = put_page(&w, 1, object(BDEVS) + BDEV_INODE, BUFFER + 1);
	unsigned int buffer = put_entry(&w, object(BUFFER), "wake_bit_function", IN_IO);
	open_world(&w);
	assert_place(&w, whole, "vdc");
	assert_place(&w, partition, "vdc");
	assert_place(&w, stale, "");
	assert_place(&w, data, "");
	assert_place(&w, none, "");
	assert_place(&w, file, "vdc");
	assert_place(&w, device, "vdc");
	assert_place(&w, buffer, "vdc");
	close_world(&w);
}

#define ON_NFS "NFS server server.example, server:/srv on /"

static void servers(void **state)
{
	(void)state;
	struct lock_world w;
	write_world(&w);
	unsigned int page = put_page(&w, 0, object(FILES + 1), NFS);
	unsigned int call = put_entry(&w, object(TASK), "wake_bit_function",
				      "__schedule schedule "
				      "rpc_wait_bit_killable do_work");
	unsigned int other = put_entry(&w, object(TASK), "bio_done", IN_IO);
	open_world(&w);
	assert_place(&w, page, ON_NFS);
	assert_place(&w, call, ON_NFS);
	assert_place(&w, other, "");
	w.k.layout.super_blocks = LAYOUT_UNKNOWN;
	assert_place(&w, call, "NFS server server.example");
	close_world(&w);
}

/* One stack, two devices: two groups; and the suspended one is suspected. */
static void suspended(void **state)
{
	(void)state;
	struct lock_world w;
	struct dm_device dm;
	write_world(&w);
	put_bio(&w, object(FILES), world_function("bio_done"));
	put_bio(&w, object(BDEVS), world_function("bio_done"));
	put_bio(&w, object(FILES), world_function("bio_done"));
	put_entry(&w, object(TASK), "wake_bit_function", IN_IO);
	open_world(&w);
	struct hang *h = calloc(1, sizeof(*h));
	assert_non_null(h);
	hang_find_tasks(&w.r, h);
	assert_int_equal(h->n, 2);
	assert_string_equal(
		buf_str(&h->suspect[0].text),
		"2 tasks wait for dm-0 (frozen), which is suspended: dd (pid 1), dd (pid 3)");
	assert_true(h->suspect[0].strong);
	/* for how long is not known */
	assert_string_equal(buf_str(&h->suspect[1].text),
			    "1 task waits for " ON_NFS ": cat (pid 4)");
	assert_false(h->suspect[1].strong);
	hang_destroy(h);
	assert_true(dm_device_read(&w.k, object(DM), &dm));
	assert_int_equal(dm.deferred, 2);
	assert_false(dm_device_read(&w.k, object(VDC), &dm));
	close_world(&w);
}

/* What kernels without a list of mounts have: the mount itself. */
static void servers_of_newer_kernels(void **state)
{
	(void)state;
	struct lock_world w;
	write_world(&w);
	unsigned int call = put_entry(&w, object(TASK), "wake_bit_function", IN_IO);
	world_u64(&w, object(NFS) + SB_MOUNTS, object(STRINGS + 7));
	open_world(&w);
	w.k.layout.mount_instance = LAYOUT_UNKNOWN;
	assert_place(&w, call, ON_NFS);
	close_world(&w);
}

/* A device that runs, one whose list of bios has no end, and what is none. */
static void other_devices(void **state)
{
	(void)state;
	struct lock_world w;
	struct dm_device dm;
	struct hang *h = calloc(1, sizeof(*h));
	assert_non_null(h);
	write_world(&w);
	put_bio(&w, object(FILES), world_function("bio_done"));
	world_u64(&w, object(MD) + 8, 0);
	world_u64(&w, object(BIOS + 1) + BIO_NEXT, object(BIOS));
	open_world(&w);
	assert_true(dm_device_read(&w.k, object(DM), &dm));
	assert_int_equal(dm.deferred, DM_DEFERRED_MAX);
	hang_find_tasks(&w.r, h);
	assert_int_equal(h->n, 0);
	hang_destroy(h);
	close_world(&w);
	write_world(&w);
	world_u64(&w, object(MD), object(VDC)); /* another disk's */
	open_world(&w);
	assert_false(dm_device_read(&w.k, object(DM), &dm));
	close_world(&w);
}

/* The part "blocked" has the same, with whatever is in memory. */
static char *blocked(struct lock_world *w)
{
	FILE *f = tmpfile();
	assert_non_null(f);
	struct report_output out = {fileno(f), -1};
	assert_ok(report_run(&w->r, "blocked", &out));
	off_t size = lseek(out.text_fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(pread(out.text_fd, text, (size_t)size, 0), size);
	fclose(f);
	return text;
}

static void groups(void **state)
{
	(void)state;
	struct lock_world w;
	write_world(&w);
	put_bio(&w, object(FILES), world_function("bio_done"));
	put_bio(&w, object(BDEVS), world_function("bio_done"));
	put_bio(&w, object(FILES), world_function("bio_done"));
	open_world(&w);
	_cleanup_free_ char *text = blocked(&w);
	assert_non_null(
		strstr(text, "2 tasks, D: waits for I/O [dm-0 (frozen), which is suspended]\n"));
	assert_non_null(strstr(text, "D: waits for I/O [vdc]\n"));
	close_world(&w);
}

static void damage(void **state)
{
	(void)state;
	uint64_t seed = 815;
	for (int round = 0; round < 300; round++) {
		struct lock_world w;
		write_world(&w);
		put_bio(&w, object(FILES), world_function("bio_done"));
		put_page(&w, 0, object(FILES + 1), NFS);
		put_entry(&w, object(TASK), "wake_bit_function", IN_IO);
		for (int i = 0; i <= round % 9; i++) {
			uint64_t at = object((int)(unit_random(&seed) % (SUPER_BLOCKS + 1))) +
				      unit_random(&seed) % 6 * 8;
			world_u64(&w, at,
				  unit_random(&seed) % 3
					  ? object((int)(unit_random(&seed) % SUPER_BLOCKS))
					  : unit_random(&seed));
		}
		open_world(&w);
		_cleanup_free_ char *text = blocked(&w);
		assert_non_null(report_hang(&w.r));
		assert_false(w.r.out_of_time);
		close_world(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disks),	 cmocka_unit_test(servers),
		cmocka_unit_test(suspended),	 cmocka_unit_test(servers_of_newer_kernels),
		cmocka_unit_test(other_devices), cmocka_unit_test(groups),
		cmocka_unit_test(damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
