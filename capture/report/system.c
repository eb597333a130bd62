// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/system.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "base/printable.h"
#include "kernel/list.h"
#include "kernel/task.h"

/* A string of a fixed-size array in the kernel: ends at its NUL, has nothing a terminal obeys. */
static void clean_string(char *to, size_t size, const uint8_t *from, size_t len)
{
	size_t n = 0;
	for (; n < len && n + 1 < size && from[n]; n++)
		to[n] = (char)from[n];
	to[n] = '\0';
	make_printable(to);
}

/* --- which kernel -------------------------------------------------------------------------------
 */

/* struct new_utsname (include/uapi/linux/utsname.h), which is an interface to user space. */
enum { UTS_SYSNAME, UTS_NODENAME, UTS_RELEASE, UTS_VERSION, UTS_MACHINE, UTS_FIELDS };

static struct err *read_uts(struct kernel *k, struct system *s)
{
	const struct layout *l = &k->layout;
	uint8_t uts[UTS_FIELDS * UTS_LEN];
	const char *release;
	int len = vmcoreinfo_text(&k->info, "OSRELEASE", &release);
	if (len > 0)
		clean_string(s->release, UTS_LEN, (const uint8_t *)release, (size_t)len);
	if (!layout_known(l->init_uts_ns) || !layout_known(l->uts_namespace_name))
		return err_new(ERR_MISSING, "this kernel has no init_uts_ns");
	struct err *e =
		kmem_read(&k->kmem, (uint64_t)l->init_uts_ns + (uint64_t)l->uts_namespace_name, uts,
			  sizeof(uts));
	if (e)
		return e;
	clean_string(s->host, UTS_LEN, uts + UTS_NODENAME * UTS_LEN, UTS_LEN);
	clean_string(s->release, UTS_LEN, uts + UTS_RELEASE * UTS_LEN, UTS_LEN);
	clean_string(s->version, UTS_LEN, uts + UTS_VERSION * UTS_LEN, UTS_LEN);
	clean_string(s->machine, UTS_LEN, uts + UTS_MACHINE * UTS_LEN, UTS_LEN);
	return NULL;
}

/* Page by page: what is behind the string may be absent. */
static struct err *read_command_line(struct kernel *k, struct system *s)
{
	uint8_t text[COMMAND_LINE_MAX];
	uint64_t at;
	size_t len = 0;
	if (!layout_known(k->layout.saved_command_line))
		return err_new(ERR_MISSING, "this kernel has no saved_command_line");
	struct err *e = kmem_u64(&k->kmem, (uint64_t)k->layout.saved_command_line, &at);
	while (!e && len < sizeof(text)) {
		size_t part = MIN(256 - (size_t)(at + len) % 256, sizeof(text) - len);
		e = kmem_read(&k->kmem, at + len, text + len, part);
		if (!e && memchr(text + len, '\0', part))
			part = strnlen((const char *)text + len, part) + 1;
		len += e ? 0 : part;
		if (len > 0 && text[len - 1] == '\0')
			break;
	}
	clean_string(s->command_line, sizeof(s->command_line), text, len);
	return e;
}

/* --- modules ------------------------------------------------------------------------------------
 */

/* add_unformed_module() puts each at the head (kernel/module/main.c). */
static struct err *read_modules(struct kernel *k, struct system *s)
{
	const struct layout *l = &k->layout;
	uint8_t name[SYSTEM_MODULE_NAME];
	struct list_iter it;
	uint64_t module;
	if (!layout_known(l->modules) || !layout_known(l->module_list) ||
	    !layout_known(l->module_name))
		return err_new(ERR_MISSING, "where this kernel keeps its modules is not known");
	struct err *e = NULL;
	list_init(&it, &k->kmem, (uint64_t)l->modules, l->module_list, SYSTEM_MODULES);
	while (!e && list_next(&it, &module)) {
		/* MODULE_NAME_LEN is 64 - sizeof(unsigned long) */
		e = kmem_read(&k->kmem, module + (uint64_t)l->module_name, name, sizeof(name) - 8);
		if (!e)
			clean_string(s->modules[s->nmodules++], SYSTEM_MODULE_NAME, name,
				     sizeof(name) - 8);
	}
	if (!e && it.walk.why != WALK_END && it.walk.why != WALK_LIMIT)
		e = err_new(ERR_FORMAT, "their list is damaged");
	return err_wrap(e, "modules");
}

