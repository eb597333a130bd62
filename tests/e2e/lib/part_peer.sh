# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The peer: an x86_64 guest with Debian's kdump-tools, for comparisons of the same run. The guest makes its capture
# initramfs itself, as on a real machine. With Salvor installed besides and kdump-tools disabled, the same root is
# Salvor's side of the comparison (prepare x86_64-peer).

PART_ORDER+=(amd64-peer amd64-peer-image)
PART_NEEDS[amd64-peer]=amd64-kernel
PART_NEEDS[amd64-peer-image]="amd64-peer tools"
PART_MIB[amd64-peer]=768
PART_MIB[amd64-peer-image]=1024

part_amd64_peer_inputs() {
	printf 'suite %s\nkernel %s\n' "$LAB_SUITE" "$(part_key amd64-kernel)"
	list peer
	declare -f guest_settle
}

part_amd64_peer_make() {
	local LAB_SUITES=("$LAB_SUITE") deb root=$1/root answers
	deb=$(echo "$(part_dir amd64-kernel)"/debs/*.deb)
	answers='kdump-tools kdump-tools/use_kdump boolean true\nkexec-tools kexec-tools/load_kexec boolean false\n'
	debootstrap_root "$root" amd64 apt peer \
		--essential-hook="printf '$answers' | chroot \"\$1\" debconf-set-selections" \
		--customize-hook="copy-in '$deb' /var/tmp" \
		--customize-hook='chroot "$1" sh -c "INITRD=No dpkg -i /var/tmp/*.deb && rm /var/tmp/*.deb"'
	guest_settle "$root"
	chroot "$root" systemctl unmask kexec.service 2>/dev/null || :
	rm -rf "$root"/var/lib/kdump/initrd* "$root"/var/lib/kdump/vmlinuz*
	chroot "$root" dpkg-query -W >"$1/packages"
}

part_amd64_peer_image_inputs() {
	part_key amd64-peer
	plain_image_inputs
}

part_amd64_peer_image_make() {
	local image=$1/guest.img
	guest_image amd64-peer "$image"
	cat >"$1/job" <<-'END'
	/etc/kernel/postinst.d/kdump-tools "$(uname -r)" "/boot/vmlinuz-$(uname -r)"
	kdump-config load
	kdump-config show
	[ "$(cat /sys/kernel/kexec_crash_loaded)" = 1 ] && echo "@job peer ready"
	rm -f /var/lib/salvor-lab/boot
	sync
	poweroff
	END
	guest_run --arch x86_64 --image "$image" --append crashkernel=256M --job "$1/job" --console "$1/console" \
		--time-limit 900
	grep -q '@job peer ready' "$1/console" || {
		tail -n 60 "$1/console"
		return 1
	}
}
