#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What nic-dump finds in the memory of a guest, without debuginfo, is what that guest's kernel and its adapters'
# registers said at the end; and what drgn reads with debuginfo.

load support

# What nic-dump says, one line a fact: MAC KEY VALUE
ours() {
	jq -r '
		.interfaces[] | select(.mac != null and .driver != null) | . as $i | .driver_state as $s |
		def ring($name): [$s.rings[]? | select(.name == $name or .name == ($name + "-0"))][0];
		def queue($name): [$s.virtqueues[]? | select(.queue == $name)][0];
		[["driver", .driver], ["mtu", .mtu], ["ifindex", .ifindex], ["operstate", .operstate],
		 ["carrier", (if .carrier then 1 else 0 end)], ["carrier_up_count", .carrier_up_count]] +
		(if .driver == "virtio_net" then
			[["stat.rx_packets", queue("rx-0").packets], ["stat.rx_bytes", queue("rx-0").bytes],
			 ["stat.tx_packets", queue("tx-0").packets], ["stat.tx_bytes", queue("tx-0").bytes],
			 ["S.tx0_kicks", queue("tx-0").kicks], ["S.rx0_kicks", queue("rx-0").kicks]]
		elif .driver == "e1000" or .driver == "e1000e" then
			[["S.rx_packets", $s.hw_rx_packets], ["S.tx_packets", $s.hw_tx_packets]]
		elif .driver == "igb" then
			[["stat.tx_packets", ring("tx").packets],
			 ["stat.rx_packets", ring("rx").packets], ["S.tx_packets", $s.hw_tx_packets]]
		else [] end) +
		(if .driver == "e1000" then .statistics | to_entries | map(["stat." + .key, .value]) else [] end) +
		(if ring("tx").next_to_use != null and .driver != "vmxnet3" then
			(ring("tx").register // "" | tostring) as $n |
			[["TDT" + $n, ring("tx").next_to_use], ["TDH" + $n, ring("tx").next_to_clean],
			 ["RDT" + $n, ring("rx").next_to_use], ["RDH" + $n, ring("rx").next_to_clean]]
		else [] end)
		| .[] | select(.[1] != null) | "\($i.mac) \(.[0]) \(.[1])"' "$WORK/out/nic-dead.json" | sort
}

# The same of the guest: facts as it prints them, and registers in hexadecimal.
theirs() {
	sed 's/^ *[0-9.]* *@/@/' "$WORK/console" | tr -d '\r' | awk '
		function hex(text,    i, value) {
			text = tolower(text)
			for (i = 3; i <= length(text); i++)
				value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
			return value
		}
		$1 == "@nic" { mac[$3] = $2; print $2, $4, $5 }
		$1 == "@registers" && match($4, /^[TR]D[HT][0-9]*$/) { print mac[$2], $4, hex($NF) }' | sort
}

# boot ARCH: the guest of the lab, and what nic-dump says of its memory
boot() {
	rm -rf "$WORK"
	mkdir -p "$WORK"
	"$LAB" nics "$1" "$WORK" >"$WORK/lab.log" 2>&1 || {
		tail -20 "$WORK/lab.log" | sed 's/^/# /' >&3
		return 1
	}
	/usr/bin/time -f '%M %e' -o "$WORK/cost" "$TOP/build/nic-dump" dead --vmcore "$WORK/vmcore" --output "$WORK/out"
	sed 's/^/# nic-dump: KiB and seconds: /' "$WORK/cost" >&3
	ours >"$WORK/ours.txt"
	theirs >"$WORK/theirs.txt"
}

setup_file() { boot "${SALVOR_NICS_ARCH:-x86_64}"; }

teardown_file() { rm -f "$WORK/vmcore"; }

json() { jq -e "$1" "$WORK/out/nic-dead.json"; }

# All drivers' facts, as far as the guest says the same thing; at least so many in all.
@test "nic dead: state, statistics and ring indices are those of the guest" {
	join -j 1 -o 1.2,2.2 <(sed 's/ \([^ ]*\) /|\1 /' "$WORK/theirs.txt" | sort -k1,1) \
		<(sed 's/ \([^ ]*\) /|\1 /' "$WORK/ours.txt" | sort -k1,1) >"$WORK/both.txt"
	echo "# $(wc -l <"$WORK/both.txt") facts compared" >&3
	[ "$(wc -l <"$WORK/both.txt")" -ge 50 ]
	awk '$1 != $2' "$WORK/both.txt" >"$WORK/differences.txt"
	join -j 1 <(sed 's/ \([^ ]*\) /|\1 /' "$WORK/theirs.txt" | sort -k1,1) \
		<(sed 's/ \([^ ]*\) /|\1 /' "$WORK/ours.txt" | sort -k1,1) | awk '$2 != $3'
	[ ! -s "$WORK/differences.txt" ]
}

@test "nic dead: registers of the adapters were among what was compared" {
	for key in TDT TDH RDT RDH; do
		[ "$(grep -cE "^[^ ]+ ${key}[0-9]* [0-9]+$" "$WORK/theirs.txt")" -ge 3 ]
	done
}

# What holds in every ring of a driver that is idle: nothing is lost between the counters.
@test "nic dead: virtio rings, split and packed, are consistent" {
	json '[.interfaces[].driver_state.virtqueues[]? | select(.layout)] | length >= 4 and all(
		.in_flight + .done_not_cleaned + .num_free == .size and (.broken | not))'
	json '[.interfaces[].driver_state.virtqueues[]?.layout] | any(. == "packed") and any(. == "split")'
	json '[.interfaces[].driver_state.virtqueues[]? | select(.queue == "tx-0")] | length == 2 and
		all(.packets > 0 and .last_used_idx == .packets)'
}

