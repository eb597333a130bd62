#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The target is too small for the dump: what is small is saved, and of the vmcore what fits.

load support

setup_file() {
	fresh_guest x86_64
	truncate -s 24M "$WORK/small.img"
	mke2fs -q -F -t ext4 -L small "$WORK/small.img"
	cat >"$WORK/job" <<-'END'
	case $BOOT in
	2)
		printf '%s\n' 'ext4 LABEL=small' 'path /dumps' 'failure_action reboot' >/etc/kdump.conf
		kdumpctl start; echo "@job start=$?"
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
	run_guest x86_64 900 --mem 2048 --append "crashkernel=256M" --disk "$WORK/small.img"
	from_guest / "$WORK/small.img"
}

@test "kdump_small_target: the machine comes back, and the console says that the target is full" {
	results | grep -qx 'start=0'
	results | grep -qx 'production'
	grep 'salvor: ' "$WORK/console.txt" | grep -i 'no space left\|full'
}

@test "kdump_small_target: log, NIC state and journal are complete" {
	cd "$(dump_dir)"
	grep -q 'Kernel panic - not syncing: sysrq triggered crash' vmcore-dmesg.txt
	[ -s nic/nic.json ]
	grep -q sysrq_handle_crash report.txt
	jq -e '.steps[] | select(.name == "vmcore") | .outcome == "incomplete"' capture.json
	[[ $PWD == *incomplete* ]]
}

@test "kdump_small_target: the vmcore says that it is incomplete, and crash or drgn opens it" {
	cd "$(dump_dir)"
	file=$(echo vmcore*incomplete*)
	[ -s "$file" ]
	# status word of disk_dump_header: bit 3
	status=$(od -A n -t u4 -j 424 -N 4 "$file")
	[ $((status & 8)) -ne 0 ]
	crash_says x86_64 "$PWD/$file" $'sys' >"$WORK/crash.txt" || :
	cat "$WORK/crash.txt"
	grep -q 'RELEASE: 6\.' "$WORK/crash.txt" || {
		in_lab drgn -q -c "$PWD/$file" -s "$("$LAB" path amd64-kernel)/vmlinux.debug" --no-default-symbols \
			-e "$SAY_RELEASE" | grep '^6\.'
	}
}
