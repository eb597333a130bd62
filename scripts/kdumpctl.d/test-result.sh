# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl test --result: says how the test went, for people and for programs, and keeps both.

# read_pending: what the test wrote before the crash; nothing but its own keys
read_pending() {
	local line
	TOKEN='' KIND='' TEST_MODE='' BOOT_ID='' CLOCK='' BEGAN=''
	while IFS= read -r line; do
		case $line in
		TOKEN=*) TOKEN=${line#*=} ;;
		KIND=*) KIND=${line#*=} ;;
		MODE=*) TEST_MODE=${line#*=} ;;
		BOOT_ID=*) BOOT_ID=${line#*=} ;;
		CLOCK=*) CLOCK=${line#*=} ;;
		BEGAN=*) BEGAN=${line#*=} ;;
		esac
	done <"$ROOT$TEST_DIR/pending"
	[[ $TOKEN =~ ^[0-9a-f-]{36}$ && $BEGAN =~ ^[0-9]+(\.[0-9]+)?$ && $CLOCK =~ ^-?[0-9]+(\.[0-9]+)?$ ]] ||
		die "$TEST_DIR/pending is damaged: remove it, and test again"
}

# outcome: sets OUTCOME to whole, incomplete or lost
outcome() {
	if [ -z "$DUMP" ]; then
		OUTCOME=lost
	elif [ ${#WRONG[@]} -gt 0 ]; then
		OUTCOME=incomplete
	else
		OUTCOME=whole
	fi
}

result_text() {
	local start seconds name
	case $OUTCOME in
	whole) say "the dump arrived, whole: $DUMP_NAME" ;;
	incomplete) say "the dump arrived, but not whole: $DUMP_NAME" ;;
	lost) say "no dump of it was found: the crash was not captured, or it is not where $CONFIG says now" ;;
	esac
	[ ${#WRONG[@]} -eq 0 ] || printf '  wrong: %s\n' "${WRONG[@]}"
	[ -z "$NOTE" ] || printf '  note: %s\n' "$NOTE"
	[ -z "$VERDICT_LINE" ] || printf '  verdict: %s\n' "$VERDICT_LINE"
	printf '  test: %s, %s, %s\n' "$KIND" "$TEST_MODE" "$(date -u -d "@${BEGAN%.*}" '+%F %T UTC')"
	printf '  production was away for %s s (to about a second), seconds after the crash:\n' "$AWAY"
	while read -r start seconds name; do
		printf '%8s + %5s  %s\n' "$start" "$seconds" "$name"
	done <<<"$PHASES"
}

result_json() {
	local start seconds name comma='' line
	json_string "$DUMP_NAME"
	printf '{"outcome": "%s", "dump": %s, "kind": "%s", "mode": "%s", "began": %s, "away_seconds": %s,\n' "$OUTCOME" "$REPLY" \
		"$KIND" "$TEST_MODE" "$BEGAN" "$AWAY"
	printf ' "wrong": ['
	for line in ${WRONG[@]+"${WRONG[@]}"}; do
		json_string "$line"
		printf '%s%s' "$comma" "$REPLY"
		comma=', '
	done
	json_string "$VERDICT_LINE"
	printf '],\n "verdict": %s, "phases": [' "$REPLY"
	comma=''
	while read -r start seconds name; do
		json_string "$name"
		printf '%s\n  {"start": %s, "seconds": %s, "phase": %s}' "$comma" "$start" "$seconds" "$REPLY"
		comma=,
	done <<<"$PHASES"
	printf '\n]}\n'
}

# test_result: of the test that waits for it, or once more that of the last
test_result() {
	local dir=$ROOT$TEST_DIR
	if [ -e "$dir/pending" ]; then
		read_pending
		read_node /proc/sys/kernel/random/boot_id
		[ "$REPLY" != "$BOOT_ID" ] || die "the machine has not crashed since the test began"
		find_dump
		find_phases
		outcome
		{ result_text >"$dir/result.txt" && result_json >"$dir/result.json" && rm -f "$dir/pending"; } ||
			complain "$TEST_DIR cannot be written: the result is not kept"
	fi
	[ -e "$dir/result.json" ] || die "there was no test; kdumpctl test crashes the machine and then says how it went"
	case $TEST_SHOW in
	json) cat "$dir/result.json" ;;
	*) cat "$dir/result.txt" ;;
	esac
	grep -q '^{"outcome": "whole"' "$dir/result.json" || exit "$EXIT_FAILED"
}
