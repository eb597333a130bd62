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
		# more interfaces than two adapters have: what is said of all of them must not take more memory
		for i in $(seq 31); do ip link add "many$i" type veth peer name "peer$i"; done
		echo "@job interfaces=$(ls /sys/class/net | wc -l)"
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
	for file in vmcore vmcore-dmesg.txt report.txt report.json capture.json nic/nic.json nic-dead/nic-dead.txt nic-dead/nic-dead.json; do
		[ -s "$file" ]
		grep -q " [ *]\?$file\$" SHA256SUMS
	done
	[ "$(find nic-dead/dead -type f -name '*.bin' | wc -l)" -ge 10 ]
	find nic nic-dead -type f | while read -r file; do grep -qF " $file" SHA256SUMS; done
}

@test "kdump_local: the log ends with the panic" {
	# the panic's message and, behind it, nothing but the registers and the stack
	tail -60 "$(dump_dir)/vmcore-dmesg.txt" >"$WORK/log-end.txt"
	grep 'Kernel panic - not syncing: sysrq triggered crash' "$WORK/log-end.txt"
	tail -1 "$WORK/log-end.txt" | grep '</TASK>'
}

@test "kdump_local: the journal has every step and its outcome" {
	cd "$(dump_dir)"
	jq -e '[.steps[] | select(.name == ("dmesg", "nic-before", "nic-after", "report", "nic-dead", "vmcore")) | [.name, .outcome]] ==
		[["dmesg", "ok"], ["nic-before", "ok"], ["nic-after", "ok"], ["report", "ok"], ["nic-dead", "ok"], ["vmcore", "ok"]]' capture.json
	# of both sides, and less than the raw rings may take
	jq -e '.steps | map(select(.name == ("nic-after", "nic-dead")).bytes) | length == 2 and all(. > 10000 and . < 33554432)' capture.json
	jq -r '.steps[] | "# \(.name): \(.available_kib) KiB available, \(.seconds) s, \(.bytes) bytes"' capture.json >&3
	jq -e '.steps | all(has("start") and has("seconds") and has("bytes") and has("outcome"))' capture.json
}

# Little memory is no reason for less of a report: symbols and types stay in the old kernel's memory.
@test "kdump_local: the report is whole, and the one that the dump gives later" {
	cd "$(dump_dir)"
	jq -e '.format == "salvor-report" and .verdict.kind == "user-requested"' report.json
	grep 'A crash was requested with sysrq c, by sh' report.txt
	jq -r 'to_entries[] | select(.value.outcome?) | "\(.key) \(.value.outcome)"' report.json >"$WORK/outcomes.txt"
	cat "$WORK/outcomes.txt"
	[ "$(wc -l <"$WORK/outcomes.txt")" -eq 14 ]
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

# Pages with rings are none that the filter leaves out.
@test "kdump_local: the dump gives the dead side again, the same to the last byte" {
	cd "$(dump_dir)"
	/usr/bin/time -f '%M %e' -o "$WORK/dead-cost" "$TOP/build/nic-dump" dead --vmcore vmcore --output "$WORK/dead-later"
	diff <(jq 'del(.vmcore)' nic-dead/nic-dead.json) <(jq 'del(.vmcore)' "$WORK/dead-later/nic-dead.json")
	diff -r nic-dead/dead "$WORK/dead-later/dead"
	jq -e '.complete and .totals.rings >= 5' nic-dead/nic-dead.json
}

@test "kdump_local: the report has a line for each adapter, and how full its rings were" {
	cd "$(dump_dir)"
	grep -A6 '^== Network adapters' report.txt
	grep -q '^en[a-z0-9]*, virtio_net, 0000:.*: up, link up; TX ring.*: adapter has [0-9]* of [0-9]*; RX ring.*: adapter has [1-9]' report.txt
	grep -q '^en[a-z0-9]*, vmxnet3, 0000:.*: up, link up' report.txt
	jq -e '.network.interfaces | map(select(.driver)) | length == 2 and all(.up and .carrier and .wrong == [] and
		(.rings | length >= 2 and all(.size > 0 and .device + .done <= .size)))' report.json
}

@test "kdump_local: 64 interfaces are not too many: less than 48 MiB for each" {
	[ "$(results | sed -n 's/^interfaces=//p')" -ge 64 ]
	cd "$(dump_dir)"
	jq -e '.network.interfaces | length >= 64' report.json
	jq -e '.interfaces | length >= 64' nic-dead/nic-dead.json
	/usr/bin/time -f '%M %e' -o "$WORK/report-cost" "$TOP/build/vmcore-report" --parts network vmcore >/dev/null
	sed 's/^/# KiB and seconds: /' "$WORK/dead-cost" "$WORK/report-cost" >&3
	awk '!($1 < 49152) { bad = 1 } END { exit bad || NR != 2 }' "$WORK/dead-cost" "$WORK/report-cost"
}

# Before its driver is there: the address it has (MACL). The other one's driver is built into this kernel.
@test "kdump_local: the registers of an adapter are there, by the tables in the image" {
	cd "$(dump_dir)/nic"
	for pass in 1 2 3; do
		grep -qx '0x00000028 0x5a005452' ./*/before-bind/registers-vmxnet3.$pass
	done
	jq -e '[.devices[].items[] | select(.collector == "registers" and .outcome == "absent") | .reason] |
		length == 1 and all(test("the driver virtio-pci has it already"))' nic-before-bind.json
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
