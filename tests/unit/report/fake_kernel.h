/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dead kernel written by hand, for the parts of a report: memory that is handed out piece by
 * piece, a report that runs on it, and what it said, as text and as JSON. Header only; one at a
 * time. All of the layout is unknown at first. fake_damage() is every part's hostile test.
 */
#ifndef SALVOR_TESTS_FAKE_KERNEL_H
#define SALVOR_TESTS_FAKE_KERNEL_H

#include "unit.h"
#include "small_kmem.h"
#include "nic/decode/json_check.h"
#include "report/part.h"

#define FAKE_BASE UINT64_C(0xffff888000000000)

struct fake {
	uint8_t bytes[0x10000];
	size_t used;
	enum byte_order order;
	struct small_kmem m;
	struct kernel kernel;
	struct report report;
	char *text, *json; /* without blanks outside of strings */
};

static struct fake *fake_current;

static inline struct err *fake_translate(struct kmem *k, uint64_t vaddr, struct extent *ret)
{
	(void)k;
	return small_kmem_translate(&fake_current->m.k, vaddr, ret);
}

static inline void fake_init(struct fake *f)
{
	memset(f, 0, sizeof(*f));
	f->used = 64; /* nothing is at the very beginning */
}

/* Zeroed memory, aligned to 8 bytes. */
static inline uint64_t fake_alloc(struct fake *f, size_t size)
{
	uint64_t addr = FAKE_BASE + f->used;
	f->used += ROUND_UP(size, 8);
	assert_true(f->used <= sizeof(f->bytes));
	return addr;
}

static inline void fake_u64(struct fake *f, uint64_t addr, uint64_t value)
{
	assert_in_range(addr, FAKE_BASE, FAKE_BASE + sizeof(f->bytes) - 8);
	put_u64(f->bytes + (addr - FAKE_BASE), value, f->order);
}

static inline void fake_u32(struct fake *f, uint64_t addr, uint32_t value)
{
	assert_in_range(addr, FAKE_BASE, FAKE_BASE + sizeof(f->bytes) - 4);
	put_u32(f->bytes + (addr - FAKE_BASE), value, f->order);
}

static inline void fake_text(struct fake *f, uint64_t addr, const char *text)
{
	memcpy(f->bytes + (addr - FAKE_BASE), text, strlen(text) + 1);
}

static inline uint64_t fake_string(struct fake *f, const char *text)
{
	uint64_t addr = fake_alloc(f, strlen(text) + 1);
	fake_text(f, addr, text);
	return addr;
}

/* An empty struct list_head, and a node put at its end. */
static inline void fake_list(struct fake *f, uint64_t head)
{
	fake_u64(f, head, head);
	fake_u64(f, head + 8, head);
}

static inline void fake_list_add(struct fake *f, uint64_t head, uint64_t node)
{
	uint64_t last = get_u64(f->bytes + (head + 8 - FAKE_BASE), f->order);
	fake_u64(f, last, node);
	fake_u64(f, node + 8, last);
	fake_u64(f, node, head);
	fake_u64(f, head + 8, node);
}

/* Opens what was written. The layout is f->kernel.layout, for the caller to fill. */
static inline void fake_open(struct fake *f)
{
	static struct arch_ops arch = {.name = "fake", .translate = fake_translate};
	small_kmem_init(&f->m, f->order, FAKE_BASE, f->bytes, sizeof(f->bytes));
	f->kernel = (struct kernel) {.vmcore = f->m.vmcore, .layout = f->m.layout};
	assert_ok(kmem_init(&f->kernel.kmem, f->m.vmcore, &f->kernel.layout));
	f->kernel.kmem.arch = &arch;
	assert_ok(report_init(&f->report, &f->kernel, "fake"));
	f->report.patience = 30;
	fake_current = f;
}

static inline void fake_forget(struct fake *f)
{
	free(f->text);
	free(f->json);
	f->text = f->json = NULL;
}

static inline void fake_close(struct fake *f)
{
	fake_forget(f);
	report_deinit(&f->report);
	kmem_deinit(&f->kernel.kmem);
	small_kmem_deinit(&f->m);
}

static inline char *fake_content(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *content = calloc(1, (size_t)size + 1);
	assert_non_null(content);
	assert_int_equal(pread(fd, content, (size_t)size, 0), size);
	close(fd);
	return content;
}

static inline void fake_compact(char *json)
{
	bool inside = false;
	char *to = json;
	for (const char *c = json; *c; c++) {
		inside ^= *c == '"';
		if (inside || (*c != ' ' && *c != '\n'))
			*to++ = *c;
		if (*c == '\\' && c[1])
			*to++ = *++c;
	}
	*to = '\0';
}

/* Runs one part. The JSON must be valid whatever was read. */
static inline void fake_run(struct fake *f, const char *part)
{
	struct report_output out = {memfd_create("text", MFD_CLOEXEC),
				    memfd_create("json", MFD_CLOEXEC)};
	fake_forget(f);
	assert_true(out.text_fd >= 0 && out.json_fd >= 0);
	/* a part that finds nothing says so in the outputs, and is an error for who asked for it
	 * alone */
	struct err *e = report_run(&f->report, part, &out);
	assert_true(!e || err_code(e) == ERR_MISSING);
	err_free(e);
	f->text = fake_content(out.text_fd);
	f->json = fake_content(out.json_fd);
	assert_true(json_check(f->json, strlen(f->json)));
	fake_compact(f->json);
}

static inline void fake_contains(const char *text, const char *part)
{
	const char *there = text ? text : "";
	if (!strstr(there, part))
		fail_msg("\"%s\" is not in:\n%s", part, there);
}

/* The outcome, and something of what is missing. */
static inline void fake_assert_outcome(const struct fake *f, const char *outcome,
				       const char *missing)
{
	char expected[64];
	snprintf(expected, sizeof(expected), "\"outcome\":\"%s\"", outcome);
	fake_contains(f->json, expected);
	fake_contains(f->text, missing);
}

/* What damage makes of a word. */
static inline uint64_t fake_wrong(const struct fake *f, uint64_t *seed, size_t at)
{
	switch (unit_random(seed) % 6) {
	case 0:
		return 0;
	case 1:
		return FAKE_BASE + at;
	case 2:
		return FAKE_BASE + unit_random(seed) % f->used / 8 * 8;
	case 3:
		return FAKE_BASE + unit_random(seed) % f->used;
	case 4:
		return unit_random(seed) % 64 ? UINT64_MAX : UINT32_MAX;
	default:
		return unit_random(seed);
	}
}

/*
 * Runs the part many times, on memory in which some words are anything. write() makes the memory
 * and puts the layout into `layout`, as every test of the part does. The part must come back, in
 * time, with valid JSON.
 */
static inline void fake_damage(const char *part, void (*write)(struct fake *f),
			       void (*layout)(struct fake *f))
{
	uint64_t seed = 4711;
	static struct fake f;
	for (int round = 0; round < 400; round++) {
		fake_init(&f);
		f.order = round % 2 ? ORDER_BE : ORDER_LE;
		write(&f);
		for (int i = 0; i <= round % 7; i++) {
			size_t at = unit_random(&seed) % f.used / 8 * 8;
			put_u64(f.bytes + at, fake_wrong(&f, &seed, at), f.order);
		}
		fake_open(&f);
		layout(&f);
		fake_run(&f, part);
		assert_false(f.report.out_of_time);
		fake_close(&f);
	}
}

#endif
