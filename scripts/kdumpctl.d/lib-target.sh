# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The target of dumps, seen from the production system: where its device is mounted, and what its server says. Needs
# the resolved configuration.

# mount_of DEVICE: sets REPLY to where it is mounted, to nothing when it is not; fails when there is no such device
mount_of() {
	local source point want
	case $1 in
	UUID=*) want=/dev/disk/by-uuid/${1#*=} ;;
	LABEL=*) want=/dev/disk/by-label/${1#*=} ;;
	PARTUUID=*) want=/dev/disk/by-partuuid/${1#*=} ;;
	PARTLABEL=*) want=/dev/disk/by-partlabel/${1#*=} ;;
	*) want=$1 ;;
	esac
	[ -e "$ROOT$want" ] || return 1
	want=$(readlink -f "$ROOT$want")
	while read -r source point _; do
		case $source in
		/*) [ "$(readlink -f "$ROOT$source")" = "$want" ] || continue ;;
		*) continue ;;
		esac
		REPLY=${point//\\040/ }
		return 0
	done <"$ROOT/proc/self/mounts"
	REPLY=
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
	timeout 60 sftp -q -b - -F none -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 \
		-o "UserKnownHostsFile=${of[SSH_KNOWN_HOSTS_SOURCE]}" -o IdentitiesOnly=yes -i "${of[SSH_KEY_SOURCE]}" \
		-P "${of[SSH_PORT]:-22}" "${of[SSH_USER]}@$host" 2>&1
}
