# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of nic-dump dead share: a guest with all kinds of adapters, what it says of them at its end, and what
# nic-dump says of its memory.

load support

# What nic-dump says, one line a fact: MAC KEY VALUE
ours() {
	jq -r '
		.interfaces[] | select(.mac != null and .driver != null) | . as $i | .driver_state as $s |
		def ring($name): [$s.rings[]? | select(.name == $name or .name == ($name + "-0"))][0];
		def queue($name): [$s.virtqueues[]? | select(.queue == $name)][0];
		[["driver", .driver], ["mtu", .mtu], ["ifindex", .ifindex], ["carrier_up_count", .carrier_up_count]] +
		# of an interface that is down sysfs does not show what the structure has (net/core/net-sysfs.c)
		(if .flags | test(" up\\b") then
			[["operstate", .operstate], ["carrier", (if .carrier then 1 else 0 end)]] else [] end) +
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
			 ["RDH" + $n, ring("rx").next_to_clean]] +
			# e1000 and e1000e tell the device of new buffers later, sixteen at a time
			(if .driver == "igb" then [["RDT" + $n, ring("rx").next_to_use]] else [] end)
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

# bundle ARCH DIR: nic-dump as it is installed in a guest, with the tables of registers; and what the guest does with the
# virtual functions of its adapters
bundle() {
	local payload=$WORK/payload
	mkdir -p "$2" "$payload"
	"$TOP/tests/e2e/prepare" "$1" "$payload" 2>"$WORK/prepare.log" || {
		tail -30 "$WORK/prepare.log" >&3
		return 1
	}
	cp "$payload/usr/bin/nic-dump" "$2"
	cp -r "$payload/usr/share/salvor/registers" "$2/tables"
	rm -r "$payload"
	cp "$TOP/tests/e2e/nics/vfs" "$2"
}

# boot ARCH: the guest of the lab, with a nic-dump of its own to crash with; and what nic-dump says of its memory
boot() {
	rm -rf "$WORK"
	bundle "$1" "$WORK/bundle"
	"$LAB" nics "$1" "$WORK" "$WORK/bundle" >"$WORK/lab.log" 2>&1 || {
		tail -20 "$WORK/lab.log" | sed 's/^/# /' >&3
		return 1
	}
	unpack live
	unpack capture
	/usr/bin/time -f '%M %e' -o "$WORK/cost" "$TOP/build/nic-dump" dead --vmcore "$WORK/vmcore" --output "$WORK/out"
	sed 's/^/# nic-dump: KiB and seconds: /' "$WORK/cost" >&3
	ours >"$WORK/ours.txt"
	theirs >"$WORK/theirs.txt"
	join -j 1 <(sed 's/ \([^ ]*\) /|\1 /' "$WORK/theirs.txt" | sort -k1,1) \
		<(sed 's/ \([^ ]*\) /|\1 /' "$WORK/ours.txt" | sort -k1,1) >"$WORK/both.txt"
}

# unpack NAME: a directory that the guest had packed on its console, as $WORK/NAME
unpack() {
	mkdir -p "$WORK/$1"
	sed 's/^ *[0-9.]* //' "$WORK/console" | tr -d '\r' | sed -n "/^@begin $1\$/,/^@end $1\$/p" | sed '1d;$d' |
		base64 -d | tar -xz -C "$WORK/$1"
}

# registers_of_rings: what the device says, DRIVER REGISTER VALUE, of the queue that the driver uses
registers_of_rings() {
	local queue
	queue=$(jq -r '.interfaces[] | select(.driver == "igb") | .driver_state.rings[0].register' "$WORK/capture/dead.json")
	jq -r --arg queue "$queue" '
		.devices[].values.registers // {} | to_entries[] | select(.key | test("^(e1000|e1000e|igb)$")) | .key as $driver |
		(if $driver == "igb" then $queue else "" end) as $n | .value.registers[] |
		select(.name | test("^[RT]D[HT]" + $n + "$")) | "\($driver) \(.name[:3]) \(.values[0])"' \
		"$WORK/capture/nic-before-bind.json" |
		while read -r driver name value; do echo "$driver $name $((value))"; done | sort
}

# memory_of_rings: the same of the dead kernel's memory. What a driver writes into the tail of its receive ring is its own
# affair: igb its next_to_use, e1000 the one before, e1000e the last multiple of 16 before it.
memory_of_rings() {
	jq -r '.interfaces[] | select(.driver_state.rings) | .driver as $driver |
		select($driver | test("^(e1000|e1000e|igb)$")) | .driver_state.rings[] |
		((.next_to_clean + .done_not_cleaned) % .size) as $head |
		((.next_to_use + .size - 1) % .size) as $before |
		if .name | test("^tx") then "\($driver) TDH \($head)", "\($driver) TDT \(.next_to_use)"
		else "\($driver) RDH \($head)", "\($driver) RDT \(
			if $driver == "e1000" then $before
			elif $driver == "e1000e" then $before - $before % 16
			else .next_to_use end)" end' "$WORK/capture/dead.json" | sort
}

