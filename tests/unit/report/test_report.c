// SPDX-License-Identifier: GPL-2.0-or-later
/* How a report is written, whatever its parts say. */
#include "small_report.h"

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
		cmocka_unit_test(text_is_fit_for_terminals),
	};
	return cmocka_run_group_tests_name("report/report", tests, NULL, NULL);
}
