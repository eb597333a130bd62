#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What nic-dump finds in the memory of a guest, without debuginfo, is what that guest's kernel and its adapters'
# registers said at the end; and what drgn reads with debuginfo.

bats_require_minimum_version 1.5.0
load nic_dead

setup_file() {
	boot x86_64
	unpack vfs
}

teardown_file() { rm -f "$WORK/vmcore"; }

@test "nic dead: every driver was loaded, and every adapter carried frames" { guest_was_whole; }

# All drivers' facts, as far as the guest says the same thing; at least so many in all.
@test "nic dead: state, statistics and ring indices are those of the guest" { same_facts 70; }

@test "nic dead: registers of the adapters were among what was compared" { registers_were_compared; }

@test "nic dead: virtio rings, split and packed, are consistent" { virtio_is_consistent; }

@test "nic dead: all that was sent is done, and receive descriptors wait for frames" { rings_are_idle; }

@test "nic dead: nothing is wrong with healthy adapters" { nothing_is_wrong; }

@test "nic dead: raw rings are there, whole" { raw_is_whole 20; }

@test "nic dead: an interface in another namespace is found there" {
	json '([.interfaces[] | select(.name == "lo")] | length) == 2 and
		([.interfaces[] | select(.name == "dummy7")][0].netns != [.interfaces[] | select(.name == "eth0")][0].netns)'
}

@test "nic sriov: virtual functions have their driver, and carry frames" {
	[ "$(wc -l <"$WORK/vfs/vfs")" -eq 2 ]
	awk '$3 != "igbvf" || $4 !~ /^eth[0-9]+$/ { exit 1 }' "$WORK/vfs/vfs"
	sed 's/^ *[0-9.]* *@/@/' "$WORK/console" | tr -d '\r' | grep -x '@vf-ping 5 5'
	grep -E "^$(cut -d' ' -f2 "$WORK/vfs/pf") +8086:10c9 +igb +2 " "$WORK/vfs/devices"
}

@test "nic sriov: level 0 has nothing of it" {
	level 0 'physical.values | ."sysfs-device".sriov == null and .iov == null and .interrupts == null'
	level 0 'interface.values | .link.ifname == $pf and .link.vfs == null and .queues == null'
	level 0 '(.devices | length) == 1 and (.interfaces | length) == 1'
}

