// SPDX-License-Identifier: GPL-2.0-or-later
/* How a report is written, whatever its parts say. */
#include "small_report.h"

/* All CPUs that a kernel may have are said to be there, and none is. */
static void what_is_missing_is_said_with_a_limit(void **state)
{
	(void)state;
	static struct small_report s;
	static char text[65536];
	_cleanup_close_ int fd = memfd_create("text", MFD_CLOEXEC);
	size_t lines = 0;
	small_report_init(&s, ORDER_LE);
	memset(s.bytes + (CPU_ONLINE - BASE), 0xff, 1024);
	put32(&s, CPU_IDS, 8192); /* among them */
	small_report_open(&s);
	struct layout *l = &s.k.layout;
	l->init_task = (int64_t)NOWHERE;
	l->task_tasks = l->task_thread_node = l->task_signal = l->signal_thread_head = 0;
	l->task_pid = l->task_tgid = l->task_comm = 0;
	assert_ok(report_run(&s.r, "cpus", &(struct report_output) {fd, -1}));
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	for (const char *at = text; n > 0 && (at = strstr(at, "\n  (")); at++)
		lines++;
	assert_int_equal(lines, REPORT_MISSING_MAX + 1);
	assert_non_null(strstr(text, " more things like these)\n"));
	small_report_close(&s);
}

static void text_is_fit_for_terminals(void **state)
{
	(void)state;
	static struct small_report s;
	char text[256];
	_cleanup_close_ int fd = memfd_create("text", MFD_CLOEXEC);
	small_report_init(&s, ORDER_LE);
	small_report_open(&s);
	s.r.log_read = true;
	buf_puts(&s.r.log, "[ 1.0] gr\xc3\xbc\xc3\x9f\x65\r\x1b[2J\xff\n[ 1.1] tab\t.\n");
	assert_ok(report_run(&s.r, "log", &(struct report_output) {fd, -1}));
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	assert_in_range(n, 1, sizeof(text) - 1);
	text[n] = '\0';
	assert_string_equal(text, "== Log\n[ 1.0] gr\xc3\xbc\xc3\x9f\x65??[2J?\n[ 1.1] tab\t.\n\n");
	small_report_close(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_is_said_with_a_limit),
		cmocka_unit_test(text_is_fit_for_terminals),
	};
	return cmocka_run_group_tests_name("report/report", tests, NULL, NULL);
}
