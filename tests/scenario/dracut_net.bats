#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump-net: what it asks of busybox's ip and udhcpc, and that each wait ends.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	BIN=$BATS_TEST_TMPDIR/bin CALLS=$BATS_TEST_TMPDIR/calls
	export SALVOR_NET=$BATS_TEST_TMPDIR/net SALVOR_CONF=$BATS_TEST_TMPDIR/conf
	export SALVOR_INTERFACE_LIMIT=0 SALVOR_CARRIER_LIMIT=0
	mkdir -p "$BIN" "$SALVOR_NET"
	: >"$CALLS"
	cat >"$BIN/busybox" <<-EOF
		#!/bin/bash
		case \$1 in
		ip | udhcpc) echo "\$*" >>"$CALLS"; [ ! -e "$BATS_TEST_TMPDIR/\$1-fails" ] ;;
		*) exec "\$@" ;;
		esac
	EOF
	chmod +x "$BIN/busybox"
	PATH=$BIN:$PATH
	nic lo 00:00:00:00:00:00
	nic eth0 52:54:00:00:00:01 device
	nic eth1 52:54:00:00:00:02 device
}

# nic NAME MAC [device]
nic() {
	mkdir -p "$SALVOR_NET/$1"
	echo "$2" >"$SALVOR_NET/$1/address"
	echo 1 >"$SALVOR_NET/$1/carrier"
	[ -z "${3-}" ] || mkdir -p "$SALVOR_NET/$1/device"
}

config() { printf '%s\n' "$@" >"$SALVOR_CONF"; }
net() { sh "$top/dracut-module/50kdump-capture/kdump-net" "$@"; }

@test "a static address and a gateway on the interface with that address" {
	config NET_MAC=52:54:00:00:00:02 NET_ADDRESS=192.0.2.5/24 NET_GATEWAY=192.0.2.1 NET_DHCP=0
	run net up
	[ "$status" -eq 0 ]
	[ "$output" = "kdump-net: eth1 is up" ]
	grep -qx "ip link set dev eth1 up" "$CALLS"
	grep -qx -- "ip -4 addr add 192.0.2.5/24 dev eth1" "$CALLS"
	grep -qx -- "ip -4 route add default via 192.0.2.1 dev eth1" "$CALLS"
}

@test "the case of the hardware address does not matter" {
	config NET_MAC=52:54:00:00:00:0A NET_ADDRESS=192.0.2.5/24
	nic eth2 52:54:00:00:00:0a device
	run net up
	[ "$output" = "kdump-net: eth2 is up" ]
}

@test "hardware before a bond with the same address" {
	nic bond0 52:54:00:00:00:02
	config NET_MAC=52:54:00:00:00:02 NET_ADDRESS=192.0.2.5/24
	run net up
	[ "$output" = "kdump-net: eth1 is up" ]
}

@test "IPv6" {
	config NET_MAC=52:54:00:00:00:01 NET_ADDRESS=2001:db8::5/64 NET_GATEWAY=2001:db8::1
	run net up
	[ "$status" -eq 0 ]
	grep -qx -- "ip -6 addr add 2001:db8::5/64 dev eth0" "$CALLS"
}

@test "DHCP with a limited number of tries" {
	config NET_MAC=52:54:00:00:00:01 NET_DHCP=1
	run net up
	[ "$status" -eq 0 ]
	grep -q "^udhcpc -i eth0 -n -q -f -t [0-9]* -T [0-9]* -s " "$CALLS"
}

@test "no DHCP server: one line, exit 1" {
	touch "$BATS_TEST_TMPDIR/udhcpc-fails"
	config NET_MAC=52:54:00:00:00:01 NET_DHCP=1
	run net up
	[ "$status" -eq 1 ]
	[ "$output" = "kdump-net: eth0: no DHCP server answered" ]
}

@test "no such interface: one line, exit 1, in limited time" {
	config NET_MAC=52:54:00:00:00:99 NET_ADDRESS=192.0.2.5/24
	SALVOR_INTERFACE_LIMIT=1 run timeout 20 sh "$top/dracut-module/50kdump-capture/kdump-net" up
	[ "$status" -eq 1 ]
	[[ $output == "kdump-net: no interface has the address 52:54:00:00:00:99 after 1 s"* ]]
}

@test "no link: one line, exit 1" {
	echo 0 >"$SALVOR_NET/eth0/carrier"
	config NET_MAC=52:54:00:00:00:01 NET_ADDRESS=192.0.2.5/24
	run net up
	[ "$status" -eq 1 ]
	[[ $output == "kdump-net: eth0 has no link after 0 s"* ]]
}

@test "no configuration, no interface configured, no verb" {
	run net up
	[ "$status" -eq 1 ]
	[[ $output == *"is missing" ]]
	config NET_MAC=
	run net up
	[ "$status" -eq 1 ]
	[[ $output == *"names no interface"* ]]
	run net
	[ "$status" -eq 2 ]
}

@test "down takes the address away" {
	config NET_MAC=52:54:00:00:00:01 NET_ADDRESS=192.0.2.5/24
	net down
	grep -qx "ip addr flush dev eth0" "$CALLS"
	grep -qx "ip link set dev eth0 down" "$CALLS"
}
