#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kdumpctl on a real machine: start, status, stop, and the ways to get it wrong. One clear line each.

load support

setup_file() {
	fresh_guest x86_64
	cat >"$WORK/job" <<-'END'
	# try NAME COMMAND…: exit status, number of lines on stderr, and the first of them
	try() {
		name=$1; shift
		"$@" >/run/out 2>/run/err; status=$?
		echo "@job $name status=$status lines=$(wc -l </run/err) first=$(head -1 /run/err)"
	}
	if [ $BOOT -ge 3 ]; then
		# kdumpctl-test.service runs by itself
		n=0
		until [ -e /var/lib/salvor/test/result.json ] || [ $n -eq 240 ]; do n=$((n + 1)); sleep 0.5; done
		journalctl -b -o cat -u kdumpctl-test >/var/lib/salvor/test/journal
		try test-again kdumpctl test --result
		echo "@job reloads=$(journalctl -b -o cat | grep -c kdumpctl-reload)"
		echo "@job kdump.service: $(systemctl show -p ActiveState -p CPUUsageNSec --value kdump | tr '\n' ' ')"
		systemctl poweroff
		exit
	fi
	try idle-status kdumpctl status
	try start kdumpctl start
	try status kdumpctl status
	try start-again kdumpctl start
	try stop kdumpctl stop
	try stopped-status kdumpctl status
	printf 'path /var/crash\nblacklist e1000\n' >/etc/kdump.conf
	try deprecated kdumpctl start
	printf 'path /var/crash\n\nfrobnicate yes\n' >/etc/kdump.conf
	try unknown kdumpctl start
	printf 'path var/crash\n' >/etc/kdump.conf
	try relative kdumpctl start
	printf 'core_collector rm -rf /\n' >/etc/kdump.conf
	try collector kdumpctl start
	: >/etc/kdump.conf
	try no-rights setpriv --reuid 65534 --regid 65534 --clear-groups kdumpctl start
	try bad-verb kdumpctl frobnicate
	echo "@job loaded=$(cat /sys/kernel/kexec_crash_loaded)"
	try test-unloaded kdumpctl test --force
	systemctl -q enable kdump
	kdumpctl start
	try test-dry kdumpctl test --dry-run
	kdumpctl test --force
	END
	# with a reservation, and a crash; then without
	run_guest x86_64 900 --mem 1024 --append "crashkernel=192M"
	from_guest /var/lib/salvor/test
	mv "$WORK/console.txt" "$WORK/reserved.txt"
	cat >"$WORK/job" <<-'END'
	kdumpctl start >/run/out 2>/run/err; status=$?
	echo "@job unreserved status=$status lines=$(wc -l </run/err) first=$(head -1 /run/err)"
	kdumpctl status >/run/out 2>/run/err; echo "@job unreserved-status status=$?"
	systemctl poweroff
	END
	run_guest x86_64 600 --mem 1024
}

said() { sed -n "s/^ *[0-9.]* @job $1 //p" "$WORK/$2"; }

@test "kdumpctl: not operational, then started, operational, stopped" {
	said idle-status reserved.txt | grep -q 'status=3'
	said start reserved.txt | grep -q 'status=0'
	said status reserved.txt | grep -q 'status=0'
	said start-again reserved.txt | grep -q 'status=0'
	said stop reserved.txt | grep -q 'status=0'
	said stopped-status reserved.txt | grep -q 'status=3'
	grep -q '@job loaded=0' "$WORK/reserved.txt"
}

@test "kdumpctl: bad configuration lines are named by file and line" {
	said deprecated reserved.txt | grep 'status=[12] lines=1 .*kdump.conf:2.*blacklist'
	said unknown reserved.txt | grep 'status=[12] lines=1 .*kdump.conf:3.*frobnicate'
	said relative reserved.txt | grep 'status=[12] lines=1 .*kdump.conf:1'
	said collector reserved.txt | grep 'status=[12] lines=1 .*kdump.conf:1'
}

@test "kdumpctl: no rights and unknown verbs: one line" {
	said no-rights reserved.txt | grep 'status=[1-9][0-9]* lines=1 .*root'
	said bad-verb reserved.txt | grep 'status=[1-9][0-9]* lines=1 .*frobnicate'
}

@test "kdumpctl: without reserved memory, one line that says what to add" {
	said unreserved console.txt | grep 'status=1 lines=1 .*crashkernel='
	said unreserved-status console.txt | grep 'status=3'
}

@test "kdumpctl test: refused when nothing is loaded; --dry-run only looks" {
	said test-unloaded reserved.txt | grep 'status=3 lines=1 .*no capture kernel is loaded'
	said test-dry reserved.txt | grep 'status=0'
}

@test "kdumpctl test: crashes, and the next boot says by itself that the dump is there and how long it took" {
	local result=$WORK/disk/test/result.json
	cat "$WORK/disk/test/result.txt"
	jq -e '.outcome == "whole" and .kind == "sysrq" and .mode == "kdump" and .wrong == []' "$result"
	jq -e '.verdict | test("A crash was requested with sysrq c")' "$result"
	grep -q "the dump arrived, whole: $(jq -r .dump "$result")" "$WORK/disk/test/journal"
	grep -q "the dump arrived, whole" "$WORK/reserved.txt"
	said test-again reserved.txt | grep 'status=0'
}

# stamp REGEX: the console's time of its first such line
stamp() { grep -Em 1 "$1" "$WORK/reserved.txt" | awk '{ print $1 }'; }

@test "kdumpctl test: the phases are those that the console saw" {
	local result=$WORK/disk/test/result.json crash
	jq -e '[.phases[].phase] | (index("until the capture kernel runs") == 0) and index("vmcore: ok") and
		index("publish, restart, firmware") and (.[-1] | startswith("it boots, until multi-user.target"))' "$result"
	crash=$(stamp 'sysrq: Trigger a crash')
	# phase REGEX PHASE [LATER]: the console had the one when the other ended, to 3 s, because the clocks have whole
	# seconds, and LATER
	phase() {
		local seen said
		seen=$(stamp "$1")
		said=$(jq --arg p "$2" '.phases[] | select(.phase | startswith($p)) | .start + .seconds' "$result")
		echo "$2: the console $seen - $crash, kdumpctl $said"
		awk -v seen="$seen" -v crash="$crash" -v said="$said" -v later="${3-0}" \
			'BEGIN { d = seen - crash - said; exit !(d < 3 + later && d > -3) }'
	}
	phase 'salvor: phase start' 'it boots, until kdump-capture'
	phase 'salvor: phase vmcore-saved' 'vmcore: ok'
	# the lab's job is started by multi-user.target, and then waits for udev
	phase '@job begin BOOT=3' 'it boots, until multi-user.target' 20
}

@test "kdumpctl: udev's look at the devices of each boot is no reason to load again" {
	grep -q '@job kdump.service: .*active' "$WORK/reserved.txt"
	grep -q '@job reloads=0' "$WORK/reserved.txt"
}
