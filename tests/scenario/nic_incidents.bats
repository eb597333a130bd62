#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# nic-dump now and watch on a machine in a directory: names, limits, refusals, the configuration, counters as sensors.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	machine=$BATS_TEST_TMPDIR/machine
	cp -a "$top/tests/fixtures/nic/mlx5-sriov" "$machine"
	incidents=$machine/var/crash/dump-me-now
	physical=$machine/sys/devices/pci0000:00/0000:08:00.0
	mkdir -p "$machine/etc"
}

teardown() {
	[ -z "${watcher-}" ] || kill "$watcher" 2>/dev/null || :
}

nic() { "${OUT:-$top/build}/nic-dump" "$@" --root "$machine"; }

conf() { printf '%s\n' "$@" >"$machine/etc/nic-dump.conf"; }

published() { find "$incidents/" -mindepth 1 -maxdepth 1 -name 'dmn-*' -printf '%f\n' 2>/dev/null | sort; }

# watch: starts the service in the background and waits until it says that it watches
watch() {
	"${OUT:-$top/build}/nic-dump" watch --root "$machine" 2>"$BATS_TEST_TMPDIR/watch.log" 3>&- &
	watcher=$!
	wait_until 10 grep -q '0x120 watching' "$BATS_TEST_TMPDIR/watch.log"
}

