#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kernels that hang or die on purpose (tests/e2e/hang), one after the other in one guest: each is captured, and
# vmcore-report, which knows nothing but the dump, names the culprit.

bats_require_minimum_version 1.5.0
load support

# the ways of tests/e2e/hang/cases, one at each boot
CASES='locks completion stuck spin softlockup oom null stack'

write_job() {
	cat <<-END
		set -- . $CASES
		[ \$BOOT -le \$# ] || { echo "@job production"; systemctl poweroff; exit; }
		shift \$((BOOT - 1))
		name=\$1
		base64 -d <<'TOOLS' | tar -xzC /run
		$(tar -czC "$1" salvor_hang.ko dmsetup libdevmapper.so | base64)
		TOOLS
	END
	cat "$BATS_TEST_DIRNAME/hang/cases"
}

setup_file() {
	lab_part hang
	fresh_guest x86_64
	write_job "$("$LAB" path hang)" >"$WORK/job"
	run_guest x86_64 1800 --mem 1024 --append "crashkernel=192M" -- -device virtio-blk-pci,drive=slow,serial=slow \
		-drive if=none,id=slow,driver=null-co,size=64M,read-zeroes=on,throttling.bps-write=512
	from_guest /var/crash
}

# dump_of CASE: the directory of the dump in whose log the case is
dump_of() { grep -l "salvor-case: $1\$" "$WORK"/disk/crash/*/vmcore-dmesg.txt | head -1 | xargs -r dirname; }

# report_of CASE: report.json of its dump, made on this side
report_of() {
	local dir
	dir=$(dump_of "$1")
	[ -n "$dir" ] || { echo "no dump of $1"; return 1; }
	[ -s "$dir/report.host.json" ] ||
		"$TOP/build/vmcore-report" --json "$dir/report.host.json" --text "$dir/report.host.txt" "$dir/vmcore"
	cat "$dir/report.host.json"
}

# verdict CASE KIND REGEX…: what the verdict's kind is, and what its sentence has
verdict() {
	local report regex
	report=$(report_of "$1")
	jq -r '.verdict | .kind, .sentence, .evidence[]' <<<"$report"
	[ "$(jq -r .verdict.kind <<<"$report")" = "$2" ]
	for regex in "${@:3}"; do
		jq -r .verdict.sentence <<<"$report" | grep -E "$regex"
	done
}

@test "report_hang: every way to die was captured" {
	local name
	for name in $CASES; do
		[ -n "$(dump_of "$name")" ] || { echo "no dump of $name"; return 1; }
	done
	run ! grep 'still alive' <(results)
}

@test "report_hang: a deadlock of two mutexes is named, with both tasks" {
	verdict locks deadlock hang_first hang_second
	report_of locks | jq -e '[.locks.cycles[] | length] == [2]'
}

@test "report_hang: who holds the rwsem, the semaphore; who waits" {
	report_of locks | jq -e '.locks.locks[] | select(.kind == "rwsem" and .owner.comm == "hang_writer") |
		[.waiters[].comm] | sort == ["hang_reader1", "hang_reader2"]'
	report_of locks | jq -e '.locks.locks[] | select(.kind == "semaphore") | .waiters[].comm == "hang_wait"'
}

@test "report_hang: who holds the rt_mutex; who waits" {
	report_of locks | jq -e '.locks.locks[] | select(.kind == "rt_mutex" and .owner.comm == "hang_boosted") |
		[.waiters[].comm] | sort == ["hang_rt1", "hang_rt2"]'
}

@test "report_hang: a hung task without any lock, by task, function and module" {
	verdict completion hung-task 'hang_done[123] \(pid [0-9]+\)' \
		'waiting for a completion in waiter_for_completion[+0-9a-fx]* \[salvor_hang\]' 'made the kernel panic'
	report_of completion | jq -e '.locks.locks == []'
}

@test "report_hang: three tasks on a suspended device are one group, and it is the culprit" {
	verdict stuck hung-task '3 tasks wait for dm-0 \(hang_frozen\), which is suspended: dd \(pid' 'made the kernel panic'
	report_of stuck | jq -e '[.blocked.groups[] | select(.io.disk == "dm-0")] | length == 1 and
		(.[0] | .count == 3 and .io.suspended and .io.device_mapper == "hang_frozen" and all(.tasks[]; .comm == "dd"))'
	report_of stuck | jq -e '.block_io.queues[] | select(.disk == "dm-0") | .suspended and .deferred == 3 and .inflight == 0'
}

@test "report_hang: a hard NFS mount whose server is gone: server and mount" {
	verdict stuck hung-task '2 tasks wait for NFS server 127\.0\.0\.1, 127\.0\.0\.1:/ on /run/nfs: stat \(pid'
	report_of stuck | jq -e '.blocked.groups[] | select(.io.server) | .count == 2 and .state == "D" and
		.io.path == "/run/nfs" and .io.device == "127.0.0.1:/"'
}

@test "report_hang: the requests of a slow disk are those that tasks wait for" {
	# vda is the root
	report_of stuck | jq -e '.block_io.queues[] | select(.disk != "vda" and .inflight > 0) | .inflight == 5 and
		all(.requests[]; .op == "WRITE" and .bytes == 65536 and .age_seconds > 5)'
	report_of stuck | jq -e '(.block_io.queues[] | select(.disk != "vda" and .inflight > 0)) as $queue |
		[.blocked.groups[] | select(.io.disk == $queue.disk) | .count] | add == $queue.inflight'
}

@test "report_hang: identical stacks are one group" {
	report_of locks | jq -e '.blocked.groups[] | select(.count == 3) |
		([.tasks[].comm] | sort == ["hang_done1", "hang_done2", "hang_done3"]) and
		any(.stack[]; .symbol // "" | test("^(__)?wait_for_com"))'
}

@test "report_hang: a CPU that spins with interrupts off is named, and seen by its stack and its clock" {
	verdict spin panic '^CPU 1 stood still for [0-9]+ s, as with interrupts off' \
		'in spinner_without_interrupts[+0-9a-fx]* \[salvor_hang\], in hang_spin \(pid' 'salvor_hang: 10 s are over'
	report_of spin | jq -e '.cpus.cpus[] | select(.task.comm == "hang_spin") |
		any(.stack[]; .symbol == "spinner_without_interrupts" and .module == "salvor_hang")'
	report_of spin | jq -e '.runqueues.cpus[] | select(.current.comm == "hang_spin") | .clock_lag_seconds > 2'
}

@test "report_hang: soft lockup" { verdict softlockup soft-lockup hang_soft 'CPU ?#?1'; }

@test "report_hang: out of memory" { verdict oom out-of-memory; }

@test "report_hang: a NULL pointer in a module" { verdict null oops salvor_write_null salvor_hang; }

@test "report_hang: a stack that overflows" { verdict stack stack-overflow hang_deep; }
