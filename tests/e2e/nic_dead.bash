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

# bundle DIR: nic-dump as it is built here, with what it is linked with and the tables of registers; DIR/loader runs it;
# and what the guest does with the virtual functions of its adapters
bundle() {
	local library
	mkdir -p "$1/tables"
	cp "$TOP/build/nic-dump" "$1"
	while read -r library; do cp -L "$library" "$1"; done < <(ldd "$1/nic-dump" | grep -o '/[^ ]*')
	mv "$1"/ld*.so* "$1/loader"
	cp "$TOP"/capture/nic/regs/tables/*.csv "$1/tables"
	cp "$TOP/tests/e2e/nics/vfs" "$1"
}

# boot ARCH [BUNDLE]: the guest of the lab, and what nic-dump says of its memory
boot() {
	"$LAB" nics "$1" "$WORK" ${2:+"$2"} >"$WORK/lab.log" 2>&1 || {
		tail -20 "$WORK/lab.log" | sed 's/^/# /' >&3
		return 1
	}
	/usr/bin/time -f '%M %e' -o "$WORK/cost" "$TOP/build/nic-dump" dead --vmcore "$WORK/vmcore" --output "$WORK/out"
	sed 's/^/# nic-dump: KiB and seconds: /' "$WORK/cost" >&3
	ours >"$WORK/ours.txt"
	theirs >"$WORK/theirs.txt"
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
		.devices[].values.registers | to_entries[] | select(.key | test("^(e1000|e1000e|igb)$")) | .key as $driver |
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

# What the guest did went as it should: its drivers were loaded, and each adapter carried frames.
guest_was_whole() {
	run ! grep '@failed' "$WORK/console"
	[ "$(grep -c '@ping, [1-9][0-9]* packets received' "$WORK/console")" -eq 6 ]
	run ! grep '@ping, 0 packets received' "$WORK/console"
}

# same_facts LEAST: what both sides say is the same, and at least so much
same_facts() {
	join -j 1 <(sed 's/ \([^ ]*\) /|\1 /' "$WORK/theirs.txt" | sort -k1,1) \
		<(sed 's/ \([^ ]*\) /|\1 /' "$WORK/ours.txt" | sort -k1,1) >"$WORK/both.txt"
	echo "# $(wc -l <"$WORK/both.txt") facts compared" >&3
	[ "$(wc -l <"$WORK/both.txt")" -ge "$1" ]
	awk '$2 != $3' "$WORK/both.txt" | tee "$WORK/differences.txt"
	[ ! -s "$WORK/differences.txt" ]
}

# Nothing is lost between the counters of a ring: what is free, with the device, and done makes it whole.
virtio_is_consistent() {
	json '[.interfaces[].driver_state.virtqueues[]? | select(.layout)] | length >= 4 and all(
		.in_flight + .done_not_cleaned + .num_free == .size and (.broken | not))'
	json '[.interfaces[].driver_state.virtqueues[]?.layout] | any(. == "packed") and any(. == "split")'
	json '[.interfaces[].driver_state.virtqueues[]? | select(.queue == "tx-0")] | length == 2 and
		all(.packets > 0 and .last_used_idx == .packets)'
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