wait_until() {
	local i tries=$(($1 * 10))
	shift
	for ((i = 0; i < tries; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	cat "$BATS_TEST_TMPDIR/watch.log" 2>/dev/null
	return 1
}

@test "now: registers of the device only when asked for; never by the service" {
	local dir
	dir=$(nic now 08:00.0 2>/dev/null)
	jq -e '[.devices[].items[] | select(.collector == "registers" or .collector == "cr-space")] == []' "$dir/nic-live.json"
	dir=$(nic now --registers 08:00.0 2>/dev/null)
	jq -e '[.devices[].items[] | select(.collector == "registers")] | length == 1' "$dir/nic-live.json"
	run nic watch --registers
	[ "$status" -eq 2 ]
	[[ $output == *"--registers is for a dump that somebody asks for"* ]]
}

@test "now: every name of a device; one whole incident each" {
	local name dir
	for name in 0000:08:00.0 08:00.0 pci/0000:08:00.0 ens1f0np0; do
		run --separate-stderr nic now "$name"
		[ "$status" -eq 0 ]
		dir=$output
		[[ ${dir##*/} =~ ^dmn-0000_08_00\.0-GENERAL-USER-NA--[0-9]{8}T[0-9]{6}\.[0-9]{3}Z ]]
		# shellcheck disable=SC2154 # set by run
		[[ $stderr == *"0x100 0000:08:00.0: the dump was created at folder $dir"*"Source: USER. Reason: NA. Status: 0"* ]]
		(cd "$dir" && sha256sum --strict --quiet -c SHA256SUMS)
	done
	[ "$(published | wc -l)" -eq 4 ]
	jq -e '.device == "0000:08:00.0" and .complete and .source == "USER" and .iov_mode == 2 and
		([.files[].name] | index("0000:08:00.0/live/config"))' "$dir/manifest.json"
	# the device and what is on it, nothing else
	jq -e '[.devices[].name] == ["0000:08:00.0"] and ([.interfaces[].device] | unique == ["0000:08:00.0"])' \
		"$dir/nic-live.json"
}

@test "now: what the kernel's messages call the virtio device below a PCI function" {
	rm -r "$machine"
	cp -a "$top/tests/fixtures/nic/virtio" "$machine"
	local name
	name=$(basename "$(find "$machine/sys/bus/virtio/devices" -mindepth 1 | head -1)")
	run --separate-stderr nic now "virtio/$name"
	[ "$status" -eq 0 ]
	[[ ${output##*/} =~ ^dmn-0000_00_[0-9a-f]{2}\.0-GENERAL-USER-NA-- ]]
	run -1 nic now "virtio/../$name"
	run -1 nic now virtio/
}

@test "now: in the words of mlxtool, with a reason" {
	run --separate-stderr nic dbg dump-me-now --reason 'port-down' 8 0 0
	[ "$status" -eq 0 ]
	[[ $output == *-USER-port_down--* ]]
	run -2 nic dbg dump-me-now 8 0
	run -2 nic dbg dump-me-now 8 0 8
	[[ $output == *"FUNC: '8' is not a number up to 7"* ]]
}

@test "now: a virtual function, a bond, nothing at all are refused" {
	run -1 nic now 0000:08:00.2
	[[ $output == *"0x101 0000:08:00.2: failed to create a full dump me now"* ]]
	[[ $output == *"dump-me-now is not supported on VFs"*"nic-dump now 0000:08:00.0"* ]]
	run -1 nic now bond0
	[[ $output == *"has no device of its own"* ]]
	run -1 nic now nosuch
	[[ $output == *"no such network device"* ]]
	run -2 nic now
	[ -z "$(published)" ]
}

@test "now: the cycle, by the configuration's names" {
	conf 'DumpMeNowTotalCount = 4' 'DumpMeNowPreservedCountMin = 2' 'DumpMeNowDirectory = /srv/dmn'
	mkdir -p "$machine/srv" "$machine/var/crash"
	ln -s ../../srv/dmn "$incidents"
	local i all=()
	for i in 1 2 3 4 5 6 7; do
		all+=("$(basename "$(nic now 08:00.0 2>/dev/null)")")
	done
	[ "$(published)" = "$(printf '%s\n' "${all[@]:0:2}" "${all[@]:5:2}")" ]
	conf 'DumpMeNowTotalCount = 2' 'DumpMeNowPreservedCountMin = 2' 'DumpMeNowDirectory = /srv/dmn'
	run -1 nic now 08:00.0
	[[ $output == *"preserved"* ]]
}

@test "now: a wrong configuration is named by file and line" {
	conf 'DumpMeNowTotalCount = many' '[eth0]' 'SensorAer = yes'
	run -2 nic now 08:00.0
	[[ $output == *"/etc/nic-dump.conf:1: DumpMeNowTotalCount"*"/etc/nic-dump.conf:3: unknown setting SensorAer"* ]]
	run -2 nic watch
	[[ $output == *"/etc/nic-dump.conf:1:"* ]]
	run -1 nic now 08:00.0 --config /none
}

@test "now: SR-IOV levels" {
	local level dir
	for level in 0 1 2 3 4; do
		conf "DmnIovMode = $level"
		dir=$(nic now 08:00.0 2>/dev/null)
		# of the function: its VFs' resources, its own state, its interrupts; of its VFs: interrupts, all
		jq '[.devices[] | select(.name == "0000:08:00.0") | .values |
			(.iov != null), (."sysfs-device".sriov != null), (.interrupts != null)] +
			[[.devices[] | select(.name == ("0000:08:00.2", "0000:08:00.3")) | .values] |
			(map(select(.interrupts)) | length), (map(select(."pci-config")) | length)]' -c \
			"$dir/nic-live.json" >>"$BATS_TEST_TMPDIR/levels"
		[ "$level" -ne 3 ] || jq -e '[.devices[] | .values.interrupts.interrupts | map([.irq, .actions, .cpus])] == [
			[[40, "mlx5_async0@pci:0000:08:00.0", "0"], [41, "mlx5_comp0@pci:0000:08:00.0", "1"]],
			[[50, "mlx5_async0@pci:0000:08:00.2", "2"], [51, null, "3"]],
			[[52, "mlx5_async0@pci:0000:08:00.3", "0"], [53, null, "1"]]] and
			# queues are asked of the interface of a VF, too, and nothing else; here nobody can answer
			([.interfaces[] | select(.device == "0000:08:00.2") | .items[].collector] == ["queues"])' "$dir/nic-live.json"
	done
	cat "$BATS_TEST_TMPDIR/levels"
	[ "$(cat "$BATS_TEST_TMPDIR/levels")" = "$(printf '%s\n' '[false,false,false,0,0]' '[false,true,false,0,0]' \
		'[true,true,false,0,0]' '[true,true,true,2,0]' '[true,true,true,2,2]')" ]
}

@test "now: a directory that others may write to is refused" {
	mkdir -p "$incidents"
	chmod 777 "$incidents"
	run -1 nic now 08:00.0
	[[ $output == *"others may write there"* ]]
}

@test "now: no room, no incident; what there is stays" {
	nic now 08:00.0 2>/dev/null
	conf 'DumpMeNowFreeMiB = 16777216'
	run -1 nic now 08:00.0
	[[ $output == *"0x101"*"bytes are free in the file system"* ]]
	[ "$(published | wc -l)" -eq 1 ]
}

@test "watch: a TX timeout is dumped, the next ones are counted" {
	watch
	echo 1 >"$physical/net/ens1f0np0/queues/tx-0/tx_timeout"
	wait_until 10 grep -q 0x100 "$BATS_TEST_TMPDIR/watch.log"
	[[ $(published) == dmn-0000_08_00.0-GENERAL-TXTIMEOUT-ens1f0np0--* ]]
	echo 9 >"$physical/net/ens1f0np0/queues/tx-0/tx_timeout"
	wait_until 10 grep -q '0x110 0000:08:00.0: not dumped: the same fault' "$BATS_TEST_TMPDIR/watch.log"
	jq -e '.source == "TXTIMEOUT" and (.details | contains("timed out"))' "$incidents"/dmn-*/manifest.json
	kill "$watcher"
	wait "$watcher"
	watcher=
	[ "$(published | wc -l)" -eq 1 ]
	grep -q '0x111 0000:08:00.0: 8 further events of TXTIMEOUT ens1f0np0 were counted' "$BATS_TEST_TMPDIR/watch.log"
}

@test "watch: a sensor that is off for a device is off" {
	conf '[mlx5_*]' 'SensorTxTimeout = no' 'DumpMeNowDeviceSeconds = 0'
	printf 'TLP 1\nTOTAL_ERR_FATAL 1\n' >"$physical/aer_dev_fatal"
	watch
	echo 1 >"$physical/net/ens1f0np0/queues/tx-0/tx_timeout"
	printf 'TLP 2\nTOTAL_ERR_FATAL 2\n' >"$physical/aer_dev_fatal"
	wait_until 10 grep -q 0x100 "$BATS_TEST_TMPDIR/watch.log"
	[[ $(published) == dmn-0000_08_00.0-GENERAL-PCI-aer_fatal--* ]]
	[ "$(published | wc -l)" -eq 1 ]
}
