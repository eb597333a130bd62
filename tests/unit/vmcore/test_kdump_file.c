// SPDX-License-Identifier: GPL-2.0-or-later
/* kdump-compressed dumps: every version, order and codec, pages that are missing, damage. */
#include "unit.h"
#include "small_kdump.h"

#define INFO "OSRELEASE=6.12\nPAGESIZE=4096\n"

/* 0 hole, 1 filtered, 2 … 5 packed, 6 raw, 7 and 8 zero, 9 lost, and again. */
static enum small_kind mixed(uint64_t pfn)
{
	static const enum small_kind kinds[] = {
		SMALL_HOLE,   SMALL_FILTERED, SMALL_PACKED, SMALL_PACKED, SMALL_PACKED,
		SMALL_PACKED, SMALL_RAW,      SMALL_ZERO,   SMALL_ZERO,	  SMALL_LOST};
	return kinds[pfn % ARRAY_SIZE(kinds)];
}

static enum small_kind all_packed(uint64_t pfn)
{
	(void)pfn;
	return SMALL_PACKED;
}

static struct small_kdump usual(void)
{
	return (struct small_kdump) {.version = 6,
				     .order = ORDER_LE,
				     .block = 4096,
				     .machine = "x86_64",
				     .codec = codec_nth(0),
				     .max_pfn = 40,
				     .kind = mixed,
				     .vmcoreinfo = INFO};
}

static struct vmcore *open_it(struct small_kdump *k)
{
	struct buf file = small_kdump_make(k);
	struct vmcore *v = small_vmcore_open(file.data, file.len);
	buf_deinit(&file);
	return v;
}

/* Every page reads as it was made, or says why it is not there. */
static void check_page(const struct small_kdump *k, const struct vmcore *v, struct view *view,
		       uint64_t pfn)
{
	const uint8_t *p;
	uint8_t page[65536];
	struct err *e = vmcore_view(v, view, pfn * k->block, k->block, &p);
	switch (k->kind(pfn)) {
	case SMALL_HOLE:
		assert_err(e, ERR_MISSING, "is not in the dump");
		break;
	case SMALL_FILTERED:
		assert_err(e, ERR_MISSING, "was filtered out when the dump was made");
		break;
	case SMALL_LOST:
		assert_err(e, ERR_MISSING, "lost");
		break;
	default:
		assert_ok(e);
		small_kdump_page(k, pfn, page);
		assert_memory_equal(p, page, k->block);
		break;
	}
}

static void check_pages(const struct small_kdump *k, const struct vmcore *v)
{
	struct view view;
	struct bitmap map;
	unsigned int shift = (unsigned int)__builtin_ctz(k->block);
	assert_ok(view_init(&view, v->source, k->block));
	assert_int_equal(vmcore_max_pfn(v, shift), k->max_pfn);
	assert_ok(bitmap_init(&map, k->max_pfn));
	assert_ok(vmcore_page_map(v, shift, &map));
	for (uint64_t pfn = 0; pfn < k->max_pfn; pfn++) {
		check_page(k, v, &view, pfn);
		assert_int_equal(bitmap_test(&map, pfn), k->kind(pfn) >= SMALL_PACKED);
	}
	bitmap_deinit(&map);
	view_deinit(&view);
}

static void every_version_order_and_codec(void **state)
{
	(void)state;
	for (uint32_t version = 1; version <= 6; version++) {
		for (int order = ORDER_LE; order <= ORDER_BE; order++) {
			for (size_t c = 0; codec_nth(c); c++) {
				struct small_kdump k = usual();
				k.version = version;
				k.order = (enum byte_order)order;
				k.codec = codec_nth(c);
				k.machine = order == ORDER_LE ? "x86_64" : "ppc64";
				struct vmcore *v = open_it(&k);
				assert_non_null(v);
				assert_string_equal(vmcore_format(v), "kdump-compressed");
				assert_int_equal(v->machine,
						 order == ORDER_LE ? EM_X86_64 : EM_PPC64);
				assert_int_equal(v->order, order);
				assert_int_equal(v->level, 31);
				assert_int_equal(v->page_shift, 12);
				assert_int_equal(v->nr_cpus, 3);
				assert_false(v->incomplete);
				if (version >= 3)
					assert_string_equal(v->vmcoreinfo, INFO);
				else
					assert_null(v->vmcoreinfo);
				check_pages(&k, v);
				vmcore_destroy(v);
			}
		}
	}
}

