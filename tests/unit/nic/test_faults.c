// SPDX-License-Identifier: GPL-2.0-or-later
/* Which events become incidents: storms, limits per device and hour, quiet times. */
#include "unit.h"
#include "nic/watch/faults.h"

static struct nic_faults f;

static int fresh(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	return 0;
}

static const struct nic_settings defaults = {{2, 1, 1, 1, 1, 60, 600}};

static enum nic_verdict happens(const char *device, const char *reason, double now,
				const struct nic_settings *settings, unsigned per_hour)
{
	struct nic_event e = {.sensor = NIC_SENSOR_DEVLINK, .count = 1};
	struct nic_fault *fault;
	snprintf(e.reason, sizeof(e.reason), "%s", reason);
	enum nic_verdict v = nic_faults_decide(&f, &e, device, settings, per_hour, now, &fault);
	assert_true((v == NIC_SENSOR_OFF) == (fault == NULL));
	return v;
}

static void storm(void **state)
{
	(void)state;
	unsigned taken = 0;
	for (int i = 0; i < 10000; i++)
		taken += happens("a", "r", 1 + i * 0.01, &defaults, 12) == NIC_TAKE;
	assert_int_equal(taken, 1);
	struct nic_fault x;
	assert_false(nic_faults_expire(&f, 1 + 100 + 599, false, &x));
	assert_true(nic_faults_expire(&f, 1 + 100 + 601, false, &x));
	assert_int_equal(x.counted, 9999);
	assert_false(nic_faults_expire(&f, 10000, true, &x));
}

static void quiet(void **state)
{
	(void)state;
	assert_int_equal(happens("a", "r", 0, &defaults, 0), NIC_TAKE);
	assert_int_equal(happens("a", "r", 599, &defaults, 0), NIC_SAME_FAULT);
	/* every event begins the quiet time anew */
	assert_int_equal(happens("a", "r", 1100, &defaults, 0), NIC_SAME_FAULT);
	assert_int_equal(happens("a", "r", 1701, &defaults, 0), NIC_TAKE);
}

static void device_limit(void **state)
{
	(void)state;
	assert_int_equal(happens("a", "r", 0, &defaults, 0), NIC_TAKE);
	assert_int_equal(happens("b", "r", 1, &defaults, 0), NIC_TAKE);
	assert_int_equal(happens("a", "other", 2, &defaults, 0), NIC_DEVICE_LIMIT);
	/* it was not dumped, so it still can be */
	assert_int_equal(happens("a", "other", 61, &defaults, 0), NIC_TAKE);
	assert_int_equal(happens("a", "other", 62, &defaults, 0), NIC_SAME_FAULT);
	struct nic_settings off = defaults;
	off.v[NIC_SET_SENSOR_DEVLINK] = 0;
	assert_int_equal(happens("c", "r", 70, &off, 0), NIC_SENSOR_OFF);
}

/* The limit of a device outlives the fault for which it was dumped. */
static void device_limit_after_the_fault(void **state)
{
	(void)state;
	struct nic_settings s = {{2, 1, 1, 1, 1, 600, 1}};
	struct nic_fault x;
	assert_int_equal(happens("a", "r", 0, &s, 0), NIC_TAKE);
	assert_int_equal(happens("a", "r", 0.5, &s, 0), NIC_SAME_FAULT);
	assert_true(nic_faults_expire(&f, 2, false, &x));
	assert_int_equal(x.counted, 1);
	/* told once */
	assert_false(nic_faults_expire(&f, 2, false, &x));
	assert_int_equal(happens("a", "r", 3, &s, 0), NIC_DEVICE_LIMIT);
	assert_false(f.v[0].said);
	f.v[0].said = true;
	assert_int_equal(happens("a", "other", 4, &s, 0), NIC_DEVICE_LIMIT);
	assert_true(nic_faults_expire(&f, 10, false, &x));
	assert_true(nic_faults_expire(&f, 10, false, &x));
	assert_int_equal(happens("a", "r", 599, &s, 0), NIC_DEVICE_LIMIT);
	assert_false(f.v[0].said); /* a new fault, of which nothing was said */
	assert_int_equal(happens("a", "r", 601, &s, 0), NIC_TAKE);
	while (nic_faults_expire(&f, 2000, false, &x))
		;
	assert_int_equal(f.n, 0);
}

static void not_begun(void **state)
{
	(void)state;
	struct nic_event e = {.sensor = NIC_SENSOR_DEVLINK, .reason = "r", .count = 5};
	struct nic_fault *fault;
	assert_int_equal(nic_faults_decide(&f, &e, "a", &defaults, 1, 0, &fault), NIC_TAKE);
	nic_faults_not_taken(&f, fault);
	assert_int_equal(fault->counted, 5);
	/* neither the fault, the device nor the hour had its incident */
	assert_int_equal(nic_faults_decide(&f, &e, "a", &defaults, 1, 1, &fault), NIC_TAKE);
	assert_int_equal(fault->counted, 9);
	assert_int_equal(happens("b", "r", 2, &defaults, 1), NIC_HOUR_LIMIT);
}

static void hour_limit(void **state)
{
	(void)state;
	unsigned taken = 0;
	char name[16];
	for (int i = 0; i < 7200; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		taken += happens(name, "r", i, &defaults, 12) == NIC_TAKE;
	}
	assert_int_equal(taken, 24);
	assert_true(f.n <= NIC_FAULTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(storm, fresh),
		cmocka_unit_test_setup(quiet, fresh),
		cmocka_unit_test_setup(device_limit, fresh),
		cmocka_unit_test_setup(device_limit_after_the_fault, fresh),
		cmocka_unit_test_setup(not_begun, fresh),
		cmocka_unit_test_setup(hour_limit, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
