// SPDX-License-Identifier: GPL-2.0-or-later
/* How a report is written, whatever its parts say. */
#include "small_report.h"

static size_t times(const char *text, const char *what)
{
	size_t n = 0;
	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* What the text of these parts is. */
static const char *text_of(struct small_report *s, const char *parts)
{
	static char text[65536];
	_cleanup_close_ int fd = memfd_create("text", MFD_CLOEXEC);
	err_free(report_run(&s->r, parts, &(struct report_output) {fd, -1}));
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	assert_in_range(n, 1, sizeof(text) - 1);
	text[n] = '\0';
	return text;
}

static void tasks_of_nowhere(struct layout *l)
{
	l->init_task = (int64_t)NOWHERE;
	l->task_tasks = l->task_thread_node = l->task_signal = l->signal_thread_head = 0;
	l->task_pid = l->task_tgid = l->task_comm = 0;
}

/* The first part says what the kernel or the dump lacks, and no other. */
static void what_all_parts_lack_is_said_once(void **state)
{
	(void)state;
	static struct small_report s;
	struct vmcore v = {.incomplete = true, .missing_bytes = 4096};
	small_report_init(&s, ORDER_LE);
	small_report_open(&s);
	struct vmcore *own = s.k.vmcore;
	s.k.vmcore = &v;
	buf_puts(&s.k.no_types, "no BTF");
	buf_puts(&s.k.no_symbols, "no tables");
	buf_puts(&s.k.no_modules, "of one");
	const char *text = text_of(&s, "mounts,interrupts");
	static const char first[] =
		"== Mounts\n"
		"  (the dump is incomplete: who wrote it did not get to its end)\n"
		"  (the dump is truncated: its last 4096 bytes are not there)\n"
		"  (no symbols: no tables)\n"
		"  (no types: no BTF)\n"
		"  (no symbols of modules: of one)\n"
		"  (the kernel's types do not say where its mounts are)\n";
	assert_memory_equal(text, first, sizeof(first) - 1);
	assert_int_equal(times(text, "no BTF"), 1);
	s.k.vmcore = own;
	buf_deinit(&s.k.no_types);
	buf_deinit(&s.k.no_symbols);
	buf_deinit(&s.k.no_modules);
	small_report_close(&s);
}

/* Tasks are collected once; what they lack is said by every part that is made of them, once. */
static void what_the_tasks_lack_is_said_by_each_part(void **state)
{
	(void)state;
	static struct small_report s;
	small_report_init(&s, ORDER_LE);
	small_report_open(&s);
	tasks_of_nowhere(&s.k.layout);
	const char *text = text_of(&s, "cpus,blocked,tasks");
	assert_int_equal(times(text, "(what CPU 0 was running is not known)\n"), 3);
	assert_int_equal(times(text, "lists of tasks are damaged: some may be missing)\n"), 3);
	small_report_close(&s);
}

static void the_same_line_is_said_once(void **state)
{
	(void)state;
	static struct small_report s;
	small_report_init(&s, ORDER_LE);
	small_report_open(&s);
	static const char *const lines[] = {"of a lock", "lock", "of a lock", "a lock", "lock"};
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		report_missing(&s.r, "%s", lines[i]);
	assert_string_equal(buf_str(&s.r.missing), "of a lock\nlock\na lock\n");
	assert_int_equal(s.r.nmissing, 3);
	small_report_close(&s);
}

/* All CPUs that a kernel may have are said to be there, and none is. */
static void what_is_missing_is_said_with_a_limit(void **state)
{
	(void)state;
	static struct small_report s;
	small_report_init(&s, ORDER_LE);
	memset(s.bytes + (CPU_ONLINE - BASE), 0xff, 1024);
	put32(&s, CPU_IDS, 8192); /* among them */
	small_report_open(&s);
	tasks_of_nowhere(&s.k.layout);
	const char *text = text_of(&s, "cpus");
	assert_int_equal(times(text, "\n  ("), REPORT_MISSING_MAX + 1);
	assert_non_null(strstr(text, " more things like these)\n"));
	small_report_close(&s);
}

static void text_is_fit_for_terminals(void **state)
{
	(void)state;
	static struct small_report s;
	small_report_init(&s, ORDER_LE);
	small_report_open(&s);
	s.r.log_read = true;
	buf_puts(&s.r.log, "[ 1.0] gr\xc3\xbc\xc3\x9f\x65\r\x1b[2J\xff\n[ 1.1] tab\t.\n");
	assert_string_equal(text_of(&s, "log"),
			    "== Log\n[ 1.0] gr\xc3\xbc\xc3\x9f\x65??[2J?\n[ 1.1] tab\t.\n\n");
	small_report_close(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_all_parts_lack_is_said_once),
		cmocka_unit_test(what_the_tasks_lack_is_said_by_each_part),
		cmocka_unit_test(the_same_line_is_said_once),
		cmocka_unit_test(what_is_missing_is_said_with_a_limit),
		cmocka_unit_test(text_is_fit_for_terminals),
	};
	return cmocka_run_group_tests_name("report/report", tests, NULL, NULL);
}
