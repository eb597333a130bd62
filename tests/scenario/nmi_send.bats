#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# nmi-send against a Redfish service and a QEMU monitor made for it, on loopback: what is sent, and what is refused.

# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2154 # bats sets the rest

setup_file() {
	# one authority that is trusted, and a certificate nobody knows
	cd "$BATS_FILE_TMPDIR" || return 1
	for name in good bad; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$name" \
			-addext subjectAltName=IP:127.0.0.1 -keyout $name.key -out $name.pem 2>/dev/null
	done
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=other" \
		-addext subjectAltName=DNS:other.example -keyout other.key -out other.pem 2>/dev/null
}

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OUT=${OUT:-build}
	case $OUT in /*) ;; *) OUT=$top/$OUT ;; esac
	[ -x "$OUT/nmi-send" ] || skip "nmi-send is not built"
	C=$BATS_FILE_TMPDIR LOG=$BATS_TEST_TMPDIR/log
	: >"$LOG"
	printf 'user=admin\npassword=s3 cret\n' >"$BATS_TEST_TMPDIR/c"
	chmod 600 "$BATS_TEST_TMPDIR/c"
}

teardown() { [ -z "${MOCK_PID-}" ] || { exec {MOCK_IN}>&- && wait "$MOCK_PID" || :; }; }

# service MODE [CERT]: sets PORT; ends when its standard input does
service() {
	local cert=${2:-good}
	coproc MOCK { exec "$top/tests/scenario/redfish-mock" "$C/$cert.pem" "$C/$cert.key" "$LOG" "$1" 3>&-; }
	MOCK_IN=${MOCK[1]}
	read -r -t 20 PORT <&"${MOCK[0]}"
}

send() { run "$OUT/nmi-send" redfish --cacert "$C/good.pem" --credentials "$BATS_TEST_TMPDIR/c" "$@" "127.0.0.1:$PORT"; }

# refused STATUS TEXT: and nothing was posted
refused() {
	[ "$status" -eq "$1" ] || { echo "exit status $status: $output" && return 1; }
	[[ $output == *"$2"* ]] || { echo "'$2' is not in: $output" && return 1; }
	[[ $output != *cret* ]]
	! grep -q ^POST "$LOG"
}

@test "sent: one POST, of Nmi, to the action that the system names" {
	service ok
	send
	[ "$status" -eq 0 ]
	[[ $output == *"NMI sent"* ]]
	[ "$(grep -c ^POST "$LOG")" -eq 1 ]
	grep -qx 'POST /redfish/v1/Systems/437XR1138R2/Actions/ComputerSystem.Reset {"ResetType": "Nmi"}' "$LOG"
}

@test "--check: the same, but no POST" {
	service ok
	send --check
	[ "$status" -eq 0 ]
	[[ $output == *"NMI is offered"* ]]
	! grep -q ^POST "$LOG"
}

@test "what is allowed stands in an ActionInfo" {
	service info
	send
	[ "$status" -eq 0 ]
	grep -q ^POST "$LOG"
}

@test "a certificate that is not trusted, or of another name: nothing is said to it, not even the password" {
	service ok bad
	send
	refused 1 "its certificate is not trusted"
	[ ! -s "$LOG" ]
}

@test "a trusted certificate of another name" {
	service ok other
	run "$OUT/nmi-send" redfish --cacert "$C/other.pem" --credentials "$BATS_TEST_TMPDIR/c" "127.0.0.1:$PORT"
	refused 1 "its certificate is not trusted"
	[ ! -s "$LOG" ]
}

@test "no permission; wrong password" {
	service forbidden
	send
	[ "$status" -eq 1 ]
	[[ $output == *"this user may not do that (Insufficient privilege?[31m)"* ]]
	printf 'user=admin\npassword=wrong cret\n' >"$BATS_TEST_TMPDIR/c"
	: >"$LOG"
	send
	refused 1 "this user and password are not accepted"
}

@test "Nmi is not offered: exit status 3, and what is" {
	service no-nmi
	send
	refused 3 "Nmi is not offered, only: On, ForceOff, ForceRestart"
}

@test "no such action" {
	service no-action
	send
	refused 3 "has no action ComputerSystem.Reset"
}

@test "several systems: one must be named" {
	service two
	send
	refused 1 "--system must say which: 437XR1138R2, 2"
	send --system 3
	refused 1 "there is no system 3, only: 437XR1138R2, 2"
	send --system 437XR1138R2
	[ "$status" -eq 0 ]
	grep -q ^POST "$LOG"
}

@test "an action that leads elsewhere" {
	service elsewhere
	send
	refused 3 "has no action"
}

@test "redirections are not followed" {
	service redirect
	send
	refused 1 "HTTP status 302"
}

@test "endless answers end" {
	service endless
	send
	refused 1 "longer than 1048576 bytes"
}

@test "answers that are no JSON" {
	service garbage
	send
	refused 1 "no JSON object"
}

@test "nobody there" {
	PORT=1
	send
	refused 1 "127.0.0.1:1"
}

@test "credentials: by standard input; a file of others; too long; not that" {
	service ok
	printf 'user=admin\npassword=s3 cret\n' >"$BATS_TEST_TMPDIR/in"
	run "$OUT/nmi-send" redfish --check --cacert "$C/good.pem" --credentials - "127.0.0.1:$PORT" <"$BATS_TEST_TMPDIR/in"
	[ "$status" -eq 0 ]
	chmod 640 "$BATS_TEST_TMPDIR/c"
	send
	refused 2 "chmod 600 it"
	chmod 600 "$BATS_TEST_TMPDIR/c"
	echo 'admin:s3cret' >"$BATS_TEST_TMPDIR/c"
	send
	refused 2 "only user=… and password=… lines"
	head -c 2000 /dev/zero >"$BATS_TEST_TMPDIR/c"
	send
	refused 2 "too long"
	echo 'user=admin' >"$BATS_TEST_TMPDIR/c"
	send
	refused 2 "lacks"
}

@test "names of hosts that would be more than that" {
	for host in 'a/b' 'user@host' 'a?b' 'a b' ''; do
		run "$OUT/nmi-send" redfish --credentials "$BATS_TEST_TMPDIR/c" "$host"
		refused 2 "is not HOST or HOST:PORT"
	done
}

# monitor MODE
monitor() {
	"$top/tests/scenario/qmp-mock" "$BATS_TEST_TMPDIR/qmp" "$LOG" "$1" 3>&- &
	MONITOR=$!
	for _ in {1..100}; do
		[ ! -S "$BATS_TEST_TMPDIR/qmp" ] || return 0
		sleep 0.1
	done
}

@test "QMP: sent, also with events in between" {
	for mode in ok events; do
		: >"$LOG"
		monitor $mode
		run "$OUT/nmi-send" qmp "$BATS_TEST_TMPDIR/qmp"
		wait "$MONITOR"
		rm "$BATS_TEST_TMPDIR/qmp"
		[ "$status" -eq 0 ]
		[ "$(cat "$LOG")" = $'qmp_capabilities\ninject-nmi' ]
	done
}

@test "QMP: refused, closed, not QMP, nobody" {
	while IFS='|' read -r mode text; do
		monitor "$mode"
		run "$OUT/nmi-send" qmp "$BATS_TEST_TMPDIR/qmp"
		wait "$MONITOR"
		rm "$BATS_TEST_TMPDIR/qmp"
		[ "$status" -eq 1 ]
		[[ $output == *"$text"* ]]
	done <<-'EOF2'
		refused|machine does not provide NMIs
		closed|closed the connection
		garbage|not QMP
	EOF2
	run "$OUT/nmi-send" qmp "$BATS_TEST_TMPDIR/qmp"
	[ "$status" -eq 1 ]
}

@test "QMP: a monitor that says nothing is given up after 10 s" {
	monitor silent
	run timeout 20 "$OUT/nmi-send" qmp "$BATS_TEST_TMPDIR/qmp"
	wait "$MONITOR"
	[ "$status" -eq 1 ]
	[[ $output == *"no answer within 10 s"* ]]
}