/* A string, or since 5.18 (6f1dae1d84b6) a struct that begins with it. */
static void read_unloaded(struct kernel *k, struct system *s)
{
	uint8_t name[SYSTEM_MODULE_NAME - 8];
	if (!layout_known(k->layout.last_unloaded_module))
		return;
	struct err *e =
		kmem_read(&k->kmem, (uint64_t)k->layout.last_unloaded_module, name, sizeof(name));
	if (!e)
		clean_string(s->unloaded, sizeof(s->unloaded), name, sizeof(name));
	err_free(e);
}

/* --- when ---------------------------------------------------------------------------------------
 */

/* The struct timekeeper of the core clock (kernel/time/timekeeping.c); 0: not found. */
static uint64_t find_timekeeper(const struct layout *l)
{
	/* 6.17 made it the first of an array, 6.13 a struct with a name */
	if (layout_known(l->tk_data_timekeeper)) {
		int64_t tk = layout_known(l->timekeeper_data) ? l->timekeeper_data : l->tk_core;
		return layout_known(tk) ? (uint64_t)(tk + l->tk_data_timekeeper) : 0;
	}
	/* what is copied to tk_core with every tick, from 3.10 (48cdc135d4840) on */
	if (layout_known(l->shadow_timekeeper))
		return (uint64_t)l->shadow_timekeeper;
	return 0;
}

struct clock_value {
	uint64_t xtime_sec, xtime_nsec, shift_word, mono_sec, mono_nsec, offs_boot;
};

static struct err *read_clock(struct kernel *k, struct clock_value *c)
{
	const struct layout *l = &k->layout;
	uint64_t tk = find_timekeeper(l);
	uint32_t shift = 0;
	const struct {
		int64_t offset;
		uint64_t *value;
	} members[] = {
		{l->tk_xtime_sec, &c->xtime_sec}, {l->tk_xtime_nsec, &c->xtime_nsec},
		{l->tk_mono_sec, &c->mono_sec},	  {l->tk_mono_nsec, &c->mono_nsec},
		{l->tk_offs_boot, &c->offs_boot},
	};
	if (!tk || !layout_known(l->tk_shift))
		return err_new(ERR_MISSING, "this kernel's clock is not known");
	struct err *e = kmem_u32(&k->kmem, tk + (uint64_t)l->tk_shift, &shift);
	for (size_t i = 0; i < ARRAY_SIZE(members) && !e; i++) {
		if (!layout_known(members[i].offset))
			return err_new(ERR_MISSING, "this kernel's clock is not known");
		e = kmem_u64(&k->kmem, tk + (uint64_t)members[i].offset, members[i].value);
	}
	c->shift_word = shift;
	return err_wrap(e, "its clock");
}

/* Nobody's kernel has run for a century, and none ran before 2000 or after 2200. */
#define UPTIME_MAX 3.2e9
#define TIME_MIN   INT64_C(946684800)
#define TIME_MAX   INT64_C(7258118400)

static bool plausible(int64_t t)
{
	return t >= TIME_MIN && t < TIME_MAX;
}

static struct err *read_time(struct kernel *k, struct system *s)
{
	struct clock_value c;
	const char *text;
	char number[24];
	/* crash_save_vmcoreinfo() (kernel/vmcore_info.c), which kdump and fadump go through */
	int len = vmcoreinfo_text(&k->info, "CRASHTIME", &text);
	if (len > 0 && (size_t)len < sizeof(number)) {
		snprintf(number, sizeof(number), "%.*s", len, text);
		long long t = strtoll(number, NULL, 10);
		s->time = plausible(t) ? t : 0;
		s->crashed = true;
	}
	struct err *e = read_clock(k, &c);
	if (e)
		return e;
	/* ktime_get_boottime(): the wall clock, less what it was at the start */
	double uptime = (double)(int64_t)c.xtime_sec + (double)(int64_t)c.mono_sec +
			((double)(c.xtime_nsec >> MIN(c.shift_word, 63)) + (double)c.mono_nsec +
			 (double)(int64_t)c.offs_boot) /
				1e9;
	if (uptime >= 0 && uptime < UPTIME_MAX)
		s->uptime = uptime;
	if (!s->time && plausible((int64_t)c.xtime_sec))
		s->time = (int64_t)c.xtime_sec;
	return NULL;
}

