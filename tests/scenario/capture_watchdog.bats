#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump-capture run: a watchdog that runs is fed and stopped, whatever becomes of the dump; after a firmware-assisted
# dump it is left alone.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OUT=${OUT:-build}
	case $OUT in /*) ;; *) OUT=$top/$OUT ;; esac
	[ -x "$OUT/kdump-capture" ] || skip "kdump-capture is not built"
	R=$BATS_TEST_TMPDIR/root
	mkdir -p "$R"/{proc,dev,run,etc/salvor,sys/class/watchdog/watchdog0,sys/kernel}
	: >"$R/proc/vmcore"
	echo active >"$R/sys/class/watchdog/watchdog0/state"
	echo iTCO_wdt >"$R/sys/class/watchdog/watchdog0/identity"
	mkfifo "$R/dev/watchdog0"
	# nobody listens there
	printf '%s\n' "FORMAT='1'" "TARGET='ssh'" "SSH_HOST='127.0.0.1'" "SSH_ADDRESS='127.0.0.1'" "SSH_PORT='1'" \
		>"$R/etc/salvor/capture.conf"
}

capture() { "$OUT/kdump-capture" run --root "$R" --config /etc/salvor/capture.conf 3>&-; }

@test "fed from the start, stopped at the end" {
	exec 5<>"$R/dev/watchdog0"
	run capture
	[ "$status" -eq 1 ]
	echo END >&5
	IFS='' read -r -d E -u 5 fed
	[[ $fed == $'\n'*V ]]
	[[ $output == *"watchdog0 (iTCO_wdt) is being fed"* ]]
	[ -s "$R/run/salvor/alive" ]
}

@test "fadump: not opened" {
	mkdir -p "$R/sys/kernel/fadump"
	: >"$R/sys/kernel/fadump/release_mem"
	exec 5<>"$R/dev/watchdog0"
	run capture
	echo END >&5
	read -r -d D -u 5 fed
	[ "$fed" = EN ]
}
