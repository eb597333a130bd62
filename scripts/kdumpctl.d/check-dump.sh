# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl check: what every crash needs: a capture kernel that is loaded and of today, enough memory for it, a target
# with room, and nothing in the capture environment that ends it. Sizes are in MiB.

MIB=1048576

check_loaded() {
	local reserved why="what is not in memory before the crash cannot save anything after it"
	"${MODE}_reserved"
	reserved=$REPLY
	if ! [ "$reserved" -gt 0 ] 2>/dev/null; then
		result lost "no memory is reserved" "$why" \
			"crashkernel=256M on the kernel command line (POWER: fadump=on), then reboot"
	elif [ "$MODE" = kdump ] && ! kdump_loaded; then
		result lost "no capture kernel is loaded" "$why" "kdumpctl start; for each boot: systemctl enable kdump"
	elif [ "$MODE" = fadump ] && ! fadump_is 1; then
		result lost "firmware-assisted dump is not registered" "$why" "kdumpctl start; for each boot: systemctl enable kdump"
	elif [ "$MODE" = kdump ]; then
		result ok "a capture kernel is loaded ($((reserved / MIB)) MiB reserved)" "$why" ''
	else
		result ok "firmware-assisted dump is registered ($((reserved / MIB)) MiB reserved)" "$why" ''
	fi
}

# check_current: image, kernel, modules and configuration are those of today
check_current() {
	local said
	local why="a capture that was made before the last update may lack the driver, the key or the address it needs now"
	if [ -z "$ROOT" ] && [ "$(id -u)" -ne 0 ]; then
		result unknown "only root can compare the configurations" "$why" "run it as root"
		return
	fi
	"${MODE}_why_not"
	said=$REPLY
	case $said in
	'') result ok "image, kernel, modules and configuration are those of today" "$why" '' ;;
	*"cannot capture"* | *"no initramfs"*) result lost "${said%; run:*}" "$why" "kdumpctl start" ;;
	"no memory is reserved"* | "no capture kernel"* | *"is not registered"*)
		result none "nothing is loaded that could be compared" "$why" ''
		;;
	*"; run: "*) result degraded "${said%; run: *}" "$why" "${said##*run: }" ;;
	*) result degraded "$said" "$why" "correct $CONFIG, then: kdumpctl reload" ;;
	esac
}

# number_at FILE OFFSET BYTES: sets REPLY to a little-endian number in it
number_at() { REPLY=$(od -A n -t "u$3" --endian=little -j "$2" -N "$3" "$1" 2>/dev/null | tr -d ' '); }

# kernel_needs FILE: sets REPLY to the MiB it takes in memory. An x86 kernel says so (init_size, with what unpacking
# takes, and a magic number: Documentation/arch/x86/boot.rst); of others the unpacked file is about that.
kernel_needs() {
	local size
	number_at "$1" 514 4
	if [ "$REPLY" = 1400005704 ]; then
		number_at "$1" 608 4
		REPLY=$((REPLY / MIB + 1))
		return
	fi
	unpacked_size "$1"
	size=$REPLY
	REPLY=$((size / MIB + 1))
}

# unpacked_size FILE: sets REPLY to bytes
unpacked_size() {
	local tool
	number_at "$1" 0 4
	case $REPLY in
	4247762216) tool=zstd ;;
	1484404733) tool=xz ;;
	*) tool='cat' ;;
	esac
	[ $((${REPLY:-0} & 65535)) -ne 35615 ] || tool=gzip
	case $tool in
	cat) REPLY=$(stat -L -c %s "$1") ;;
	*) REPLY=$($tool -dc "$1" 2>/dev/null | wc -c) ;;
	esac
}

# What the capture needs besides the kernel, which gives back what it took for unpacking, and its image: measured with
# Debian 13's kernel, of which 56 MiB and an image of 26 are known before; 88 were too few, and 96 enough.
CAPTURE_MIB=10

