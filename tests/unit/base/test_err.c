// SPDX-License-Identifier: GPL-2.0-or-later
/* Error objects: chains of context, codes of errnos, and the one that needs no memory. */
#include "unit.h"

#include <errno.h>

static void message_and_code(void **state)
{
	(void)state;
	struct err *e = err_new(ERR_FORMAT, "page %d of %s", 7, "vmcore");
	assert_string_equal(err_message(e), "page 7 of vmcore");
	assert_int_equal(err_code(e), ERR_FORMAT);
	assert_int_equal(err_errno(e), 0);
	err_free(e);
}

static void outermost_context_first(void **state)
{
	(void)state;
	struct err *e = err_os(ENOENT, "/etc/kdump.conf");
	e = err_wrap(e, "reading the %s", "configuration");
	e = err_wrap(e, "kdumpctl start");
	assert_string_equal(err_message(e), "kdumpctl start: reading the configuration: "
					    "/etc/kdump.conf: No such file or directory");
	assert_int_equal(err_code(e), ERR_IO);
	assert_int_equal(err_errno(e), ENOENT);
	err_free(e);
}

static void wrapping_success_is_success(void **state)
{
	(void)state;
	assert_null(err_wrap(NULL, "never seen %d", 1));
	err_free(NULL);
}

static void codes_of_errnos(void **state)
{
	(void)state;
	static const struct {
		int errnum;
		enum err_code code;
	} cases[] = {
		{ENOSPC, ERR_NOSPACE},	  {EDQUOT, ERR_NOSPACE}, {EFBIG, ERR_NOSPACE},
		{ENOMEM, ERR_NOMEM},	  {EIO, ERR_IO},	 {EPIPE, ERR_IO},
		{ETIMEDOUT, ERR_TIMEOUT}, {ESTALE, ERR_IO},	 {EACCES, ERR_IO},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err *e = err_os(cases[i].errnum, "x");
		assert_int_equal(err_code(e), cases[i].code);
		assert_int_equal(err_errno(e), cases[i].errnum);
		err_free(e);
	}
}

static void nomem_is_static_and_wraps(void **state)
{
	(void)state;
	struct err *e = err_nomem();
	assert_ptr_equal(e, err_nomem());
	assert_int_equal(err_code(e), ERR_NOMEM);
	assert_string_equal(err_message(e), "out of memory");
	err_free(e);
	err_free(e);
	assert_string_equal(err_message(err_nomem()), "out of memory");
	assert_err(err_wrap(err_nomem(), "bitmap of %d pages", 3), ERR_NOMEM,
		   "bitmap of 3 pages: out of memory");
}

static void long_messages_are_whole(void **state)
{
	(void)state;
	char *text = calloc(1, 100001);
	assert_non_null(text);
	memset(text, 'x', 100000);
	struct err *e = err_wrap(err_new(ERR_OTHER, "%s", text), "%s", text);
	assert_int_equal(strlen(err_message(e)), 200002);
	err_free(e);
	free(text);
}

/* A message that holds conversion characters is never used as a format. */
static void percent_signs_survive(void **state)
{
	(void)state;
	struct err *e = err_wrap(err_new(ERR_OTHER, "%s", "100%n %s"), "%s", "%d%%");
	assert_string_equal(err_message(e), "%d%%: 100%n %s");
	err_free(e);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_and_code),
		cmocka_unit_test(outermost_context_first),
		cmocka_unit_test(wrapping_success_is_success),
		cmocka_unit_test(codes_of_errnos),
		cmocka_unit_test(nomem_is_static_and_wraps),
		cmocka_unit_test(long_messages_are_whole),
		cmocka_unit_test(percent_signs_survive),
	};
	return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
