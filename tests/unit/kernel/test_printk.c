// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel log out of hand-made memory: the ring buffer of 5.10, and log_buf before it. */
#include "unit.h"
#include "small_vmcore.h"
#include "kernel/printk.h"

/* x86_64 with phys_base 0: physical address 0 is this virtual address, without page tables. */
#define KERNEL UINT64_C(0xffffffff80000000)

enum {
	MEMORY = 4096,
	RING = 64,
	DESCS = 256,
	INFOS = 512,
	TEXT = 1024,
	DESC_BITS = 2,
	TEXT_BITS = 7
};
#define FINALIZED (UINT64_C(2) << 62)
#define COMMITTED (UINT64_C(1) << 62)
#define REUSABLE  (UINT64_C(3) << 62)

static const char ring_info[] =
	"PAGESIZE=4096\nSYMBOL(prb)=ffffffff80000000\nSIZE(printk_ringbuffer)=80\n"
	"OFFSET(printk_ringbuffer.desc_ring)=0\nOFFSET(printk_ringbuffer.text_data_ring)=48\n"
	"OFFSET(prb_desc_ring.count_bits)=0\nOFFSET(prb_desc_ring.descs)=8\nOFFSET(prb_desc_ring."
	"infos)=16\n"
	"OFFSET(prb_desc_ring.head_id)=24\nOFFSET(prb_desc_ring.tail_id)=32\nSIZE(prb_desc)=24\n"
	"OFFSET(prb_desc.state_var)=0\nOFFSET(prb_desc.text_blk_lpos)=8\nOFFSET(prb_data_blk_lpos."
	"begin)=0\n"
	"OFFSET(prb_data_blk_lpos.next)=8\nSIZE(printk_info)=24\nOFFSET(printk_info.seq)=0\n"
	"OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16\nOFFSET(printk_info.caller_"
	"id)=20\n"
	"OFFSET(prb_data_ring.size_bits)=0\nOFFSET(prb_data_ring.data)=8\nOFFSET(atomic_long_t."
	"counter)=0\n";

static void put64(uint8_t *memory, size_t at, uint64_t value)
{
	put_u64(memory + at, value, ORDER_LE);
}

static void init_ring(uint8_t *memory, uint64_t head, uint64_t tail)
{
	memset(memory, 0, MEMORY);
	put64(memory, 0, KERNEL + RING);
	put_u32(memory + RING, DESC_BITS, ORDER_LE);
	put64(memory, RING + 8, KERNEL + DESCS);
	put64(memory, RING + 16, KERNEL + INFOS);
	put64(memory, RING + 24, head);
	put64(memory, RING + 32, tail);
	put_u32(memory + RING + 48, TEXT_BITS, ORDER_LE);
	put64(memory, RING + 56, KERNEL + TEXT);
}

/* Record id at lpos begin..next of the text ring, as the kernel would have written it. */
static void put_record(uint8_t *memory, uint64_t id, uint64_t begin, uint64_t next,
		       const char *text)
{
	uint64_t slot = id & ((1 << DESC_BITS) - 1), mask = (1 << TEXT_BITS) - 1;
	put64(memory, DESCS + slot * 24, FINALIZED | id);
	put64(memory, DESCS + slot * 24 + 8, begin);
	put64(memory, DESCS + slot * 24 + 16, next);
	put64(memory, INFOS + slot * 24, id);
	put64(memory, INFOS + slot * 24 + 8, id * 1000000000 + 123456789);
	put_u16(memory + INFOS + slot * 24 + 16, (uint16_t)strlen(text), ORDER_LE);
	if ((begin ^ next) & 1)
		return; /* a record without data */
	/* a block does not wrap: when it does not fit before the end it is at the start of the next
	 * round */
	uint64_t at = (begin & mask) + (next - begin) > mask + 1 ? 0 : begin & mask;
	put64(memory, TEXT + at, id);
	memcpy(memory + TEXT + at + 8, text, strlen(text));
}

/* What printk_read() makes of that memory; the caller frees. */
static char *read_log(const char *info, const uint8_t *memory, uint64_t *skipped,
		      struct err **error)
{
	_cleanup_buf_ struct buf input = BUF_INIT, out = BUF_INIT;
	_cleanup_kmem_ struct kmem k = {0};
	struct layout l;
	buf_append(&input, info, strlen(info) + 1);
	buf_append(&input, memory, MEMORY);
	struct vmcore *v = small_vmcore_make((const uint8_t *)input.data, input.len, EM_X86_64);
	assert_non_null(v);
	struct vmcoreinfo i = {v->vmcoreinfo, v->vmcoreinfo_len};
	assert_ok(layout_load(&i, &l));
	assert_ok(kmem_init(&k, v, &l));
	*error = printk_read(&k, &out, skipped);
	char *text = strdup(buf_str(&out));
	assert_non_null(text);
	vmcore_destroy(v);
	return text;
}