# level N PROGRAM: jq on what an incident of the igb has at that level; $pf is its interface, $on its PCI address
level() {
	local pf on
	read -r pf on <"$WORK/vfs/pf"
	jq -ecr --arg pf "$pf" --arg on "$on" "
		def physical: .devices[] | select(.name == \$on);
		def interface: .interfaces[] | select(.name == \$pf);
		def virtual: [.devices[] | select(.name != \$on)];
		$2" "$WORK/vfs/level$1.json"
}

json() { jq -e "$1" "$WORK/out/nic-dead.json"; }

# What the guest did went as it should: its drivers and its crash kernel were loaded, and each adapter carried frames.
guest_was_whole() {
	run ! grep '@failed' "$WORK/console"
	[ "$(grep -c '@ping, [1-9][0-9]* packets received' "$WORK/console")" -eq 6 ]
	run ! grep '@ping, 0 packets received' "$WORK/console"
}

# Nothing is wrong with adapters that did what they were told; but with the first one's link, by which the guest was.
nothing_is_wrong() {
	local adapters='[.interfaces[] | select(.driver | IN("virtio_net", "e1000", "e1000e", "igb", "vmxnet3", "ibmveth"))]'
	json "$adapters | length == 6 and all(.wrong == [])"
	jq -e "$adapters | length == 6 and map(.wrong[]) == [\"the link is down: it went down 2 times since boot\"] and
		(map(select(.wrong != []).name) == [\"eth0\"])" "$WORK/capture/dead.json"
}

# same_facts LEAST: what both sides say is the same, and at least so much
same_facts() {
	echo "# $(wc -l <"$WORK/both.txt") facts compared" >&3
	[ "$(wc -l <"$WORK/both.txt")" -ge "$1" ]
	awk '$2 != $3' "$WORK/both.txt" | tee "$WORK/differences.txt"
	[ ! -s "$WORK/differences.txt" ]
}

# Heads and tails of each of Intel's adapters are among what is the same, and have moved; the tail of the receive ring of
# one (see ours)
registers_were_compared() {
	local driver mac key keys
	for driver in e1000 e1000e igb; do
		mac=$(sed -n "s/ driver $driver\$//p" "$WORK/theirs.txt")
		keys='TDT TDH RDH'
		[ "$driver" != igb ] || keys+=' RDT'
		for key in $keys; do grep -E "^$mac\|${key}[0-9]* [1-9][0-9]* " "$WORK/both.txt"; done
	done
}

# All that was sent is done, and receive descriptors wait for frames.
rings_are_idle() {
	json '[.interfaces[].driver_state.rings[]? | select((.name | startswith("tx")) and .in_flight != null)] |
		length >= 3 and all(.in_flight == 0)'
	json '[.interfaces[].driver_state.rings[]? | select((.name == "rx" or .name == "rx-0") and .in_flight != null)] |
		length >= 3 and all(.in_flight > 0 and (.done_not_cleaned // 0) == 0)'
}

# raw_is_whole MORE-THAN: what was saved of rings is there, and so many of them
raw_is_whole() {
	local file bytes
	json "[.. | .raw? // empty] | length > $1 and all(.file != null and .left_out == null and .unreadable == null)"
	while read -r file bytes; do
		[ "$(stat -c %s "$WORK/out/dead/$file")" -eq "$bytes" ]
	done < <(jq -r '.. | .raw? // empty | "\(.file) \(.bytes)"' "$WORK/out/nic-dead.json")
}

# saved_config LEAST: identity and base addresses of saved configuration space are what the device still says
saved_config() {
	local count=0 name config saved
	while read -r _ name _ _ _ config; do
		[ -e "$WORK/out/dead/$name/config.bin" ] || continue
		saved=$(od -An -v -tx1 "$WORK/out/dead/$name/config.bin" | tr -d ' \n')
		# not command and status, nor what a VF answers for its identity
		[ "${saved:0:8}" = "${config:0:8}" ]
		[ "${saved:16:8}${saved:32:48}" = "${config:16:8}${config:32:48}" ]
		count=$((count + 1))
	done < <(sed -n 's/^ *[0-9.]* *@pci/@pci/p' "$WORK/console" | tr -d '\r')
	[ "$count" -ge "$1" ]
}

# In use, heads and tails move between the passes, and nothing else of what the tables have does: reading changes nothing.
living_registers_move() {
	local address table live
	for table in e1000e e1000 igb; do
		address=$(jq -r ".devices[] | select(.values.registers.\"$table\") | .name" "$WORK/live/nic-live.json")
		live="[.devices[] | select(.name == \"$address\") | .values.registers.\"$table\".registers[] |
			select(.changed) | .name | gsub(\"[0-9]\"; \"\")] | sort"
		# e1000e writes the tail of its receive ring once in sixteen frames
		jq -e "$live | . - [\"RDT\"] == [\"RDH\", \"TDH\", \"TDT\"]" "$WORK/live/nic-live.json"
	done
	jq -e '[.devices[].values.registers."virtio-common"?.registers[]? | select(.name == "device_status") | .values[2]] ==
		["0x0f", "0x0f"]' "$WORK/live/nic-live.json"
}

# The capture kernel reads the device before a driver has it, and the rings in the memory of the kernel that died. A tail
# is what the driver wrote last. A head is how far the device has come: what the driver has seen (next_to_clean) and what
# it had not seen when it died or what came later, whose descriptors are done in memory.
heads_and_tails_agree() {
	registers_of_rings >"$WORK/registers.txt"
	memory_of_rings >"$WORK/rings.txt"
	cat "$WORK/registers.txt"
	diff "$WORK/registers.txt" "$WORK/rings.txt"
	[ "$(wc -l <"$WORK/rings.txt")" -eq 12 ]
	# and it was no trivial case: frames had come of which a driver knew nothing, pings of 742 bytes. e1000e leaves them alone
	# as it is told to; igb goes on looking at them.
	jq -e '[.interfaces[] | select(.driver == "e1000e") | .driver_state.rings[] | select(.name == "rx")] |
		length == 1 and .[0].done_not_cleaned > 0 and
		([.[0].descriptors[] | select(.done).len] | any(. == 742) and all(. == 742 or . <= 64))' "$WORK/capture/dead.json"
}

# nothing_moves TABLES: in adapters that nobody drives no register of so many tables does; and what is not read says why
nothing_moves() {
	jq -e "[.devices[].values.registers | .[]? | .words_changed? // empty] | length == $1 and all(. == 0)" \
		"$WORK/capture/nic-before-bind.json"
	jq -e '[.devices[].items[] | select(.collector == "registers" and .outcome != "ok") | .reason] |
		length == 2 and all(test("the driver virtio-pci has it already"))' "$WORK/capture/nic-before-bind.json"
}

# Nothing is lost between the counters of a ring: what is free, with the device, and done makes it whole.
virtio_is_consistent() {
	json '[.interfaces[].driver_state.virtqueues[]? | select(.layout)] | length >= 4 and all(
		.in_flight + .done_not_cleaned + .num_free == .size and (.broken | not))'
	json '[.interfaces[].driver_state.virtqueues[]?.layout] | any(. == "packed") and any(. == "split")'
	json '[.interfaces[].driver_state.virtqueues[]? | select(.queue == "tx-0")] | length == 2 and
		all(.packets > 0 and .last_used_idx == .packets)'
}

# drgn_ours DIR: what nic-dump saved there, in the words of nic_dead.py. Of descriptors it has those that are in use.
drgn_ours() {
	local name ring address bytes file
	jq -r '.interfaces[] | .name as $name | .driver as $driver | .driver_state as $s |
		def number: if . then 1 else 0 end;
		"netdev \($name) \(.ifindex) \(.mtu) \(.net_device) \(.carrier_up_count) \(.carrier_down_count)",
		(.tx | to_entries[] | .value as $q | "queue \($name) \(.key) \($q.state | split(" ")[0]) \($q.timeouts) " +
			"\($q.lock_owner) \($q.dql_queued) \($q.dql_completed) \($q.qdisc)"),
		($s.virtqueues[]? | "vring \($name) \(.queue) \(.layout) \(.size) \(.num_free) " +
			if .layout == "packed" then
				"\(.next_avail_idx) \(.avail_wrap | number) \(.last_used_idx) \(.used_wrap | number) \(.free_head)"
			else "\(.avail_idx_shadow) \(.avail_idx) \(.used_idx) \(.last_used_idx) \(.free_head)" end),
		($s.rings[]? | select(.next_to_use != null) |
			"ring \($name) \(.name) \(.size) \(.next_to_use) \(.next_to_clean)"),
		($s.rings[]? | select($driver | IN("e1000", "e1000e", "igb")) | .name as $ring | .descriptors[] |
			"descriptor \($name) \($ring) \(.index) \(.bus_addr) \(.len) \(.done | number)"),
		(select($driver == "ibmveth") | $s |
			(.rings[] | "queue-of-frames \($name) \(.size) \(.index) \(.toggle)"),
			(.pools | to_entries[] | .key as $i | .value |
				"pool \($name) \($i) \(.size) \(.buff_size) \(.available) \(.producer) \(.consumer)"))' "$1/nic-dead.json"
	jq -r '.interfaces[] | .name as $name | .driver_state |
		(.virtqueues[]? | "\($name) \(.queue)-desc \(.desc.raw | "\(.address) \(.bytes) \(.file)")"),
		(.rings[]? | select(.next_to_use != null or .format == "ibmveth-rx") |
			"\($name) \(.name) \(.raw | "\(.address) \(.bytes) \(.file)")")' "$1/nic-dead.json" |
		while read -r name ring address bytes file; do
			echo "raw $name $ring $address $bytes $(sha256sum <"$1/dead/$file" | cut -d' ' -f1)"
		done
}

# same_as_drgn PART VMCORE DIR MODULES [DRGN-OPTION…]: what nic-dump saved of the vmcore in DIR is what drgn finds there
# with the debuginfo of the kernel in that part of the lab; and all of it, but descriptors that are not in use
same_as_drgn() {
	local part=$1 vmcore=$2 dir=$3 kernel name files=()
	kernel=$("$LAB" path "$part")
	for name in $4; do files+=("$(find "$kernel/modules-debug" -name "$name.ko*")"); done
	shift 4
	in_lab drgn -q -c "$vmcore" "$@" --no-default-symbols "$TOP/tests/e2e/nic_dead.py" "$vmcore" \
		"$kernel/vmlinux.debug" "${files[@]}" | sort >"$WORK/drgn.txt"
	drgn_ours "$dir" | sort >"$WORK/drgn-ours.txt"
	diff <(grep -v ^descriptor "$WORK/drgn.txt") <(grep -v ^descriptor "$WORK/drgn-ours.txt")
	grep ^descriptor "$WORK/drgn-ours.txt" | comm -23 - "$WORK/drgn.txt" >"$WORK/descriptors-differ.txt"
	head "$WORK/descriptors-differ.txt"
	[ ! -s "$WORK/descriptors-differ.txt" ]
}

# What nic-dump says of the adapters that never were (nics/mlx), in the words of their modules:
# one line a fact, INTERFACE PLACE.MEMBER VALUE
fixtures_ours() {
	local dir file
	jq -r '
		def flat($place): to_entries[] | select(.value | type | IN("number", "string", "boolean")) |
			"\($place | gsub(" "; "_")).\(.key) \(.value)";
		def sections($place): .[]? | (.section + (.number // "" | tostring)) as $section | flat("\($place).\($section)");
		.interfaces[] | select(.name | endswith("fix")) | .name as $interface | .driver_state |
		(flat("device"),
		 (.event_queues[], .queues[] | .name as $queue | flat($queue),
			((.pending_events, .completions, .requests, .elements) | .[]? |
				.index as $i | .sections | sections("\($queue)[\($i)]")),
			(.qp_context[]? | flat("\($queue).context"))),
		 (.command_queue.slots[]? | flat("slot\(.slot)")),
		 (.commands | arrays[] | flat("op\(.opcode)")),
		 (.commands | objects | flat("commands"), (.contexts[] | flat("context\(.index)"))),
		 (.firmware_traces | objects | flat("traces")),
		 (.eswitch | objects | flat("eswitch"), (.vports[] | flat("vport\(.vport)"))),
		 (.vf // [] | to_entries[] | .key as $i | .value | flat("vf\($i)")),
		 (.reporters[]? | flat("reporter-\(.name)")),
		 (.functions[]? | flat("function\(.function)")),
		 (.resources[]? | "resource.\(.kind):\(.id) \(.function) \(.state)")) | "\($interface) \(.)"' \
		"$WORK/out/nic-dead.json"
	for file in "$WORK"/out/dead/*fix/*.txt; do
		dir=${file%/*}
		sed "s/^/${dir##*/} ${file##*/} /" "$file"
	done
}

# The same of the modules.
fixtures_theirs() { sed 's/^ *[0-9.]* *@/@/' "$WORK/console" | tr -d '\r' | sed -n 's/^@fact //p'; }

# same_fixtures INTERFACE LEAST: all that the module filled in is what is found, and it is at least so much
same_fixtures() {
	fixtures_theirs | grep "^$1 " | sort >"$WORK/$1.theirs"
	fixtures_ours | grep "^$1 " | sort >"$WORK/$1.ours"
	echo "# $1: $(wc -l <"$WORK/$1.theirs") facts compared" >&3
	[ "$(wc -l <"$WORK/$1.theirs")" -ge "$2" ]
	comm -23 "$WORK/$1.theirs" "$WORK/$1.ours" | tee "$WORK/$1.differences"
	[ ! -s "$WORK/$1.differences" ]
}

# wqdump_numbers DEVICE SOURCE: the queues of that kind, in one line
wqdump_numbers() {
	"$TOP/build/wqdump" -d "$1" --source "$2" --dump ALL_VALID_QPNS |
		sed -n 's/^gvmi 0x0000 index 0x0*/0x/p' | paste -sd ' '
}
