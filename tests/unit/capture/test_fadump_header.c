// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the header of firmware-assisted dump lies, from what the device tree and sysfs say. */
#include "unit.h"
#include "base/bytes.h"
#include "crash/fadump_header.h"

/* ibm,kernel-dump with sections at byte 40, each with its destination. */
static size_t make_fdm(uint8_t *fdm, unsigned int count, const uint64_t *destinations)
{
	memset(fdm, 0, 40 + count * 40);
	put_u32(fdm, 1, ORDER_BE);
	put_u16(fdm + 4, (uint16_t)count, ORDER_BE);
	put_u32(fdm + 8, 40, ORDER_BE);
	for (unsigned int i = 0; i < count; i++)
		put_u64(fdm + 40 + i * 40 + 32, destinations[i], ORDER_BE);
	return 40 + count * 40;
}

static void area_starts_at_the_lowest_destination(void **state)
{
	(void)state;
	uint8_t fdm[512];
	uint64_t start = 0;
	size_t len = make_fdm(fdm, 3, (uint64_t[]) {0x40000000, 0, 0x40001000});
	assert_ok(fadump_area_start(fdm, len, &start));
	assert_int_equal(start, 0x40000000);
}

static void damaged_tables_are_refused(void **state)
{
	(void)state;
	uint8_t fdm[512];
	uint64_t start = 7;
	size_t len = make_fdm(fdm, 3, (uint64_t[]) {0x40000000, 1, 2});
	assert_err(fadump_area_start(fdm, 11, &start), ERR_FORMAT, "11 bytes");
	assert_err(fadump_area_start(fdm, len - 1, &start), ERR_FORMAT, "3 sections");
	put_u32(fdm + 8, UINT32_MAX, ORDER_BE);
	assert_err(fadump_area_start(fdm, len, &start), ERR_FORMAT, "3 sections");
	make_fdm(fdm, 0, NULL);
	assert_err(fadump_area_start(fdm, len, &start), ERR_FORMAT, "0 sections");
	len = make_fdm(fdm, 2, (uint64_t[]) {0, 0});
	assert_err(fadump_area_start(fdm, len, &start), ERR_FORMAT, "no section");
	assert_int_equal(start, 7);
}

static void put_file(const char *dir, const char *name, const void *bytes, size_t len)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

static void page_of_the_header(void **state)
{
	(void)state;
	char *dir = unit_mkdtemp(), path[512];
	static const char *const dirs[] = {"sys",  "sys/kernel",       "sys/kernel/fadump",
					   "proc", "proc/device-tree", "proc/device-tree/rtas"};
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	struct root root;
	uint64_t page = 1;
	uint8_t fdm[512];
	assert_ok(root_init(&root, dir));
	assert_err(fadump_header_find(&root, 4096, &page), ERR_MISSING, "mem_reserved");

	/* 6.12 with 1 GiB of boot memory: the area ends 0x1b0 bytes into a page */
	put_file(dir, "sys/kernel/fadump/mem_reserved", "1073746352\n", 11);
	size_t len = make_fdm(fdm, 2, (uint64_t[]) {0x40000000, 0x40001000});
	put_file(dir, "proc/device-tree/rtas/ibm,kernel-dump", fdm, len);
	assert_ok(fadump_header_find(&root, 4096, &page));
	assert_int_equal(page, 0x80001000);
	assert_ok(fadump_header_find(&root, 65536, &page));
	assert_int_equal(page, 0x80000000);

	/* an area that ends with its page needs no help */
	put_file(dir, "sys/kernel/fadump/mem_reserved", "1073745920\n", 11);
	assert_ok(fadump_header_find(&root, 4096, &page));
	assert_int_equal(page, 0);
	root_deinit(&root);
	unit_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(area_starts_at_the_lowest_destination),
		cmocka_unit_test(damaged_tables_are_refused),
		cmocka_unit_test(page_of_the_header),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