static void assert_log(const char *info, const uint8_t *memory, const char *expected, uint64_t lost)
{
	uint64_t skipped = 99;
	struct err *e;
	char *text = read_log(info, memory, &skipped, &e);
	assert_ok(e);
	assert_string_equal(text, expected);
	assert_int_equal(skipped, lost);
	free(text);
}

static void records_in_order(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	init_ring(memory, 6, 4);
	put_record(memory, 4, 0, 24, "first");
	put_record(memory, 5, 24, 64, "two\nlines");
	put_record(memory, 6, 64, 88, "\x01\xff");
	assert_log(ring_info, memory,
		   "[    4.123456] first\n"
		   "[    5.123456] two\n               lines\n"
		   "[    6.123456] \\x01\\xff\n",
		   0);
}

static void wrapped_block_starts_again(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	init_ring(memory, 9, 8);
	put_record(memory, 8, 104, 128 + 32, "around the end"); /* 56 bytes do not fit in 24 */
	put_record(memory, 9, 128 + 32, 128 + 64, "next");
	assert_log(ring_info, memory, "[    8.123456] around the end\n[    9.123456] next\n", 0);
}

static void records_without_text(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	init_ring(memory, 5, 4);
	put_record(memory, 4, 3, 3, ""); /* NO_LPOS: an empty line */
	put_record(memory, 5, 0, 24, "x");
	assert_log(ring_info, memory, "[    4.123456] \n[    5.123456] x\n", 0);
}

static void unfinished_and_overwritten_records_are_counted(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	init_ring(memory, 7, 4);
	for (uint64_t id = 4; id < 8; id++)
		put_record(memory, id, (id - 4) * 24, (id - 4) * 24 + 24, "record");
	put64(memory, DESCS, 4); /* reserved: its writer never came back */
	put64(memory, DESCS + 24, REUSABLE | 5);
	put64(memory, DESCS + 48, FINALIZED | (6 + 4)); /* another one's by now */
	assert_log(ring_info, memory, "[    7.123456] record\n", 3);
	put64(memory, DESCS, COMMITTED | 4); /* whole, but could have been continued */
	assert_log(ring_info, memory, "[    4.123456] record\n[    7.123456] record\n", 2);
}

/* The ring begins with a record that was never used, and is at its tail until it has gone round. */
static void the_first_descriptor_is_no_record(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	init_ring(memory, 5, 4);
	put_record(memory, 5, 0, 24, "x");
	put64(memory, DESCS, REUSABLE | 4);
	assert_log(ring_info, memory, "[    5.123456] x\n", 0);
}

/* Lengths and positions that lie: no more than the block is taken, and nothing outside of the ring.
 */
static void damaged_records(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	init_ring(memory, 5, 4);
	put_record(memory, 4, 0, 24, "sixteen bytes xx");
	put_record(memory, 5, 24, 48, "fine");
	put_u16(memory + INFOS + 16, 60000, ORDER_LE);
	assert_log(ring_info, memory, "[    4.123456] sixteen bytes xx\n[    5.123456] fine\n", 0);
	init_ring(memory, UINT64_C(1) << 40, 0); /* more ids than descriptors */
	uint64_t skipped;
	struct err *e;
	free(read_log(ring_info, memory, &skipped, &e));
	assert_ok(e);
	assert_int_equal(skipped, 4);
}

/* What cannot be read costs its records, not the log; the rings are never read whole. */
static void unreadable_records(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	uint64_t skipped;
	struct err *e;
	init_ring(memory, 5, 4);
	put_record(memory, 4, 0, 24, "lost");
	put_record(memory, 5, 24, 48, "found");
	put_u32(memory + RING + 48, 26, ORDER_LE); /* a ring of 64 MiB, of which 3 KiB are there */
	put64(memory, DESCS + 8, 0x100000);
	put64(memory, DESCS + 16, 0x100000 + 24);
	assert_log(ring_info, memory, "[    5.123456] found\n", 1);
	put64(memory, RING + 56, KERNEL + 0x100000); /* no text at all */
	free(read_log(ring_info, memory, &skipped, &e));
	assert_err(e, ERR_MISSING, "printk ring buffer");
	put64(memory, RING + 8, KERNEL + 0x100000); /* no records either */
	free(read_log(ring_info, memory, &skipped, &e));
	assert_err(e, ERR_MISSING, "printk ring buffer");
}

