#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nic-dump dead's outputs: what a run that was killed leaves, and that a whole one is named so.

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OUT=${OUT:-build}
	export TOP OUT VMCORE=$BATS_FILE_TMPDIR/vmcore
	cd "$TOP" || return 1
	"$OUT/tests/tools/mkvmcore" tests/fixtures/vmcore/x86_64-6.12.world "$VMCORE"
}

setup() {
	cd "$TOP" || return 1
	dir=$BATS_TEST_TMPDIR/out
}

names() { (cd "$dir" && echo *); }

@test "a whole run: text, JSON and the directory of raw files" {
	"$OUT/nic-dump" dead --vmcore "$VMCORE" --output "$dir"
	[ "$(names)" = 'dead nic-dead.json nic-dead.txt' ]
	jq -e '.complete and .totals.wrong == 0' "$dir/nic-dead.json"
}

@test "one that is killed leaves files whose names say so" {
	# the first byte is one too many: SIGXFSZ
	run bash -c "ulimit -c 0; ulimit -f 0; exec '$OUT/nic-dump' dead --vmcore '$VMCORE' --output '$dir'"
	[ "$status" -eq $((128 + 25)) ]
	[ "$(names)" = 'dead nic-dead-incomplete.json nic-dead-incomplete.txt' ]
}

@test "one that cannot write says so in one line, and names nothing whole" {
	run bash -c "trap '' XFSZ; ulimit -f 0; exec '$OUT/nic-dump' dead --vmcore '$VMCORE' --output '$dir'"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[ "$(names)" = 'dead nic-dead-incomplete.json nic-dead-incomplete.txt' ]
	# the next one that can takes their place
	"$OUT/nic-dump" dead --vmcore "$VMCORE" --output "$dir"
	[ "$(names)" = 'dead nic-dead.json nic-dead.txt' ]
}
