# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# crash as Debian builds it on POWER, run through QEMU's user emulation: the one of amd64 reads dumps of amd64 only,
# and libkdumpfile (drgn) does not translate addresses of ppc64 kernels with 4 KiB pages. Unpacked, not configured.

PART_ORDER+=(crash-ppc64el)
PART_NEEDS[crash-ppc64el]=
PART_MIB[crash-ppc64el]=512

part_crash_ppc64el_inputs() {
	printf 'suite %s\n' "$(ppc64el_suite)"
	list crash-ppc64el
}

part_crash_ppc64el_make() {
	local suite
	suite=$(ppc64el_suite)
	local LAB_SUITE=$suite LAB_SUITES=("$suite")
	qemu_user_ppc64le
	debootstrap_root "$1/root" ppc64el extract crash-ppc64el
	rm -rf "$1"/root/var/lib/apt/lists/* "$1"/root/etc/apt/auth.conf*
}
