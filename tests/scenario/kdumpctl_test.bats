#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdumpctl test: refused, asked, crashed; and how it went, out of what a capture left. The crash itself: tests/e2e.

# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2154 # the helpers set top, bats the rest
load kdumpctl_helpers
load check_helpers
load crash_test_helpers

setup() { test_machine; }

@test "test: not at a terminal it needs --force; --dry-run crashes nothing" {
	run kdumpctl test </dev/null
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == *"--force crashes the machine without asking"* ]]
	run kdumpctl test --dry-run
	[ "$status" -eq 0 ]
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = '' ]
	[ ! -e "$MACHINE$pending" ]
}

@test "test: at a terminal the machine's name has to be typed" {
	command -v script >/dev/null
	run script -qec "$(printf '%q ' "$top/scripts/kdumpctl" --root "$MACHINE" test)" /dev/null <<<yes
	[ "$status" -eq 1 ]
	[[ $output == *"nothing was done"* ]]
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = '' ]
	fake uname <<-'EOF'
		case $1 in -rm) echo "6.1.0-test x86_64" ;; -n) echo thishost ;; esac
	EOF
	run script -qec "$(printf '%q ' "$top/scripts/kdumpctl" --root "$MACHINE" test)" /dev/null <<<thishost
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = c ]
}

@test "test: refused, status 3, when the dump would be lost; by NMI also when that would be ignored" {
	kdumpctl stop
	run kdumpctl test --force
	[ "$status" -eq 3 ]
	one_line "not tested, because the dump would be lost: loaded: no capture kernel is loaded"
	kdumpctl start
	put /proc/sys/kernel/unknown_nmi_panic 0
	run kdumpctl test --nmi --force
	[ "$status" -eq 3 ]
	one_line "nmi: an NMI is ignored"
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = '' ]
}

@test "test: what the next boot needs is on the disk, and the token in the log, before sysrq c" {
	run kdumpctl test --force
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = c ]
	# it did not crash, so it says that
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == *"did not crash"* ]]
	grep -q '^<4>salvor: kdumpctl test 11111111-2222-3333-4444-555555555555 began' "$MACHINE/dev/kmsg"
	called '^sync'
	[ ! -e "$MACHINE$pending" ]
	# at the time of the crash the file was there
	fake sleep <<<'[ "$1" != 5 ] || cp "$MACHINE"/var/lib/salvor/test/pending "$MACHINE/seen"'
	run kdumpctl test --force
	grep -qx 'TOKEN=11111111-2222-3333-4444-555555555555' "$MACHINE/seen"
	grep -qx 'BOOT_ID=before' "$MACHINE/seen"
	grep -Eqx 'BEGAN=[0-9]+\.[0-9]+' "$MACHINE/seen"
}

@test "test --nmi: none comes, one comes and does not crash it, the machine's own BMC sends it" {
	export KDUMPCTL_NMI_LIMIT=3
	run kdumpctl test --nmi --force
	[ "$status" -eq 1 ]
	[[ $output == *"kdumpctl nmi --platform qemu --yes NAME"* || $output == *"kdumpctl nmi --platform "*" --yes NAME"* ]]
	[[ ${lines[-1]} == *"no NMI came within 3 s"* ]]
	[ ! -e "$MACHINE$pending" ]
	fake dmesg <<-'EOF'
		echo '[ 1.0] salvor: kdumpctl test 11111111-2222-3333-4444-555555555555 began'
		echo '[ 2.0] Uhhuh. NMI received for unknown reason 21 on CPU 0.'
	EOF
	run kdumpctl test --nmi --force
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == *"an NMI came and did not crash the kernel: Uhhuh. NMI received for unknown reason 21"* ]]
	fake ipmitool </dev/null
	put /dev/ipmi0 ''
	run kdumpctl test --nmi --force
	called '^ipmitool chassis power diag'
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = '' ]
}

@test "test: interrupted before the crash, it does not crash, and leaves no test behind" {
	# to kdumpctl alone, as from a terminal when what runs has a process group of its own
	fake sync <<-'EOF'
		p=$PPID
		until [ "$(cat /proc/$p/comm)" = kdumpctl ] && parent=$(ps -o ppid= -p $p) && [ "$(cat /proc/$((parent))/comm)" != kdumpctl ]; do
			p=$(($(ps -o ppid= -p $p)))
		done
		kill -INT $p
		/bin/sleep 1
	EOF
	fake sleep <<<'exec /bin/sleep "$@"'
	run kdumpctl test --force
	[ "$status" -eq 130 ]
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = '' ]
	[ ! -e "$MACHINE$pending" ]
	# while it waits for an NMI
	fake sync </dev/null
	run timeout -s TERM 8 "$top/scripts/kdumpctl" --root "$MACHINE" test --nmi --force
	[[ $output == *"waiting 300 s for the NMI"* ]]
	[ ! -e "$MACHINE$pending" ]
}

