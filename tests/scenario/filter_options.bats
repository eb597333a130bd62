#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vmcore-filter's options and exit statuses are those of its man page.

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OUT=${OUT:-build}
	export TOP OUT VMCORE=$BATS_FILE_TMPDIR/vmcore LOGGED=$BATS_FILE_TMPDIR/logged
	cd "$TOP" || return 1
	load elf_helpers.bash
	"$OUT/tests/tools/mkvmcore" tests/fixtures/vmcore/x86_64-6.12.world "$VMCORE"
	filter -F -d 31 "$VMCORE" >"$BATS_FILE_TMPDIR/stream"
	vmcore_with_a_log "$LOGGED"
}

setup() {
	cd "$TOP" || return 1
	dir=$BATS_TEST_TMPDIR
}

filter() { "$OUT/vmcore-filter" "$@"; }

# one_line STATUS TEXT : how the last run ended
one_line() {
	echo "$status $output"
	[ "$status" -eq "$1" ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$2"* ]]
}

@test "letters in one word, in every order" {
	local words
	for words in "-zd 17" "-zd17" "-d17 -z" "-fzd17" "-z --level=17" "-z --level 17" "-d 1 -zd17"; do
		rm -f "$dir/dump"
		# shellcheck disable=SC2086
		filter $words --record "$dir/record" "$VMCORE" "$dir/dump"
		grep -q '"level": *17' "$dir/record"
		grep -q '"codec": *"zstd"' "$dir/record"
	done
}

@test "a message names the letter that is wrong" {
	run filter -Qz "$VMCORE" "$dir/dump"
	one_line 2 "unknown option -Q"
	run filter -zQ "$VMCORE" "$dir/dump"
	one_line 2 "unknown option -Q"
	run filter -zE "$VMCORE" "$dir/dump"
	one_line 2 "-E is not supported"
	run filter -zd
	one_line 2 "-d needs a value"
	run filter -zd17x "$VMCORE" "$dir/dump"
	one_line 2 '"17x" is not a number'
	run filter --config "$dir/c" "$VMCORE" "$dir/dump"
	one_line 2 "--config is not supported"
}

@test "statuses of --dump-dmesg" {
	run filter --dump-dmesg "$LOGGED" "$dir/log"
	[ "$status" -eq 0 ]
	grep -q 'first line' "$dir/log"
	run filter --dump-dmesg "$LOGGED" "$dir/log"
	one_line 2 "exists already"
	run filter --dump-dmesg -f "$LOGGED" "$LOGGED"
	one_line 2 "is the file that is read"
	run filter --dump-dmesg "$dir/nothing" "$dir/log2"
	one_line 1 "No such file"
	run filter --dump-dmesg "$VMCORE" "$dir/log2"
	one_line 1 "kernel log"
	[ ! -e "$dir/log2" ]
	run filter --dump-dmesg "$LOGGED" "$dir/nowhere/log"
	one_line 4 "No such file"
	run filter --dump-dmesg -f "$LOGGED" /dev/full
	one_line 4 "No space left"
	mkfifo "$dir/pipe"
	run timeout 10 "$OUT/vmcore-filter" --dump-dmesg "$dir/pipe" "$dir/log2"
	one_line 2 "a pipe cannot be used"
}

@test "statuses of -R" {
	run filter -R "$dir/dump" <"$BATS_FILE_TMPDIR/stream"
	[ "$status" -eq 0 ]
	run filter -R "$dir/dump" <"$BATS_FILE_TMPDIR/stream"
	one_line 2 "exists already"
	run filter -R "$dir/other" <"$VMCORE"
	one_line 1 "not a flattened stream"
	run filter -R "$dir/other" </dev/null
	one_line 1 "standard input"
	[ ! -e "$dir/other" ]
	run filter -R "$dir/nowhere/dump" <"$BATS_FILE_TMPDIR/stream"
	one_line 4 "No such file"
	run filter -R -f /dev/full <"$BATS_FILE_TMPDIR/stream"
	one_line 4 "No space left"
}

@test "a stream that is cut behind the header is an incomplete dump, before it is none" {
	run filter -R "$dir/dump" < <(head -c 100000 "$BATS_FILE_TMPDIR/stream")
	one_line 3 "is incomplete"
	[ "$(head -c 5 "$dir/dump")" = KDUMP ]
	# the header of the stream, a record's header, and a part of the dump's header
	run filter -R "$dir/none" < <(head -c $((4096 + 16 + 100)) "$BATS_FILE_TMPDIR/stream")
	one_line 1 "it was cut"
	[ ! -e "$dir/none" ]
}

@test "the record of a run that failed says why" {
	printf 'no dump' >"$dir/bad"
	run filter --record "$dir/record" "$dir/bad" "$dir/dump"
	one_line 1 "not a vmcore"
	grep -q '"error": *".*not a vmcore' "$dir/record"
	grep -q '"complete": *false' "$dir/record"
}

@test "a record that cannot be written does not make a failure of a dump" {
	run filter --record "$dir/nowhere/record" "$VMCORE" "$dir/dump"
	one_line 0 "warning: writing the record"
	"$OUT/tests/tools/compare-dumps" --list "$dir/dump" >/dev/null
	run filter -f --record /dev/full "$VMCORE" "$dir/dump"
	one_line 0 "warning: writing the record"
}

@test "the record is not written over the vmcore or the dump" {
	cp "$VMCORE" "$dir/vmcore"
	ln -s vmcore "$dir/link"
	local record
	for record in "$dir/vmcore" "$dir/link" "$dir/dump"; do
		run filter -f --record "$record" "$dir/vmcore" "$dir/dump"
		one_line 2 "would be written over"
	done
	cmp "$VMCORE" "$dir/vmcore"
	run filter -R --record "$dir/record" "$dir/dump" <"$BATS_FILE_TMPDIR/stream"
	one_line 2 "do not go with"
	run filter --dump-dmesg --record "$dir/record" "$LOGGED" "$dir/log"
	one_line 2 "do not go with"
}

@test "nor over a dump that is yet to be made and has another name" {
	ln -s new-dump "$dir/alias"
	local record
	for record in "$dir/./new-dump" "$dir/alias"; do
		rm -f "$dir/new-dump"
		run filter --record "$record" "$VMCORE" "$dir/new-dump"
		one_line 0 "the record would be written over that file"
		[ "$(head -c 8 "$dir/new-dump")" = "KDUMP   " ]
	done
	local status=0
	filter -F --record "$dir/./stream" "$VMCORE" >"$dir/stream" || status=$?
	[ "$status" -eq 2 ]
}

@test "every status of the man page is in the help" {
	local n
	for n in 0 1 2 3 4; do
		grep -q "^\.It $n\$" filter/cli/vmcore-filter.8
		filter --help | grep -Eq "(: |; )$n "
	done
}
