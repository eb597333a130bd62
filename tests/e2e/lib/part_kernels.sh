# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# More of Debian's kernels, for what reads a dead kernel's memory: the oldest supported one, the newest, and arm64's.
#
# Result of each: vmlinuz, release, modules/ (lib/modules/RELEASE, all of them), vmlinux.debug and
# modules-debug/NAME.ko (of KERNEL_MODULES and what they need), busybox (static, of that architecture).

# kernel: architecture, suite
declare -A KERNELS=(
	[oldstable]='amd64 bookworm'
	[newest]='amd64 trixie-backports'
	[arm64]='arm64 trixie'
)
# what the guest of lib/kernel_vmcore.sh loads
KERNEL_MODULES='qemu_fw_cfg virtio_pci virtio_net loop ext4'

PART_ORDER+=(kernel-oldstable kernel-newest kernel-arm64)
for kernel in "${!KERNELS[@]}"; do
	PART_NEEDS[kernel-$kernel]=tools
	PART_MIB[kernel-$kernel]=1536
done
unset kernel

part_kernel_oldstable_inputs() { kernel_inputs oldstable; }
part_kernel_newest_inputs() { kernel_inputs newest; }
part_kernel_arm64_inputs() { kernel_inputs arm64; }
part_kernel_oldstable_make() { kernel_make oldstable "$1"; }
part_kernel_newest_make() { kernel_make newest "$1"; }
part_kernel_arm64_make() { kernel_make arm64 "$1"; }

kernel_inputs() {
	printf '%s\n' "${KERNELS[$1]}" "$KERNEL_MODULES"
	declare -f kernel_make kernel_unpack
}

# kernel_make NAME DIR: downloads with an apt state of its own, so that suites do not mix
kernel_make() {
	local arch suite dir=$2
	read -r arch suite <<<"${KERNELS[$1]}"
	mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial" "$dir/debs"
	: >"$dir/apt/status"
	# backports lack what has not changed since
	sources "$suite" "${suite%-backports}" | sort -u | sed "s/^deb /&[arch=$arch] /" >"$dir/apt/sources"
	enter "$(part_dir tools)/root" bash -euc "$(declare -f kernel_unpack); kernel_unpack \"\$@\"" \
		kernel_unpack "$dir" "$arch" "$suite" "$KERNEL_MODULES"
}

# kernel_unpack DIR ARCH SUITE MODULES: runs in the tools root
kernel_unpack() {
	local dir=$1 arch=$2 suite=$3 modules=$4 meta=linux-image-cloud-$2 image release need deb
	local apt=(-o Dir::State::lists="$dir/apt/lists" -o Dir::State::status="$dir/apt/status"
		-o Dir::Cache="$dir/apt/cache" -o Dir::Etc::sourcelist="$dir/apt/sources" -o Dir::Etc::sourceparts=/dev/null
		-o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Default-Release="$suite"
		-o APT::Sandbox::User=root)
	# shellcheck disable=SC2164 # set -e is on
	cd "$dir/debs"
	apt-get "${apt[@]}" update -q
	image=$(apt-cache "${apt[@]}" show --no-all-versions "$meta" |
		sed -n 's/^Depends:.*\(linux-image-[0-9][^ ,]*\).*/\1/p' | head -n 1)
	[ -n "$image" ] || { echo "no versioned $meta in $suite" >&2; return 1; }
	release=${image#linux-image-}
	need="$image $image-dbg busybox-static"
	# newer kernels come in more than one package
	for deb in "linux-base-$release" "linux-binary-$release" "linux-modules-$release"; do
		! apt-cache "${apt[@]}" show "$deb" >/dev/null 2>&1 || need+=" $deb"
	done
	# shellcheck disable=SC2086 # a list of names
	apt-get "${apt[@]}" download -q $need
	mkdir -p image/lib "$dir/modules/lib/modules" "$dir/modules-debug"
	for deb in "$image"_*.deb linux-base-*.deb linux-binary-*.deb linux-modules-*.deb busybox-static_*.deb; do
		[ ! -e "$deb" ] || dpkg-deb -x "$deb" image
	done
	find image -type f -name 'vmlinu[xz]*' -exec mv {} "$dir/vmlinuz" \;
	mv image/lib/modules/"$release" "$dir/modules/lib/modules/" 2>/dev/null ||
		mv image/usr/lib/modules/"$release" "$dir/modules/lib/modules/"
	find image -name busybox -type f -exec mv {} "$dir/busybox" \;
	/usr/sbin/depmod -b "$dir/modules" "$release"
	# of two thousand files of debuginfo, those of what the guest loads
	for need in $modules; do
		/usr/sbin/modprobe -d "$dir/modules" -S "$release" --show-depends "$need"
	done | sed -n 's|^insmod .*/\([^/ ]*\)\.ko.*|*/\1.ko|p' | sort -u >wanted
	printf "%s\n" "*/boot/vmlinux-$release" "*/$release/vmlinux" >>wanted
	# a module may be built in: nothing matches its pattern then
	dpkg-deb --fsys-tarfile "$image"-dbg_*.deb | tar -x --wildcards -C "$dir/modules-debug" \
		--transform 's|.*/||' --files-from wanted 2>said || cat said
	# one of the names is a link to the other
	mv "$(readlink -f "$dir/modules-debug/vmlinux-$release")" "$dir/vmlinux.debug"
	rm -f "$dir"/modules-debug/vmlinux*
	echo "$release" >"$dir/release"
	# shellcheck disable=SC2164
	cd "$dir"
	rm -rf debs apt
}