static void large_pages(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	k.block = 65536;
	k.machine = "ppc64le";
	struct vmcore *v = open_it(&k);
	assert_non_null(v);
	assert_int_equal(v->page_shift, 16);
	check_pages(&k, v);
	struct bitmap map;
	assert_ok(bitmap_init(&map, 40));
	assert_err(vmcore_page_map(v, 12, &map), ERR_FORMAT, "65536 bytes");
	bitmap_deinit(&map);
	vmcore_destroy(v);
}

static void parts_of_pages_and_runs(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	struct vmcore *v = open_it(&k);
	struct view view;
	const uint8_t *p;
	uint8_t pages[5 * 4096];
	assert_non_null(v);
	assert_ok(view_init(&view, v->source, sizeof(pages)));
	/* pages 12 to 15 are neighbours; page 11 was filtered out, page 10 is a hole */
	for (uint64_t i = 0; i < 5; i++)
		small_kdump_page(&k, 12 + i, pages + i * 4096);
	assert_ok(vmcore_view(v, &view, 12 * 4096, sizeof(pages), &p));
	assert_memory_equal(p, pages, sizeof(pages));
	assert_ok(vmcore_view(v, &view, 12 * 4096 + 4095, 2, &p));
	assert_memory_equal(p, pages + 4095, 2);
	for (size_t at = 0; at < sizeof(pages) - 3000; at += 777) {
		assert_ok(vmcore_view(v, &view, 12 * 4096 + at, 3000, &p));
		assert_memory_equal(p, pages + at, 3000);
	}
	assert_err(vmcore_view(v, &view, 12 * 4096 - 1, 2, &p), ERR_MISSING, "pfn 0xb was filter");
	assert_err(vmcore_view(v, &view, 11 * 4096 - 1, 2, &p), ERR_MISSING, "not in the dump");
	assert_err(vmcore_view(v, &view, 39 * 4096, 5000, &p), ERR_MISSING, "not in the dump");
	view_deinit(&view);
	vmcore_destroy(v);
}

static enum small_kind scattered(uint64_t pfn)
{
	uint64_t h = pfn * UINT64_C(0x9e3779b97f4a7c15) >> 40;
	if (pfn / 30000 % 3 == 1)
		return h % 1000 ? SMALL_FILTERED : SMALL_PACKED;
	return h % 4 ? SMALL_PACKED : h % 64 ? SMALL_FILTERED : SMALL_HOLE;
}

/* More pages than one piece of the bitmap, and far more than the cache: ranks and evictions. */
static void many_pages(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	k.max_pfn = 100003;
	k.kind = scattered;
	while (k.kind(k.max_pfn - 1) != SMALL_PACKED)
		k.max_pfn++;
	struct vmcore *v = open_it(&k);
	assert_non_null(v);
	check_pages(&k, v);
	struct view view;
	const uint8_t *p;
	uint64_t seed = 5;
	assert_ok(view_init(&view, v->source, 4096));
	for (int i = 0; i < 20000; i++) {
		/* half of them near each other, to be found in the cache */
		uint64_t pfn = unit_random(&seed) % (i & 1 ? k.max_pfn : 700);
		struct err *e = vmcore_view(v, &view, pfn * 4096 + 8, 8, &p);
		if (k.kind(pfn) == SMALL_PACKED) {
			assert_ok(e);
			assert_int_equal(get_u64(p, k.order), pfn * 0x10001 + 1);
		} else {
			assert_err(e, ERR_MISSING, "");
		}
	}
	view_deinit(&view);
	vmcore_destroy(v);
}

static enum small_kind alternating(uint64_t pfn)
{
	return pfn == 3 ? SMALL_RAW : pfn & 1 ? SMALL_FILTERED : SMALL_HOLE;
}

