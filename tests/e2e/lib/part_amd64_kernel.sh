# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Debian's stock cloud kernel for x86_64, as packages and unpacked, with the debuginfo of exactly that build.
#
# Result: vmlinuz, vmlinux.debug (for crash and drgn), System.map, config, release, modules/ (lib/modules/RELEASE),
# modules-debug/ (their debuginfo), debs/linux-image-….deb (what the guest roots install).

PART_ORDER+=(amd64-kernel)
PART_NEEDS[amd64-kernel]=tools
PART_MIB[amd64-kernel]=2560

part_amd64_kernel_inputs() { printf 'suite %s\n' "$LAB_SUITE"; }

part_amd64_kernel_make() {
	enter "$(part_dir tools)/root" bash -euc '
		cd "$1"
		apt-get -o APT::Sandbox::User=root update -q
		image=$(apt-cache depends linux-image-cloud-amd64 |
			sed -n "s/^ *Depends: \(linux-image-[0-9].*\)/\1/p" | head -n 1)
		[ -n "$image" ] || { echo "no versioned linux-image-cloud-amd64 in this suite" >&2; exit 1; }
		version=$(apt-cache show --no-all-versions "$image" | sed -n "s/^Version: //p")
		release=${image#linux-image-}
		mkdir debs
		(cd debs && apt-get -o APT::Sandbox::User=root download "$image=$version")
		apt-get -o APT::Sandbox::User=root download "$image-dbg=$version"
		mkdir image dbg
		dpkg-deb -x debs/"$image"_*.deb image
		dpkg-deb -x "$image"-dbg_*.deb dbg
		rm "$image"-dbg_*.deb
		mv "image/boot/vmlinuz-$release" vmlinuz
		mv "image/boot/System.map-$release" System.map 2>/dev/null ||
			mv "dbg/usr/lib/debug/boot/System.map-$release" System.map
		mv "image/boot/config-$release" config
		mv "dbg/usr/lib/debug/boot/vmlinux-$release" vmlinux.debug
		mkdir -p modules/lib/modules modules-debug/lib/modules
		mv "image/usr/lib/modules/$release" modules/lib/modules/ 2>/dev/null ||
			mv "image/lib/modules/$release" modules/lib/modules/
		mv "dbg/usr/lib/debug/lib/modules/$release" modules-debug/lib/modules/
		/usr/sbin/depmod -b modules "$release"
		echo "$release" >release
		rm -rf image dbg
	' bash "$1"
}
