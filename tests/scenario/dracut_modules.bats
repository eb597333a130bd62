#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump-modules: the modules and the device stack of a target, from a machine's sysfs in a directory.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	R=$BATS_TEST_TMPDIR/root
	mkdir -p "$R"/{dev,sys/class/block,sys/class/net,sys/module,sys/devices/virtual/block}
}

# driver DIR MODULE: the device below /sys/devices has a driver of that module ('' is one without a module)
driver() {
	mkdir -p "$R/sys/devices/$1/driver"
	[ -z "$2" ] || { mkdir -p "$R/sys/module/$2" && ln -s "$R/sys/module/$2" "$R/sys/devices/$1/driver/module"; }
}

# block DIR: a block device at that place
block() {
	mkdir -p "$R/sys/devices/$1"
	ln -s "$R/sys/devices/$1" "$R/sys/class/block/${1##*/}"
	: >"$R/dev/${1##*/}"
}

virtio_disk() {
	local slot=pci0000:00/0000:00:0$2.0
	driver "$slot" virtio_pci
	driver "$slot/virtio$2" virtio_blk
	block "$slot/virtio$2/block/$1"
}

# dm NAME UUID SLAVE…
dm() {
	local name=$1 slave
	block "virtual/block/$1"
	mkdir -p "$R/sys/devices/virtual/block/$name"/{dm,slaves}
	echo "$2" >"$R/sys/devices/virtual/block/$name/dm/uuid"
	shift 2
	for slave; do
		ln -s "$(readlink -f "$R/sys/class/block/$slave")" "$R/sys/devices/virtual/block/$name/slaves/$slave"
	done
}

modules() {
	printf '%s\n' "TARGET=local" "$2" "TARGET_FSTYPE=${3-ext4}" |
		"$top/dracut-module/50kdump-capture/kdump-modules" --root "$R" --kernel none "$1"
}

@test "a partition of a virtio disk: bus, disk, file system" {
	virtio_disk vda 1
	block pci0000:00/0000:00:01.0/virtio1/block/vda/vda1
	run modules target TARGET_DEVICE=/dev/vda1 xfs
	[ "$status" -eq 0 ]
	[ "$output" = "virtio_pci
virtio_blk
xfs" ]
	run modules stack TARGET_DEVICE=/dev/vda1
	[ -z "$output" ]
}

@test "drivers that are built in have no module" {
	driver pci0/1 ''
	block pci0/1/block/vda
	run modules target TARGET_DEVICE=/dev/vda ''
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "by UUID and by LABEL" {
	virtio_disk vda 1
	mkdir -p "$R/dev/disk/by-uuid" "$R/dev/disk/by-label"
	ln -s ../../vda "$R/dev/disk/by-uuid/1-2"
	ln -s ../../vda "$R/dev/disk/by-label/dumps"
	for spec in UUID=1-2 LABEL=dumps; do
		run modules target TARGET_DEVICE=$spec
		[ "${lines[1]}" = virtio_blk ]
	done
}

@test "a logical volume over two disks: both disks' drivers, and lvm" {
	virtio_disk vda 1
	driver pci0000:00/0000:00:1f.2 ahci
	driver pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0 sd_mod
	block pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda
	dm dm-0 LVM-abc vda sda
	run modules target TARGET_DEVICE=/dev/dm-0
	for name in virtio_pci virtio_blk ahci sd_mod ext4; do
		grep -qx "$name" <<<"$output"
	done
	[ "$(grep -n -x ahci <<<"$output" | cut -d: -f1)" -lt "$(grep -n -x sd_mod <<<"$output" | cut -d: -f1)" ]
	run modules stack TARGET_DEVICE=/dev/dm-0
	[ "$output" = "dm lvm" ]
}

@test "a volume in an encrypted volume on multipath names each kind once" {
	virtio_disk vda 1
	dm dm-0 mpath-1 vda
	dm dm-1 CRYPT-LUKS2-1 dm-0
	dm dm-2 LVM-1 dm-1
	run modules stack TARGET_DEVICE=/dev/dm-2
	[ "$output" = "dm multipath crypt lvm" ]
}

@test "a RAID of two disks" {
	virtio_disk vda 1
	virtio_disk vdb 2
	dm md0 '' vda vdb
	rm -r "$R/sys/devices/virtual/block/md0/dm"
	mkdir "$R/sys/devices/virtual/block/md0/md"
	run modules stack TARGET_DEVICE=/dev/md0
	[ "$output" = mdraid ]
	run modules target TARGET_DEVICE=/dev/md0
	[ "$(grep -c -x virtio_blk <<<"$output")" -eq 1 ]
}

@test "a multipath NVMe namespace: its controllers' driver" {
	driver pci0/0000:01:00.0 nvme
	mkdir -p "$R/sys/devices/pci0/0000:01:00.0/nvme/nvme0"
	block virtual/nvme-subsystem/nvme-subsys0/nvme0n1
	ln -s "$R/sys/devices/pci0/0000:01:00.0/nvme/nvme0" "$R/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0"
	run modules target TARGET_DEVICE=/dev/nvme0n1
	[ "${lines[0]}" = nvme ]
}

@test "a stack that is its own slave ends" {
	dm dm-0 LVM-1
	ln -s "$R/sys/devices/virtual/block/dm-0" "$R/sys/devices/virtual/block/dm-0/slaves/dm-0"
	run timeout 20 "$BASH" -c "$(declare -f modules); top=$top R=$R modules stack TARGET_DEVICE=/dev/dm-0"
	[ "$status" -eq 0 ]
	[ "$output" = "dm lvm" ]
}

@test "a device that is not here: said, and the file system's module alone" {
	run modules target TARGET_DEVICE=/dev/sdz
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"/dev/sdz is not on this machine"* ]]
	[ "${lines[1]}" = ext4 ]
}

