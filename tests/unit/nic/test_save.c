// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump save as a whole on fixture machines: files, stages that add up, wrong usage. */
#include "nic/nic_unit.h"

#include "nic/cli.h"
#include "nic/decode/json_check.h"

/* One run. extra: further arguments, NULL-terminated. */
static struct err *save(const char *machine, const char *stage, const char *output,
			const char *const *extra)
{
	char root[256];
	char *argv[24] = {
		(char[]) {"save"}, (char[]) {"--stage"}, strdup(stage), (char[]) {"--output"},
		strdup(output),	   (char[]) {"--root"},	 root};
	int argc = 7;
	snprintf(root, sizeof(root), FIXTURES "%s", machine);
	for (; extra && *extra; extra++)
		argv[argc++] = (char *)(uintptr_t)*extra;
	struct err *e = nic_cmd_save(argc, argv);
	free(argv[2]);
	free(argv[4]);
	return e;
}

static struct buf content(const char *dir, const char *name)
{
	struct root root;
	struct buf out = BUF_INIT;
	assert_ok(root_init(&root, dir));
	assert_ok(root_read(&root, name, 64U << 20, &out));
	root_deinit(&root);
	return out;
}

static bool exists(const char *dir, const char *name)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static unsigned occurrences(const char *text, const char *part)
{
	unsigned n = 0;
	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

static void test_machines(void **state)
{
	(void)state;
	static const char *const machines[] = {"virtio",  "e1000e", "mlx5-sriov",
					       "ibmveth", "broken", "mixed"};
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		char *dir = unit_mkdtemp();
		assert_ok(save(machines[i], "live", dir, NULL));
		_cleanup_buf_ struct buf index = content(dir, "nic.json");
		_cleanup_buf_ struct buf stage = content(dir, "nic-live.json");
		assert_true(json_check(index.data, index.len));
		assert_true(json_check(stage.data, stage.len));
		assert_contains(stage.data, "\"complete\": true");
		assert_contains(stage.data, "\"kernel\": \"6.12.0-test\"");
		/* Nothing here can fail or hang; what is not there is absent. */
		assert_contains(stage.data, "\"error\": 0,");
		assert_contains(stage.data, "\"timeout\": 0,");
		unit_rmdir(dir);
	}
}

static void test_values(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp();
	assert_ok(save("mlx5-sriov", "live", dir, NULL));
	_cleanup_buf_ struct buf json = content(dir, "nic-live.json");
	static const char *const parts[] = {
		"\"sriov_numvfs\": \"2\"",
		"\"physfn\": \"0000:08:00.0\"",
		"\"active_slave\": \"ens1f0np0\"",
		"\"master\": \"bond0\"",
		"\"lower_ens1f0np0\"",
		"\"rx_packets\": \"1002\"",
		"\"tx_timeout\": \"0\"",
		"\"srcversion\": \"0123456789ABCDEF\"",
		"\"vf_enabled\": true",
		"netlink and ioctl ask the running kernel, not the --root directory",
	};
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assert_contains(json.data, parts[i]);
	assert_true(exists(dir, "0000:08:00.2/live/config"));
	assert_false(exists(dir, "ens1f0np0/live/link.netlink"));
	unit_rmdir(dir);
}

/* The saved bytes are the device's bytes. */
static void test_raw(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp();
	assert_ok(save("e1000e", "before-bind", dir, NULL));
	_cleanup_buf_ struct buf saved = content(dir, "0000:00:04.0/before-bind/config");
	_cleanup_buf_ struct buf device =
		content(FIXTURES "e1000e", "sys/bus/pci/devices/0000:00:04.0/config");
	assert_int_equal(saved.len, 4096);
	assert_int_equal(saved.len, device.len);
	assert_memory_equal(saved.data, device.data, saved.len);
	unit_rmdir(dir);
}

static void test_broken(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp();
	assert_ok(save("broken", "live", dir, NULL));
	_cleanup_buf_ struct buf json = content(dir, "nic-live.json");
	static const char *const parts[] = {
		"\"state\": \"gone\"",
		"all ones: the device does not answer",
		"\"capability_list\": \"loop\"",
		"\"extended_capability_list\": \"loop\"",
		"\"state\": \"short\"",
		"\"note\": \"40 bytes only",
		"\"note\": \"64 bytes only",
		"\"note\": \"0 bytes only",
		"\"capability_list\": \"truncated\"",
	};
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assert_contains(json.data, parts[i]);
	unit_rmdir(dir);
}

