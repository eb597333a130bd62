#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The reader of a kernel's memory on other kernels than the guests of the other tests have: Debian's oldest supported
# one, which crashed, its newest, and arm64's. Each vmcore has nothing but itself; drgn, the newest there is, has its
# debuginfo. So has crash, on x86_64: arm64's, in user emulation, takes longer than all of this file to read it.
#
# By hand (crash 9.0.2, of Debian's source, `make target=ARM64`: 11 minutes of CPU): it does not open this dump, whose kernel
# has 52 bits of addresses. With a processor of 48 (QEMU's -cpu cortex-a76) and phys_offset= of NUMBER(PHYS_OFFSET) and
# 2^52 - 2^48 it does, and had the same 80 tasks, 5 modules, 6 mounts, log and free pages, and of 82 stacks the same but for
# the last frame (ret_from_fork), which it leaves out.

load support
load crash
load stacks

# facts KERNEL: what we say of it and what drgn says, below $WORK/KERNEL
facts() {
	local dir=$WORK/$1 vmcore part
	mkdir -p "$dir"
	vmcore=$("$LAB" kernel-vmcore "$1" 2>"$dir/vmcore.log") || { cat "$dir/vmcore.log" >&3; return 1; }
	ln -s "$vmcore" "$dir/vmcore"
	part=$("$LAB" path "kernel-$1")
	our_stacks "$vmcore" >"$dir/stacks.ours"
	"$TOP/build/vmcore-report" --json "$dir/report.json" --text "$dir/report.txt" "$vmcore"
	"$TOP/build/vmcore-filter" --dump-dmesg -f "$vmcore" "$dir/log.ours"
	"$TOP/build/vmcore-filter" -l -f -d 31 "$vmcore" "$dir/dump"
	drgn_of "$1" "$vmcore" "$TOP/tests/e2e/kernels.py" "$dir"
	[ "$1" = arm64 ] || crash_of "$1" "$vmcore"
	printf '# %s: %s, %s tasks\n' "$1" "$(cat "$part/release")" "$(wc -l <"$dir/stacks.ours")" >&3
}

