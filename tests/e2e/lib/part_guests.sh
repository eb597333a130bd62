# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Guest roots: a small production-like Debian without Salvor. lab guest-image makes bootable images of them.

PART_ORDER+=(amd64-guest ppc64el-guest)
PART_NEEDS[amd64-guest]=amd64-kernel
PART_NEEDS[ppc64el-guest]=
PART_MIB[amd64-guest]=768
PART_MIB[ppc64el-guest]=768

part_amd64_guest_inputs() {
	printf 'suite %s\nkernel %s\n' "$LAB_SUITE" "$(part_key amd64-kernel)"
	list guest
	declare -f guest_settle
}

part_ppc64el_guest_inputs() {
	printf 'suite %s\n' "$(ppc64el_suite)"
	list guest
	declare -f guest_settle
}

# guest_settle ROOT: what every guest has in common besides its packages
guest_settle() {
	local root=$1
	rm -rf "$root"/var/lib/apt/lists/* "$root"/etc/apt/auth.conf* "$root"/etc/apt/apt.conf.d/99mmdebstrap \
		"$root"/etc/apt/sources.list "$root"/var/cache/apt/*.bin "$root"/boot/initrd* "$root"/etc/resolv.conf
	printf 'salvor-lab\n' >"$root/etc/hostname"
	printf '127.0.0.1 localhost salvor-lab\n::1 localhost\n' >"$root/etc/hosts"
	printf 'uninitialized\n' >"$root/etc/machine-id"
	chroot "$root" passwd -q -d root 2>/dev/null || chroot "$root" sed -i 's/^root:[^:]*:/root::/' /etc/shadow
	# kdump is Salvor's business: kexec-tools' own units would load kernels by themselves
	chroot "$root" systemctl mask kexec-load.service kexec.service 2>/dev/null || :
	# nothing that fires by a timer may disturb a measurement
	chroot "$root" systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
		e2scrub_all.timer fstrim.timer systemd-networkd-wait-online.service 2>/dev/null || :
	mkdir -p "$root/var/log/journal"
}

part_amd64_guest_make() {
	local LAB_SUITES=("$LAB_SUITE") deb root=$1/root
	deb=$(echo "$(part_dir amd64-kernel)"/debs/*.deb)
	# the kernel is installed without making an initramfs: lab guest-image makes the guest's own
	debootstrap_root "$root" amd64 apt guest \
		--essential-hook='mkdir -p "$1/etc/dracut.conf.d" "$1/etc/initramfs-tools"' \
		--customize-hook="copy-in '$deb' /var/tmp" \
		--customize-hook='chroot "$1" sh -c "INITRD=No dpkg -i /var/tmp/*.deb && rm /var/tmp/*.deb"'
	guest_settle "$root"
	chroot "$root" dpkg-query -W >"$1/packages"
}

part_ppc64el_guest_make() {
	local suite root=$1/root
	suite=$(ppc64el_suite)
	local LAB_SUITE=$suite LAB_SUITES=("$suite")
	qemu_user_ppc64le
	debootstrap_root "$root" ppc64el apt guest
	guest_settle "$root"
	chroot "$root" dpkg-query -W >"$1/packages"
}