static void test_stages_add_up(void **state)
{
	(void)state;
	static const char *const kdump[] = {"--environment", "kdump", NULL};
	char *dir = unit_mkdtemp();
	assert_ok(save("e1000e", "before-bind", dir, kdump));
	_cleanup_buf_ struct buf first = content(dir, "nic-before-bind.json");
	_cleanup_buf_ struct buf alone = content(dir, "nic.json");
	assert_int_equal(occurrences(alone.data, "\"stage\": "), 1);
	assert_contains(first.data, "\"hardware\": \"devices were not reset since the crash\"");
	/* What needs a driver is not even tried before there is one. */
	assert_lacks(first.data, "\"ethtool");
	assert_lacks(first.data, "\"devlink");

	assert_ok(save("e1000e", "after-bind", dir, kdump));
	_cleanup_buf_ struct buf first_again = content(dir, "nic-before-bind.json");
	_cleanup_buf_ struct buf both = content(dir, "nic.json");
	assert_string_equal(first.data, first_again.data);
	assert_true(json_check(both.data, both.len));
	assert_int_equal(occurrences(both.data, "\"stage\": "), 2);
	assert_contains(both.data, "\"nic-before-bind.json\"");
	assert_contains(both.data, "\"nic-after-bind.json\"");
	assert_contains(both.data, "\"collector\": \"ethtool-registers\"");
	assert_true(strstr(both.data, "\"stage\": \"before-bind\"") <
		    strstr(both.data, "\"stage\": \"after-bind\""));
	assert_true(exists(dir, "0000:00:04.0/before-bind/config"));
	assert_true(exists(dir, "0000:00:04.0/after-bind/config"));

	/* The same stage again takes the place of its record. */
	assert_ok(save("e1000e", "after-bind", dir, kdump));
	_cleanup_buf_ struct buf again = content(dir, "nic.json");
	assert_int_equal(occurrences(again.data, "\"stage\": "), 2);
	unit_rmdir(dir);
}

/* A record of an earlier stage that was damaged does not damage the index. */
static void test_damaged_stage(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp();
	unit_write(dir, "nic-before-bind.json", "{\"stage\": \"before-bind\", \"items\": [");
	assert_ok(save("virtio", "after-bind", dir, NULL));
	_cleanup_buf_ struct buf index = content(dir, "nic.json");
	assert_true(json_check(index.data, index.len));
	assert_contains(index.data, "its record is not readable");
	assert_contains(index.data, "\"stage\": \"after-bind\"");
	unit_rmdir(dir);
}

static void test_fadump(void **state)
{
	(void)state;
	static const char *const fadump[] = {"--environment", "fadump", NULL};
	char *dir = unit_mkdtemp();
	assert_ok(save("ibmveth", "after-bind", dir, fadump));
	_cleanup_buf_ struct buf json = content(dir, "nic.json");
	assert_contains(json.data, "\"devices_reset\": true");
	assert_contains(json.data, "devices were reset by firmware before this capture");
	assert_contains(json.data, "\"name\": \"vio:30000002\"");
	unit_rmdir(dir);
}

/* When registers are read, and when it is said that they are not. */
static void test_registers(void **state)
{
	(void)state;
	static const struct {
		const char *stage, *environment, *option;
		bool asked, skipped;
	} cases[] = {
		{"before-bind", "kdump", NULL, true, false},
		{"after-bind", "kdump", NULL, false, false},
		{"after-bind", "kdump", "--registers", false, false},
		{"live", "live", NULL, false, false},
		{"live", "live", "--registers", true, false},
		{"after-bind", "fadump", NULL, true, true},
		{"before-bind", "fadump", NULL, true, true},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *extra[] = {"--environment",		  cases[i].environment, "--tables",
				       "capture/nic/regs/tables", cases[i].option,	NULL};
		char *dir = unit_mkdtemp();
		assert_ok(save("e1000e", cases[i].stage, dir, extra));
		_cleanup_buf_ struct buf json = content(dir, "nic.json");
		const char *item = strstr(json.data, "\"collector\": \"registers\"");
		if ((item != NULL) != cases[i].asked)
			fail_msg("case %zu: %s", i, item ? "asked" : "not asked");
		assert_int_equal(strstr(json.data, "was reset by firmware since the crash: its "
						   "registers") != NULL,
				 cases[i].skipped);
		unit_rmdir(dir);
	}
}

