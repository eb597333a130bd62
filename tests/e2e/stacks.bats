#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a stock kernel's vmcore has in itself is enough to unwind the stack of every task: the frames are those that
# drgn and crash find with debuginfo. Stacks of kernels that crashed are compared in vmcore_equal.bats.

load support
load crash
load stacks

setup_file() {
	rm -rf "$WORK"
	mkdir -p "$WORK"
	vmcore=$("$LAB" vmcore-path x86_64 1024 2>"$WORK/vmcore.log")
	export vmcore
	our_stacks "$vmcore" >"$WORK/ours.txt"
	sed 's/^/# /' "$WORK/stacks-cost.txt" >&3
	wc -l <"$WORK/ours.txt" | sed 's/^/# tasks: /' >&3
}

@test "stacks: all tasks, frame by frame, as drgn has them" {
	[ "$(wc -l <"$WORK/ours.txt")" -gt 50 ]
	diff "$WORK/ours.txt" <(drgn_stacks x86_64 "$vmcore")
}

@test "stacks: all tasks, frame by frame, as crash has them" {
	diff "$WORK/ours.txt" <(crash_stacks x86_64 "$vmcore")
}

@test "stacks: they take less than 24 MiB, symbols and types and all" {
	[ "$(sed -nE 's/^open [0-9.]+ s, stacks [0-9.]+ s, ([0-9]+) KiB$/\1/p' "$WORK/stacks-cost.txt")" -lt 24576 ]
}