@test "nic sriov: level 1 has the function's attributes, and of each VF what ip shows" {
	level 1 '(.devices | length) == 1 and (physical.values | .iov == null and .interrupts == null)'
	diff <(level 1 'physical.values."sysfs-device".sriov | to_entries[] | select(.value | type == "string") |
		"\(.key) \(.value)"' | sort) <(sort "$WORK/vfs/sriov")
	diff <(level 1 'physical.values."sysfs-device".sriov.virtfn | to_entries[] | "\(.key) \(.value)"') \
		<(cut -d' ' -f1,2 "$WORK/vfs/vfs")
	level 1 'interface.values.link.vfs[] | [.vf, .mac, .vlan, .vlan_qos, .spoofchk, .trust, .rate.max_mbit]' >"$WORK/vfs.ours"
	jq -c '.[0].vfinfo_list[] | [.vf, .address, (.vlan_list[0] | .vlan // 0, .qos // 0),
		(.spoofchk, .trust | if . then 1 else 0 end), .rate.max_tx]' "$WORK/vfs/link.json" | diff "$WORK/vfs.ours" -
	# as they were told
	[ "$(cat "$WORK/vfs.ours")" = '[0,"52:54:00:5a:01:00",0,0,0,1,0]
[1,"52:54:00:5a:01:01",7,3,1,0,0]' ]
}

@test "nic sriov: level 2, the default, has the resources of the VFs" {
	level 2 '(.devices | length) == 1 and (physical.values | .interrupts == null)'
	diff <(level 2 'physical.values.iov.vfs | to_entries[] |
		"\(.key) \(.value.address) \(.value.driver) \(.value.interfaces | join(" "))"') "$WORK/vfs/vfs"
	diff <(level 2 'physical.values.iov.vfs[] | .address as $a | .msi_irqs[] | "\($a) \(.)"' | sort) \
		<(cut -d' ' -f1,2 "$WORK/vfs/interrupts" | sort)
	level 2 'physical.values.iov.vfs | all(.vendor == "0x8086" and .device == "0x10ca" and (.resource | length > 0))'
}

@test "nic sriov: level 3 has the queues of function and VFs, and what their interrupts are for" {
	diff <(level 3 '.devices[] | .name as $a | .values.interrupts.interrupts[] | "\($a) \(.irq) \(.actions)"' | sort) \
		<(sort "$WORK/vfs/interrupts" "$WORK/vfs/interrupts-pf")
	# a queue of each kind of each of the three
	[ "$(cat "$WORK"/vfs/interrupts* | grep -cE ' eth[0-9]+-(tx|rx)-0$')" -eq 6 ]
	level 3 '.interfaces | length == 3 and all(.values.queues.queues | map(.type) | unique == ["rx", "tx"])'
	level 3 '[.interfaces[].values.queues | .queues[], .napi[] | .attributes_not_decoded] | all(. == null)'
	# and nothing else of the VFs
	level 3 'virtual | length == 2 and all(.values | keys == ["interrupts"])'
}

@test "nic sriov: level 4 has of the VFs what it has of their function" {
	local address
	level 4 'virtual | length == 2 and all(.values | has("pci-config") and has("sysfs-device") and has("interrupts"))'
	level 4 'virtual | all(.values."sysfs-device".sriov.physfn == $on)'
	level 4 '.interfaces | length == 3 and all(.values | has("link") and has("ethtool"))'
	while read -r _ address _; do
		diff "$WORK/vfs/config-$address" "$WORK/vfs/config-$address.nic-dump"
		grep -q '^ *ff ff ff ff' "$WORK/vfs/config-$address" # what a VF answers for its identity
	done <"$WORK/vfs/vfs"
}

@test "nic sriov: a VF is refused by each of its names, and the function is named" {
	local on why
	read -r _ on <"$WORK/vfs/pf"
	why="is a virtual function: dump-me-now is not supported on VFs; take its physical function: nic-dump now $on"
	# five names of two VFs: exit status, what was asked
	[ "$(grep -cE "^1 (now|dbg) .* $why" "$WORK/vfs/refused")" -eq 10 ]
}

# sriov_in FILE: in the memory of the guest the same function has the same VFs, with what it was told of each
sriov_in() {
	local pf on
	read -r pf on <"$WORK/vfs/pf"
	jq -r --arg on "$on" '.functions[] | select(.name == $on and .driver == "igb") | .sriov |
		"sriov_numvfs \(.num_vfs)", "sriov_offset \(.offset)", "sriov_stride \(.stride)",
		"sriov_totalvfs \(.driver_max_vfs)", "sriov_vf_device \(.vf_device | ltrimstr("0x"))"' "$1" |
		diff - <(grep -E '_(numvfs|offset|stride|totalvfs|vf_device) ' "$WORK/vfs/sriov")
	jq -r --arg on "$on" '. as $all | .functions[] | select(.physical_function == $on) | .name as $name |
		"\(.vf_number) \(.name) \(.driver) \($all.interfaces[] | select(.pci == $name) | .name)"' "$1" |
		sort | diff - "$WORK/vfs/vfs"
	jq -c --arg pf "$pf" '.interfaces[] | select(.name == $pf) | .driver_state.vf | to_entries[] |
		[.key, (.value | .mac, .vlan, .qos, (.spoofcheck, .trusted | if . then 1 else 0 end), .tx_rate)]' "$1" |
		diff - "$WORK/vfs.ours"
}

@test "nic sriov: in memory, saved from outside and by the capture kernel, VFs are whose they are" {
	sriov_in "$WORK/out/nic-dead.json"
	sriov_in "$WORK/capture/dead.json"
}

@test "nic dead: PCI functions, their SR-IOV and saved configuration space" {
	json '[.functions[] | select(.sriov)] | length == 1 and .[0].sriov.num_vfs == 2 and .[0].driver == "igb"'
	json '[.functions[] | select(.virtfn)] | length == 2 and all(.driver == "igbvf" and .physical_function != null)'
	saved_config 5
}

@test "nic dead: less than 48 MiB and 5 seconds" {
	awk '{ exit !($1 < 49152 && $2 < 5) }' "$WORK/cost"
	json '.complete and .totals.interfaces >= 8'
}

# Adapters that no emulator has: modules filled the drivers' real structs (nics/mlx), in a kernel that has the drivers
# loaded. Each fact is a line of the guest's; all of them are found.
@test "nic dead: mlx5 rings, events, commands, traces, vports and health are what the guest's module filled in" {
	same_fixtures mlx5fix 160
}

@test "nic dead: mlx4 rings, events, commands, functions and resources are what the guest's module filled in" {
	same_fixtures mlx4fix 160
}

@test "nic dead: of a device that never was the stored health dump is there, and all its rings are whole" {
	json '[.interfaces[] | select(.name | endswith("fix")) | .module] | sort == ["mlx4_core", "mlx5_core"]'
	[ "$(cat "$WORK"/out/dead/devlink-pci-*/fw_fatal.dump.bin)" = salvor-crdump-bytes ]
	json '[.interfaces[] | select(.name | endswith("fix")) | .driver_state | .queues[], .event_queues[] |
		select(.raw)] | length >= 17 and all(.unreadable == null and .raw.bytes >= 1024)'
}

@test "nic dead: wqdump finds the same queues of mlx5 and mlx4" {
	local device=vmcore:$WORK/vmcore
	[ "$(wqdump_numbers "$device#mlx5fix" Snd)" = "0x51 0x52 0x71" ]
	[ "$(wqdump_numbers "$device#mlx5fix" Rcv)" = "0x61 0x62" ]
	[ "$(wqdump_numbers "$device#mlx5fix" Cmp)" = "0x401 0x402 0x403 0x404" ]
	[ "$(wqdump_numbers "$device#mlx5fix" Eqe)" = "0x3 0x4 0x5 0x7" ]
	"$TOP/build/wqdump" -d "$device#mlx5fix" --source Snd --dump WQ --qp 0x51 --fi 0x40 --num 1 | grep '^opcode : 0xe (LSO)'
	[ "$(wqdump_numbers "$device#mlx4fix" Snd)" = "0x241" ]
	[ "$(wqdump_numbers "$device#mlx4fix" Rcv)" = "0x300" ]
	[ "$(wqdump_numbers "$device#mlx4fix" Cmp)" = "0x81 0x82" ]
	[ "$(wqdump_numbers "$device#mlx4fix" Eqe)" = "0x4 0x5" ]
	"$TOP/build/wqdump" -d "$device#mlx4fix" --source Eqe --dump WQ --qp 5 --fi 1 --num 1 | grep '(CQ_ERROR)'
}

@test "nic dead: registers of a living adapter show which move" { living_registers_move; }

@test "nic dead: heads and tails in the capture kernel are those of the rings in the memory of the same crash" {
	heads_and_tails_agree
}

@test "nic dead: nothing moves in adapters that nobody drives, and what is not read says why" {
	nothing_moves 7
	jq -e '[.devices[].values.registers.vmxnet3?.registers[]? | select(.name == "MACL") | .values[0]] == ["0x5a005452"]' \
		"$WORK/capture/nic-before-bind.json"
}

# Another dump, of the kernel whose debuginfo the lab has.
@test "nic dead: interfaces, queues and rings are those that drgn reads with debuginfo" {
	local vmcore
	vmcore=$("$LAB" vmcore-path x86_64 1024 2>"$WORK/vmcore.log")
	"$TOP/build/nic-dump" dead --vmcore "$vmcore" --output "$WORK/other"
	same_as_drgn amd64-kernel "$vmcore" "$WORK/other" "virtio_net vmxnet3"
	[ "$(grep -c '^vring' "$WORK/drgn.txt")" -ge 3 ]
	[ "$(grep -c '^ring' "$WORK/drgn.txt")" -ge 3 ]
	[ "$(grep -c '^raw' "$WORK/drgn.txt")" -ge 3 ]
}
