// SPDX-License-Identifier: GPL-2.0-or-later
/* kdump.conf: every directive, good and bad values, and files that are no configuration at all. */
#include "unit.h"
#include "crash/kdump_conf.h"

static unsigned warnings;
static char last_warning[256];

static void warn(const char *line)
{
	warnings++;
	snprintf(last_warning, sizeof(last_warning), "%s", line);
}

static struct err *parse_n(struct kdump_conf *c, const char *text, size_t len)
{
	warnings = 0;
	return kdump_conf_parse(c, "k.conf", text, len, warn);
}

static struct err *parse(struct kdump_conf *c, const char *text)
{
	return parse_n(c, text, strlen(text));
}

static const struct {
	const char *text;
	enum conf_value key;
	const char *value;
} good[] = {
	{"path /var/crash\n", CONF_PATH, "/var/crash"},
	{"  path\t/a b  \n", CONF_PATH, "/a b"},
	{"path /x # here\n", CONF_PATH, "/x"},
	{"path /x", CONF_PATH, "/x"},
	{"path /x\r\n", CONF_PATH, "/x"},
	{"path /..x/y..", CONF_PATH, "/..x/y.."},
	{"core_collector makedumpfile -l --message-level 7 -d 31", CONF_CORE_COLLECTOR,
	 "makedumpfile -l --message-level 7 -d 31"},
	{"core_collector /usr/bin/vmcore-filter -z", CONF_CORE_COLLECTOR,
	 "/usr/bin/vmcore-filter -z"},
	{"ext4 UUID=1-2", CONF_TARGET, "UUID=1-2"},
	{"xfs LABEL=dump", CONF_TARGET, "LABEL=dump"},
	{"btrfs /dev/vg/lv", CONF_TARGET, "/dev/vg/lv"},
	{"ext3 PARTUUID=ab", CONF_TARGET, "PARTUUID=ab"},
	{"ssh kdump@server", CONF_TARGET, "kdump@server"},
	{"ssh kdump@[fe80::1]:2222", CONF_TARGET, "kdump@[fe80::1]:2222"},
	{"sshkey /root/.ssh/k", CONF_SSHKEY, "/root/.ssh/k"},
	{"failure_action dump_to_rootfs", CONF_FAILURE_ACTION, "dump_to_rootfs"},
	{"failure_action continue", CONF_FAILURE_ACTION, "continue"},
	{"default shell", CONF_FAILURE_ACTION, "shell"},
	{"final_action poweroff", CONF_FINAL_ACTION, "poweroff"},
	{"kdump_pre /usr/bin/pre -x", CONF_KDUMP_PRE, "/usr/bin/pre -x"},
	{"kdump_post /usr/bin/post", CONF_KDUMP_POST, "/usr/bin/post"},
	{"extra_bins /a /b", CONF_EXTRA_BINS, "/a /b"},
	{"extra_modules dm-mod raid1", CONF_EXTRA_MODULES, "dm-mod raid1"},
	{"dracut_args --omit-drivers \"a b\" -f", CONF_DRACUT_ARGS, "--omit-drivers \"a b\" -f"},
	{"force_rebuild 1", CONF_FORCE_REBUILD, "1"},
	{"force_no_rebuild 0", CONF_FORCE_NO_REBUILD, "0"},
	{"auto_reset_crashkernel yes", CONF_AUTO_RESET_CRASHKERNEL, "yes"},
};

static void takes_good_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct kdump_conf c;
		assert_ok(parse(&c, good[i].text));
		assert_non_null(c.value[good[i].key]);
		assert_string_equal(c.value[good[i].key], good[i].value);
		assert_int_equal(c.line[good[i].key], 1);
		bool advised = strncmp(good[i].text, "default", 7) == 0 ||
			       strncmp(good[i].text, "auto_reset", 10) == 0;
		assert_int_equal(warnings, advised);
		kdump_conf_deinit(&c);
	}
}

