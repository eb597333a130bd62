// SPDX-License-Identifier: GPL-2.0-or-later
/* nic-dump.conf: defaults, sections, and every wrong line by its number. */
#include "unit.h"
#include "nic/watch/conf.h"

static struct err *parse(const char *text, struct nic_conf *c)
{
	return nic_conf_parse(text, strlen(text), "f.conf", c);
}

static struct nic_settings device(const struct nic_conf *c, const char *a, const char *b)
{
	const char *const names[] = {a, b, NULL};
	return nic_conf_device(c, names);
}

static void values(void **state)
{
	(void)state;
	struct nic_conf c;
	assert_ok(parse("# comment\n\n  DumpMeNowDirectory = /srv/dmn \r\nDumpMeNowTotalCount=4\n"
			"dumpmenowpreservedcountmin = 4\nDumpMeNowTotalMiB = 0\n"
			"DumpMeNowFreeMiB = 1\nDumpMeNowPerHour=3\nSensorPciError = no\n"
			"[eth*]\nDmnIovMode = 4\nSensorPciError = yes\n[0000:08:00.0]\n"
			"DmnIovMode = 0\nDumpMeNowQuietSeconds = 9",
			&c));
	assert_string_equal(c.directory, "/srv/dmn");
	assert_int_equal(c.limits.total, 4);
	assert_int_equal(c.limits.preserved, 4);
	assert_int_equal(c.limits.bytes_max, 0);
	assert_int_equal(c.limits.free_min, 1 << 20);
	assert_int_equal(c.per_hour, 3);
	struct nic_settings s = device(&c, "eth0", "0000:08:00.1");
	assert_int_equal(s.v[NIC_SET_IOV_MODE], 4);
	assert_int_equal(s.v[NIC_SET_SENSOR_PCI_ERROR], 1);
	assert_int_equal(s.v[NIC_SET_QUIET_SECONDS], 600);
	s = device(&c, "eth0", "0000:08:00.0");
	assert_int_equal(s.v[NIC_SET_IOV_MODE], 0);
	assert_int_equal(s.v[NIC_SET_SENSOR_PCI_ERROR], 1);
	assert_int_equal(s.v[NIC_SET_QUIET_SECONDS], 9);
	s = device(&c, "wlan0", NULL);
	assert_int_equal(s.v[NIC_SET_IOV_MODE], 2);
	assert_int_equal(s.v[NIC_SET_SENSOR_PCI_ERROR], 0);
	assert_int_equal(s.v[NIC_SET_SENSOR_DEVLINK], 1);
	nic_conf_deinit(&c);
}

static void wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{"x\n", "f.conf:1: 'x' is no NAME = VALUE"},
		{"\nNo = 1\n", "f.conf:2: unknown setting No"},
		{"DmnIovMode = 5", "f.conf:1: DmnIovMode: '5' is not a number from 0 to 4"},
		{"DmnIovMode = -1", "'-1' is not"},
		{"DmnIovMode =", "'' is not"},
		{"DmnIovMode = 1x", "'1x' is not"},
		{"DumpMeNowTotalCount = 99999999999999999999", "is not a number from 1 to 10000"},
		{"SensorTxTimeout = maybe", "'maybe' is neither yes nor no"},
		{"DumpMeNowDirectory = tmp", "no absolute path"},
		{"DumpMeNowDirectory = /a/../b", "no absolute path"},
		{"[]", "f.conf:1: '[]' is no [DEVICE]"},
		{"[eth0", "is no [DEVICE]"},
		{"[eth0]\nDumpMeNowTotalCount = 3", "f.conf:2: DumpMeNowTotalCount is for all"},
		{"DumpMeNowTotalCount = 3\nDumpMeNowPreservedCountMin = 4", "(4) is larger than"},
		{"a\n#\nb\n", "f.conf:1: 'a' is no NAME = VALUE; f.conf:3: 'b' is"},
		{"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "; and 2 more"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nic_conf c;
		assert_err(parse(cases[i].text, &c), ERR_USAGE, cases[i].says);
	}
	struct nic_conf c;
	assert_err(nic_conf_parse("a\0b", 3, "f.conf", &c), ERR_USAGE, "zero byte");
}

static void missing(void **state)
{
	(void)state;
	struct root root;
	struct nic_conf c;
	char *dir = unit_mkdtemp();
	assert_ok(root_init(&root, dir));
	assert_ok(nic_conf_read(&root, "/none.conf", true, &c));
	assert_string_equal(c.directory, "/var/crash/dump-me-now");
	assert_int_equal(c.limits.total, 16);
	assert_int_equal(c.limits.preserved, 2);
	assert_err(nic_conf_read(&root, "/none.conf", false, &c), ERR_IO, "none.conf");
	root_deinit(&root);
	/* The lines that the installed example has as comments are the defaults, one by one. */
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct nic_conf example;
	assert_ok(root_init(&root, "scripts"));
	assert_ok(root_read(&root, "/nic-dump.conf", 65536, &text));
	root_deinit(&root);
	char *end = strstr(text.data, "\n#[");
	assert_non_null(end);
	*end = '\0';
	unsigned lines = 0;
	for (char *p = text.data; (p = strstr(p, "\n#")); p++)
		if (strspn(p + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 1 &&
		    strcspn(p + 2, " ") < strcspn(p + 2, "=\n") &&
		    p[2 + strcspn(p + 2, " ") + 1] == '=') {
			p[1] = ' ';
			lines++;
		}
	assert_int_equal(lines, 13);
	assert_ok(parse(text.data, &example));
	assert_memory_equal(&example, &c, sizeof(c));
	unit_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(wrong),
		cmocka_unit_test(missing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
