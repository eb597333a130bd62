// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of incidents: made of anything, recognized only when they are what we would make. */
#include "unit.h"
#include "incident/dmn_name.h"

static const struct timespec when = {1795759113, 747999999}; /* 2026-11-27 05:58:33.747 UTC */

static void made(void **state)
{
	(void)state;
	static const struct {
		struct dmn_fields f;
		unsigned n;
		const char *name;
	} cases[] = {
		{{"eth0", "GENERAL", "SH", "NA", when},
		 1,
		 "dmn-eth0-GENERAL-SH-NA--20261127T055833.747Z"},
		{{"0000:08:00.0", "GENERAL", "USER", "", when},
		 3,
		 "dmn-0000_08_00.0-GENERAL-USER-NA--20261127T055833.747Z-3"},
		{{"netdevsim/netdevsim10", "GENERAL", "DEVLINK", "fw-fatal\n", when},
		 1,
		 "dmn-netdevsim_netdevsim10-GENERAL-DEVLINK-fw_fatal_--20261127T055833.747Z"},
		{{"../../etc", "x/y", "-", NULL, when},
		 1,
		 "dmn-.._.._etc-x_y-_-NA--20261127T055833.747Z"},
		{{"a", "b", "c", "d", {INT64_MAX / 2, 0}}, 1, "dmn-a-b-c-d--19000100T000000.000Z"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[INCIDENT_NAME_MAX];
		dmn_name(&cases[i].f, cases[i].n, name);
		assert_string_equal(name, cases[i].name);
		assert_true(dmn_name_valid(name));
	}
	char longest[300], name[INCIDENT_NAME_MAX];
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	struct dmn_fields f = {longest, longest, longest, longest, when};
	dmn_name(&f, 99, name);
	assert_int_equal(strlen(name), 4 + 41 + 13 + 17 + 25 + 1 + 20 + 3);
	assert_true(dmn_name_valid(name));
	char incomplete[INCIDENT_NAME_MAX + 16];
	snprintf(incomplete, sizeof(incomplete), "%s-incomplete", name);
	assert_true(dmn_name_valid(incomplete));
}

static void recognized(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool valid;
	} cases[] = {
		{"dmn-eth0-GENERAL-SH-NA--20261127T055833.747Z", true},
		{"dmn-eth0-GENERAL-SH-NA--20261127T055833.747Z-2", true},
		{"dmn-eth0-GENERAL-SH-NA--20261127T055833.747Z-incomplete", true},
		{"dmn-eth0-GENERAL-SH-NA--20261127T055833.747Z-2-incomplete", true},
		{"dmn-eth0-GENERAL-SH-NA--20261127T055833.747Z-222", false},
		{"dmn-eth0-GENERAL-SH-NA--20261127T055833.747Z-", false},
		{"dmn-eth0-GENERAL-SH-NA--20261127T055833.747Z.writing", false},
		{"dmn-eth0-GENERAL-SH-NA--20261127T055833.74Z", false},
		{"dmn-eth0-GENERAL-SH-NA-20261127T055833.747Z", false},
		{"dmn-eth0-GENERAL-SH--20261127T055833.747Z", false},
		{"dmn-eth0-GENERAL-SH-NA-x--20261127T055833.747Z", false},
		{"dmn--GENERAL-SH-NA--20261127T055833.747Z", false},
		{"dmn-e/0-GENERAL-SH-NA--20261127T055833.747Z", false},
		{"db1-20261122T094142Z", false},
		{"dmn-", false},
		{"", false},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (dmn_name_valid(cases[i].name) != cases[i].valid)
			fail_msg("%s: should be %s", cases[i].name,
				 cases[i].valid ? "valid" : "invalid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made),
		cmocka_unit_test(recognized),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