static const struct {
	const char *text;
	enum err_code code;
	const char *message; /* part of it */
} bad[] = {
	{"\n\nfoo bar\n", ERR_USAGE, "k.conf:3: invalid kdump config option 'foo'"},
	{"Path /x", ERR_USAGE, "k.conf:1: invalid kdump config option 'Path'"},
	{"path", ERR_USAGE, "k.conf:1: path has no value"},
	{"path # /x", ERR_USAGE, "k.conf:1: path has no value"},
	{"path var/crash", ERR_USAGE, "not an absolute path"},
	{"path /a/../b", ERR_USAGE, "'..'"},
	{"path /a/..", ERR_USAGE, "'..'"},
	{"# c\npath /a\npath /b", ERR_USAGE, "k.conf:3: path is given twice (first: line 2)"},
	{"core_collector scp", ERR_USAGE, "'scp' is not a collector"},
	{"core_collector makedumpfile 'x", ERR_USAGE, "is not closed"},
	{"core_collector ''", ERR_USAGE, "is not a collector"},
	{"core_collector makedumpfile -l --help", ERR_USAGE, "with --help nothing would be saved"},
	{"core_collector makedumpfile -v", ERR_USAGE, "with -v nothing would be saved"},
	{"core_collector makedumpfile --dump-dmesg", ERR_USAGE, "--dump-dmesg nothing would be"},
	{"core_collector vmcore-filter --dry-run -d 31", ERR_USAGE, "--dry-run nothing would be"},
	{"core_collector vmcore-filter -R", ERR_USAGE, "with -R nothing would be saved"},
	{"core_collector vmcore-filter -fR", ERR_USAGE, "with -R nothing would be saved"},
	{"core_collector vmcore-filter --check-params", ERR_USAGE, "--check-params nothing would"},
	{"ext4 vda1", ERR_USAGE, "'vda1' is no device"},
	{"ext4 UUID=", ERR_USAGE, "is no device"},
	{"ext4 /dev/../etc/passwd", ERR_USAGE, "is no device"},
	{"ext4 /dev/vda\nssh a@b", ERR_USAGE, "k.conf:2: a second dump target (the first: line 1)"},
	{"ssh server", ERR_USAGE, "is not USER@HOST"},
	{"ssh @server", ERR_USAGE, "is not USER@HOST"},
	{"ssh a@", ERR_USAGE, "is not USER@HOST"},
	{"ssh -oProxyCommand=x@h", ERR_USAGE, "is not USER@HOST"},
	{"ssh a@-h", ERR_USAGE, "is not USER@HOST"},
	{"ssh a@h:0", ERR_USAGE, "'0' is no port"},
	{"ssh a@h:65536", ERR_USAGE, "is no port"},
	{"ssh a@h:2x", ERR_USAGE, "is no port"},
	{"ssh a@[::1", ERR_USAGE, "no [address]:port"},
	{"ssh a@h;reboot", ERR_USAGE, "is not USER@HOST"},
	{"failure_action explode", ERR_USAGE, "is no failure action"},
	{"final_action dump_to_rootfs", ERR_USAGE, "is no final action"},
	{"default reboot\nfailure_action halt", ERR_USAGE,
	 "k.conf:2: failure_action is given twice"},
	{"kdump_pre pre.sh", ERR_USAGE, "not an absolute path"},
	{"force_rebuild yes", ERR_USAGE, "neither 0 nor 1"},
	{"auto_reset_crashkernel 1", ERR_USAGE, "neither yes nor no"},
	{"path /a\x01", ERR_USAGE, "control character (0x01)"},
	{"raw /dev/sda5", ERR_UNSUPPORTED, "raw is not supported by this version"},
	{"nfs s:/e", ERR_UNSUPPORTED, "nfs is not supported"},
	{"virtiofs t", ERR_UNSUPPORTED, "virtiofs is not supported"},
	{"kdump_emergency /x", ERR_UNSUPPORTED, "kdump_emergency is not supported"},
	{"fence_kdump_nodes a", ERR_UNSUPPORTED, "fence_kdump_nodes is not supported"},
	{"net a@b", ERR_USAGE, "net is deprecated"},
	{"options x y", ERR_USAGE, "options is deprecated"},
	{"link_delay 60", ERR_USAGE, "link_delay is deprecated"},
	{"disk_timeout 1", ERR_USAGE, "disk_timeout is deprecated"},
	{"debug_mem_level 1", ERR_USAGE, "debug_mem_level is deprecated"},
	{"blacklist nouveau", ERR_USAGE, "blacklist is deprecated"},
};

