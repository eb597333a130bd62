# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A directory machine on which kdumpctl check finds nothing wrong, to break one thing at a time. After kdumpctl_helpers.

# put FILE TEXT: below the machine
put() {
	mkdir -p "$MACHINE${1%/*}"
	printf '%s\n' "$2" >"$MACHINE$1"
}

ready_machine() {
	local key
	machine
	for key in unknown_nmi_panic panic_on_unrecovered_nmi panic_on_io_nmi panic_on_oops hardlockup_panic nmi_watchdog \
		softlockup_panic hung_task_panic panic_on_rcu_stall; do
		put /proc/sys/kernel/$key 1
	done
	put /proc/sys/kernel/panic 30
	put /proc/sys/kernel/sysrq 446
	put /etc/sysctl.d/50-mine.conf $'kernel.unknown_nmi_panic = 1\nkernel.panic_on_unrecovered_nmi=1\n-kernel/panic_on_io_nmi = 1'
	put /proc/meminfo $'MemTotal: 8192000 kB\nMemFree: 4096000 kB\nBuffers: 1000 kB\nCached: 2048000 kB\nAnonPages: 1024000 kB\nHugetlb: 0 kB'
	put /dev/vda1 ''
	put /proc/self/mounts "/dev/vda1 / ext4 rw 0 0"
	put /sys/class/dmi/id/sys_vendor QEMU
	echo "TARGET_DEVICE='/dev/vda1' SAVE_PATH='/var/crash' CORE_COLLECTOR='vmcore-filter -z -d 31'" >>"$MACHINE/resolved"
	sed -i 's/ TARGET_/\nTARGET_/g; s/ SAVE_/\nSAVE_/; s/ CORE_/\nCORE_/; s/ FINAL_/\nFINAL_/' "$MACHINE/resolved"
	fake df <<-'EOF'
		printf 'Filesystem 1024-blocks Used Available Capacity Mounted\n/dev/vda1 1 1 %s 1%% /\n' "$(cat "$MACHINE/room")"
	EOF
	echo 20000000 >"$MACHINE/room"
	# what the image has is below $MACHINE/image, but for the digest, which is in it
	fake lsinitrd <<-'EOF'
		case "$1 $2" in
		"-f etc/salvor/digest") grep -s digest "${@: -1}" | cut -d' ' -f2 ;;
		"-f "*) cat "$MACHINE/image/$2" 2>/dev/null ;;
		*) cd "$MACHINE/image" && find . -type f | sed 's|^\.|-rw-r--r-- 1 root root 1 Jan 1 1970 |' ;;
		esac
	EOF
	put /image/etc/salvor/capture.conf "TARGET='local'"
	: >"$MACHINE/image/etc/salvor/watchdog"
	"$top/scripts/kdumpctl" --root "$MACHINE" start >/dev/null
}

# watchdog N IDENTITY TIMEOUT [PRETIMEOUT [GOVERNOR]]: one that runs, and that the image knows
watchdog() {
	local dog=/sys/class/watchdog/watchdog$1
	mkdir -p "$MACHINE$dog/device"
	put "$dog"/identity "$2"
	put "$dog"/state active
	put "$dog"/timeout "$3"
	[ -z "${4-}" ] || put "$dog"/pretimeout "$4"
	[ -z "${5-}" ] || put "$dog"/pretimeout_governor "$5"
	echo "identity $2" >>"$MACHINE/image/etc/salvor/watchdog"
	# the digest of the image has the watchdogs in it
	"$top/scripts/kdumpctl" --root "$MACHINE" start >/dev/null
}

# found CHECK STATE STATUS [TEXT]: kdumpctl check says so of CHECK, and ends like this; nothing else is wrong
found() {
	run kdumpctl check --json
	local said other
	said=$(jq -r --arg c "$1" '.checks[] | select(.check == $c) | .state + " " + .what + " | " + .fix' <<<"$output")
	other=$(jq -r --arg c "$1" '.checks[] | select(.check != $c and (.state == "lost" or .state == "degraded" or .state == "unknown")) |
		.check + ": " + .what' <<<"$output")
	[ "$status" -eq "$3" ] || { echo "exit status $status, not $3: $output" && return 1; }
	[[ $said == "$2 "* ]] || { echo "$1 is not $2: $said" && return 1; }
	[[ $said == *"${4-}"* ]] || { echo "'$4' is not in: $said" && return 1; }
	[ -z "$other" ] || { echo "also wrong: $other" && return 1; }
}

# tree: what is in the machine, file by file, but for locks, stamps and what undo keeps
tree() {
	(cd "$MACHINE" && find . -type f ! -path './run/*' ! -path './var/lib/*' -exec stat -c '%n %a' {} + -exec sha256sum {} + | sort)
}