/* Without --environment it is found out. */
static void test_environment(void **state)
{
	(void)state;
	static const struct {
		const char *files[3];
		const char *environment;
	} cases[] = {
		{{NULL}, "\"environment\": \"live\""},
		{{"proc/vmcore", NULL}, "\"environment\": \"kdump\""},
		{{"proc/vmcore", "sys/kernel/fadump/release_mem", NULL},
		 "\"environment\": \"fadump\""},
		{{"proc/vmcore", "sys/kernel/fadump_release_mem", NULL},
		 "\"environment\": \"fadump\""},
		{{"proc/vmcore", "proc/device-tree/rtas/ibm,kernel-dump", NULL},
		 "\"environment\": \"fadump\""},
		{{"sys/kernel/fadump/release_mem", NULL}, "\"environment\": \"live\""},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *dir = unit_mkdtemp(), *out = unit_mkdtemp(), *argv[8], command[300];
		snprintf(command, sizeof(command),
			 "mkdir -p %s/proc/device-tree/rtas %s/sys/kernel/fadump", dir, dir);
		assert_int_equal(system(command), 0);
		for (size_t k = 0; cases[i].files[k]; k++)
			unit_write(dir, cases[i].files[k], "");
		argv[0] = (char[]) {"save"};
		argv[1] = (char[]) {"--stage=after-bind"};
		argv[2] = (char[]) {"--root"};
		argv[3] = dir;
		argv[4] = (char[]) {"--output"};
		argv[5] = out;
		argv[6] = NULL;
		assert_ok(nic_cmd_save(6, argv));
		_cleanup_buf_ struct buf json = content(out, "nic.json");
		assert_contains(json.data, cases[i].environment);
		unit_rmdir(dir);
		unit_rmdir(out);
	}
}

static void test_usage(void **state)
{
	(void)state;
	static const struct {
		const char *argv[6];
		const char *text;
	} cases[] = {
		{{"save"}, "--stage is missing"},
		{{"save", "--stage", "live"}, "--output is missing"},
		{{"save", "--stage", "now"}, "--stage now: not one of"},
		{{"save", "--stage", "live", "--output", ""}, "--output is missing"},
		{{"save", "--stage"}, "--stage needs a value"},
		{{"save", "--deadline", "0"}, "--deadline 0"},
		{{"save", "--deadline", "nan"}, "--deadline nan"},
		{{"save", "--deadline", "5s"}, "--deadline 5s"},
		{{"save", "--environment", "xen"}, "--environment xen"},
		{{"save", "--stages", "live"}, "unknown option --stages"},
		{{"save", "--tables", "/nonexistent"}, "--tables /nonexistent: No such file"},
		{{"save", "--stage", "live", "--output", "x", "y"}, "unexpected argument y"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *argv[8] = {0};
		int argc = 0;
		for (; argc < 6 && cases[i].argv[argc]; argc++)
			argv[argc] = (char *)(uintptr_t)cases[i].argv[argc];
		assert_err(nic_cmd_save(argc, argv), ERR_USAGE, cases[i].text);
	}
}

/* Parents are made; what cannot be made is said. */
static void test_output(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp(), path[300];
	snprintf(path, sizeof(path), "%s/a/b/c/", dir);
	assert_ok(save("virtio", "live", path, NULL));
	assert_true(exists(dir, "a/b/c/nic.json"));
	unit_write(dir, "file", "");
	snprintf(path, sizeof(path), "%s/file", dir);
	assert_err(save("virtio", "live", path, NULL), ERR_IO, "file");
	snprintf(path, sizeof(path), "%s/file/x", dir);
	assert_err(save("virtio", "live", path, NULL), ERR_IO, "Not a directory");
	unit_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machines),      cmocka_unit_test(test_values),
		cmocka_unit_test(test_raw),	      cmocka_unit_test(test_broken),
		cmocka_unit_test(test_stages_add_up), cmocka_unit_test(test_damaged_stage),
		cmocka_unit_test(test_fadump),	      cmocka_unit_test(test_registers),
		cmocka_unit_test(test_environment),   cmocka_unit_test(test_usage),
		cmocka_unit_test(test_output),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