static void refuses_bad_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct kdump_conf c;
		assert_err(parse(&c, bad[i].text), bad[i].code, bad[i].message);
		kdump_conf_deinit(&c);
	}
}

static void old_name_gets_a_warning(void **state)
{
	(void)state;
	struct kdump_conf c;
	assert_ok(parse(&c, "\ndefault halt\n"));
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(last_warning, "k.conf:2: 'default'"));
	kdump_conf_deinit(&c);
}

static void empty_files_are_fine(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "\n", "# only a comment", "  \t \r\n\r\n",
					    "\f\v\n"};
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct kdump_conf c;
		assert_ok(parse(&c, texts[i]));
		for (size_t k = 0; k < CONF_COUNT; k++)
			assert_null(c.value[k]);
		kdump_conf_deinit(&c);
	}
	struct kdump_conf c;
	assert_ok(parse_n(&c, NULL, 0));
	kdump_conf_deinit(&c);
}

static void sizes_and_bytes_are_limited(void **state)
{
	(void)state;
	struct kdump_conf c;
	assert_err(parse_n(&c, "path /a\npath\0/b", 14), ERR_USAGE, "k.conf:2: a NUL byte");
	size_t len = KDUMP_CONF_SIZE_MAX;
	char *big = malloc(len + 1);
	assert_non_null(big);
	memset(big, '#', len);
	big[len] = '\0';
	assert_err(parse_n(&c, big, len), ERR_USAGE, "larger than");
	assert_err(parse_n(&c, big, KDUMP_CONF_LINE_MAX + 1), ERR_USAGE,
		   "k.conf:1: the line has more than");
	assert_ok(parse_n(&c, big, KDUMP_CONF_LINE_MAX));
	kdump_conf_deinit(&c);
	free(big);
}

static void ssh_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *text, *user, *host, *port;
	} cases[] = {
		{"a@h", "a", "h", "22"},
		{"a@h:2222", "a", "h", "2222"},
		{"a@192.0.2.1", "a", "192.0.2.1", "22"},
		{"a@2001:db8::1", "a", "2001:db8::1", "22"},
		{"a@[2001:db8::1]", "a", "2001:db8::1", "22"},
		{"a@[2001:db8::1]:99", "a", "2001:db8::1", "99"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ssh_address a;
		assert_ok(kdump_conf_ssh(cases[i].text, &a));
		assert_string_equal(a.user, cases[i].user);
		assert_string_equal(a.host, cases[i].host);
		assert_string_equal(a.port, cases[i].port);
	}
}

static void file_systems(void **state)
{
	(void)state;
	assert_true(kdump_conf_fstype_known("ext4"));
	assert_true(kdump_conf_fstype_known("xfs"));
	assert_false(kdump_conf_fstype_known("ssh"));
	assert_false(kdump_conf_fstype_known("tmpfs"));
	assert_false(kdump_conf_fstype_known(""));
}

static void what_is_taken_without_effect_is_said(void **state)
{
	(void)state;
	struct kdump_conf c;
	assert_ok(parse(&c, "\nauto_reset_crashkernel yes\n"));
	assert_non_null(strstr(last_warning, "k.conf:2: auto_reset_crashkernel has no effect"));
	kdump_conf_deinit(&c);
	assert_ok(parse(&c, "auto_reset_crashkernel no\n"));
	assert_int_equal(warnings, 0);
	kdump_conf_deinit(&c);
}

static void building_always_and_never(void **state)
{
	(void)state;
	struct kdump_conf c;
	assert_err(parse(&c, "force_no_rebuild 1\npath /x\nforce_rebuild 1\n"), ERR_USAGE,
		   "k.conf:3: force_rebuild and force_no_rebuild are both 1");
	kdump_conf_deinit(&c);
	assert_ok(parse(&c, "force_no_rebuild 0\nforce_rebuild 1\n"));
	kdump_conf_deinit(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_good_lines),
		cmocka_unit_test(refuses_bad_lines),
		cmocka_unit_test(old_name_gets_a_warning),
		cmocka_unit_test(empty_files_are_fine),
		cmocka_unit_test(sizes_and_bytes_are_limited),
		cmocka_unit_test(ssh_addresses),
		cmocka_unit_test(file_systems),
		cmocka_unit_test(what_is_taken_without_effect_is_said),
		cmocka_unit_test(building_always_and_never),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
