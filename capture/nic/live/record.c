// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/live/record.h"

#include <string.h>
#include <time.h>

void nic_record_deinit(struct nic_record *r)
{
	for (size_t i = 0; i < r->item_count; i++) {
		free(r->items[i].source);
		free(r->items[i].text);
		free(r->items[i].file);
	}
	for (size_t i = 0; i < r->value_count; i++)
		buf_deinit(&r->values[i].members);
	free(r->items);
	free(r->values);
	*r = (struct nic_record) {0};
}

/* One more element in an array that grows by doubling: count is a power of two when it is full. */
static void *grow(struct nic_record *r, void *array, size_t count, size_t size)
{
	if (count & (count - 1) || count == 1)
		return array;
	void *grown = reallocarray(array, count ? 2 * count : 2, size);
	if (!grown)
		r->out_of_memory = true;
	return grown;
}

struct nic_item *nic_record_item(struct nic_record *r, const struct nic_subject *s,
				 const struct nic_collector *c, const char *source)
{
	struct nic_item *grown = grow(r, r->items, r->item_count, sizeof(*r->items));
	if (!grown)
		return NULL;
	r->items = grown;
	struct nic_item *item = &r->items[r->item_count++];
	*item = (struct nic_item) {.subject = s, .collector = c, .source = strdup(source)};
	if (!item->source)
		r->out_of_memory = true;
	return item;
}

void nic_item_set_text(struct nic_record *r, struct nic_item *item, const char *text)
{
	char *copy = strdup(text);
	if (!copy)
		r->out_of_memory = true;
	free(item->text);
	item->text = copy;
}

void nic_record_values(struct nic_record *r, const struct nic_subject *s,
		       const struct nic_collector *c, const char *members, size_t len)
{
	struct nic_values *v = r->value_count ? &r->values[r->value_count - 1] : NULL;
	if (!v || v->subject != s || v->collector != c) {
		struct nic_values *grown = grow(r, r->values, r->value_count, sizeof(*r->values));
		if (!grown)
			return;
		r->values = grown;
		v = &r->values[r->value_count++];
		*v = (struct nic_values) {.subject = s, .collector = c};
	}
	/* A lost first fragment leaves the next one with a comma in front. */
	if (v->members.len == 0 && len > 0 && members[0] == ',') {
		members++;
		len--;
	}
	buf_append(&v->members, members, len);
	if (v->members.failed)
		r->out_of_memory = true;
}

const char *nic_stage_name(enum nic_stage s)
{
	return s == NIC_BEFORE_BIND ? "before-bind" : s == NIC_AFTER_BIND ? "after-bind" : "live";
}

static void values_json(struct json *j, const struct nic_record *r, const struct nic_subject *s)
{
	json_object(j, "values");
	for (size_t i = 0; i < r->value_count; i++) {
		const struct nic_values *v = &r->values[i];
		if (v->subject != s || v->members.failed)
			continue;
		struct buf object = BUF_INIT;
		buf_putc(&object, '{');
		buf_append(&object, v->members.data, v->members.len);
		buf_puts(&object, "\n        }");
		if (!object.failed)
			json_raw(j, v->collector->name, object.data, object.len);
		buf_deinit(&object);
	}
	json_object_end(j);
}

static const char *text_key(enum nic_outcome o)
{
	return o == NIC_OK ? "note" : o == NIC_ERROR ? "error" : "reason";
}

static void item_json(struct json *j, const struct nic_item *item)
{
	json_object(j, NULL);
	json_str(j, "collector", item->collector->name);
	json_str(j, "source", item->source);
	json_str(j, "outcome", nic_outcome_name(item->outcome));
	if (item->text)
		json_str(j, text_key(item->outcome), item->text);
	if (item->file)
		json_str(j, "file", item->file);
	json_u64(j, "bytes", item->bytes);
	json_double(j, "seconds", item->seconds, 6);
	json_object_end(j);
}

static void interfaces_json(struct json *j, const struct nic_inventory *inv, const char *device)
{
	json_array(j, "interfaces");
	for (size_t i = 0; i < inv->count; i++) {
		const struct nic_subject *s = &inv->subjects[i];
		if (s->kind == NIC_INTERFACE && strcmp(s->device, device) == 0)
			json_str(j, NULL, s->name);
	}
	json_array_end(j);
}

