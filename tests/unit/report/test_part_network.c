// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of the report on network adapters, of the machines that nic-dump dead is tested with:
 * what it says, what it does without types, time or truth, and what it takes.
 */
#include "nic/dead_drivers.h"
#include "report/part.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include "base/clock.h"

static struct world w;
static struct net_world n;
static char *text, *json;

static void report(const struct layout *l, const char *parts)
{
	struct report r;
	int fds[2] = {memfd_create("text", MFD_CLOEXEC), memfd_create("json", MFD_CLOEXEC)};
	const struct report_output out = {fds[0], fds[1]};
	world_open(&w, l);
	assert_ok(report_init(&r, &w.k, "made up"));
	assert_ok(report_run(&r, parts, &out));
	report_deinit(&r);
	world_close(&w);
	text = world_content(fds[0]);
	json = world_content(fds[1]);
	assert_true(json_check(json, strlen(json)));
	world_compact(json);
}

static void forget(void)
{
	free(text);
	free(json);
	world_deinit(&w);
}

static void test_health(void **state)
{
	uint64_t ring, dev, other;
	struct layout l = with_xarray();
	(void)state;
	world_init(&w);
	net_structs(&w);
	devlink_structs(&w);
	e1000_structs(&w);
	net_machine(&w, &n);
	net_clock(&w, &l, 100000);
	write_e1000(&w, &n, &ring, &dev);
	write_devlink(&w, &n); /* of 0000:08:00.0, which has no interface */
	world_set(&w, dev, NULL, "net_device", "flags", 1);
	uint64_t pci = get_u64(world_at(&w, n.root_bus + 32), w.order);
	world_set(&w, pci, NULL, "pci_dev", "error_state", 3);
	other = net_namespace(&w, &n, 4711);
	net_interface(&w, other, "lo", 0, 0);
	net_interface(&w, n.init_net, "dummy0", 0, 0);
	report(&l, "network");
	assert_string_equal(text,
			    "== Network adapters\n"
			    "eth0, e1000, 0000:00:03.0: up, link up; TX ring: adapter has 3 of 8\n"
			    "    driver: tx_timeouts 3\n"
			    "    PCI: error_state perm_failure\n"
			    "pci/0000:08:00.0, 0000:08:00.0\n"
			    "    devlink reporter fw_fatal: state error\n"
			    "without a driver: dummy0 lo@4711\n\n");
	world_has(json, "\"network\":{\"outcome\":\"ok\",\"missing\":[]");
	world_has(json,
		  "{\"name\":\"eth0\",\"driver\":\"e1000\",\"pci\":\"0000:00:03.0\",\"up\":true,"
		  "\"present\":true,\"carrier\":true,\"tx_queues\":1,\"tx_queues_stopped\":0,"
		  "\"wrong\":[\"driver: tx_timeouts 3\",\"PCI: error_state perm_failure\"],"
		  "\"wrong_left_out\":0,\"rings\":[{\"name\":\"tx-0\",\"kind\":\"tx\",\"size\":8,"
		  "\"device\":3,\"done\":2,\"oldest_seconds\":");
	world_has(json, "\"devices\":[{\"name\":\"pci/0000:08:00.0\",\"driver\":null,"
			"\"pci\":\"0000:08:00.0\",\"wrong\":[");
	forget();
}

static void test_what_is_missing(void **state)
{
	uint64_t ring, dev;
	(void)state;
	world_init(&w);
	net_structs(&w);
	e1000_structs(&w);
	net_machine(&w, &n);
	write_e1000(&w, &n, &ring, &dev);
	world_u64(&w, dev + 16, dev + 16); /* the list of interfaces bites its tail */
	report(NULL, "network");
	world_has(json, "\"outcome\":\"partial\",\"missing\":[\"the interfaces of a namespace is "
			"not whole: ");
	world_has(text, "  (the interfaces of a namespace");
	forget();
	/* no types: the part failed, and the report with it has another part */
	world_init(&w);
	small_btf_init(&w.vmlinux, w.order, NULL);
	world_open(&w, NULL);
	struct report r;
	struct network_part_is_opaque *data = calloc(1, part_network.data_size);
	assert_ok(report_init(&r, &w.k, "made up"));
	r.until = clock_cpu() + 60;
	types_destroy(w.k.types);
	w.k.types = NULL;
	assert_err(part_network.gather(&r, data), ERR_MISSING, "no types");
	part_network.release(data);
	free(data);
	report_deinit(&r);
	world_close(&w);
	world_deinit(&w);
}

/* Its time is what the report gives it, and what was found until then is said. */
static void test_time_is_up(void **state)
{
	uint64_t ring, dev;
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct report r;
	void *data = calloc(1, part_network.data_size);
	(void)state;
	world_init(&w);
	net_structs(&w);
	e1000_structs(&w);
	net_machine(&w, &n);
	write_e1000(&w, &n, &ring, &dev);
	world_open(&w, NULL);
	assert_ok(report_init(&r, &w.k, "made up"));
	r.until = clock_cpu() - 1;
	assert_ok(part_network.gather(&r, data));
	world_has(buf_str(&r.missing), "its time was up");
	part_network.text(&r, data, &out);
	part_network.release(data);
	free(data);
	report_deinit(&r);
	world_close(&w);
	world_deinit(&w);
}

