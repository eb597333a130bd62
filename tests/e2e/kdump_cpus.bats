#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A capture kernel with several processors: started on the one the machine booted with, it uses the others, too; started
# on another one, it leaves that one alone, because to start it would reset the machine before anything is saved.

bats_require_minimum_version 1.5.0
load support

setup_file() {
	fresh_guest x86_64
	cat >"$WORK/job" <<-'END'
	case $BOOT in
	2 | 3)
		kdumpctl start; echo "@job start=$?"
		sync
		echo 1 >/proc/sys/kernel/sysrq
		echo "@job crash-on=$((3 - BOOT))"
		exec taskset -c $((3 - BOOT)) sh -c 'echo c >/proc/sysrq-trigger'
		;;
	*)
		echo "@job production"
		systemctl poweroff
		;;
	esac
	END
	run_guest x86_64 900 --mem 2048 --smp 3 --append "crashkernel=256M"
	from_guest /var/crash
	phases | sed 's/^/# /' >&3
}

# cpus_of N: how many processors the capture kernel of the N-th crash brought up
cpus_of() {
	awk -v nth="$1" '/sysrq: Trigger a crash/ { n++ }
		n == nth && match($0, /Brought up 1 node, [0-9]+ CPU/) { split(substr($0, RSTART, RLENGTH), w, " "); print w[5]; exit }' \
		"$WORK/console.txt"
}

@test "kdump_cpus: a crash on the second of three leaves two, on the first all three" {
	results | grep -qx 'crash-on=1'
	results | grep -qx 'crash-on=0'
	[ "$(cpus_of 1)" -eq 2 ]
	[ "$(cpus_of 2)" -eq 3 ]
}

@test "kdump_cpus: both dumps are whole, and the machine is back in production" {
	results | grep -qx 'production'
	[ "$(find "$WORK/disk" -name SHA256SUMS | wc -l)" -eq 2 ]
	for n in 1 2; do
		(cd "$(dump_dir $n)" && sha256sum --strict --quiet -c SHA256SUMS && jq -e .complete capture.json)
	done
}

@test "kdump_cpus: what can be had of the vmcore again was made beside the rest, and is whole" {
	for n in 1 2; do
		cd "$(dump_dir $n)"
		jq -e '[.steps[] | {(.name): .}] | add | .report.start < ."nic-after".start and
			([.report, ."nic-dead", ."nic-after", .vmcore, .digest] | all(.outcome == "ok"))' capture.json
		jq -e '.complete and (.interfaces | length >= 2)' nic-dead/nic-dead.json
		grep -q sysrq_handle_crash report.txt
		[ "$(grep -cE ' (report.txt|report.json|nic-dead/nic-dead.json|vmcore)$' SHA256SUMS)" -eq 4 ]
	done
}

@test "kdump_cpus: crash opens both and backtraces the panic task" {
	for n in 1 2; do
		crash_says x86_64 "$(dump_dir $n)/vmcore" $'bt' >"$WORK/crash-$n.txt"
		cat "$WORK/crash-$n.txt"
		grep -q "CPU: $((2 - n)) " "$WORK/crash-$n.txt"
		grep -q 'sysrq_handle_crash' "$WORK/crash-$n.txt"
	done
}
