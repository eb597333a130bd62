// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A local file system, found by UUID, label or device. Files are made in place, in NAME.incomplete
 * on the target.
 */
#include "crash/target.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "crash/blockdev.h"
#include "crash/digest.h"
#include "crash/flush.h"
#include "crash/mounting.h"
#include "crash/save_dir.h"
#include "crash/say.h"

/* SAN and USB disks appear within a minute of their driver; beyond two nobody has come. */
#define DEVICE_SECONDS 120.0

static struct err *local_prepare(struct run *run)
{
	struct target *t = &run->target;
	const char *device = settings_get(run->settings, SET_TARGET_DEVICE);
	if (!*device)
		return err_new(ERR_USAGE, "TARGET_DEVICE is empty: rebuild the capture image");
	struct err *e = path_printf(t->device, "%s", device);
	if (!e)
		e = path_printf(t->save_path, "%s", settings_get(run->settings, SET_SAVE_PATH));
	if (!e)
		e = path_printf(t->mount, "%s/target", run->dir);
	if (e)
		return e;
	snprintf(t->fstype, sizeof(t->fstype), "%s",
		 settings_get(run->settings, SET_TARGET_FSTYPE));
	const char *options = settings_get(run->settings, SET_TARGET_OPTIONS);
	if (strlen(options) >= sizeof(t->options))
		return err_new(ERR_USAGE, "TARGET_OPTIONS is too long");
	strcpy(t->options, options);
	return NULL;
}

/* The value of name= on the kernel command line, last one wins; false when it is not there. */
static bool cmdline_value(const char *cmdline, const char *name, char *out, size_t size)
{
	bool found = false;
	size_t len = strlen(name);
	for (const char *p = cmdline; *p;) {
		p += strspn(p, " \n");
		size_t word = strcspn(p, " \n");
		if (word > len && strncmp(p, name, len) == 0 && p[len] == '=' &&
		    word - len - 1 < size) {
			memcpy(out, p + len + 1, word - len - 1);
			out[word - len - 1] = '\0';
			found = true;
		}
		p += word;
	}
	return found;
}

struct err *target_local_rootfs(struct run *run)
{
	char value[PATH_MAX] = "";
	struct target *t = &run->target;
	_cleanup_buf_ struct buf cmdline = BUF_INIT;
	struct err *e = root_read(run->root, "/proc/cmdline", 65536, &cmdline);
	*t = (struct target) {.ops = &target_local};
	if (e)
		return e;
	/* rootfstype= is not asked: in a capture it may be that of the memory the image is in. */
	cmdline_value(buf_str(&cmdline), "root", value, sizeof(value));
	const char *device = strncmp(value, "block:", 6) == 0 ? value + 6 : value;
	const char *resolved = settings_get(run->settings, SET_ROOT_DEVICE);
	if (*resolved)
		device = resolved;
	if (!*device)
		return err_new(ERR_MISSING, "no ROOT_DEVICE in the configuration and no root= on "
					    "the kernel command line");
	if (!blockdev_spec_valid(device))
		return err_new(ERR_UNSUPPORTED, "root %s is no device this version can open",
			       device);
	/* A save path relative to a file system of its own may be its top: not a place on the root.
	 */
	const char *path = settings_get(run->settings, SET_SAVE_PATH);
	e = path_printf(t->device, "%s", device);
	if (!e)
		e = path_printf(t->save_path, "%s", strcmp(path, "/") == 0 ? "/var/crash" : path);
	if (!e)
		e = path_printf(t->mount, "%s/rootfs", run->dir);
	return e;
}

static struct err *local_wait(struct run *run, double seconds)
{
	char device[PATH_MAX];
	return blockdev_wait(run->root, run->target.device, seconds, device);
}

static struct err *mount_target(struct run *run, const char *device)
{
	struct target *t = &run->target;
	if (!*t->fstype) {
		struct err *e = blockdev_fstype(device, t->fstype, sizeof(t->fstype));
		if (e)
			return e;
	}
	struct mount_request r = {
		.device = device,
		.fstype = t->fstype,
		.options = t->options,
		.point = t->mount,
	};
	struct err *e = mounting_mount(run->root, &r, &t->was_read_only);
	if (!e)
		t->mounted = true;
	return e;
}

static bool local_free_bytes(struct run *run, uint64_t *bytes)
{
	struct statvfs vfs;
	if (statvfs(run->target.base, &vfs) < 0)
		return false;
	*bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	return true;
}

/* Best effort: without it a full disk has no journal, which is still a dump. */
static void make_reserve(const struct target *t)
{
	char path[PATH_MAX];
	struct err *e = path_printf(path, "%s/%s", t->work, FILE_RESERVE);
	_cleanup_close_ int fd = e ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	err_free(e);
	if (fd >= 0 && posix_fallocate(fd, 0, TARGET_RESERVE_BYTES) != 0)
		unlink(path);
}

static void local_drop_reserve(struct run *run)
{
	char path[PATH_MAX];
	struct err *e = path_printf(path, "%s/%s", run->target.work, FILE_RESERVE);
	if (!e)
		unlink(path);
	err_free(e);
}

static bool local_size(struct run *run, const char *name, uint64_t *bytes)
{
	char path[PATH_MAX];
	struct stat st;
	struct err *e = path_printf(path, "%s/%s", run->target.work, name);
	bool known = !e && stat(path, &st) == 0;
	if (known)
		*bytes = (uint64_t)st.st_size;
	err_free(e);
	return known;
}

