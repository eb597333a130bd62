# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl test --result: says how the test went, for people and for programs, and keeps both.

NO_TEST="there was no test; kdumpctl test crashes the machine and then says how it went"

# read_pending: what the test wrote before the crash; nothing but its own keys
read_pending() {
	local line time='^[1-9][0-9]{0,10}(\.[0-9]{1,9})?$' seconds='^-?[0-9]{1,11}(\.[0-9]{1,9})?$'
	TOKEN='' KIND='' TEST_MODE='' BOOT_ID='' CLOCK='' BEGAN='' BOOTED='' UP=''
	while IFS= read -r line; do
		case $line in
		TOKEN=*) TOKEN=${line#*=} ;;
		KIND=*) KIND=${line#*=} ;;
		MODE=*) TEST_MODE=${line#*=} ;;
		BOOT_ID=*) BOOT_ID=${line#*=} ;;
		CLOCK=*) CLOCK=${line#*=} ;;
		BEGAN=*) BEGAN=${line#*=} ;;
		BOOTED=*) BOOTED=${line#*=} ;;
		UP=*) UP=${line#*=} ;;
		esac
	done < <([ ! -f "$ROOT$TEST_DIR/pending" ] || head -c 4096 "$ROOT$TEST_DIR/pending" | tr -d '\0')
	[[ $TOKEN =~ ^[0-9a-f-]{36}$ && $BEGAN =~ $time && $CLOCK =~ $seconds && -n $BOOT_ID &&
		$KIND =~ ^(sysrq|nmi)$ && $TEST_MODE =~ ^(kdump|fadump)$ && ${BOOTED:-1} =~ $time && ${UP:-1} =~ $time ]] ||
		die "$TEST_DIR/pending is damaged: remove it, and test again"
}

# outcome: sets OUTCOME to whole, incomplete, lost, or to unknown, when the target could not be looked at
outcome() {
	if [ -n "$DUMP" ]; then
		OUTCOME=whole
		[ ${#WRONG[@]} -eq 0 ] || OUTCOME=incomplete
	else
		OUTCOME=lost
		[ -z "$UNKNOWN" ] || OUTCOME=unknown
	fi
}

result_text() {
	local start seconds name
	case $OUTCOME in
	whole) say "the dump arrived, whole: $DUMP_NAME" ;;
	incomplete) say "the dump arrived, but not whole: $DUMP_NAME" ;;
	lost) say "no dump of it was found: the crash was not captured, or it is not where $CONFIG says now" ;;
	unknown) say "whether the dump arrived is not known: $UNKNOWN; once more: kdumpctl test --result" ;;
	esac
	[ ${#WRONG[@]} -eq 0 ] || printf '  wrong: %s\n' "${WRONG[@]}"
	[ -z "$NOTE" ] || printf '  note: %s\n' "$NOTE"
	[ -z "$VERDICT_LINE" ] || printf '  verdict: %s\n' "$VERDICT_LINE"
	printf '  test: %s, %s, %s\n' "$KIND" "$TEST_MODE" "$(date -u -d "@${BEGAN%.*}" '+%F %T UTC')"
	if [ -z "$AWAY" ]; then
		printf '  how long production was away is not known: the clock is behind the time of the crash\n'
		return
	fi
	printf '  production was away for %s s (to about a second), seconds after the crash:\n' "$AWAY"
	while read -r start seconds name; do
		plain "$name"
		printf '%8s + %5s  %s\n' "$start" "$seconds" "$REPLY"
	done <<<"$PHASES"
}

result_json() {
	local start seconds name comma='' line
	json_string "$DUMP_NAME"
	printf '{"outcome": "%s", "dump": %s, "kind": "%s", "mode": "%s", "began": %s, "away_seconds": %s,\n' "$OUTCOME" "$REPLY" \
		"$KIND" "$TEST_MODE" "$BEGAN" "${AWAY:-null}"
	printf ' "wrong": ['
	for line in ${WRONG[@]+"${WRONG[@]}"}; do
		json_string "$line"
		printf '%s%s' "$comma" "$REPLY"
		comma=', '
	done
	json_string "$VERDICT_LINE"
	printf '],\n "verdict": %s, "phases": [' "$REPLY"
	comma=''
	while [ -n "$AWAY" ] && read -r start seconds name; do
		plain "$name"
		json_string "$REPLY"
		printf '%s\n  {"start": %s, "seconds": %s, "phase": %s}' "$comma" "$start" "$seconds" "$REPLY"
		comma=,
	done <<<"$PHASES"
	printf '\n]}\n'
}

# keep_result TEXT JSON: for the next who asks, or, when it is not known yet, what of it the next boot cannot know
keep_result() {
	local dir=$ROOT$TEST_DIR
	if [ "$OUTCOME" = unknown ]; then
		grep -q '^BOOTED=' "$dir/pending" || printf 'BOOTED=%s\nUP=%s\n' "$BOOTED" "$UP" >>"$dir/pending"
		return
	fi
	printf '%s\n' "$1" >"$dir/result.new" && mv "$dir/result.new" "$dir/result.txt" &&
		printf '%s\n' "$2" >"$dir/result.new" && mv "$dir/result.new" "$dir/result.json" && rm -f "$dir/pending"
}

# test_result: of the test that waits for it, or once more that of the last
test_result() {
	local dir=$ROOT$TEST_DIR text json
	[ -d "$dir" ] || die "$NO_TEST"
	if [ -e "$dir/pending" ]; then
		read_pending
		read_node /proc/sys/kernel/random/boot_id
		[ "$REPLY" != "$BOOT_ID" ] || die "the machine has not crashed since the test began"
	fi
	# who waits here for another finds its result
	exec 8<"$dir" || die "cannot read $TEST_DIR"
	wait_for_lock 8
	if [ -e "$dir/pending" ]; then
		stop_at_signals clean_up
		find_dump
		find_phases
		outcome
		text=$(result_text)
		json=$(result_json)
		keep_result "$text" "$json" 2>/dev/null || complain "$TEST_DIR cannot be written: the result is not kept"
	else
		[ -e "$dir/result.json" ] || die "$NO_TEST"
		text=$(cat "$dir/result.txt")
		json=$(cat "$dir/result.json")
	fi
	case $TEST_SHOW in
	json) printf '%s\n' "$json" ;;
	*) printf '%s\n' "$text" ;;
	esac
	[[ $json == '{"outcome": "whole"'* ]] || exit "$EXIT_FAILED"
}
