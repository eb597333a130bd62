// SPDX-License-Identifier: GPL-2.0-or-later
/* ELF vmcores of all shapes: where headers are, cut files, notes, segments that overlap, damage. */
#include "unit.h"
#include "small_kdump.h"

struct part {
	uint64_t paddr, filesz, offset; /* offset into the file */
};

struct shape {
	uint64_t phoff;
	const struct part *parts;
	size_t nparts;
	const struct buf *notes; /* put behind the program headers */
	size_t size;		 /* of the whole file; every byte is its offset's low byte */
	uint16_t machine, type;
	uint32_t flags;
};

static struct buf build(const struct shape *s)
{
	struct buf out = BUF_INIT;
	uint8_t *file = buf_reserve(&out, s->size);
	size_t nph = s->nparts + (s->notes ? 1 : 0);
	assert_non_null(file);
	for (size_t i = 0; i < s->size; i++)
		file[i] = (uint8_t)i;
	Elf64_Ehdr eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			 .e_type = s->type ? s->type : ET_CORE,
			 .e_machine = s->machine ? s->machine : EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_phoff = s->phoff,
			 .e_flags = s->flags,
			 .e_ehsize = sizeof(eh),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = (Elf64_Half)nph};
	memcpy(file, &eh, sizeof(eh));
	Elf64_Phdr *ph = calloc(nph + 1, sizeof(*ph));
	assert_non_null(ph);
	for (size_t i = 0; i < s->nparts; i++)
		ph[i] = (Elf64_Phdr) {.p_type = PT_LOAD,
				      .p_paddr = s->parts[i].paddr,
				      .p_filesz = s->parts[i].filesz,
				      .p_memsz = s->parts[i].filesz,
				      .p_offset = s->parts[i].offset};
	if (s->notes) {
		uint64_t at = s->phoff + nph * sizeof(*ph);
		ph[s->nparts] =
			(Elf64_Phdr) {.p_type = PT_NOTE, .p_offset = at, .p_filesz = s->notes->len};
		memcpy(file + at, s->notes->data, s->notes->len);
	}
	memcpy(file + s->phoff, ph, nph * sizeof(*ph));
	free(ph);
	out.len = s->size;
	return out;
}

static struct vmcore *open_shape(const struct shape *s)
{
	struct buf file = build(s);
	struct vmcore *v = small_vmcore_open(file.data, file.len);
	buf_deinit(&file);
	return v;
}

static uint8_t byte_at(const struct vmcore *v, uint64_t paddr)
{
	struct view view;
	const uint8_t *p = NULL;
	assert_ok(view_init(&view, v->source, 4096));
	assert_ok(vmcore_view(v, &view, paddr, 1, &p));
	uint8_t byte = *p;
	view_deinit(&view);
	return byte;
}

static void headers_anywhere(void **state)
{
	(void)state;
	static const struct part parts[] = {{0x1000, 0x1000, 0x2003}, {0x100000, 0x800, 0x4000}};
	static const uint64_t phoffs[] = {64, 192, 0x5000};
	for (size_t i = 0; i < ARRAY_SIZE(phoffs); i++) {
		struct vmcore *v = open_shape(&(struct shape) {
			.phoff = phoffs[i], .parts = parts, .nparts = 2, .size = 0x6000});
		assert_non_null(v);
		assert_int_equal(v->machine, EM_X86_64);
		assert_int_equal(v->order, ORDER_LE);
		assert_int_equal(v->nsegments, 2);
		assert_int_equal(byte_at(v, 0x1000), 0x03);
		assert_int_equal(byte_at(v, 0x1001), 0x04);
		assert_int_equal(byte_at(v, 0x1007ff), 0xff);
		assert_int_equal(vmcore_max_pfn(v, 12), 0x101);
		assert_null(vmcore_segment(v, 0xfff));
		assert_null(vmcore_segment(v, 0x2000));
		assert_null(vmcore_segment(v, 0x100800));
		vmcore_destroy(v);
	}
}

static void segments_in_any_order_and_overlapping(void **state)
{
	(void)state;
	static const struct part parts[] = {{0x8000, 0x1000, 0x3000},
					    {0x1000, 0x2000, 0x1000},
					    {0x2000, 0x2000, 0x4000},
					    {0x2800, 0x100, 0x5000}};
	struct vmcore *v = open_shape(
		&(struct shape) {.phoff = 64, .parts = parts, .nparts = 4, .size = 0x8000});
	assert_non_null(v);
	uint64_t end = 0;
	for (size_t i = 0; i < v->nsegments; i++) {
		assert_true(v->segments[i].paddr >= end);
		end = v->segments[i].paddr + v->segments[i].len;
	}
	assert_int_equal(end, 0x9000);
	for (uint64_t paddr = 0x1000; paddr < 0x4000; paddr += 0x100)
		assert_non_null(vmcore_segment(v, paddr));
	struct bitmap map;
	assert_ok(bitmap_init(&map, vmcore_max_pfn(v, 12)));
	assert_ok(vmcore_page_map(v, 12, &map));
	assert_int_equal(bitmap_count(&map, 0, 100), 4);
	assert_true(bitmap_test(&map, 8));
	bitmap_deinit(&map);
	vmcore_destroy(v);
}