@test "network drivers of interfaces with hardware, each once" {
	driver pci0/1 igb
	driver pci0/2 igb
	driver pci0/3 mlx5_core
	for nic in eth0:1 eth1:2 eth2:3; do
		mkdir -p "$R/sys/class/net/${nic%:*}"
		ln -s "$R/sys/devices/pci0/${nic#*:}" "$R/sys/class/net/${nic%:*}/device"
	done
	mkdir -p "$R/sys/class/net/lo" "$R/sys/class/net/bond0"
	run modules nic TARGET_DEVICE=/dev/vda
	[ "$output" = "igb
mlx5_core" ]
}

@test "dump_to_rootfs: the root's modules too" {
	virtio_disk vda 1
	driver pci0000:00/0000:00:1f.2 ahci
	block pci0000:00/0000:00:1f.2/block/sda
	mkdir -p "$R/proc/self"
	printf '%s\n' 'proc /proc proc rw 0 0' '/dev/sda / xfs rw 0 0' >"$R/proc/self/mounts"
	run modules target "TARGET_DEVICE=/dev/vda FAILURE_ACTION=dump_to_rootfs"
	grep -qx ahci <<<"$output"
	grep -qx xfs <<<"$output"
	run modules target "TARGET_DEVICE=/dev/vda FAILURE_ACTION=reboot"
	! grep -qx ahci <<<"$output"
}

@test "an ssh target needs no disk" {
	virtio_disk vda 1
	run "$top/dracut-module/50kdump-capture/kdump-modules" --root "$R" target <<<"TARGET='ssh' TARGET_DEVICE='/dev/vda'"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "usage" {
	run "$top/dracut-module/50kdump-capture/kdump-modules" frob </dev/null
	[ "$status" -eq 2 ]
}

# watchdog N STATE IDENTITY [DIR]
watchdog() {
	local dog=$R/sys/class/watchdog/watchdog$1
	mkdir -p "$dog"
	echo "$2" >"$dog/state"
	echo "$3" >"$dog/identity"
	[ -z "${4-}" ] || ln -s "$R/sys/devices/$4" "$dog/device"
}

@test "watchdogs: the bus and the driver of those that run; not the others, not the software one" {
	driver pci0000:00/0000:00:1f.0 lpc_ich
	driver pci0000:00/0000:00:1f.0/iTCO_wdt.0 iTCO_wdt
	driver pci0000:00/0000:00:05.0 i6300esb
	watchdog 0 active "Software Watchdog"
	watchdog 1 active iTCO_wdt pci0000:00/0000:00:1f.0/iTCO_wdt.0
	watchdog 2 inactive "i6300ESB timer" pci0000:00/0000:00:05.0
	run modules watchdog TARGET_DEVICE=/dev/vda
	[ "$output" = "identity iTCO_wdt
module lpc_ich
module iTCO_wdt" ]
	rm -r "$R/sys/class/watchdog"
	run modules watchdog TARGET_DEVICE=/dev/vda
	[ -z "$output" ]
}

@test "the digest is the same whichever network adapter was named first" {
	driver pci0/1 igb
	driver pci0/2 e1000e
	mkdir -p "$R"/sys/class/net/eth{0,1}
	digest() {
		ln -sfn "$R/sys/devices/pci0/$1" "$R/sys/class/net/eth0/device"
		ln -sfn "$R/sys/devices/pci0/$2" "$R/sys/class/net/eth1/device"
		"$top/dracut-module/50kdump-capture/kdump-digest" --root "$R" --kernel none <<<"TARGET='local'"
	}
	[ "$(digest 1 2)" = "$(digest 2 1)" ]
	[ "$(digest 1 2)" != "$(digest 1 1)" ]
}