# check_memory: the kernel, the image as it was loaded, and unpacked, and CAPTURE_MIB
check_memory() {
	local image=$CAPTURE_IMAGE kernel need reserved
	local why="a capture that runs out of memory is killed in the middle of the dump"
	"${MODE}_reserved"
	reserved=$((${REPLY:-0} / MIB))
	if [ "$MODE" = fadump ]; then
		production_image || REPLY=
		image=$REPLY
	fi
	if [ "$reserved" -eq 0 ] || [ ! -s "$ROOT$image" ] || ! kernel_image 2>/dev/null; then
		result none "nothing is reserved or there is no image: see loaded" "$why" ''
		return
	fi
	kernel=$ROOT$REPLY
	kernel_needs "$kernel"
	need=$((REPLY + CAPTURE_MIB))
	unpacked_size "$ROOT$image"
	need=$((need + ($(stat -L -c %s "$ROOT$image") + REPLY) / MIB + 1))
	if [ "$reserved" -lt "$need" ]; then
		result lost "$reserved MiB are reserved, the capture needs about $need" "$why" \
			"crashkernel=$(((need + 63) / 64 * 64))M on the kernel command line, then reboot"
	else
		result ok "the capture needs about $need of $reserved MiB" "$why" ''
	fi
}

# predict: sets DUMP_MIB to the memory that the dump keeps, before compression, from /proc/meminfo and the dump level
# of core_collector, and DUMP_SECONDS to what the capture may take. What MemTotal leaves out is kept at any level: the
# page structures (a 64th of all memory), and the kernel itself (KERNEL_MIB). 30 s until the capture works and 50 MiB
# a second are on the slow side.
KERNEL_MIB=64
predict() {
	local level=31 word last='' name value kept
	local -A mem=()
	config_get CORE_COLLECTOR
	for word in $REPLY; do
		case $last in -d) level=$word ;; esac
		case $word in
		-d[0-9]*) level=${word#-d} ;;
		--level=*) level=${word#*=} ;;
		esac
		last=$word
	done
	[[ $level =~ ^[0-9]{1,2}$ ]] || level=31
	while read -r name value _; do
		[[ ! $value =~ ^[0-9]{1,15}$ ]] || mem[${name%:}]=$((10#$value))
	done < <(cat "$ROOT/proc/meminfo" 2>/dev/null)
	kept=${mem[MemTotal]-0}
	[ $((level & 6)) -eq 0 ] || kept=$((kept - ${mem[Cached]-0} - ${mem[Buffers]-0}))
	[ $((level & 8)) -eq 0 ] || kept=$((kept - ${mem[AnonPages]-0} - ${mem[Hugetlb]-0}))
	[ $((level & 16)) -eq 0 ] || kept=$((kept - ${mem[MemFree]-0}))
	[ "$kept" -gt 0 ] || kept=0
	DUMP_MIB=$(((kept + ${mem[MemTotal]-0} / 64) / 1024 + KERNEL_MIB + 1))
	DUMP_SECONDS=$((30 + DUMP_MIB / 50))
}

# room_by_sftp: sets ROOM to the MiB the server has at the target's path or, where that is still to be made, above it
room_by_sftp() {
	local dir said avail asked=''
	config_get SAVE_PATH
	dir=$REPLY
	while [ -n "$dir" ]; do
		asked+="-df \"$dir\""$'\n'
		dir=${dir%/*}
	done
	said=$(sftp_target <<<"$asked-df /") || {
		REPLY=${said##*$'\n'}
		: "${REPLY:=no answer}"
		return 1
	}
	while read -r _ _ avail _; do
		[[ $avail =~ ^[0-9]{1,15}$ ]] || continue
		ROOM=$((10#$avail / 1024))
		break
	done <<<"$said"
}

# room_here: sets ROOM to the MiB that the file system of the target has, which must be mounted to know that
room_here() {
	local point
	config_get TARGET_DEVICE
	[ -n "$REPLY" ] || return 0
	if ! mount_of "$REPLY"; then
		REPLY="the device $REPLY is not on this machine"
		return 1
	fi
	[ -n "$REPLY" ] || return 0
	point=$REPLY
	ROOM=$(df -P -k -- "$ROOT$point" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
}

# check_target: sets ROOM for check_room
check_target() {
	local why="where the dump goes has to be there and to let us in when nobody can help"
	ROOM='' TARGET_LOST=yes
	if ! resolve_config; then
		result degraded "the target cannot be resolved now: $RESOLVE_ERROR" "$why" "kdump-capture config check; kdump-capture config resolve"
		return
	fi
	config_get TARGET
	case $REPLY in
	ssh)
		if [ -z "$ROOT" ] && [ "$(id -u)" -ne 0 ]; then
			result unknown "only root can read the key" "$why" "run it as root"
		elif room_by_sftp; then
			config_get SSH_HOST
			result ok "$REPLY takes our key" "$why" '' && TARGET_LOST=no
		else
			result lost "the server cannot be reached: $REPLY" "$why" \
				"sftp to it by hand with the key and the known_hosts file of: kdump-capture config resolve"
		fi
		;;
	*)
		if room_here; then
			config_get TARGET_DEVICE
			result ok "the target is on this machine: ${REPLY:-the root file system}" "$why" '' && TARGET_LOST=no
		else
			result lost "$REPLY" "$why" "correct the target in $CONFIG, then: kdumpctl reload"
		fi
		;;
	esac
}

# check_room: what cannot compress at all fits; a dump shrinks to a third or less as a rule
check_room() {
	local why="a target that is full leaves an incomplete dump"
	predict
	if [ "$TARGET_LOST" = yes ]; then
		result none "see target" "$why" ''
	elif ! is_number "$ROOM"; then
		result unknown "the room at the target is not known: it is not mounted, or the server does not say" "$why" \
			"mount it, look with df: $DUMP_MIB MiB are enough in any case"
	elif [ "$ROOM" -ge "$DUMP_MIB" ]; then
		result ok "a dump now would be $DUMP_MIB MiB before compression; there are $ROOM" "$why" ''
	elif [ "$ROOM" -ge $((DUMP_MIB / 3)) ]; then
		result degraded "a dump now would be $DUMP_MIB MiB before compression; there are $ROOM" "$why" \
			"remove old dumps or take a larger target"
	else
		result lost "a dump now would be $DUMP_MIB MiB before compression; there are $ROOM" "$why" \
			"remove old dumps or take a larger target"
	fi
}

# image_settings: sets REPLY to the sysctl.d files of the capture image that make an NMI a panic
image_settings() {
	local name found=()
	command -v lsinitrd >/dev/null && [ -s "$ROOT$CAPTURE_IMAGE" ] || { REPLY='' && return; }
	while IFS= read -r name; do
		! lsinitrd -f "$name" "$ROOT$CAPTURE_IMAGE" 2>/dev/null | grep -q '^[^#]*nmi[a-z_]*[[:blank:]]*=[[:blank:]]*1' || found+=("$name")
	done < <(lsinitrd "$ROOT$CAPTURE_IMAGE" 2>/dev/null | grep -o '[^ ]*sysctl[^ ]*\.conf$')
	REPLY=${found[*]-}
}

# check_second_nmi: whoever saw nothing happen sends another NMI
check_second_nmi() {
	local line word bad=''
	local why="a second NMI, sent because nothing seems to happen, would end the capture kernel in the middle of the dump"
	if [ "$MODE" = fadump ]; then
		result none "firmware-assisted dump boots with the production system's settings" "$why" ''
		return
	elif ! read_node "$LOADED"; then
		result none "what was loaded is not known: see loaded" "$why" ''
		return
	fi
	read -r _ _ line <<<"$REPLY"
	for word in $line; do
		case $word in
		unknown_nmi_panic* | sysctl[./]kernel[./]*nmi* | *panic_on_*nmi*) bad+=" $word" ;;
		esac
	done
	if [ -n "$bad" ]; then
		result degraded "the capture kernel's command line has$bad" "$why" \
			"take it out of KDUMP_COMMANDLINE and KDUMP_COMMANDLINE_APPEND in /etc/default/salvor, then: kdumpctl reload"
		return
	fi
	if existing /sys/module/hpwdt && [[ " $line " != *" hpwdt.pretimeout=0 "* ]]; then
		result degraded "hpwdt was loaded after the capture kernel, which does not keep its hpwdt from making a panic of an NMI" \
			"$why" "kdumpctl reload"
		return
	fi
	image_settings
	if [ -n "$REPLY" ]; then
		result degraded "the capture image has $REPLY" "$why" "kdumpctl rebuild && kdumpctl reload; see dracut_args in $CONFIG"
	else
		result ok "the capture kernel survives another NMI" "$why" ''
	fi
}

# check_notifiers: off unless the machine needs it and the kernel turned it on by itself: Hyper-V, firmware-assisted dump,
# SEV-SNP hosts
check_notifiers() {
	local why="panic notifiers then run before the dump, in a kernel that just broke: one that hangs loses it"
	if has_word crash_kexec_post_notifiers || [[ " $BOOT_CMDLINE" == *" crash_kexec_post_notifiers="[1yYtT]* ]]; then
		result degraded "crash_kexec_post_notifiers is on the kernel command line" "$why" \
			"take it out, unless something here needs it"
	elif read_node /sys/module/kernel/parameters/crash_kexec_post_notifiers && [ "$REPLY" = Y ]; then
		result ok "crash_kexec_post_notifiers was turned on by the kernel itself" "$why" ''
	else
		result ok "the dump comes first, panic notifiers after it" "$why" ''
	fi
}
