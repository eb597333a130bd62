# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl check: watchdogs. One that runs out resets a machine that hangs, and nothing is saved, unless it tells the
# kernel before (pretimeout); and one that is too short resets the machine while the capture kernel starts, or, where
# the capture cannot feed it, in the middle of the dump.
#
# Kernel: Documentation/ABI/testing/sysfs-class-watchdog, Documentation/watchdog/hpwdt.rst, Documentation/driver-api/ipmi.rst.

# seconds a watchdog must leave until kdump-capture feeds it; kdumpctl start warns of the same
FEED_SECONDS=30
MODULE_FILE=/etc/modprobe.d/99-zz-salvor.conf
# what systemd asks its watchdog for (systemd 251 and newer)
MANAGER_FILE=/etc/systemd/system.conf.d/99-zz-salvor.conf
# The governor, which a driver gets when it registers, and again when it is loaded anew: a rule of udev. Nothing loads
# the governor's module by itself, and a kernel that has it built in has no module: the second command tells.
RULES_FILE=/etc/udev/rules.d/99-zz-salvor.rules
GOVERNOR_RULE='ACTION=="add", SUBSYSTEM=="watchdog", TEST=="pretimeout_governor", RUN{builtin}+="kmod load pretimeout_panic", RUN+="/bin/sh -c '"'echo panic >/sys%p/pretimeout_governor'"'"'

# dog_node DOG NAME: sets REPLY
dog_node() { read_node "/sys/class/watchdog/$1/$2"; }

# dog_in_image IDENTITY: whether the image feeds it; what cannot be looked at is taken for yes: `current` has the rest
dog_in_image() {
	local list
	[ "$MODE" = kdump ] && command -v lsinitrd >/dev/null && [ -s "$ROOT$CAPTURE_IMAGE" ] || return 0
	list=$(lsinitrd -f etc/salvor/watchdog "$ROOT$CAPTURE_IMAGE" 2>/dev/null) || return 0
	[ -n "$(lsinitrd -f etc/salvor/capture.conf "$ROOT$CAPTURE_IMAGE" 2>/dev/null)" ] || return 0
	grep -qxF "identity $1" <<<"$list"
}

# governor_of DOG IDENTITY: sets REPLY to what is wrong with what becomes of its warning, and has --fix change it; to
# nothing when that is a panic, and where the driver makes one by itself: hpwdt's NMI asks no governor.
governor_of() {
	local now
	dog_node "$1" pretimeout_governor && [[ $2 != HP*iLO* ]] || { REPLY='' && return; }
	now=$REPLY
	[ "$now" != panic ] || { REPLY='' && return; }
	now=${now:-nothing}
	FIX_RULES=("$GOVERNOR_RULE")
	FIX_NODES+=("/sys/class/watchdog/$1/pretimeout_governor=panic")
	local governors=$ROOT/sys/class/watchdog/$1/pretimeout_available_governors
	[ ! -r "$governors" ] || grep -qx panic "$governors" || now+=" (the module pretimeout_panic is not loaded)"
	REPLY="its warning ends in $now, not in a panic"
}

# pretimeout_of DOG IDENTITY: sets REPLY to what is wrong with its warning; to nothing when it makes a panic. PRETIMEOUT
# is how the fix is: driver where the driver cannot, daemon where whoever feeds it has to ask for the warning, systemd
# where that is systemd, governor where only what becomes of the warning is wrong.
pretimeout_of() {
	local pre
	PRETIMEOUT=daemon
	if ! dog_node "$1" pretimeout; then
		PRETIMEOUT=driver REPLY="its driver cannot warn the kernel before the reset"
		return
	fi
	pre=$REPLY
	governor_of "$1" "$2"
	if [ "$pre" != 0 ]; then
		PRETIMEOUT=governor
		return
	fi
	systemd_seconds
	if [ "$REPLY" -gt 0 ]; then
		PRETIMEOUT=systemd FIX_MANAGER=('[Manager]' RuntimeWatchdogPreSec=10 RuntimeWatchdogPreGovernor=panic)
	fi
	REPLY="it resets a machine that hangs without telling the kernel before (pretimeout 0)"
}

