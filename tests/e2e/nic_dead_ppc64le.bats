#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The same on POWER, where addresses in descriptors are the IOMMU's, and one adapter is the hypervisor's: the guest's own
# kernel and registers, its capture kernel (kdump) and drgn say what nic-dump finds in memory. And what devlink had stored.

bats_require_minimum_version 1.5.0
load nic_dead

setup_file() {
	boot ppc64le
	unpack kcore
}

teardown_file() { rm -f "$WORK/vmcore"; }

@test "nic dead ppc64le: every driver was loaded, and every adapter carried frames" { guest_was_whole; }

@test "nic dead ppc64le: state, statistics and ring indices are those of the guest" { same_facts 80; }

@test "nic dead ppc64le: registers of e1000, e1000e and igb were among what was compared" { registers_were_compared; }

@test "nic dead ppc64le: virtio rings, split and packed, are consistent" { virtio_is_consistent; }

@test "nic dead ppc64le: all that was sent is done, and receive descriptors wait for frames" { rings_are_idle; }

@test "nic dead ppc64le: nothing is wrong with healthy adapters" { nothing_is_wrong; }

@test "nic dead ppc64le: raw rings are there, whole" { raw_is_whole 20; }

@test "nic dead ppc64le: saved configuration space is what the devices still say" { saved_config 5; }

@test "nic dead ppc64le: registers of a living adapter show which move" { living_registers_move; }

@test "nic dead ppc64le: heads and tails in the capture kernel are those of the rings in the memory of the same crash" {
	heads_and_tails_agree
}

@test "nic dead ppc64le: nothing moves in adapters that nobody drives, and what is not read says why" { nothing_moves 5; }

# The same dump. QEMU has no device that a guest could tell its VMCOREINFO; its /proc/kcore has it.
@test "nic dead ppc64le: interfaces, rings, their bytes and their descriptors are those that drgn reads with debuginfo" {
	local driver name
	tr '\0' '\n' <"$WORK/kcore/start" | sed -n '/^OSRELEASE=/,/^$/p' >"$WORK/vmcoreinfo"
	same_as_drgn ppc64le-kernel "$WORK/vmcore" "$WORK/out" "virtio_net e1000 e1000e igb ibmveth" \
		--vmcoreinfo "$WORK/vmcoreinfo"
	for driver in e1000 e1000e igb; do
		name=$(jq -r ".interfaces[] | select(.driver == \"$driver\").name" "$WORK/out/nic-dead.json")
		[ "$(grep -c "^ring $name " "$WORK/drgn.txt")" -eq 2 ]
		[ "$(grep -c "^raw $name " "$WORK/drgn.txt")" -eq 2 ]
		[ "$(grep -c "^descriptor $name " "$WORK/drgn-ours.txt")" -ge 256 ]
	done
	[ "$(grep -c '^vring' "$WORK/drgn.txt")" -eq 6 ]
	[ "$(grep -c '^pool' "$WORK/drgn.txt")" -eq 5 ]
}

@test "nic dead ppc64le: ibmveth's queue and pools" {
	json '[.interfaces[] | select(.driver == "ibmveth").driver_state][0] |
		(.rings[0].raw.bytes == .rings[0].size * 16) and ([.pools[] | select(.available > 0)] | length >= 1)'
	# it polls, and fills its pools up: nothing is wrong with them
	json '[.interfaces[] | select(.driver == "ibmveth")][0] | .wrong == [] and
		(.driver_state.pools | map(select(.active)) | length >= 2 and
			all(.available >= .threshold and .received_not_looked_at == 0))'
	# the frames that it received: each one is an entry of the queue that the hypervisor filled
	local count
	count=$(awk -v mac=52:54:00:5a:00:04 '$1 == mac && $2 == "stat.rx_packets" { print $3 }' "$WORK/theirs.txt")
	[ "$count" -ge 5 ]
	json "[.interfaces[] | select(.driver == \"ibmveth\").driver_state.rings[0]][0] |
		.index == $count and ([.descriptors[] | select(.done)] | length) == $count"
}

@test "nic dead ppc64le: devlink's stored dump and snapshot are what devlink showed" {
	local theirs ours
	theirs=$(sed -n 's/^ *[0-9.]* *@devlink-dump //p' "$WORK/console" | tr -d '\r')
	[ "$(jq -r '.. | .break_message? // empty' <<<"$theirs")" = 'a made-up fault' ]
	json '[.devlink[].reporters[] | select(.name == "dummy")][0] | .state == "error" or .errors == 1'
	# all numbers and texts, by their names
	for key in break_message test_bool test_u8 test_u32 test_u64 test_string; do
		ours=$(jq -c "[.devlink[].reporters[] | select(.name == \"dummy\").dump | .. | .$key? // empty][0]" \
			"$WORK/out/nic-dead.json")
		[ "$ours" = "$(jq -c "[.. | .$key? // empty][0]" <<<"$theirs")" ]
	done
	# "0000000000000000 1f 8b …": the first bytes of the region
	theirs=$(sed -n 's/^ *[0-9.]* *@devlink-region [0-9a-f]* *//p' "$WORK/console" | tr -d ' \r\n')
	ours=$(find "$WORK/out/dead" -path '*devlink-netdevsim*' -name 'dummy-0.bin' -exec od -An -v -tx1 -N32 {} + | tr -d ' \n')
	[ ${#theirs} -ge 64 ]
	[ "${theirs:0:64}" = "$ours" ]
}

@test "nic dead ppc64le: less than 48 MiB and 5 seconds" { awk '{ exit !($1 < 49152 && $2 < 5) }' "$WORK/cost"; }
