# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Kernel modules of the tests' own, built against Debian's headers of the very kernel that loads them. These functions
# run in the tools root: bash -euc "$(declare -f kernel_headers build_modules); …".

# kernel_headers RELEASE: downloads the headers of that kernel into ./headers
kernel_headers() {
	local release=$1 deb link needs
	apt-get -o APT::Sandbox::User=root update -q
	needs=$(apt-cache depends --no-recommends "linux-headers-$release" | sed -n 's/^ *Depends: \(linux-[hk].*\)/\1/p')
	mkdir debs headers
	# shellcheck disable=SC2086 # a list of names
	(cd debs && apt-get -o APT::Sandbox::User=root download "linux-headers-$release" $needs)
	for deb in debs/*.deb; do dpkg-deb -x "$deb" headers; done
	rm -rf debs
	# Debian names its directories by where they are installed
	grep -rlI -e /usr/src/linux- -e /usr/lib/linux-kbuild headers/usr/src/*/Makefile headers/usr/src/*/.config* |
		xargs -r sed -i -e "s|/usr/src/linux-|$PWD/headers/usr/src/linux-|g" \
			-e "s|/usr/lib/linux-kbuild|$PWD/headers/usr/lib/linux-kbuild|g"
	for link in headers/usr/src/*/scripts headers/usr/src/*/tools; do
		[ ! -L "$link" ] || ln -sfn "$PWD/headers$(readlink -m "/usr/src/x/$(readlink "$link")")" "$link"
	done
}

# kernel_source RELEASE PATTERN…: those files of the kernel's source, from its top, if the installed package of it
# is the headers' version; else out of the package that is
kernel_source() {
	local release=$1 package version
	package=linux-source-$(cut -d. -f1,2 <<<"$release")
	shift
	version=$(apt-cache show "linux-headers-$release" | sed -n 's/^Version: //p' | head -n 1)
	if [ "$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null)" = "$version" ]; then
		tar -xf "/usr/src/$package.tar.xz" --wildcards --strip-components=1 "$@"
		return
	fi
	mkdir debs
	(cd debs && apt-get -o APT::Sandbox::User=root download "$package=$version")
	dpkg-deb --fsys-tarfile debs/*.deb | tar -x -C debs --wildcards './usr/src/*.tar.xz'
	tar -xf debs/usr/src/*.tar.xz --wildcards --strip-components=1 "$@"
	rm -rf debs
}

# build_modules RELEASE DIR [VAR=VALUE…]: what the Kbuild in DIR says, against ./headers
build_modules() {
	local release=$1 dir=$2
	shift 2
	make -C "headers/usr/src/linux-headers-$release" M="$(readlink -f "$dir")" "$@" modules
	strip --strip-debug "$dir"/*.ko
}
