#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Firmware-assisted dump on ppc64le: crash, capture by the production initramfs, the memory given back, the
# same boot goes on; and once more, by kdumpctl test --nmi and a system reset, as the HMC sends it to a partition that
# hangs (QEMU's inject-nmi).

load support

# system_reset: what somebody at the HMC does
system_reset() {
	await_console 'kdumpctl: waiting .* for the NMI' 1 1200 || return 0
	sleep 3
	PATH=$TOP/build:$PATH "$TOP/scripts/kdumpctl" nmi --platform qmp --yes "$WORK/qmp" 2>&1
}

setup_file() {
	fresh_guest ppc64le
	cat >"$WORK/job" <<-'END'
	mem() { sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo; }
	echo "@job boot=$BOOT memory=$(mem) registered=$(cat /sys/kernel/fadump/registered)"
	echo "@job reserved=$(cat /sys/kernel/fadump/mem_reserved)"
	echo "@job vmcore=$([ -e /proc/vmcore ] && echo there || echo gone)"
	kdumpctl status; echo "@job status=$?"
	case $BOOT in
	2)
		sync
		echo 1 >/proc/sys/kernel/sysrq
		echo c >/proc/sysrq-trigger
		;;
	3)
		kdumpctl test --nmi --force
		;;
	*)
		kdumpctl test --result; echo "@job result=$?"
		kdumpctl stop; echo "@job stop=$?"
		kdumpctl status; echo "@job stopped-status=$?"
		kdumpctl start; echo "@job start=$?"
		echo "@job end-registered=$(cat /sys/kernel/fadump/registered)"
		systemctl poweroff
		;;
	esac
	END
	system_reset >"$WORK/reset.txt" 3>&- &
	run_guest ppc64le 1200 --mem 4096 --append "fadump=on crashkernel=1G" --qmp "$WORK/qmp"
	"$LAB" extract "$WORK/guest.img" /var/lib/salvor/test "$WORK/said"
	from_guest /var/crash
	phases | sed 's/^/# /' >&3
}

@test "fadump: the production kernel has its memory back after each dump, without another boot" {
	results | grep '^boot='
	before=$(results | sed -n 's/^boot=2 memory=\([0-9]*\) .*/\1/p')
	# a first boot lends the reserved area to processes (CMA); the kernel does not do that again
	reserved=$(($(results | sed -n 's/^reserved=//p' | head -1) / 1024))
	for boot in 3 4; do
		after=$(results | sed -n "s/^boot=$boot memory=\([0-9]*\) .*/\1/p")
		[ "$after" -ge $(((before - reserved) * 99 / 100)) ]
	done
	[ "$(results | grep -c '^vmcore=gone')" -eq 3 ]
	# one kernel start by the firmware for each crash and one at the beginning: nothing rebooted
	[ "$(grep -c 'Linux version' "$WORK/console.txt")" -eq 3 ]
}

@test "fadump: registered again after each dump" {
	[ "$(results | grep -c '^boot=.* registered=1$')" -eq 3 ]
}

@test "fadump: kdumpctl status, stop, start" {
	[ "$(results | grep -cx 'status=0')" -eq 3 ]
	results | grep -qx 'stop=0'
	results | grep -qx 'stopped-status=3'
	results | grep -qx 'start=0'
	results | grep -qx 'end-registered=1'
}

@test "fadump: two dumps beside each other, every file as the manifests say" {
	[ "$(find "$WORK/disk" -name SHA256SUMS | wc -l)" -eq 2 ]
	for n in 1 2; do
		cd "$(dump_dir $n)"
		sha256sum --strict --quiet -c SHA256SUMS
		case $n in
		1) grep -q 'Kernel panic - not syncing: sysrq triggered crash' vmcore-dmesg.txt ;;
		# crash_fadump() comes before a word is said
		2) grep -q 'salvor: kdumpctl test .* began' vmcore-dmesg.txt ;;
		esac
		# report and nic-dead go on beside the others
		jq -e '[.steps[] | select(.name == ("dmesg", "nic-after", "report", "nic-dead", "vmcore", "digest")) |
			[.name, .outcome]] | sort == [["digest", "ok"], ["dmesg", "ok"], ["nic-after", "ok"], ["nic-dead", "ok"],
			["report", "ok"], ["vmcore", "ok"]]' capture.json
		[ "$(find nic -name config -size +63c | wc -l)" -ge 2 ]
		grep -q 'reset' nic/nic.json
		# the devices were reset: what they were doing is in the memory alone
		jq -e '.complete and ([.interfaces[] | select(.driver)] | length >= 2)' nic-dead/nic-dead.json
		grep -q ' nic-dead/nic-dead.txt$' SHA256SUMS
		jq -e '.network.interfaces | map(select(.driver and .up)) | length >= 1' report.json
		# both adapters, and neither was asked for its registers
		jq -e '[.stages[].devices[].items[] | select(.collector == "registers")] | length == 2 and
			all(.outcome == "skipped" and (.reason | test("reset by firmware")))' nic/nic.json
		[ $n = 2 ] || grep -q sysrq_handle_crash report.txt
	done
}

@test "fadump: a system reset by kdumpctl nmi is what kdumpctl test --nmi waited for, and the same boot tells the result" {
	local result=$WORK/said/test/result.json
	cat "$WORK/reset.txt" "$WORK/said/test/result.txt"
	results | grep -qx 'result=0'
	jq -e '.outcome == "whole" and .kind == "nmi" and .mode == "fadump" and .wrong == []' "$result"
	jq -e '[.phases[].phase] | (index("vmcore: ok") and (.[-1] | startswith("publish, release; the same boot goes on")))' "$result"
	[ "$(jq -r .dump "$result")" = "/var/crash/$(basename "$(dump_dir 2)")" ]
}

@test "fadump: the report of a system reset says so" {
	jq -e '.verdict.kind == "nmi"' "$(dump_dir 2)/report.json"
}

@test "fadump: crash opens both dumps and backtraces the panic task" {
	for n in 1 2; do
		crash_says ppc64le "$(dump_dir $n)/vmcore" $'sys\nbt' >"$WORK/crash$n.txt"
		cat "$WORK/crash$n.txt"
		case $n in
		1)
			grep -q 'PANIC: "Kernel panic - not syncing: sysrq triggered crash"' "$WORK/crash$n.txt"
			grep -q 'sysrq_handle_crash' "$WORK/crash$n.txt"
			;;
		2)
			# a system reset leaves no message; which CPU took it, and what that was doing, agrees
			said=$(jq -r '.verdict | "CPU: \(.cpu)  COMMAND: \"\(.comm)\""' "$(dump_dir 2)/report.json")
			tr -s ' ' <"$WORK/crash$n.txt" | grep -qF "$(tr -s ' ' <<<"$said")"
			;;
		esac
	done
}
