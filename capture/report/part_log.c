// SPDX-License-Identifier: GPL-2.0-or-later
/* The log, whole: what came before the crash is often what explains it. */
#include "report/part.h"

#include <string.h>

struct log_part {
	const char *text; /* of the report */
};

static struct err *gather(struct report *r, void *data)
{
	struct log_part *log = data;
	log->text = report_log(r);
	return log->text ? NULL : err_new(ERR_MISSING, "there is no log to show");
}

static void text(const struct report *r, const void *data, struct buf *out)
{
	const struct log_part *log = data;
	(void)r;
	buf_puts(out, log->text);
}

static void json(const struct report *r, const void *data, struct json *j)
{
	const struct log_part *log = data;
	(void)r;
	json_str(j, "text", log->text);
}

const struct report_part part_log = {
	.name = "log",
	.title = "Log",
	.data_size = sizeof(struct log_part),
	.seconds = 2,
	.gather = gather,
	.text = text,
	.json = json,
};