# drgn_of KERNEL DUMP SCRIPT [ARGUMENT…]
drgn_of() {
	local part file symbols=()
	part=$("$LAB" path "kernel-$1")
	for file in "$part/vmlinux.debug" "$part"/modules-debug/*; do symbols+=(-s "$file"); done
	LAB_BIND=$WORK:$WORK "$LAB" in readers drgn -q -c "$2" "${symbols[@]}" --no-default-symbols "${@:3}"
}

# crash_of KERNEL DUMP: what crash says of it, a file each; NAME.said is crash's
crash_of() {
	local dir=$WORK/$1 what
	for what in ps mod mount log 'foreach bt'; do echo "$what >$dir/${what##* }.said"; done >"$dir/crash.in"
	echo quit >>"$dir/crash.in"
	# one that does not open the dump says why
	LAB_BIND=$WORK:$WORK "$LAB" in readers crash -s --no_scroll -i "$dir/crash.in" \
		"$("$LAB" path "kernel-$1")/vmlinux.debug" "$2" >"$dir/crash.txt" 2>&1 </dev/null || :
}

setup_file() {
	local kernel
	rm -rf "$WORK"
	mkdir -p "$WORK"
	"$LAB" build readers makedumpfile >"$WORK/build.log" 2>&1
	for kernel in oldstable newest arm64; do facts "$kernel"; done
	"$LAB" in readers drgn --version | head -1 | sed 's/^/# /' >&3
}

# same_stacks KERNEL: at least 99 % of the tasks, besides those that the guest's two CPUs ran: these may be between two
# instructions that only one side knows the frame of.
same_stacks() {
	local all differ
	sort "$WORK/$1/stacks.drgn" >"$WORK/$1/stacks.sorted"
	all=$(wc -l <"$WORK/$1/stacks.sorted")
	[ "$all" -gt 50 ]
	diff "$WORK/$1/stacks.sorted" "$WORK/$1/stacks.ours" >"$WORK/$1/stacks.diff" || :
	cat "$WORK/$1/stacks.diff"
	differ=$(grep -c '^<' "$WORK/$1/stacks.diff") || :
	[ "$differ" -le $((all / 100 + 2)) ]
	[ "$all" -eq "$(wc -l <"$WORK/$1/stacks.ours")" ]
	# a stack is more than where the task is
	[ "$(awk 'NF > 4' "$WORK/$1/stacks.ours" | wc -l)" -gt 50 ]
}

# same_lists KERNEL: tasks, modules, disks, interrupts, mounts
same_lists() {
	report_lines "$WORK/$1/report.json" >"$WORK/$1/report_lists.ours"
	diff "$WORK/$1/report_lists.drgn" "$WORK/$1/report_lists.ours"
	[ "$(grep -c '^task ' "$WORK/$1/report_lists.ours")" -gt 50 ]
	[ "$(grep -c '^module ' "$WORK/$1/report_lists.ours")" -ge 4 ]
}

same_zones() {
	jq -r '.memory.zones[] | "\(.name) \(.free) \(.min) \(.low) \(.high) \(.managed)"' "$WORK/$1/report.json" \
		>"$WORK/$1/zones.ours"
	[ -s "$WORK/$1/zones.ours" ]
	diff "$WORK/$1/zones.drgn" "$WORK/$1/zones.ours"
}

# same_log KERNEL: we, as makedumpfile, indent the further lines of a message, drgn does not
same_log() {
	grep -q 'Linux version' "$WORK/$1/log.ours"
	sed -E 's/^ {15}//' "$WORK/$1/log.ours" | cmp "$WORK/$1/log.drgn" -
}

# whole_report KERNEL SENTENCE: no part lacks anything, the verdict is that, and what the guest set up is there
whole_report() {
	jq -e '[.[] | objects | select(has("outcome"))] | length > 8 and all(.outcome == "ok" and .missing == [])' \
		"$WORK/$1/report.json"
	jq -r .verdict.sentence "$WORK/$1/report.json" | grep -E "$2"
	jq -e '[.blocked.groups[].tasks[].comm] | index("mkdir")' "$WORK/$1/report.json"
	jq -e '[.tasks.tasks[] | select(.state == "T")] | length == 1' "$WORK/$1/report.json"
}

# crash_agrees KERNEL: tasks, modules, mounts, the log, and stacks; those of the CPUs it begins at panic(), and an
# instruction later
crash_agrees() {
	local dir=$WORK/$1 what differ
	for what in ps mod mount; do
		${what}_of_report "$dir/report.json" >"$dir/$what.ours"
		${what}_of_crash <"$dir/$what.said" >"$dir/$what.crash"
		[ -s "$dir/$what.crash" ]
		diff "$dir/$what.crash" "$dir/$what.ours"
	done
	[ "$(wc -l <"$dir/ps.crash")" -gt 50 ]
	diff "$dir/log.said" "$dir/log.ours"
	stacks_of_crash <"$dir/bt.said" >"$dir/stacks.crash"
	diff "$dir/stacks.crash" "$dir/stacks.ours" >"$dir/stacks-crash.diff" || :
	cat "$dir/stacks-crash.diff"
	differ=$(grep -c '^<' "$dir/stacks-crash.diff") || :
	[ "$differ" -le 2 ]
	# a stopped CPU was online
	grep -q stop_this_cpu "$dir/report.txt"
	[ "$(wc -l <"$dir/stacks.crash")" -eq "$(wc -l <"$dir/stacks.ours")" ]
}

# theirs KERNEL: what makedumpfile keeps of it at level 31
theirs() {
	"$LAB" in makedumpfile makedumpfile --message-level 4 -f -l -d 31 "$(readlink -f "$WORK/$1/vmcore")" \
		"$WORK/$1/theirs"
}
compare() { "$TOP/build/tests/tools/compare-dumps" "$@"; }

# dump_opens KERNEL: drgn finds the same stacks in the filtered dump
dump_opens() {
	drgn_of "$1" "$WORK/$1/dump" "$TOP/tests/e2e/stacks.py" | sort >"$WORK/$1/stacks.dump"
	diff <(sort "$WORK/$1/stacks.drgn") "$WORK/$1/stacks.dump"
}

@test "kernels: oldstable: the stacks of all tasks" { same_stacks oldstable; }
@test "kernels: oldstable: tasks, modules, mounts, disks, interrupts" { same_lists oldstable; }
@test "kernels: oldstable: zones" { same_zones oldstable; }
@test "kernels: oldstable: the log" { same_log oldstable; }
@test "kernels: oldstable: the report is whole, and says who crashed it" {
	whole_report oldstable '^A crash was requested with sysrq c, by sh \(pid [0-9]+\) on CPU [01]$'
}
@test "kernels: oldstable: crash shows the same" { crash_agrees oldstable; }
@test "kernels: oldstable: the filtered dump is complete for drgn" { dump_opens oldstable; }

@test "kernels: newest: the stacks of all tasks" { same_stacks newest; }
@test "kernels: newest: tasks, modules, mounts, disks, interrupts" { same_lists newest; }
@test "kernels: newest: zones" { same_zones newest; }
@test "kernels: newest: the log" { same_log newest; }
@test "kernels: newest: the report is whole" { whole_report newest '^No crash'; }
# When Debian's crash knows this kernel, it is to be compared.
@test "kernels: newest: crash 9.0.2 does not open it" {
	cat "$WORK/newest/crash.txt"
	grep -q 'crash: invalid structure member offset: module_num_gpl_syms' "$WORK/newest/crash.txt"
}
@test "kernels: newest: the filtered dump is complete for drgn" { dump_opens newest; }

# The first MB of a dump that did not fit are enough to open it: most of an image is text, which nobody needs for that.
@test "kernels: arm64: 10 MiB of the filtered dump open in drgn" {
	cut_dump 10 "$WORK/arm64/vmcore" "$WORK/arm64/cut"
	drgn_of arm64 "$WORK/arm64/cut" -e "$SAY_RELEASE" | grep '^6\.'
}

@test "kernels: arm64: the stacks of all tasks" { same_stacks arm64; }
@test "kernels: arm64: tasks, modules, mounts, disks, interrupts" { same_lists arm64; }
@test "kernels: arm64: zones" { same_zones arm64; }
@test "kernels: arm64: the log" { same_log arm64; }
@test "kernels: arm64: the report is whole" { whole_report arm64 '^No crash'; }
@test "kernels: arm64: the filtered dump is complete for drgn" { dump_opens arm64; }

@test "kernels: oldstable: the same pages as makedumpfile" {
	theirs oldstable
	compare "$WORK/oldstable/dump" "$WORK/oldstable/theirs"
}

# makedumpfile 1.7.8 does not know compound_info, by which 7.1 and later mark the tails of compound pages: it takes the
# second page of each slab for a user's, and leaves it out.
@test "kernels: newest: every page that makedumpfile has, with its bytes" {
	theirs newest
	compare --pages-only --subset "$WORK/newest/theirs" "$WORK/newest/dump"
}