@test "test: a disk that never answers sync; a log that takes no lines; a clock that is not set" {
	fake sync <<<'exec /bin/sleep 20 3>&-'
	KDUMPCTL_SYNC_LIMIT=1 run timeout 60 "$top/scripts/kdumpctl" --root "$MACHINE" test --force
	[[ $output == *"not everything was on the disk within 1 s; going on"* ]]
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = c ]
	put /proc/sysrq-trigger ''
	put /proc/sys/kernel/printk_devkmsg off
	run kdumpctl test --force
	[ "$status" -eq 1 ]
	one_line "kernel.printk_devkmsg is off"
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = '' ]
	put /proc/sys/kernel/printk_devkmsg ratelimit
	put /sys/class/rtc/rtc0/since_epoch ''
	fake sync </dev/null
	fake sleep <<<'[ "$1" != 5 ] || cp "$MACHINE"/var/lib/salvor/test/pending "$MACHINE/seen"'
	run kdumpctl test --force
	grep -qx CLOCK=0 "$MACHINE/seen"
}

@test "test: at a terminal nobody has for ever to answer, nor says yes with nothing" {
	export KDUMPCTL_ANSWER_LIMIT=1
	run timeout 30 script -qec "$(printf '%q ' "$top/scripts/kdumpctl" --root "$MACHINE" test)" /dev/null < <(/bin/sleep 10)
	[[ $output == *"nothing was done"* ]]
	run timeout 30 script -qec "$(printf '%q ' "$top/scripts/kdumpctl" --root "$MACHINE" test)" /dev/null <<<''
	[[ $output == *"nothing was done"* ]]
	[ "$(cat "$MACHINE/proc/sysrq-trigger")" = '' ]
}

@test "test --result: whole, with the phases of three kernels on one line of time" {
	crashed
	captured other
	sed -i s/11111111/99999999/ "$MACHINE/var/crash/other/vmcore-dmesg.txt"
	captured host-1
	run kdumpctl test --result --json
	[ "$status" -eq 0 ]
	jq -e '.outcome == "whole" and .dump == "/var/crash/host-1" and .wrong == [] and (.verdict | startswith("A crash was requested"))' <<<"$output"
	# crash: 2 s after the request by the log. Capture: 11 s after the request, plus half a second, minus a fifth by which the clock is ahead
	jq -e '[.phases[] | [.phase, .start, .seconds]] | .[0] == ["until the capture kernel runs", 0, 5.3]
		and .[1] == ["it boots, until kdump-capture runs", 5.3, 4]
		and .[2] == ["dmesg: ok", 9.4, 0.2] and .[3] == ["vmcore: ok", 10.3, 5.5]' <<<"$output"
	# this kernel booted 75 s after the request, give or take the seconds of this test
	jq -e '.phases[4] | .phase == "publish, restart, firmware" and (.start + .seconds | . > 72.5 and . < 80)' <<<"$output"
	jq -e '.phases[5] | .phase == "it boots, until multi-user.target" and .seconds == 20.5' <<<"$output"
	jq -e '(.away_seconds - .phases[5].start - .phases[5].seconds) | fabs < 0.2' <<<"$output"
	[ ! -e "$MACHINE$pending" ]
	# once more, for people
	run kdumpctl test --result
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "kdumpctl: the dump arrived, whole: /var/crash/host-1" ]]
	[[ $output == *"10.3 +   5.5  vmcore: ok"* ]]
}

@test "test --result: a kernel that firmware stopped has no last words, but a clock" {
	crashed
	captured host-1
	sed -i '/sysrq\|panic/d' "$MACHINE/var/crash/host-1/vmcore-dmesg.txt"
	printf '  Crashed         %s, up 00:01:29\n' "$(date -u -d "@$((began + 4))" +%FT%TZ)" >>"$MACHINE/var/crash/host-1/report.txt"
	run kdumpctl test --result --json
	# 11.3 - 4 s for uptime - 4.5 s
	jq -e '.phases[0] | .phase == "until the capture kernel runs" and .seconds == 2.8' <<<"$output"
}

