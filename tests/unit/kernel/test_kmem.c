// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include "small_machine.h"
#include "unit.h"

/* Pages that share a place in the cache are 4 MiB apart; the last page is in the dump in part. */
#define SIZE  ((size_t)9 * 1024 * 1024 + 100)
#define STEPS 20000

static uint8_t pattern(uint64_t at)
{
	return (uint8_t)(at * 7 + (at >> 12) * 13 + (at >> 22));
}

static void start(struct small_machine *m)
{
	small_machine_init(m, SIZE);
	for (size_t i = 0; i < SIZE; i++)
		m->memory[i] = pattern(i);
	small_machine_start(m, EM_X86_64, ORDER_LE, "OSRELEASE=6\nPAGESIZE=4096\n");
	assert_ok(kmem_use_cache(&m->k));
	assert_ok(kmem_use_cache(&m->k)); /* twice is once */
}

static void check(struct small_machine *m, uint64_t at, size_t len)
{
	static uint8_t bytes[8192];
	if (at + len > SIZE) {
		assert_err(kmem_read_phys(&m->k, at, bytes, len), ERR_MISSING, "not in the dump");
		return;
	}
	assert_ok(kmem_read_phys(&m->k, at, bytes, len));
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != pattern(at + i))
			fail_msg("byte %zu of %zu at %#llx", i, len, (unsigned long long)at);
	}
}

static void what_is_kept_is_what_was_read(void **state)
{
	(void)state;
	struct small_machine m;
	uint64_t x = 1;
	start(&m);
	for (int i = 0; i < STEPS; i++) {
		x = x * 6364136223846793005 + 1442695040888963407;
		/* two pages of each of a few places, over and over, with all lengths */
		uint64_t page = (x >> 33) % 8 + ((x >> 40) % 3) * 1024;
		check(&m, page * 4096 + (x >> 44) % 4096, (x >> 20) % 5000);
	}
	small_machine_deinit(&m);
}

static void a_page_that_is_there_in_part(void **state)
{
	(void)state;
	struct small_machine m;
	start(&m);
	for (int i = 0; i < 3; i++) {
		check(&m, SIZE - 100, 100);
		check(&m, SIZE - 8, 8);
		check(&m, SIZE - 8, 9);
		check(&m, SIZE - 4196, 4196);
		/* the same place of the cache, with a page that is whole */
		check(&m, (SIZE - 100) - ((uint64_t)4 << 20), 16);
	}
	check(&m, UINT64_MAX - 7, 4);
	small_machine_deinit(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_is_what_was_read),
		cmocka_unit_test(a_page_that_is_there_in_part),
	};
	return cmocka_run_group_tests_name("kernel/kmem", tests, NULL, NULL);
}