/* A page counts when a part of it is there. */
static void parts_of_pages(void **state)
{
	(void)state;
	static const struct part parts[] = {{0x1ff0, 0x20, 0x1000}};
	struct vmcore *v = open_shape(
		&(struct shape) {.phoff = 64, .parts = parts, .nparts = 1, .size = 0x2000});
	struct bitmap map;
	assert_non_null(v);
	assert_int_equal(vmcore_max_pfn(v, 12), 3);
	assert_ok(bitmap_init(&map, 3));
	assert_ok(vmcore_page_map(v, 12, &map));
	assert_int_equal(map.bytes[0], 0x06);
	bitmap_deinit(&map);
	vmcore_destroy(v);
}

static void a_cut_file_is_used_up_to_its_end(void **state)
{
	(void)state;
	static const struct part parts[] = {{0, 0x2000, 0x1000}, {0x10000, 0x1000, 0x9000}};
	struct vmcore *v = open_shape(
		&(struct shape) {.phoff = 64, .parts = parts, .nparts = 2, .size = 0x2800});
	struct view view;
	const uint8_t *p;
	assert_non_null(v);
	assert_int_equal(v->nsegments, 1);
	assert_int_equal(v->segments[0].len, 0x1800);
	assert_int_equal(v->missing_bytes, 0x800 + 0x1000);
	assert_ok(view_init(&view, v->source, 4096));
	assert_err(vmcore_view(v, &view, 0x17ff, 2, &p), ERR_MISSING, "not in the dump");
	view_deinit(&view);
	vmcore_destroy(v);
}

static void notes(void **state)
{
	(void)state;
	static const struct part parts[] = {{0, 0x1000, 0x1000}};
	static const char info[] = "OSRELEASE=6.12\nPAGESIZE=4096\n", prstatus[336], zeros[24];
	_cleanup_buf_ struct buf n = BUF_INIT;
	small_vmcore_note(&n, "CORE", NT_PRSTATUS, prstatus, sizeof(prstatus));
	buf_append(&n, zeros, sizeof(zeros)); /* an offline CPU's note is left empty */
	small_vmcore_note(&n, "CORE", NT_PRSTATUS, prstatus, sizeof(prstatus));
	small_vmcore_note(&n, "VMCOREINFO", 0, info, strlen(info));
	struct vmcore *v = open_shape(&(struct shape) {.phoff = 64,
						       .parts = parts,
						       .nparts = 1,
						       .notes = &n,
						       .size = 0x2000,
						       .machine = EM_PPC64});
	assert_non_null(v);
	assert_int_equal(v->machine, EM_PPC64);
	assert_int_equal(v->nr_cpus, 2);
	assert_string_equal(v->vmcoreinfo, info);
	assert_int_equal(v->vmcoreinfo_len, strlen(info));
	assert_memory_equal(v->notes + v->vmcoreinfo_in_notes, info, strlen(info));
	vmcore_destroy(v);
}

/* A note that claims more than there is ends the walk; what came before counts. */
static void a_damaged_note_ends_the_walk(void **state)
{
	(void)state;
	static const struct part parts[] = {{0, 0x1000, 0x1000}};
	static const char prstatus[336];
	static const uint32_t sizes[] = {0xffffffff, 0x7fffffff, 337, 0xfffffffc};
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_buf_ struct buf n = BUF_INIT;
		small_vmcore_note(&n, "CORE", NT_PRSTATUS, prstatus, sizeof(prstatus));
		size_t second = n.len;
		small_vmcore_note(&n, "CORE", NT_PRSTATUS, prstatus, sizeof(prstatus));
		put_u32(n.data + second + (i & 1 ? 0 : 4), sizes[i], ORDER_LE);
		struct vmcore *v = open_shape(&(struct shape) {
			.phoff = 64, .parts = parts, .nparts = 1, .notes = &n, .size = 0x2000});
		assert_non_null(v);
		assert_int_equal(v->nr_cpus, 1);
		assert_null(v->vmcoreinfo);
		vmcore_destroy(v);
	}
}

