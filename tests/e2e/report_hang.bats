#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kernels that hang or die on purpose (tests/e2e/hang), one after the other in one guest: each is captured, and
# vmcore-report, which knows nothing but the dump, names the culprit.

bats_require_minimum_version 1.5.0
load support

# how long a guest's hang may last until it has been noticed, in seconds
CASES='locks spin softlockup oom null stack'

write_job() {
	cat <<-END
		set -- . $CASES
		[ \$BOOT -le \$# ] || { echo "@job production"; systemctl poweroff; exit; }
		shift \$((BOOT - 1))
		name=\$1
		base64 -d >/run/salvor_hang.ko <<'MODULE'
		$(base64 "$1")
		MODULE
	END
	cat <<-'END'
		hang() { insmod /run/salvor_hang.ko how="$1"; }
		set_to() { echo "$2" >/proc/sys/$1; }
		kdumpctl start
		set_to kernel/sysrq 1
		set_to kernel/panic_on_oops 1
		sync
		echo "salvor-case: $name" >/dev/kmsg
		case $name in
		locks)
			set_to kernel/hung_task_timeout_secs 10
			set_to kernel/hung_task_panic 1
			hang abba,rwsem,semaphore,completion
			;;
		softlockup)
			set_to kernel/watchdog_thresh 3
			set_to kernel/softlockup_panic 1
			hang softlockup
			;;
		oom)
			set_to vm/panic_on_oom 2
			swapoff -a
			tail /dev/zero
			;;
		*) hang "$name" ;;
		esac
		sleep 120
		echo "@job $name: still alive"
		echo c >/proc/sysrq-trigger
	END
}

setup_file() {
	"$LAB" build hang >"$BATS_FILE_TMPDIR/hang.log" 2>&1 || {
		tail -20 "$BATS_FILE_TMPDIR/hang.log" >&3
		return 1
	}
	fresh_guest x86_64
	write_job "$("$LAB" path hang)/salvor_hang.ko" >"$WORK/job"
	run_guest x86_64 1500 --mem 1024 --append "crashkernel=192M"
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

@test "report_hang: identical stacks are one group" {
	report_of locks | jq -e '.blocked.groups[] | select(.count == 3) |
		([.tasks[].comm] | sort == ["hang_done1", "hang_done2", "hang_done3"]) and
		any(.stack[]; .symbol == "wait_for_completion")'
}

@test "report_hang: a CPU that spins with interrupts off is seen by its stack and its clock" {
	report_of spin | jq -e '.cpus.cpus[] | select(.task.comm == "hang_spin") |
		any(.stack[]; .symbol == "spinner_without_interrupts" and .module == "salvor_hang")'
	report_of spin | jq -e '.runqueues.cpus[] | select(.current.comm == "hang_spin") | .clock_lag_seconds > 2'
}

@test "report_hang: soft lockup" { verdict softlockup soft-lockup hang_soft 'CPU ?#?1'; }

@test "report_hang: out of memory" { verdict oom out-of-memory; }

@test "report_hang: a NULL pointer in a module" { verdict null oops salvor_write_null salvor_hang; }

@test "report_hang: a stack that overflows" { verdict stack stack-overflow hang_deep; }
