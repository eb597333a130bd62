// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "nic/live/inventory.h"

#define VALUE_MAX 4096 /* sysfs shows one page at most */
#define NAMES_MAX 8192

/* 0 and the value without its last newline, or a negative errno. */
static int read_value(const struct root *root, const char *dir, const char *name, char *value)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	ssize_t n = read(fd, value, VALUE_MAX);
	if (n < 0)
		return -errno;
	while (n > 0 && (value[n - 1] == '\n' || value[n - 1] == '\0'))
		n--;
	value[n] = '\0';
	return 0;
}

struct refused {
	struct buf text;
	struct json json;
};

static void refuse(struct refused *r, const char *name, int errnum)
{
	if (r->text.len == 0) {
		json_init(&r->json, &r->text, false);
		r->json.depth = NIC_VALUES_DEPTH + 1;
	}
	json_str(&r->json, name, strerror(errnum));
}

static void refused_json(struct refused *r, struct nic_output *o)
{
	if (r->text.len > 0 && !r->text.failed) {
		json_object(&o->values, "refused");
		buf_append(o->values.out, r->text.data, r->text.len);
		o->values.comma = true;
		json_object_end(&o->values);
	}
	buf_deinit(&r->text);
}

unsigned nic_attributes(const struct root *root, const char *dir, const char *const *names,
			struct nic_output *o)
{
	char value[VALUE_MAX + 1];
	struct refused refused = {0};
	unsigned count = 0;
	for (; *names; names++) {
		int got = read_value(root, dir, *names, value);
		if (got == 0) {
			json_str(&o->values, *names, value);
			count++;
		} else if (!nic_errno_is_absent(-got)) {
			refuse(&refused, *names, -got);
		}
	}
	refused_json(&refused, o);
	return count;
}

unsigned nic_attribute_directory(const struct root *root, const char *dir, const char *key,
				 struct nic_output *o)
{
	char value[VALUE_MAX + 1];
	unsigned count = 0;
	DIR *d = root_opendir(root, dir);
	if (!d)
		return 0;
	json_object(&o->values, key);
	struct dirent *e;
	while ((e = readdir(d)) && count < 512) {
		if (e->d_name[0] == '.' || e->d_type == DT_DIR || e->d_type == DT_LNK)
			continue;
		if (read_value(root, dir, e->d_name, value) == 0) {
			json_str(&o->values, e->d_name, value);
			count++;
		}
	}
	json_object_end(&o->values);
	closedir(d);
	return count;
}

void nic_attribute_link(const struct root *root, const char *dir, const char *name,
			struct nic_output *o)
{
	char path[512], target[NIC_NAME_MAX];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (nic_link_name(root, path, target, sizeof(target)))
		json_str(&o->values, name, target);
}

unsigned nic_attribute_names(const struct root *root, const char *dir, const char *prefix,
			     const char *key, struct nic_output *o)
{
	unsigned count = 0;
	DIR *d = root_opendir(root, dir);
	if (!d)
		return 0;
	struct dirent *e;
	while ((e = readdir(d)) && count < NAMES_MAX) {
		if (e->d_name[0] == '.' || strncmp(e->d_name, prefix, strlen(prefix)) != 0)
			continue;
		if (count++ == 0)
			json_array(&o->values, key);
		json_str(&o->values, NULL, e->d_name);
	}
	if (count)
		json_array_end(&o->values);
	closedir(d);
	return count;
}
