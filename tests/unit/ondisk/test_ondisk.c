// SPDX-License-Identifier: GPL-2.0-or-later
/* Byte layouts: offsets as measured from makedumpfile's diskdump_mod.h compiled for LP64. */
#include "unit.h"
#include "ondisk/flat.h"
#include "ondisk/kdump.h"
#include "ondisk/note.h"

static void header(void **state)
{
	(void)state;
	struct kdump_header h = {.seconds = 0x11223344,
				 .status = 0x21,
				 .block_size = 65536,
				 .sub_hdr_blocks = 2,
				 .bitmap_blocks = 8,
				 .max_mapnr = UINT64_C(0x123456789),
				 .total_ram_blocks = 77,
				 .written_blocks = 66,
				 .nr_cpus = 4};
	strcpy(h.utsname[0], "Linux");
	strcpy(h.utsname[2], "6.12.1");
	for (int o = ORDER_LE; o <= ORDER_BE; o++) {
		enum byte_order order = (enum byte_order)o;
		uint8_t b[KDUMP_HEADER_SIZE];
		kdump_header_encode(&h, order, b);
		assert_memory_equal(b, "KDUMP   ", 8);
		assert_int_equal(get_u32(b + 8, order), 6);
		assert_string_equal((char *)b + 12, "Linux");
		assert_string_equal((char *)b + 12 + 2 * 65, "6.12.1");
		assert_int_equal(get_u64(b + 408, order), 0x11223344);
		assert_int_equal(get_u32(b + 424, order), 0x21);
		assert_int_equal(get_u32(b + 428, order), 65536);
		assert_int_equal(get_u32(b + 432, order), 2);
		assert_int_equal(get_u32(b + 436, order), 8);
		assert_int_equal(get_u32(b + 444, order), 77);
		assert_int_equal(get_u32(b + 452, order), 66);
		assert_int_equal(get_u32(b + 460, order), 4);
	}
	/* the obsolete 32-bit field never holds the low half of a larger number */
	uint8_t b[KDUMP_HEADER_SIZE];
	kdump_header_encode(&h, ORDER_LE, b);
	assert_int_equal(get_u32(b + 440, ORDER_LE), UINT32_MAX);
	h.max_mapnr = 1000;
	kdump_header_encode(&h, ORDER_LE, b);
	assert_int_equal(get_u32(b + 440, ORDER_LE), 1000);
}

static void sub_header_and_desc(void **state)
{
	(void)state;
	struct kdump_sub_header h = {.phys_base = 0x1000000,
				     .dump_level = 31,
				     .vmcoreinfo_offset = 4200,
				     .vmcoreinfo_size = 3000,
				     .note_offset = 4200,
				     .note_size = 4000,
				     .max_mapnr = UINT64_C(0x123456789)};
	struct kdump_desc d = {.offset = UINT64_C(0x1122334455), .size = 99, .flags = 0x20};
	for (int o = ORDER_LE; o <= ORDER_BE; o++) {
		enum byte_order order = (enum byte_order)o;
		uint8_t b[KDUMP_SUB_HEADER_SIZE], p[KDUMP_DESC_SIZE];
		kdump_sub_header_encode(&h, order, b);
		assert_int_equal(get_u64(b, order), 0x1000000);
		assert_int_equal(get_u32(b + 8, order), 31);
		assert_int_equal(get_u32(b + 12, order), 0); /* not split */
		assert_int_equal(get_u64(b + 32, order), 4200);
		assert_int_equal(get_u64(b + 40, order), 3000);
		assert_int_equal(get_u64(b + 48, order), 4200);
		assert_int_equal(get_u64(b + 56, order), 4000);
		assert_int_equal(get_u64(b + 64, order), 0);
		assert_int_equal(get_u64(b + 96, order), UINT64_C(0x123456789));
		kdump_desc_encode(&d, order, p);
		assert_int_equal(get_u64(p, order), UINT64_C(0x1122334455));
		assert_int_equal(get_u32(p + 8, order), 99);
		assert_int_equal(get_u32(p + 12, order), 0x20);
		assert_int_equal(get_u64(p + 16, order), 0);
	}
}

