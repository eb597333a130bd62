// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>

#define PIECE ((size_t)256 * 1024)

void digest_init(struct digest *d)
{
	sha256_init(&d->ctx);
}

void digest_update(struct digest *d, const void *data, size_t len)
{
	sha256_update(&d->ctx, len, data);
}

void digest_final(struct digest *d, char hex[DIGEST_HEX_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	sha256_digest(&d->ctx, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + i * 2, 3, "%02x", digest[i]);
}

struct err *digest_file(const char *path, _Atomic uint64_t *progress, char hex[DIGEST_HEX_SIZE])
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_os(errno, "%s", path);
	_cleanup_free_ uint8_t *data = malloc(PIECE);
	if (!data)
		return err_nomem();
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	struct digest d;
	digest_init(&d);
	for (;;) {
		ssize_t n = read(fd, data, PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "%s", path);
		if (n == 0)
			break;
		digest_update(&d, data, (size_t)n);
		if (progress)
			atomic_fetch_add(progress, (uint64_t)n);
	}
	digest_final(&d, hex);
	return NULL;
}

void digest_line(struct buf *out, const char *hex, const char *name)
{
	if (!strpbrk(name, "\n\\")) {
		buf_printf(out, "%s  %s\n", hex, name);
		return;
	}
	buf_printf(out, "\\%s  ", hex);
	for (; *name; name++) {
		if (*name == '\n')
			buf_puts(out, "\\n");
		else if (*name == '\\')
			buf_puts(out, "\\\\");
		else
			buf_putc(out, *name);
	}
	buf_putc(out, '\n');
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

struct err *digest_tree(const char *directory, bool (*skip)(void *arg, const char *relative),
			void *arg, _Atomic uint64_t *progress, struct buf *out)
{
	char *const paths[] = {(char *)(uintptr_t)directory, NULL};
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (!fts)
		return err_os(errno, "%s", directory);
	size_t prefix = strlen(directory) + 1;
	struct err *first = NULL;
	FTSENT *f;
	while ((f = fts_read(fts))) {
		struct err *e = NULL;
		char hex[DIGEST_HEX_SIZE];
		if (f->fts_info == FTS_ERR || f->fts_info == FTS_DNR || f->fts_info == FTS_NS)
			e = err_os(f->fts_errno, "%s", f->fts_path);
		else if (f->fts_info != FTS_F || skip(arg, f->fts_path + prefix))
			continue;
		else
			e = digest_file(f->fts_path, progress, hex);
		if (!e) {
			digest_line(out, hex, f->fts_path + prefix);
			continue;
		}
		/* so that a disk that takes its time to say no does not look like one that hangs */
		if (progress)
			atomic_fetch_add(progress, 1);
		if (first)
			err_free(e);
		else
			first = e;
	}
	if (errno && !first) /* 0 at the end of a tree: fts_read(3) */
		first = err_os(errno, "%s", directory);
	fts_close(fts);
	return first ? first : buf_error(out);
}
