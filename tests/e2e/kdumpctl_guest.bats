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
	if [ $BOOT -eq 2 ]; then
		systemctl reboot
	else
		systemctl poweroff
	fi
	END
	# with a reservation, then without
	sed -i 's/systemctl reboot/systemctl poweroff/' "$WORK/job"
	run_guest x86_64 600 --mem 1024 --append "crashkernel=192M"
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
