#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kdumpctl start as kdump.service runs it at a boot: protected early, looked at then. On a machine in a directory.

load kdumpctl_helpers

setup() { machine; }

# boot: what the next boot finds: nothing is loaded, and systemd starts kdumpctl and waits to be told
boot() {
	echo 0 >"$MACHINE/sys/kernel/kexec_crash_loaded"
	rm -rf "$MACHINE/run/salvor"
	: >"$CALLS"
	fake systemd-notify </dev/null
	run env INVOCATION_ID=1 NOTIFY_SOCKET=/run/notify "$top/scripts/kdumpctl" --root "$MACHINE" start
	echo "$output"
}

@test "at a boot, the image of last time is loaded first, and systemd is told" {
	kdumpctl start
	boot
	[ "$status" -eq 0 ]
	[[ $output == *"operational with the image of last time"*"already operational"* ]]
	[ "$(calls 'kexec -s -p')" -eq 1 ]
	[ "$(calls 'systemd-notify --ready')" -eq 1 ]
	[ "$(calls dracut)" -eq 0 ]
	# the image is resolved and its digest made when it is loaded already
	grep -n . "$CALLS" | grep -m 1 -A 99 'kexec -s -p' | grep 'kdump-capture config resolve'
}

@test "at a boot, an image that is out of date protects until the new one is made" {
	kdumpctl start
	echo 'path /var/other' >"$MACHINE/etc/kdump.conf"
	echo "TARGET='local' TARGET_FSTYPE='xfs' FINAL_ACTION='default'" >"$MACHINE/resolved"
	boot
	[ "$status" -eq 0 ]
	[ "$(calls 'kexec -s -p')" -eq 2 ]
	[ "$(calls 'systemd-notify --ready')" -eq 1 ]
	called dracut
	run kdumpctl status
	[ "$status" -eq 0 ]
}

@test "at a boot without an image, systemd is told when one is made and loaded" {
	boot
	[ "$status" -eq 0 ]
	[ "$(calls 'kexec -s -p')" -eq 1 ]
	[ "$(tail -n 1 "$CALLS")" = "systemd-notify --ready" ]
}

@test "at a boot with a bad configuration nothing is loaded, and systemd is not told" {
	kdumpctl start
	: >"$MACHINE/bad"
	boot
	[ "$status" -eq 2 ]
	[ "$(calls 'kexec -s -p')" -eq 0 ]
	[ "$(calls systemd-notify)" -eq 0 ]
}

# stepped_back COMMAND…: what a shell that COMMAND starts has after step_back: "NICENESS GROUP", its own and its session's
stepped_back() {
	"$@" bash -c 'ROOT="" && . "$1/scripts/kdumpctl.d/start" && step_back &&
		echo $(ps -o ni= -p $$) "$(cat /proc/$$/autogroup)"' bash "$top" 2>/dev/null || :
}

@test "at a boot, what comes after the protection steps back behind every other service, and nobody else does" {
	local own other before
	# Nothing to read without CONFIG_SCHED_AUTOGROUP, where niceness is enough, and in a process that descends from no
	# session of anybody, as a test may when a container's first process started it.
	before=$(cat /proc/self/autogroup 2>/dev/null) || :
	own=$(stepped_back setsid -w)
	other=$(stepped_back env)
	echo "own session: $own; another's: $other"
	[ "${own%% *}" -eq 19 ]
	[ "$other" = "19 $before" ]
	[ ! -e /proc/self/autogroup ] || [[ $own == *"nice 19" ]]
}
