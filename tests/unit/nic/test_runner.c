// SPDX-License-Identifier: GPL-2.0-or-later
/* Deadlines and everything a collector can do wrong: the runner survives it and records it. */
#include "nic/nic_unit.h"

#include <errno.h>
#include <signal.h>

static void sleep_for(double seconds)
{
	double until = clock_now() + seconds;
	while (clock_now() < until)
		usleep(20000);
}

static void good_then_hangs(const struct root *root, const struct nic_subject *s,
			    struct nic_output *o)
{
	(void)root;
	(void)s;
	nic_begin(o, "first");
	nic_file(o, "first", "one", 3);
	json_str(&o->values, "first", "one");
	nic_ok(o);
	nic_begin(o, "second");
	nic_file(o, "second", "tw", 2);
	json_str(&o->values, "second", "two");
	sleep_for(60);
	nic_ok(o);
}

static void ignores_signals(const struct root *root, const struct nic_subject *s,
			    struct nic_output *o)
{
	for (int i = 1; i < 32; i++)
		signal(i, SIG_IGN);
	good_then_hangs(root, s, o);
}

static void slow_but_alive(const struct root *root, const struct nic_subject *s,
			   struct nic_output *o)
{
	(void)root;
	(void)s;
	for (int i = 0; i < 4; i++) {
		nic_begin(o, "item %d", i);
		sleep_for(0.6);
		nic_ok(o);
	}
}

static void crashes(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	(void)s;
	nic_begin(o, "about to die");
	raise(SIGKILL);
	nic_ok(o);
}

static void forgets_to_end(const struct root *root, const struct nic_subject *s,
			   struct nic_output *o)
{
	(void)root;
	(void)s;
	nic_begin(o, "one");
	nic_begin(o, "two");
	nic_ok(o);
	nic_begin(o, "three");
}

static void raw(struct nic_output *o, uint32_t type, uint32_t claimed, const void *data, size_t len)
{
	struct nic_frame f = {.type = type, .len = claimed};
	if (write(o->fd, &f, sizeof(f)) < 0 || write(o->fd, data, len) < 0)
		_exit(1);
}

static void malformed_type(const struct root *root, const struct nic_subject *s,
			   struct nic_output *o)
{
	(void)root;
	(void)s;
	nic_begin(o, "something");
	raw(o, 99, 0, "", 0);
	sleep_for(60);
}

static void malformed_length(const struct root *root, const struct nic_subject *s,
			     struct nic_output *o)
{
	(void)root;
	(void)s;
	nic_begin(o, "something");
	raw(o, NIC_FRAME_FILE, 0xffffffff, "", 0);
	sleep_for(60);
}

static void malformed_name(const struct root *root, const struct nic_subject *s,
			   struct nic_output *o)
{
	(void)root;
	(void)s;
	nic_begin(o, "something");
	nic_file(o, "../../outside", "x", 1);
	nic_ok(o);
}

static void endless(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	static char bytes[65536];
	(void)root;
	(void)s;
	nic_begin(o, "a flood");
	for (;;)
		nic_file(o, "flood", bytes, sizeof(bytes));
}

static void ordinary(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	(void)root;
	nic_begin(o, "ordinary");
	nic_file(o, "bytes", s->name, strlen(s->name));
	nic_ok(o);
	nic_begin(o, "missing");
	nic_errno(o, ENODEV);
	nic_begin(o, "refused");
	nic_errno(o, EACCES);
}

static const struct nic_item *
run_once(struct nic_bench *b, const char *item, double deadline,
	 void (*collect)(const struct root *, const struct nic_subject *, struct nic_output *))
{
	/* Static: the record borrows it. */
	static struct nic_collector c;
	c = (struct nic_collector) {
		.name = "test",
		.subjects = NIC_PCI,
		.stages = NIC_ANY_STAGE,
		.deadline = deadline,
		.collect = collect,
	};
	bench_open(b, "virtio");
	nic_run_collector(&b->run, &c);
	return bench_item(b, "0000:00:03.0", item);
}

