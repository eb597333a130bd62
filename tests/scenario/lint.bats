#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each lint rule can fail: small trees with one fault each.

setup() {
	LINT=$BATS_TEST_DIRNAME/../lint
	TREE=$BATS_TEST_TMPDIR/tree
	mkdir -p "$TREE"
	SPDX='SPDX-License-Identifier: GPL-2.0-or-later'
}

# file NAME: standard input becomes that file of the tree
file() {
	mkdir -p "$TREE/$(dirname "$1")"
	cat >"$TREE/$1"
}

rule() { run "$LINT/rule-$1" "$TREE"; }

need() { command -v "$1" >/dev/null || skip "$1 is not installed"; }

@test "include: a folder below may not include one above" {
	file filter/base/a.c <<<'#include "kernel/layout.h"'
	file filter/kernel/b.c <<<'#include "base/err.h"'
	rule include
	[ "$status" -eq 1 ]
	[ "$output" = 'error: filter/base/a.c:1: filter/base may not include kernel/ (allowed: nothing)' ]
}

@test "include: filter never includes capture, capture/crash never the filter's kernel" {
	file filter/cli/a.c <<<'#include "incident/incident.h"'
	file capture/crash/b.c <<<'  #  include "kernel/printk.h"'
	rule include
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "include: climbing, missing folders and unknown folders are named" {
	file filter/pack/a.c <<<'#include "../base/err.h"'
	file filter/pack/b.c <<<'#include "err.h"'
	file filter/brandnew/c.c <<<'int x;'
	rule include
	[ "$status" -eq 1 ]
	[[ $output == *'filter/pack/a.c:1: include "../base/err.h" climbs'* ]]
	[[ $output == *'filter/pack/b.c:1: include "err.h" lacks its folder'* ]]
	[[ $output == *'filter/brandnew/c.c: the folder filter/brandnew has no row'* ]]
}

@test "include: a row may name a folder within a folder" {
	file capture/report/a.c <<<'#include "nic/dead/dead.h"'
	file capture/report/b.c <<<'#include "nic/live/record.h"'
	rule include
	[ "$status" -eq 1 ]
	[[ $output == 'error: capture/report/b.c:1: capture/report may not include nic/live/ '* ]]
}

@test "include: what the table allows passes" {
	file filter/pack/a.c <<<'#include "base/err.h"'
	file filter/pack/b.c <<<'#include "codec/codec.h"'
	file capture/nic/live/c.c <<<'#include "nic/live/record.h"'
	file filter/base/d.c <<<'#include <stdio.h>'
	rule include
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "size: long files and functions are warnings" {
	{ printf 'int f(int a)\n{\n' && yes ';' | head -n 80 && printf '}\n' && yes '' | head -n 450; } |
		file filter/base/long.c
	{ printf 'g() {\n' && yes : | head -n 70 && printf '}\n'; } | file long.sh
	rule size
	[ "$status" -eq 0 ]
	[[ $output == *'warning: filter/base/long.c:2: f() has 82 lines'* ]]
	[[ $output == *'warning: filter/base/long.c: 533 lines'* ]]
	[[ $output == *'warning: long.sh:1: g() has 72 lines'* ]]
}

@test "size: a file and functions within the budget pass" {
	{ printf 'int f(int a)\n{\n}\n\nint g(void)\n{\n}\n' && yes '' | head -n 400; } | file a.c
	rule size
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "shellcheck: an unquoted expansion in a script without a suffix" {
	need shellcheck
	file scripts/tool <<-'END'
		#!/bin/bash
		rm -r $1
	END
	rule shellcheck
	[ "$status" -eq 1 ]
	[[ $output == *'scripts/tool:2'*SC2086* ]]
}

@test "shellcheck: bats files are read too" {
	need shellcheck
	# bats itself would take an @ at the start of a line for a test of this file
	printf '#!/usr/bin/env bats\n%stest "x" {\n\t[ $a = 1 ]\n}\n' @ | file tests/a.bats
	rule shellcheck
	[ "$status" -eq 1 ]
	[[ $output == *'tests/a.bats:3'* ]]
}

@test "posix: an array in a hook" {
	need dash
	file dracut-module/50kdump-capture/hook.sh <<-'END'
		#!/bin/sh
		a=(1 2)
	END
	rule posix
	[ "$status" -eq 1 ]
	[[ $output == *'hook.sh: dash: '* ]]
}

@test "posix: [[ ]] and == parse in some shells and are still found" {
	need shellcheck
	file dracut-module/50kdump-capture/hook.sh <<-'END'
		#!/bin/sh
		if [ "$1" == x ]; then source ./y; fi
	END
	rule posix
	[ "$status" -eq 1 ]
	[[ $output == *SC3014* ]]
}

@test "posix: a bash script may live there but not enter the image" {
	file dracut-module/50kdump-capture/host-tool <<-'END'
		#!/bin/bash
		a=(1 2)
	END
	file dracut-module/50kdump-capture/module-setup.sh <<-'END'
		#!/bin/bash
		install() { inst_hook pre-udev 01 "$moddir/other.sh"; }
	END
	rule posix
	[ "$status" -eq 0 ]
	file dracut-module/50kdump-capture/module-setup.sh <<-'END'
		#!/bin/bash
		install() { inst_simple "$moddir/host-tool" /bin/host-tool; }
	END
	rule posix
	[ "$status" -eq 1 ]
	[[ $output == *"host-tool: is bash's, but enters the initramfs"* ]]
}

@test "format: a badly laid out file" {
	need clang-format
	cp "$BATS_TEST_DIRNAME/../../.clang-format" "$TREE"
	file a.c <<<'int main( void ){return 0;}'
	rule format
	[[ $output == *'a.c:1: not formatted'* ]]
	if [[ $(clang-format --version) == *'version 14.'* ]]; then
		[ "$status" -eq 1 ]
	else
		[ "$status" -eq 0 ]
	fi
}

@test "options: help, page and completion must agree" {
	file scripts/kdumpctl <<-'END'
		#!/bin/sh
		echo "  --help  this
		  --quiet  less"
	END
	chmod +x "$TREE/scripts/kdumpctl"
	printf '.TP\n.B \\-\\-help\nthis; as \\-\\-load of kexec\n.TP\n.BI \\-\\-root " dir"\n' |
		file scripts/kdumpctl.8
	file scripts/completion/kdumpctl <<<'complete -W "--help --verbose" kdumpctl'
	rule options
	[ "$status" -eq 1 ]
	[[ $output == *'--help has --quiet, scripts/kdumpctl.8 has not'* ]]
	[[ $output == *'scripts/kdumpctl.8 has --root, --help has not'* ]]
	[[ $output == *'scripts/completion/kdumpctl has --verbose, scripts/kdumpctl.8 has not'* ]]
	[[ $output != *--load* ]]
}

@test "options: a program without a page or completion" {
	file filter/cli/main.c <<<'int main(void) { return 0; }'
	rule options
	[ "$status" -eq 1 ]
	[[ $output == *'no man page vmcore-filter.8'* ]]
	[[ $output == *'no bash completion'* ]]
}

@test "options: agreement passes" {
	file scripts/kdumpctl <<<'echo --help'
	chmod +x "$TREE/scripts/kdumpctl"
	sed -i '1i #!/bin/sh' "$TREE/scripts/kdumpctl"
	printf '.TP\n.BR \\-\\-help\nthis\n' | file scripts/kdumpctl.8
	file scripts/completion/kdumpctl <<<'complete -W "--help" kdumpctl'
	rule options
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "spdx: a source without its licence" {
	file a.c <<<'int x;'
	file b.h <<<"/* $SPDX */"
	file c <<-END
		#!/bin/sh
		# $SPDX
	END
	file d <<<'#!/usr/bin/env bash'
	rule spdx
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == 'error: a.c: no SPDX'* ]]
	[[ ${lines[1]} == 'error: d: no SPDX'* ]]
}

@test "places: paths of a machine and mirror hosts" {
	printf 'cache=/%s/someone/x\n' home | file a.sh
	printf 'deb http://deb.%s.org/debian trixie main\n' debian | file list
	file fine <<<'/root/.ssh/kdump_id_rsa /home /work'
	rule places
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ $output == *"a.sh:1: a path of somebody's machine"* ]]
	[[ $output == *'list:1: a host of a package mirror'* ]]
}

@test "text: trailing blanks and a missing last newline" {
	printf 'a \nb\n' | file a.txt
	printf 'a\nb' | file b.txt
	printf 'fine\n' | file c.txt
	rule text
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 2 ]
	[ "${lines[0]}" = 'error: a.txt:1: blanks at the end of the line' ]
	[ "${lines[1]}" = 'error: b.txt: no newline at the end' ]
}

@test "run: counts, names the rule, and fails on errors only" {
	printf 'a \n' | file a.txt
	run "$LINT/run" "$TREE"
	[ "$status" -eq 1 ]
	[[ $output == *'a.txt:1: blanks at the end of the line [text]'* ]]
	[[ ${lines[-1]} =~ ^'lint: '[0-9]+' rules, 1 errors, '[0-9]+' warnings'$ ]]
	rm "$TREE/a.txt"
	run "$LINT/run" "$TREE" text spdx
	[ "$status" -eq 0 ]
	[ "$output" = 'lint: 2 rules, 0 errors, 0 warnings' ]
}
