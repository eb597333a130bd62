# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Firmware-assisted dump (POWER): the kernel registers by itself at boot, so "registered" says only that the
# firmware will keep the memory; whether anything saves it is a question of the production initramfs.
# Nodes: Documentation/ABI/testing/sysfs-kernel-fadump of the kernel, old names below /sys/kernel/.

fadump_state() { read_node /sys/kernel/fadump/registered /sys/kernel/fadump_registered; }
fadump_registered() { [ "$(fadump_state)" = 1 ]; }

# fadump_write 0|1
fadump_write() {
	local node
	node=$(existing /sys/kernel/fadump/registered /sys/kernel/fadump_registered) || {
		complain "/sys/kernel/fadump/registered is missing"
		return 1
	}
	printf '%s\n' "$1" 2>/dev/null >"$ROOT$node"
}

# fadump_set 0|1: writes and verifies; writing what is already so is an error to some kernels
fadump_set() {
	[ "$(fadump_state)" != "$1" ] || return 0
	fadump_write "$1"
	[ "$(fadump_state)" = "$1" ] && return
	complain "the kernel did not take $1 in /sys/kernel/fadump/registered; dmesg has the reason"
	return 1
}

# fadump_bootargs: what the capture boot's command line gets in addition, where the kernel can
fadump_bootargs() {
	local node=/sys/kernel/fadump/bootargs_append text
	[ -e "$ROOT$node" ] || return 0
	text=$(fadump_append)
	[ "$text" != "$(read_node $node)" ] || return 0
	printf '%s\n' "$text" 2>/dev/null >"$ROOT$node" ||
		complain "the kernel refused '$text' in $node; the dump boot goes without"
}

fadump_start() {
	local image
	image=$(production_image) || {
		complain "no initramfs of kernel $KERNEL in ${KDUMP_BOOTDIR:-/boot}: a firmware-assisted dump would not be saved"
		return 1
	}
	if ! image_current "$image" && ! unresolved "$image"; then
		build_production_image || return 1
	fi
	# they depend on final_action; without it they stay as they are
	[ -z "${DIGEST-}" ] || fadump_bootargs
	fadump_set 1 || return 1
	say "fadump: operational ($(($(fadump_reserved) / 1048576)) MiB reserved)"
}

fadump_stop() {
	fadump_set 0 || return 1
	say "fadump: not operational: unregistered"
}

fadump_reserved() { read_node /sys/kernel/fadump/mem_reserved || echo 0; }

# fadump_why_not: as kdump_why_not
fadump_why_not() {
	local image
	if ! fadump_registered; then
		echo "firmware-assisted dump is not registered; run: kdumpctl start"
	elif ! image=$(production_image); then
		echo "registered, but no initramfs of kernel $KERNEL is found in ${KDUMP_BOOTDIR:-/boot}"
	elif [ "$(image_digest "$image")" = none ]; then
		echo "registered by the kernel, but $image cannot capture a dump; run: kdumpctl start"
	else
		outdated "$(image_digest "$image")"
	fi
}