static void header_back(void **state)
{
	(void)state;
	struct kdump_header h = {.seconds = 0x11223344,
				 .status = 0x21,
				 .block_size = 65536,
				 .sub_hdr_blocks = 2,
				 .bitmap_blocks = 8,
				 .max_mapnr = 1000,
				 .total_ram_blocks = 77,
				 .written_blocks = 66,
				 .nr_cpus = 4};
	strcpy(h.utsname[4], "ppc64le");
	for (int o = ORDER_LE; o <= ORDER_BE; o++) {
		uint8_t b[KDUMP_HEADER_SIZE];
		struct kdump_header back;
		enum byte_order order;
		kdump_header_encode(&h, (enum byte_order)o, b);
		assert_ok(kdump_header_decode(b, &back, &order));
		assert_int_equal(order, o);
		assert_int_equal(back.version, 6);
		back.version = 0;
		assert_memory_equal(&back, &h, sizeof(h));
		put_u32(b + 8, 3, (enum byte_order)o);
		assert_ok(kdump_header_decode(b, &back, &order));
		assert_int_equal(back.version, 3);
		put_u32(b + 8, 7, (enum byte_order)o);
		assert_err(kdump_header_decode(b, &back, &order), ERR_UNSUPPORTED, "version 7");
		put_u32(b + 8, 0, (enum byte_order)o);
		assert_err(kdump_header_decode(b, &back, &order), ERR_FORMAT, "version");
		b[0] = 'D';
		assert_err(kdump_header_decode(b, &back, &order), ERR_FORMAT, "signature");
	}
}

/* Each version added fields; what lies there in an older file is not looked at. */
static void sub_header_of_each_version(void **state)
{
	(void)state;
	struct kdump_sub_header h = {.phys_base = 0x1000000,
				     .dump_level = 31,
				     .split = true,
				     .vmcoreinfo_offset = 4200,
				     .vmcoreinfo_size = 3000,
				     .note_offset = 4300,
				     .note_size = 4000,
				     .max_mapnr = UINT64_C(0x123456789)},
				back;
	struct kdump_desc d = {.offset = UINT64_C(0x1122334455), .size = 99, .flags = 0x20}, dback;
	for (int o = ORDER_LE; o <= ORDER_BE; o++) {
		enum byte_order order = (enum byte_order)o;
		uint8_t b[KDUMP_SUB_HEADER_SIZE], p[KDUMP_DESC_SIZE];
		kdump_sub_header_encode(&h, order, b);
		for (uint32_t version = 1; version <= 6; version++) {
			kdump_sub_header_decode(b, order, version, &back);
			assert_int_equal(back.phys_base, h.phys_base);
			assert_int_equal(back.dump_level, 31);
			assert_int_equal(back.split, version >= 2);
			assert_int_equal(back.vmcoreinfo_offset, version >= 3 ? 4200 : 0);
			assert_int_equal(back.vmcoreinfo_size, version >= 3 ? 3000 : 0);
			assert_int_equal(back.note_offset, version >= 4 ? 4300 : 0);
			assert_int_equal(back.note_size, version >= 4 ? 4000 : 0);
			assert_int_equal(back.max_mapnr, version >= 6 ? h.max_mapnr : 0);
		}
		kdump_desc_encode(&d, order, p);
		kdump_desc_decode(p, order, &dback);
		assert_int_equal(dback.offset, d.offset);
		assert_int_equal(dback.size, 99);
		assert_int_equal(dback.flags, 0x20);
	}
}

