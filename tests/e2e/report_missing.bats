#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Dumps of a kernel that crashed which lack what a report is made of. Each report has the parts that are possible, as
# the whole dump's report has them; the first part says in one line what is missing and why, each other one its own.

load support

ALL='verdict hang cpus blocked locks runqueues memory tasks modules mounts block_io network interrupts log'

setup_file() {
	rm -rf "$WORK"
	mkdir -p "$WORK"
	vmcore=$("$LAB" kernel-vmcore oldstable 2>"$WORK/vmcore.log")
	export vmcore
	report whole "$vmcore"
}

teardown_file() { rm -f "$WORK/dump"; }

# report NAME DUMP: NAME.json, NAME.txt
report() { "$TOP/build/vmcore-report" --json "$WORK/$1.json" --text "$WORK/$1.txt" "$2"; }

# without NAME WHAT…: the report of the same vmcore without that
without() {
	"$TOP/build/tests/tools/vmcore-without" "${@:2}" "$vmcore" "$WORK/dump"
	report "$1" "$WORK/dump"
}

PARTS='to_entries | map(select(.value | objects | has("outcome")))'

# parts NAME OUTCOME: those that ended so, in their order
parts() { jq -r "$PARTS | map(select(.value.outcome == \"$2\").key) | join(\" \")" "$WORK/$1.json"; }

# missing NAME PART: its lines
missing() { jq -r ".$2.missing[]" "$WORK/$1.json"; }

# is TEXT OTHER: shows them if they differ
is() { [ "$1" = "$2" ] || { printf '%s\nis not\n%s\n' "$1" "$2" && return 1; }; }

# same NAME PART…: what these parts say is what the whole dump's say
same() {
	local part
	for part in "${@:2}"; do
		diff <(jq -S ".$part | del(.cpu_seconds)" "$WORK/whole.json") \
			<(jq -S ".$part | del(.cpu_seconds)" "$WORK/$1.json")
	done
}

# reports NAME OK PARTIAL: these parts lack nothing, and are the whole dump's; those lack something; the others have
# nothing but why. No line is there twice in a part.
reports() {
	local whole=$2 partial=$3
	is "$(parts "$1" ok)" "$whole"
	is "$(parts "$1" partial)" "$partial"
	# shellcheck disable=SC2086 # names
	same "$1" $whole
	jq -e "$PARTS | all(.[].value; (.outcome == \"ok\") == (.missing == []) and (.missing | length == (unique | length)))" \
		"$WORK/$1.json" >/dev/null
}

# Of tasks and stacks, as every part that needs them says it.
NO_TASKS="neither VMCOREINFO nor this kernel's symbols and types have OFFSET(task_struct.tasks), \
OFFSET(task_struct.thread_node), OFFSET(task_struct.signal), OFFSET(signal_struct.thread_head), \
OFFSET(task_struct.pid), OFFSET(task_struct.tgid), OFFSET(task_struct.comm)"

# same_verdict NAME: what the log says, which needs neither symbols nor types
same_verdict() {
	diff <(jq '.verdict | .sentence, .evidence, .release' "$WORK/whole.json") \
		<(jq '.verdict | .sentence, .evidence, .release' "$WORK/$1.json")
}

@test "missing: the whole dump lacks nothing" {
	reports whole "$ALL" ''
	jq -r .verdict.sentence "$WORK/whole.json" | grep -E '^A crash was requested with sysrq c, by sh \(pid [0-9]+\) on CPU [01]$'
}

@test "missing: level 31 leaves out nothing that a report is made of" {
	"$TOP/build/vmcore-filter" --progress=none -l -d 31 "$vmcore" "$WORK/dump"
	report filtered "$WORK/dump"
	reports filtered "$ALL" ''
}

@test "missing: without types there are the log, the verdict, and the CPUs' stacks, guessed" {
	without types btf
	reports types 'log' 'verdict hang cpus runqueues memory'
	same_verdict types
	is "$(missing types verdict | head -n 1)" "no types: the kernel's types: BTF without its magic number (found 0)"
	is "$(missing types cpus)" "$NO_TASKS
the tasks that the CPUs ran cannot be found
stacks are guessed: this kernel's types have no struct orc_entry"
	grep -qx '    ? sysrq_handle_crash+0x[0-9a-f]*' "$WORK/types.txt"
	is "$(jq -c '.cpus.cpus | map([.cpu, .crashed, .task, (.registers | length > 20)])' "$WORK/types.json")" \
		"$(jq -c '.cpus.cpus | map([.cpu, .crashed, null, true]) | sort' "$WORK/whole.json")"
	is "$(missing types tasks)" "$NO_TASKS
the tasks cannot be found"
	is "$(missing types modules)" "the kernel's symbols and types do not say where its modules are"
	is "$(missing types mounts)" "the kernel's types do not say where its mounts are"
}