@test "test --result: fadump: the capture's boot goes on" {
	crashed
	captured host-1
	# this boot is the capture's
	put /proc/uptime '95.00 30.00'
	sed -i 's/ "kdump"/ "fadump"/' "$MACHINE/var/crash/host-1/capture.json"
	(cd "$MACHINE/var/crash/host-1" && sha256sum ./[!S]* >SHA256SUMS)
	run kdumpctl test --result --json
	[ "$status" -eq 0 ]
	jq -e '.phases | length == 5 and .[4].phase == "publish, release; the same boot goes on, until multi-user.target"' <<<"$output"
}

@test "test --result: a changed file, a missing one, steps that failed, an unpublished dump" {
	crashed
	captured host-1
	cp -r "$MACHINE/var/crash" "$MACHINE/var/crash.whole"
	cp "$MACHINE$pending" "$MACHINE/pending"
	# wrong TEXT: the result is "not whole", for that reason
	wrong() {
		cp "$MACHINE/pending" "$MACHINE$pending"
		run kdumpctl test --result
		[ "$status" -eq 1 ]
		[[ ${lines[0]} == *"arrived, but not whole"* ]]
		[[ $output == *"wrong: "*"$1"* ]]
		rm -rf "${MACHINE:?}/var/crash"
		cp -r "$MACHINE/var/crash.whole" "$MACHINE/var/crash"
	}
	echo more >>"$MACHINE/var/crash/host-1/vmcore"
	wrong "vmcore: FAILED"
	rm "$MACHINE/var/crash/host-1/SHA256SUMS"
	wrong "SHA256SUMS is missing"
	sed -i 's/"complete": true/"complete": false/' "$MACHINE/var/crash/host-1/capture.json"
	wrong "not every step went well"
	rm "$MACHINE/var/crash/host-1/capture.json"
	wrong "the journal is missing"
	mv "$MACHINE/var/crash/host-1" "$MACHINE/var/crash/host-1.incomplete"
	wrong "still named .incomplete"
}

@test "test --result: no dump; no crash yet; no test at all; a damaged note" {
	run kdumpctl test --result
	[ "$status" -eq 1 ]
	one_line "there was no test"
	crashed
	put /proc/sys/kernel/random/boot_id before
	run kdumpctl test --result
	[ "$status" -eq 1 ]
	one_line "has not crashed since"
	put /proc/sys/kernel/random/boot_id after
	run kdumpctl test --result
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == *"no dump of it was found"* ]]
	[[ $output == *"until this kernel runs"* ]]
	crashed
	echo 'BEGAN=$(reboot)' >>"$MACHINE$pending"
	run kdumpctl test --result
	[ "$status" -eq 1 ]
	one_line "is damaged"
}

@test "test --result: a dump on a server, by sftp, in this host's directories only" {
	crashed
	captured "host-$(date -u +%Y%m%dT%H%M%SZ)"
	mv "$MACHINE/var/crash" "$MACHINE/served"
	mkdir "$MACHINE/served/host-20000101T000000Z"
	sed -i "s/^TARGET='local'/TARGET='ssh'/" "$MACHINE/resolved"
	printf '%s\n' "SSH_USER='root'" "SSH_HOST='10.0.0.1'" "SSH_KEY_SOURCE='/root/.ssh/key'" "SSH_KNOWN_HOSTS_SOURCE='/root/.ssh/known_hosts'" \
		"HOST='host'" "SAVE_PATH='$MACHINE/served'" >>"$MACHINE/resolved"
	# sftp's batch commands, as far as they are used here
	fake sftp <<-'EOF'
		while read -r command first second; do
			eval "set -- $first $second"
			case $command in
			ls | -ls) if [ "$1" = -1 ]; then ls -d "$2"/*; else ls -ln "$2"; fi ;;
			-get) echo "get $1" >>"$CALLS"; cp "$1" "$2" ;;
			esac
		done
	EOF
	run kdumpctl test --result
	echo "$output"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"the dump arrived, whole: $MACHINE/served/host-"* ]]
	[[ $output == *"note: the digests were not compared"* ]]
	run ! called 'get .*20000101'
	# fewer bytes than were written
	crashed
	: >"$(echo "$MACHINE"/served/host-2*Z/vmcore | tr ' ' '\n' | tail -n 1)"
	run kdumpctl test --result
	[ "$status" -eq 1 ]
	[[ $output == *"wrong: vmcore has 0 bytes, and 7 were written"* ]]
}

@test "test: words it does not know, and words that do not go together" {
	local words
	for words in --foo '--result --force' '--json' '--nmi --result'; do
		# shellcheck disable=SC2086 # words
		run kdumpctl test $words
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
}
