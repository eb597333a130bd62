// SPDX-License-Identifier: GPL-2.0-or-later
/* From kdump.conf to the resolved configuration on made-up machines; mountinfo and mount options.
 */
#include "unit.h"
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "crash/blockdev.h"
#include "crash/mounting.h"
#include "crash/mounts.h"
#include "crash/resolve.h"
#include "crash/route.h"
#include "crash/run.h"
#include "crash/target.h"

static char *dir;
static struct root root;

static void make_path(const char *name, char path[512])
{
	snprintf(path, 512, "%s/%s", dir, name);
	for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
}

static void put(const char *name, const char *text)
{
	char path[512];
	make_path(name, path);
	unit_write(dir, name, text);
}

static void put_link(const char *name, const char *target)
{
	char path[512];
	make_path(name, path);
	assert_int_equal(symlink(target, path), 0);
}

static int setup(void **state)
{
	(void)state;
	dir = unit_mkdtemp();
	assert_ok(root_init(&root, dir));
	put("proc/sys/kernel/hostname", "db1\n");
	put("proc/partitions", "major minor  #blocks  name\n\n");
	put("proc/self/mountinfo",
	    "21 1 253:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro\n"
	    "22 21 0:5 / /proc rw - proc proc rw\n"
	    "23 21 253:2 / /var rw - xfs /dev/mapper/vg-var rw,inode64\n"
	    "24 21 0:40 /@data /srv/my\\040data rw - btrfs /dev/vdc rw,subvol=/@data\n"
	    "25 21 0:30 / /tmp rw - tmpfs tmpfs rw\n"
	    "26 21 253:3 / /mnt ro - ext4 /dev/root ro\n");
	put("dev/vda1", "1");
	put("dev/vdc", "3");
	put("dev/dm-0", "4");
	put("dev/vdd1", "5");
	put_link("dev/mapper/vg-var", "../dm-0");
	put_link("dev/disk/by-uuid/1111-aa", "../../vda1");
	put_link("dev/disk/by-uuid/2222-bb", "../../dm-0");
	put_link("dev/disk/by-uuid/3333-cc", "../../vdc");
	put_link("sys/dev/block/253:3", "../../devices/virtio3/block/vdd/vdd1");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	root_deinit(&root);
	unit_rmdir(dir);
	return 0;
}

static struct err *resolve_text(const char *text, struct settings *s)
{
	struct kdump_conf c;
	*s = (struct settings) {0};
	struct err *e = kdump_conf_parse(&c, "k.conf", text, strlen(text), NULL);
	if (!e)
		e = resolve(&root, "k.conf", &c, s);
	kdump_conf_deinit(&c);
	return e;
}

static void local_targets(void **state)
{
	(void)state;
	static const struct {
		const char *conf, *device, *fstype, *path;
	} cases[] = {
		{"", "UUID=2222-bb", "xfs", "/crash"},
		{"path /dumps", "UUID=1111-aa", "ext4", "/dumps"},
		{"path /", "UUID=1111-aa", "ext4", "/"},
		{"path /var", "UUID=2222-bb", "xfs", "/"},
		{"path /variant", "UUID=1111-aa", "ext4", "/variant"},
		{"path /srv/my data/x", "UUID=3333-cc", "btrfs", "/@data/x"},
		{"path /mnt/x", "/dev/vdd1", "ext4", "/x"},
		{"ext4 /dev/vda1\npath /x", "UUID=1111-aa", "ext4", "/x"},
		{"xfs /dev/mapper/vg-var", "UUID=2222-bb", "xfs", "/var/crash"},
		{"ext4 LABEL=dump", "LABEL=dump", "ext4", "/var/crash"},
		{"ext4 /dev/vdd1", "/dev/vdd1", "ext4", "/var/crash"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct settings s;
		assert_ok(resolve_text(cases[i].conf, &s));
		assert_string_equal(settings_get(&s, SET_TARGET), "local");
		assert_string_equal(settings_get(&s, SET_HOST), "db1");
		assert_string_equal(settings_get(&s, SET_TARGET_DEVICE), cases[i].device);
		assert_string_equal(settings_get(&s, SET_TARGET_FSTYPE), cases[i].fstype);
		assert_string_equal(settings_get(&s, SET_SAVE_PATH), cases[i].path);
		settings_deinit(&s);
	}
	struct settings s;
	assert_ok(resolve_text("path /srv/my data", &s));
	assert_string_equal(settings_get(&s, SET_TARGET_OPTIONS), "subvolid=5");
	assert_string_equal(settings_get(&s, SET_FINAL_ACTION), "default");
	assert_string_equal(settings_get(&s, SET_CORE_COLLECTOR), "");
	assert_string_equal(settings_get(&s, SET_ROOT_DEVICE), "UUID=1111-aa");
	settings_deinit(&s);
	put("proc/self/mountinfo", "21 1 0:20 / / rw - overlay overlay rw\n"
				   "26 21 253:1 / /mnt rw - ext4 /dev/vda1 rw\n");
	assert_ok(resolve_text("path /mnt/x\ncore_collector makedumpfile -c", &s));
	assert_string_equal(settings_get(&s, SET_ROOT_DEVICE), "");
	assert_string_equal(settings_get(&s, SET_CORE_COLLECTOR), "makedumpfile -c");
	settings_deinit(&s);
}

static void rootfs_target(const char *cmdline, const char *resolved, struct run *run)
{
	struct settings s = {0};
	*run = (struct run) {.root = &root, .settings = &s, .dir = "/x"};
	put("proc/cmdline", cmdline);
	assert_ok(settings_set(&s, SET_ROOT_DEVICE, resolved));
	assert_ok(target_local_rootfs(run));
	settings_deinit(&s);
}

/* The capture kernel's own rootfstype=ramfs is about the memory the image is in. */
static void dump_to_rootfs_ignores_rootfstype(void **state)
{
	(void)state;
	struct run *run = malloc(sizeof(*run));
	assert_non_null(run);
	rootfs_target("root=/dev/vda1 rootfstype=ramfs\n", NULL, run);
	assert_string_equal(run->target.fstype, "");
	assert_string_equal(run->target.device, "/dev/vda1");
	rootfs_target("root=/dev/mapper/luks ro\n", "UUID=1111-aa", run);
	assert_string_equal(run->target.device, "UUID=1111-aa");
	rootfs_target("ro rootfstype=ramfs\n", "UUID=1111-aa", run);
	assert_string_equal(run->target.fstype, "");
	assert_string_equal(run->target.device, "UUID=1111-aa");
	free(run);
}

static void refuses_to_mount_memory(void **state)
{
	(void)state;
	char device[512];
	bool was_read_only;
	put("proc/filesystems", "nodev\tsysfs\nnodev\ttmpfs\nnodev\tramfs\n\text4\n\txfs\n");
	snprintf(device, sizeof(device), "%s/dev/vda1", dir);
	static const char *const types[] = {"ramfs", "tmpfs", "sysfs"};
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct mount_request r = {
			.device = device, .fstype = types[i], .options = "", .point = dir};
		assert_err(mounting_mount(&root, &r, &was_read_only), ERR_UNSUPPORTED,
			   "is not on a device");
	}
	assert_false(mounting_in_memory(&root, "ext4"));
	assert_false(mounting_in_memory(&root, "fs"));
	assert_false(mounting_in_memory(&root, "btrfs"));
}

