#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A stock Debian kernel on x86_64 crashes, and its dump is saved to the root disk by kexec kdump, with less memory
# reserved (96M) than the capture kernel of Debian's kdump-tools boots with.

bats_require_minimum_version 1.5.0
load support

setup_file() {
	fresh_guest x86_64
	cat >"$WORK/job" <<-'END'
	case $BOOT in
	2)
		kdumpctl start; echo "@job start=$?"
		kdumpctl status; echo "@job status=$?"
		echo "@job showmem=$(kdumpctl showmem)"
		sync
		echo 1 >/proc/sys/kernel/sysrq
		echo c >/proc/sysrq-trigger
		;;
	*)
		echo "@job production"
		systemctl poweroff
		;;
	esac
	END
	run_guest x86_64 600 --mem 2048 --append "crashkernel=96M"
	from_guest /var/crash
	phases | sed 's/^/# /' >&3
}

@test "kdump_local: kdumpctl arms the machine, with 96 MiB reserved" {
	results | grep -qx 'start=0'
	results | grep -qx 'status=0'
	results | grep -qx 'showmem=.*96.*'
}

@test "kdump_local: the machine is back in production after the crash" {
	results | grep -qx 'production'
}

@test "kdump_local: one dump, every file of it as its manifest says" {
	[ "$(find "$WORK/disk" -name SHA256SUMS | wc -l)" -eq 1 ]
	cd "$(dump_dir)"
	sha256sum --strict --quiet -c SHA256SUMS
	for file in vmcore vmcore-dmesg.txt report.txt report.json capture.json nic/nic.json; do
		[ -s "$file" ]
		grep -q " [ *]\?$file\$" SHA256SUMS
	done
}

@test "kdump_local: the log ends with the panic" {
	# the panic's message and, behind it, nothing but the registers and the stack
	tail -60 "$(dump_dir)/vmcore-dmesg.txt" >"$WORK/log-end.txt"
	grep 'Kernel panic - not syncing: sysrq triggered crash' "$WORK/log-end.txt"
	tail -1 "$WORK/log-end.txt" | grep '</TASK>'
}

@test "kdump_local: the journal has every step and its outcome" {
	cd "$(dump_dir)"
	jq -e '[.steps[] | select(.name == "dmesg" or .name == "nic-after" or .name == "report" or .name == "vmcore") | .outcome] ==
		["ok", "ok", "ok", "ok"]' capture.json
	jq -e '.steps | all(has("start") and has("seconds") and has("bytes") and has("outcome"))' capture.json
}

# Little memory is no reason for less of a report: symbols and types stay in the old kernel's memory.
@test "kdump_local: the report is whole, and the one that the dump gives later" {
	cd "$(dump_dir)"
	jq -e '.format == "salvor-report" and .verdict.kind == "user-requested"' report.json
	grep 'A crash was requested with sysrq c, by sh' report.txt
	jq -r 'to_entries[] | select(.value.outcome?) | "\(.key) \(.value.outcome)"' report.json >"$WORK/outcomes.txt"
	cat "$WORK/outcomes.txt"
	[ "$(wc -l <"$WORK/outcomes.txt")" -eq 12 ]
	run ! grep -v ' ok$' "$WORK/outcomes.txt"
	jq -e '.cpus.cpus[] | select(.crashed) | .stack | any(.symbol == "sysrq_handle_crash")' report.json
	"$TOP/build/vmcore-report" --parts cpus vmcore >"$WORK/cpus-later.txt"
	sed -n '/^== CPUs$/,/^$/p' report.txt | diff - "$WORK/cpus-later.txt"
}

@test "kdump_local: the state of both network adapters is there" {
	cd "$(dump_dir)/nic"
	[ "$(find . -name config -size +63c | wc -l)" -ge 2 ]
	grep -rq virtio . && grep -rq vmxnet3 .
}

@test "kdump_local: crash opens the dump and backtraces the panic task" {
	crash_says x86_64 "$(dump_dir)/vmcore" $'sys\nbt' >"$WORK/crash.txt"
	cat "$WORK/crash.txt"
	grep -q 'PANIC: "Kernel panic - not syncing: sysrq triggered crash"\|PANIC:.*sysrq' "$WORK/crash.txt"
	grep -q 'sysrq_handle_crash' "$WORK/crash.txt"
	run ! grep -i 'warning' "$WORK/crash.txt"
}

@test "kdump_local: drgn opens the dump and names the panic task's stack" {
	vmlinux=$("$LAB" path amd64-kernel)/vmlinux.debug
	in_lab drgn -q -c "$(dump_dir)/vmcore" -s "$vmlinux" --no-default-symbols -e \
		'print(prog.crashed_thread().stack_trace())' >"$WORK/drgn.txt" 2>&1
	cat "$WORK/drgn.txt"
	grep -q 'sysrq_handle_crash' "$WORK/drgn.txt"
}
