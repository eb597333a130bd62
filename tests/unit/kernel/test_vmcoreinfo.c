// SPDX-License-Identifier: GPL-2.0-or-later
/* VMCOREINFO lookups and the layout made of them. */
#include "unit.h"
#include "kernel/layout.h"

static struct vmcoreinfo info(const char *text)
{
	return (struct vmcoreinfo) {text, strlen(text)};
}

static void text_values(void **state)
{
	(void)state;
	struct vmcoreinfo i = info("OSRELEASE=6.12.1\nX=\nSYMBOL(a)=1\nPAGESIZE=4096");
	const char *v;
	assert_int_equal(vmcoreinfo_text(&i, "OSRELEASE", &v), 6);
	assert_memory_equal(v, "6.12.1", 6);
	assert_int_equal(vmcoreinfo_text(&i, "X", &v), 0);
	assert_int_equal(vmcoreinfo_text(&i, "PAGESIZE", &v),
			 4); /* the last line lacks its newline */
	assert_int_equal(vmcoreinfo_text(&i, "OSRELEAS", &v), -1);
	assert_int_equal(vmcoreinfo_text(&i, "SRELEASE", &v), -1);
	assert_int_equal(vmcoreinfo_text(&i, "6.12.1", &v), -1);
}

static void numbers(void **state)
{
	(void)state;
	struct vmcoreinfo i =
		info("NUMBER(a)=-129\nNUMBER(b)=0xffffd498\nNUMBER(c)=abc\nNUMBER(d)=\n"
		     "NUMBER(e)=18446744073441116160\nSYMBOL(s)=ffffffff81000000\nSIZE(page)=64\n"
		     "OFFSET(page.flags)=0\nLENGTH(zone.free_area)=11\nSIZE(bad)=6x\n");
	int64_t n = 7;
	uint64_t u = 7;
	assert_true(vmcoreinfo_number(&i, "a", &n));
	assert_int_equal(n, -129);
	assert_true(vmcoreinfo_number(&i, "b", &n));
	assert_int_equal(n, 0xffffd498);
	assert_true(vmcoreinfo_number(&i, "e", &n));
	assert_int_equal(n, -268435456);
	n = 7;
	assert_false(vmcoreinfo_number(&i, "c", &n));
	assert_false(vmcoreinfo_number(&i, "d", &n));
	assert_false(vmcoreinfo_number(&i, "none", &n));
	assert_int_equal(n, 7);
	assert_false(vmcoreinfo_size(&i, "bad", &u));
	assert_false(vmcoreinfo_size(&i, "s", &u));
	assert_int_equal(u, 7);
	assert_true(vmcoreinfo_symbol(&i, "s", &u));
	assert_int_equal(u, UINT64_C(0xffffffff81000000));
	assert_true(vmcoreinfo_size(&i, "page", &u));
	assert_int_equal(u, 64);
	assert_true(vmcoreinfo_offset(&i, "page.flags", &u));
	assert_int_equal(u, 0);
	assert_true(vmcoreinfo_length(&i, "zone.free_area", &u));
	assert_int_equal(u, 11);
}

static void page_sizes(void **state)
{
	(void)state;
	unsigned int shift = 0;
	struct vmcoreinfo good = info("PAGESIZE=65536\n"), none = info("X=1\n");
	assert_ok(vmcoreinfo_page_shift(&good, &shift));
	assert_int_equal(shift, 16);
	assert_err(vmcoreinfo_page_shift(&none, &shift), ERR_MISSING, "PAGESIZE");
	static const char *const bad[] = {"PAGESIZE=0",	      "PAGESIZE=4095", "PAGESIZE=2048",
					  "PAGESIZE=2097152", "PAGESIZE=",     "PAGESIZE=-4096"};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct vmcoreinfo b = info(bad[i]);
		assert_err(vmcoreinfo_page_shift(&b, &shift), ERR_FORMAT, "page size");
	}
	assert_int_equal(shift, 16);
}

static void layout_resolves_what_is_there(void **state)
{
	(void)state;
	struct vmcoreinfo i =
		info("PAGESIZE=4096\nSIZE(page)=64\nOFFSET(page.flags)=0\nNUMBER(PG_lru)=5\n"
		     "SYMBOL(mem_section)=ffffffff82000000\nOFFSET(page.mapping)=999999\n");
	struct layout l;
	assert_ok(layout_load(&i, &l));
	assert_int_equal(l.page_shift, 12);
	assert_int_equal(l.page_size, 64);
	assert_int_equal(l.page_flags, 0);
	assert_int_equal(l.pg_lru, 5);
	assert_int_equal((uint64_t)l.mem_section, UINT64_C(0xffffffff82000000));
	assert_false(layout_known(l.page_private));
	assert_false(layout_known(l.page_mapping)); /* no offset is that large */
	/* everything needed for the page scan that is not there is named at once */
	struct err *e = layout_check(&l, FOR_PAGES);
	assert_non_null(e);
	assert_non_null(strstr(err_message(e), "OFFSET(page.mapping)"));
	assert_non_null(strstr(err_message(e), "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)"));
	assert_null(strstr(err_message(e), "NUMBER(PG_lru)"));
	assert_err(e, ERR_MISSING, "lacks");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_values),
		cmocka_unit_test(numbers),
		cmocka_unit_test(page_sizes),
		cmocka_unit_test(layout_resolves_what_is_there),
	};
	return cmocka_run_group_tests_name("kernel/vmcoreinfo", tests, NULL, NULL);
}
