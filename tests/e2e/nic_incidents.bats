#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Incidents of adapters that fail on a real kernel: netdevsim's devlink, a virtio adapter whose wire takes nothing, an
# injected PCI Express error. What nic-dump saved is what devlink printed in the same guest; and after a crash of it,
# what nic-dump dead finds in the dump is that, too. What the guest does is in incidents/job.

bats_require_minimum_version 1.5.0
load support

STORE=$WORK/disk/crash/dump-me-now
SAID=$WORK/disk/crash/said

write_job() {
	cat <<-END
		[ \$BOOT -eq 2 ] || { echo "@job production"; systemctl poweroff; exit; }
		base64 -d <<'MODULES' | tar -xzC /run
		$(tar -czC "$1" netdevsim.ko salvor_say.ko | base64)
		MODULES
	END
	cat "$BATS_TEST_DIRNAME/incidents/job"
}

# The other end of a wire, which takes nothing off it
deaf() {
	perl -MIO::Socket::UNIX -e 'alarm 600; my $listening = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die;
		my $wire = $listening->accept; sleep 600' "$WORK/wire" 3>&- &
	wire=$!
	until [ -S "$WORK/wire" ]; do sleep 0.1; done
}

setup_file() {
	local status=0
	lab_part netdevsim
	fresh_guest x86_64
	write_job "$("$LAB" path netdevsim)" >"$WORK/job"
	deaf
	# the capture's reboot is the end
	run_guest x86_64 400 --mem 1024 --append crashkernel=192M -- -no-reboot -device pcie-root-port,id=express,chassis=1,slot=1 \
		-netdev "stream,id=wire,server=off,addr.type=unix,addr.path=$WORK/wire" \
		-device virtio-net-pci,bus=express,netdev=wire,aer=on,mac=52:54:00:5a:00:0f || status=$?
	kill "$wire"
	[ $status -eq 0 ]
	from_guest /var/crash
	results | sed -n 's/^took\./# seconds of the job: /p' >&3
	/usr/bin/time -f '%M KiB %e s' -o "$WORK/cost" "$TOP/build/nic-dump" dead --vmcore "$(dump_dir)/vmcore" \
		--output "$WORK/dead"
	sed 's/^/# nic-dump dead: /' "$WORK/cost" >&3
}

# result NAME: the value of a "@job NAME=VALUE" line
result() { results | sed -n "s/^$1=//p" | tail -1; }

