#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test runner counts what happened, and says so when a test file dies, hangs or reports nothing.

setup() {
	RUN=$BATS_TEST_DIRNAME/../run
	DIR=$BATS_TEST_TMPDIR
	unset CI
}

# program NAME: standard input becomes an executable script
program() {
	mkdir -p "$(dirname "$DIR/$1")"
	{ echo '#!/bin/sh' && cat; } >"$DIR/$1"
	chmod +x "$DIR/$1"
}

run_tests() { run "$RUN" --log-dir "$DIR/logs" "$@"; }

@test "counts passed and skipped; the last line is the sum" {
	program a <<<'printf "1..3\nok 1 - x\nok 2 # SKIP no such thing\nok 3 - z\n"'
	program b <<<'printf "1..1\nok 1 - y\n"'
	run_tests "$DIR/a" "$DIR/b" 'cmd=true'
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = '4 passed, 0 failed, 1 skipped' ]
}

@test "reports keep the order of the files, whichever ends first" {
	program slow <<<'sleep 1; printf "1..1\nok 1 - x\n"'
	program fast <<<'printf "1..1\nok 1 - y\n"'
	program faster <<<'printf "1..1\nok 1 - z\n"'
	run_tests --jobs 3 "$DIR/slow" "$DIR/fast" "$DIR/faster"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *slow* ]]
	[ "${lines[-1]}" = '3 passed, 0 failed, 0 skipped' ]
}

@test "a failed test shows its output and fails the run" {
	program a <<<'printf "1..2\nok 1 - fine\nnot ok 2 - broken\n# because of this\n"; exit 1'
	run_tests "$DIR/a"
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = '1 passed, 1 failed, 0 skipped' ]
	[[ $output == *'# because of this'* ]]
	[[ $output != *'fine'* ]]
}

@test "a program that crashes in the middle has failed" {
	program a <<<'printf "1..3\nok 1 - x\n"; kill -SEGV $$'
	run_tests "$DIR/a"
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = '1 passed, 1 failed, 0 skipped' ]
	[[ $output == *'only 1 of 3 tests reported'* ]]
}

@test "a program that crashes at its end has failed" {
	program a <<<'printf "1..1\nok 1 - x\n"; exit 23'
	run_tests "$DIR/a"
	[ "$status" -eq 1 ]
	[[ $output == *'(exit status 23)'* ]]
}

@test "a program that reports no test has failed" {
	program a <<<'exit 0'
	run_tests "$DIR/a"
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = '0 passed, 1 failed, 0 skipped' ]
}

@test "a missing file has failed" {
	run_tests "$DIR/none" "$DIR/none.bats"
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = '0 passed, 2 failed, 0 skipped' ]
}

@test "a program that hangs is ended" {
	program a <<<'printf "1..1\n"; exec sleep 100'
	run_tests --limit 1 "$DIR/a"
	[ "$status" -eq 1 ]
	[[ $output == *'the time limit ended it'* ]]
	[ "${lines[-1]}" = '0 passed, 1 failed, 0 skipped' ]
}

@test "bats files and commands that print TAP are counted by test" {
	printf '%stest "one" {\n\ttrue\n}\n%stest "two" {\n\tskip\n}\n%stest "three" {\n\tfalse\n}\n' @ @ @ >"$DIR/x.bats"
	run_tests "$DIR/x.bats" 'many=printf "1..2\nok 1 a\nnot ok 2 b\n"; exit 1' 'one=echo why; false'
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = '2 passed, 3 failed, 1 skipped' ]
	[[ $output == *'      why'* ]]
}

@test "in CI a skipped end-to-end test has failed" {
	mkdir -p "$DIR/tests/e2e"
	printf '%stest "crash" {\n\tskip "no lab"\n}\n' @ >"$DIR/tests/e2e/x.bats"
	run_tests "$DIR/tests/e2e/x.bats"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = '0 passed, 0 failed, 1 skipped' ]
	CI=true run_tests "$DIR/tests/e2e/x.bats"
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = '0 passed, 1 failed, 0 skipped' ]
	[[ $output == *'CI does not allow'* ]]
}

@test "the end of a console named in the output is shown" {
	printf 'Kernel panic - not syncing\n' >"$DIR/console.log"
	program a <<<"printf '1..1\nnot ok 1 - boot\n# console: $DIR/console.log\n'; exit 1"
	run_tests "$DIR/a"
	[[ $output == *'| Kernel panic - not syncing'* ]]
}

@test "an interruption ends what was started" {
	program a <<<"echo \$\$ >$DIR/pid; exec sleep 100"
	"$RUN" --log-dir "$DIR/logs" "$DIR/a" >"$DIR/out" 2>&1 &
	local runner=$! status=0
	for _ in $(seq 100); do
		[ ! -s "$DIR/pid" ] || break
		sleep 0.1
	done
	kill -TERM "$runner"
	wait "$runner" || status=$?
	[ "$status" -eq 130 ]
	for _ in $(seq 50); do
		kill -0 "$(cat "$DIR/pid")" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}