/* A first bitmap that cannot be true does not make the pages unreadable. */
static void memory_in_too_many_pieces(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	k.max_pfn = 150000;
	k.kind = alternating;
	struct vmcore *v = open_it(&k);
	struct view view;
	const uint8_t *p;
	assert_non_null(v);
	assert_int_equal(v->nsegments, 1);
	assert_ok(view_init(&view, v->source, 4096));
	assert_ok(vmcore_view(v, &view, 3 * 4096, 4096, &p));
	assert_err(vmcore_view(v, &view, 149999 * 4096, 8, &p), ERR_MISSING, "filtered");
	assert_err(vmcore_view(v, &view, UINT64_C(150000) * 4096, 8, &p), ERR_MISSING, "not in");
	view_deinit(&view);
	vmcore_destroy(v);
}

/* Bits behind the last page are nobody's, and a page that is dumped was there. */
static void bitmaps_that_disagree(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	k.max_pfn = 37;
	struct buf file = small_kdump_make(&k);
	for (size_t at = 8192; at < 16384; at += 4096) /* both bitmaps, one block each */
		memset(file.data + at + 5, 0xff, 100);
	file.data[8192 + 4] |= (char)0xe0;
	file.data[12288 + 4] |= (char)0xe0;
	memset(file.data + 8192, 0, 4);
	struct vmcore *v = small_vmcore_open(file.data, file.len);
	struct view view;
	struct bitmap map;
	assert_non_null(v);
	assert_int_equal(vmcore_max_pfn(v, 12), 37);
	assert_ok(view_init(&view, v->source, 4096));
	assert_ok(bitmap_init(&map, 64));
	assert_ok(vmcore_page_map(v, 12, &map));
	for (uint64_t pfn = 0; pfn < 37; pfn++) {
		assert_int_equal(bitmap_test(&map, pfn), k.kind(pfn) >= SMALL_PACKED);
		if (k.kind(pfn) >= SMALL_PACKED)
			check_page(&k, v, &view, pfn);
	}
	assert_int_equal(bitmap_next(&map, 37), 64);
	bitmap_deinit(&map);
	/* a smaller map is filled up to its end: 8, 9, 12 and 13 of its second byte */
	assert_ok(bitmap_init(&map, 14));
	assert_ok(vmcore_page_map(v, 12, &map));
	assert_int_equal(map.bytes[1], 0x33);
	bitmap_deinit(&map);
	view_deinit(&view);
	vmcore_destroy(v);
	buf_deinit(&file);
}

static void notes_and_machine(void **state)
{
	(void)state;
	static const char prstatus[504];
	static const struct {
		size_t prstatus;
		enum byte_order order;
		uint16_t machine;
	} cases[] = {{336, ORDER_LE, EM_X86_64},
		     {504, ORDER_LE, EM_PPC64},
		     {392, ORDER_LE, EM_AARCH64},
		     {100, ORDER_LE, EM_NONE}};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf notes = BUF_INIT;
		struct small_kdump k = usual();
		small_vmcore_note(&notes, "CORE", NT_PRSTATUS, prstatus, cases[i].prstatus);
		small_vmcore_note(&notes, "CORE", NT_PRSTATUS, prstatus, cases[i].prstatus);
		small_vmcore_note(&notes, "VMCOREINFO", 0, INFO, strlen(INFO));
		k.notes = &notes;
		k.vmcoreinfo = NULL;
		k.machine = ""; /* a writer that could not read it */
		struct vmcore *v = open_it(&k);
		assert_non_null(v);
		assert_int_equal(v->machine, cases[i].machine);
		assert_int_equal(v->nr_cpus, 2);
		assert_string_equal(v->vmcoreinfo, INFO);
		assert_int_equal(v->notes_len, notes.len);
		assert_memory_equal(v->notes + v->vmcoreinfo_in_notes, INFO, strlen(INFO));
		vmcore_destroy(v);
	}
}

