#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vmcore-report's options, outputs and exit statuses are those of its man page; what is no dump, or a piece of one,
# is refused or reported in one line.

bats_require_minimum_version 1.5.0

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OUT=${OUT:-build}
	export TOP OUT VMCORE=$BATS_FILE_TMPDIR/vmcore LOGGED=$BATS_FILE_TMPDIR/logged
	cd "$TOP" || return 1
	load elf_helpers.bash
	"$OUT/tests/tools/mkvmcore" tests/fixtures/vmcore/x86_64-6.12.world "$VMCORE"
	vmcore_with_a_log "$LOGGED"
}

setup() {
	cd "$TOP" || return 1
	dir=$BATS_TEST_TMPDIR
}

report() { timeout 60 "$OUT/vmcore-report" "$@"; }

# one_line STATUS TEXT : how the last run ended
one_line() {
	echo "$status $output"
	[ "$status" -eq "$1" ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$2"* ]]
}

@test "wrong usage: one line, status 2, and nothing is written" {
	local args
	while read -r args; do
		# shellcheck disable=SC2086
		run report ${args%%|*}
		one_line 2 "${args##*| }"
	done <<-END
		| no vmcore is named
		$LOGGED $LOGGED | one vmcore at a time
		-Q $LOGGED | unknown option -Q
		--txt=x $LOGGED | unknown option --txt=x
		--text | --text needs a value
		--parts nonsense --text $dir/out $LOGGED | 'nonsense' is no part
		--parts cpus,,log --text $dir/out $LOGGED | '' is no part
		--parts= --text $dir/out $LOGGED | no part of the report is asked for
		--dmesg --parts log $LOGGED | are for the report
		--dmesg --html $dir/out $LOGGED | are for the report
		--print init_net --json $dir/out $LOGGED | are for the report
		--symbols --types $LOGGED | exclude each other
		--json - --text - $LOGGED | standard output is named for two outputs
		--json $dir/out --html $dir/out $LOGGED | is named for two outputs
	END
	[ ! -e "$dir/out" ]
}

@test "the dump is never written over" {
	local copy=$dir/copy option
	cp "$LOGGED" "$copy"
	ln -s copy "$dir/link"
	for option in --text --json --html; do
		run report $option "$dir/link" "$copy"
		one_line 2 "is the dump that is read"
	done
	cmp "$LOGGED" "$copy"
}

@test "what is no dump is refused in one line" {
	: >"$dir/empty"
	echo text >"$dir/text"
	gzip -c "$LOGGED" >"$dir/gzip"
	mkfifo "$dir/pipe"
	head -c 30 "$LOGGED" >"$dir/header"
	head -c 5000 "$LOGGED" >"$dir/nomemory"
	run report "$dir/nothing"
	one_line 1 "nothing: No such file"
	run report "$dir"
	one_line 1 "Is a directory"
	run report "$dir/empty"
	one_line 1 "empty: not a vmcore"
	run report "$dir/text"
	one_line 1 "text: not a vmcore"
	run report "$dir/gzip"
	one_line 1 "compressed with gzip"
	run report "$dir/pipe"
	one_line 2 "a pipe cannot be used"
	run report "$dir/header"
	one_line 1 "truncated"
	run report "$dir/nomemory"
	one_line 1 "no memory in it"
}

@test "no VMCOREINFO: one line says so" {
	load elf_helpers.bash
	# memory alone, and none of it is the kernel's
	{ header 1 0 0 && segment 0 4096 8192; } >"$dir/bare"
	truncate -s 12288 "$dir/bare"
	run report "$dir/bare"
	one_line 1 VMCOREINFO
}

@test "a dump without what the parts need: the report says what is missing, and the status is 1" {
	# the verdict has VMCOREINFO's words at least
	report --parts cpus,log --text "$dir/text" --json "$dir/json" "$VMCORE" 2>"$dir/err" && return 1
	[ $? -eq 1 ]
	grep -q 'nothing could be reported' "$dir/err"
	grep -q 'VMCOREINFO names no kernel log' "$dir/text"
	jq -e '.log.outcome == "failed" and (.log.missing | length > 0)' "$dir/json"
	# its end is missing, too
	head -c 100000 "$VMCORE" >"$dir/cut"
	run report --parts cpus,log "$dir/cut"
	[ "$status" -eq 1 ]
	[[ $output == *'nothing could be reported'* ]]
}

@test "one part of several is enough for status 0" {
	run report "$LOGGED"
	[ "$status" -eq 0 ]
	[[ $output == *'== CPUs'*'== Log'*'first line'* ]]
	run report --parts log "$LOGGED"
	[ "$status" -eq 0 ]
	[[ $output != *CPUs* ]]
	[[ $output == *'] first line'* ]]
	run report --parts cpus "$LOGGED"
	[ "$status" -eq 1 ]
	[[ $output != *'first line'* ]]
}

@test "JSON on a file and on a pipe is the same document" {
	report --json "$dir/json" "$LOGGED" >"$dir/out"
	[ ! -s "$dir/out" ]
	report --json - "$LOGGED" | cat >"$dir/piped"
	# CPU time is what differs
	diff <(jq -S 'del(.. | .cpu_seconds?)' "$dir/json") <(jq -S 'del(.. | .cpu_seconds?)' "$dir/piped")
	jq -e '.format == "salvor-report" and .version == 1 and .dump.machine == "x86_64" and
		(.log.text | contains("first line")) and .log.outcome == "ok" and .cpus.outcome == "failed"' "$dir/json"
	[ "$(jq -r .dump.path "$dir/json")" = "$LOGGED" ]
	jq -e 'has("cpus") | not' <(report --parts log --json - "$LOGGED")
}

@test "a longer file of before leaves nothing behind" {
	head -c 100000 /dev/zero | tr '\0' x >"$dir/json"
	cp "$dir/json" "$dir/text"
	report --json "$dir/json" --text "$dir/text" "$LOGGED"
	jq -e .format "$dir/json"
	run ! grep -q xxx "$dir/text"
}

# A part after which the disk is full: what came before it is a valid document.
@test "JSON that does not fit ends with the last part that does" {
	local size pad name=$LOGGED file=$dir/json
	report --parts cpus --json "$file" "$name" && return 1
	size=$(wc -c <"$file")
	pad=$((1024 - (size + 40) % 1024))
	while [ "$pad" -gt 0 ]; do
		name=/./${name#/}
		pad=$((pad - 2))
	done
	report --parts cpus --json "$file" "$name" && return 1
	size=$(wc -c <"$file")
	run bash -c "trap '' XFSZ; ulimit -f $((size / 1024 + 1)); exec '$OUT/vmcore-report' --parts cpus,log --json '$file' '$name'"
	one_line 1 "File too large"
	jq -e 'has("cpus") and (has("log") | not)' "$file"
}

@test "outputs that cannot be written are errors of one line" {
	run report --text "$dir/nowhere/report" "$LOGGED"
	one_line 1 "nowhere/report: No such file"
	run report --text /dev/full "$LOGGED"
	one_line 1 "No space left"
	run report --json /dev/full "$LOGGED"
	one_line 1 "No space left"
	run report --html /dev/full "$LOGGED"
	one_line 1 "No space left"
	run bash -c "'$OUT/vmcore-report' --dmesg '$LOGGED' >/dev/full"
	one_line 1 "No space left"
	run bash -c "'$OUT/vmcore-report' '$LOGGED' >/dev/full"
	one_line 1 "No space left"
}

@test "--html: the page has the report inside; --json beside it" {
	report --html "$dir/page.html" --json "$dir/json" --text "$dir/text" "$LOGGED"
	grep -q '<!doctype html>' <(tr '[:upper:]' '[:lower:]' <"$dir/page.html")
	grep -q 'first line' "$dir/page.html"
	run ! grep -qE '(src|href)="?https?:' "$dir/page.html"
	jq -e .log.text "$dir/json"
	grep -q 'first line' "$dir/text"
	report --html - "$LOGGED" >"$dir/out.html"
	grep -q 'first line' "$dir/out.html"
}

@test "as vmcore-dmesg it prints the log and nothing else" {
	ln -s "$(realpath "$OUT/vmcore-report")" "$dir/vmcore-dmesg"
	run "$dir/vmcore-dmesg" "$LOGGED"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = '[    5.000000] first line' ]
	[ "$output" = "$(report --dmesg "$LOGGED")" ]
	run "$dir/vmcore-dmesg" "$VMCORE"
	one_line 1 "vmcore-dmesg: kernel log: "
	run "$dir/vmcore-dmesg"
	one_line 2 "no vmcore is named"
	run "$dir/vmcore-dmesg" --parts log "$LOGGED"
	one_line 2 "are for the report"
}

@test "with the least memory that the capture environment gives it, the log is there" {
	run bash -c "ulimit -d 8192; exec '$OUT/vmcore-report' '$LOGGED'"
	[ "$status" -eq 0 ]
	[[ $output == *'first line'* ]]
}

@test "without symbols and types, what needs them says so" {
	run report --symbols "$LOGGED"
	one_line 1 "no symbols: "
	run report --types "$LOGGED"
	one_line 1 "no types: "
	run report --print init_net "$LOGGED"
	one_line 1 "no types: "
}

@test "each part and every status of the man page is in the help" {
	local page=capture/report/vmcore-report.8 part status
	for part in $(report --help | sed -n '/--parts/{n;p}'); do
		grep -q "^\.B $part\$" "$page"
	done
	for status in 0 1 2; do
		sed -n '/^\.SH EXIT STATUS/,$p' "$page" | grep -qx "\.B $status"
		report --help | tail -3 | grep -q "\b$status "
	done
	[ "$(report --version)" = "vmcore-report $(sed -n 's/^VERSION := //p' Makefile) (Salvor)" ]
}

# install_into DIRECTORY: the program alone is built
install_into() {
	mkdir -p "$dir/built"
	cp "$OUT/vmcore-report" "$dir/built/"
	scripts/install-files "$dir/built" DESTDIR="$1" BINDIR=/usr/bin SBINDIR=/usr/sbin LIBEXECDIR=/usr/lib/salvor \
		MANDIR=/usr/share/man SYSCONFDIR=/etc UNITDIR=/usr/lib/systemd/system UDEVDIR=/usr/lib/udev/rules.d \
		DRACUTDIR=/usr/lib/dracut/modules.d COMPDIR=/usr/share/bash-completion/completions
}

@test "installed, it is vmcore-dmesg as well, unless the system has one" {
	install_into "$dir/new"
	[ "$(readlink "$dir/new/usr/bin/vmcore-dmesg")" = vmcore-report ]
	"$dir/new/usr/bin/vmcore-dmesg" "$LOGGED" | grep -q 'first line'
	install_into "$dir/new"
	[ "$(readlink "$dir/new/usr/bin/vmcore-dmesg")" = vmcore-report ]
	[ -s "$dir/new/usr/share/man/man8/vmcore-report.8" ]
	[ -s "$dir/new/usr/share/bash-completion/completions/vmcore-report" ]

	# kexec-tools of Debian
	mkdir -p "$dir/debian/usr/sbin"
	echo theirs >"$dir/debian/usr/sbin/vmcore-dmesg"
	run install_into "$dir/debian"
	[ "$status" -eq 0 ]
	[[ $output == *"/usr/sbin/vmcore-dmesg stays"* ]]
	[ ! -e "$dir/debian/usr/bin/vmcore-dmesg" ]
	[ "$(cat "$dir/debian/usr/sbin/vmcore-dmesg")" = theirs ]
}

# completes WORD…: what the shell offers for the last word
completes() {
	# shellcheck disable=SC2034 # the completion's
	local COMP_WORDS=(vmcore-report "$@") COMP_CWORD=$# COMPREPLY
	PATH=$(realpath "$OUT"):$PATH _vmcore_report
	printf '%s\n' "${COMPREPLY[@]}"
}

@test "the shell completes options, parts of a list, and files" {
	. capture/report/vmcore-report.bash-completion
	[ "$(completes --js)" = --json ]
	[ "$(completes --parts cpus,log)" = cpus,log ]
	[ "$(completes --parts = cpus,cp)" = cpus,cpus ]
	completes --text "$LOGGED" | grep -qx "$LOGGED"
}