static void hang(void (*collect)(const struct root *, const struct nic_subject *,
				 struct nic_output *))
{
	struct nic_bench b;
	double begun = clock_now();
	const struct nic_item *item = run_once(&b, "second", 2, collect);
	double took = clock_now() - begun;
	assert_outcome(item, NIC_TIMEOUT);
	assert_contains(item->text, "timed out after ");
	assert_lacks(item->text, "left behind");
	assert_true(took >= 2 && took < 20);
	/* What came before is kept, even of the item that was cut. */
	assert_outcome(bench_item(&b, "0000:00:03.0", "first"), NIC_OK);
	assert_contains(bench_values(&b, "0000:00:03.0"), "\"first\": \"one\"");
	assert_lacks(bench_values(&b, "0000:00:03.0"), "second");
	_cleanup_buf_ struct buf first = bench_file(&b, "0000:00:03.0/live/first");
	_cleanup_buf_ struct buf second = bench_file(&b, "0000:00:03.0/live/second");
	assert_string_equal(buf_str(&first), "one");
	assert_string_equal(buf_str(&second), "tw");
	assert_int_equal(item->bytes, 2);
	bench_close(&b);
}

static void test_hangs(void **state)
{
	(void)state;
	hang(good_then_hangs);
	hang(ignores_signals);
}

/* The deadline is one item's: four slow ones may take longer together. */
static void test_deadline_per_item(void **state)
{
	(void)state;
	struct nic_bench b;
	assert_outcome(run_once(&b, "item 3", 2, slow_but_alive), NIC_OK);
	assert_int_equal(b.record.item_count, 4);
	bench_close(&b);
}

static void test_dies(void **state)
{
	(void)state;
	struct nic_bench b;
	const struct nic_item *item = run_once(&b, "about to die", 5, crashes);
	assert_outcome(item, NIC_ERROR);
	assert_contains(item->text, "died of signal 9");
	bench_close(&b);
}

static void test_forgets(void **state)
{
	(void)state;
	struct nic_bench b;
	assert_outcome(run_once(&b, "one", 5, forgets_to_end), NIC_ERROR);
	assert_outcome(bench_item(&b, "0000:00:03.0", "two"), NIC_OK);
	assert_outcome(bench_item(&b, "0000:00:03.0", "three"), NIC_ERROR);
	bench_close(&b);
}

static void test_malformed(void **state)
{
	(void)state;
	void (*const collectors[])(const struct root *, const struct nic_subject *,
				   struct nic_output *) = {malformed_type, malformed_length,
							   malformed_name};
	for (size_t i = 0; i < ARRAY_SIZE(collectors); i++) {
		struct nic_bench b;
		double begun = clock_now();
		const struct nic_item *item = run_once(&b, "something", 20, collectors[i]);
		assert_outcome(item, NIC_ERROR);
		assert_contains(item->text, "malformed");
		assert_true(clock_now() - begun < 19);
		bench_close(&b);
	}
}

static void test_flood(void **state)
{
	(void)state;
	struct nic_bench b;
	const struct nic_item *item = run_once(&b, "a flood", 60, endless);
	assert_outcome(item, NIC_ERROR);
	assert_contains(item->text, "more data than one collector may save");
	assert_true(item->bytes <= NIC_BYTES_MAX + 65536);
	bench_close(&b);
}

static void test_outcomes(void **state)
{
	(void)state;
	struct nic_bench b;
	const struct nic_item *item = run_once(&b, "ordinary", 5, ordinary);
	assert_outcome(item, NIC_OK);
	assert_string_equal(item->file, "0000:00:03.0/live/bytes");
	assert_int_equal(item->bytes, strlen("0000:00:03.0"));
	assert_outcome(bench_item(&b, "0000:00:03.0", "missing"), NIC_ABSENT);
	item = bench_item(&b, "0000:00:03.0", "refused");
	assert_outcome(item, NIC_ERROR);
	assert_string_equal(item->text, "Permission denied");
	bench_close(&b);
}

