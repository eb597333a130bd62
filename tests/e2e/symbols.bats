#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The symbols that a stock kernel's vmcore has in itself are those of its vmlinux, as nm has them: the same names at
# the same addresses, and none is missing but what scripts/mksysmap leaves out of every kernel.

load support

setup_file() {
	rm -rf "$WORK"
	mkdir -p "$WORK"
	vmcore=$("$LAB" vmcore-path x86_64 1024 2>"$WORK/vmcore.log")
	export vmcore
	"$TOP/build/tests/tools/vmcore-symbols" --linked "$vmcore" >"$WORK/ours.txt" 2>"$WORK/cost.txt"
	sed 's/^/# /' "$WORK/cost.txt" >&3
	in_lab nm "$("$LAB" path amd64-kernel)/vmlinux.debug" >"$WORK/nm.txt"
	# the letters of per-CPU variables differ: kallsyms has them as absolute
	awk '{ print $1, $3 }' "$WORK/ours.txt" | LC_ALL=C sort >"$WORK/ours.pairs"
	awk 'NF == 3 { print $1, $3 }' "$WORK/nm.txt" | LC_ALL=C sort >"$WORK/nm.pairs"
}

@test "symbols: every symbol of the vmcore is one of vmlinux" {
	[ "$(wc -l <"$WORK/ours.pairs")" -gt 100000 ]
	[ "$(LC_ALL=C comm -23 "$WORK/ours.pairs" "$WORK/nm.pairs" | wc -l)" -eq 0 ]
}

@test "symbols: none is missing but what no kernel has in its table" {
	LC_ALL=C comm -13 "$WORK/ours.pairs" "$WORK/nm.pairs" | awk '{ print $2 }' |
		grep -vE '^(__crc_|__kstrtab|\.L|L[0-9]_|init_per_cpu__)' >"$WORK/missing.txt" || :
	# what is left are constants of assembler files
	grep -Fxf <(awk '$2 != "a" && $2 != "A" { print $3 }' "$WORK/nm.txt") "$WORK/missing.txt" >"$WORK/lost.txt" || :
	cat "$WORK/lost.txt"
	[ ! -s "$WORK/lost.txt" ]
}

@test "symbols: the examples of doc/kernel-reader.md answer on a real kernel" {
	"$TOP/build/tests/tools/kernel-examples" "$vmcore" >"$WORK/examples.txt"
	grep -q '^jiffies [1-9]' "$WORK/examples.txt"
	grep -qx 'lo: mtu 65536' "$WORK/examples.txt"
	grep -q '\.sysname = .*"Linux"' "$WORK/examples.txt"
}

@test "symbols: letters are those of nm, but for per-CPU variables" {
	LC_ALL=C sort "$WORK/nm.txt" >"$WORK/nm.sorted"
	LC_ALL=C sort "$WORK/ours.txt" | LC_ALL=C comm -23 - "$WORK/nm.sorted" | awk '$2 != "A"' >"$WORK/letters.txt"
	head "$WORK/letters.txt"
	[ ! -s "$WORK/letters.txt" ]
}

@test "symbols: scanning finds the same tables as VMCOREINFO names" {
	"$TOP/build/tests/tools/vmcore-symbols" --scan --linked "$vmcore" >"$WORK/scanned.txt"
	cmp "$WORK/ours.txt" "$WORK/scanned.txt"
}

@test "symbols: they take no more than 16 MiB, mapped file and all" {
	[ "$(sed -nE 's/.* ([0-9]+) KiB$/\1/p' "$WORK/cost.txt")" -lt 16384 ]
}
