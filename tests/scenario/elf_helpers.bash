# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# ELF core files by hand, for scenarios: parts to put together, on standard output.

# le BYTES NUMBER… : each number as so many bytes, the lowest first
le() {
	local size=$1 number i
	shift
	for number; do
		for ((i = 0; i < size; i++)); do
			# shellcheck disable=SC2059
			printf "\\x$(printf %02x $((number >> (8 * i) & 255)))"
		done
	done
}

# header PHNUM SHOFF SHNUM : an ELF64 core file of x86_64, program headers at 64
header() {
	printf '\x7fELF\2\1\1'
	le 1 0 0 0 0 0 0 0 0 0
	le 2 4 62
	le 4 1
	le 8 0 64 "$2"
	le 4 0
	le 2 64 56 "$1" 64 "$3" 0
}

# segment PADDR OFFSET SIZE : a PT_LOAD program header
segment() {
	le 4 1 7
	le 8 "$2" 0 "$1" "$3" "$3" 4096
}

# vmcoreinfo_note FILE : the ELF note with that text
vmcoreinfo_note() {
	local len
	len=$(wc -c <"$1")
	le 4 11 "$len" 0
	printf 'VMCOREINFO\0\0'
	cat "$1"
	head -c $((-len & 3)) /dev/zero
}

# vmcore_with_a_log FILE : of a fuzzing seed, which is VMCOREINFO, a zero byte, memory
vmcore_with_a_log() {
	local seed=tests/fuzz/corpus/fuzz_printk/log-buf text=$1.text note=$1.note size
	sed -z -n 1p "$seed" | tr -d '\0' >"$text"
	size=$(($(wc -c <"$seed") - $(wc -c <"$text") - 1))
	vmcoreinfo_note "$text" >"$note"
	{
		header 2 0 0
		le 4 4 0
		le 8 4096 0 0 "$(wc -c <"$note")" 0 4
		segment 0 8192 "$size"
	} >"$1"
	truncate -s 4096 "$1"
	cat "$note" >>"$1"
	truncate -s 8192 "$1"
	tail -c "$size" "$seed" >>"$1"
}
