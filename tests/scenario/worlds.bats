#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Machines in which every page's use is known (tests/fixtures/vmcore/*.world): vmcore-filter keeps exactly the
# pages that each level must keep, with their bytes, and so does makedumpfile where it knows the kernel.

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export top OUT=${OUT:-$top/build}
	[[ $OUT == /* ]] || OUT=$top/$OUT
	export WORLDS=$top/tests/fixtures/vmcore
	for world in "$WORLDS"/*.world; do
		"$OUT/tests/tools/mkvmcore" "$world" "$BATS_FILE_TMPDIR/$(basename "$world" .world)"
	done
}

filter() { "$OUT/vmcore-filter" --progress=none --message-level=4 "$@"; }
compare() { "$OUT/tests/tools/compare-dumps" "$@"; }

# keeps_exactly WORLD OPTION… : at every level
keeps_exactly() {
	local world=$1 vmcore=$BATS_FILE_TMPDIR/$1 dump=$BATS_TEST_TMPDIR/dump level
	shift
	for level in 0 1 2 4 8 16 17 23 31; do
		filter -f -d $level --record "$BATS_TEST_TMPDIR/record" "$@" "$vmcore" "$dump"
		# each once, though some are written before their turn
		jq -e '.pages | .selected > 0 and .written == .selected' "$BATS_TEST_TMPDIR/record"
		"$OUT/tests/tools/mkvmcore" --expect $level "$WORLDS/$world.world" >"$BATS_TEST_TMPDIR/expected"
		compare --list "$dump" >"$BATS_TEST_TMPDIR/kept"
		diff -u --label "expected at level $level" --label kept "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/kept"
		compare --subset "$dump" "$vmcore"
	done
}

@test "x86_64, struct page of 4.18" { keeps_exactly x86_64-4.18; }
@test "x86_64, struct page of 6.4" { keeps_exactly x86_64-6.4; }
@test "x86_64, struct page of 6.12" { keeps_exactly x86_64-6.12; }
@test "x86_64, struct page of 7.1" { keeps_exactly x86_64-7.1; }
@test "ppc64le, radix, 64 KiB pages, struct page of 6.12" { keeps_exactly ppc64le-6.12; }
@test "one thread and many give the same dump" {
	local vmcore=$BATS_FILE_TMPDIR/x86_64-6.12 n
	filter -f -d 31 --num-threads=0 "$vmcore" "$BATS_TEST_TMPDIR/serial"
	for n in 1 2 7; do
		filter -f -d 31 --num-threads=$n "$vmcore" "$BATS_TEST_TMPDIR/threads"
		compare "$BATS_TEST_TMPDIR/serial" "$BATS_TEST_TMPDIR/threads"
		[ "$(stat -c %s "$BATS_TEST_TMPDIR/serial")" = "$(stat -c %s "$BATS_TEST_TMPDIR/threads")" ]
	done
}

@test "every codec of this build gives the same pages" {
	local vmcore=$BATS_FILE_TMPDIR/x86_64-6.12 codec known
	known=$(filter --version)
	filter -f -d 31 --compress=none "$vmcore" "$BATS_TEST_TMPDIR/raw"
	for codec in zstd lzo zlib snappy; do
		[[ $known != *without*$codec* ]] || continue
		filter -f -d 31 --compress=$codec "$vmcore" "$BATS_TEST_TMPDIR/$codec"
		compare "$BATS_TEST_TMPDIR/raw" "$BATS_TEST_TMPDIR/$codec"
		[ "$(stat -c %s "$BATS_TEST_TMPDIR/raw")" -gt "$(stat -c %s "$BATS_TEST_TMPDIR/$codec")" ]
	done
}

@test "a flattened stream, rearranged, is the same file" {
	local vmcore=$BATS_FILE_TMPDIR/ppc64le-6.12
	filter -f -d 31 "$vmcore" "$BATS_TEST_TMPDIR/direct"
	filter -F -d 31 "$vmcore" >"$BATS_TEST_TMPDIR/stream"
	filter -R "$BATS_TEST_TMPDIR/rearranged" <"$BATS_TEST_TMPDIR/stream"
	compare "$BATS_TEST_TMPDIR/direct" "$BATS_TEST_TMPDIR/rearranged"
	head -c 100000 "$BATS_TEST_TMPDIR/stream" >"$BATS_TEST_TMPDIR/cut"
	run filter -R "$BATS_TEST_TMPDIR/cut-dump" <"$BATS_TEST_TMPDIR/cut"
	[ "$status" -eq 3 ]
	[[ $output == *incomplete* ]]
}

# makedumpfile of Debian 12 (1.7.2) knows struct page up to 6.6. Not level 31: it takes the world's slab pages, whose
# mapping word is odd, for anonymous ones (fixed behind 1.7.2, in its commit 5f17bdd).
@test "makedumpfile agrees on 4.18" {
	command -v makedumpfile >/dev/null || skip "makedumpfile is not installed"
	[ "$(uname -m)" = x86_64 ] || skip "makedumpfile reads dumps of its own architecture only"
	local vmcore=$BATS_FILE_TMPDIR/x86_64-4.18 level
	makedumpfile -v | head -n 1
	for level in 0 1 17 23; do
		makedumpfile -f -c -d $level "$vmcore" "$BATS_TEST_TMPDIR/theirs" >"$BATS_TEST_TMPDIR/log"
		filter -f -c -d $level "$vmcore" "$BATS_TEST_TMPDIR/ours"
		compare "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/ours"
	done
}

@test "compare-dumps sees one byte, one page and one line of VMCOREINFO" {
	local vmcore=$BATS_FILE_TMPDIR/ppc64le-6.12 dump=$BATS_TEST_TMPDIR/dump at
	filter -f -d 31 --compress=none "$vmcore" "$dump"
	compare "$dump" "$dump"
	cp "$dump" "$dump.byte"
	at=$(($(stat -c %s "$dump") - 100))
	printf X | dd of="$dump.byte" bs=1 seek=$at conv=notrunc status=none
	run compare "$dump" "$dump.byte"
	[ "$status" -eq 1 ]
	[[ $output == *'bytes differ from offset'* ]]
	filter -f -d 23 "$vmcore" "$dump.more"
	run compare --pages-only "$dump" "$dump.more"
	[ "$status" -eq 1 ]
	[[ $output == *"only in $dump.more"* ]]
	compare --pages-only --subset "$dump" "$dump.more"
	cp "$dump" "$dump.info"
	at=$(grep -abo 'NUMBER(PG_lru)=5' "$dump.info" | head -n 1 | cut -d: -f1)
	printf 6 | dd of="$dump.info" bs=1 seek=$((at + 15)) conv=notrunc status=none
	run compare "$dump" "$dump.info"
	[ "$status" -eq 1 ]
	[[ $output == *PG_lru* ]]
	run compare "$dump" "$WORLDS/ppc64le-6.12.world"
	[ "$status" -eq 2 ]
}

@test "a world that is wrong is refused with its line" {
	printf 'machine x86_64\nmemory 0 0x1000\npages 0x2 0x5 free order 1\n' >"$BATS_TEST_TMPDIR/bad"
	run "$OUT/tests/tools/mkvmcore" "$BATS_TEST_TMPDIR/bad" "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 2 ]
	[[ $output == *"bad:3: not a range of pfns aligned to its order"* ]]
}
