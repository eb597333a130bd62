#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Machines that hang in ways that no watchdog of the kernel sees, and an NMI from outside: the report begins with who
# hung. Without a capture kernel: the kernel that panicked stays, and QEMU writes its memory, as libvirt does for
# on_crash. One guest; nmi.bats has the same with a capture, and CPUs with interrupts off.

bats_require_minimum_version 1.5.0
load support

CASES='deadlock fifo memory'

write_job() {
	cat <<-END
		set -- . $CASES
		[ \$BOOT -le \$# ] || { systemctl poweroff; exit; }
		shift \$((BOOT - 1))
		name=\$1
		base64 -d <<'MODULE' | tar -xzC /run
		$(tar -czC "$1" salvor_hang.ko | base64)
		MODULE
	END
	cat <<-'END'
		modprobe qemu_fw_cfg
		echo 1 >/proc/sys/kernel/unknown_nmi_panic
		echo 0 >/proc/sys/kernel/panic
		sync
		echo "salvor-case: $name" >/dev/kmsg
		case $name in
		deadlock)
			insmod /run/salvor_hang.ko how=abba
			sleep 15
			;;
		fifo)
			# all of a CPU, without the 5 % that the kernel keeps for others
			echo -1 >/proc/sys/kernel/sched_rt_runtime_us
			for runtime in /sys/kernel/debug/sched/fair_server/cpu*/runtime; do echo 0 >"$runtime"; done
			taskset -cp 0 $$
			taskset -c 1 sh -c 'while :; do :; done' &
			sleep 1
			chrt -f 50 taskset -c 1 sh -c 'while :; do :; done' &
			sleep 15
			;;
		memory)
			swapoff -a
			insmod /run/salvor_hang.ko how=memory
			sleep 100
			;;
		esac
		echo "@job wants an NMI: $name"
		sleep 100
		echo "@job $name: still alive"
		systemctl poweroff
	END
}

qmp() { "$TOP/tests/e2e/qmp" "$WORK/qmp" "$@"; }

# operator: the NMI, the memory, what the report says of it, and the next boot
operator() {
	local name n=0 core=$WORK/core
	for name in $CASES; do
		n=$((n + 1))
		await_console "@job wants an NMI: $name|salvor_hang: no memory is left" || break
		[ "$name" != memory ] || await_console 'salvor_hang: no memory is left' || break
		qmp inject-nmi
		await_console 'end Kernel panic - not syncing' $n || break
		qmp '{"execute": "stop"}' '{"execute": "dump-guest-memory",
			"arguments": {"paging": false, "protocol": "file:'"$core"'"}}' || break
		"$TOP/build/vmcore-report" --json "$WORK/$name.json" --text "$WORK/$name.txt" "$core"
		rm -f "$core"
		qmp system_reset cont
	done
}

setup_file() {
	lab_part hang
	fresh_guest x86_64
	write_job "$("$LAB" path hang)" >"$WORK/job"
	operator >"$WORK/operator.txt" 2>&1 3>&- &
	run_guest x86_64 900 --mem 640 --qmp "$WORK/qmp"
}

# first CASE KIND REGEX…: the best suspect, in the part "hang" and in the verdict, which is of that kind
first() {
	local report=$WORK/$1.json regex
	cat "$WORK/operator.txt"
	jq -r '.verdict | .kind, .sentence' "$report"
	jq -r '.hang.suspects[] | "\(.kind) \(.strong): \(.text)"' "$report"
	[ "$(jq -r '.hang.suspects[0].kind' "$report")" = "$2" ]
	for regex in "${@:3}"; do
		jq -r '.hang.suspects[0].text' "$report" | grep -E "$regex"
		jq -r .verdict.sentence "$report" | grep -E "$regex"
	done
}

@test "report_nmi: each kernel that hung got its NMI" {
	cat "$WORK/operator.txt"
	run ! grep 'still alive' <(results)
	[ "$(grep -c 'end Kernel panic - not syncing: NMI: Not continuing' "$WORK/console.txt")" -eq 3 ]
}

@test "report_nmi: two tasks wait for each other, and all CPUs are idle" {
	first deadlock deadlock '^(Deadlock: )?hang_(first|second) \(pid [0-9]+\) waits for mutex .* held by hang_(first|second)'
	[ "$(jq -r .verdict.kind "$WORK/deadlock.json")" = deadlock ]
	jq -e '[.hang.cpus[] | .idle] == [true, true]' "$WORK/deadlock.json"
}

@test "report_nmi: a real-time task in user space keeps a CPU" {
	first fifo cpu-hog 'sh \(pid [0-9]+, SCHED_FIFO 50\) keeps CPU 1, [0-9]+ % of the time since it began, in user space' \
		'task[s]? waits? to run there, .*sh \(pid [0-9]+\)'
	[ "$(jq -r .verdict.kind "$WORK/fifo.json")" = nmi ]
	jq -e '.hang.cpus[1] | .idle == false and .policy == "SCHED_FIFO 50" and .interrupts == "on"' "$WORK/fifo.json"
}

@test "report_nmi: no memory is left" {
	first memory memory '^Memory ran out, .* free: node 0, zone DMA32 has ' '[0-9]+ tasks try to reclaim some: .*hang_eater'
	[ "$(jq -r .verdict.kind "$WORK/memory.json")" = nmi ]
}

@test "report_nmi: the text has it directly after the verdict, each line with the part that has the details" {
	[ "$(grep '^== ' "$WORK/fifo.txt" | sed -n 1,2p | tr '\n' ' ')" = '== Verdict == Hang ' ]
	sed -n '/^== Hang/,/^$/p' "$WORK/fifo.txt" | tr -s '\n ' ' ' | grep -E '^== Hang 1\. sh .*\(see Run queues\).* CPU 1: sh \(pid'
}
