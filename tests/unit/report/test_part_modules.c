// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of modules, of kernels before and since 6.4, whole and damaged. */
#include "fake_kernel.h"

/* Offsets in the fake struct module. */
enum {
	M_STATE = 0,
	M_LIST = 8,
	M_NAME = 24,
	M_MEM = 80, /* 3 of 16 bytes: base, size */
	M_TAINTS = 128,
	M_REFCNT = 136,
	M_USERS = 144,
	M_SIZE = 160,
};

static struct fake f;
static uint64_t head, module[3];

static void put_module(struct fake *k, unsigned int i, const char *name, uint32_t references)
{
	uint64_t m = module[i] = fake_alloc(k, M_SIZE);
	fake_text(k, m + M_NAME, name);
	for (unsigned int mem = 0; mem < 3; mem++) {
		fake_u64(k, m + M_MEM + mem * 16, UINT64_C(0xffffffffc0000000) + i * 0x10000);
		fake_u32(k, m + M_MEM + mem * 16 + 8, 0x1000 << mem);
	}
	fake_u32(k, m + M_REFCNT, references);
	fake_list(k, m + M_USERS);
	fake_list_add(k, head, m + M_LIST);
}

static void put_use(struct fake *k, uint64_t used, uint64_t by)
{
	uint64_t use = fake_alloc(k, 24);
	fake_list_add(k, used + M_USERS, use);
	fake_u64(k, use + 16, by);
}

static void write_memory(struct fake *k)
{
	head = fake_alloc(k, 16);
	fake_list(k, head);
	put_module(k, 0, "ext4", 3);
	put_module(k, 1, "own", 1);
	put_module(k, 2, "jbd2", 3);
	put_use(k, module[2], module[0]);
	put_use(k, module[2], module[1]);
	fake_u64(k, module[1] + M_TAINTS, 1 | 1 << 12 | 1 << 13 | UINT64_C(1) << 40);
	fake_u32(k, module[1] + M_STATE, 2);
}

static void set_layout(struct fake *k)
{
	struct layout *l = &k->kernel.layout;
	l->modules = (int64_t)head;
	l->module_list = M_LIST;
	l->module_name = M_NAME;
	l->module_name_size = 56;
	l->module_state = M_STATE;
	l->module_taints = M_TAINTS;
	l->module_mem = M_MEM;
	l->module_mem_kinds = 3;
	l->module_memory_size = 16;
	l->module_memory_base = 0;
	l->module_memory_len = 8;
	l->module_refcnt = M_REFCNT;
	l->module_source_list = M_USERS;
	l->module_use_list = 0;
	l->module_use_source = 16;
}

static void start(void)
{
	fake_init(&f);
	write_memory(&f);
}

static void open_it(void)
{
	fake_open(&f);
	set_layout(&f);
}

static void listed_as_lsmod_does(void **state)
{
	(void)state;
	for (int order = ORDER_LE; order <= ORDER_BE; order++) {
		fake_init(&f);
		f.order = (enum byte_order)order;
		write_memory(&f);
		open_it();
		fake_run(&f, "modules");
		fake_assert_outcome(&f, "ok", "");
		fake_contains(f.json,
			      "\"modules\":[{\"name\":\"ext4\",\"size\":28672,"
			      "\"base\":\"0xffffffffc0000000\",\"taints\":\"\",\"used_by\":2,"
			      "\"users\":[],\"state\":\"live\"},"
			      "{\"name\":\"own\",\"size\":28672,\"base\":\"0xffffffffc0010000\","
			      "\"taints\":\"POE?\",\"used_by\":0,\"users\":[],"
			      "\"state\":\"unloading\"},"
			      "{\"name\":\"jbd2\",\"size\":28672,\"base\":\"0xffffffffc0020000\","
			      "\"taints\":\"\",\"used_by\":2,\"users\":[\"ext4\",\"own\"],"
			      "\"state\":\"live\"}]");
		fake_contains(f.text, "own                          28672  ffffffffc0010000"
				      "  (taints: POE?)  (unloading)\n"
				      "jbd2                         28672  ffffffffc0020000   2"
				      " ext4 own\n");
		fake_close(&f);
	}
}

/* core, init, and since 5.18 data: struct module_layout; and no CONFIG_MODULE_UNLOAD */
static void before_6_4(void **state)
{
	(void)state;
	start();
	open_it();
	struct layout *l = &f.kernel.layout;
	l->module_mem = l->module_mem_kinds = l->module_memory_size = LAYOUT_UNKNOWN;
	l->module_core_layout = M_MEM + 16;
	l->module_init_layout = M_MEM;
	l->module_layout_base = 0;
	l->module_layout_size = 8;
	l->module_refcnt = l->module_source_list = LAYOUT_UNKNOWN;
	fake_run(&f, "modules");
	fake_assert_outcome(&f, "ok", "");
	fake_contains(f.json, "{\"name\":\"ext4\",\"size\":12288,\"base\":\"0xffffffffc0000000\","
			      "\"taints\":\"\",\"used_by\":null,\"users\":[],");
	l->module_data_layout = M_MEM + 32;
	fake_run(&f, "modules");
	fake_contains(f.json, "{\"name\":\"ext4\",\"size\":28672,");
	fake_close(&f);
}

static void damaged_lists(void **state)
{
	(void)state;
	start();
	fake_u64(&f, module[1] + M_LIST, module[0] + M_LIST);
	fake_u64(&f, module[2] + M_USERS, 0);
	open_it();
	fake_run(&f, "modules");
	fake_assert_outcome(&f, "partial", "modules: a circle at 0x");
	assert_null(strstr(strstr(f.json, "ext4") + 1, "ext4"));
	fake_contains(f.json, "\"own\"");
	fake_close(&f);
	start();
	fake_u64(&f, module[1] + M_LIST, 0x1000);
	fake_u32(&f, module[0] + M_MEM + 8, UINT32_MAX); /* 4 GiB: not counted */
	open_it();
	fake_run(&f, "modules");
	fake_assert_outcome(&f, "partial", "memory that cannot be read at 0x1000 after 3");
	fake_contains(f.text, "the module at 0xff8 cannot be read");
	fake_contains(f.json, "\"name\":\"ext4\",\"size\":24576,");
	fake_close(&f);
}

static void none_and_unknown(void **state)
{
	(void)state;
	fake_init(&f);
	head = fake_alloc(&f, 16);
	fake_list(&f, head);
	open_it();
	fake_run(&f, "modules");
	fake_assert_outcome(&f, "ok", "none\n");
	fake_contains(f.json, "\"modules\":[]");
	f.kernel.layout.modules = LAYOUT_UNKNOWN;
	fake_run(&f, "modules");
	fake_assert_outcome(&f, "failed", "do not say where its modules are");
	fake_close(&f);
}

static void anything(void **state)
{
	(void)state;
	fake_damage("modules", write_memory, set_layout);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(listed_as_lsmod_does),
		cmocka_unit_test(before_6_4),
		cmocka_unit_test(damaged_lists),
		cmocka_unit_test(none_and_unknown),
		cmocka_unit_test(anything),
	};
	return cmocka_run_group_tests_name("report/part_modules", tests, NULL, NULL);
}