static void test_damage(void **state)
{
	uint64_t seed = 1234;
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct layout l = with_xarray();
		world_init(&w);
		w.order = round % 2 ? ORDER_BE : ORDER_LE;
		write_all(&w, &n, (unsigned int)round / 2 % 4);
		for (int i = 0; i <= round % 9; i++) {
			size_t at = unit_random(&seed) % w.used / 8 * 8;
			uint64_t words[] = {0, WORLD_BASE + at, UINT64_MAX, unit_random(&seed),
					    WORLD_BASE + unit_random(&seed) % w.used};
			put_u64(w.bytes + at, words[unit_random(&seed) % 5], w.order);
		}
		report(&l, "network");
		world_has(json, "\"network\":{\"outcome\":");
		forget();
	}
}

/* --- what it takes ------------------------------------------------------------------------------
 */

enum { QUEUES = 8, RING = 256 };

/* An e1000 with 16 full rings, which all interfaces have in common: who reads them cannot know. */
static uint64_t shared_rings(void)
{
	uint64_t base = world_alloc(&w, RING * 16), rings = world_alloc(&w, QUEUES * 32);
	for (unsigned int i = 0; i < RING; i++)
		put_u64(world_at(&w, base + i * 16), 0x0c000000 + i, ORDER_LE);
	for (unsigned int i = 0; i < QUEUES; i++) {
		uint64_t ring = rings + i * 32;
		world_set(&w, ring, "e1000", "e1000_tx_ring", "desc", base);
		world_set(&w, ring, "e1000", "e1000_tx_ring", "count", RING);
		world_set(&w, ring, "e1000", "e1000_tx_ring", "next_to_use", RING - 1);
	}
	return rings;
}

static void write_many(int interfaces)
{
	world_init(&w);
	net_structs(&w);
	e1000_structs(&w);
	net_machine(&w, &n);
	uint64_t rings = shared_rings();
	uint64_t pci = net_function(&w, &n, n.root_bus, "0000:00:03.0", "e1000", 0x020000);
	for (int i = 0; i < interfaces; i++) {
		char name[16];
		snprintf(name, sizeof(name), "eth%d", i);
		uint64_t dev = net_interface(&w, n.init_net, name,
					     world_addr(&w, pci, NULL, "pci_dev", "dev"), 64);
		uint64_t priv = dev + NET_PRIV;
		world_set(&w, dev, NULL, "net_device", "flags", 1);
		world_set(&w, priv, "e1000", "e1000_adapter", "num_tx_queues", QUEUES);
		world_set(&w, priv, "e1000", "e1000_adapter", "num_rx_queues", QUEUES);
		world_set(&w, priv, "e1000", "e1000_adapter", "tx_ring", rings);
		world_set(&w, priv, "e1000", "e1000_adapter", "rx_ring", rings);
	}
}

/* Peak memory, in KiB, of a process that does so; what it found is checked there. */
static long peak(int interfaces, bool whole)
{
	struct rusage usage;
	int status, fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid_t pid = fork();
	assert_true(pid >= 0 && fd >= 0);
	if (pid == 0) {
		write_many(interfaces);
		world_open(&w, NULL);
		struct dead d;
		struct report r;
		const struct report_output out = {fd, fd};
		size_t found = (size_t)interfaces;
		w.options.deadline = 600;
		if (whole) {
			dead_init(&d, &w.k, &w.options, fd, fd);
			assert_ok(dead_show(&d));
			found = d.interfaces;
			if (d.rings != (size_t)interfaces * QUEUES * 2)
				found = 0;
		} else {
			assert_ok(report_init(&r, &w.k, "made up"));
			r.patience = 100;
			assert_ok(report_run(&r, "network", &out));
		}
		_exit(found == (size_t)interfaces ? 0 : 1);
	}
	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	close(fd);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return usage.ru_maxrss;
}

/* 1,024 rings take hardly more than 16 do. What a sanitizer takes for itself is not limited. */
static void test_memory(void **state)
{
	(void)state;
	for (int whole = 0; whole < 2; whole++) {
		long one = peak(1, whole), many = peak(64, whole);
		printf("%s: 1 interface %ld KiB, 64 interfaces %ld KiB\n",
		       whole ? "nic-dump dead" : "report", one, many);
#ifndef __SANITIZE_ADDRESS__
		assert_in_range(many, 1, 48 * 1024);
		assert_in_range(many, 1, one + 4 * 1024);
#endif
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_health),	   cmocka_unit_test(test_what_is_missing),
		cmocka_unit_test(test_time_is_up), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
