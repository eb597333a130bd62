#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# doc/kernel-reader.md: its examples are code that is compiled and tested (tests/unit/kernel/test_examples.c), and what
# it names exists.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	page=doc/kernel-reader.md
	OUT=${OUT:-build}
}

@test "every example of the page is the code that is tested" {
	local source block='' line inside=false examples=0
	source=$(cat tests/tools/lib/kernel_examples.c)$'\n'
	while IFS= read -r line; do
		case $line in
		'```c') inside=true block='' ;;
		'```')
			inside=false examples=$((examples + 1))
			[[ $source == *"$block"* ]] || { printf 'not in the source:\n%s\n' "$block" && return 1; }
			;;
		*) ! $inside || block+=$line$'\n' ;;
		esac
	done <"$page"
	[ "$examples" -eq 3 ]
}

@test "every function and file of the page exists" {
	local name
	for name in $(grep -oE '`[a-z_0-9]+\(\)`' "$page" | tr -d '`()' | sort -u); do
		grep -rqE "\b$name\(" filter/kernel/*.h || { echo "no $name() in filter/kernel" && return 1; }
	done
	for name in $(grep -oE '`[a-z_/]+\.(h|def|c)`' "$page" | tr -d '`' | sort -u); do
		[ -n "$(find ./filter ./capture ./tests -path "*/$name")" ] || { echo "no $name" && return 1; }
	done
}

@test "the tool with the examples says what is missing" {
	run "$OUT/tests/tools/kernel-examples" "$page"
	[ "$status" -eq 1 ]
	[[ $output == *"not a vmcore"* ]]
}
