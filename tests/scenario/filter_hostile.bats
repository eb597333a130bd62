#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vmcore-filter on files whose headers promise what no machine has: one line and status 1, or a dump that costs no
# more time, memory and space than the file has pages.

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OUT=${OUT:-build}
	export TOP OUT
}

setup() {
	cd "$TOP" || return 1
	load elf_helpers.bash
	core=$BATS_TEST_TMPDIR/core dump=$BATS_TEST_TMPDIR/dump
}

filter() { timeout 60 "$OUT/vmcore-filter" "$@"; }

# far PADDR : 64 KiB of memory at 0 and a page at PADDR
far() {
	{
		header 2 0 0
		segment 0 4096 65536
		segment "$1" 69632 4096
	} >"$core"
	truncate -s 4096 "$core"
	head -c 69632 /dev/zero | tr '\0' x >>"$core"
}

number_in_record() { sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" "$BATS_TEST_TMPDIR/record"; }

@test "a page at the end of 46 bits costs holes, not gigabytes" {
	far $(((1 << 46) - 4096))
	filter -d 1 --record "$BATS_TEST_TMPDIR/record" "$core" "$dump"
	[ "$(number_in_record selected)" -eq 17 ]
	[ "$(number_in_record written)" -eq 17 ]
	du -k "$dump"
	[ "$(du -k "$dump" | cut -f 1)" -lt 1024 ]
	cat "$BATS_TEST_TMPDIR/record"
	[ "$(number_in_record peak_rss_kib)" -lt 65536 ]
	filter -F -d 1 "$core" >"$BATS_TEST_TMPDIR/stream"
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/stream")" -lt 1000000 ]
	filter -R "$BATS_TEST_TMPDIR/rearranged" <"$BATS_TEST_TMPDIR/stream"
	[ "$(du -k "$BATS_TEST_TMPDIR/rearranged" | cut -f 1)" -lt 1024 ]
}

@test "a bitmap with holes is read as it is meant" {
	far $(((1 << 41) - 4096))
	filter -d 1 "$core" "$dump"
	"$OUT/tests/tools/compare-dumps" --list "$dump" >"$BATS_TEST_TMPDIR/pages"
	printf '0-0xf\n0x1fffffff-0x1fffffff\n' | diff -u - "$BATS_TEST_TMPDIR/pages"
	filter -F -d 1 "$core" | filter -R "$BATS_TEST_TMPDIR/rearranged"
	cmp -i 4096 "$dump" "$BATS_TEST_TMPDIR/rearranged"
}

@test "a page above what is possible is refused" {
	local paddr
	for paddr in $((1 << 47)) $(((1 << 52) - 4096)) $((-4096)); do
		far "$paddr"
		run filter -d 1 "$core" "$dump"
		echo "$status $output"
		[ "$status" -eq 1 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == *"above the limit of 0x800000000000: not a valid vmcore"* || $output == *overflows* ]]
		[ ! -e "$dump" ]
	done
}

@test "the same bytes at several addresses are refused" {
	{
		header 2 0 0
		segment 0 4096 65536
		segment $((1 << 30)) 4096 65536
	} >"$core"
	truncate -s 69632 "$core"
	run filter -d 1 "$core" "$dump"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"same bytes of the file"* ]]
}

# libelf would take memory for each before it looks at one.
@test "millions of section headers are refused" {
	{
		header 1 128 0
		segment 0 4096 65536
	} >"$core"
	truncate -s 128 "$core"
	{
		le 4 0 0
		le 8 0 0 0 $((64 << 20))
		le 4 0 0
		le 8 0 0
	} >>"$core"
	truncate -s 8G "$core"
	run bash -c "ulimit -v 1000000; timeout 60 '$OUT/vmcore-filter' -d 1 '$core' '$dump'"
	echo "$status $output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"67108864 section headers: not a vmcore"* ]]
}

@test "program headers that are counted in a section header" {
	{
		header 65535 4096 0
		segment 0 8192 65536
	} >"$core"
	truncate -s 4096 "$core"
	# sh_info is the count: one that is true, and one that no file has
	local count
	for count in 1 $((1 << 31)); do
		truncate -s 4096 "$core"
		{
			le 4 0 0
			le 8 0 0 0 1
			le 4 0 "$count"
			le 8 0 0
		} >>"$core"
		truncate -s 73728 "$core"
		run filter -f -d 0 "$core" "$dump"
		echo "$status $output"
		if [ "$count" -eq 1 ]; then
			[ "$status" -eq 0 ]
		else
			[ "$status" -eq 1 ]
			[ "${#lines[@]}" -eq 1 ]
		fi
	done
}
