// SPDX-License-Identifier: GPL-2.0-or-later
/* The verdict as it is printed: what log and memory say together, and each without the other. */
#include "unit.h"
#include "machine.h"
#include "report/json_text.h"
#include "report/part.h"

enum { PANIC_CPU = 0x100, FW_DUMP = 0x108, TAINTED = 0x110, POINTER = 0x118, LINE = 0x200 };

/* What the machine's memory says. */
struct memory {
	bool crashed, fadump;
	int panic_cpu;
	const char *command_line;
};

/* The part's text, or its object in JSON; the caller frees. log NULL: it cannot be read. */
static char *verdict(const struct memory *memory, const char *log, bool as_json)
{
	struct machine m;
	struct report r;
	struct buf out = BUF_INIT;
	struct json j;
	machine_init(&m, 0x2000);
	m.text = memory->crashed ? "PAGESIZE=4096\nNUMBER(phys_base)=0\nOSRELEASE=6.12.107\n"
				   "CRASHTIME=1795395356\n"
				 : "PAGESIZE=4096\nNUMBER(phys_base)=0\nOSRELEASE=6.12.107\n";
	put_u32(m.ram + PANIC_CPU, (uint32_t)memory->panic_cpu, ORDER_LE);
	m.ram[FW_DUMP] = memory->fadump;
	machine_put(&m, TAINTED, 1 << 12 | 1 << 7);
	if (memory->command_line) {
		machine_put(&m, POINTER, KERNEL_MAP + LINE);
		memcpy(m.ram + LINE, memory->command_line, strlen(memory->command_line));
	}
	machine_crash(&m);
	struct kernel k = {.vmcore = m.vmcore, .info = m.info, .layout = m.layout};
	k.layout.panic_cpu = (int64_t)(KERNEL_MAP + PANIC_CPU);
	k.layout.tainted_mask = (int64_t)(KERNEL_MAP + TAINTED);
	k.layout.fw_dump = (int64_t)(KERNEL_MAP + FW_DUMP);
	k.layout.fw_dump_registered = 0;
	if (memory->command_line)
		k.layout.saved_command_line = (int64_t)(KERNEL_MAP + POINTER);
	assert_ok(kmem_init(&k.kmem, m.vmcore, &k.layout));
	assert_ok(report_init(&r, &k, "x"));
	r.until = 1e9;
	r.log_read = true;
	if (log)
		buf_puts(&r.log, log);
	else
		r.log_error = err_new(ERR_MISSING, "gone");
	_cleanup_free_ void *data = calloc(1, part_verdict.data_size);
	assert_ok(part_verdict.gather(&r, data));
	json_init(&j, &out, false);
	if (as_json) {
		json_object(&j, NULL);
		json_object(&j, "verdict");
		part_verdict.json(&r, data, &j);
		json_object_end(&j);
		json_object_end(&j);
	} else {
		part_verdict.text(&r, data, &out);
	}
	part_verdict.release(data);
	report_deinit(&r);
	kmem_deinit(&k.kmem);
	machine_deinit(&m);
	assert_ok(buf_error(&out));
	return out.data;
}

static void keep(void *arg, const char *text, size_t len)
{
	buf_append(arg, text, len);
}

static void assert_member(const char *report, const char *name, const char *expected)
{
	_cleanup_buf_ struct buf got = BUF_INIT;
	size_t found;
	assert_ok(json_text_each(report, strlen(report), "verdict", name, keep, &got, &found));
	assert_string_equal(buf_str(&got), expected);
}

static const char panic_log[] =
	"[   25.227259] sysrq: Trigger a crash\n"
	"[   25.227626] Kernel panic - not syncing: sysrq triggered crash\n"
	"[   25.228083] CPU: 1 UID: 0 PID: 577 Comm: sh Not tainted 6.12.107 #1\n"
	"[   25.230114]  write_sysrq_trigger+0x59/0x90\n";
static const char quiet_log[] = "[    3.000000] eth0: link is up\n";
static const char hung_log[] =
	"[  121.000000] INFO: task mv:11 blocked for more than 120 seconds.\n"
	"[  131.000000] eth0: link is up\n";

