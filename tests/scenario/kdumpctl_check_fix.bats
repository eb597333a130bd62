#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdumpctl check --fix, --dry-run, --undo: what is written, shown, and taken back, to the byte.

bats_require_minimum_version 1.5.0
# shellcheck disable=SC2154 # the helpers set top, bats the rest
load kdumpctl_helpers
load check_helpers

OURS=/etc/sysctl.d/99-zz-salvor.conf
OPTIONS=/etc/modprobe.d/99-zz-salvor.conf

# stock: the settings of a Debian that nobody touched
setup() {
	ready_machine
	rm "$MACHINE/etc/sysctl.d/50-mine.conf"
	for key in unknown_nmi_panic panic_on_unrecovered_nmi panic_on_io_nmi panic_on_oops hardlockup_panic panic; do
		put /proc/sys/kernel/$key 0
	done
	put /proc/sys/kernel/sysrq 438
}

ipmi_watchdog() {
	put /sys/module/ipmi_watchdog/parameters/preaction pre_none
	put /sys/module/ipmi_watchdog/parameters/preop preop_none
	put /sys/module/ipmi_watchdog/parameters/pretimeout 0
}

@test "--fix: shows the difference, writes the file, sets the running kernel, and then all is well" {
	run kdumpctl check --fix
	[ "$status" -eq 0 ]
	grep -qx '+kernel.unknown_nmi_panic = 1' <<<"$output"
	grep -qx 'kernel.sysrq = 446' "$MACHINE$OURS"
	[ "$(cat "$MACHINE/proc/sys/kernel/unknown_nmi_panic")" = 1 ]
	[ "$(cat "$MACHINE/proc/sys/kernel/sysrq")" = 446 ]
	[ "$(cat "$MACHINE/proc/sys/kernel/panic")" = 10 ]
	[[ ${lines[-1]} == *"ready"* ]]
	run kdumpctl check --fix
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"nothing that --fix could do"* ]]
}

@test "--fix writes what a boot needs, also when the running kernel has it" {
	for key in unknown_nmi_panic panic_on_unrecovered_nmi panic_on_io_nmi; do
		put /proc/sys/kernel/$key 1
	done
	kdumpctl check --fix
	grep -qx 'kernel.unknown_nmi_panic = 1' "$MACHINE$OURS"
	found nmi ok 0
}

@test "--dry-run: the same difference, and not a byte" {
	before=$(tree)
	run kdumpctl check --fix --dry-run
	[ "$status" -eq 1 ]
	grep -qx '+kernel.unknown_nmi_panic = 1' <<<"$output"
	[ "$(tree)" = "$before" ]
	[ ! -e "$MACHINE/var/lib/salvor" ]
	kdumpctl check --fix
	fixed=$(tree)
	run kdumpctl check --undo --dry-run
	[ "$status" -eq 0 ]
	grep -qx -- '-kernel.unknown_nmi_panic = 1' <<<"$output"
	[ "$(tree)" = "$fixed" ]
}

@test "--undo: every byte as it was, running kernel too" {
	ipmi_watchdog
	before=$(tree)
	run kdumpctl check --fix
	[ -e "$MACHINE$OPTIONS" ]
	[ "$(tree)" != "$before" ]
	run kdumpctl check --undo
	[ "$status" -eq 0 ]
	[ "$(tree)" = "$before" ]
	[ ! -e "$MACHINE/var/lib/salvor/check-fix" ]
	run kdumpctl check --undo
	[ "$status" -eq 0 ]
	[[ $output == *"nothing to undo"* ]]
}

@test "--undo after two --fix: as before the first; a file that was there comes back with its mode" {
	put $OURS $'# mine\nkernel.sysrq = 0\nkernel.other = 5'
	chmod 664 "$MACHINE$OURS"
	before=$(tree)
	kdumpctl check --fix
	grep -qx 'kernel.other = 5' "$MACHINE$OURS"
	grep -qx '# mine' "$MACHINE$OURS"
	[ "$(grep -c sysrq "$MACHINE$OURS")" -eq 1 ]
	put /proc/sys/kernel/panic_on_oops 0
	kdumpctl check --fix
	[ "$(grep -c panic_on_oops "$MACHINE$OURS")" -eq 1 ]
	kdumpctl check --undo
	[ "$(tree)" = "$before" ]
}

