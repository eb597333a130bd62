#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# RDMA objects of a running system as nic-dump and wqdump have them are those that iproute2's rdma shows in the same guest:
# RDMA in software, with objects of a part of the kernel and of a process. What the guest does is in rdma/job. That driver
# has no contexts of its own; those of mlx5 are tested with bytes that were made by hand (test_rdma, test_wq_live).

bats_require_minimum_version 1.5.0
load support

SAID=$WORK/disk/crash/rdma

write_job() {
	cat <<-END
		base64 -d <<'FILES' | tar -xzC /run
		$(tar -cz -C "$1" rdma_rxe.ko -C "$BATS_TEST_DIRNAME/rdma" objects.pl | base64)
		FILES
	END
	cat "$BATS_TEST_DIRNAME/rdma/job"
	echo 'systemctl poweroff'
}

setup_file() {
	lab_part rxe
	fresh_guest x86_64
	write_job "$("$LAB" path rxe)" >"$WORK/job"
	run_guest x86_64 240 --mem 1024
	from_guest /var/crash
	printf '# %s s of the guest\n' "$(tail -1 "$WORK/console.txt" | awk '{ print int($1) }')" >&3
}

# live FILTER: of each object in the record of the incident
live() { jq ".. | objects | $1" "$SAID"/incidents/dmn-*/nic-live.json; }

# objects KIND: what nic-dump has of them
objects() { live ".[\"rxe0/$1\"]? // empty" | jq -S -s 'add // []'; }

# theirs KIND FILTER: what iproute2 has, each object through the filter
theirs() { jq -S "[.[] | $2]" "$SAID/$1.json"; }

# same KIND OURS THEIRS: both lists, each object through its filter, in any order, and not empty
same() {
	objects "$1" | jq -S "[.[] | $2] | sort" >"$WORK/ours"
	theirs "$1" "$3" | jq -S sort >"$WORK/theirs"
	diff "$WORK/theirs" "$WORK/ours"
	jq -e 'length > 0' "$WORK/ours"
}

# said NAME STATUS: that it ended so; its output is $SAID/NAME.out
said() {
	cat "$SAID/$1.out" "$SAID/$1.err"
	[ "$(cat "$SAID/$1.status")" -eq "$2" ]
}

@test "nic rdma: queue pairs of the kernel and of a process" {
	results | grep -x 'rdma.objects=ready'
	said now 0
	same qp '{qpn, type, state, sq_psn, who: (.process // .kernel), pid: (.pid // 0)}' \
		'{qpn: .lqpn, type, state, sq_psn: ."sq-psn", who: .comm, pid: (.pid // 0)}'
	objects qp | jq -e 'map(.type) | contains(["GSI", "RC", "UD"])'
	objects qp | jq -e 'any(.process == "perl") and any(.kernel == "ib_core")'
}

@test "nic rdma: completion queues, memory regions, protection domains, contexts" {
	same cq '{cqn, cqe, users, who: (.process // .kernel)}' '{cqn, cqe, users, who: .comm}'
	same mr '{mrn, bytes, who: (.process // .kernel)}' '{mrn, bytes: .mrlen, who: .comm}'
	same pd '{pdn, users, who: (.process // .kernel)}' '{pdn, users, who: .comm}'
	same ctx '{ctxn, pid, who: .process}' '{ctxn, pid, who: .comm}'
}

@test "nic rdma: a shared receive queue with its queue pair" {
	local ud
	same srq '{srqn, type, pdn, pid}' '{srqn, type, pdn, pid}'
	ud=$(objects qp | jq '.[] | select(.type == "UD" and .process == "perl").qpn')
	objects srq | jq -e --argjson qpn "$ud" '.[0].qps == [{qpn: $qpn}]'
}

@test "nic rdma: a connection that listens" {
	same cm_id '{cm_idn, state, ps: .port_space, who: (.process // .kernel)}' \
		'{cm_idn: ."cm-idn", state, ps, who: .comm}'
	objects cm_id | jq -e 'any(.state == "LISTEN" and .kernel == "rds_rdma" and (.source | test(":18634$")))'
}