static void notes(void **state)
{
	(void)state;
	for (int o = ORDER_LE; o <= ORDER_BE; o++) {
		enum byte_order order = (enum byte_order)o;
		uint8_t b[12 + 8 + 4 + 12 + 12 + 4 + 3] = {0};
		struct note n;
		size_t at = 0;
		put_u32(b, 5, order);
		put_u32(b + 4, 1, order);
		put_u32(b + 8, 7, order);
		memcpy(b + 12, "CORE", 5);
		b[20] = 0x55;
		/* an empty note in between; the last one lacks its padding */
		put_u32(b + 36, 4, order);
		put_u32(b + 40, 3, order);
		memcpy(b + 48, "XYZ", 4);
		memcpy(b + 52, "abc", 3);
		assert_true(note_next(b, sizeof(b), order, &at, &n));
		assert_true(note_is(&n, "CORE", 7));
		assert_false(note_is(&n, "CORE", 1));
		assert_false(note_is(&n, "COR", 7));
		assert_int_equal(n.desc_len, 1);
		assert_int_equal(*n.desc, 0x55);
		assert_int_equal(at, 24);
		assert_true(note_next(b, sizeof(b), order, &at, &n));
		assert_int_equal(n.desc_len, 0);
		assert_true(note_next(b, sizeof(b), order, &at, &n));
		assert_true(note_is(&n, "XYZ", 0));
		assert_memory_equal(n.desc, "abc", 3);
		assert_int_equal(at, sizeof(b));
		assert_false(note_next(b, sizeof(b), order, &at, &n));
		/* it claims more than there is */
		static const uint32_t sizes[] = {0xffffffff, 0x7fffffff, sizeof(b) - 11,
						 0xfffffffc};
		for (size_t i = 0; i < ARRAY_SIZE(sizes) * 2; i++) {
			put_u32(b, i & 1 ? 5 : sizes[i / 2], order);
			put_u32(b + 4, i & 1 ? sizes[i / 2] : 1, order);
			at = 0;
			assert_false(note_next(b, sizeof(b), order, &at, &n));
		}
	}
}

static void flattened(void **state)
{
	(void)state;
	uint8_t h[FLAT_HEADER_SIZE], r[FLAT_RECORD_SIZE];
	flat_header_encode(h);
	assert_memory_equal(h, "makedumpfile\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1", 32);
	assert_true(flat_header_check(h));
	h[31] = 2;
	assert_false(flat_header_check(h));

	struct flat_record record = {.offset = 0x0102030405, .size = 7}, back;
	flat_record_encode(&record, r);
	assert_memory_equal(r, "\0\0\0\1\2\3\4\5\0\0\0\0\0\0\0\7", 16);
	assert_ok(flat_record_decode(r, &back));
	assert_int_equal(back.offset, record.offset);
	assert_int_equal(back.size, 7);
	assert_false(back.end);

	record = (struct flat_record) {.end = true};
	flat_record_encode(&record, r);
	assert_ok(flat_record_decode(r, &back));
	assert_true(back.end);
}

static void flattened_records_outside_of_a_file(void **state)
{
	(void)state;
	static const uint64_t bad[][2] = {
		{UINT64_MAX, 1}, {1, UINT64_MAX}, {INT64_MAX, 1}, {UINT64_C(1) << 63, 0}};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint8_t r[FLAT_RECORD_SIZE];
		struct flat_record back;
		put_u64(r, bad[i][0], ORDER_BE);
		put_u64(r + 8, bad[i][1], ORDER_BE);
		assert_err(flat_record_decode(r, &back), ERR_FORMAT, "corrupt");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(header),
		cmocka_unit_test(sub_header_and_desc),
		cmocka_unit_test(header_back),
		cmocka_unit_test(sub_header_of_each_version),
		cmocka_unit_test(notes),
		cmocka_unit_test(flattened),
		cmocka_unit_test(flattened_records_outside_of_a_file),
	};
	return cmocka_run_group_tests_name("ondisk", tests, NULL, NULL);
}