static void subject_json(struct json *j, const struct nic_record *r,
			 const struct nic_inventory *inv, const struct nic_subject *s)
{
	json_object(j, NULL);
	json_str(j, "name", s->name);
	json_str(j, "kind", nic_subject_kind_name(s->kind));
	json_str(j, "directory", s->directory);
	if (s->kind == NIC_INTERFACE) {
		json_str(j, "device", *s->device ? s->device : NULL);
		json_str(j, "driver", *s->driver ? s->driver : NULL);
	} else if (s->kind != NIC_MACHINE) {
		json_str(j, "bus", s->bus);
		json_str(j, "driver", *s->driver ? s->driver : NULL);
		interfaces_json(j, inv, s->name);
	}
	values_json(j, r, s);
	json_array(j, "items");
	for (size_t i = 0; i < r->item_count; i++)
		if (r->items[i].subject == s)
			item_json(j, &r->items[i]);
	json_array_end(j);
	json_object_end(j);
}

static void subjects_json(struct json *j, const struct nic_record *r,
			  const struct nic_inventory *inv, const char *key, unsigned kinds)
{
	json_array(j, key);
	for (size_t i = 0; i < inv->count; i++)
		if (inv->subjects[i].kind & kinds)
			subject_json(j, r, inv, &inv->subjects[i]);
	json_array_end(j);
}

static void totals_json(struct json *j, const struct nic_record *r)
{
	uint64_t count[NIC_SKIPPED + 1] = {0}, bytes = 0;
	for (size_t i = 0; i < r->item_count; i++) {
		count[r->items[i].outcome]++;
		bytes += r->items[i].bytes;
	}
	json_object(j, "totals");
	for (int o = NIC_OK; o <= NIC_SKIPPED; o++)
		json_u64(j, nic_outcome_name((enum nic_outcome)o), count[o]);
	json_u64(j, "bytes", bytes);
	json_object_end(j);
}

static const char *hardware_text(const struct nic_run_facts *f)
{
	if (strcmp(f->environment, "fadump") == 0)
		return "devices were reset by firmware before this capture: what is recorded here "
		       "is "
		       "their state after the reset, not at the crash";
	if (strcmp(f->environment, "kdump") == 0)
		return f->stage == NIC_BEFORE_BIND
			       ? "devices were not reset since the crash"
			       : "devices were not reset by firmware since the crash, but the "
				 "drivers "
				 "of the capture kernel may have set them up anew";
	return "running system";
}

void nic_record_json(const struct nic_record *r, const struct nic_inventory *inv,
		     const struct nic_run_facts *f, struct buf *out)
{
	struct json j;
	char when[40] = "";
	struct tm tm;
	if (gmtime_r(&f->started, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_init(&j, out, false);
	json_object(&j, NULL);
	json_str(&j, "format", "nic-dump stage");
	json_u64(&j, "format_version", 1);
	json_str(&j, "program", "nic-dump " SALVOR_VERSION);
	json_str(&j, "stage", nic_stage_name(f->stage));
	json_str(&j, "environment", f->environment);
	json_bool(&j, "devices_reset", strcmp(f->environment, "fadump") == 0);
	json_str(&j, "hardware", hardware_text(f));
	json_str(&j, "root", f->root);
	json_str(&j, "kernel", f->kernel);
	json_str(&j, "started", when);
	json_double(&j, "seconds", f->seconds, 3);
	json_bool(&j, "complete", f->complete);
	json_bool(&j, "privileged", f->privileged);
	json_bool(&j, "inventory_truncated", inv->truncated);
	json_bool(&j, "out_of_memory", r->out_of_memory);
	totals_json(&j, r);
	subjects_json(&j, r, inv, "machine", NIC_MACHINE);
	subjects_json(&j, r, inv, "devices", NIC_PCI | NIC_BUS);
	subjects_json(&j, r, inv, "interfaces", NIC_INTERFACE);
	json_object_end(&j);
}