static void log_and_memory_together(void **state)
{
	(void)state;
	static const struct {
		struct memory memory;
		const char *log, *kind, *sentence;
	} cases[] = {
		{{.crashed = true, .panic_cpu = 1},
		 panic_log,
		 "user-requested",
		 "A crash was requested with sysrq c, by sh (pid 577) on CPU 1"},
		{{.panic_cpu = -1},
		 quiet_log,
		 "unknown",
		 "No crash: the kernel was running when its memory was dumped"},
		{{.panic_cpu = -1},
		 hung_log,
		 "hung-task",
		 "Task mv (pid 11) blocked for more than 120 s; the kernel went on for 10 s; it "
		 "was "
		 "still running when its memory was dumped"},
		{{.crashed = true, .panic_cpu = 3},
		 quiet_log,
		 "unknown",
		 "The kernel went through its crash path on CPU 3, but its log does not say why"},
		{{.crashed = true, .panic_cpu = -1, .fadump = true},
		 quiet_log,
		 "nmi",
		 "A system reset (NMI) stopped the kernel, as when an HMC asks for a dump"},
		{{.crashed = true, .panic_cpu = -1, .fadump = true},
		 hung_log,
		 "hung-task",
		 "Task mv (pid 11) blocked for more than 120 s; the kernel went on for 10 s; then "
		 "a "
		 "system reset (NMI) stopped it, as when an HMC asks for a dump"},
		{{.crashed = true, .panic_cpu = 0, .fadump = true},
		 quiet_log,
		 "unknown",
		 "The kernel went through its crash path on CPU 0, but its log does not say why"},
		{{.crashed = true, .panic_cpu = 0},
		 NULL,
		 "unknown",
		 "The kernel went through its crash path on CPU 0, but its log cannot be read"},
		{{.panic_cpu = -1},
		 NULL,
		 "unknown",
		 "Nothing says that the kernel crashed, but its log cannot be read"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = verdict(&cases[i].memory, cases[i].log, true);
		assert_member(text, "sentence", cases[i].sentence);
		assert_member(text, "kind", cases[i].kind);
	}
}

static void what_programs_get(void **state)
{
	(void)state;
	struct memory memory = {.crashed = true, .panic_cpu = -1, .command_line = "root=/dev/vda1"};
	_cleanup_free_ char *text = verdict(&memory, panic_log, true);
	assert_string_equal(
		text, "{\n"
		      "  \"verdict\": {\n"
		      "    \"kind\": \"user-requested\",\n"
		      "    \"sentence\": \"A crash was requested with sysrq c, by sh (pid 577) on "
		      "CPU 1\",\n"
		      "    \"evidence\": [\n"
		      "      \"[   25.227259] sysrq: Trigger a crash\",\n"
		      "      \"[   25.227626] Kernel panic - not syncing: sysrq triggered crash\"\n"
		      "    ],\n"
		      "    \"release\": \"6.12.107\",\n"
		      "    \"kernel_version\": null,\n"
		      "    \"machine\": null,\n"
		      "    \"host\": null,\n"
		      "    \"crash_time\": \"2026-11-23T00:55:56Z\",\n"
		      "    \"uptime_seconds\": 25.230,\n"
		      "    \"taints\": [\n"
		      "      {\n"
		      "        \"letter\": \"O\",\n"
		      "        \"meaning\": \"a module from outside the kernel tree was loaded\"\n"
		      "      },\n"
		      "      {\n"
		      "        \"letter\": \"D\",\n"
		      "        \"meaning\": \"there was an oops or BUG before\"\n"
		      "      }\n"
		      "    ],\n"
		      "    \"command_line\": \"root=/dev/vda1\",\n"
		      "    \"modules_last_loaded\": [],\n"
		      "    \"module_last_unloaded\": null,\n"
		      "    \"way\": \"unknown\",\n"
		      "    \"cpu\": 1,\n"
		      "    \"pid\": 577,\n"
		      "    \"comm\": \"sh\"\n"
		      "  }\n"
		      "}\n");
}

static void what_people_get(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf line = BUF_INIT;
	for (int i = 0; i < 40; i++)
		buf_printf(&line, "parameter.number=%d ", i);
	for (int i = 0; i < 200; i++)
		buf_putc(&line, 'x');
	struct memory memory = {.crashed = true, .panic_cpu = 1, .command_line = buf_str(&line)};
	_cleanup_free_ char *text = verdict(&memory, panic_log, false);
	static const char start[] =
		"A crash was requested with sysrq c, by sh (pid 577) on CPU 1\n"
		"    [   25.227259] sysrq: Trigger a crash\n"
		"    [   25.227626] Kernel panic - not syncing: sysrq triggered crash\n"
		"  Crashed         2026-11-23T00:55:56Z, up 00:00:25\n"
		"  Kernel          6.12.107\n"
		"  Died on         CPU 1\n"
		"  Tainted         O: a module from outside the kernel tree was loaded\n"
		"                  D: there was an oops or BUG before\n"
		"  Command line    parameter.number=0 parameter.number=1 ";
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("%s", text);
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		assert_true(strcspn(at, "\n") < 110);
	assert_non_null(strstr(text, " parameter.number=39\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_and_memory_together),
		cmocka_unit_test(what_programs_get),
		cmocka_unit_test(what_people_get),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
