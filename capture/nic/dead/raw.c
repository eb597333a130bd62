// SPDX-License-Identifier: GPL-2.0-or-later
/* Raw files: memory of the dead kernel as it is, within the budgets. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include "nic/dead/dead.h"

#define CHUNK 4096

/* A name out of memory as a file's: no path, nothing hidden, nothing that a shell cares for. */
static void harmless(const char *name, char *ret, size_t size)
{
	size_t n = 0;
	for (; *name && n < size - 1; name++) {
		char c = *name;
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || strchr("_-:@.", c);
		if (n == 0 && (c == '.' || c == '-'))
			fine = false;
		ret[n++] = fine ? c : '_';
	}
	if (n == 0)
		ret[n++] = '_';
	ret[n] = '\0';
}

void dead_raw_device(struct dead *d, const char *name)
{
	harmless(name, d->raw_dir, sizeof(d->raw_dir));
	d->raw_device = 0;
}

/* How much of len the budgets allow. */
static uint64_t allowed(const struct dead *d, uint64_t len)
{
	const struct dead_options *o = d->options;
	uint64_t device = o->raw_device_max - MIN(d->raw_device, o->raw_device_max);
	uint64_t total = o->raw_max - MIN(d->raw_total, o->raw_max);
	return MIN(len, MIN(device, total));
}

static int open_file(struct dead *d, const char *name, char *path, size_t size)
{
	char file[96];
	harmless(name, file, sizeof(file));
	snprintf(path, size, "%s/%s", d->raw_dir, file);
	if (mkdirat(d->raw_fd, d->raw_dir, 0755) < 0 && errno != EEXIST)
		return -1;
	return openat(d->raw_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static bool put(struct dead *d, int fd, const uint8_t *bytes, size_t len)
{
	d->raw_total += len;
	d->raw_device += len;
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* bytes NULL: memory at addr. */
static void save(struct dead *d, const char *name, uint64_t addr, const uint8_t *bytes,
		 uint64_t len)
{
	char path[200];
	uint8_t chunk[CHUNK];
	uint64_t lost = 0, end = allowed(d, len), done = 0;
	if (d->raw_fd < 0 || len == 0)
		return;
	show_row(&d->show, "raw", "raw:");
	_cleanup_close_ int fd = end ? open_file(d, name, path, sizeof(path)) : -1;
	int error = end && fd < 0 ? errno : 0;
	while (!error && done < end && dead_time_left(d)) {
		size_t n = (size_t)MIN(end - done, CHUNK - (addr + done) % CHUNK);
		struct err *e = NULL;
		if (!bytes)
			e = kmem_read(&d->k->kmem, addr + done, chunk, n);
		if (e) {
			memset(chunk, 0, n);
			lost += n;
			err_free(e);
		}
		if (!put(d, fd, bytes ? bytes + done : chunk, n))
			error = errno;
		done += n;
	}
	if (error) {
		show_none(&d->show, "file", strerror(error));
		dead_note(d, "%s: %s", path, strerror(error));
	} else if (!end) {
		show_none(&d->show, "file", "left out: over the budget");
	} else {
		show_text(&d->show, "file", path);
		d->files++;
	}
	if (!bytes)
		show_hex(&d->show, "address", addr);
	show_u64(&d->show, "bytes", done);
	if (done < len)
		show_u64(&d->show, "left_out", len - done);
	if (lost)
		show_u64(&d->show, "unreadable", lost);
	show_row_end(&d->show);
}

void dead_raw(struct dead *d, const char *name, uint64_t addr, uint64_t len)
{
	save(d, name, addr, NULL, len);
}

void dead_raw_bytes(struct dead *d, const char *name, const void *bytes, size_t len)
{
	save(d, name, 0, bytes, len);
}
