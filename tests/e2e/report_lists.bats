#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The lists of a report on a stock kernel's vmcore, made without debuginfo, are those that drgn and crash make with it.

load support
load crash

setup_file() {
	local vmcore vmlinux
	rm -rf "$WORK"
	mkdir -p "$WORK"
	vmcore=$("$LAB" vmcore-path x86_64 1024 2>"$WORK/vmcore.log")
	vmlinux=$("$LAB" path amd64-kernel)/vmlinux.debug
	"$TOP/build/vmcore-report" --parts tasks,modules,mounts,block_io,interrupts --json "$WORK/report.json" "$vmcore"
	report_lines "$WORK/report.json" >"$WORK/ours.txt"
	in_lab drgn -q -c "$vmcore" -s "$vmlinux" --no-default-symbols "$TOP/tests/e2e/report_lists.py" >"$WORK/drgn.txt"
	crash_says x86_64 "$vmcore" $'ps\nmod\nmount\nirq' >"$WORK/crash.txt"
}

# same_lines KIND LEAST: at least so many, and drgn has the same in the same order
same_lines() {
	grep "^$1 " "$WORK/drgn.txt" >"$WORK/$1.drgn"
	grep "^$1 " "$WORK/ours.txt" >"$WORK/$1.ours"
	[ "$(wc -l <"$WORK/$1.drgn")" -ge "$2" ]
	diff "$WORK/$1.drgn" "$WORK/$1.ours"
}

@test "report lists: nothing is missing" {
	jq -e '[.tasks, .modules, .mounts, .block_io, .interrupts] | all(.outcome == "ok" and .missing == [])' "$WORK/report.json"
}

@test "report lists: tasks, with their memory, are those that drgn finds" { same_lines task 50; }
@test "report lists: modules are those that drgn finds" { same_lines module 10; }
@test "report lists: mounts are those that drgn finds" { same_lines mount 10; }
@test "report lists: disks are those that drgn finds" { same_lines disk 1; }
@test "report lists: interrupts are those that drgn finds" { same_lines irq 10; }

@test "report lists: crash shows the same tasks" {
	ps_of_report "$WORK/report.json" >"$WORK/ps.ours"
	ps_of_crash <"$WORK/crash.txt" >"$WORK/ps.crash"
	[ "$(wc -l <"$WORK/ps.crash")" -ge 50 ]
	diff "$WORK/ps.crash" "$WORK/ps.ours"
}

@test "report lists: crash shows the same modules and mounts" {
	mod_of_report "$WORK/report.json" >"$WORK/mod.ours"
	sed -n '/ MODULE /,/ MOUNT /p' "$WORK/crash.txt" | mod_of_crash >"$WORK/mod.crash"
	[ "$(wc -l <"$WORK/mod.crash")" -ge 10 ]
	diff "$WORK/mod.crash" "$WORK/mod.ours"
	mount_of_report "$WORK/report.json" >"$WORK/mount.ours"
	sed -n '/ MOUNT /,/ IRQ /p' "$WORK/crash.txt" | mount_of_crash >"$WORK/mount.crash"
	[ "$(wc -l <"$WORK/mount.crash")" -ge 10 ]
	diff "$WORK/mount.crash" "$WORK/mount.ours"
}