static void incomplete_dumps(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	k.status = KDUMP_INCOMPLETE;
	struct vmcore *v = open_it(&k);
	assert_non_null(v);
	assert_true(v->incomplete);
	check_pages(&k, v);
	vmcore_destroy(v);
}

static void flattened_dumps(void **state)
{
	(void)state;
	static const size_t records[] = {1000, 4096, 65536};
	struct small_kdump k = usual();
	struct buf file = small_kdump_make(&k);
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		_cleanup_buf_ struct buf flat = small_kdump_flatten(&file, records[i]);
		struct vmcore *v = small_vmcore_open(flat.data, flat.len);
		assert_non_null(v);
		assert_false(v->incomplete);
		check_pages(&k, v);
		vmcore_destroy(v);
		/* without its end record */
		v = small_vmcore_open(flat.data, flat.len - 1);
		assert_non_null(v);
		assert_true(v->incomplete);
		vmcore_destroy(v);
	}
	buf_deinit(&file);
}

/* What is before the cut is read, descriptors that are half there too. */
static void cut_dumps(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	k.kind = all_packed;
	struct buf file = small_kdump_make(&k);
	struct view view;
	const uint8_t *p;
	size_t sizes[] = {file.len - 1, k.desc_at + 40 * KDUMP_DESC_SIZE + 200};
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct vmcore *v = small_vmcore_open(file.data, sizes[i]);
		assert_non_null(v);
		assert_ok(view_init(&view, v->source, 4096));
		check_page(&k, v, &view, 0);
		assert_err(vmcore_view(v, &view, 39 * 4096, 4096, &p), ERR_FORMAT, "truncated");
		view_deinit(&view);
		vmcore_destroy(v);
	}
	struct vmcore *v = small_vmcore_open(file.data, k.desc_at + 3 * KDUMP_DESC_SIZE + 1);
	assert_non_null(v);
	assert_ok(view_init(&view, v->source, 4096));
	assert_err(vmcore_view(v, &view, 2 * 4096, 8, &p), ERR_FORMAT, "no bytes at offset");
	assert_err(vmcore_view(v, &view, 3 * 4096, 8, &p), ERR_FORMAT, "pfn 0x3");
	view_deinit(&view);
	vmcore_destroy(v);
	assert_null(small_vmcore_open(file.data, k.desc_at - 4096));
	buf_deinit(&file);
}

/* One damaged page is one damaged page; it is not taken out of the cache as if it were whole. */
static void damaged_pages(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	k.kind = all_packed;
	const struct {
		struct kdump_desc d;
		const char *says;
	} damage[] = {
		{{.offset = 100, .size = 0, .flags = k.codec->id}, "damaged: 0 bytes"},
		{{.offset = 100, .size = 4097, .flags = k.codec->id}, "damaged: 4097 bytes"},
		{{.offset = UINT64_MAX, .size = 4096, .flags = 0}, "damaged: 4096 bytes at"},
		{{.offset = UINT64_C(1) << 62, .size = 4096, .flags = 0}, ""},
		{{.offset = 100, .size = 99, .flags = 0}, "99 bytes, not compressed"},
		{{.offset = 100, .size = 99, .flags = k.codec->id}, "cannot be decompressed"},
		{{.offset = 100, .size = 99, .flags = 0x40}, "this build cannot read"},
		{{.offset = 100, .size = 99, .flags = 0x23}, "this build cannot read"},
	};
	struct buf file = small_kdump_make(&k);
	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		struct view view;
		const uint8_t *p;
		kdump_desc_encode(&damage[i].d, k.order,
				  (uint8_t *)file.data + k.desc_at + 7 * KDUMP_DESC_SIZE);
		struct vmcore *v = small_vmcore_open(file.data, file.len);
		assert_non_null(v);
		assert_ok(view_init(&view, v->source, 4096));
		for (int again = 0; again < 2; again++) {
			struct err *e = vmcore_view(v, &view, 7 * 4096 + 1, 8, &p);
			assert_non_null(e);
			assert_int_not_equal(err_code(e), ERR_MISSING);
			assert_non_null(strstr(err_message(e), damage[i].says));
			assert_non_null(strstr(err_message(e), "pfn 0x7"));
			err_free(e);
		}
		check_page(&k, v, &view, 6);
		check_page(&k, v, &view, 8);
		view_deinit(&view);
		vmcore_destroy(v);
	}
	buf_deinit(&file);
}

