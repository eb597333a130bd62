# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Where things are and what is configured. kdump.conf is read by kdump-capture only; the settings of kexec and
# the kernel command line come from shell files of the distributions' names.
#
# start runs at each boot, which is complete only when it has ended: functions leave their answer in REPLY, because a
# subshell per question adds up.

# seconds that the network, and the devices that udev still has in hand, may take to come up
NETWORK_LIMIT=90 DEVICES_LIMIT=30

# read_node FILE…: sets REPLY to the first line of the first of the files that exists; fails when none does
read_node() {
	local file
	for file; do
		[ -r "$ROOT$file" ] || continue
		REPLY=
		read -r REPLY <"$ROOT$file"
		return 0
	done
	REPLY=
	return 1
}

# existing FILE…: sets REPLY to the first path that exists (without ROOT)
existing() {
	for REPLY; do
		[ ! -e "$ROOT$REPLY" ] || return 0
	done
	REPLY=
	return 1
}

kdump_capture_config() {
	kdump-capture config "$@" --config "$CONFIG" ${ROOT:+--root "$ROOT"}
}

# resolve_config: sets RESOLVED to the resolved configuration, KEY='value' lines, looked at once a run; warnings are
# shown. Or fails and sets RESOLVE_ERROR to one line why.
resolve_config() {
	local said line status=0
	[ -z "${RESOLVED-}" ] || return 0
	[ -z "${RESOLVE_ERROR-}" ] || return 1
	wait_for_devices
	said=$(kdump_capture_config resolve 2>&1) || status=$?
	# of several networks the one that leads to the server may be the last to come up
	if { [ $status -ne 0 ] || [[ $'\n'$said == *$'\n'"TARGET='ssh'"* ]]; } && wait_for_network; then
		status=0
		said=$(kdump_capture_config resolve 2>&1) || status=$?
	fi
	if [ $status -ne 0 ]; then
		RESOLVE_ERROR=${said##*$'\n'}
		: "${RESOLVE_ERROR:=kdump-capture config resolve failed}"
		return 1
	fi
	while IFS= read -r line; do
		if [[ $line =~ ^[A-Z_]+= ]]; then RESOLVED+=$line$'\n'; else printf '%s\n' "$line" >&2; fi
	done <<<"$said"
}

# wait_for_devices: at a boot udev may still be loading drivers; an image made of what is there by then would lack the
# others, and be out of date once they are there
wait_for_devices() {
	[ -n "${INVOCATION_ID-}" ] && [ -z "$ROOT" ] || return 0
	udevadm settle --timeout="$DEVICES_LIMIT" 2>/dev/null || :
}

# wait_for_network: at a boot the names and routes of an ssh target may not be there yet. kdump.service does not wait
# for them, because a local target needs none and the network may take long. Fails when there is nothing to wait for.
wait_for_network() {
	[ -n "${INVOCATION_ID-}" ] && [ -z "$ROOT" ] && kdump_capture_config check >/dev/null 2>&1 || return 1
	! systemctl -q is-active network-online.target || return 1
	timeout "$NETWORK_LIMIT" systemctl start network-online.target
}

# config_get KEY: sets REPLY to a value of the resolved configuration; empty when there is none
config_get() {
	REPLY=$(
		eval "${RESOLVED-}"
		printf '%s\n' "${!1-}"
	)
}

# config_has LINE: whether the resolved configuration has that very line
config_has() { [[ $'\n'${RESOLVED-} == *$'\n'"$1"$'\n'* ]]; }

# config_check: exits with one clear line when kdump.conf is wrong; what it names may still be unknown now
config_check() {
	command -v kdump-capture >/dev/null || die "kdump-capture is not in PATH: install Salvor again"
	resolve_config || kdump_capture_config check || exit $?
}

# shellcheck disable=SC2034 # used by the other files
# find_mode: sets MODE to fadump or kdump, as the running kernel has it
find_mode() {
	MODE=kdump
	! read_node /sys/kernel/fadump/enabled /sys/kernel/fadump_enabled || [ "$REPLY" != 1 ] || MODE=fadump
}

# shellcheck disable=SC2034 # used by the other files
# load_settings: the shell files, later ones win; names as in Fedora's /etc/sysconfig/kdump
load_settings() {
	KDUMP_KERNELVER='' KDUMP_COMMANDLINE='' KDUMP_COMMANDLINE_REMOVE='' KDUMP_COMMANDLINE_APPEND=''
	KEXEC_ARGS='' KDUMP_BOOTDIR='' KDUMP_IMG='' KDUMP_IMG_EXT='' FADUMP_COMMANDLINE_APPEND=''
	NMI_HOST='' NMI_CREDENTIALS='' NMI_CACERT=''
	local file
	for file in /etc/sysconfig/kdump /etc/default/salvor; do
		# shellcheck source=/dev/null
		[ ! -r "$ROOT$file" ] || . "$ROOT$file"
	done
	read -r KERNEL ARCH < <(uname -rm)
	KERNEL=${KDUMP_KERNELVER:-$KERNEL}
	CAPTURE_IMAGE=/var/lib/kdump/initramfs-${KERNEL}kdump.img
	find_mode
}

# kernel_image: sets REPLY to the file kexec loads
kernel_image() {
	local bootdir=${KDUMP_BOOTDIR:-/boot} img=${KDUMP_IMG:-} id
	read_node /etc/machine-id
	id=${REPLY:-none}
	if [ -n "$img" ]; then
		existing "$bootdir/$img-$KERNEL${KDUMP_IMG_EXT:-}" && return
	fi
	existing "$bootdir/vmlinuz-$KERNEL" "$bootdir/vmlinux-$KERNEL" "$bootdir/Image-$KERNEL" \
		"$bootdir/kernel-$KERNEL" "/usr/lib/modules/$KERNEL/vmlinuz" "/lib/modules/$KERNEL/vmlinuz" \
		"$bootdir/$id/$KERNEL/linux" || {
		complain "no image of kernel $KERNEL in $bootdir; set KDUMP_BOOTDIR or KDUMP_IMG in /etc/default/salvor"
		return 1
	}
}

# production_image: sets REPLY to the initramfs this kernel boots with
production_image() {
	local bootdir=${KDUMP_BOOTDIR:-/boot} id
	read_node /etc/machine-id
	id=${REPLY:-none}
	existing "$bootdir/initramfs-$KERNEL.img" "$bootdir/initrd.img-$KERNEL" "$bootdir/initrd-$KERNEL" \
		"$bootdir/$id/$KERNEL/initrd" "/usr/lib/modules/$KERNEL/initrd"
}

# want_digest: sets DIGEST to that of what the capture environment would be made of now, looked at once a run; or
# fails and sets DIGEST_ERROR to one line why
want_digest() {
	[ -z "${DIGEST-}" ] || return 0
	[ -z "${DIGEST_ERROR-}" ] || return 1
	local said
	if ! resolve_config; then
		DIGEST_ERROR=$RESOLVE_ERROR
		return 1
	fi
	if said=$("$MODULE_DIR/kdump-digest" ${ROOT:+--root "$ROOT"} --kernel "$KERNEL" <<<"$RESOLVED" 2>&1) &&
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

# outdated DIGEST: sets REPLY to one line why the configuration of today is not what was loaded with this digest; to
# nothing when it is, when force_no_rebuild wants that, or when it cannot be found out (without the rights to read
# keys, or with a name server down)
outdated() {
	local said
	REPLY=
	if { [ -n "$ROOT" ] || [ "$(id -u)" -eq 0 ]; } && resolve_config; then
		config_has "FORCE_NO_REBUILD='1'" || ! want_digest || [ "$DIGEST" = "$1" ] ||
			REPLY="what is loaded has an older configuration; run: kdumpctl reload"
	elif ! said=$(kdump_capture_config check 2>&1); then
		REPLY="the configuration is wrong: ${said##*$'\n'}"
	fi
}