/* --- how, and on which CPU ----------------------------------------------------------------------
 */

static bool read_u64(struct kernel *k, int64_t symbol, uint64_t *ret)
{
	struct err *e = layout_known(symbol) ? kmem_u64(&k->kmem, (uint64_t)symbol, ret)
					     : err_new(ERR_MISSING, "-");
	err_free(e);
	return !e;
}

static bool read_cpu(struct kernel *k, int64_t symbol, int *ret)
{
	uint32_t cpu;
	struct err *e = layout_known(symbol) ? kmem_u32(&k->kmem, (uint64_t)symbol, &cpu)
					     : err_new(ERR_MISSING, "-");
	err_free(e);
	/* -1: none, PANIC_CPU_INVALID */
	if (e || cpu >= 65536)
		return false;
	*ret = (int)cpu;
	return true;
}

/* fadump comes first in the kernel too (crash_fadump(), arch/powerpc/kernel/fadump.c). */
static void read_way(struct kernel *k, struct system *s)
{
	const struct layout *l = &k->layout;
	uint64_t image;
	uint8_t byte = 0;
	if (!s->crashed)
		return;
	if (layout_known(l->fw_dump) && layout_known(l->fw_dump_registered)) {
		uint64_t bit = (uint64_t)l->fw_dump_registered;
		uint8_t mask = k->vmcore->order == ORDER_BE ? (uint8_t)(0x80 >> bit % 8)
							    : (uint8_t)(1 << bit % 8);
		struct err *e = kmem_read(&k->kmem, (uint64_t)l->fw_dump + bit / 8, &byte, 1);
		if (!e && byte & mask)
			s->way = WAY_FADUMP;
		err_free(e);
	}
	if (s->way == WAY_UNKNOWN && read_u64(k, l->kexec_crash_image, &image) && image)
		s->way = WAY_KDUMP;
}

static void read_who(struct kernel *k, struct system *s)
{
	const struct layout *l = &k->layout;
	struct task task;
	uint64_t addr;
	s->panicked = read_cpu(k, l->panic_cpu, &s->cpu);
	/* x86 and powerpc; not every way leads through panic() */
	if (!s->panicked && !read_cpu(k, l->crashing_cpu, &s->cpu))
		return;
	if (!layout_known(l->task_pid) || !layout_known(l->task_comm) ||
	    !task_current(&k->kmem, s->cpu, &addr))
		return;
	struct err *e = task_read(&k->kmem, addr, &task);
	if (!e) {
		s->pid = task.pid;
		clean_string(s->comm, sizeof(s->comm), (const uint8_t *)task.comm,
			     sizeof(task.comm));
	}
	err_free(e);
}

static void say(system_missing_fn missing, void *arg, struct err *e)
{
	if (e)
		missing(arg, err_message(e));
	err_free(e);
}

void system_read(struct kernel *k, system_missing_fn missing, void *arg, struct system *ret)
{
	*ret = (struct system) {.uptime = -1, .cpu = -1, .pid = -1};
	say(missing, arg, read_uts(k, ret));
	say(missing, arg, read_command_line(k, ret));
	say(missing, arg, read_modules(k, ret));
	read_unloaded(k, ret);
	say(missing, arg, read_time(k, ret));
	ret->taints_known = read_u64(k, k->layout.tainted_mask, &ret->taints);
	if (!ret->taints_known)
		missing(arg, "its taints are not known");
	read_way(k, ret);
	read_who(k, ret);
}
