# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Small guests, all in an initramfs, with the drivers of the network adapters that QEMU has: Debian's generic kernel on
# x86_64 (the cloud kernel has few drivers), the lab's own on ppc64le. They run tests/e2e/nics/init. On x86_64 there are
# also the drivers of adapters that no QEMU has, and a module for each that fills the driver's structs with a known state
# (tests/e2e/nics/mlx).
#
# Result: kernel, initrd, release.

PART_ORDER+=(amd64-nics ppc64el-nics)
PART_NEEDS[amd64-nics]="tools amd64-guest"
PART_NEEDS[ppc64el-nics]="tools ppc64el-guest ppc64le-kernel"
PART_MIB[amd64-nics]=768
PART_MIB[ppc64el-nics]=64

NICS_MODULES_AMD64='qemu_fw_cfg dca i2c-algo-bit failover net_failover virtio_net e1000 e1000e igb igbvf vmxnet3 dummy
	pps_core ptp tls psample mlxfw pci-hyperv-intf mlx5_core mlx4_core mlx4_en salvor_mlx5 salvor_mlx4'
NICS_MODULES_PPC64EL='i2c-core i2c-algo-bit failover net_failover virtio_net e1000 e1000e igb ibmveth psample netdevsim dummy'

part_amd64_nics_inputs() {
	printf 'suite %s\n%s\n' "$LAB_SUITE" "$NICS_MODULES_AMD64"
	part_key amd64-guest
	cat "$E2E/nics/init" "$E2E"/nics/mlx/*
	declare -f nics_initrd nics_program nics_libraries nics_modules nics_fixtures kernel_headers kernel_source build_modules
}

part_ppc64el_nics_inputs() {
	printf '%s\n' "$NICS_MODULES_PPC64EL"
	part_key ppc64el-guest
	part_key ppc64le-kernel
	cat "$E2E/nics/init"
	declare -f nics_initrd nics_program nics_libraries nics_modules
}

# nics_program ROOT TREE FILE: the program or library of the guest root, and what it is linked with
nics_program() {
	[ -e "$1$3" ] || die "no $3 in $1"
	[ ! -e "$2$3" ] || return 0
	install -D "$1$3" "$2$3"
	nics_libraries "$1" "$2" "$1$3"
}

# nics_libraries ROOT TREE FILE: what a file is linked with, out of the guest root
nics_libraries() {
	local root=$1 tree=$2 file=$3 name needed
	for needed in $(enter "$(part_dir tools)/root" readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		name=$(cd "$root" && find usr/lib usr/lib64 -maxdepth 2 -name "$needed" | head -n 1)
		[ -n "$name" ] || die "$file needs $needed, which is not in $root"
		nics_program "$root" "$tree" "/$name"
	done
}

# nics_modules FROM TREE NAME…: modules, uncompressed, and the order to load them in; those that are built in are not
nics_modules() {
	local from=$1 tree=$2 name file
	shift 2
	for name in "$@"; do
		file=$(find "$from" -name "$name.ko*" -o -name "${name//_/-}.ko*" | head -n 1)
		[ -n "$file" ] || continue
		case $file in
		*.xz) xz -dc "$file" >"$tree/lib/$name.ko" ;;
		*) cp "$file" "$tree/lib/$name.ko" ;;
		esac
		printf '%s\n' "$name" >>"$tree/modules"
	done
}

# nics_initrd GUEST-ROOT MODULES OUT NAME…
nics_initrd() {
	local root=$1 modules=$2 out=$3 tree=$3.tree file loader
	shift 3
	mkdir -p "$tree"/{lib,bin,dev,usr/bin,usr/sbin}
	for file in /usr/bin/busybox /usr/bin/ip /usr/sbin/ethtool /usr/sbin/devlink /usr/sbin/kexec; do
		nics_program "$root" "$tree" "$file"
	done
	mv "$tree/usr/bin/busybox" "$tree/bin/busybox"
	loader=$(enter "$(part_dir tools)/root" readelf -p .interp "$root/usr/bin/busybox" | sed -n 's|.* \(/[^ ]*\)$|\1|p')
	install -D "$(readlink -f "$root/usr${loader}")" "$tree$loader"
	nics_modules "$modules" "$tree" "$@"
	install -m 755 "$E2E/nics/init" "$tree/init"
	mknod -m 600 "$tree/dev/console" c 5 1
	(cd "$tree" && find . | enter "$(part_dir tools)/root" cpio -o -H newc -R 0:0 --quiet -D "$tree") | gzip -1 >"$out"
	rm -rf "$tree"
}

# nics_fixtures RELEASE DIR: runs in the tools root, in a directory of its own that has fixtures/; the modules go to DIR
nics_fixtures() {
	local drivers=drivers/net/ethernet/mellanox type
	kernel_headers "$1"
	kernel_source "$1" "*/$drivers/mlx[45]"
	mv "$drivers" fixtures/mellanox
	# structs that a driver has in its .c files
	excerpt() { sed -n "/^$2 {/,/^};/p" "fixtures/mellanox/$1"; }
	excerpt mlx5/core/eq.c 'struct mlx5_eq_table' >fixtures/extracted_mlx5.h
	{
		excerpt mlx4/cmd.c 'struct mlx4_cmd_context'
		for type in 'struct res_common' enum 'enum res_[a-z]*_states'; do
			excerpt mlx4/resource_tracker.c "$type"
		done
	} >fixtures/extracted_mlx4.h
	build_modules "$1" fixtures
	mv fixtures/*.ko "$2"
}

part_amd64_nics_make() {
	local dir=$1
	enter "$(part_dir tools)/root" bash -euc '
		cd "$1"
		apt-get -o APT::Sandbox::User=root update -q
		image=$(apt-cache depends linux-image-amd64 |
			sed -n "s/^ *Depends: \(linux-image-[0-9].*\)/\1/p" | head -n 1)
		[ -n "$image" ] || { echo "no versioned linux-image-amd64 in this suite" >&2; exit 1; }
		apt-get -o APT::Sandbox::User=root download "$image"
		dpkg-deb -x "$image"_*.deb image
		rm "$image"_*.deb
		mv "image/boot/vmlinuz-${image#linux-image-}" kernel
		echo "${image#linux-image-}" >release
	' bash "$dir"
	mkdir "$dir/build"
	cp -r "$E2E/nics/mlx" "$dir/build/fixtures"
	enter "$(part_dir tools)/root" bash -euc "
		$(declare -f nics_fixtures kernel_headers kernel_source build_modules)
		cd $dir/build
		nics_fixtures $(cat "$dir/release") $dir/image
	"
	# shellcheck disable=SC2086 # a list
	nics_initrd "$(part_dir amd64-guest)/root" "$dir/image" "$dir/initrd" $NICS_MODULES_AMD64
	rm -rf "$dir/image" "$dir/build"
}

part_ppc64el_nics_make() {
	local kernel
	kernel=$(part_dir ppc64le-kernel)
	# shellcheck disable=SC2086
	nics_initrd "$(part_dir ppc64el-guest)/root" "$kernel/modules" "$1/initrd" $NICS_MODULES_PPC64EL
	cp "$kernel/vmlinux" "$1/kernel"
	cp "$kernel/release" "$1/release"
}

# nics_cpio TREE OUT: appended to an initramfs, its files are there too
nics_cpio() {
	(cd "$1" && find . | LAB_BIND=$1 enter "$(part_dir tools)/root" cpio -o -H newc -R 0:0 --quiet -D "$1") >"$2"
}

# nics_join INITRD CPIO OUT: the kernel finds an archive that is not compressed behind one that is at multiples of 4 only
nics_join() {
	cp "$1" "$3"
	truncate -s %512 "$3"
	cat "$2" >>"$3"
}

# nics_crash_initrd DIR ARCH BUNDLE: the initramfs of a guest that can crash, into DIR/initrd: the bundle as /nic with what
# its nic-dump is linked with, the kernel that captures, and for that the same initramfs without this
nics_crash_initrd() {
	local dir=$1 part tree=$1/initrd.tree
	part=$(part_dir "$2-nics")
	rm -rf "$tree"
	mkdir -p "$tree/nic"
	cp -r "$3"/. "$tree/nic"
	LAB_BIND=$tree nics_libraries "$(part_dir "$2-guest")/root" "$tree" "$tree/nic/nic-dump"
	nics_cpio "$tree" "$dir/nic.cpio"
	mkdir "$tree/crash"
	cp "$part/kernel" "$tree/crash/kernel"
	nics_join "$part/initrd" "$dir/nic.cpio" "$tree/crash/initrd"
	nics_cpio "$tree" "$dir/crash.cpio"
	nics_join "$part/initrd" "$dir/crash.cpio" "$dir/initrd"
	rm -r "$tree" "$dir/nic.cpio" "$dir/crash.cpio"
}

# nics_end DIR GUEST: what is wanted of the guest once it is ready. One that can crash is told, by a link that goes down,
# that its memory is saved: then it looks at itself, crashes, and its capture kernel says what that found.
nics_end() {
	local dir=$1 dump
	dump='{"execute": "dump-guest-memory", "arguments": {"paging": false, "protocol": "file:'"$dir/vmcore"'"}}'
	if [ ! -e "$dir/initrd" ]; then
		"$E2E/qmp" "$dir/qmp" '{"execute": "stop"}' "$dump" quit
		return
	fi
	"$E2E/qmp" "$dir/qmp" '{"execute": "stop"}' "$dump" cont \
		'{"execute": "set_link", "arguments": {"name": "net0", "up": false}}' || return
	await "$dir/console" '^ *[0-9.]* *@captured' 300 "$2" || return
	"$E2E/qmp" "$dir/qmp" quit
}

# nics_run ARCH DIR [BUNDLE]: boots the guest; leaves what it said in DIR/console and its memory in DIR/vmcore. With a
# BUNDLE (a directory with nic-dump and the tables of registers) it crashes after that.
nics_run() {
	local arch dir guest status=0 nics initrd mem=512 reserved=192M
	arch=$(debian_arch "$1")
	dir=$(realpath -m "$2")
	mkdir -p "$dir"
	part_build "$arch-nics"
	initrd=$(part_dir "$arch-nics")/initrd
	rm -f "$dir/initrd"
	if [ -n "${3-}" ]; then
		nics_crash_initrd "$dir" "$arch" "$3"
		initrd=$dir/initrd
	fi
	# shellcheck disable=SC2054 # the comma is QEMU's
	nics=(--nic virtio-net-pci --nic virtio-net-pci,packed=on --nic e1000e --nic igb)
	case $arch in
	amd64) nics+=(--nic e1000 --nic vmxnet3) ;;
	*) nics+=(--nic spapr-vlan --nic e1000) mem=1024 reserved=256M ;;
	esac
	rm -f "$dir/console"
	guest_run --arch "$arch" --kernel "$(part_dir "$arch-nics")/kernel" --initrd "$initrd" \
		--mem "$mem" --smp 1 "${nics[@]}" --console "$dir/console" --qmp "$dir/qmp" --time-limit 700 \
		--append "panic=0 net.ifnames=0${3:+ crashkernel=$reserved iomem=relaxed}" >"$dir/said" 2>&1 &
	guest=$!
	# shellcheck disable=SC2064
	trap "kill $guest 2>/dev/null; exit 125" INT TERM HUP
	if ! await "$dir/console" '^ *[0-9.]* *@ready' 380 "$guest"; then
		cat "$dir/said" >&2
		kill "$guest" 2>/dev/null || :
		die "nics: the guest was not ready (see $dir/console)"
	fi
	nics_end "$dir" "$guest" >"$dir/qmp.log" || status=$?
	[ "$status" -eq 0 ] || kill "$guest" 2>/dev/null || :
	wait "$guest" || :
	trap - INT TERM HUP
	rm -f "$dir/initrd"
	[ "$status" -eq 0 ] || die "nics: QEMU did not write the memory, or the guest did not capture (see $dir/qmp.log)"
}