static struct err *local_open(struct run *run, struct step_report *report)
{
	struct target *t = &run->target;
	char device[PATH_MAX];
	struct err *e = blockdev_wait(run->root, t->device, DEVICE_SECONDS, device);
	if (!e)
		e = incident_mkdirs(t->mount, 0755);
	if (!e)
		e = mount_target(run, device);
	if (!e)
		e = save_dir_open(t->mount, t->save_path, t->base);
	if (!e)
		e = incident_create(t->base, settings_get(run->settings, SET_HOST),
				    run->started_wall, t->name);
	if (!e)
		e = path_printf(t->work, "%s/%s%s", t->base, t->name, INCIDENT_WRITING);
	if (e)
		return e;
	make_reserve(t);
	local_free_bytes(run, &t->free_bytes);
	t->open = true;
	step_say(report, "%s (%s): %s/%s, %llu MiB free", t->device, t->fstype, t->save_path,
		 t->name, (unsigned long long)(t->free_bytes >> 20));
	return NULL;
}

static struct err *local_rename(struct run *run, const char *from, const char *to)
{
	char a[PATH_MAX];
	char b[PATH_MAX];
	struct err *e = path_printf(a, "%s/%s", run->target.work, from);
	if (!e)
		e = path_printf(b, "%s/%s", run->target.work, to);
	if (!e && rename(a, b) < 0)
		e = err_os(errno, "cannot rename %s to %s", a, b);
	return e;
}

struct local_sink {
	struct sink sink;
	int fd;
	struct step_report *report;
	char path[PATH_MAX];
};

static struct err *local_write_at(struct sink *s, uint64_t offset, const void *data, size_t len)
{
	struct local_sink *l = (struct local_sink *)s;
	return flush_pwrite(l->fd, data, len, offset, strrchr(l->path, '/') + 1);
}

static struct err *local_finish(struct sink *s, uint64_t size)
{
	struct local_sink *l = (struct local_sink *)s;
	if (ftruncate(l->fd, (off_t)size) < 0)
		return err_os(errno, "%s", l->path);
	return flush_file(l->path, &l->report->progress);
}

static void local_destroy(struct sink *s)
{
	struct local_sink *l = (struct local_sink *)s;
	close(l->fd);
	free(l);
}

static struct err *local_sink_create(struct run *run, const char *name, struct step_report *report,
				     struct sink **out)
{
	struct local_sink *l = calloc(1, sizeof(*l));
	if (!l)
		return err_nomem();
	l->sink = (struct sink) {local_write_at, local_finish, local_destroy};
	l->report = report;
	struct err *e = path_printf(l->path, "%s/%s", run->target.work, name);
	if (!e) {
		l->fd = open(l->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (l->fd < 0)
			e = err_os(errno, "%s", l->path);
	}
	if (e) {
		free(l);
		return e;
	}
	*out = &l->sink;
	return NULL;
}

static struct err *local_digest(struct run *run, const char *name, struct step_report *report,
				char hex[65])
{
	char path[PATH_MAX];
	struct err *e = path_printf(path, "%s/%s", run->target.work, name);
	return e ? e : digest_file(path, &report->progress, hex);
}

static void count_synced(void *arg, uint64_t bytes)
{
	struct step_report *report = arg;
	atomic_fetch_add(&report->bytes, bytes);
}

static struct err *local_publish(struct run *run, bool complete, struct step_report *report)
{
	struct target *t = &run->target;
	struct err *e = incident_publish(t->base, t->name, complete, count_synced, report);
	if (e)
		return e;
	t->published = true;
	const char *suffix = complete ? "" : INCIDENT_INCOMPLETE;
	step_say(report, "%s/%s%s", strcmp(t->save_path, "/") == 0 ? "" : t->save_path, t->name,
		 suffix);
	return path_printf(t->work, "%s/%s%s", t->base, t->name, suffix);
}

static bool local_is_failing(struct run *run)
{
	uint64_t free_bytes;
	if (!local_free_bytes(run, &free_bytes) || free_bytes < TARGET_FULL_BYTES)
		return true;
	char path[PATH_MAX];
	_cleanup_buf_ struct buf probe = BUF_INIT;
	buf_puts(&probe, "does the target still take data?\n");
	struct err *e = path_printf(path, "%s/.write-test", run->target.work);
	if (!e)
		e = flush_write(path, &probe);
	unlink(path);
	bool failing = e && err_code(e) != ERR_NOMEM;
	err_free(e);
	return failing;
}

static void local_close(struct run *run)
{
	struct target *t = &run->target;
	if (!t->mounted)
		return;
	struct err *e = mounting_unmount(t->mount, t->was_read_only);
	if (e)
		say_error("target: %s", err_message(e));
	err_free(e);
	t->mounted = false;
}

const struct target_ops target_local = {
	.name = "local",
	.prepare = local_prepare,
	.wait = local_wait,
	.open = local_open,
	.rename = local_rename,
	.sink_create = local_sink_create,
	.digest = local_digest,
	.publish = local_publish,
	.is_failing = local_is_failing,
	.free_bytes = local_free_bytes,
	.size = local_size,
	.drop_reserve = local_drop_reserve,
	.close = local_close,
};
