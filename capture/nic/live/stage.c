// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/stage.h"

#include <errno.h>
#include <fcntl.h>
#include "nic/decode/json_check.h"
#include "nic/live/record.h"

/* A record larger than this was not written by us: 8192 subjects give about 60 MiB. */
#define STAGE_FILE_MAX (128U << 20)

static struct err *write_whole(int output, const char *name, const struct buf *text)
{
	char temporary[64];
	snprintf(temporary, sizeof(temporary), ".%s.new", name);
	int fd = openat(output, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			0644);
	if (fd < 0)
		return err_os(errno, "%s", name);
	const char *p = text->data;
	size_t left = text->len;
	while (left > 0) {
		ssize_t n = write(fd, p, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			struct err *e = err_os(errno, "writing %s", name);
			close(fd);
			unlinkat(output, temporary, 0);
			return e;
		}
		p += n;
		left -= (size_t)n;
	}
	if (close(fd) < 0 || renameat(output, temporary, output, name) < 0)
		return err_os(errno, "writing %s", name);
	return NULL;
}

/* The record of an earlier run, if it is there and is JSON. */
static void earlier(struct json *j, int output, const char *stage)
{
	char name[48];
	_cleanup_buf_ struct buf text = BUF_INIT;
	snprintf(name, sizeof(name), "nic-%s.json", stage);
	_cleanup_close_ int fd =
		openat(output, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	for (;;) {
		char *at = buf_reserve(&text, 65536);
		ssize_t n = at ? read(fd, at, 65536) : -1;
		if (n <= 0 || text.len > STAGE_FILE_MAX)
			break;
		text.len += (size_t)n;
	}
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	if (text.len > 0 && json_check(text.data, text.len)) {
		json_raw(j, NULL, text.data, text.len);
		return;
	}
	json_object(j, NULL);
	json_str(j, "stage", stage);
	json_str(j, "error", "its record is not readable");
	json_object_end(j);
}

static void index_json(int output, struct buf *out)
{
	static const enum nic_stage stages[] = {NIC_BEFORE_BIND, NIC_AFTER_BIND, NIC_LIVE};
	struct json j;
	char name[48];
	json_init(&j, out, false);
	json_object(&j, NULL);
	json_str(&j, "format", "nic-dump");
	json_u64(&j, "format_version", 1);
	json_array(&j, "files");
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		snprintf(name, sizeof(name), "nic-%s.json", nic_stage_name(stages[i]));
		if (faccessat(output, name, F_OK, 0) == 0)
			json_str(&j, NULL, name);
	}
	json_array_end(&j);
	json_array(&j, "stages");
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
		earlier(&j, output, nic_stage_name(stages[i]));
	json_array_end(&j);
	json_object_end(&j);
}

struct err *nic_stage_write(int output, const char *stage, const struct buf *text)
{
	char name[48];
	struct err *e = buf_error(text);
	if (e)
		return e;
	snprintf(name, sizeof(name), "nic-%s.json", stage);
	e = write_whole(output, name, text);
	if (e)
		return e;
	_cleanup_buf_ struct buf index = BUF_INIT;
	index_json(output, &index);
	e = buf_error(&index);
	return e ? e : write_whole(output, "nic.json", &index);
}
