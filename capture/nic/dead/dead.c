// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/dead/dead.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"

#define NOTES_MAX (64 * 1024) /* bytes */

static double now(const struct dead *d)
{
	return d->options->clock ? d->options->clock() : clock_now();
}

void dead_init(struct dead *d, struct kernel *k, const struct dead_options *o, int json_fd,
	       int text_fd)
{
	*d = (struct dead) {.k = k, .options = o, .raw_fd = -1};
	d->end = now(d) + o->deadline;
	show_init(&d->show, json_fd, text_fd);
	ticks_read(&k->kmem, &d->ticks);
}

void dead_deinit(struct dead *d)
{
	if (d->raw_fd >= 0)
		close(d->raw_fd);
	buf_deinit(&d->notes);
	buf_deinit(&d->note_lines);
	nic_health_deinit(&d->health);
	show_deinit(&d->show);
}

bool dead_time_left(struct dead *d)
{
	if (!d->out_of_time && now(d) > d->end)
		d->out_of_time = true;
	return !d->out_of_time;
}

void dead_note(struct dead *d, const char *fmt, ...)
{
	char text[256];
	struct json j;
	va_list ap;
	if (d->notes.len > NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_puts(&d->notes, d->notes.len ? ", " : "[");
	json_init(&j, &d->notes, true);
	json_str(&j, NULL, text);
	buf_printf(&d->note_lines, "note: %s\n", text);
}

void dead_note_walk(struct dead *d, const struct walk *w, const char *what)
{
	if (w->why == WALK_END || (w->why == WALK_GOING && d->out_of_time))
		return;
	dead_note(d, "%s is not whole: %s at 0x%" PRIx64, what, walk_why_name(w->why), w->where);
}

void dead_health_end(struct dead *d)
{
	_cleanup_buf_ struct buf list = BUF_INIT;
	const struct nic_subject *s = &d->health.now;
	const char *line = NULL;
	size_t len;
	struct json j;
	json_init(&j, &list, true);
	json_array(&j, NULL);
	while ((len = nic_health_line(&d->health, s, &line)) > 0) {
		show_remark(&d->show, "WRONG: %.*s", (int)len, line);
		json_strn(&j, NULL, line, len);
	}
	json_array_end(&j);
	show_json(&d->show, "wrong", &list);
	if (s->wrong > s->wrong_kept)
		show_u64(&d->show, "wrong_left_out", s->wrong - s->wrong_kept);
	d->wrong += s->wrong;
	nic_health_end(&d->health);
}

static void kernel_facts(struct dead *d)
{
	struct place uts;
	char release[65];
	const struct kernel *k = d->k;
	if (place_symbol(d->k, NULL, "init_uts_ns", "struct uts_namespace", &uts) == FOUND &&
	    place_text(&uts, "name.release", release, sizeof(release)) == FOUND)
		show_text(&d->show, "kernel", release);
	else
		show_none(&d->show, "kernel", "unknown");
	if (d->ticks.hz)
		show_i64(&d->show, "hz", d->ticks.hz);
	if (k->no_symbols.len)
		dead_note(d, "symbols: %s", buf_str(&k->no_symbols));
	if (k->no_types.len)
		dead_note(d, "types: %s", buf_str(&k->no_types));
	if (k->no_modules.len)
		dead_note(d, "modules: %s", buf_str(&k->no_modules));
}

static void totals(struct dead *d)
{
	show_row(&d->show, "totals", "totals:");
	show_u64(&d->show, "interfaces", d->interfaces);
	show_u64(&d->show, "functions", d->functions);
	show_u64(&d->show, "devlink", d->instances);
	show_u64(&d->show, "rings", d->rings);
	show_u64(&d->show, "wrong", d->wrong);
	show_u64(&d->show, "files", d->files);
	show_u64(&d->show, "bytes", d->raw_total);
	show_row_end(&d->show);
}

struct err *dead_show(struct dead *d)
{
	struct show *s = &d->show;
	show_object(s, NULL, "Network adapters, out of the memory of a dead kernel");
	json_str(&s->json, "format", "nic-dump dead");
	json_u64(&s->json, "format_version", 1);
	json_str(&s->json, "program", "nic-dump " SALVOR_VERSION);
	json_str(&s->json, "provenance", "crashed-memory");
	show_text(s, "vmcore", d->options->vmcore);
	kernel_facts(d);
	dead_interfaces(d);
	dead_functions(d);
	dead_devlink(d);
	totals(d);
	json_bool(&s->json, "complete", !d->out_of_time);
	if (d->out_of_time)
		dead_note(d, "time was over before everything was read");
	if (d->notes.len)
		buf_putc(&d->notes, ']');
	else
		buf_puts(&d->notes, "[]");
	show_json(s, "notes", &d->notes);
	show_object_end(s);
	buf_append(&s->text, buf_str(&d->note_lines), d->note_lines.len);
	return show_finish(s);
}
