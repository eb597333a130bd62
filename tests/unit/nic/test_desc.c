// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptors by their bytes: what the device and the driver wrote. */
#include "unit.h"
#include "nic/decode/desc.h"

static struct nic_desc decode(const struct nic_desc_format *f, uint64_t addr, uint32_t third,
			      uint32_t fourth)
{
	uint8_t bytes[16];
	struct nic_desc d = {0};
	put_u64(bytes, addr, ORDER_LE);
	put_u32(bytes + 8, third, ORDER_LE);
	put_u32(bytes + 12, fourth, ORDER_LE);
	f->decode(bytes, &d);
	return d;
}

static void test_e1000_tx(void **state)
{
	(void)state;
	struct nic_desc d = decode(&nic_desc_e1000_tx, 0x1234000, 0x0b00003c, 0x01);
	assert_int_equal(d.bus_addr, 0x1234000);
	assert_int_equal(d.len, 60);
	assert_int_equal(d.flags, 0x0b);
	assert_true(d.done);
	assert_string_equal(d.kind, "legacy");
	/* data with DEXT: 20 bits of length */
	d = decode(&nic_desc_e1000_tx, 0, 0x2b1105ea, 0);
	assert_string_equal(d.kind, "data");
	assert_int_equal(d.len, 0x105ea);
	assert_false(d.done);
	d = decode(&nic_desc_e1000_tx, 0, 0x2b0005ea, 0);
	assert_string_equal(d.kind, "context");
}

static void test_received(void **state)
{
	(void)state;
	/* length 742, checksum, status DD|EOP, an error, vlan */
	struct nic_desc d = decode(&nic_desc_e1000_rx, 0x5000, 0xabcd02e6, 0x00010103);
	assert_int_equal(d.len, 742);
	assert_int_equal(d.flags, 0xabcd);
	assert_int_equal(d.status, 3);
	assert_true(d.done);
	assert_true(d.error);
	d = decode(&nic_desc_e1000_rx, 0x5000, 0, 0x0100);
	assert_false(d.done);
	assert_false(d.error);
	/* written back: the address is gone */
	d = decode(&nic_desc_e1000e_rx, 0x77777777, 0x00000003, 0x000002e6);
	assert_true(d.done);
	assert_int_equal(d.len, 742);
	assert_int_equal(d.bus_addr, 0);
	assert_false(d.error);
	d = decode(&nic_desc_e1000e_rx, 0x77777777, 0x01000003, 0x000002e6);
	assert_true(d.error);
	d = decode(&nic_desc_igb_rx, 0x9000, 0, 0);
	assert_false(d.done);
	assert_int_equal(d.bus_addr, 0x9000);
	assert_string_equal(d.kind, "posted");
	/* posted again: the status of the frame before is still there, the length is not */
	d = decode(&nic_desc_igb_rx, 0x9000, 0x00000003, 0);
	assert_false(d.done);
	assert_int_equal(d.bus_addr, 0x9000);
	d = decode(&nic_desc_igb_rx, 0x77777777, 0x00000003, 0x000002e6);
	assert_true(d.done);
	assert_int_equal(d.len, 742);
}

static void test_igb_tx(void **state)
{
	(void)state;
	struct nic_desc d = decode(&nic_desc_igb_tx, 0x9000, 0x2b3002e6, 1);
	assert_string_equal(d.kind, "data");
	assert_int_equal(d.len, 742);
	assert_true(d.done);
	d = decode(&nic_desc_igb_tx, 0x9000, 0x20200000, 0);
	assert_string_equal(d.kind, "context");
	assert_false(d.done);
}

static void test_vmxnet3(void **state)
{
	(void)state;
	struct nic_desc d = decode(&nic_desc_vmxnet3_tx, 0x9000, 0x42e6, 0x3000);
	assert_int_equal(d.len, 742);
	assert_int_equal(d.status, 1); /* gen */
	assert_int_equal(d.flags, 0x3000);
	d = decode(&nic_desc_vmxnet3_rx, 0x9000, 0x80004000 | 4096, 0);
	assert_int_equal(d.len, 4096);
	assert_int_equal(d.status, 1);
	assert_string_equal(d.kind, "body");
	d = decode(&nic_desc_vmxnet3_rx_comp, 0x123, 742 | 1 << 14, 0x83000000);
	assert_int_equal(d.flags, 0x123);
	assert_int_equal(d.len, 742);
	assert_true(d.error);
	assert_int_equal(d.status, 1);
	d = decode(&nic_desc_vmxnet3_tx_comp, 0x124, 0, 0x03000000);
	assert_int_equal(d.flags, 0x124);
	assert_int_equal(d.status, 0);
}

static void test_ibmveth(void **state)
{
	(void)state;
	uint8_t bytes[16] = {0xd0, 0, 0, 0x10, 0, 0, 0x02, 0xe6, 1, 2, 3, 4, 5, 6, 7, 8};
	struct nic_desc d = {0};
	nic_desc_ibmveth_rx.decode(bytes, &d);
	assert_true(d.done);
	assert_false(d.error);
	assert_int_equal(d.len, 742);
	assert_int_equal(d.status, 0xd0000000);
	assert_int_equal(d.flags, 16); /* where in the buffer the frame is */
	bytes[0] = 0x80;
	d = (struct nic_desc) {0};
	nic_desc_ibmveth_rx.decode(bytes, &d);
	assert_false(d.done);
	assert_true(d.error);
}

static void test_packed_owner(void **state)
{
	(void)state;
	static const struct {
		uint16_t flags;
		bool wrap;
		enum vring_owner owner;
	} cases[] = {
		{VRING_PACKED_AVAIL, true, VRING_DEVICE},
		{VRING_PACKED_USED, false, VRING_DEVICE},
		{VRING_PACKED_AVAIL | VRING_PACKED_USED, true, VRING_USED},
		{0, false, VRING_USED},
		{0, true, VRING_OTHER_LAP},
		{VRING_PACKED_USED, true, VRING_OTHER_LAP},
		{VRING_PACKED_AVAIL, false, VRING_OTHER_LAP},
		{VRING_PACKED_AVAIL | VRING_PACKED_USED, false, VRING_OTHER_LAP},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vring_desc d = {.flags = cases[i].flags | VRING_WRITE};
		assert_int_equal(vring_packed_owner(&d, cases[i].wrap), cases[i].owner);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_e1000_tx), cmocka_unit_test(test_received),
		cmocka_unit_test(test_igb_tx),	 cmocka_unit_test(test_vmxnet3),
		cmocka_unit_test(test_ibmveth),	 cmocka_unit_test(test_packed_owner),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