# check_dog DOG IDENTITY: of one that runs
check_dog() {
	local timeout=0 why="a watchdog that resets a machine that hangs destroys what would say why"
	! dog_node "$1" timeout || ! is_number "$REPLY" || timeout=$REPLY
	if [ "$timeout" -lt $FEED_SECONDS ]; then
		result lost "$1 ($2) resets the machine $timeout s after a crash" "the capture feeds it only $FEED_SECONDS s after the crash" \
			"give it 60 s or more (systemd: RuntimeWatchdogSec=60 in /etc/systemd/system.conf.d/)"
		return
	elif ! dog_in_image "$2" && [ "$timeout" -lt "$DUMP_SECONDS" ]; then
		result lost "$1 ($2) has $timeout s, a dump may take $DUMP_SECONDS, and the image does not feed it" "$why" \
			"kdumpctl rebuild && kdumpctl reload"
		return
	fi
	pretimeout_of "$1" "$2"
	if [ -z "$REPLY" ]; then
		result ok "$1 ($2) makes the kernel panic before it resets the machine" "$why" ''
		return
	fi
	case $PRETIMEOUT in
	governor) result degraded "$1 ($2): $REPLY" "$why" "$BY_FIX ($RULES_FILE sets it for each boot)" ;;
	systemd)
		result degraded "$1 ($2): $REPLY" "$why" \
			"$BY_FIX (RuntimeWatchdogPreSec=10 and RuntimeWatchdogPreGovernor=panic in $MANAGER_FILE), then systemctl daemon-reexec"
		;;
	daemon)
		result degraded "$1 ($2): $REPLY" "$why" \
			"have whoever feeds it ask for a pretimeout of 10 s (WDIOC_SETPRETIMEOUT), or leave it to systemd: RuntimeWatchdogSec=60, RuntimeWatchdogPreSec=10 and RuntimeWatchdogPreGovernor=panic in /etc/systemd/system.conf.d/"
		;;
	driver)
		case $2 in
		*i6300ESB*)
			result degraded "$1 ($2): $REPLY, but QEMU can" "$why" \
				"QEMU: -action watchdog=inject-nmi; libvirt: <watchdog model='i6300esb' action='inject-nmi'/>"
			;;
		*) result note "$1 ($2): $REPLY" "$why" "a hang is then only caught by an NMI sent before it runs out ($timeout s)" ;;
		esac
		;;
	esac
}

