# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# netdevsim.ko, a network device with a devlink that fails on request, for the x86_64 guest: Debian does not build it, so
# it is built here from that very kernel's source. Result: netdevsim.ko

PART_ORDER+=(netdevsim)
PART_NEEDS[netdevsim]='tools amd64-kernel'
PART_MIB[netdevsim]=1024

part_netdevsim_inputs() {
	printf 'kernel %s\n' "$(part_key amd64-kernel)"
}

part_netdevsim_make() {
	local release
	release=$(cat "$(part_dir amd64-kernel)/release")
	enter "$(part_dir tools)/root" bash -euc '
		cd "$1"
		apt-get -o APT::Sandbox::User=root update -q
		needs() { apt-cache depends --no-recommends "$1" | sed -n "s/^ *Depends: \(linux-[hk].*\)/\1/p"; }
		version=$(apt-cache show "linux-headers-$2" | sed -n "s/^Version: //p" | head -1)
		source=linux-source-$(cut -d. -f1,2 <<<"$2")
		mkdir debs headers source
		(cd debs && apt-get -o APT::Sandbox::User=root download "linux-headers-$2" $(needs "linux-headers-$2") "$source=$version")
		for deb in debs/linux-[hk]*.deb; do dpkg-deb -x "$deb" headers; done
		dpkg-deb --fsys-tarfile debs/linux-source-*.deb | tar -x -C source --wildcards "./usr/src/*.tar.xz"
		tar -xf source/usr/src/*.tar.xz -C source --wildcards --strip-components=1 "*/drivers/net/netdevsim"
		cp source/drivers/net/netdevsim/* .
		# Debian names its directories by where they are installed
		grep -rlI -e /usr/src/linux- -e /usr/lib/linux-kbuild headers/usr/src/*/Makefile headers/usr/src/*/.config* |
			xargs -r sed -i -e "s|/usr/src/linux-|$1/headers/usr/src/linux-|g" \
				-e "s|/usr/lib/linux-kbuild|$1/headers/usr/lib/linux-kbuild|g"
		for link in headers/usr/src/*/scripts headers/usr/src/*/tools; do
			[ ! -L "$link" ] || ln -sfn "$1/headers$(readlink -m "/usr/src/x/$(readlink "$link")")" "$link"
		done
		make -C "headers/usr/src/linux-headers-$2" M="$1" CONFIG_NETDEVSIM=m modules
		strip --strip-debug netdevsim.ko
		find . -mindepth 1 -maxdepth 1 ! -name netdevsim.ko -exec rm -rf {} +
	' bash "$1" "$release"
}
