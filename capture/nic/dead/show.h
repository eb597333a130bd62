/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is found, said twice at once: as JSON for programs and as text for people, so that neither
 * can say what the other does not. Objects become indented blocks, rows one line each. It reads no
 * memory. What piles up is written out as it goes; one thread.
 */
#ifndef SALVOR_NIC_DEAD_SHOW_H
#define SALVOR_NIC_DEAD_SHOW_H

#include "base/json.h"

struct show {
	struct json json;
	struct buf json_buf, text, line;
	int json_fd, text_fd; /* -1: not wanted */
	int depth;	      /* of blocks in the text */
	bool muted;	      /* the text gets nothing */
	int error;	      /* errno of the first write that failed */
};

void show_init(struct show *s, int json_fd, int text_fd);
/* Writes the rest; the error of any write. */
struct err *show_finish(struct show *s) must_check;
void show_deinit(struct show *s);

/* A block: key is the object's (NULL in a list), the heading is for people, NULL: no block there.
 */
void show_object(struct show *s, const char *key, const char *heading, ...) printf_like(3, 4);
void show_object_end(struct show *s);
/* Objects or rows without keys follow; no trace of it in the text. */
void show_list(struct show *s, const char *key);
void show_list_end(struct show *s);
/* An object that is one line of text, which starts with the label. */
void show_row(struct show *s, const char *key, const char *label, ...) printf_like(3, 4);
void show_row_end(struct show *s);

void show_u64(struct show *s, const char *key, uint64_t value);
void show_i64(struct show *s, const char *key, int64_t value);
/* "0x…", a text in JSON as well */
void show_hex(struct show *s, const char *key, uint64_t value);
void show_bool(struct show *s, const char *key, bool value);
void show_text(struct show *s, const char *key, const char *value);
/* Seconds in milliseconds; NAN: null. */
void show_ms(struct show *s, const char *key, double seconds);
/* null; people read why: "absent" (this kernel has none), "unreadable". */
void show_none(struct show *s, const char *key, const char *why);
/* What follows is for programs only, until it is taken back. */
void show_mute(struct show *s, bool mute);
/* A line of text that programs do not need. */
void show_remark(struct show *s, const char *fmt, ...) printf_like(2, 3);
/* Members that only programs read (already JSON): text has nothing of it. */
void show_json(struct show *s, const char *key, const struct buf *value);

#endif