static void rings_that_cannot_be(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	uint64_t skipped;
	struct err *e;
	init_ring(memory, 5, 4);
	put_u32(memory + RING, 63, ORDER_LE);
	free(read_log(ring_info, memory, &skipped, &e));
	assert_err(e, ERR_FORMAT, "damaged");
	init_ring(memory, 5, 4);
	put64(memory, 0, 0);
	free(read_log(ring_info, memory, &skipped, &e));
	assert_err(e, ERR_MISSING, "");
	free(read_log("PAGESIZE=4096\n", memory, &skipped, &e));
	assert_err(e, ERR_MISSING, "no kernel log");
	free(read_log("PAGESIZE=4096\nSYMBOL(prb)=ffffffff80000000\n", memory, &skipped, &e));
	assert_err(e, ERR_MISSING, "printk ring buffer");
}

static const char old_info[] =
	"PAGESIZE=4096\nSYMBOL(log_buf)=ffffffff80000000\nSYMBOL(log_buf_len)=ffffffff80000008\n"
	"SYMBOL(log_first_idx)=ffffffff8000000c\nSYMBOL(log_next_idx)=ffffffff80000010\nSIZE("
	"printk_log)=16\n"
	"OFFSET(printk_log.ts_nsec)=0\nOFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10\n";

static void init_log(uint8_t *memory, uint32_t size, uint32_t first, uint32_t next)
{
	memset(memory, 0, MEMORY);
	put64(memory, 0, KERNEL + TEXT);
	put_u32(memory + 8, size, ORDER_LE);
	put_u32(memory + 12, first, ORDER_LE);
	put_u32(memory + 16, next, ORDER_LE);
}

static uint32_t put_log(uint8_t *memory, uint32_t at, uint64_t seconds, const char *text)
{
	uint16_t len = (uint16_t)(16 + (strlen(text) + 7) / 8 * 8);
	put64(memory, TEXT + at, seconds * 1000000000);
	put_u16(memory + TEXT + at + 8, len, ORDER_LE);
	put_u16(memory + TEXT + at + 10, (uint16_t)strlen(text), ORDER_LE);
	memcpy(memory + TEXT + at + 16, text, strlen(text));
	return at + len;
}

static void old_log(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	init_log(memory, 256, 0, 0);
	uint32_t next = put_log(memory, 0, 1, "one");
	next = put_log(memory, next, 2, "two\nmore");
	put_u32(memory + 16, next, ORDER_LE);
	assert_log(old_info, memory,
		   "[    1.000000] one\n[    2.000000] two\n               more\n", 0);
	/* wrapped: old ones at the end, a header of length 0 says that the next is at the start */
	init_log(memory, 256, 128, 0);
	put_log(memory, 128, 7, "old");
	put_u32(memory + 16, put_log(memory, 0, 8, "new"), ORDER_LE);
	assert_log(old_info, memory, "[    7.000000] old\n[    8.000000] new\n", 0);
}

static void old_log_damaged(void **state)
{
	(void)state;
	uint8_t memory[MEMORY];
	uint64_t skipped;
	struct err *e;
	init_log(memory, 256, 0, 128);
	put_u16(memory + TEXT + put_log(memory, 0, 1, "one") + 8, 9999, ORDER_LE);
	assert_log(old_info, memory, "[    1.000000] one\n", 1);
	init_log(memory, 256, 300, 0);
	free(read_log(old_info, memory, &skipped, &e));
	assert_err(e, ERR_FORMAT, "damaged");
	init_log(memory, UINT32_MAX, 0, 8);
	free(read_log(old_info, memory, &skipped, &e));
	assert_err(e, ERR_FORMAT, "damaged");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_in_order),
		cmocka_unit_test(wrapped_block_starts_again),
		cmocka_unit_test(records_without_text),
		cmocka_unit_test(unfinished_and_overwritten_records_are_counted),
		cmocka_unit_test(the_first_descriptor_is_no_record),
		cmocka_unit_test(damaged_records),
		cmocka_unit_test(unreadable_records),
		cmocka_unit_test(rings_that_cannot_be),
		cmocka_unit_test(old_log),
		cmocka_unit_test(old_log_damaged),
	};
	return cmocka_run_group_tests_name("kernel/printk", tests, NULL, NULL);
}
