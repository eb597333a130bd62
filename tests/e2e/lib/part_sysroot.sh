# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Headers and libraries of Debian's ppc64el, for make CROSS_COMPILE=powerpc64le-linux-gnu- SYSROOT=…/root.
# Packages are unpacked, not configured.

PART_ORDER+=(ppc64el-sysroot)
PART_NEEDS[ppc64el-sysroot]=
PART_MIB[ppc64el-sysroot]=512

part_ppc64el_sysroot_inputs() {
	printf 'suite %s\n' "$(ppc64el_suite)"
	list sysroot
}

part_ppc64el_sysroot_make() {
	local suite
	suite=$(ppc64el_suite)
	local LAB_SUITE=$suite LAB_SUITES=("$suite")
	debootstrap_root "$1/root" ppc64el extract sysroot
	rm -rf "$1"/root/var/lib/apt/lists/* "$1"/root/etc/apt/auth.conf*
}
