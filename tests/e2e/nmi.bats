#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A machine that answers nothing any more, and an NMI: with the settings that Debian ships nothing is saved, and kdumpctl
# check had said so; after check --fix the dump says what hung. The NMI comes from kdumpctl nmi, as from a service
# processor, and from a watchdog. One guest, which hangs at each boot in another way.

bats_require_minimum_version 1.5.0
load support

write_job() {
	cat <<-'END'
		case_is() { echo "salvor-case: $1" >/dev/kmsg; sync; }
		watchdog_of_10_s() {
			# udev has loaded it, for 30 s
			modprobe -r i6300esb
			modprobe i6300esb heartbeat=10
			exec 3>/dev/watchdog
		}
		dumps() { ls /var/crash 2>/dev/null | grep -c .; }
		# check NAME WORD…: what kdumpctl check says, on the disk: between lines of the console come the kernel's
		check() {
			name=$1; shift
			kdumpctl check "$@" >/var/checks/$name 2>&1
			echo "status=$?" >>/var/checks/$name
			cat /var/checks/$name
			sync
		}
		base64 -d <<'MODULE' | tar -xzC /run
	END
	tar -czC "$1" salvor_hang.ko | base64
	cat <<-'END'
		MODULE
		# the CPUs spin 2 s later
		hang() { insmod /run/salvor_hang.ko how=spinall; sleep 100; echo "@job $1: still alive"; systemctl poweroff; }
		mkdir -p /var/checks; kdumpctl start
		case $BOOT in
		2)
			check stock
			echo "@job wants an NMI: stock"
			n=0
			until dmesg | grep -q 'Dazed and confused' || [ $n -eq 120 ]; do n=$((n + 1)); sleep 1; done
			echo "@job after stock dumps=$(dumps) $(dmesg | grep -c 'Dazed and confused')"
			check fixed --fix
			case_is spin
			echo "@job wants an NMI: spin"
			hang spin
			;;
		3)
			check next
			case_is reset
			watchdog_of_10_s
			echo "@job resets"
			hang reset
			;;
		4)
			case_is watchdog
			echo "@job wants the watchdog's NMI"
			sleep 3
			watchdog_of_10_s
			hang watchdog
			;;
		*)
			kdumpctl check --undo >/run/undo 2>&1
			echo "@job undone status=$? $(ls /etc/sysctl.d/99-zz-salvor.conf 2>&1 | grep -c 'No such')"
			systemctl poweroff
			;;
		esac
	END
}

qmp() { "$TOP/tests/e2e/qmp" "$WORK/qmp" "$@"; }
send_nmi() { PATH=$TOP/build:$PATH "$TOP/scripts/kdumpctl" nmi --platform qmp --yes "$WORK/qmp"; }

# once REGEX SECONDS COMMAND…: when the console has it, and so many seconds later
once() {
	await_console "$1" || return 0
	sleep "$2"
	echo "$(tail -n 1 "$WORK/console.txt" | cut -c 1-60): ${*:3}: $("${@:3}" 2>&1 | tail -n 1)"
}

# operator: what somebody at the service processor does
operator() {
	once '@job wants an NMI: stock' 2 send_nmi
	once '@job wants an NMI: spin' 12 send_nmi
	once 'salvor: phase report-saved' 0 qmp inject-nmi
	once "@job wants the watchdog's NMI" 0 qmp '{"execute": "set-action", "arguments": {"watchdog": "inject-nmi"}}'
}

setup_file() {
	lab_part hang
	fresh_guest x86_64
	write_job "$("$LAB" path hang)" >"$WORK/job"
	operator >"$WORK/operator.txt" 3>&- &
	run_guest x86_64 1200 --mem 1024 --append "crashkernel=192M" --qmp "$WORK/qmp" -- -device i6300esb
	from_guest /var/crash
	"$LAB" extract "$WORK/guest.img" /var/checks "$WORK/said"
}

# said CHECK: what kdumpctl check said then
said() { cat "$WORK/said/checks/$1"; }

# dump_of CASE: the directory of the dump whose last case in the log that is
dump_of() {
	local dir
	for dir in "$WORK"/disk/crash/*/; do
		grep 'salvor-case: ' "$dir/vmcore-dmesg.txt" | tail -n 1 | grep -q "salvor-case: $1\$" || continue
		echo "${dir%/}"
	done
}

# names_both CASE: the report names what each CPU did
names_both() {
	local dir cpu
	dir=$(dump_of "$1")
	jq -r '.verdict | .kind, .sentence, .evidence[]' "$dir/report.json"
	[ "$(jq -r .verdict.kind "$dir/report.json")" = nmi ]
	for cpu in 0 1; do
		jq -r .verdict.sentence "$dir/report.json" | grep -E \
			"CPU $cpu stood still for [0-9]+ s, as with interrupts off, in spinner_without_interrupts[+0-9a-fx]* \[salvor_hang\], in hang_spin"
	done
	# and the part "hang" has it first, with each CPU
	jq -e '.hang | .suspects[0].kind == "stopped-cpu" and all(.cpus[]; .stood_still_seconds > 2 and .task.comm == "hang_spin")' \
		"$dir/report.json"
}

@test "nmi: with stock settings nothing is saved, and check had said so" {
	cat "$WORK/operator.txt"
	said stock
	said stock | grep -qx 'status=1'
	said stock | grep -q '^degraded nmi .*kernel.unknown_nmi_panic is 0'
	[ "$(said stock | grep -c '^lost')" -eq 0 ]
	results | grep -qx 'after stock dumps=0 1'
}

@test "nmi: check --fix sets what is missing, the next boot has it, and --undo takes it back" {
	said fixed
	said next
	said fixed | grep -q '^+kernel.unknown_nmi_panic = 1'
	said fixed | grep -q '^ok  *nmi '
	[ "$(said fixed | grep -c '^degraded \|^lost ')" -eq 0 ]
	said next | grep -q '^ok  *nmi '
	results | grep -qx 'undone status=0 1'
}

@test "nmi: all CPUs spin with interrupts off: the dump names what each of them did" {
	run ! grep -q 'still alive' <(results)
	names_both spin
}

@test "nmi: the dump was not larger than check had said, nor less than a tenth" {
	local predicted kept
	predicted=$(said fixed | sed -n 's/^ok  *room  *a dump now would be \([0-9]*\) MiB.*/\1/p')
	kept=$(($(jq .pages.written "$(dump_of spin)/vmcore.json") / 256))
	echo "predicted $predicted MiB, kept $kept MiB"
	[ "$predicted" -ge "$kept" ]
	[ "$kept" -ge $((predicted / 10)) ]
}

@test "nmi: a second one while the capture kernel saves costs nothing" {
	local dir
	dir=$(dump_of spin)
	(cd "$dir" && sha256sum --quiet -c SHA256SUMS)
	jq -e .complete "$dir/capture.json"
	# the capture kernel saw it
	awk '/salvor: phase report-saved/ { saved = 1 } /salvor: phase published/ { exit } saved' "$WORK/console.txt" |
		grep 'NMI received for unknown reason'
}

@test "nmi: a watchdog that resets the machine leaves no dump" {
	results | grep -x 'begin BOOT=4'
	[ -z "$(dump_of reset)" ]
}

@test "nmi: a watchdog that gives an NMI instead: the dump names what each CPU did" { names_both watchdog; }
