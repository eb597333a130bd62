#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump-hook: what it starts, and what it does with the result, in an initramfs in a directory.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	SALVOR_ROOT=$BATS_TEST_TMPDIR/image
	BIN=$BATS_TEST_TMPDIR/bin CALLS=$BATS_TEST_TMPDIR/calls
	mkdir -p "$SALVOR_ROOT"/{proc,sys/kernel,dev/disk/by-uuid,etc/salvor,run,usr/lib/salvor} "$BIN"
	: >"$CALLS"
	: >"$SALVOR_ROOT/proc/vmcore"
	: >"$SALVOR_ROOT/dev/kmsg"
	echo "5.00 1.00" >"$SALVOR_ROOT/proc/uptime"
	echo "ID=salvor" >"$SALVOR_ROOT/usr/lib/initrd-release"
	: >"$SALVOR_ROOT/etc/salvor/modules.nic"
	printf '%s\n' virtio_pci virtio_blk >"$SALVOR_ROOT/etc/salvor/modules.target"
	config TARGET=local TARGET_DEVICE=UUID=1-2 FAILURE_ACTION=reboot
	fake modprobe 'true'
	fake kdump-capture 'exit $(cat "$SALVOR_ROOT/status")'
	# reboot and its like are noted; the rest is the system's, and may still be starting when the hook has ended
	printf '#!/bin/bash\ncase $1 in reboot | halt | poweroff) echo "busybox $*" >>"%s" ;; *) exec "$@" ;; esac\n' \
		"$CALLS" >"$BIN/busybox"
	chmod +x "$BIN/busybox"
	printf '#!/bin/sh\necho kdump-net "$@" >>"%s"\n' "$CALLS" >"$SALVOR_ROOT/usr/lib/salvor/kdump-net"
	chmod +x "$SALVOR_ROOT/usr/lib/salvor/kdump-net"
	export SALVOR_ROOT SALVOR_PATH=$BIN:$PATH
}

# fake NAME BODY
fake() {
	printf '#!/bin/bash\necho "%s $*" >>"%s"\n%s\n' "$1" "$CALLS" "$2" >"$BIN/$1"
	chmod +x "$BIN/$1"
}

config() { printf '%s\n' "$@" >"$SALVOR_ROOT/etc/salvor/capture.conf"; }
hook() { sh "$top/dracut-module/50kdump-capture/kdump-hook" "$@"; }
capture_returns() { echo "$1" >"$SALVOR_ROOT/status"; }
fadump() { mkdir -p "$SALVOR_ROOT/sys/kernel/fadump" && : >"$SALVOR_ROOT/sys/kernel/fadump/release_mem"; }
called() { grep -q -- "$1" "$CALLS" || { cat "$CALLS" && return 1; }; }
not_called() { ! grep -- "$1" "$CALLS"; }

@test "no dump waits: nothing is started, whatever the stage" {
	rm "$SALVOR_ROOT/proc/vmcore"
	for stage in early ready late last; do
		run hook $stage
		[ "$status" -eq 0 ]
		[ -z "$output" ]
	done
	[ ! -s "$CALLS" ]
	[ ! -e "$SALVOR_ROOT/run/salvor" ]
}