static void refused(struct small_kdump *k, size_t at, uint32_t value, enum err_code code,
		    const char *says)
{
	char path[64];
	struct vmcore *v;
	_cleanup_buf_ struct buf file = small_kdump_make(k);
	_cleanup_close_ int fd = memfd_create("dump", MFD_CLOEXEC);
	assert_true(fd >= 0);
	if (at)
		put_u32(file.data + at, value, k->order);
	assert_int_equal(write(fd, file.data, file.len), file.len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_err(vmcore_open(path, &v), code, says);
}

static enum small_kind nothing(uint64_t pfn)
{
	(void)pfn;
	return SMALL_HOLE;
}

static void other_files_are_refused(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	refused(&k, 8, 7, ERR_UNSUPPORTED, "version 7");
	refused(&k, 8, 0, ERR_FORMAT, "version");
	refused(&k, 428, 0, ERR_FORMAT, "block sizes");
	refused(&k, 428, 5000, ERR_FORMAT, "block sizes");
	refused(&k, 428, 0x80000000, ERR_FORMAT, "block sizes");
	refused(&k, 432, 0xffffffff, ERR_FORMAT, "block sizes");
	refused(&k, 432, 0x7fffffff, ERR_FORMAT, "cut before");
	refused(&k, 436, 0, ERR_FORMAT, "highest page");
	refused(&k, 4096 + 96, 0, ERR_FORMAT, "highest page");
	refused(&k, 4096 + 100, 1, ERR_FORMAT, "highest page");
	k.machine = "i686";
	refused(&k, 0, 0, ERR_UNSUPPORTED, "32-bit");
	k = usual();
	k.split = true;
	refused(&k, 0, 0, ERR_UNSUPPORTED, "--reassemble");
	k = usual();
	k.kind = nothing;
	refused(&k, 0, 0, ERR_FORMAT, "no page in it");
	refused(&k, 4, 0x4d55444b, ERR_FORMAT, "not a vmcore");
}

static const char in_memory[] = "OSRELEASE=6.12\nPAGESIZE=4096\nSYMBOL(x)=c000000000000000\n";

/* QEMU writes none without its vmcoreinfo device; most pages around it are filtered out. */
static void vmcoreinfo_is_found_in_memory(void **state)
{
	(void)state;
	struct small_kdump k = usual();
	k.vmcoreinfo = NULL;
	struct buf file = small_kdump_make(&k);
	size_t raw = 0; /* page 6 is raw: its bytes are there to be changed */
	struct kdump_desc d;
	kdump_desc_decode((uint8_t *)file.data + k.desc_at + 4 * KDUMP_DESC_SIZE, k.order, &d);
	raw = (size_t)d.offset;
	memset(file.data + raw, 0, 4096);
	strcpy(file.data + raw, in_memory);
	struct vmcore *v = small_vmcore_open(file.data, file.len);
	assert_non_null(v);
	assert_null(v->vmcoreinfo);
	assert_ok(vmcore_find_vmcoreinfo(v));
	assert_string_equal(v->vmcoreinfo, in_memory);
	vmcore_destroy(v);
	buf_deinit(&file);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_order_and_codec),
		cmocka_unit_test(large_pages),
		cmocka_unit_test(parts_of_pages_and_runs),
		cmocka_unit_test(many_pages),
		cmocka_unit_test(memory_in_too_many_pieces),
		cmocka_unit_test(bitmaps_that_disagree),
		cmocka_unit_test(notes_and_machine),
		cmocka_unit_test(incomplete_dumps),
		cmocka_unit_test(flattened_dumps),
		cmocka_unit_test(cut_dumps),
		cmocka_unit_test(damaged_pages),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(vmcoreinfo_is_found_in_memory),
	};
	return cmocka_run_group_tests_name("vmcore/kdump_file", tests, NULL, NULL);
}
