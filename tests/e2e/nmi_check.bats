#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kdumpctl check and kdumpctl nmi against a real kernel: with the settings that Debian ships an NMI saves nothing, and
# check had said so. After check --fix all CPUs spin with interrupts off, and one NMI makes a dump. What the report says
# of such a dump, and what a second NMI does: nmi.bats.

bats_require_minimum_version 1.5.0
# shellcheck disable=SC2154 # support sets TOP, LAB, WORK
load support

# seconds that the console may take to say that it is time for the next NMI
READY_LIMIT=600

write_job() {
	cat <<-END
		base64 -d <<'TOOLS' | tar -xzC /run
		$(tar -czC "$1" salvor_hang.ko | base64)
		TOOLS
	END
	cat <<-'END'
		dumps() { ls /var/crash | grep -c .; }
		# check NAME WORD…: what kdumpctl check says, on the console
		check() {
			name=$1; shift
			kdumpctl check "$@" >/run/check 2>&1
			echo "@job $name status=$?"
			sed "s/^/@job $name: /" /run/check
		}
		if [ $BOOT -eq 2 ]; then
			kdumpctl start
			check stock
			echo "@job nmi-1"
			n=0
			until dmesg | grep -q 'Dazed and confused' || [ $n -eq 120 ]; do n=$((n + 1)); sleep 1; done
			echo "@job after-1 dumps=$(dumps) $(dmesg | grep -c 'Dazed and confused')"
			check fixed --fix
			sync
			insmod /run/salvor_hang.ko how=spinall
			# they spin 2 s later
			echo "@job nmi-2"
			sleep 300
			echo "@job still alive"
		else
			echo "@job production dumps=$(dumps) unknown_nmi_panic=$(cat /proc/sys/kernel/unknown_nmi_panic)"
			check next
			kdumpctl check --undo >/run/undo 2>&1
			echo "@job undone status=$? $(ls /etc/sysctl.d/99-zz-salvor.conf 2>&1 | grep -c 'No such')"
		fi
		systemctl poweroff
	END
}

# send_when REGEX SECONDS PID: an NMI, that long after a line of the console; fails when the guest has ended before
send_when() {
	local i
	for ((i = 0; i < READY_LIMIT * 5; i++)); do
		if grep -qs "$1" "$WORK/console.txt"; then
			sleep "$2"
			PATH=$TOP/build:$PATH "$TOP/scripts/kdumpctl" nmi --platform qmp --yes "$WORK/qmp" >>"$WORK/nmi.log" 2>&1
			return
		fi
		kill -0 "$3" 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}

setup_file() {
	local guest
	[ -x "$TOP/build/nmi-send" ] || skip "nmi-send is not built"
	"$LAB" build hang >"$BATS_FILE_TMPDIR/hang.log" 2>&1 || {
		tail -20 "$BATS_FILE_TMPDIR/hang.log" >&3
		return 1
	}
	fresh_guest x86_64
	write_job "$("$LAB" path hang)" >"$WORK/job"
	run_guest x86_64 900 --mem 1024 --qmp "$WORK/qmp" --append "crashkernel=192M" &
	guest=$!
	send_when '@job nmi-1' 2 $guest
	send_when '@job nmi-2' 15 $guest
	wait $guest
	from_guest /var/crash
}

@test "nmi_check: stock settings: check said so, and nothing was saved" {
	results | grep -q '^stock status=1'
	results | grep -q '^stock: degraded nmi .*kernel.unknown_nmi_panic is 0'
	[ "$(results | grep -c '^stock: lost')" -eq 0 ]
	results | grep -qx 'after-1 dumps=0 1'
}

@test "nmi_check: after check --fix only what is no setting is left" {
	results | grep -q '^fixed: +kernel.unknown_nmi_panic = 1'
	results | grep -q '^fixed: ok  *nmi '
	[ "$(results | grep -c '^fixed: degraded \|^fixed: lost ')" -eq 0 ]
}

@test "nmi_check: all CPUs spin with interrupts off: one NMI, one dump, whole" {
	run ! grep -q 'still alive' <(results)
	results | grep -q '^production dumps=1 unknown_nmi_panic=1'
	(cd "$(dump_dir)" && sha256sum --quiet -c SHA256SUMS)
	jq -e '.complete' "$(dump_dir)/capture.json"
	grep -q 'Not continuing' "$(dump_dir)/vmcore-dmesg.txt"
}

@test "nmi_check: the report names who spun" {
	jq -r '.verdict.sentence' "$(dump_dir)/report.json"
	jq -r '.verdict.sentence' "$(dump_dir)/report.json" | grep 'spinner_without_interrupts.*hang_spin'
}

@test "nmi_check: the dump was not larger than check had said, nor less than a tenth" {
	local predicted kept
	predicted=$(results | sed -n 's/^fixed: ok  *room  *a dump now would be \([0-9]*\) MiB.*/\1/p')
	kept=$(($(jq .pages.written "$(dump_dir)/vmcore.json") / 256))
	echo "predicted $predicted MiB, kept $kept MiB"
	[ "$predicted" -ge "$kept" ]
	[ "$kept" -ge $((predicted / 10)) ]
}

@test "nmi_check: the settings are there after the boot, and --undo takes them back" {
	results | grep -q '^next: ok  *nmi '
	results | grep -qx 'undone status=0 1'
}