@test "early: the target's modules in order, then the capture" {
	capture_returns 10
	hook early
	[ "$(grep -v ^busybox "$CALLS")" = "modprobe -a -q virtio_pci virtio_blk
kdump-capture run --early" ]
}

@test "early: the drivers of watchdogs that run are loaded first, by themselves" {
	printf '%s\n' "identity iTCO_wdt" "module lpc_ich" "module iTCO_wdt" >"$SALVOR_ROOT/etc/salvor/watchdog"
	capture_returns 10
	hook early
	[ "$(grep modprobe "$CALLS")" = "modprobe -a -q lpc_ich iTCO_wdt
modprobe -a -q virtio_pci virtio_blk" ]
}

@test "an empty list of modules starts no modprobe" {
	: >"$SALVOR_ROOT/etc/salvor/modules.target"
	capture_returns 10
	hook early
	not_called modprobe
	called "kdump-capture run --early"
}

@test "kdump: a capture that returns ends in a reboot" {
	for code in 0 1 3; do
		rm -rf "$SALVOR_ROOT/run/salvor" && : >"$CALLS"
		capture_returns $code
		hook early
		called "busybox reboot -n -f"
	done
}

@test "kdump: halt and poweroff of failure_action are honoured" {
	config TARGET=local TARGET_DEVICE=UUID=1-2 FAILURE_ACTION=poweroff
	capture_returns 1
	hook early
	called "busybox poweroff -n -f"
}

@test "the device is not there yet: no reboot, and late tries without --early" {
	capture_returns 10
	hook early
	not_called reboot
	run ! hook ready
	: >"$SALVOR_ROOT/dev/disk/by-uuid/1-2"
	hook ready
	capture_returns 0
	hook late
	called "^kdump-capture run *$"
	called "busybox reboot"
}

@test "the initqueue waits for the device no longer than the limit" {
	capture_returns 10
	hook early
	run ! hook ready
	echo "91.00 1.00" >"$SALVOR_ROOT/proc/uptime"
	hook ready
}

@test "a capture program that dies is tried again, then the machine reboots" {
	capture_returns 139
	hook early
	not_called reboot
	hook late
	called "busybox reboot"
}

@test "a capture that hangs beyond its own limits is ended, and the failure action taken" {
	fake kdump-capture 'printf "%10d %10d\n" $$ 4 >"$SALVOR_ROOT/run/salvor/alive"; exec sleep 20 3>&- >/dev/null 2>&1'
	config TARGET=local TARGET_DEVICE=UUID=1-2 FAILURE_ACTION=poweroff
	SECONDS=0
	SALVOR_LOOK=0.1 hook early 3>&-
	[ "$SECONDS" -lt 4 ]
	called "busybox poweroff -n -f"
	[ -e "$SALVOR_ROOT/run/salvor/hung" ]
	[ "$(grep -c 'kdump-capture run' "$CALLS")" -eq 1 ]
}

@test "a capture within its limits is left alone" {
	fake kdump-capture 'printf "%10d %10d\n" $$ 6 >"$SALVOR_ROOT/run/salvor/alive"; sleep 1; exit 10'
	SALVOR_LOOK=0.1 hook early
	not_called reboot
	[ ! -e "$SALVOR_ROOT/run/salvor/hung" ]
}

@test "a capture that never says anything is not waited for either, even if it cannot be ended" {
	fake kdump-capture 'exec sleep 20 3>&- >/dev/null 2>&1'
	SECONDS=0
	SALVOR_LOOK=0.1 SALVOR_START_LIMIT=-1 hook early 3>&- || true
	[ "$SECONDS" -lt 12 ]
	called "busybox reboot -n -f"
}

@test "a capture that cannot say anything is left alone" {
	fake kdump-capture 'rm "$SALVOR_ROOT/run/salvor/alive"; sleep 1; exit 10'
	SALVOR_LOOK=0.1 SALVOR_START_LIMIT=-1 hook early
	not_called reboot
	[ ! -e "$SALVOR_ROOT/run/salvor/hung" ]
}

@test "fadump: a capture that hangs and cannot be ended does not hold up the boot" {
	fadump
	config TARGET=local TARGET_DEVICE=UUID=1-2 FAILURE_ACTION=continue
	fake kdump-capture 'exec sleep 20 3>&- >/dev/null 2>&1'
	SECONDS=0
	SALVOR_LOOK=0.1 SALVOR_START_LIMIT=-1 run hook early 3>&-
	[ "$SECONDS" -lt 12 ]
	not_called reboot
	grep -q "the dump is NOT saved" "$SALVOR_ROOT/dev/kmsg"
}

@test "once done, later stages do nothing" {
	fadump
	capture_returns 0
	hook early
	: >"$CALLS"
	hook ready
	hook late
	hook last
	[ ! -s "$CALLS" ]
}

@test "fadump: saved, not saved by choice, saved incomplete: the boot goes on" {
	fadump
	for code in 0 1 3; do
		rm -rf "$SALVOR_ROOT/run/salvor"
		fake kdump-capture "echo $code >\"\$SALVOR_ROOT/run/salvor/done\"; exit $code"
		hook early
		not_called reboot
	done
}

@test "fadump: a capture program that could not start takes the failure action" {
	fadump
	capture_returns 1
	hook early
	called "busybox reboot"
}

@test "a modprobe that is stuck delays the capture by its limit, not more" {
	fake modprobe 'exec sleep 20 3>&- >/dev/null 2>&1'
	capture_returns 10
	SECONDS=0
	SALVOR_MODULE_LIMIT=1 hook early 3>&-
	[ "$SECONDS" -lt 10 ]
	called "kdump-capture run --early"
}

@test "a configuration that is missing or cut short: the failure action all the same" {
	capture_returns 2
	for text in none "TARGET='loc" "TARGET='local'
FAILURE_ACTION='reb" "TARGET=local
if then ((" "TARGET='local'
TARGET_DEVICE=\`exit 0\`; exit 0"; do
		rm -rf "$SALVOR_ROOT/run/salvor" && : >"$CALLS"
		printf %s "$text" >"$SALVOR_ROOT/etc/salvor/capture.conf"
		[ "$text" != none ] || rm "$SALVOR_ROOT/etc/salvor/capture.conf"
		hook early
		called "busybox reboot -n -f"
	done
}

@test "fadump: with a damaged configuration the boot goes on, and that is said" {
	fadump
	capture_returns 2
	printf "TARGET='loc" >"$SALVOR_ROOT/etc/salvor/capture.conf"
	: >"$SALVOR_ROOT/dev/kmsg"
	hook late
	not_called reboot
	grep -q "the dump is NOT saved" "$SALVOR_ROOT/dev/kmsg"
}

@test "quoted settings are read as a shell would" {
	config "TARGET='local'" "TARGET_DEVICE='LABEL=it'\\''s a disk'" "FAILURE_ACTION='poweroff'"
	mkdir -p "$SALVOR_ROOT/dev/disk/by-label" && : >"$SALVOR_ROOT/dev/disk/by-label/it's a disk"
	capture_returns 10
	hook early
	hook ready
	capture_returns 1
	hook late
	called "busybox poweroff -n -f"
}

@test "late without a list of network drivers loads everything" {
	mkdir -p "$SALVOR_ROOT/sys/devices/pci0/1"
	echo pci:disk >"$SALVOR_ROOT/sys/devices/pci0/1/modalias"
	fake modprobe 'case " $* " in *" -R "*) echo megaraid_sas ;; esac'
	capture_returns 1
	for list in empty missing; do
		rm -rf "$SALVOR_ROOT/run/salvor" "$SALVOR_ROOT/etc/salvor/modules.nic" && : >"$CALLS"
		[ $list = missing ] || : >"$SALVOR_ROOT/etc/salvor/modules.nic"
		hook late
		called "modprobe -q -a megaraid_sas"
	done
}

@test "fadump: the boot goes on although the release took the nodes away" {
	fadump
	fake kdump-capture 'rm -r "$SALVOR_ROOT/sys/kernel/fadump" "$SALVOR_ROOT/proc/vmcore"; exit 0'
	hook early
	not_called reboot
}

@test "fadump: a capture program that dies twice: the failure action" {
	fadump
	capture_returns 139
	hook early
	hook late
	called "busybox reboot"
	rm -rf "$SALVOR_ROOT/run/salvor" && : >"$CALLS"
	config TARGET=local TARGET_DEVICE=UUID=1-2 FAILURE_ACTION=continue
	hook late
	not_called reboot
}

@test "fadump to ssh waits for udev to load the network driver, and takes the interface down after" {
	fadump
	config TARGET=ssh SSH_HOST=h NET_MAC=52:54:00:00:00:01 FAILURE_ACTION=reboot
	capture_returns 0
	hook early
	not_called kdump-capture
	run ! hook ready
	mkdir -p "$SALVOR_ROOT/sys/class/net/eth0"
	echo 52:54:00:00:00:01 >"$SALVOR_ROOT/sys/class/net/eth0/address"
	hook ready
	hook late
	called "kdump-capture run"
	called "kdump-net down"
}

@test "kdump to ssh starts early" {
	config TARGET=ssh SSH_HOST=h NET_MAC=52:54:00:00:00:01 FAILURE_ACTION=reboot
	capture_returns 10
	hook early
	called "kdump-capture run --early"
}

@test "a target that udev must assemble is left to late" {
	: >"$SALVOR_ROOT/etc/salvor/needs-udev"
	echo "ID=dracut" >"$SALVOR_ROOT/usr/lib/initrd-release"
	capture_returns 0
	hook early
	not_called kdump-capture
	not_called modprobe
	hook late
	called "kdump-capture run"
}

@test "late without udev loads what the devices ask for, but no network driver" {
	mkdir -p "$SALVOR_ROOT/sys/devices/pci0/1" "$SALVOR_ROOT/sys/devices/pci0/2"
	echo pci:disk >"$SALVOR_ROOT/sys/devices/pci0/1/modalias"
	echo pci:nic >"$SALVOR_ROOT/sys/devices/pci0/2/modalias"
	echo igb >"$SALVOR_ROOT/etc/salvor/modules.nic"
	fake modprobe 'case " $* " in *" -R "*) printf "%s\n" igb megaraid_sas ;; esac'
	capture_returns 1
	hook late
	called "modprobe -q -R -a pci:disk pci:nic"
	called "modprobe -q -a megaraid_sas"
	not_called "modprobe -q -a.* igb"
}

@test "no dump after all: no reboot" {
	capture_returns 11
	hook early
	hook late
	not_called reboot
}

# busybox ash, which is what the image has, ends at a redirection that fails where dash does
@test "a /run that takes nothing, and no console: the capture starts and the machine reboots" {
	local sh
	rmdir "$SALVOR_ROOT/run" && : >"$SALVOR_ROOT/run"
	mkdir "$SALVOR_ROOT/dev/console"
	capture_returns 1
	for sh in "sh" "$(command -v busybox) ash"; do
		: >"$CALLS"
		DRACUT_SYSTEMD=1 SALVOR_MODULE_LIMIT=1 $sh "$top/dracut-module/50kdump-capture/kdump-hook" early || true
		called "kdump-capture run --early"
		called "busybox reboot -n -f"
	done
}
