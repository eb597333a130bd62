#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vmcore-filter where memory, files or its user's care run out: one line, the documented status, nothing lost.

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OUT=${OUT:-build}
	export TOP OUT
	cd "$TOP" || return 1
	"$OUT/tests/tools/mkvmcore" tests/fixtures/vmcore/x86_64-6.12.world "$BATS_FILE_TMPDIR/vmcore"
	filter -f -d 31 "$BATS_FILE_TMPDIR/vmcore" "$BATS_FILE_TMPDIR/good"
}

setup() { cd "$TOP" || return 1; }

filter() { "$OUT/vmcore-filter" "$@"; }

@test "the vmcore is not overwritten by its own dump" {
	cp "$BATS_FILE_TMPDIR/vmcore" "$BATS_TEST_TMPDIR/v"
	run filter -f "$BATS_TEST_TMPDIR/v" "$BATS_TEST_TMPDIR/v"
	[ "$status" -eq 2 ]
	[[ $output == *"is the file that is read"* ]]
	cmp "$BATS_FILE_TMPDIR/vmcore" "$BATS_TEST_TMPDIR/v"
}

@test "a pipe as the vmcore is refused, not waited for" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	run timeout 10 "$OUT/vmcore-filter" "$BATS_TEST_TMPDIR/pipe" "$BATS_TEST_TMPDIR/o"
	[ "$status" -eq 1 ] || [ "$status" -eq 2 ]
	[[ $output == *"not a file or block device"* ]]
}

@test "a file size limit is a full target, not a signal" {
	run bash -c "ulimit -f 200; '$OUT/vmcore-filter' -f -d 0 --compress none '$BATS_FILE_TMPDIR/vmcore' \
		'$BATS_TEST_TMPDIR/o'"
	[ "$status" -eq 3 ] || [ "$status" -eq 4 ]
	[[ $output == *"too large"* ]]
}

@test "with little memory the dump is whole, or the run fails and says so" {
	local kib whole=0
	for kib in 8000 9000 10000 12000 16000 24000 40000; do
		rm -f "$BATS_TEST_TMPDIR/o"
		run bash -c "ulimit -v $kib; '$OUT/vmcore-filter' -f -d 31 --num-threads 4 \
			'$BATS_FILE_TMPDIR/vmcore' '$BATS_TEST_TMPDIR/o'"
		echo "$kib KiB: $status $output"
		if [ "$status" -eq 0 ]; then
			"$OUT/tests/tools/compare-dumps" "$BATS_FILE_TMPDIR/good" "$BATS_TEST_TMPDIR/o"
			whole=$((whole + 1))
		else
			[ -n "$output" ]
		fi
	done
	[ $whole -ge 1 ]
}

@test "options that do not go together are refused" {
	run filter -F --dump-dmesg "$BATS_FILE_TMPDIR/vmcore"
	[ "$status" -eq 2 ]
	run filter --check-params --dump-dmesg "$BATS_FILE_TMPDIR/vmcore" "$BATS_TEST_TMPDIR/log"
	[ "$status" -eq 0 ]
	[ ! -e "$BATS_TEST_TMPDIR/log" ]
}
