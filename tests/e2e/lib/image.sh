# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Bootable guests: a guest root, the lab's own files, payloads, an initramfs made by dracut in the guest's own
# chroot, all in one ext4 image that mke2fs fills without mounting anything.

LAB_ROOT_UUID=5a1b0a2d-1ab0-4000-8000-000000000001

# debian_arch ARCH: Debian's name of the architecture
debian_arch() {
	case $1 in
	x86_64 | amd64) echo amd64 ;;
	ppc64le | ppc64el) echo ppc64el ;;
	aarch64 | arm64) echo arm64 ;;
	amd64-peer) echo amd64-peer ;;
	*) die "unknown architecture $1 (x86_64, ppc64le or arm64)" ;;
	esac
}

# guest_part ARCH: the part that is its guest root
guest_part() {
	case $1 in
	*-peer) printf '%s' "$1" ;;
	*) printf '%s-guest' "$1" ;;
	esac
}

guest_image_usage() {
	cat <<-'END'
	lab guest-image ARCH OUT.img [--size 6G] [--payload DIR]… [--run 'COMMAND']… [--no-initrd]
	  --payload DIR     copies what is below DIR over the guest's root
	  --run COMMAND     runs a shell command in the guest's chroot before its initramfs is made
	Writes OUT.img, OUT.img.kernel, OUT.img.initrd and OUT.img.release.
	END
}

# in_guest ROOT CMD…: runs a command in a guest's chroot with /dev, /proc and /sys
in_guest() {
	local root=$1
	shift
	# shellcheck disable=SC2016 # expanded inside
	unshare --mount --propagation private -- bash -euc '
		root=$1
		shift
		mount --rbind /dev "$root/dev"
		mount -t proc proc "$root/proc"
		mount --rbind /sys "$root/sys"
		mount -t tmpfs tmpfs "$root/run"
		unset LD_LIBRARY_PATH LD_PRELOAD TMPDIR
		export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LC_ALL=C.UTF-8 HOME=/root
		exec chroot "$root" "$@"
	' in_guest "$root" "$@"
}

# guest_kernel ARCH ROOT: puts the kernel into the root; prints its release
guest_kernel() {
	local root=$2 release kernel
	if [ "$1" != ppc64el ]; then
		cat "$(part_dir amd64-kernel)/release"
		return
	fi
	kernel=$(part_dir ppc64le-kernel)
	release=$(cat "$kernel/release")
	cp -a "$kernel/modules/lib/modules" "$root/usr/lib/"
	cp "$kernel/vmlinux" "$root/boot/vmlinux-$release"
	cp "$kernel/System.map" "$root/boot/System.map-$release"
	cp "$kernel/config" "$root/boot/config-$release"
	echo "$release"
}

guest_image() {
	local arch out size='' initrd=yes payloads=() runs=() work
	case ${1-} in '' | -h | --help) guest_image_usage; return ;; esac
	arch=$(debian_arch "$1")
	[ $# -ge 2 ] || die "guest-image: the name of the image is missing"
	out=$(realpath -m "$2")
	shift 2
	while [ $# -gt 0 ]; do
		case $1 in
		--size) size=$2; shift ;;
		--payload) payloads+=("$2"); shift ;;
		--run) runs+=("$2"); shift ;;
		--no-initrd) initrd=no ;;
		*) die "guest-image: unknown option $1" ;;
		esac
		shift
	done
	part_build "$(guest_part "$arch")"
	[ "$arch" != ppc64el ] || { part_build ppc64le-kernel && qemu_user_ppc64le; }
	check_space 2048 guest-image
	work=$(mktemp -d "$LAB_CACHE/image.XXXXXX")
	# shellcheck disable=SC2064 # the directory of now
	trap "remove_tree '$work'" EXIT
	guest_image_fill "$arch" "$work/root" "$out"
	guest_image_write "$work/root" "$out" "$size"
	remove_tree "$work"
	trap - EXIT
}

# guest_image_fill ARCH ROOT OUT: the root's contents; uses payloads, runs and initrd of guest_image
guest_image_fill() {
	local arch=$1 root=$2 out=$3 release dir line
	cp -a --reflink=auto "$(part_dir "$(guest_part "$arch")")/root" "$root"
	release=$(guest_kernel "$arch" "$root")
	cp -a "$E2E/guest-files/." "$root/"
	chown -R 0:0 "$root/usr/local" "$root/etc/systemd" "$root/etc/dracut.conf.d"
	[ -e "$root/usr/bin/dracut" ] || rm -rf "$root/etc/dracut.conf.d"
	printf 'UUID=%s / ext4 defaults 0 1\n' "$LAB_ROOT_UUID" >"$root/etc/fstab"
	in_guest "$root" systemctl -q enable salvor-lab-job.service systemd-networkd.service
	# not a first boot, which would ask questions on the console
	printf '5a1b0a2d1ab040008000000000000002\n' >"$root/etc/machine-id"
	in_guest "$root" systemctl -q mask systemd-firstboot.service systemd-networkd-persistent-storage.service
	in_guest "$root" systemctl -q mask serial-getty@.service getty@.service console-getty.service
	for dir in "${payloads[@]}"; do
		[ -d "$dir" ] || die "guest-image: no directory $dir"
		cp -a "$dir/." "$root/"
	done
	in_guest "$root" depmod "$release"
	# nothing to bring up to date at the first boot (systemd-update-done.service)
	touch -r "$root/usr" "$root/etc/.updated" "$root/var/.updated"
	for line in "${runs[@]}"; do
		say "guest-image: $line"
		in_guest "$root" sh -euc "$line" </dev/null
	done
	if [ "$initrd" = yes ]; then
		# initramfs-tools, where it is installed, is what the guest's own initramfs is made by
		if [ -e "$root/usr/sbin/mkinitramfs" ]; then
			in_guest "$root" mkinitramfs -o "/boot/initrd.img-$release" "$release" </dev/null
		else
			in_guest "$root" dracut -q --force "/boot/initrd.img-$release" "$release" </dev/null
		fi
		cp "$root/boot/initrd.img-$release" "$out.initrd"
	fi
	cp "$root"/boot/vmlinu[xz]-"$release" "$out.kernel"
	printf '%s\n' "$release" >"$out.release"
}

# guest_image_write ROOT OUT [SIZE]: by default with room for all of a guest's memory, as production has it
guest_image_write() {
	rm -f "$2"
	mke2fs -q -F -t ext4 -L salvor-root -U "$LAB_ROOT_UUID" -E lazy_itable_init=1,root_owner=0:0 \
		-d "$1" "$2" "${3:-6G}" >/dev/null
}
