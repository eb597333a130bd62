/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of nic-dump share: one collector run on a machine of tests/fixtures/nic into a
 * temporary directory, and questions to the record. Header only; tests run from the top of the
 * tree.
 */
#ifndef SALVOR_TESTS_NIC_UNIT_H
#define SALVOR_TESTS_NIC_UNIT_H

#include "unit.h"

#include <fcntl.h>
#include <unistd.h>
#include "base/clock.h"
#include "nic/live/runner.h"

#define FIXTURES "tests/fixtures/nic/"

struct nic_bench {
	struct root root;
	struct nic_inventory inventory;
	struct nic_record record;
	struct nic_run run;
	char *output;
};

/* A machine by name, or a directory if the name has a slash. */
static inline void bench_open(struct nic_bench *b, const char *machine)
{
	char path[256];
	*b = (struct nic_bench) {0};
	snprintf(path, sizeof(path), "%s%s", strchr(machine, '/') ? "" : FIXTURES, machine);
	assert_ok(root_init(&b->root, path));
	assert_ok(nic_inventory_init(&b->inventory, &b->root));
	b->output = unit_mkdtemp();
	b->run = (struct nic_run) {
		.root = &b->root,
		.inventory = &b->inventory,
		.stage = NIC_LIVE,
		.output = open(b->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.deadline_at = clock_now() + 60,
		.record = &b->record,
	};
	assert_true(b->run.output >= 0);
}

static inline void bench_close(struct nic_bench *b)
{
	close(b->run.output);
	nic_record_deinit(&b->record);
	nic_inventory_deinit(&b->inventory);
	root_deinit(&b->root);
	unit_rmdir(b->output);
}

static inline const struct nic_subject *bench_subject(const struct nic_bench *b, const char *name)
{
	for (size_t i = 0; i < b->inventory.count; i++)
		if (strcmp(b->inventory.subjects[i].name, name) == 0)
			return &b->inventory.subjects[i];
	return NULL;
}

/* The first item of the subject whose source contains text; NULL if there is none. */
static inline const struct nic_item *bench_item(const struct nic_bench *b, const char *subject,
						const char *text)
{
	for (size_t i = 0; i < b->record.item_count; i++) {
		const struct nic_item *item = &b->record.items[i];
		if (strcmp(item->subject->name, subject) == 0 && strstr(item->source, text))
			return item;
	}
	return NULL;
}

/* The decoded values of the subject as text; "" if there are none. */
static inline const char *bench_values(const struct nic_bench *b, const char *subject)
{
	for (size_t i = 0; i < b->record.value_count; i++)
		if (strcmp(b->record.values[i].subject->name, subject) == 0)
			return buf_str(&b->record.values[i].members);
	return "";
}

#define assert_contains(text, part)                                                                \
	do {                                                                                       \
		const char *text_ = (text);                                                        \
		if (!strstr(text_, part))                                                          \
			fail_msg("\"%s\" is not in: %.2000s", part, text_);                        \
	} while (0)

#define assert_lacks(text, part)                                                                   \
	do {                                                                                       \
		const char *text_ = (text);                                                        \
		if (strstr(text_, part))                                                           \
			fail_msg("\"%s\" is in: %.2000s", part, text_);                            \
	} while (0)

#define assert_outcome(item, expected)                                                             \
	do {                                                                                       \
		const struct nic_item *item_ = (item);                                             \
		if (!item_)                                                                        \
			fail_msg("no such item");                                                  \
		else if (item_->outcome != (expected))                                             \
			fail_msg("%s: %s (%s), expected %s", item_->source,                        \
				 nic_outcome_name(item_->outcome), item_->text ? item_->text : "", \
				 nic_outcome_name(expected));                                      \
	} while (0)

/* The content of a file below the output directory; the caller frees the buffer. */
static inline struct buf bench_file(const struct nic_bench *b, const char *path)
{
	struct root root;
	struct buf out = BUF_INIT;
	assert_ok(root_init(&root, b->output));
	assert_ok(root_read(&root, path, 1U << 20, &out));
	root_deinit(&root);
	return out;
}

#endif
