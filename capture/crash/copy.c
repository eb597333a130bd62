// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last resort: /proc/vmcore copied as it is, an ELF core. Zeros become holes; what cannot be
 * read becomes zeros and is counted; a target that fills up leaves a file whose ELF header says
 * that it is incomplete.
 */
#include "crash/collector.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include "base/bytes.h"

#define PIECE ((size_t)1 << 20)
/* The unit in which zeros are left out and unreadable memory is given up: the smallest page size.
 */
#define BLOCK ((size_t)4096)
/* makedumpfile's mark in e_flags of an incomplete ELF dump (makedumpfile.h, DUMP_ELF_INCOMPLETE).
 */
#define ELF_INCOMPLETE 0x1U

struct copy {
	struct run *run;
	struct step_report *report;
	struct sink *sink;
	int fd;
	uint64_t size, done;
	uint8_t *data;
	uint8_t head[sizeof(Elf64_Ehdr)];
	size_t head_len;
};

/* Reads len bytes at offset, block by block where the whole does not read. */
static void read_piece(struct copy *c, uint64_t offset, size_t len)
{
	size_t have = 0;
	while (have < len) {
		ssize_t n = pread(c->fd, c->data + have, len - have, (off_t)(offset + have));
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0) {
			have += (size_t)n;
			continue;
		}
		/* An error, or an end where stat said there is more: this block is lost. */
		size_t lost = MIN(BLOCK - (size_t)((offset + have) % BLOCK), len - have);
		memset(c->data + have, 0, lost);
		have += lost;
		c->run->core.read_errors++;
		atomic_fetch_add(&c->report->progress, 1);
	}
}

static bool is_zero(const uint8_t *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/* Writes the blocks that are not zero, neighbours together. */
static struct err *write_piece(struct copy *c, uint64_t offset, size_t len)
{
	size_t at = 0;
	while (at < len) {
		size_t from = at;
		while (from < len && is_zero(c->data + from, MIN(BLOCK, len - from)))
			from += BLOCK;
		size_t to = from;
		while (to < len && !is_zero(c->data + to, MIN(BLOCK, len - to)))
			to += BLOCK;
		to = MIN(to, len);
		if (from < to) {
			struct err *e = c->sink->write_at(c->sink, offset + from, c->data + from,
							  to - from);
			if (e)
				return e;
		}
		at = MAX(to, from);
	}
	return NULL;
}

/* Sets the incomplete bit in the header that was written first; best effort on a failing target. */
static void flag_incomplete(struct copy *c)
{
	if (c->head_len < sizeof(Elf64_Ehdr) || memcmp(c->head, ELFMAG, SELFMAG) != 0)
		return;
	enum byte_order order = c->head[EI_DATA] == ELFDATA2MSB ? ORDER_BE : ORDER_LE;
	size_t at = c->head[EI_CLASS] == ELFCLASS32 ? offsetof(Elf32_Ehdr, e_flags)
						    : offsetof(Elf64_Ehdr, e_flags);
	put_u32(c->head + at, get_u32(c->head + at, order) | ELF_INCOMPLETE, order);
	err_free(c->sink->write_at(c->sink, at, c->head + at, 4));
}

static struct err *copy_all(struct copy *c)
{
	while (c->done < c->size) {
		size_t len = (size_t)MIN((uint64_t)PIECE, c->size - c->done);
		read_piece(c, c->done, len);
		if (c->done == 0) {
			c->head_len = MIN(len, sizeof(c->head));
			memcpy(c->head, c->data, c->head_len);
		}
		struct err *e = write_piece(c, c->done, len);
		if (e)
			return e;
		c->done += len;
		atomic_store(&c->report->bytes, c->done);
		collector_outgrown(c->run, c->done);
	}
	return c->sink->finish(c->sink, c->size);
}

static struct err *copy_open(struct copy *c)
{
	c->fd = open(c->run->vmcore, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0)
		return err_os(errno, "%s", c->run->vmcore);
	struct stat st;
	if (fstat(c->fd, &st) < 0)
		return err_os(errno, "%s", c->run->vmcore);
	if (st.st_size <= 0)
		return err_new(ERR_FORMAT, "%s is empty", c->run->vmcore);
	c->size = (uint64_t)st.st_size;
	c->data = malloc(PIECE);
	return c->data ? NULL : err_nomem();
}

enum verdict copy_vmcore(struct run *run, struct step_report *report, struct attempt *a)
{
	struct copy c = {.run = run, .report = report, .fd = -1};
	enum verdict v = VERDICT_NEXT;
	struct err *e = copy_open(&c);
	if (e) {
		a->outcome = OUTCOME_FAILED;
		snprintf(a->message, sizeof(a->message), "%s", err_message(e));
	} else {
		e = run->target.ops->sink_create(run, run->core.writing, report, &c.sink);
		if (!e)
			e = copy_all(&c);
		v = e ? collector_target_verdict(run, a, c.done > 0, e) : VERDICT_SAVED;
	}
	if (e && c.done > 0) {
		/* The piece that failed may have got part of the way. */
		flag_incomplete(&c);
		err_free(c.sink->finish(c.sink, c.done));
	}
	if (!e) {
		a->outcome = OUTCOME_OK;
		if (run->core.read_errors)
			snprintf(a->message, sizeof(a->message),
				 "%" PRIu64 " blocks of %zu bytes could not be read",
				 run->core.read_errors, BLOCK);
	}
	a->bytes = c.done;
	run->core.record_end = c.done;
	err_free(e);
	free(c.data);
	if (c.sink)
		c.sink->destroy(c.sink);
	if (c.fd >= 0)
		close(c.fd);
	return v;
}
