#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut module kdump-capture: puts Salvor's capture programs, the resolved configuration and the modules
# the target needs into an initramfs. Two uses, told apart by SALVOR_IMAGE in dracut's environment:
#
#   SALVOR_IMAGE=kdump  the image that kexec starts after a crash (made by kdumpctl with -m kdump-capture).
#                       When the target's device needs no udev, the image is busybox and our own /init and
#                       nothing else; otherwise dracut's base and the modules of the target's stack.
#   unset               the production initramfs, which firmware-assisted dump boots again: dracut's init,
#                       and hooks that do nothing unless a dump waits.
#
# Functions of dracut used here exist alike from dracut 059 to 112 (dracut-init.sh, later
# dracut-functions.sh): dracut_module_included, inst, inst_simple, inst_hook, instmods, derror, dwarn.

# shellcheck disable=SC2154 # moddir, initdir, kernel are dracut's

# shellcheck source=dracut-module/50kdump-capture/install-lib.sh
. "${BASH_SOURCE[0]%/*}/install-lib.sh"

# called by dracut
check() {
	local name
	for name in busybox kdump-capture vmcore-filter; do
		kdump_find "$name" >/dev/null || {
			derror "kdump-capture: $name is not installed"
			return 1
		}
	done
	return 255
}

# called by dracut
depends() {
	[[ ${SALVOR_IMAGE-} == kdump ]] || return 0
	local stack
	stack=$(kdump_target_stack) || return 1
	[[ -z $stack ]] || echo "base $stack"
}

# called by dracut
installkernel() {
	local target nic dogs=()
	mapfile -t target < <(kdump_modules target)
	mapfile -t nic < <(kdump_modules nic)
	[[ ${SALVOR_IMAGE-} != kdump ]] || mapfile -t dogs < <(kdump_modules watchdog | sed -n 's/^module //p')
	# what loads is what the production system has loaded, not what this boot's host checks find
	[[ ${#target[@]} -eq 0 ]] || hostonly='' instmods "${target[@]}"
	[[ ${#nic[@]} -eq 0 ]] || hostonly='' instmods "${nic[@]}"
	[[ ${#dogs[@]} -eq 0 ]] || hostonly='' instmods "${dogs[@]}"
	[[ ${SALVOR_IMAGE-} != kdump ]] || kdump_decompress_modules "$initdir/lib/modules/$kernel"
}

# called by dracut
install() {
	kdump_load_config || return 1
	kdump_install_config
	kdump_install_programs
	kdump_install_ssh
	inst_simple "$moddir/kdump-net" /usr/lib/salvor/kdump-net
	inst_simple "$moddir/udhcpc-script" /usr/lib/salvor/udhcpc-script
	inst_simple "$moddir/kdump-hook" /usr/lib/salvor/kdump-hook
	if [[ ${SALVOR_IMAGE-} == kdump ]]; then
		kdump_install_busybox
		dracut_module_included base || {
			kdump_install_init
			return
		}
	fi
	inst_hook cmdline 99 "$moddir/kdump-cmdline.sh"
	inst_hook pre-udev 05 "$moddir/kdump-pre-udev.sh"
	inst_hook initqueue/finished 90 "$moddir/kdump-finished.sh"
	inst_hook pre-mount 05 "$moddir/kdump-pre-mount.sh"
	inst_hook emergency 05 "$moddir/kdump-emergency.sh"
	inst_hook shutdown-emergency 05 "$moddir/kdump-emergency.sh"
}
