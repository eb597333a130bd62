// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a driver shows of a device in debugfs (mlx5: firmware commands with their failures, EQs,
 * CQs, QPs), and what is in the kernel's trace buffer of it (mlx5:mlx5_fw, mlx5_cmd, where somebody
 * turned them on). Both are hidden from everybody but root, and by lockdown. Only drivers whose
 * files are known to be harmless to read are in the table.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "nic/live/collector.h"

#define DEPTH_MAX  6
#define FILES_MAX  8192
#define FILE_MAX   (64U << 10)
#define TEXT_MAX   (4U << 20)
#define TRACE_MAX  (8U << 20)
#define TRACE_PATH "/sys/kernel/tracing/trace"

static const struct {
	const char *driver;
	const char *directory; /* with one of the device's name on its bus in it */
	const char *trace;     /* lines of the trace buffer that are its own; NULL: none */
} known[] = {
	{"mlx5_core", "/sys/kernel/debug/mlx5", "mlx5"},
	{"netdevsim", "/sys/kernel/debug/netdevsim", NULL},
};

struct walk {
	const struct root *root;
	struct buf text;
	unsigned files;
	unsigned refused;
	bool cut;
};

static void read_one(struct walk *w, const char *path, const char *name)
{
	_cleanup_buf_ struct buf content = BUF_INIT;
	/* Files that only take commands have no permission to be read, and root ignores that. */
	struct err *e = root_read(w->root, path, FILE_MAX, &content);
	if (e) {
		w->refused++;
		err_free(e);
		return;
	}
	w->files++;
	buf_printf(&w->text, "==> %s <==\n", name);
	buf_append(&w->text, content.data, content.len);
	if (content.len && content.data[content.len - 1] != '\n')
		buf_putc(&w->text, '\n');
}

static bool is_readable(int parent, const char *name, bool *directory)
{
	struct stat st;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	*directory = S_ISDIR(st.st_mode);
	return *directory || (S_ISREG(st.st_mode) && (st.st_mode & 0444));
}

static void walk(struct walk *w, const char *path, size_t top, int depth)
{
	DIR *d = depth < DEPTH_MAX ? root_opendir(w->root, path) : NULL;
	struct dirent *e;
	while (d && (e = readdir(d))) {
		char below[512];
		bool directory;
		if (w->files + w->refused >= FILES_MAX || w->text.len > TEXT_MAX) {
			w->cut = true;
			break;
		}
		if (e->d_name[0] == '.' || !is_readable(dirfd(d), e->d_name, &directory) ||
		    snprintf(below, sizeof(below), "%s/%s", path, e->d_name) >= (int)sizeof(below))
			continue;
		if (directory)
			walk(w, below, top, depth + 1);
		else
			read_one(w, below, below + top + 1);
	}
	if (d)
		closedir(d);
}

static void collect_tree(const struct root *root, const char *path, struct nic_output *o)
{
	struct walk w = {.root = root};
	nic_begin(o, "%s", path);
	walk(&w, path, strlen(path), 0);
	if (w.files + w.refused == 0) {
		nic_absent(o, "it is not there: debugfs is not mounted, is locked down, or the "
			      "driver has nothing there");
	} else {
		nic_file(o, "debugfs", w.text.data, w.text.len);
		json_u64(&o->values, "files", w.files);
		json_u64(&o->values, "refused", w.refused);
		if (w.cut)
			nic_ok_but(o, "cut at %u files or %u bytes", FILES_MAX, TEXT_MAX);
		else
			nic_ok(o);
	}
	buf_deinit(&w.text);
}

/* Reading "trace" takes nothing away from whoever else reads it (trace_pipe would). */
static void collect_trace(const struct root *root, const char *needle, struct nic_output *o)
{
	_cleanup_buf_ struct buf all = BUF_INIT, own = BUF_INIT;
	nic_begin(o, TRACE_PATH ", lines with \"%s\"", needle);
	struct err *e = root_read(root, TRACE_PATH, TRACE_MAX, &all);
	if (e) {
		nic_err(o, e);
		return;
	}
	for (char *p = all.data, *end = all.data + all.len; p < end;) {
		char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((newline ? newline + 1 : end) - p);
		if (memmem(p, len, needle, strlen(needle)))
			buf_append(&own, p, len);
		p += len;
	}
	if (own.len == 0) {
		nic_absent(o, "the trace buffer has none; the events are off unless turned on");
		return;
	}
	nic_file(o, "trace", own.data, own.len);
	nic_ok(o);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	const char *colon = s->kind == NIC_BUS ? strchr(s->name, ':') : NULL;
	char path[256];
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(s->driver, known[i].driver) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", known[i].directory,
			 colon ? colon + 1 : s->name);
		collect_tree(root, path, o);
		if (known[i].trace)
			collect_trace(root, known[i].trace, o);
	}
}

const struct nic_collector nic_collect_debugfs = {
	.name = "debugfs",
	.subjects = NIC_PCI | NIC_BUS,
	.stages = NIC_LIVE,
	.access = NIC_READS_FILES,
	.deadline = 10,
	.collect = collect,
};
