# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The target of dumps, seen from the production system: where its device is mounted, and what its server says. Needs
# the resolved configuration.

# device_node DEVICE: sets REPLY to its node (without ROOT); fails when there is none
device_node() {
	case $1 in
	UUID=*) REPLY=/dev/disk/by-uuid/${1#*=} ;;
	PARTUUID=*) REPLY=/dev/disk/by-partuuid/${1#*=} ;;
	LABEL=*) udev_name "${1#*=}" && REPLY=/dev/disk/by-label/$REPLY ;;
	PARTLABEL=*) udev_name "${1#*=}" && REPLY=/dev/disk/by-partlabel/$REPLY ;;
	*) REPLY=$1 ;;
	esac
	[ -e "$ROOT$REPLY" ]
}

# udev_name LABEL: sets REPLY to what udev makes of it in a name: all but letters, digits, #+-.:=@_ and what is not
# ASCII as \xNN (libblkid, blkid_encode_string)
udev_name() {
	local i char code
	local LC_ALL=C
	REPLY=
	for ((i = 0; i < ${#1}; i++)); do
		char=${1:i:1}
		case $char in
		[A-Za-z0-9#+.:=@_-] | [!\ -~]) ;;
		*) printf -v code '%x' "'$char" && char="\\x$code" ;;
		esac
		REPLY+=$char
	done
}

# mounts_of NODE: sets MOUNTS to "ROOT POINT" of each mount of it, ROOT being what of the file system is mounted there;
# both as the kernel writes them
mounts_of() {
	local want line root point source
	MOUNTS=()
	want=$(readlink -f "$ROOT$1")
	while read -r line; do
		if [ -r "$ROOT/proc/self/mountinfo" ]; then
			read -r _ _ _ root point _ <<<"$line"
			read -r _ source _ <<<"${line#* - }"
		else
			read -r source point _ <<<"$line"
			root=/
		fi
		printf -v source %b "$source"
		[[ $source == /* ]] && [ "$(readlink -f "$ROOT$source")" = "$want" ] || continue
		MOUNTS+=("$root $point")
	done < <(cat "$ROOT/proc/self/mountinfo" 2>/dev/null || cat "$ROOT/proc/self/mounts")
}

# mount_of DEVICE: sets REPLY to where it is mounted, to nothing when it is not; fails when there is no such device
mount_of() {
	device_node "$1" || return 1
	mounts_of "$REPLY"
	REPLY=
	[ ${#MOUNTS[@]} -eq 0 ] || printf -v REPLY %b "${MOUNTS[0]#* }"
}

# places_of DEVICE PATH: sets PLACES to where PATH of the device's file system is to be seen, a mount of a subvolume or
# of a directory being a part of it; fails when there is no such device
places_of() {
	local mount root point
	PLACES=()
	device_node "$1" || return 1
	mounts_of "$REPLY"
	for mount in ${MOUNTS[@]+"${MOUNTS[@]}"}; do
		printf -v root %b "${mount% *}"
		printf -v point %b "${mount#* }"
		root=${root%/}
		[[ $2/ != "$root"/* ]] || PLACES+=("${point%/}${2#"$root"}")
	done
}

# sftp_target: what stands on standard input, asked of the server as the capture will: by sftp, with its key and
# known hosts. Prints the answers, or the errors and fails.
sftp_target() {
	local key host
	local -A of=()
	for key in SSH_USER SSH_HOST SSH_PORT SSH_KEY_SOURCE SSH_KNOWN_HOSTS_SOURCE; do
		config_get $key
		of[$key]=$REPLY
	done
	host=${of[SSH_HOST]}
	[[ $host != *:* ]] || host="[$host]"
	timeout -k 5 60 sftp -q -b - -F none -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 \
		-o "UserKnownHostsFile=${of[SSH_KNOWN_HOSTS_SOURCE]}" -o IdentitiesOnly=yes -i "${of[SSH_KEY_SOURCE]}" \
		-P "${of[SSH_PORT]:-22}" "${of[SSH_USER]}@$host" 2>&1
}
