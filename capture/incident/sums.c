// SPDX-License-Identifier: GPL-2.0-or-later
#include "incident/sums.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include "incident/tree.h"

#define PIECE	 ((size_t)64 * 1024)
#define HEX_SIZE (2 * SHA256_DIGEST_SIZE + 1)

struct sums {
	const char *except;
	struct buf lines;  /* SHA256SUMS */
	struct json files; /* of the manifest, into files_text */
	struct buf files_text;
	uint64_t count;
	uint64_t bytes;
	uint8_t piece[PIECE];
};

static void finish(struct sha256_ctx *ctx, char hex[HEX_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	sha256_digest(ctx, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static struct err *digest(struct sums *s, const struct tree_entry *entry, uint64_t *bytes,
			  char hex[HEX_SIZE])
{
	struct sha256_ctx ctx;
	_cleanup_close_ int fd =
		openat(entry->parent, entry->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_os(errno, "%s", entry->path);
	sha256_init(&ctx);
	*bytes = 0;
	for (;;) {
		ssize_t n = read(fd, s->piece, sizeof(s->piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(errno, "%s", entry->path);
		if (n == 0)
			break;
		sha256_update(&ctx, (size_t)n, s->piece);
		*bytes += (uint64_t)n;
	}
	finish(&ctx, hex);
	return NULL;
}

/* "HEX  NAME\n"; a name with a newline or backslash gets sha256sum's escaped form. */
static void add_line(struct buf *out, const char *hex, const char *name)
{
	buf_printf(out, "%s%s  ", strpbrk(name, "\n\\") ? "\\" : "", hex);
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

static struct err *add_file(const struct tree_entry *entry, void *arg)
{
	struct sums *s = arg;
	char hex[HEX_SIZE];
	uint64_t bytes = 0;
	if (!S_ISREG(entry->st->st_mode) || strcmp(entry->path, INCIDENT_MANIFEST) == 0 ||
	    strcmp(entry->path, INCIDENT_SUMS) == 0 ||
	    (s->except && strcmp(entry->path, s->except) == 0))
		return NULL;
	struct err *e = digest(s, entry, &bytes, hex);
	if (e)
		return e;
	add_line(&s->lines, hex, entry->path);
	json_object(&s->files, NULL);
	json_str(&s->files, "name", entry->path);
	json_u64(&s->files, "bytes", bytes);
	json_str(&s->files, "sha256", hex);
	json_object_end(&s->files);
	s->count++;
	s->bytes += bytes;
	return buf_error(&s->lines);
}

struct err *sums_put(int dir, const char *name, const void *data, size_t len)
{
	char temporary[64];
	const char *p = data;
	snprintf(temporary, sizeof(temporary), ".%.50s.new", name);
	int fd =
		openat(dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_os(errno, "%s", name);
	int error = 0;
	while (!error && len > 0) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			error = n < 0 ? errno : EIO;
			break;
		}
		p += n;
		len -= (size_t)n;
	}
	if (!error && fsync(fd) < 0)
		error = errno;
	if (close(fd) < 0 && !error)
		error = errno;
	if (!error && renameat(dir, temporary, dir, name) < 0)
		error = errno;
	if (!error)
		return NULL;
	unlinkat(dir, temporary, 0);
	return err_os(error, "writing %s", name);
}

static struct err *put_manifest(struct sums *s, int dir,
				void (*about)(struct json *j, const void *arg), const void *arg)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct json j;
	struct sha256_ctx ctx;
	char hex[HEX_SIZE];
	json_init(&j, &text, false);
	json_object(&j, NULL);
	json_str(&j, "format", "salvor incident");
	json_u64(&j, "format_version", 1);
	if (about)
		about(&j, arg);
	json_u64(&j, "file_count", s->count);
	json_u64(&j, "bytes", s->bytes);
	/* The array was begun on a line of its own, to be indented as a member is. */
	size_t skip = strspn(buf_str(&s->files_text), "\n ");
	json_raw(&j, "files", buf_str(&s->files_text) + skip, s->files_text.len - skip);
	json_object_end(&j);
	struct err *e = buf_error(&s->files_text);
	if (!e)
		e = buf_error(&text);
	if (!e)
		e = sums_put(dir, INCIDENT_MANIFEST, text.data, text.len);
	if (e)
		return e;
	sha256_init(&ctx);
	sha256_update(&ctx, text.len, (const uint8_t *)text.data);
	finish(&ctx, hex);
	add_line(&s->lines, hex, INCIDENT_MANIFEST);
	return buf_error(&s->lines);
}

struct err *sums_write(int dir, const char *except, void (*about)(struct json *j, const void *arg),
		       const void *arg)
{
	struct sums *s = calloc(1, sizeof(*s));
	if (!s)
		return err_nomem();
	s->except = except;
	json_init(&s->files, &s->files_text, false);
	s->files.depth = 1;
	json_array(&s->files, NULL);
	struct err *e = tree_walk(dir, add_file, s);
	json_array_end(&s->files);
	if (!e)
		e = put_manifest(s, dir, about, arg);
	if (!e)
		e = sums_put(dir, INCIDENT_SUMS, s->lines.data, s->lines.len);
	buf_deinit(&s->lines);
	buf_deinit(&s->files_text);
	free(s);
	return e;
}
