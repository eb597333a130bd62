# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Vmcores of the kernels of part_kernels.sh: a small guest that is nothing but busybox in an initramfs, with tasks that
# sleep, run, are stopped or blocked, a network interface in use and some memory, dumped by QEMU while it runs, or
# after it crashed.

# those that crash: how the kernel was that was running is seen in the others
declare -A KERNEL_CRASHES=([oldstable]=yes)

# kernel_guest_init KERNEL: the guest's /init
kernel_guest_init() {
	cat <<-'END'
	#!/bin/busybox sh
	/bin/busybox --install -s /bin
	export PATH=/bin
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mount -t devtmpfs devtmpfs /dev
	mount -t tmpfs tmpfs /tmp
	while read -r module; do insmod "/modules/$module"; done </modules/order
	ip link set lo up
	ip addr add 10.0.2.15/24 dev eth0
	ip link set eth0 up
	ping -c 3 -i 0.2 10.0.2.2 >/dev/null || echo 'no answer from the network'
	# names that a report of this dump is looked through for
	for i in 1 2 3 4 5 6; do
		sleep 100000 &
	done
	mkfifo /tmp/fifo
	cat /tmp/fifo &
	nc -l -p 7 &
	(exec tail -f /proc/version) >/dev/null &
	sleep 200000 &
	kill -STOP $!
	dd if=/dev/urandom of=/tmp/data bs=64k count=512 2>/dev/null
	find / -xdev -type f -exec cat {} + >/dev/null 2>&1
	# blocked for good: it writes to a file system that is frozen
	losetup /dev/loop0 /ext4.img
	mkdir /frozen
	mount -t ext4 /dev/loop0 /frozen
	fsfreeze --freeze /frozen
	(echo x >/frozen/file) &
	(mkdir /frozen/directory) &
	# one CPU is always in user space or near it
	(while :; do :; done) &
	sleep 2
	END
	[ -z "${KERNEL_CRASHES[$1]-}" ] || echo "sh -c 'echo c >/proc/sysrq-trigger'"
	printf '%s\n' "echo '@job filled'" 'exec sleep 300000'
}

# kernel_initramfs KERNEL FILE: its modules are in the order in which they are loaded
kernel_initramfs() {
	local dir file
	dir=$(part_dir "kernel-$1")
	mkdir -p "$run/tree/bin" "$run/tree/modules" "$run/tree/proc" "$run/tree/sys" "$run/tree/dev" "$run/tree/tmp"
	cp "$dir/busybox" "$run/tree/bin/"
	kernel_guest_init "$1" >"$run/tree/init"
	chmod 755 "$run/tree/init"
	mke2fs -q -F -t ext4 "$run/tree/ext4.img" 4M
	for file in $KERNEL_MODULES; do
		enter "$(part_dir tools)/root" modprobe -d "$dir/modules" -S "$(cat "$dir/release")" --show-depends "$file"
	done | sed -n 's|^insmod \([^ ]*\).*|\1|p' | awk '!seen[$0]++' | while IFS= read -r file; do
		cp "$file" "$run/tree/modules/"
		[[ $file != *.xz ]] || xz -d "$run/tree/modules/${file##*/}"
		file=${file##*/}
		printf '%s\n' "${file%.xz}" >>"$run/tree/modules/order"
	done
	enter "$(part_dir tools)/root" sh -c "cd '$run/tree' && find . | cpio -o -H newc --quiet | gzip -1" >"$2"
}

# kernel_vmcore_take KERNEL OUT
kernel_vmcore_take() {
	local run image guest='' status=0 awaited='@job filled' mem=512 arch append='' cpu=''
	read -r arch _ <<<"${KERNELS[$1]}"
	if [ -n "${KERNEL_CRASHES[$1]-}" ]; then
		# by then the other CPUs are stopped
		awaited='end Kernel panic'
		# at the start of memory, so that a dump that lost its end has the kernel
		append=nokaslr
	fi
	run=$(mktemp -d "$LAB_CACHE/vmcore.XXXXXX")
	# shellcheck disable=SC2064 # the directory of now
	trap "[ -z \"\$guest\" ] || kill \$guest 2>/dev/null; rm -rf '$run'; exit 125" INT TERM HUP
	kernel_initramfs "$1" "$run/initrd"
	vmcore_take --kernel "$(part_dir "kernel-$1")/vmlinuz" --initrd "$run/initrd" --nic virtio-net-pci
	"$(part_dir fill)/bin/elf_move_phdrs" "$run/core"
	mv "$run/core" "$2"
	trap - INT TERM HUP
	rm -rf "$run"
}

# kernel_vmcore KERNEL: made once and kept until the kernel or the guest changes; prints its name
kernel_vmcore() {
	[ $# -eq 1 ] && [ -n "${KERNELS[$1]-}" ] || die "lab kernel-vmcore ${!KERNELS[*]}"
	local dir=$LAB_CACHE/vmcores file
	file=$dir/kernel-$1-$({
		part_key "kernel-$1"
		printf '%s\n' "${KERNEL_CRASHES[$1]-}"
		declare -f kernel_guest_init kernel_initramfs kernel_vmcore_take
	} | sha256sum | cut -c1-16).elf
	part_build tools
	part_build "kernel-$1"
	part_build fill
	mkdir -p "$dir"
	(
		flock 9
		[ -e "$file" ] || kernel_vmcore_take "$1" "$file" >&2
	) 9>"$dir/lock"
	printf '%s\n' "$file"
}