@test "missing: without symbols there are the log, the verdict, and the CPUs' registers" {
	without symbols kallsyms
	reports symbols 'log' 'verdict hang cpus'
	same_verdict symbols
	missing symbols verdict | head -n 1 |
		grep -E '^no symbols: .*: no kallsyms tables in the 256 MiB from 0xffffffff81000000 \(a kernel without CONFIG_KALLSYMS\?\)$'
	is "$(missing symbols verdict | sed -n 2p)" 'no types: without symbols, types cannot be found'
	is "$(missing symbols cpus | tail -n 1)" \
		'stacks cannot be unwound: VMCOREINFO of this kernel lacks SYMBOL(_etext)'
	is "$(jq -c '.cpus.cpus | map([.cpu, .registers.rip]) | sort' "$WORK/symbols.json")" \
		"$(jq -c '.cpus.cpus | map([.cpu, .registers.rip]) | sort' "$WORK/whole.json")"
}

@test "missing: without the names of kallsyms' tables in VMCOREINFO they are found, and nothing lacks" {
	without names 'info=SYMBOL(kallsyms'
	reports names "$ALL" ''
}

@test "missing: without the note, VMCOREINFO is found in memory, and nothing lacks" {
	without note note
	reports note "$ALL" ''
}

@test "missing: with a VMCOREINFO that has a name and a page size only, there are the CPUs' registers" {
	without stripped info=SYMBOL info=OFFSET info=SIZE info=LENGTH
	reports stripped '' 'verdict hang cpus'
	is "$(missing stripped verdict | head -n 3)" 'no symbols: VMCOREINFO lacks SYMBOL(_stext)
no types: without symbols, types cannot be found
the log: VMCOREINFO names no kernel log (SYMBOL(prb) or SYMBOL(log_buf))'
	is "$(missing stripped log)" 'the log: VMCOREINFO names no kernel log (SYMBOL(prb) or SYMBOL(log_buf))
there is no log to show'
}

@test "missing: without VMCOREINFO at all it is refused in one line" {
	run without nothing vmcoreinfo
	is "$status $output" \
		"1 vmcore-report: $WORK/dump: no VMCOREINFO, neither as an ELF note nor in memory: is this a Linux dump?"
}

# cut_off NAME: of a dump that lost the end of memory there is the log, which the kernel's image has
cut_off() {
	local some
	some=$(parts "$1" ok)
	reports "$1" "$some" "$(parts "$1" partial)"
	is "$(parts "$1" failed)" ''
	[[ " $some " == *' log '* ]]
	same_verdict "$1"
}

@test "missing: a vmcore whose end is not there" {
	local size lost
	size=$(stat -c %s "$vmcore")
	cp --sparse=always "$vmcore" "$WORK/dump"
	chmod u+w "$WORK/dump"
	truncate -s $((size * 9 / 10)) "$WORK/dump"
	report truncated "$WORK/dump"
	cut_off truncated
	lost=$(missing truncated verdict | sed -nE '1s/^the dump is truncated: its last ([0-9]+) bytes are not there$/\1/p')
	# of memory: behind it the file has some names of sections
	[ $((size - size * 9 / 10 - lost)) -ge 0 ]
	[ $((size - size * 9 / 10 - lost)) -lt 4096 ]
	# where the CPUs' variables were, and the zones
	missing truncated cpus | grep -x 'what CPU 0 was running is not known'
	missing truncated memory | grep -x 'zones: none was found'
}

@test "missing: a dump that was not finished, as on a full disk" {
	local size status=0
	"$TOP/build/vmcore-filter" --progress=none -f -l -d 31 "$vmcore" "$WORK/dump"
	size=$(stat -c %s "$WORK/dump")
	rm "$WORK/dump"
	(ulimit -f $((size * 9 / 10 / 1024)) && exec "$TOP/build/vmcore-filter" --progress=none -l -d 31 "$vmcore" "$WORK/dump") ||
		status=$?
	[ "$status" -eq 3 ]
	report unfinished "$WORK/dump"
	cut_off unfinished
	is "$(missing unfinished verdict | head -n 1)" 'the dump is incomplete: who wrote it did not get to its end'
	missing unfinished verdict | grep -E 'the page of pfn 0x[0-9a-f]+: lost: the dump is incomplete$'
}
