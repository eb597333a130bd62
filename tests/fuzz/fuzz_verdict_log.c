// SPDX-License-Identifier: GPL-2.0-or-later
/* Any text as a kernel log: the verdict is one line, and every line of evidence is in the log. */
#include "fuzz.h"
#include "report/verdict_log.h"

struct log {
	const char *text;
	size_t len;
};

static void inside(void *arg, struct text line, size_t more)
{
	const struct log *log = arg;
	(void)more;
	if (line.at < log->text || line.at + line.len > log->text + log->len ||
	    memchr(line.at, '\n', line.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_buf_ struct buf text = BUF_INIT, sentence = BUF_INIT;
	struct verdict_log v;
	buf_append(&text, data, size);
	struct log log = {buf_str(&text), strlen(buf_str(&text))};
	verdict_log_read(log.text, &v);
	verdict_log_sentence(&v, &sentence);
	if (memchr(buf_str(&sentence), '\n', sentence.len))
		abort();
	if ((sentence.len > 0) != (v.kind != VERDICT_UNKNOWN))
		abort();
	verdict_log_evidence(&v, inside, &log);
	return 0;
}
