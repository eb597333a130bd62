#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reports, and what nic-dump dead says, on a stock kernel's vmcore whose memory is damaged where they read it: each is
# one, in its time and memory, and no sanitizer has a word to say. The first some hundred runs of `make corrupt`.

load support

setup_file() {
	rm -rf "$WORK"
	mkdir -p "$WORK"
	vmcore=$("$LAB" vmcore-path x86_64 1024 2>"$WORK/vmcore.log")
	export vmcore
}

teardown_file() { rm -f "$WORK/dump"; }

# corrupt OUT NAME OPTION…: the sum of it is shown
corrupt() {
	local out=$1 name=$2 status=0
	shift 2
	"$out/tests/tools/corrupt-report" "$@" >"$WORK/$name.txt" || status=$?
	cat "$WORK/$name.txt"
	sed -n '/runs: /s/^/# /p' "$WORK/$name.txt" >&3
	return $status
}

@test "hostile report: an ELF vmcore, with sanitizers" {
	corrupt "$TOP/build/sanitize" elf --seconds 25 "$vmcore"
}

@test "hostile report: a kdump-compressed dump, with sanitizers" {
	"$TOP/build/vmcore-filter" --progress=none -l -d 31 "$vmcore" "$WORK/dump"
	corrupt "$TOP/build/sanitize" kdump --seconds 15 "$WORK/dump"
}

@test "hostile report: nic-dump dead, with sanitizers" {
	corrupt "$TOP/build/sanitize" adapters --adapters --seconds 15 "$vmcore"
}

@test "hostile report: nic-dump dead is content with 5 s of CPU and 48 MiB" {
	corrupt "$TOP/build" adapters-limits --adapters --cpu 5 --rss $((48 * 1024)) --seconds 10 "$vmcore"
}

@test "hostile report: 10 s of CPU and 48 MiB are enough for each" {
	corrupt "$TOP/build" limits --cpu 10 --rss $((48 * 1024)) --seconds 15 "$vmcore"
}
