#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What vmcore-report says of a stock kernel's memory and run queues, with no debuginfo, is what crash says with it: the
# same numbers, zone by zone and cache by cache.

load support

setup_file() {
	rm -rf "$WORK"
	mkdir -p "$WORK"
	vmcore=$("$LAB" vmcore-path x86_64 1024 2>"$WORK/vmcore.log")
	"$TOP/build/vmcore-report" --parts runqueues,memory --json "$WORK/report.json" "$vmcore"
	# run in the lab, which sees the lab's files only
	cat >"$WORK/commands" <<-END
		kmem -i
		kmem -z
		kmem -V
		kmem -s
		runq
	END
	LAB_BIND=$WORK:$WORK crash_says amd64 "$vmcore" "$(cat "$WORK/commands")" >"$WORK/crash.txt"
}

# ours FILTER: lines out of the report
ours() { jq -r "$1" "$WORK/report.json"; }

# same NAME: the two files NAME.ours and NAME.crash, which are not empty
same() {
	[ -s "$WORK/$1.ours" ]
	diff "$WORK/$1.ours" "$WORK/$1.crash"
}

@test "memory: total and free pages, swap" {
	ours '.memory | .total_pages, .free_pages, .swap.total' >"$WORK/total.ours"
	awk '/ TOTAL MEM / { print $3 } $1 == "FREE" { print $2 } / TOTAL SWAP / { print $3 * 4096 }' "$WORK/crash.txt" \
		>"$WORK/total.crash"
	same total
}

@test "memory: each zone's free pages, watermarks and pages present" {
	ours '.memory.zones[] | "\(.node) \(.name) \(.free) \(.min)/\(.low)/\(.high)"' >"$WORK/zones.ours"
	awk '/^NODE:/ { node = $2; name = $NF; gsub(/"/, "", name) }
	     /MIN\/LOW\/HIGH:/ { marks = $NF }
	     /unpopulated/ { name = "" }
	     /NR_FREE_PAGES:/ && name { print node, name, $2, marks; name = "" }' "$WORK/crash.txt" >"$WORK/zones.crash"
	same zones
}

@test "memory: what pages are used for" {
	ours '.memory | (.classes + .details)[] | select(.name == ("anonymous", "shared memory, tmpfs", "slab, reclaimable",
		"slab, unreclaimable", "page tables", "dirty", "mapped files", "inactive file")) | .pages' |
		sort -n >"$WORK/classes.ours"
	sed '1,/VM_NODE_STAT:/d' "$WORK/crash.txt" | awk -F '[: ]+' '$2 ~ "^(NR_ANON_MAPPED|NR_SHMEM|NR_SLAB_RECLAIMABLE_B|\
NR_SLAB_UNRECLAIMABLE_B|NR_PAGETABLE|NR_FILE_DIRTY|NR_FILE_MAPPED|NR_INACTIVE_FILE)$" { print $3 }' |
		sort -n >"$WORK/classes.crash"
	same classes
}

@test "memory: the ten largest slab caches, and all of them together" {
	ours '.memory.slab[] | "\(.name) \(.bytes) \(.objects) \(.slabs)"' | LC_ALL=C sort >"$WORK/slab.ours"
	awk '$6 ~ /^[0-9]+k$/ { print $7, $5 * $6 * 1024, $4, $5 }' "$WORK/crash.txt" >"$WORK/caches"
	LC_ALL=C sort -k2,2nr "$WORK/caches" | head -n 10 | LC_ALL=C sort >"$WORK/slab.crash"
	same slab
	[ "$(ours '.memory | "\(.slab_caches) \(.slab_bytes)"')" = "$(awk '{ sum += $2 } END { print NR, sum }' "$WORK/caches")" ]
}

@test "memory: the uses come to nearly all there is" {
	ours '.memory | ([.classes[].pages] | add) / .total_pages' | awk '{ exit !($1 > 0.97 && $1 <= 1) }'
}

@test "run queues: what each CPU ran" {
	ours '.runqueues.cpus[] | "\(.cpu) \(.current.pid) \(.current.comm)"' >"$WORK/current.ours"
	awk '/RUNQUEUE:/ { cpu = $2 } /CURRENT: PID:/ { gsub(/"/, ""); print cpu, $3, $NF }' "$WORK/crash.txt" \
		>"$WORK/current.crash"
	same current
}