static void follows_links(void **state)
{
	(void)state;
	struct settings s;
	put("var/spool/x", "");
	put_link("var/crash", "/dumps");
	put("dumps/x", "");
	assert_ok(resolve_text("", &s));
	assert_string_equal(settings_get(&s, SET_TARGET_DEVICE), "UUID=1111-aa");
	assert_string_equal(settings_get(&s, SET_SAVE_PATH), "/dumps");
	settings_deinit(&s);
	assert_ok(resolve_text("path /var/crash/sub/dir", &s));
	assert_string_equal(settings_get(&s, SET_SAVE_PATH), "/dumps/sub/dir");
	settings_deinit(&s);
}

static void refused_targets(void **state)
{
	(void)state;
	static const struct {
		const char *conf;
		enum err_code code;
		const char *message;
	} cases[] = {
		{"path /tmp/x", ERR_UNSUPPORTED,
		 "k.conf: path /tmp/x is on tmpfs, where a dump cannot be saved"},
		{"\next4 /dev/none", ERR_USAGE, "k.conf:2: there is no /dev/none"},
		{"ssh a@127.0.0.1", ERR_USAGE,
		 "k.conf:1: the ssh key /root/.ssh/kdump_id_rsa does not exist"},
		{"ssh a@127.0.0.1\nsshkey /dev/vda1", ERR_USAGE,
		 "host key of 127.0.0.1 (port 22) is not in"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct settings s;
		assert_err(resolve_text(cases[i].conf, &s), cases[i].code, cases[i].message);
		settings_deinit(&s);
	}
}

#define HOST_KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJN2bX3yaMwc2N8c2aHN0lD0y0Qk2RrC3CTmrRJ0m3Vh"

static void ssh_to_this_machine(void **state)
{
	(void)state;
	struct settings s;
	put("root/.ssh/key", "k");
	put("etc/ssh/ssh_known_hosts", "other " HOST_KEY "\n[127.0.0.1]:2222 " HOST_KEY "\n");
	assert_ok(resolve_text("ssh kd@127.0.0.1:2222\nsshkey /root/.ssh/key\npath /d", &s));
	assert_string_equal(settings_get(&s, SET_TARGET), "ssh");
	assert_string_equal(settings_get(&s, SET_SSH_USER), "kd");
	assert_string_equal(settings_get(&s, SET_SSH_HOST), "127.0.0.1");
	assert_string_equal(settings_get(&s, SET_SSH_ADDRESS), "127.0.0.1");
	assert_string_equal(settings_get(&s, SET_SSH_PORT), "2222");
	assert_string_equal(settings_get(&s, SET_SSH_KEY_SOURCE), "/root/.ssh/key");
	assert_string_equal(settings_get(&s, SET_SSH_KNOWN_HOSTS_SOURCE),
			    "/etc/ssh/ssh_known_hosts");
	assert_string_equal(settings_get(&s, SET_NET_MAC), "");
	assert_string_equal(settings_get(&s, SET_SAVE_PATH), "/d");
	settings_deinit(&s);
	/* the port belongs to the name */
	assert_err(resolve_text("ssh kd@127.0.0.1\nsshkey /root/.ssh/key", &s), ERR_USAGE,
		   "host key of 127.0.0.1");
	settings_deinit(&s);
}

static void routes(void **state)
{
	(void)state;
	struct route r;
	assert_ok(route_find("127.0.0.1", &r));
	assert_true(r.loopback);
	assert_string_equal(r.interface, "lo");
	assert_string_equal(r.address, "127.0.0.1/8");
	assert_string_equal(r.gateway, "");
	assert_err(route_find("example", &r), ERR_USAGE, "no numeric address");
}

static void mountinfo_lines(void **state)
{
	(void)state;
	struct mount *m = malloc(sizeof(*m));
	assert_non_null(m);
	assert_true(mounts_parse_line(
		"36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/r\\134t rw",
		m));
	assert_int_equal(m->dev, makedev(98, 0));
	assert_string_equal(m->root, "/mnt1");
	assert_string_equal(m->point, "/mnt 2");
	assert_string_equal(m->fstype, "ext3");
	assert_string_equal(m->source, "/dev/r\\t");
	assert_false(m->read_only);
	assert_true(mounts_parse_line("1 2 0:3 / /a ro - x y rw", m));
	assert_true(m->read_only);
	assert_true(mounts_parse_line("1 2 0:3 / /a rw - x y errors=ro,ro", m));
	assert_true(m->read_only);
	assert_true(mounts_parse_line("1 2 0:3 / /a rw - x y errors=remount-ro", m));
	assert_false(m->read_only);
	static const char *const bad[] = {"",
					  "1",
					  "1 2 3",
					  "1 2 x:y / / rw - a b c",
					  "1 2 3:4 / / rw a b c",
					  "1 2 3:4 / / rw -"};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(mounts_parse_line(bad[i], m));
	free(m);
}

static void mount_options(void **state)
{
	(void)state;
	static const struct {
		const char *options;
		unsigned long flags;
		const char *data;
	} cases[] = {
		{"", 0, ""},
		{"defaults", 0, ""},
		{"ro,noatime", MS_NOATIME, ""},
		{"rw,nosuid,nodev,subvolid=5,x-systemd.automount,nofail", MS_NOSUID | MS_NODEV,
		 "subvolid=5"},
		{"data=ordered,,errors=remount-ro", 0, "data=ordered,errors=remount-ro"},
		{"nosuid,suid", 0, ""},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long flags;
		_cleanup_buf_ struct buf data = BUF_INIT;
		assert_ok(mounting_options(cases[i].options, &flags, &data));
		assert_int_equal(flags, cases[i].flags);
		assert_string_equal(buf_str(&data), cases[i].data);
	}
}

static void finds_a_file_system_by_uuid(void **state)
{
	(void)state;
	char image[512], command[2048], found[PATH_MAX], text[64];
	if (system("command -v mke2fs >/dev/null") != 0)
		skip();
	make_path("dev/vdx", image);
	snprintf(command, sizeof(command),
		 "truncate -s 4M %s && mke2fs -q -t ext4 -L dump -U "
		 "7e6c7f6e-5f2b-4c50-8a35-8c27d0f6f5aa %s",
		 image, image);
	assert_int_equal(system(command), 0);
	put("proc/partitions",
	    "major minor  #blocks  name\n\n 254        0   4096 vdn\n 254        1   4096 vdx\n");
	assert_ok(blockdev_find(&root, "UUID=7E6C7F6E-5F2B-4C50-8A35-8C27D0F6F5AA", found));
	assert_string_equal(found, image);
	assert_ok(blockdev_find(&root, "LABEL=dump", found));
	assert_string_equal(found, image);
	assert_ok(blockdev_find(&root, "/dev/vdx", found));
	assert_err(blockdev_wait(&root, "LABEL=none", 0.2, found), ERR_MISSING,
		   "no device has LABEL=none");
	assert_ok(blockdev_fstype(image, text, sizeof(text)));
	assert_string_equal(text, "ext4");
	assert_ok(blockdev_uuid(image, text, sizeof(text)));
	assert_string_equal(text, "UUID=7e6c7f6e-5f2b-4c50-8a35-8c27d0f6f5aa");
	struct settings s;
	assert_ok(resolve_text("ext4 /dev/vdx", &s));
	assert_string_equal(settings_get(&s, SET_TARGET_DEVICE), text);
	settings_deinit(&s);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(local_targets),
		T(dump_to_rootfs_ignores_rootfstype),
		T(refuses_to_mount_memory),
		T(follows_links),
		T(refused_targets),
		T(ssh_to_this_machine),
		T(finds_a_file_system_by_uuid),
		cmocka_unit_test(routes),
		cmocka_unit_test(mountinfo_lines),
		cmocka_unit_test(mount_options),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
