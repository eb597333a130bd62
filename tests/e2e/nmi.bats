#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A machine that answers nothing any more, and an NMI: with a kernel's stock settings nothing is saved; with the right
# ones the dump says what hung. The NMI comes from QEMU, as from a service processor, and from a watchdog.

bats_require_minimum_version 1.5.0
load support

write_job() {
	cat <<-'END'
		set_to() { echo "$2" >"/proc/sys/$1"; }
		case_is() { echo "salvor-case: $1" >/dev/kmsg; sync; }
		watchdog_of_10_s() {
			modprobe i6300esb heartbeat=10
			exec 3>/dev/watchdog
		}
		base64 -d <<'MODULE' | tar -xzC /run
	END
	tar -czC "$1" salvor_hang.ko | base64
	cat <<-'END'
		MODULE
		hang() { insmod /run/salvor_hang.ko how=spinall; sleep 100; echo "@job $1: still alive"; systemctl poweroff; }
		kdumpctl start
		case $BOOT in
		2)
			echo "@job wants an NMI: stock"
			sleep 8
			dmesg | grep -q 'Dazed and confused' && echo "@job stock: dazed"
			set_to kernel/unknown_nmi_panic 1
			case_is spin
			echo "@job wants an NMI: spin"
			hang spin
			;;
		3)
			case_is reset
			watchdog_of_10_s
			echo "@job resets"
			hang reset
			;;
		4)
			set_to kernel/unknown_nmi_panic 1
			case_is watchdog
			echo "@job wants the watchdog's NMI"
			sleep 3
			watchdog_of_10_s
			hang watchdog
			;;
		*)
			echo "@job production"
			systemctl poweroff
			;;
		esac
	END
}

qmp() { "$TOP/tests/e2e/qmp" "$WORK/qmp" "$@"; }

# once REGEX SECONDS COMMAND…: when the console has it, and so many seconds later
once() {
	local i
	for i in $(seq 600); do
		if grep -Eq "$1" "$WORK/console.txt" 2>/dev/null; then
			sleep "$2"
			echo "$(tail -n 1 "$WORK/console.txt" | cut -c 1-60): ${*:3}: $("${@:3}" 2>&1)"
			return
		fi
		sleep 0.5
	done
	echo "never: $1"
}

# operator: what somebody at the service processor does
operator() {
	once '@job wants an NMI: stock' 2 qmp inject-nmi
	once '@job wants an NMI: spin' 10 qmp inject-nmi
	once 'salvor: phase report-saved' 0 qmp inject-nmi
	once "@job wants the watchdog's NMI" 0 qmp '{"execute": "set-action", "arguments": {"watchdog": "inject-nmi"}}'
}

setup_file() {
	"$LAB" build hang >"$BATS_FILE_TMPDIR/hang.log" 2>&1 || {
		tail -20 "$BATS_FILE_TMPDIR/hang.log" >&3
		return 1
	}
	fresh_guest x86_64
	write_job "$("$LAB" path hang)" >"$WORK/job"
	operator >"$WORK/operator.txt" 3>&- &
	run_guest x86_64 900 --mem 1024 --append "crashkernel=192M" --qmp "$WORK/qmp" -- -device i6300esb
	from_guest /var/crash
}

# dump_of CASE: the directory of the dump in whose log the case is; of several the last
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
}

@test "nmi: with stock settings the kernel goes on, and nothing is saved" {
	cat "$WORK/operator.txt"
	results | grep -x 'stock: dazed'
	[ "$(find "$WORK/disk/crash" -mindepth 1 -maxdepth 1 | wc -l)" -eq 2 ]
}

@test "nmi: all CPUs spin with interrupts off: the dump names what each of them did" { names_both spin; }

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
