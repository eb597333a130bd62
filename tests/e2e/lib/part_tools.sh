# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The tools root: everything the lab runs on this side of the guests, independent of the host's versions.

PART_ORDER+=(tools)
PART_NEEDS[tools]=
PART_MIB[tools]=1600

part_tools_inputs() {
	printf 'suite %s\n' "$LAB_SUITE"
	list tools
	list qemu
}

part_tools_make() {
	local LAB_SUITES=("$LAB_SUITE" "$LAB_SUITE-backports") root=$1/root qemu
	qemu=$(list qemu | paste -sd' ')
	debootstrap_root "$root" amd64 apt tools \
		--customize-hook="chroot \"\$1\" apt-get install -y -t $LAB_SUITE-backports $qemu"
	chroot "$root" dpkg-query -W >"$1/packages"
}