@test "--undo leaves a file that somebody changed since" {
	kdumpctl check --fix
	echo 'kernel.mine = 1' >>"$MACHINE$OURS"
	changed=$(tree)
	run kdumpctl check --undo
	[ "$status" -eq 1 ]
	[[ $output == *"was changed since --fix wrote it and stays"* ]]
	[ "$(tree)" = "$changed" ]
}

@test "--undo leaves a running setting that somebody changed since" {
	kdumpctl check --fix
	put /proc/sys/kernel/panic 77
	kdumpctl check --undo
	[ "$(cat "$MACHINE/proc/sys/kernel/panic")" = 77 ]
	[ "$(cat "$MACHINE/proc/sys/kernel/sysrq")" = 438 ]
}

@test "module options: written, and other modules' lines stay" {
	ipmi_watchdog
	put $OPTIONS $'options other x=1\noptions ipmi_watchdog timeout=5'
	run kdumpctl check --fix
	grep -qx 'options other x=1' "$MACHINE$OPTIONS"
	[ "$(grep -c 'options ipmi_watchdog' "$MACHINE$OPTIONS")" -eq 1 ]
	grep -qx 'options ipmi_watchdog preaction=pre_nmi preop=preop_panic pretimeout=120 timeout=180' "$MACHINE$OPTIONS"
	# it takes effect when the module is loaded again
	[ "$status" -eq 1 ]
}

@test "watchdogs: what systemd asks for, the governor now and at each boot; and all of it taken back" {
	put /etc/systemd/system.conf.d/10-mine.conf $'[Manager]\nRuntimeWatchdogSec=60'
	watchdog 0 iTCO_wdt 60 0 noop
	before=$(tree)
	run kdumpctl check --fix
	[ "$status" -eq 1 ]
	diff - "$MACHINE/etc/systemd/system.conf.d/99-zz-salvor.conf" <<-'END'
		# written by kdumpctl check --fix; kdumpctl check --undo takes it back
		[Manager]
		RuntimeWatchdogPreSec=10
		RuntimeWatchdogPreGovernor=panic
	END
	grep -qx 'ACTION=="add", SUBSYSTEM=="watchdog", .*kmod load pretimeout_panic.*echo panic >/sys%p/pretimeout_governor.*' \
		"$MACHINE/etc/udev/rules.d/99-zz-salvor.rules"
	[ "$(cat "$MACHINE/sys/class/watchdog/watchdog0/pretimeout_governor")" = panic ]
	# as systemd does when it has read that
	put /sys/class/watchdog/watchdog0/pretimeout 10
	found watchdog ok 0
	put /sys/class/watchdog/watchdog0/pretimeout 0
	kdumpctl check --undo
	[ "$(tree)" = "$before" ]
}

@test "watchdogs: a governor alone needs nothing of systemd" {
	watchdog 0 iTCO_wdt 60 10 noop
	kdumpctl check --fix
	found watchdog ok 0
	[ ! -e "$MACHINE/etc/systemd/system.conf.d/99-zz-salvor.conf" ]
}

@test "our file wins over /etc/sysctl.conf; one that comes later is named" {
	put /etc/sysctl.d/99-sysctl.conf 'kernel.sysrq = 438'
	kdumpctl check --fix
	found sysrq ok 0
	put /etc/sysctl.d/zz-late.conf 'kernel.sysrq = 438'
	run kdumpctl check --fix
	[ "$status" -eq 1 ]
	[[ $output == *"/etc/sysctl.d/zz-late.conf makes it 438"* ]]
}

@test "what cannot be written: one line, status 1, nothing half done" {
	rm -r "$MACHINE/etc/sysctl.d"
	: >"$MACHINE/etc/sysctl.d"
	before=$(tree)
	run kdumpctl check --fix
	[ "$status" -eq 1 ]
	[[ $output == *"could not be written"* ]]
	[ "$(tree)" = "$before" ]
}
