# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Firmware-assisted dump (POWER): the kernel registers by itself at boot, so "registered" says only that the
# firmware will keep the memory; whether anything saves it is a question of the production initramfs.
# Nodes: Documentation/ABI/testing/sysfs-kernel-fadump of the kernel, old names below /sys/kernel/.

# fadump_is 0|1
fadump_is() { read_node /sys/kernel/fadump/registered /sys/kernel/fadump_registered && [ "$REPLY" = "$1" ]; }

# fadump_write 0|1
fadump_write() {
	existing /sys/kernel/fadump/registered /sys/kernel/fadump_registered || {
		complain "/sys/kernel/fadump/registered is missing"
		return 1
	}
	printf '%s\n' "$1" 2>/dev/null >"$ROOT$REPLY"
}

# fadump_set 0|1: writes and verifies; writing what is already so is an error to some kernels
fadump_set() {
	! fadump_is "$1" || return 0
	fadump_write "$1"
	fadump_is "$1" && return
	complain "the kernel did not take $1 in /sys/kernel/fadump/registered; dmesg has the reason"
	return 1
}

# fadump_bootargs: what the capture boot's command line gets in addition, where the kernel can
fadump_bootargs() {
	local node=/sys/kernel/fadump/bootargs_append text
	[ -e "$ROOT$node" ] || return 0
	text=$(fadump_append)
	read_node $node
	[ "$text" != "$REPLY" ] || return 0
	printf '%s\n' "$text" 2>/dev/null >"$ROOT$node" ||
		complain "the kernel refused '$text' in $node; the dump boot goes without"
}

# fadump_start [new]: new: force_rebuild is heeded
fadump_start() {
	local image
	production_image || {
		complain "no initramfs of kernel $KERNEL in ${KDUMP_BOOTDIR:-/boot}: a firmware-assisted dump would not be saved"
		return 1
	}
	image=$REPLY
	if ! image_usable "$image" "${1-}"; then
		may_build "$image" && build_production_image || return 1
	fi
	# they depend on final_action; without it they stay as they are
	[ -z "${RESOLVED-}" ] || fadump_bootargs
	fadump_set 1 || return 1
	fadump_reserved
	say "fadump: operational ($((REPLY / 1048576)) MiB reserved)"
}

fadump_stop() {
	fadump_set 0 || return 1
	say "fadump: not operational: unregistered"
}

# fadump_reserved: sets REPLY to bytes
fadump_reserved() { read_node /sys/kernel/fadump/mem_reserved || REPLY=0; }

# fadump_why_not: as kdump_why_not
fadump_why_not() {
	local image
	if ! fadump_is 1; then
		REPLY="firmware-assisted dump is not registered; run: kdumpctl start"
	elif ! production_image; then
		REPLY="registered, but no initramfs of kernel $KERNEL is found in ${KDUMP_BOOTDIR:-/boot}"
	else
		image=$REPLY
		image_digest "$image"
		if [ "$IMAGE_DIGEST" = none ]; then
			REPLY="registered by the kernel, but $image cannot capture a dump; run: kdumpctl start"
		else
			outdated "$IMAGE_DIGEST"
		fi
	fi
}
