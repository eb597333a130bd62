/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs and the verdicts on them, for the tests of verdict_log.h. The lines are those of the
 * kernel's own format strings; registers and frames that nothing is read from are left out. Header
 * only.
 */
#ifndef SALVOR_TESTS_VERDICT_CASE_H
#define SALVOR_TESTS_VERDICT_CASE_H

#include "unit.h"

#include "report/verdict_log.h"

struct verdict_case {
	const char *log;
	enum verdict_kind kind;
	bool ended; /* the log has the kernel's end */
	const char *sentence;
};

static inline void check_verdicts(const struct verdict_case *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_buf_ struct buf sentence = BUF_INIT;
		struct verdict_log v;
		verdict_log_read(c[i].log, &v);
		verdict_log_sentence(&v, &sentence);
		assert_string_equal(buf_str(&sentence), c[i].sentence);
		assert_string_equal(verdict_kind_name(v.kind), verdict_kind_name(c[i].kind));
		assert_int_equal(v.ended, c[i].ended);
	}
}

#endif