static void vmcoreinfo_is_found_in_memory(void **state)
{
	(void)state;
	static const struct part parts[] = {{0x10000, 0x6000, 0x1000}};
	static const char text[] = "OSRELEASE=6.12\nPAGESIZE=65536\nSYMBOL(x)=c000000000000000\n";
	struct shape s = {
		.phoff = 64, .parts = parts, .nparts = 1, .size = 0x7000, .machine = EM_PPC64};
	struct buf file = build(&s);
	memset(file.data + 0x4000, 0, 0x1000);
	strcpy(file.data + 0x4000, text);
	struct vmcore *v = small_vmcore_open(file.data, file.len);
	assert_non_null(v);
	assert_null(v->vmcoreinfo);
	assert_ok(vmcore_find_vmcoreinfo(v));
	assert_string_equal(v->vmcoreinfo, text);
	vmcore_destroy(v);
	/* not at the start of a page: some other copy of the text, not the kernel's */
	memset(file.data + 0x4000, 0, 0x1000);
	strcpy(file.data + 0x4010, text);
	v = small_vmcore_open(file.data, file.len);
	assert_non_null(v);
	assert_err(vmcore_find_vmcoreinfo(v), ERR_MISSING, "no VMCOREINFO");
	vmcore_destroy(v);
	buf_deinit(&file);
}

/* Nothing that is done for each byte of a dump takes longer than the file is large. */
static void bytes_that_are_there_twice_are_refused(void **state)
{
	(void)state;
	static const struct part twice[] = {{0, 0x1800, 0x800}, {0x10000, 0x1800, 0x800}},
				 all[] = {{0, 0x1000, 0x1000}, {0x10000, 0xf00, 0x2000}},
				 same[] = {{0x1000, 0x1000, 0x1000}, {0x1000, 0x1000, 0x1000}};
	assert_null(open_shape(
		&(struct shape) {.phoff = 64, .parts = twice, .nparts = 2, .size = 0x2000}));
	static const struct part *const fine[] = {all, same};
	for (size_t i = 0; i < ARRAY_SIZE(fine); i++) {
		struct vmcore *v = open_shape(&(struct shape) {
			.phoff = 64, .parts = fine[i], .nparts = 2, .size = i ? 0x2000 : 0x2f00});
		assert_non_null(v);
		vmcore_destroy(v);
	}
}

static void section_headers(void **state)
{
	(void)state;
	static const struct part parts[] = {{0, 0x1000, 0x1000}};
	static const struct {
		uint64_t shoff, sh_size;
		bool fine;
	} cases[] = {{0, 0, true},
		     {0x800, 1, true},
		     {0x800, 65536, false},
		     {0x800, UINT64_MAX, false},
		     {UINT64_MAX, 0, false}};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct shape s = {.phoff = 64, .parts = parts, .nparts = 1, .size = 0x2000};
		struct buf file = build(&s);
		put_u64(file.data + offsetof(Elf64_Ehdr, e_shoff), cases[i].shoff, ORDER_LE);
		memset(file.data + 0x800, 0, sizeof(Elf64_Shdr));
		put_u64(file.data + 0x800 + offsetof(Elf64_Shdr, sh_size), cases[i].sh_size,
			ORDER_LE);
		struct vmcore *v = small_vmcore_open(file.data, file.len);
		assert_int_equal(v != NULL, cases[i].fine);
		vmcore_destroy(v);
		buf_deinit(&file);
	}
}

/* /proc/kcore: the text again, and vmalloc, modules, vmemmap with virtual addresses only. */
static void segments_without_a_physical_address(void **state)
{
	(void)state;
	static const struct part kcore[] = {{0x3000, 0x100, 0x2000},
					    {UINT64_MAX, 0x1000, 0x3000},
					    {0x1000, 0x4000, 0x4000},
					    {UINT64_MAX, UINT64_C(1) << 45, 0x3000}};
	struct vmcore *v = open_shape(
		&(struct shape) {.phoff = 64, .parts = kcore, .nparts = 4, .size = 0x8000});
	assert_non_null(v);
	assert_int_equal(v->missing_bytes, 0);
	assert_int_equal(vmcore_max_pfn(v, 12), 5);
	for (uint64_t paddr = 0x1000; paddr < 0x5000; paddr += 0x80)
		assert_non_null(vmcore_segment(v, paddr));
	assert_int_equal(byte_at(v, 0x1001), 0x01);
	assert_int_equal(byte_at(v, 0x4fff), 0xff);
	vmcore_destroy(v);
	/* before 4.11 there was no physical address at all, and one that is 0 means nothing */
	static const struct part old[] = {{0, 0x1000, 0x2000}, {0, 0x2000, 0x3000}};
	assert_null(open_shape(
		&(struct shape) {.phoff = 64, .parts = old, .nparts = 2, .size = 0x8000}));
	static const struct part only[] = {{UINT64_MAX, 0x1000, 0x2000}};
	assert_null(open_shape(
		&(struct shape) {.phoff = 64, .parts = only, .nparts = 1, .size = 0x8000}));
}

