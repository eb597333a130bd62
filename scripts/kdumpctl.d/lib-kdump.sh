# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kexec kdump: the reservation, and a kernel in it. /run/salvor/loaded has what kdumpctl loaded, "DIGEST KERNEL
# CMDLINE", where KERNEL tells the file from a later one of that name; a kernel that something else loaded has no such
# line, and nothing is known about its image.

LOADED=/run/salvor/loaded

# kdump_reserved: sets REPLY to bytes
kdump_reserved() { read_node /sys/kernel/kexec_crash_size || REPLY=0; }
kdump_loaded() { read_node /sys/kernel/kexec_crash_loaded && [ "$REPLY" = 1 ]; }

# kdump_reservation: succeeds when there is memory, else one line about what to do
kdump_reservation() {
	kdump_reserved
	[ "$REPLY" -gt 0 ] 2>/dev/null && return
	read_node /proc/cmdline
	case " $REPLY " in
	*" crashkernel="*)
		complain "the kernel reserved no memory although crashkernel= is on its command line: the size does not fit" \
			"or the kernel lacks CONFIG_CRASH_DUMP; look for 'crashkernel' in dmesg"
		;;
	*)
		complain "no memory is reserved for a capture kernel: add crashkernel=256M to the kernel command line and reboot"
		;;
	esac
	return 1
}

# kexec_load KERNEL IMAGE CMDLINE: the file based system call first, which a locked down kernel insists on; the
# old one where that does not exist
kexec_load() {
	local args=() said how
	read -r -a args <<<"$KEXEC_ARGS"
	for how in -s -c; do
		case " ${args[*]-} " in
		*" -s "* | *" -c "* | *" -a "*) how='' ;;
		esac
		said=$(kexec ${how:+$how} ${args[@]+"${args[@]}"} -p "$ROOT$1" --initrd="$ROOT$2" \
			--command-line="$3" 2>&1) && return
		[ -n "$how" ] || break
	done
	complain "kexec could not load $1: ${said##*$'\n'}"
	return 1
}

# watchdog_warning: a watchdog goes on while the capture kernel starts, which takes up to half a minute
watchdog_warning() {
	local dog state timeout
	for dog in "$ROOT"/sys/class/watchdog/watchdog*; do
		[ -r "$dog/state" ] && [ -e "$dog/device" ] && read -r state <"$dog/state" && read -r timeout <"$dog/timeout" ||
			continue
		[ "$state" != active ] || [ "$timeout" -ge 30 ] ||
			complain "warning: ${dog##*/} resets the machine $timeout s after a crash, before a dump can be saved:" \
				"let it have 60 s or more (systemd: RuntimeWatchdogSec=60)"
	done
}

# load_line KERNEL: sets REPLY to the line of LOADED, and CMDLINE; after image_digest
load_line() {
	capture_cmdline
	CMDLINE=$REPLY
	file_identity "$1"
	REPLY="$IMAGE_DIGEST ${REPLY// /-} $CMDLINE"
}

# kdump_load KERNEL IMAGE: into the reserved memory; after image_digest
kdump_load() {
	local line
	load_line "$1"
	line=$REPLY
	kexec_load "$1" "$2" "$CMDLINE" || return 1
	kdump_loaded || {
		complain "kexec reported success, but /sys/kernel/kexec_crash_loaded is not 1"
		return 1
	}
	printf '%s\n' "$line" >"$ROOT$LOADED"
}

# kdump_start [new]: new: force_rebuild is heeded
kdump_start() {
	local kernel image=$CAPTURE_IMAGE line built=no
	kdump_reservation || return 1
	watchdog_warning
	kernel_image || return 1
	kernel=$REPLY
	if ! image_usable "$image" "${1-}"; then
		may_build "$image" && build_capture_image || return 1
		built=yes
	fi
	load_line "$kernel"
	line=$REPLY
	if [ $built = no ] && kdump_loaded && read_node $LOADED && [ "$REPLY" = "$line" ]; then
		say "kdump: already operational"
		return 0
	fi
	kdump_load "$kernel" "$image" || return 1
	kdump_reserved
	say "kdump: operational ($((REPLY / 1048576)) MiB reserved)"
}

# kdump_early: at a boot, loads the image of last time before udev has found all devices; succeeds if that protects the
# machine from then on. Whether the image still is what would be built is seen only after that, and the boot need not
# wait for it.
kdump_early() {
	local image=$CAPTURE_IMAGE kernel
	[ -n "${INVOCATION_ID-}" ] && ! kdump_loaded && [ -s "$ROOT$image" ] && kdump_capture_config check >/dev/null 2>&1 &&
		kernel_image 2>/dev/null || return
	kernel=$REPLY
	image_digest "$image"
	[ "$IMAGE_DIGEST" != none ] && kdump_reserved && [ "$REPLY" -gt 0 ] 2>/dev/null || return
	kdump_load "$kernel" "$image" 2>/dev/null || return
	say "kdump: operational with the image of last time, which is looked at next"
}

kdump_stop() {
	if kdump_loaded && ! kexec -s -p -u >/dev/null 2>&1 && ! kexec -p -u >/dev/null 2>&1; then
		complain "kexec could not unload the capture kernel"
		return 1
	fi
	rm -f "$ROOT$LOADED"
	say "kdump: not operational: the capture kernel is unloaded"
}

# may_look DIRECTORY: whether what is not seen there is not there
may_look() { [ ! -d "$ROOT$1" ] || [ -x "$ROOT$1" ]; }

# kdump_why_not: sets REPLY to one line why a crash would not be captured; to nothing when it would
kdump_why_not() {
	local digest kernel
	kdump_reserved
	if ! [ "$REPLY" -gt 0 ] 2>/dev/null; then
		REPLY="no memory is reserved (crashkernel= on the kernel command line)"
	elif ! kdump_loaded; then
		REPLY="no capture kernel is loaded; run: kdumpctl start"
	elif [ ! -e "$ROOT$LOADED" ] && may_look "${LOADED%/*}"; then
		REPLY="a capture kernel is loaded, but not by kdumpctl; run: kdumpctl restart"
	elif [ ! -s "$ROOT$CAPTURE_IMAGE" ]; then
		REPLY="a capture kernel is loaded, but its image $CAPTURE_IMAGE is missing; run: kdumpctl restart"
	else
		read_node "$LOADED"
		read -r digest kernel _ <<<"$REPLY"
		outdated "$digest"
		[ -z "$REPLY" ] && [ -n "$kernel" ] && kernel_image 2>/dev/null && file_identity "$REPLY" || return 0
		if [ "${REPLY// /-}" = "$kernel" ]; then
			REPLY=
		else
			REPLY="what is loaded is an older build of kernel $KERNEL; run: kdumpctl reload"
		fi
	fi
}