check_watchdog() {
	local dog state found=no
	for dog in "$ROOT"/sys/class/watchdog/watchdog*; do
		dog=${dog##*/}
		# the software one has no device, and ends with its kernel
		[ -e "$ROOT/sys/class/watchdog/$dog/device" ] && dog_node "$dog" state && state=$REPLY || continue
		[ "$state" = active ] || continue
		found=yes
		dog_node "$dog" identity
		check_dog "$dog" "$REPLY"
	done
	[ $found = yes ] || result ok "no watchdog runs" "one that runs could reset the machine before a dump is saved" ''
}

# seconds_of SPAN: sets REPLY to the seconds of a time span of systemd (systemd.time(7)); 0 for off
seconds_of() {
	local span=${1// /} total=0
	while [[ $span =~ ^([0-9]{1,7})([a-z]*) ]]; do
		span=${span:${#BASH_REMATCH[0]}}
		case ${BASH_REMATCH[2]} in
		ms | us | usec | msec) ;;
		m | min | minute | minutes) total=$((total + 10#${BASH_REMATCH[1]} * 60)) ;;
		h | hr | hour | hours) total=$((total + 10#${BASH_REMATCH[1]} * 3600)) ;;
		*) total=$((total + 10#${BASH_REMATCH[1]})) ;;
		esac
	done
	REPLY=$total
}

# systemd_seconds: sets REPLY to the seconds for which systemd arms the watchdog, 0 for never, and WHERE to the file
systemd_seconds() {
	local file line value=''
	WHERE=''
	for file in "$ROOT"/etc/systemd/system.conf "$ROOT"/usr/lib/systemd/system.conf.d/*.conf "$ROOT"/etc/systemd/system.conf.d/*.conf; do
		[ -r "$file" ] || continue
		while IFS= read -r line || [ -n "$line" ]; do
			[[ $line =~ ^[[:space:]]*RuntimeWatchdogSec[[:space:]]*=[[:space:]]*(.*) ]] || continue
			value=${BASH_REMATCH[1]} WHERE=${file#"$ROOT"}
		done <"$file"
	done
	seconds_of "$value"
}

check_systemd_watchdog() {
	local why="systemd arms the watchdog with this time; after a crash nobody feeds it until the capture does"
	systemd_seconds
	if [ "$REPLY" -eq 0 ]; then
		result none "systemd arms no watchdog" "$why" ''
	elif [ "$REPLY" -ge $FEED_SECONDS ]; then
		result ok "systemd's watchdog leaves $REPLY s" "$why" ''
	elif existing /sys/class/watchdog/watchdog0; then
		result lost "systemd's watchdog resets the machine $REPLY s after a crash ($WHERE)" "$why" \
			"RuntimeWatchdogSec=60 there; systemctl daemon-reexec"
	else
		result note "systemd's watchdog would leave only $REPLY s ($WHERE), but there is none" "$why" "RuntimeWatchdogSec=60 there"
	fi
}

# parameter MODULE NAME: sets REPLY
parameter() { read_node "/sys/module/$1/parameters/$2"; }

# check_hpwdt: HPE's ASR is the watchdog that can send an NMI first, 9 s before the reset (drivers/watchdog/hpwdt.c)
check_hpwdt() {
	local vendor wrong='' line
	local why="on HPE servers ASR resets a machine that hangs; hpwdt has it send an NMI 9 s before, and stops it for the dump"
	read_node /sys/class/dmi/id/sys_vendor
	vendor=$REPLY
	if ! existing /sys/module/hpwdt; then
		case $vendor in
		HP | HPE | "Hewlett Packard Enterprise")
			result degraded "hpwdt is not loaded: if ASR is on in the BIOS it resets a machine that hangs, without an NMI" "$why" \
				"modprobe hpwdt, for each boot: echo hpwdt > /etc/modules-load.d/hpwdt.conf; or turn ASR off in the BIOS"
			;;
		*) result none "no hpwdt" "$why" '' ;;
		esac
		return
	fi
	parameter hpwdt pretimeout && [[ $REPLY != [N0] ]] || wrong="pretimeout is off"
	! parameter hpwdt kdumptimeout || [ "$REPLY" = -1 ] || wrong+="${wrong:+, }kdumptimeout is $REPLY: the timer goes on after the panic"
	line="options hpwdt pretimeout=1 kdumptimeout=-1"
	if [ -n "$wrong" ]; then
		FIX_OPTIONS+=("$line")
		result degraded "hpwdt: $wrong" "$why" "$BY_FIX ($line in $MODULE_FILE), then load the module again or reboot"
	else
		result ok "hpwdt sends an NMI before ASR resets the machine" "$why" ''
	fi
}

# check_ipmi_watchdog: its timer is in the BMC, and nothing in the capture feeds it: what is left after its warning
# has to do for the dump
check_ipmi_watchdog() {
	local wrong='' pre=0 left line
	local why="the BMC resets the machine when its timer runs out; only a warning before makes a dump, and it must leave the time for it"
	if ! existing /sys/module/ipmi_watchdog; then
		result none "no ipmi_watchdog" "$why" ''
		return
	fi
	! parameter ipmi_watchdog pretimeout || ! is_number "$REPLY" || pre=$REPLY
	left=$DUMP_SECONDS
	[ "$left" -ge 120 ] || left=120
	! parameter ipmi_watchdog preaction || [ "$REPLY" = pre_nmi ] || wrong="preaction is $REPLY"
	! parameter ipmi_watchdog preop || [ "$REPLY" = preop_panic ] || wrong+="${wrong:+, }preop is $REPLY"
	[ "$pre" -ge "$DUMP_SECONDS" ] ||
		wrong+="${wrong:+, }its warning comes $pre s before the reset, and a dump may take $DUMP_SECONDS"
	line="options ipmi_watchdog preaction=pre_nmi preop=preop_panic pretimeout=$left timeout=$((left + 60))"
	if [ -n "$wrong" ]; then
		FIX_OPTIONS+=("$line")
		result degraded "ipmi_watchdog: $wrong" "$why" "$BY_FIX ($line in $MODULE_FILE), then load the module again or reboot"
	else
		result ok "ipmi_watchdog makes the kernel panic $pre s before the reset" "$why" ''
	fi
}