/* Where its directory should be is a file: the item says so, the others go on. */
static void test_unwritable(void **state)
{
	(void)state;
	static const struct nic_collector c = {.name = "test",
					       .subjects = NIC_PCI,
					       .stages = NIC_ANY_STAGE,
					       .deadline = 5,
					       .collect = ordinary};
	struct nic_bench b;
	bench_open(&b, "mlx5-sriov");
	unit_write(b.output, "0000:08:00.0", "in the way");
	nic_run_collector(&b.run, &c);
	const struct nic_item *item = bench_item(&b, "0000:08:00.0", "ordinary");
	assert_outcome(item, NIC_ERROR);
	assert_contains(item->text, "writing the file: Not a directory");
	assert_outcome(bench_item(&b, "0000:08:00.0", "missing"), NIC_ABSENT);
	assert_outcome(bench_item(&b, "0000:08:00.2", "ordinary"), NIC_OK);
	bench_close(&b);
}

static void test_not_run(void **state)
{
	(void)state;
	static const struct nic_collector other_stage = {.name = "other-stage",
							 .subjects = NIC_PCI,
							 .stages = NIC_BEFORE_BIND,
							 .deadline = 5,
							 .collect = ordinary};
	static const struct nic_collector kernel = {.name = "asks-the-kernel",
						    .subjects = NIC_INTERFACE,
						    .stages = NIC_ANY_STAGE,
						    .access = NIC_ASKS_KERNEL,
						    .device_only = true,
						    .deadline = 5,
						    .collect = ordinary};
	static const struct nic_collector late = {.name = "late",
						  .subjects = NIC_PCI,
						  .stages = NIC_ANY_STAGE,
						  .deadline = 5,
						  .collect = ordinary};
	struct nic_bench b;
	bench_open(&b, "virtio");
	nic_run_collector(&b.run, &other_stage);
	assert_int_equal(b.record.item_count, 0);
	/* eth0 has a device, lo has none. */
	nic_run_collector(&b.run, &kernel);
	assert_int_equal(b.record.item_count, 1);
	assert_outcome(bench_item(&b, "eth0", "asks-the-kernel"), NIC_SKIPPED);
	b.run.deadline_at = clock_now() - 1;
	nic_run_collector(&b.run, &late);
	const struct nic_item *item = bench_item(&b, "0000:00:03.0", "late");
	assert_outcome(item, NIC_SKIPPED);
	assert_contains(item->text, "deadline of the whole run");
	bench_close(&b);
}

/* The whole run's deadline also ends an item that is running. */
static void test_whole_deadline(void **state)
{
	(void)state;
	static const struct nic_collector c = {.name = "test",
					       .subjects = NIC_PCI,
					       .stages = NIC_ANY_STAGE,
					       .deadline = 50,
					       .collect = good_then_hangs};
	struct nic_bench b;
	double begun = clock_now();
	bench_open(&b, "mlx5-sriov");
	b.run.deadline_at = clock_now() + 2;
	nic_run_collector(&b.run, &c);
	assert_true(clock_now() - begun < 20);
	assert_outcome(bench_item(&b, "0000:08:00.0", "second"), NIC_TIMEOUT);
	assert_outcome(bench_item(&b, "0000:08:00.3", "test"), NIC_SKIPPED);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hangs),	  cmocka_unit_test(test_deadline_per_item),
		cmocka_unit_test(test_dies),	  cmocka_unit_test(test_forgets),
		cmocka_unit_test(test_malformed), cmocka_unit_test(test_flood),
		cmocka_unit_test(test_outcomes),  cmocka_unit_test(test_unwritable),
		cmocka_unit_test(test_not_run),	  cmocka_unit_test(test_whole_deadline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
