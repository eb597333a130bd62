# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Reads what a guest left on its disk, without mounting anything.

# extract IMG PATH OUTDIR: a file, symbolic link or whole directory of an ext4 image becomes OUTDIR/<its last name>
extract() {
	[ $# -eq 3 ] || die "lab extract IMG /path OUTDIR"
	local image=$1 path=$2 out=$3 status=0
	[ -f "$image" ] || die "extract: no image $image"
	mkdir -p "$out"
	# a guest that was ended or crashed leaves its journal unreplayed; debugfs would show the time before it
	e2fsck -p "$image" >/dev/null 2>&1 || status=$?
	[ "$status" -lt 4 ] || die "extract: e2fsck cannot repair $image (status $status)"
	debugfs -R "stat \"$path\"" "$image" 2>/dev/null | grep -q '^Inode:' ||
		die "extract: $path is not in $image"
	debugfs -R "rdump \"$path\" \"$out\"" "$image" 2>&1 | grep -v '^debugfs ' >&2 || :
}