static void an_incomplete_file_says_so(void **state)
{
	(void)state;
	static const struct part parts[] = {{0, 0x1000, 0x1000}};
	struct shape s = {.phoff = 64, .parts = parts, .nparts = 1, .size = 0x2000, .flags = 1};
	struct vmcore *v = open_shape(&s);
	assert_non_null(v);
	assert_true(v->incomplete);
	vmcore_destroy(v);
	s.machine = EM_PPC64; /* which ABI */
	v = open_shape(&s);
	assert_non_null(v);
	assert_false(v->incomplete);
	vmcore_destroy(v);
}

static void flattened(void **state)
{
	(void)state;
	static const struct part parts[] = {{0x1000, 0x1000, 0x2003}, {0x100000, 0x800, 0x4000}};
	static const char info[] = "OSRELEASE=6.12\nPAGESIZE=4096\n";
	_cleanup_buf_ struct buf n = BUF_INIT;
	small_vmcore_note(&n, "VMCOREINFO", 0, info, strlen(info));
	_cleanup_buf_ struct buf file = build(&(struct shape) {
		.phoff = 192, .parts = parts, .nparts = 2, .notes = &n, .size = 0x6000});
	_cleanup_buf_ struct buf flat = small_kdump_flatten(&file, 777);
	struct vmcore *v = small_vmcore_open(flat.data, flat.len);
	assert_non_null(v);
	assert_string_equal(vmcore_format(v), "ELF");
	assert_string_equal(v->vmcoreinfo, info);
	assert_false(v->incomplete);
	assert_int_equal(byte_at(v, 0x1001), 0x04);
	assert_int_equal(byte_at(v, 0x1007ff), 0xff);
	vmcore_destroy(v);
	/* cut: the stream of this test has the last part first, and so the headers are missing */
	assert_null(small_vmcore_open(flat.data, flat.len / 2));
}

static void refused_with(const void *data, size_t len, const char *says)
{
	char path[64];
	struct vmcore *v;
	_cleanup_close_ int fd = memfd_create("other", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_err(vmcore_open(path, &v), ERR_FORMAT, says);
}

static void known_files_are_named(void **state)
{
	(void)state;
	refused_with("", 0, "not a vmcore");
	refused_with("\177ELF", 4, "");
	refused_with("KDUMP   ", 8, "truncated");
	refused_with("makedumpfile", 12, "not a vmcore");
	refused_with("DISKDUMP and more of it", 16, "diskdump");
	refused_with("\x1f\x8b\x08 and more of it", 16, "gzip");
	refused_with("\x28\xb5\x2f\xfd and more of it", 16, "zstd");
}

static void other_files_are_refused(void **state)
{
	(void)state;
	static const struct part load[] = {{0, 0x1000, 0x1000}},
				 wraps[] = {{UINT64_MAX - 0xfff, 0x2000, 0x1000}};
	assert_null(small_vmcore_open("", 0));
	assert_null(small_vmcore_open("KDUMP   ", 8));
	assert_null(open_shape(
		&(struct shape) {.phoff = 64, .parts = load, .nparts = 0, .size = 0x2000}));
	assert_null(open_shape(&(struct shape) {
		.phoff = 64, .parts = load, .nparts = 1, .size = 0x2000, .type = ET_EXEC}));
	assert_null(open_shape(
		&(struct shape) {.phoff = 64, .parts = wraps, .nparts = 1, .size = 0x4000}));
	struct vmcore *v;
	assert_err(vmcore_open("/nonexistent/vmcore", &v), ERR_IO,
		   "/nonexistent/vmcore: No such file");
	assert_err(vmcore_open("/", &v), ERR_IO, "Is a directory");
	assert_err(vmcore_open("/dev/null", &v), ERR_USAGE, "/dev/null");
	assert_err(vmcore_open("/etc/passwd", &v), ERR_FORMAT, "/etc/passwd: not a vmcore");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_anywhere),
		cmocka_unit_test(segments_in_any_order_and_overlapping),
		cmocka_unit_test(parts_of_pages),
		cmocka_unit_test(a_cut_file_is_used_up_to_its_end),
		cmocka_unit_test(notes),
		cmocka_unit_test(a_damaged_note_ends_the_walk),
		cmocka_unit_test(vmcoreinfo_is_found_in_memory),
		cmocka_unit_test(bytes_that_are_there_twice_are_refused),
		cmocka_unit_test(section_headers),
		cmocka_unit_test(segments_without_a_physical_address),
		cmocka_unit_test(an_incomplete_file_says_so),
		cmocka_unit_test(flattened),
		cmocka_unit_test(known_files_are_named),
		cmocka_unit_test(other_files_are_refused),
	};
	return cmocka_run_group_tests_name("vmcore/elf", tests, NULL, NULL);
}
