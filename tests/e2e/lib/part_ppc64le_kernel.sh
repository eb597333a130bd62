# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The ppc64le kernel: Debian's own are built without CONFIG_FA_DUMP, so one is cross-built from Debian's source.
#
# Result: vmlinux (stripped, for -kernel), vmlinux.debug (for crash and drgn), System.map, config, release,
# modules/ (the tree below /lib/modules/RELEASE, stripped), modules-debug/ (the same, unstripped).

PART_ORDER+=(ppc64le-kernel)
PART_NEEDS[ppc64le-kernel]=tools
PART_MIB[ppc64le-kernel]=4096
PART_RESUMES[ppc64le-kernel]=yes

part_ppc64le_kernel_inputs() {
	printf 'suite %s\n' "$LAB_SUITE"
	sed -e '/^#/d' "$E2E/ppc64le-kernel.config"
}

part_ppc64le_kernel_make() {
	local dir=$1
	sed -e '/^#/d' "$E2E/ppc64le-kernel.config" >"$dir/asked.config"
	enter "$(part_dir tools)/root" bash -euc '
		cd "$1"
		[ -e source/.unpacked ] || {
			rm -rf source && mkdir source
			tar -xf /usr/src/linux-source-6.12.tar.xz -C source --strip-components=1
			touch source/.unpacked
		}
		export ARCH=powerpc CROSS_COMPILE=powerpc64le-linux-gnu-
		export KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=lab KBUILD_BUILD_TIMESTAMP="2025-01-01"
		kbuild() { nice -n 5 make -C source O="$1/build" -s -j2 "${@:2}"; }
		[ -e build/.config ] || {
			mkdir -p build
			KCONFIG_ALLCONFIG="$1/asked.config" kbuild "$1" allnoconfig
		}
		while read -r line; do
			case $line in *=n | "") continue ;; esac
			grep -qxF "$line" build/.config || echo "not set by Kconfig: $line"
		done <asked.config
		kbuild "$1" vmlinux modules
		kbuild "$1" INSTALL_MOD_PATH="$1/modules-debug" modules_install
		kbuild "$1" INSTALL_MOD_PATH="$1/modules" INSTALL_MOD_STRIP=1 modules_install
		rm -f modules*/lib/modules/*/build modules*/lib/modules/*/source
		cp build/include/config/kernel.release release
		cp build/.config config
		cp build/System.map build/vmlinux .
		mv vmlinux vmlinux.debug
		powerpc64le-linux-gnu-strip -o vmlinux vmlinux.debug
		rm -rf source build asked.config
	' bash "$dir"
}
