// SPDX-License-Identifier: GPL-2.0-or-later
/* The examples of doc/kernel-reader.md on a small kernel: they answer, and survive its damage. */
#include "machine.h"
#include "small_btf.h"
#include "lib/kernel_examples.h"

/* Where things lie in the kernel's image, which is at physical address 0. */
enum {
	JIFFIES = 0x100,
	NET = 0x200,
	UTS = 0x300,
	DEVICE0 = 0x1000,
	DEVICE1 = 0x2000,
	RAM = 0x4000
};
/* Members: struct net, struct net_device, struct uts_namespace. */
enum { BASE_HEAD = 0x40, DEV_LIST = 0x18, NAME = 0x80, MTU = 0x90, UTS_NAME = 4 };

static const char text[] = "PAGESIZE=4096\nOSRELEASE=6.12.0\nNUMBER(phys_base)=0\n"
			   "SYMBOL(init_top_pgt)=ffffffff80003000\n"
			   "SYMBOL(jiffies)=ffffffff80000100\nSYMBOL(init_net)=ffffffff80000200\n"
			   "SYMBOL(init_uts_ns)=ffffffff80000300\n";

struct small_kernel {
	struct machine m;
	struct small_btf btf;
	struct kernel k;
};

static void encode(struct small_btf *b)
{
	uint32_t ch = small_btf_int(b, "char", 1, true), u32 = small_btf_int(b, "u32", 4, false);
	uint32_t list_ptr = b->next + 1, list = b->next;
	small_btf_type(b, BTF_STRUCT, "list_head", 2, false, 16);
	small_btf_member(b, "next", list_ptr, 0);
	small_btf_member(b, "prev", list_ptr, 64);
	small_btf_type(b, BTF_PTR, "", 0, false, list);
	uint32_t name = small_btf_array(b, ch, 16);
	small_btf_type(b, BTF_STRUCT, "net", 1, false, 0x100);
	small_btf_member(b, "dev_base_head", list, BASE_HEAD * 8);
	small_btf_type(b, BTF_STRUCT, "net_device", 3, false, 0x200);
	small_btf_member(b, "dev_list", list, DEV_LIST * 8);
	small_btf_member(b, "name", name, NAME * 8);
	small_btf_member(b, "mtu", u32, MTU * 8);
	uint32_t uts = small_btf_type(b, BTF_STRUCT, "new_utsname", 1, false, 16);
	small_btf_member(b, "sysname", name, 0);
	small_btf_type(b, BTF_STRUCT, "uts_namespace", 1, false, 32);
	small_btf_member(b, "name", uts, UTS_NAME * 8);
}

static void put_device(struct machine *m, uint64_t device, const char *name, uint32_t mtu,
		       uint64_t next)
{
	machine_put(m, device + DEV_LIST, KERNEL_MAP + next);
	memcpy(m->ram + device + NAME, name, strlen(name));
	put_u32(m->ram + device + MTU, mtu, ORDER_LE);
}

static void small_kernel_init(struct small_kernel *s)
{
	*s = (struct small_kernel) {.k = {.no_types = BUF_INIT}};
	machine_init(&s->m, RAM);
	s->m.text = text;
	machine_put(&s->m, JIFFIES, 4294937296);
	machine_put(&s->m, NET + BASE_HEAD, KERNEL_MAP + DEVICE0 + DEV_LIST);
	put_device(&s->m, DEVICE0, "lo", 65536, DEVICE1 + DEV_LIST);
	put_device(&s->m, DEVICE1, "a-name-of-16-lon", 1500, NET + BASE_HEAD);
	memcpy(s->m.ram + UTS + UTS_NAME, "Linux", 5);
}

/* After the last change of memory. */
static void start(struct small_kernel *s)
{
	machine_crash(&s->m);
	s->k.vmcore = s->m.vmcore;
	s->k.info = s->m.info;
	s->k.layout = s->m.layout;
	assert_ok(kmem_init(&s->k.kmem, s->m.vmcore, &s->m.layout));
	small_btf_init(&s->btf, ORDER_LE, NULL);
	encode(&s->btf);
	assert_ok(types_create(small_btf_parse(&s->btf, NULL), &s->k.types));
}

static void small_kernel_deinit(struct small_kernel *s)
{
	types_destroy(s->k.types);
	kmem_deinit(&s->k.kmem);
	buf_deinit(&s->k.no_types);
	small_btf_deinit(&s->btf);
	machine_deinit(&s->m);
}

static void they_answer(void **state)
{
	(void)state;
	struct small_kernel s;
	_cleanup_buf_ struct buf out = BUF_INIT;
	small_kernel_init(&s);
	start(&s);
	assert_ok(example_symbol(&s.k, &out));
	assert_ok(example_devices(&s.k, &out));
	assert_ok(example_struct(&s.k, &out));
	assert_string_equal(buf_str(&out), "jiffies 4294937296\n"
					   "lo: mtu 65536\na-name-of-16-lon: mtu 1500\n"
					   "(struct new_utsname){\n"
					   "\t.sysname = (char [16])\"Linux\",\n}\n");
	small_kernel_deinit(&s);
}

static void a_list_that_never_ends(void **state)
{
	(void)state;
	struct small_kernel s;
	_cleanup_buf_ struct buf out = BUF_INIT;
	small_kernel_init(&s);
	machine_put(&s.m, DEVICE1 + DEV_LIST, KERNEL_MAP + DEVICE0 + DEV_LIST);
	start(&s);
	assert_ok(example_devices(&s.k, &out));
	assert_non_null(strstr(buf_str(&out), "lo: mtu 65536\n"));
	assert_non_null(strstr(buf_str(&out), "(the list goes on: "));
	assert_true(out.len < 4096);
	small_kernel_deinit(&s);
}

static void memory_and_types_that_are_not_there(void **state)
{
	(void)state;
	struct small_kernel s;
	_cleanup_buf_ struct buf out = BUF_INIT;
	small_kernel_init(&s);
	machine_put(&s.m, NET + BASE_HEAD, KERNEL_MAP + RAM - DEV_LIST);
	start(&s);
	assert_err(example_devices(&s.k, &out), ERR_MISSING, "");
	types_destroy(s.k.types);
	s.k.types = NULL;
	buf_puts(&s.k.no_types, "no BTF");
	assert_err(example_devices(&s.k, &out), ERR_MISSING, "no types: no BTF");
	assert_err(example_struct(&s.k, &out), ERR_MISSING, "no types: no BTF");
	small_kernel_deinit(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_answer),
		cmocka_unit_test(a_list_that_never_ends),
		cmocka_unit_test(memory_and_types_that_are_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
