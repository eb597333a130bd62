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
}

part_hang_make() {
	local release
	release=$(cat "$(part_dir amd64-kernel)/release")
	cp "$E2E"/hang/* "$1"
	enter "$(part_dir tools)/root" bash -euc '
		cd "$1"
		apt-get -o APT::Sandbox::User=root update -q
		needs() { apt-cache depends --no-recommends "$1" | sed -n "s/^ *Depends: \(linux-[hk].*\)/\1/p"; }
		mkdir debs headers
		(cd debs && apt-get -o APT::Sandbox::User=root download "linux-headers-$2" $(needs "linux-headers-$2"))
		for deb in debs/*.deb; do dpkg-deb -x "$deb" headers; done
		# Debian names its directories by where they are installed
		grep -rlI -e /usr/src/linux- -e /usr/lib/linux-kbuild headers/usr/src/*/Makefile headers/usr/src/*/.config* |
			xargs -r sed -i -e "s|/usr/src/linux-|$1/headers/usr/src/linux-|g" \
				-e "s|/usr/lib/linux-kbuild|$1/headers/usr/lib/linux-kbuild|g"
		for link in headers/usr/src/*/scripts headers/usr/src/*/tools; do
			[ ! -L "$link" ] || ln -sfn "$1/headers$(readlink -m "/usr/src/x/$(readlink "$link")")" "$link"
		done
		make -C "headers/usr/src/linux-headers-$2" M="$1" modules
		strip --strip-debug salvor_hang.ko
		mkdir tools
		(cd debs && apt-get -o APT::Sandbox::User=root download dmsetup libdevmapper1.02.1)
		for deb in debs/dmsetup_*.deb debs/libdevmapper*.deb; do dpkg-deb -x "$deb" tools; done
		find tools -name dmsetup -type f -perm -u+x -exec cp {} dmsetup ";"
		find tools -name "libdevmapper.so.1.02.1" -type f -exec cp {} libdevmapper.so ";"
		[ -s dmsetup ] && [ -s libdevmapper.so ]
		rm -rf debs headers tools
	' bash "$1" "$release"
}
