# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The newest crash and drgn that Debian has, with the libraries they want: trixie's do not know kernels that are newer
# than themselves. Unpacked, not configured; run with `lab in readers drgn …`.

PART_ORDER+=(readers)
PART_NEEDS[readers]=
PART_MIB[readers]=768

part_readers_inputs() {
	printf 'suite sid\n'
	list readers
}

part_readers_make() {
	local LAB_SUITE=sid LAB_SUITES=(sid)
	debootstrap_root "$1/root" amd64 extract readers
	rm -rf "$1"/root/var/lib/apt/lists/* "$1"/root/etc/apt/auth.conf*
}
