# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Where things are and what is configured. kdump.conf is read by kdump-capture only; the settings of kexec and
# the kernel command line come from shell files of the distributions' names.

# read_node FILE…: the first of the files that exists, its first line; nothing when none does
read_node() {
	local file line=
	for file; do
		[ -r "$ROOT$file" ] || continue
		read -r line <"$ROOT$file"
		printf '%s\n' "$line"
		return
	done
	return 1
}

# existing FILE…: the first path that exists (without ROOT)
existing() {
	local file
	for file; do
		[ -e "$ROOT$file" ] && printf '%s\n' "$file" && return
	done
	return 1
}

kdump_capture_config() {
	kdump-capture config "$@" --config "$CONFIG" ${ROOT:+--root "$ROOT"}
}

# config_get KEY: a value of the resolved configuration, which is shell-quoted lines KEY='value'
config_get() (
	eval "$(kdump_capture_config resolve)"
	printf '%s\n' "${!1-}"
)

# config_check: exits with one clear line when kdump.conf is wrong
config_check() {
	command -v kdump-capture >/dev/null || die "kdump-capture is not in PATH: install Salvor again"
	kdump_capture_config check || exit $?
}

# shellcheck disable=SC2034 # used by the other files
# load_settings: the shell files, later ones win; names as in Fedora's /etc/sysconfig/kdump
load_settings() {
	KDUMP_KERNELVER='' KDUMP_COMMANDLINE='' KDUMP_COMMANDLINE_REMOVE='' KDUMP_COMMANDLINE_APPEND=''
	KEXEC_ARGS='' KDUMP_BOOTDIR='' KDUMP_IMG='' KDUMP_IMG_EXT='' FADUMP_COMMANDLINE_APPEND=''
	local file
	for file in /etc/sysconfig/kdump /etc/default/salvor; do
		# shellcheck source=/dev/null
		[ ! -r "$ROOT$file" ] || . "$ROOT$file"
	done
	KERNEL=${KDUMP_KERNELVER:-$(uname -r)}
	ARCH=$(uname -m)
}

# mode: fadump or kdump, as the running kernel has it
mode() {
	if [ "$(read_node /sys/kernel/fadump/enabled /sys/kernel/fadump_enabled)" = 1 ]; then
		echo fadump
	else
		echo kdump
	fi
}

# kernel_image: the file kexec loads
kernel_image() {
	local bootdir=${KDUMP_BOOTDIR:-/boot} img=${KDUMP_IMG:-} id
	id=$(read_node /etc/machine-id)
	if [ -n "$img" ]; then
		existing "$bootdir/$img-$KERNEL${KDUMP_IMG_EXT:-}" && return
	fi
	existing "$bootdir/vmlinuz-$KERNEL" "$bootdir/vmlinux-$KERNEL" "$bootdir/Image-$KERNEL" \
		"$bootdir/kernel-$KERNEL" "/usr/lib/modules/$KERNEL/vmlinuz" "/lib/modules/$KERNEL/vmlinuz" \
		"$bootdir/${id:-none}/$KERNEL/linux" || {
		complain "no image of kernel $KERNEL in $bootdir; set KDUMP_BOOTDIR or KDUMP_IMG in /etc/default/salvor"
		return 1
	}
}

# capture_image: what kexec loads with it; ours, and only read when it is loaded, so not in a small /boot
capture_image() { printf '/var/lib/kdump/initramfs-%skdump.img\n' "$KERNEL"; }

# production_image: the initramfs this kernel boots with
production_image() {
	local bootdir=${KDUMP_BOOTDIR:-/boot} id
	id=$(read_node /etc/machine-id)
	existing "$bootdir/initramfs-$KERNEL.img" "$bootdir/initrd.img-$KERNEL" "$bootdir/initrd-$KERNEL" \
		"$bootdir/${id:-none}/$KERNEL/initrd" "/usr/lib/modules/$KERNEL/initrd"
}

# want_digest: sets DIGEST to that of what the capture environment would be made of now, looked at once a run; or
# fails and sets DIGEST_ERROR to one line why
want_digest() {
	[ -z "${DIGEST-}" ] || return 0
	[ -z "${DIGEST_ERROR-}" ] || return 1
	local said
	if said=$(SALVOR_CONFIG=$CONFIG "$MODULE_DIR/kdump-digest" ${ROOT:+--root "$ROOT"} --kernel "$KERNEL" 2>&1) &&
		[[ ${said##*$'\n'} =~ ^[0-9a-f]{64}$ ]]; then
		DIGEST=${said##*$'\n'}
		return
	fi
	DIGEST_ERROR=${said##*$'\n'}
	: "${DIGEST_ERROR:=kdump-digest said nothing}"
	return 1
}

# must_have_digest: for those who build
must_have_digest() {
	want_digest && return
	complain "$DIGEST_ERROR"
	return 1
}

# unresolved IMAGE: succeeds, with a warning, when what kdump.conf names cannot be looked up now (a name server that
# is down) but the image is a capture image: an older one is better than none
unresolved() {
	! want_digest && [ -s "$ROOT$1" ] && [ "$(image_digest "$1")" != none ] || return 1
	complain "warning: $1 is used as it is, because the configuration cannot be resolved now: $DIGEST_ERROR"
}

# outdated DIGEST: one line why the configuration of today is not what was loaded with this digest; nothing when it
# is, or when that cannot be found out (without the rights to read keys, or with a name server down)
outdated() {
	local said
	if ! said=$(kdump_capture_config check 2>&1); then
		echo "the configuration is wrong: ${said##*$'\n'}"
	elif [ -z "$ROOT" ] && [ "$(id -u)" -ne 0 ]; then
		return
	elif want_digest && [ "$DIGEST" != "$1" ]; then
		echo "what is loaded has an older configuration; run: kdumpctl reload"
	fi
}
