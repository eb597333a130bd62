# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The newest makedumpfile that Debian has, with the libraries it wants: trixie's 1.7.6 does not know the page
# types of its own kernel (6.12) and keeps all free pages. Unpacked, not configured; run it with
# `lab in makedumpfile makedumpfile …`.

PART_ORDER+=(makedumpfile)
PART_NEEDS[makedumpfile]=
PART_MIB[makedumpfile]=512

part_makedumpfile_inputs() {
	printf 'suite sid\n'
	list makedumpfile
}

part_makedumpfile_make() {
	local LAB_SUITE=sid LAB_SUITES=(sid)
	debootstrap_root "$1/root" amd64 extract makedumpfile
	rm -rf "$1"/root/var/lib/apt/lists/* "$1"/root/etc/apt/auth.conf*
}

# The same for POWER, run through QEMU's user emulation: makedumpfile reads dumps of its own architecture only.
PART_ORDER+=(makedumpfile-ppc64el)
PART_NEEDS[makedumpfile-ppc64el]=
PART_MIB[makedumpfile-ppc64el]=512

part_makedumpfile_ppc64el_inputs() { part_makedumpfile_inputs; }

part_makedumpfile_ppc64el_make() {
	local LAB_SUITE=sid LAB_SUITES=(sid)
	qemu_user_ppc64le
	debootstrap_root "$1/root" ppc64el extract makedumpfile
	rm -rf "$1"/root/var/lib/apt/lists/* "$1"/root/etc/apt/auth.conf*
}
