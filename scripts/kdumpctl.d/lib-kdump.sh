# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kexec kdump: the reservation, and a kernel in it. /run/salvor/loaded has what kdumpctl loaded, "DIGEST CMDLINE";
# a kernel that something else loaded has no such line, and nothing is known about its image.

LOADED=/run/salvor/loaded

kdump_reserved() { read_node /sys/kernel/kexec_crash_size || echo 0; }
kdump_loaded() { [ "$(read_node /sys/kernel/kexec_crash_loaded)" = 1 ]; }

# kdump_reservation: succeeds when there is memory, else one line about what to do
kdump_reservation() {
	[ "$(kdump_reserved)" -gt 0 ] 2>/dev/null && return
	case " $(read_node /proc/cmdline) " in
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
	local args=() log status=1 how
	read -r -a args <<<"$KEXEC_ARGS"
	log=$(mktemp) || return 1
	for how in -s -c; do
		case " ${args[*]-} " in
		*" -s "* | *" -c "* | *" -a "*) how='' ;;
		esac
		if kexec ${how:+$how} ${args[@]+"${args[@]}"} -p "$ROOT$1" --initrd="$ROOT$2" \
			--command-line="$3" >>"$log" 2>&1; then
			status=0
			break
		fi
		[ -n "$how" ] || break
	done
	[ $status -eq 0 ] || complain "kexec could not load $1: $(tail -n 1 "$log")"
	rm -f "$log"
	return $status
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

kdump_start() {
	local kernel image cmdline line
	kdump_reservation || return 1
	watchdog_warning
	kernel=$(kernel_image) || return 1
	image=$(capture_image)
	if ! image_current "$image" && ! unresolved "$image"; then
		build_capture_image || return 1
	fi
	cmdline=$(capture_cmdline)
	line="$(image_digest "$image") $cmdline"
	if kdump_loaded && [ "$(read_node $LOADED)" = "$line" ]; then
		say "kdump: already operational"
		return 0
	fi
	kexec_load "$kernel" "$image" "$cmdline" || return 1
	kdump_loaded || {
		complain "kexec reported success, but /sys/kernel/kexec_crash_loaded is not 1"
		return 1
	}
	mkdir -p "$ROOT${LOADED%/*}" && printf '%s\n' "$line" >"$ROOT$LOADED"
	say "kdump: operational ($(($(kdump_reserved) / 1048576)) MiB reserved)"
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

# kdump_why_not: one line why a crash would not be captured; nothing when it would
kdump_why_not() {
	if ! [ "$(kdump_reserved)" -gt 0 ] 2>/dev/null; then
		echo "no memory is reserved (crashkernel= on the kernel command line)"
	elif ! kdump_loaded; then
		echo "no capture kernel is loaded; run: kdumpctl start"
	elif [ ! -e "$ROOT$LOADED" ] && may_look "${LOADED%/*}"; then
		echo "a capture kernel is loaded, but not by kdumpctl; run: kdumpctl restart"
	elif [ ! -s "$ROOT$(capture_image)" ]; then
		echo "a capture kernel is loaded, but its image $(capture_image) is missing; run: kdumpctl restart"
	else
		outdated "$(read_node "$LOADED" | cut -d' ' -f1)"
	fi
}
