#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Dumps as input: what vmcore-filter and makedumpfile wrote of a known machine reads back page by page as it
# was in the ELF vmcore, and filtering a dump again gives what filtering the vmcore gives.

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export top OUT=${OUT:-$top/build}
	[[ $OUT == /* ]] || OUT=$top/$OUT
	export WORLDS=$top/tests/fixtures/vmcore
	for world in x86_64-6.12 x86_64-4.18 ppc64le-6.12; do
		"$OUT/tests/tools/mkvmcore" "$WORLDS/$world.world" "$BATS_FILE_TMPDIR/$world"
	done
}

filter() { "$OUT/vmcore-filter" --progress=none --message-level=4 "$@"; }
# reads_as DUMP WORLD
reads_as() { "$OUT/tests/tools/compare-memory" "$1" "$BATS_FILE_TMPDIR/$2"; }
same_dump() { "$OUT/tests/tools/compare-dumps" "$@"; }

@test "every codec and level reads back, flattened too" {
	local world codec level dump=$BATS_TEST_TMPDIR/dump known
	known=$(filter --version)
	for world in x86_64-6.12 ppc64le-6.12; do
		for codec in none zstd lzo zlib snappy; do
			[[ $known != *without*$codec* ]] || continue
			for level in 0 1 31; do
				filter -f -d $level --compress=$codec "$BATS_FILE_TMPDIR/$world" "$dump"
				reads_as "$dump" $world
				filter -F -d $level --compress=$codec "$BATS_FILE_TMPDIR/$world" >"$dump.flat"
				reads_as "$dump.flat" $world
			done
		done
	done
}

@test "what makedumpfile writes reads back: compressed, ELF, flattened" {
	command -v makedumpfile >/dev/null || skip "makedumpfile is not installed"
	[ "$(uname -m)" = x86_64 ] || skip "makedumpfile reads dumps of its own architecture only"
	local vmcore=$BATS_FILE_TMPDIR/x86_64-4.18 dump=$BATS_TEST_TMPDIR/dump option level
	makedumpfile -v | head -n 1
	for level in 0 1 17; do
		for option in -c -l; do
			makedumpfile -f $option -d $level "$vmcore" "$dump" >"$BATS_TEST_TMPDIR/log"
			reads_as "$dump" x86_64-4.18
			makedumpfile -F $option -d $level "$vmcore" >"$dump.flat" 2>"$BATS_TEST_TMPDIR/log"
			reads_as "$dump.flat" x86_64-4.18
		done
	done
	makedumpfile -F -E -d 0 "$vmcore" >"$dump.elf.flat" 2>"$BATS_TEST_TMPDIR/log"
	reads_as "$dump.elf.flat" x86_64-4.18
}

@test "a dump filtered again is the same dump" {
	local world dump=$BATS_TEST_TMPDIR/dump
	for world in x86_64-6.12 ppc64le-6.12; do
		filter -f -d 31 -z "$BATS_FILE_TMPDIR/$world" "$dump.31"
		filter -f -d 0 -l "$BATS_FILE_TMPDIR/$world" "$dump.0"
		filter -F -d 1 -l "$BATS_FILE_TMPDIR/$world" >"$dump.flat"
		for input in "$dump.0" "$dump.flat" "$dump.31"; do
			filter -f -d 31 -z "$input" "$dump.again"
			same_dump "$dump.31" "$dump.again"
		done
	done
}

# The level that the file names: sub-header, at 8 in the second block.
level_of() { od -An -t u4 -j $((4096 + 8)) -N 4 "$1" | tr -d ' '; }

@test "what a dump lacks stays missing, and the new dump says so" {
	local dump=$BATS_TEST_TMPDIR/dump
	filter -f -d 16 "$BATS_FILE_TMPDIR/x86_64-6.12" "$dump.16"
	filter -f -d 1 "$dump.16" "$dump.17"
	[ "$(level_of "$dump.16")" -eq 16 ]
	[ "$(level_of "$dump.17")" -eq 17 ]
	filter -f -d 17 "$BATS_FILE_TMPDIR/x86_64-6.12" "$dump.direct"
	same_dump --pages-only "$dump.17" "$dump.direct"
}

@test "an incomplete dump as input: what it has is kept, and the result is marked" {
	local dump=$BATS_TEST_TMPDIR/dump
	run bash -c "ulimit -f 20000; '$OUT/vmcore-filter' --progress=none -d 31 --compress=none \
		'$BATS_FILE_TMPDIR/x86_64-6.12' '$dump.part'"
	[ "$status" -eq 3 ]
	run filter -f -d 31 --record="$dump.json" "$dump.part" "$dump.again"
	[ "$status" -eq 0 ]
	[[ $output == *"$dump.part is an incomplete dump itself"* ]]
	[[ $output == *"pages could not be read and are marked as lost"* ]]
	grep -q '"input_incomplete": true' "$dump.json"
	grep -q '"complete": false' "$dump.json"
	# status of the header, bit 3
	[ $(($(od -An -t u4 -j 424 -N 4 "$dump.again") & 8)) -eq 8 ]
}

@test "other files are refused in one line that says what they are" {
	local out=$BATS_TEST_TMPDIR/out
	gzip -c "$WORLDS/x86_64-6.12.world" >"$BATS_TEST_TMPDIR/world.gz"
	run filter "$BATS_TEST_TMPDIR/world.gz" "$out"
	[ "$status" -eq 1 ]
	[[ $output == *"world.gz: compressed with gzip: decompress it first" ]]
	run filter "$WORLDS/x86_64-6.12.world" "$out"
	[ "$status" -eq 1 ]
	[[ $output == *"not a vmcore: it is neither ELF"* ]]
	[ "${#lines[@]}" -eq 1 ]
	[ ! -e "$out" ]
}