@test "nic rdma: the device, the state of its port, and its counters" {
	local guid
	guid=$(jq -r '.[0].node_guid | gsub(":"; "")' "$SAID/dev.json")
	live '.["rxe0/device"]? // empty' | jq -e --arg guid "0x$guid" '.name == "rxe0" and .node_guid == $guid and .ports == 1'
	diff <(jq -S '.[] | {port, state, physical_state, interface: .netdev}' "$SAID/link.json") \
		<(live '.["rxe0/ports"]? // empty' | jq -S '.[] | {port, state, physical_state, interface}')
	diff <(jq -S '.[0] | del(.ifindex, .ifname, .port) | keys' "$SAID/statistic.json") \
		<(live '.["rxe0/counters/1"]? // empty' | jq -S keys)
}

@test "nic rdma: what this driver does not have is absent and not an error" {
	local record
	record=$(echo "$SAID"/incidents/dmn-*/nic-live.json)
	jq -r '.. | objects | select(.collector? == "rdma") | "\(.outcome) \(.source)"' "$record" | tee "$WORK/items"
	[ "$(grep -c '^absent rdma netlink RES_GET_RAW .* rxe0' "$WORK/items")" -eq 4 ]
	[ "$(grep -c '^ok rdma netlink RES_GET .* rxe0' "$WORK/items")" -eq 7 ]
	[ "$(grep -c -e '^ok rdma netlink [A-Z]*_*GET rxe0' "$WORK/items")" -eq 3 ]
	jq -r '.. | objects | select(.outcome? == ("error", "timeout", "skipped")) | .source' "$record" | tee "$WORK/failed"
	[ ! -s "$WORK/failed" ]
	# a module's memory is not in an adapter that is made of software
	jq -e '[.. | objects | select(.collector? == "module-eeprom")] | length > 0 and all(.outcome == "absent")' "$record"
	# what the kernel answered is there as it came
	[ "$(find "$SAID"/incidents -name 'rdma-rxe0-*.netlink' -size +0 | wc -l)" -eq 10 ]
}

@test "nic rdma: wqdump names the queue pairs of a device that runs" {
	said qpns 0
	diff <(jq -r '.[].lqpn' "$SAID/qp.json" | sort -n | while read -r qpn; do printf 'index 0x%08x\n' "$qpn"; done) \
		<(grep '^index' "$SAID/qpns.out")
}

@test "nic rdma: wqdump shows what the kernel knows where the driver has no context" {
	local source
	for source in FullQp Snd Cmp Srq MKC; do said "all-$source" 0; done
	grep -A20 'Send Qpc gvmi 0000 QP Index 00000001' "$SAID/all-FullQp.out" | grep -x 'type : 0x1 (GSI)'
	grep -x 'state : 0x3 (RTS)' "$SAID/all-Snd.out"
	grep -x 'what the kernel knows; the driver does not give the adapter.s own context' "$SAID/all-Cmp.out"
	said raw 3
	grep 'format text has what' "$SAID/raw.err"
}

@test "nic rdma: wqdump refuses by name what a running kernel does not tell" {
	said wq 3
	grep 'vmcore:/proc/kcore#INTERFACE' "$SAID/wq.err"
	said eqe 3
	grep 'source Eqe: .*vmcore:/proc/kcore#INTERFACE' "$SAID/eqe.err"
	said none 4
	grep 'no FullQp 0x7fffff' "$SAID/none.err"
	said pci 4
	grep 'has no RDMA device' "$SAID/pci.err"
	# where it sends people to: the kernel that runs is read, and its driver is another
	said kcore 3
	grep 'its driver is virtio_net' "$SAID/kcore.err"
	said nobody 4
	grep 'nor a device of this machine' "$SAID/nobody.err"
}
