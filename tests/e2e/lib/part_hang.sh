# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A kernel module for the x86_64 guest that hangs or kills its kernel on purpose (tests/e2e/hang), built against
# Debian's headers of that very kernel, and the dmsetup that the guest lacks. Result: salvor_hang.ko, dmsetup,
# libdevmapper.so

PART_ORDER+=(hang)
PART_NEEDS[hang]='tools amd64-kernel'
PART_MIB[hang]=256

part_hang_inputs() {
	printf 'kernel %s\n' "$(part_key amd64-kernel)"
	cat "$E2E"/hang/*
	declare -f kernel_headers build_modules
}

part_hang_make() {
	local release
	release=$(cat "$(part_dir amd64-kernel)/release")
	cp "$E2E"/hang/* "$1"
	enter "$(part_dir tools)/root" bash -euc "$(declare -f kernel_headers build_modules)"'
		cd "$1"
		kernel_headers "$2"
		build_modules "$2" .
		mkdir debs tools
		(cd debs && apt-get -o APT::Sandbox::User=root download dmsetup libdevmapper1.02.1)
		for deb in debs/dmsetup_*.deb debs/libdevmapper*.deb; do dpkg-deb -x "$deb" tools; done
		find tools -name dmsetup -type f -perm -u+x -exec cp {} dmsetup ";"
		find tools -name "libdevmapper.so.1.02.1" -type f -exec cp {} libdevmapper.so ";"
		[ -s dmsetup ] && [ -s libdevmapper.so ]
		rm -rf debs headers tools
	' bash "$1" "$release"
}