# incident PATTERN: the only incident of that name
incident() {
	local found
	mapfile -t found < <(find "$STORE" -mindepth 1 -maxdepth 1 -name "dmn-$1--*")
	[ ${#found[@]} -eq 1 ] || { echo "${#found[@]} incidents: ${found[*]}" >&2; return 1; }
	printf '%s\n' "${found[0]}"
}

# files DIR: where the device's raw files are
files() { printf '%s' "$1/netdevsim:netdevsim10/live"; }

# said_bytes FILE: bytes that `devlink region dump` printed, as hexadecimal digits
said_bytes() { cut -d' ' -f2- "$1" | tr -d ' \n'; }
hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }

same_dump() { in_lab python3 "$TOP/tests/e2e/incidents/same_dump.py" "$@"; }

# wholes DIR: every incident there is what its manifest says; their number
wholes() {
	local dir count=0
	for dir in "$1"/dmn-*; do
		(cd "$dir" && sha256sum --strict --quiet -c SHA256SUMS)
		jq -e '.format == "salvor incident" and .complete' "$dir/manifest.json" >/dev/null
		count=$((count + 1))
	done
	echo "$count"
}

# message LOG ID REGEX: lines of a message; their number
message() { grep -cE "^$2 .*$3" "$SAID/log.$1"; }

@test "nic incidents: every one of them is whole, and nothing unfinished is left" {
	wholes "$STORE"
	[ "$(find "$WORK"/disk/crash/{dump-me-now,cycle,killed} -mindepth 1 -maxdepth 1 -name '.dmn-*' | wc -l)" -eq 0 ]
}

@test "nic incidents: devices are shown as devlink and sysfs name them" {
	local port
	port=$(result port)
	grep -E "^netdevsim:netdevsim10 .* netdevsim .*$port" "$SAID/devices"
	jq -e --arg port "$port" '(.devices[] | select(.name == "netdevsim:netdevsim10") | .driver == "netdevsim") and
		([.interfaces[] | select(.on == "netdevsim:netdevsim10")] | length == 2 and any(.name == $port))' \
		"$SAID/devices.json"
}

@test "nic incidents: now, by interface, devlink handle, device, and the words of mlxtool" {
	local all
	mapfile -t all <"$SAID/now"
	for i in 0 1 2; do
		[[ ${all[i]} =~ ^/var/crash/dump-me-now/dmn-netdevsim_netdevsim10-GENERAL-USER-asked--[0-9]{8}T[0-9]{6}\.[0-9]{3}Z$ ]]
	done
	[[ ${all[3]} =~ /dmn-0000_00_0[0-9a-f]\.0-GENERAL-USER-words--[0-9TZ.]+$ ]]
	jq -e '.stages[0].stage == "live" and ([.stages[0].interfaces[].device] | unique == ["netdevsim:netdevsim10"])' \
		"$WORK/disk/${all[0]#/var/}/nic.json"
	# of all that it asked, nothing failed
	jq -r '.. | objects | select(.outcome? == ("error", "timeout", "skipped")) | .source' \
		"$WORK/disk/${all[0]#/var/}/nic.json" | tee "$WORK/failed"
	[ ! -s "$WORK/failed" ]
	jq -e '.driver == "virtio-pci"' "$WORK/disk/${all[3]#/var/}/manifest.json"
}

@test "nic incidents: snapshots of a region, byte for byte; a new one of its own, deleted again" {
	local dir new=()
	for dir in "$STORE"/dmn-netdevsim_netdevsim10-GENERAL-USER-asked--*; do
		for id in 0 7; do
			[ "$(said_bytes "$SAID/region-$id" | wc -c)" -eq 65536 ]
			[ "$(hex "$(files "$dir")/region-dummy.$id")" = "$(said_bytes "$SAID/region-$id")" ]
		done
		[ "$(stat -c %s "$(files "$dir")/region-dummy.new")" -eq 32768 ]
		new+=("$(sha256sum <"$(files "$dir")/region-dummy.new")")
	done
	[ "$(printf '%s\n' "${new[@]}" | sort -u | wc -l)" -eq 3 ]
	jq -e '.regions["netdevsim/netdevsim10/dummy"].snapshot == [0, 7]' "$SAID/regions-after.json"
}

@test "nic incidents: a health dump that was asked for is the one that devlink prints" {
	local dir
	for dir in "$STORE"/dmn-netdevsim_netdevsim10-GENERAL-USER-asked--*; do
		same_dump "$(files "$dir")"/health-dummy.dump.{json,bin} "$SAID/dump-asked.json"
	done
}

@test "nic incidents: one fault, one incident, with its message and the dump of that moment" {
	local dir log=$SAID/log.storm
	[ "$(grep -c '^0x100 netdevsim:netdevsim10: .*Source: DEVLINK' "$log")" -eq 1 ]
	dir=$(grep -o '/var/crash/dump-me-now/dmn-netdevsim_netdevsim10-GENERAL-DEVLINK-dummy--[^,]*' "$log")
	grep "^0x100 netdevsim:netdevsim10: the dump was created at folder $dir,.*Reason: dummy. Status: 0$" "$log"
	dir=$WORK/disk/${dir#/var/}
	jq -e '.source == "DEVLINK" and .reason == "dummy" and (.details | contains("in error"))' "$dir/manifest.json"
	same_dump "$(files "$dir")"/health-dummy.dump.{json,bin} "$SAID/dump-first.json"
	jq -e '.break_message == "the first"' "$SAID/dump-first.json"
}

@test "nic incidents: a storm of 10,000 is counted, not taken; in little memory and time" {
	[ "$(message storm 0x111 'netdevsim:netdevsim10: 10000 further events of DEVLINK dummy were counted')" -eq 1 ]
	[ "$(message storm 0x110 'netdevsim:netdevsim10: not dumped: the same fault')" -eq 1 ]
	results | grep '^errors=.*"error":10001'
	results | grep -E '^storm\.(ms|rss_kib|cpu_ms)=' | sed 's/^/# /' >&3
	[ "$(result storm.rss_kib)" -lt 16384 ]
	[ "$(result storm.cpu_ms)" -lt 10000 ]
}

@test "nic incidents: a user's dump is taken while the storm goes on" {
	local status took
	read -r status took <<<"$(result storm.now)"
	[ "$status" -eq 0 ]
	[ "$took" -lt 10000 ]
	[ "$(result storm.goes_on)" = yes ]
	incident netdevsim_netdevsim10-GENERAL-USER-storm
}

@test "nic incidents: a fault is dumped although the kernel had to throw its message away" {
	[ "$(message storm 0x120 'devlink messages came faster than they could be read')" -ge 1 ]
	jq -e '.details | contains("recovered, 1 errors so far")' \
		"$(incident netdevsim_netdevsim12-GENERAL-DEVLINK-dummy)/manifest.json"
}

@test "nic incidents: nothing comes of a sensor that is off, or of words from user space" {
	run ! grep netdevsim11 "$SAID/log.storm"
	grep 'netdevsim12: fatal firmware error' "$SAID/dmesg"
	[ "$(find "$STORE" -name "dmn-netdevsim_netdevsim12-GENERAL-DRIVER-*" | wc -l)" -eq 1 ]
}

@test "nic incidents: a driver's message in the kernel's log" {
	local dir
	dir=$(incident netdevsim_netdevsim12-GENERAL-DRIVER-fw_error)
	jq -e '.details | contains("firmware does not answer")' "$dir/manifest.json"
}

@test "nic incidents: a transmit queue that times out, by its counter and not by the watchdog's words" {
	local wire virtio address
	read -r wire virtio address <<<"$(result wire)"
	grep -E "$virtio .*$wire.*NETDEV WATCHDOG.*timed out" "$SAID/dmesg"
	[ "$(result tx_timeout)" -ge 1 ]
	jq -e '.source == "TXTIMEOUT"' "$(incident "${address//:/_}-GENERAL-TXTIMEOUT-$wire")/manifest.json"
	[ "$(find "$STORE" -name 'dmn-*-DRIVER-*' | wc -l)" -eq 1 ]
}

@test "nic incidents: a PCI Express error, by its counter and not as fatal" {
	local address
	read -r _ _ address <<<"$(result wire)"
	grep -E "$address: PCIe Bus Error: severity=.*[Nn]on-[Ff]atal" "$SAID/dmesg"
	result aer | grep -x 'TOTAL_ERR_NONFATAL 1'
	incident "${address//:/_}-GENERAL-PCI-aer_nonfatal"
}

@test "nic incidents: a user is refused at once while a dump of that device stands still; a fault is not" {
	local status took
	read -r status took <<<"$(result busy.now)"
	[ "$status" -eq 1 ]
	[ "$took" -lt 1500 ]
	grep 'a dump of this device is being taken already: dmn-netdevsim_netdevsim11-GENERAL-USER-slow--' "$SAID/refused"
	incident netdevsim_netdevsim11-GENERAL-DEVLINK-dummy
	[ "$(result busy.first)" -eq 0 ]
	incident netdevsim_netdevsim11-GENERAL-USER-slow
}

@test "nic incidents: limits of a device, after its fault was over, and of an hour" {
	[ "$(message limits 0x100 'Source: DEVLINK')" -eq 2 ]
	[ "$(message limits 0x110 'netdevsim:netdevsim10: not dumped: the device was dumped a moment ago')" -eq 1 ]
	[ "$(message limits 0x110 'netdevsim:netdevsim12: not dumped: enough was dumped within the hour')" -eq 1 ]
	[ "$(find "$STORE" -name 'dmn-netdevsim_netdevsim10-GENERAL-DEVLINK-*' | wc -l)" -eq 2 ]
	[ "$(find "$STORE" -name 'dmn-netdevsim_netdevsim12-GENERAL-DEVLINK-*' | wc -l)" -eq 1 ]
}

@test "nic incidents: of six with four kept and two preserved, the first and the last two are there" {
	[ "$(wc -l <"$SAID/cycle")" -eq 6 ]
	[ "$(wholes "$WORK/disk/crash/cycle")" -eq 4 ]
	diff <(sed 's|.*/||' "$SAID/cycle" | sed -n '1,2p;5,6p' | sort) \
		<(find "$WORK/disk/crash/cycle" -mindepth 1 -maxdepth 1 -name 'dmn-*' -printf '%f\n' | sort)
}

@test "nic incidents: killed at any moment, it leaves whole incidents, and no snapshot on the device" {
	results | grep -c '^killed\.at=' | sed 's/^/# killed: /' >&3
	[ "$(results | grep -c '^killed\.at=')" -ge 8 ]
	# what was named is there; one more may be, killed between its publishing and its name
	[ "$(wholes "$WORK/disk/crash/killed")" -ge "$(wc -l <"$SAID/killed")" ]
	while read -r dir; do [ -s "$WORK/disk/${dir#/var/}/SHA256SUMS" ]; done <"$SAID/killed"
	jq -e '.regions["netdevsim/netdevsim11/dummy"].snapshot // [] == []' "$SAID/regions-killed.json"
}

@test "nic incidents: the crashed kernel's memory has the health dump that devlink printed" {
	same_dump "$WORK/dead/nic-dead.json" "$WORK/dead/dead/devlink-netdevsim-netdevsim10/dummy.dump.bin" \
		"$SAID/dump-last.json" netdevsim10 dummy
	[ "$(stat -c %s "$WORK/dead/dead/devlink-netdevsim-netdevsim10/dummy.dump.bin")" -eq 2200000 ]
	jq -e '.break_message == "the last words"' "$SAID/dump-last.json"
	jq -e '.devlink[] | select(.device == "netdevsim10") | .reporters[] | select(.name == "dummy") |
		.errors == 10004 and .recoveries == 10004 and .dump_cut == false' "$WORK/dead/nic-dead.json"
}

@test "nic incidents: the crashed kernel's memory has the snapshots that devlink printed" {
	for id in 0 7 4000000001; do
		[ "$(hex "$WORK/dead/dead/devlink-netdevsim-netdevsim10/dummy-$id.bin")" = "$(said_bytes "$SAID/region-$id")" ]
	done
	jq -e '.devlink[] | select(.device == "netdevsim10") | .regions[] | select(.name == "dummy") |
		.size == 32768 and [.snapshot_list[].id] == [0, 7, 4000000001]' "$WORK/dead/nic-dead.json"
}

# Nothing was taken off the wire up to the crash. Since when, the kernel itself says in the last message of its watchdog.
@test "nic incidents: the crashed kernel's memory has the queue that stalled, and for how long" {
	local wire dump times age line
	read -r wire _ _ <<<"$(result wire)"
	dump=$(dump_dir)
	stalled() { jq -r --arg wire "$wire" ".interfaces[] | select(.name == \$wire) | $1" "$WORK/dead/nic-dead.json"; }
	times=$(grep -c "$wire: TX timeout on queue: 0," "$dump/vmcore-dmesg.txt")
	[ "$times" -ge 3 ]
	# [   69.299495] virtio_net virtio4 enp1s0: TX timeout on queue: 0, …, 30056000 usecs ago
	age=$(tr -d '[]' <"$dump/vmcore-dmesg.txt" | awk -v wire="$wire: TX timeout on queue: 0," '
		index($0, wire) { since = $1 - $(NF - 2) / 1e6 }
		/sysrq: Trigger a crash/ { print $1 - since }')
	[ "$(stalled ".tx[0] | .stopped and .timeouts == $times and (.last_xmit_ms / 1000 - $age | fabs < 0.5)")" = true ]
	# the device has frames, and does nothing with them
	[ "$(stalled '.driver_state.virtqueues[] | select(.queue == "tx-0") | .in_flight > 0 and .tx_timeouts >= 3')" = true ]
	line="TX queue 0 is stopped, and got no frame for $(printf %.1f "$(stalled '.tx[0].last_xmit_ms / 1000')") s"
	line+=" (the watchdog waits 5.0 s); timed out $times times"
	[ "$(stalled '.wrong[0]')" = "$line" ]
	# nobody else's
	jq -e --arg wire "$wire" '[.interfaces[] | select(.name != $wire) | .wrong[] | select(test("stopped|timed out"))] == []' \
		"$WORK/dead/nic-dead.json"
	# and the report, which was made in the capture, says so of this adapter
	sed -n '/^== Network adapters/,/^$/p' "$dump/report.txt" | grep -A1 "^$wire, virtio_net, .*1 of 1 TX queues stopped" |
		grep -xF "    $line"
	grep -F "$times TX timeouts of network adapters" "$dump/report.txt"
}