@test "nic dead: all that was sent is done, and receive descriptors wait for frames" {
	json '[.interfaces[].driver_state.rings[]? | select((.name | startswith("tx")) and .in_flight != null)] |
		length >= 3 and all(.in_flight == 0)'
	json '[.interfaces[].driver_state.rings[]? | select((.name == "rx" or .name == "rx-0") and .in_flight != null)] |
		length >= 3 and all(.in_flight > 0 and (.done_not_cleaned // 0) == 0)'
}

@test "nic dead: raw rings are there, whole" {
	json '[.. | .raw? // empty] | length > 20 and all(.file != null and .left_out == null and .unreadable == null)'
	while read -r file bytes; do
		[ "$(stat -c %s "$WORK/out/dead/$file")" -eq "$bytes" ]
	done < <(jq -r '.. | .raw? // empty | "\(.file) \(.bytes)"' "$WORK/out/nic-dead.json")
}

@test "nic dead: an interface in another namespace is found there" {
	json '([.interfaces[] | select(.name == "lo")] | length) == 2 and
		([.interfaces[] | select(.name == "dummy7")][0].netns != [.interfaces[] | select(.name == "eth0")][0].netns)'
}

# The identity and the base addresses of saved configuration space are what the device still says.
@test "nic dead: PCI functions, their SR-IOV and saved configuration space" {
	json '[.functions[] | select(.sriov)] | length == 1 and .[0].sriov.num_vfs == 2 and .[0].driver == "igb"'
	json '[.functions[] | select(.virtfn)] | length == 2 and all(.driver == null and .physical_function != null)'
	local count=0 name config saved
	while read -r _ name _ _ _ config; do
		[ -e "$WORK/out/dead/$name/config.bin" ] || continue
		saved=$(od -An -v -tx1 "$WORK/out/dead/$name/config.bin" | tr -d ' \n')
		# not command and status, nor what a VF answers for its identity
		[ "${saved:0:8}" = "${config:0:8}" ]
		[ "${saved:16:8}${saved:32:48}" = "${config:16:8}${config:32:48}" ]
		count=$((count + 1))
	done < <(sed -n 's/^ *[0-9.]* *@pci/@pci/p' "$WORK/console" | tr -d '\r')
	[ "$count" -ge 5 ]
}

@test "nic dead: less than 48 MiB and 5 seconds" {
	awk '{ exit !($1 < 49152 && $2 < 5) }' "$WORK/cost"
	json '.complete and .totals.interfaces >= 8'
}

# Another dump, of the kernel whose debuginfo the lab has.
@test "nic dead: interfaces, queues and rings are those that drgn reads with debuginfo" {
	[ "${SALVOR_NICS_ARCH:-x86_64}" = x86_64 ] || skip "the lab has debuginfo of modules for x86_64 only"
	local vmcore kernel module modules=()
	vmcore=$("$LAB" vmcore-path x86_64 1024 2>"$WORK/vmcore.log")
	kernel=$("$LAB" path amd64-kernel)
	while read -r module; do modules+=(-s "$module"); done < <(
		find "$kernel/modules-debug" -name 'virtio_net.ko*' -o -name 'vmxnet3.ko*')
	[ ${#modules[@]} -eq 4 ]
	in_lab drgn -q -c "$vmcore" -s "$kernel/vmlinux.debug" "${modules[@]}" --no-default-symbols \
		"$TOP/tests/e2e/nic_dead.py" | sort >"$WORK/drgn.txt"
	"$TOP/build/nic-dump" --vmcore "$vmcore" --json >"$WORK/other.json"
	jq -r '.interfaces[] | .name as $name |
		"netdev \(.name) \(.ifindex) \(.mtu) \(.net_device) \(.carrier_up_count) \(.carrier_down_count)",
		(.tx | to_entries[] | .value as $q | "queue \($name) \(.key) \($q.state | split(" ")[0]) \($q.timeouts) " +
			"\($q.lock_owner) \($q.dql_queued) \($q.dql_completed) \($q.qdisc)"),
		(.driver_state.virtqueues[]? | "vring \($name) \(.queue) \(.size) \(.num_free) \(.avail_idx_shadow) " +
			"\(.avail_idx) \(.used_idx) \(.last_used_idx) \(.free_head)"),
		(.driver_state.rings[]? | select(.next_to_use != null) |
			"ring \($name) \(.name) \(.size) \(.next_to_use) \(.next_to_clean)")' "$WORK/other.json" | sort >"$WORK/other.txt"
	[ "$(grep -c '^vring' "$WORK/drgn.txt")" -ge 3 ]
	[ "$(grep -c '^ring' "$WORK/drgn.txt")" -ge 3 ]
	diff "$WORK/drgn.txt" "$WORK/other.txt"
}
