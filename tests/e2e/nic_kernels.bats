#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What nic-dump knows of mlx5 and mlx4, against the types of Debian's oldest supported kernel, of the usual one and of the
# newest: memory is made up with the layout that each kernel's BTF says (tests/tools/nic-world), and what is said of it is
# the same for all, but for what a kernel is known to lack. A member that is renamed is noticed here.

load support

# world PART NAME: what is said with that kernel's types, as $WORK/NAME.txt
world() {
	local part file module
	part=$("$LAB" path "$1")
	mkdir -p "$WORK/$2"
	in_lab objcopy --dump-section .BTF="$WORK/$2/vmlinux" "$part/vmlinux.debug" "$WORK/copy"
	for module in mlx5_core mlx4_core mlx4_en; do
		file=$(find "$part/modules" -name "$module.ko*")
		case $file in
		*.xz) xz -dc "$file" >"$WORK/$2/ko" ;;
		*) cp "$file" "$WORK/$2/ko" ;;
		esac
		in_lab objcopy --dump-section .BTF="$WORK/$2/$module" "$WORK/$2/ko" "$WORK/copy"
	done
	rm -f "$WORK/copy" "$WORK/$2/ko"
	"$TOP/build/tests/tools/nic-world" "$WORK/$2" >"$WORK/$2.txt"
}

setup_file() {
	rm -rf "$WORK"
	mkdir -p "$WORK"
	"$LAB" build amd64-kernel kernel-oldstable kernel-newest >"$WORK/build.log" 2>&1
	world amd64-kernel usual
	world kernel-oldstable oldstable
	world kernel-newest newest
}

@test "nic kernels: all that is known of mlx5 and mlx4 is there in the usual kernel" {
	diff "$TOP/tests/fixtures/nic/mlx-world.txt" "$WORK/usual.txt"
}

# lacks NAME: lines that are not as the usual kernel's
lacks() { diff "$WORK/usual.txt" "$WORK/$1.txt" | sed -n 's/^[<>] */& /p' | tr -s ' '; }

@test "nic kernels: the oldest kernel lacks one health reporter" {
	[ "$(lacks oldstable)" = "> world: mlx5_core_dev has no priv.health.vnic_reporter
< has_dump no
< health reporter vnic_reporter: failed no errors 4 recoveries 0 last_recovery_ms never" ]
}

@test "nic kernels: the newest kernel lacks nothing" {
	[ "$(lacks newest)" = "" ]
}

@test "nic kernels: a member that has another name is noticed" {
	cp -r "$WORK/usual" "$WORK/renamed"
	sed -i 's/sp_qp_state/sp_qp_other/' "$WORK/renamed/mlx4_en"
	sed -i 's/cons_index/cons_other/g' "$WORK/renamed/mlx5_core"
	"$TOP/build/tests/tools/nic-world" "$WORK/renamed" >"$WORK/renamed.txt"
	grep 'qp_state absent' "$WORK/renamed.txt"
	grep 'cons_index absent' "$WORK/renamed.txt"
}

@test "nic kernels: damaged memory of these layouts costs nothing but what was in it" {
	for kernel in usual oldstable newest; do
		timeout 120 "$TOP/build/tests/tools/nic-world" "$WORK/$kernel" 100 1 | grep "^100 rounds"
	done
}
