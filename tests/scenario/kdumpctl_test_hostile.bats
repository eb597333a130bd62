#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdumpctl test --result of a target that lies, is away, or does not end; clocks that are wrong.

# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2154 # the helpers set top and pending, bats the rest
load kdumpctl_helpers
load check_helpers
load crash_test_helpers

setup() { test_machine; }

# result [OPTION]: within a minute
result() {
	run timeout -k 1 60 "$top/scripts/kdumpctl" --root "$MACHINE" test --result "$@"
	echo "$status: $output"
}

# again NAME: the same test and dump once more, whatever was done to it
again() {
	rm -rf "${MACHINE:?}/var/crash"
	crashed
	captured "$1"
}

# resum NAME: its digests are those of what is there now
resum() { (cd "$MACHINE/var/crash/$1" && sha256sum ./[!S]* >SHA256SUMS); }

# harmless TEXT: no control characters but the ends of lines, neither those of ASCII nor those of Latin 1
harmless() { ! LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<<"$1"; }

@test "test --result: nothing that a console obeys gets out of a dump" {
	local name=$'evil\e]0;title\a'
	crashed
	captured "$name"
	printf '== Verdict\n\033[2Jgone\302\2331m \302\265s\n' >"$MACHINE/var/crash/$name/report.txt"
	sed -i $'s/"dmesg"/"dm\e[31mesg"/' "$MACHINE/var/crash/$name/capture.json"
	resum "$name"
	result
	[ "$status" -eq 0 ]
	harmless "$output"
	[[ $output == *"verdict: ?[2Jgone"* ]]
	result --json
	jq -e '.dump == "/var/crash/evil?]0;title?" and .phases[2].phase == "dm?[31mesg: ok"' <<<"$output"
	harmless "$output"
	# what sha256sum says of a hostile name
	again host-1
	printf '%064d  ./\033[2J\n' 0 >"$MACHINE/var/crash/host-1/SHA256SUMS"
	result
	[ "$status" -eq 1 ]
	[[ $output == *"wrong: SHA256SUMS names what is no file of the dump: ./?[2J"* ]]
}

@test "test --result: links, pipes and devices in place of a dump's files: nothing is read, nothing waits" {
	local file zeros
	for file in SHA256SUMS vmcore capture.json report.txt; do
		again host-1
		rm "$MACHINE/var/crash/host-1/$file"
		ln -s /dev/zero "$MACHINE/var/crash/host-1/$file"
		result
		[[ $file == report.txt || ${lines[0]} == *"arrived, but not whole"* ]]
		again host-1
		rm "$MACHINE/var/crash/host-1/$file"
		mkfifo "$MACHINE/var/crash/host-1/$file"
		result
		[ "$status" -eq 1 ]
		[[ ${lines[0]} == *"arrived, but not whole"* ]]
	done
	# other directories than the dump's
	again host-1
	mkdir "$MACHINE/var/crash/pipe"
	mkfifo "$MACHINE/var/crash/pipe/vmcore-dmesg.txt"
	mkdir "$MACHINE/var/crash/zero"
	ln -s /dev/zero "$MACHINE/var/crash/zero/vmcore-dmesg.txt"
	mv "$MACHINE/var/crash/host-1" "$MACHINE/elsewhere"
	ln -s "$MACHINE/elsewhere" "$MACHINE/var/crash/host-1"
	result
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == *"no dump of it was found"* ]]
}

@test "test --result: SHA256SUMS that leads out of the dump, leaves the memory out, or names standard input" {
	local line digest
	echo outside >"$MACHINE/var/outside"
	digest=$(sha256sum <"$MACHINE/var/outside")
	digest=${digest%% *}
	for line in "$digest  ../../outside" "$digest  $MACHINE/var/outside" "$digest  link" "$digest  directory/outside" "$digest  -" "junk"; do
		again host-1
		ln -s ../../outside "$MACHINE/var/crash/host-1/link"
		ln -s ../.. "$MACHINE/var/crash/host-1/directory"
		echo "$line" >>"$MACHINE/var/crash/host-1/SHA256SUMS"
		result
		[ "$status" -eq 1 ]
		[[ $output == *"wrong: SHA256SUMS names what is no file of the dump"* ]]
	done
	again host-1
	sed -i /vmcore$/d "$MACHINE/var/crash/host-1/SHA256SUMS"
	result
	[ "$status" -eq 1 ]
	[[ $output == *"wrong: SHA256SUMS does not have vmcore"* ]]
}

@test "test --result: digests that take longer than their limit are left to the administrator" {
	crashed
	captured host-1
	fake sha256sum <<<'exec /bin/sleep 10'
	KDUMPCTL_DIGEST_LIMIT=1 result
	[ "$status" -eq 0 ]
	[[ $output == *"note: the digests were not compared within 1 s: sha256sum -c SHA256SUMS"* ]]
}

@test "test --result: a journal that is empty, of another version, or full of nonsense" {
	local journal=$MACHINE/var/crash/host-1/capture.json
	crashed
	captured host-1
	: >"$journal"
	resum host-1
	result --json
	[ "$status" -eq 1 ]
	jq -e '.outcome == "incomplete" and .wrong == ["the journal is missing (capture.json)"] and (.phases | length) == 2' <<<"$output"
	again host-1
	sed -i 's/"format": 1/"format": 2/' "$journal"
	resum host-1
	result
	[ "$status" -eq 1 ]
	[[ $output == *"wrong: the journal is not of this version (capture.json, format 2)"* ]]
	again host-1
	sed -i 's/"start": 0.100/"start": 1e999/; s/"seconds": 5.500/"seconds": -nan/; s/_uptime": 4.00/_uptime": 99999999999999999/' "$journal"
	sed -i 's/"started": .*/"started": "next year",/' "$journal"
	resum host-1
	result --json
	[ "$status" -eq 0 ]
	jq -e '.away_seconds > 90 and .away_seconds < 110' <<<"$output"
	again host-1
	for _ in {1..300}; do printf '%s\n' '      "name": "x",' '      "outcome": "ok",' '      "start": 1.0,' '      "seconds": 0.0,'; done >"$MACHINE/steps"
	sed -i "/^  \"steps\"/r $MACHINE/steps" "$journal"
	resum host-1
	result --json
	jq -e '.phases | length == 68' <<<"$output"
}

@test "test --result: several dumps have the token: the whole one counts" {
	local first=$MACHINE/var/crash/host-1
	crashed
	captured host-1
	# a first target that became full, and the root file system; and a copy that somebody began
	sed -i 's/"complete": true/"complete": false/' "$first/capture.json"
	cp -r "$first" "$MACHINE/var/crash/z"
	cp -r "$first" "$MACHINE/var/crash/z.incomplete"
	captured host-0
	result
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"the dump arrived, whole: /var/crash/host-0" ]]
}

@test "test --result: dump_to_rootfs: the whole dump is not on the target" {
	crashed
	captured host-1
	mkdir -p "$MACHINE/mnt/target/dumps"
	cp -r "$MACHINE/var/crash/host-1" "$MACHINE/mnt/target/dumps/host-1.incomplete"
	put /dev/sdb1 ''
	put /proc/self/mounts $'/dev/vda1 / ext4 rw 0 0\n/dev/sdb1 /mnt/target ext4 rw 0 0'
	sed -i "s,^TARGET_DEVICE=.*,TARGET_DEVICE='/dev/sdb1',; s,^SAVE_PATH=.*,SAVE_PATH='/dumps'," "$MACHINE/resolved"
	result
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"the dump arrived, whole: /var/crash/host-1" ]]
}

@test "test --result: a target by LABEL with a space, mounted where the name has escapes; a subvolume; a part of it" {
	crashed
	captured host-1
	mkdir -p "$MACHINE/mnt" "$MACHINE/dev/disk/by-label"
	mv "$MACHINE/var/crash" "$MACHINE/mnt/a b\\	c"
	put '/dev/odd name' ''
	ln -s '../../odd name' "$MACHINE/dev/disk/by-label/my\\x20disk"
	put /proc/self/mounts $'/dev/vda1 / ext4 rw 0 0\n/dev/odd\\040name /mnt/a\\040b\\134\\011c ext4 rw 0 0'
	sed -i "s,^TARGET_DEVICE=.*,TARGET_DEVICE='LABEL=my disk',; s,^SAVE_PATH=.*,SAVE_PATH='/'," "$MACHINE/resolved"
	result
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"whole: /mnt/a b\\?c/host-1" ]]
	# btrfs: / is the subvolume @, and the path is that of the whole file system
	crashed
	mkdir -p "$MACHINE/srv"
	mv "$MACHINE/mnt/a b\\	c" "$MACHINE/srv/dumps"
	put /proc/self/mountinfo $'22 1 0:21 /@home /home rw - btrfs /dev/vda1 rw\n23 1 0:21 /@ / rw shared:1 - btrfs /dev/vda1 rw'
	sed -i "s,^TARGET_DEVICE=.*,TARGET_DEVICE='/dev/vda1',; s,^SAVE_PATH=.*,SAVE_PATH='/@/srv/dumps'," "$MACHINE/resolved"
	result
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"whole: /srv/dumps/host-1" ]]
}

@test "test --result: a target that is not mounted is, for the time, below --root; one that cannot be is no loss" {
	crashed
	captured host-1
	mv "$MACHINE/var/crash" "$MACHINE/disk"
	put /dev/sdb1 ''
	sed -i "s,^TARGET_DEVICE=.*,TARGET_DEVICE='LABEL=dumps',; s,^SAVE_PATH=.*,SAVE_PATH='/'," "$MACHINE/resolved"
	result
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == *"whether the dump arrived is not known: the target LABEL=dumps is not on this machine;"* ]]
	[ -e "$MACHINE$pending" ]
	mkdir -p "$MACHINE/dev/disk/by-label"
	ln -s ../../sdb1 "$MACHINE/dev/disk/by-label/dumps"
	fake mount <<<'echo "mount: wrong fs type" >&2; exit 32'
	result
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == *"is not known: the target LABEL=dumps cannot be mounted: mount: wrong fs type;"* ]]
	fake mount <<<'cp -r "$MACHINE"/disk/. "${@: -1}"'
	fake mountpoint </dev/null
	fake umount <<<'rm -rf "${@: -1}"/*'
	result
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"whole: LABEL=dumps:/host-1" ]]
	called "^mount -o ro,nodev,nosuid,noexec -- $MACHINE/dev/disk/by-label/dumps $MACHINE/run/salvor/target"
	run ! compgen -G "$MACHINE/run/salvor/target*"
}

@test "test --result: a server that does not answer at the boot: not known, asked again, and the times are the first boot's" {
	crashed
	captured "host-$(date -u +%Y%m%dT%H%M%SZ)"
	mv "$MACHINE/var/crash" "$MACHINE/served"
	sed -i "s/^TARGET='local'/TARGET='ssh'/; /^TARGET_DEVICE/d" "$MACHINE/resolved"
	printf '%s\n' "SSH_USER='root'" "SSH_HOST='10.0.0.1'" "SSH_KEY_SOURCE='/k'" "SSH_KNOWN_HOSTS_SOURCE='/h'" \
		"HOST='host'" "SAVE_PATH='$MACHINE/served'" >>"$MACHINE/resolved"
	fake sftp <<<'echo "ssh: connect to host 10.0.0.1 port 22: No route to host" >&2; exit 255'
	result --json
	[ "$status" -eq 1 ]
	jq -e '.outcome == "unknown" and .away_seconds < 110' <<<"$output"
	result
	[[ ${lines[0]} == *"is not known: the server cannot be asked: ssh: connect to host 10.0.0.1 port 22: No route to host; once more"* ]]
	[ -e "$MACHINE$pending" ]
	# a day's work later, and another boot
	put /proc/uptime '3.00 3.00'
	sed -i 's/^BOOTED=.*/BOOTED='$((began + 75))'/' "$MACHINE$pending"
	fake sftp <<-'EOF'
		while read -r command first second; do
			eval "set -- $first $second"
			case $command in
			ls | -ls) if [ "$1" = -1 ]; then ls -d "$2"/*; else ls -ln "$2"; fi ;;
			-get) cp "$1" "$2" ;;
			esac
		done
	EOF
	result --json
	[ "$status" -eq 0 ]
	jq -e '.outcome == "whole" and .away_seconds == 93.5' <<<"$output"
	[ ! -e "$MACHINE$pending" ]
}

@test "test --result: the capture's clock is local time, or none; the system's goes back" {
	local journal=$MACHINE/var/crash/host-1/capture.json
	crashed
	captured host-1
	# the hardware clock is an hour ahead, and the capture knew that
	sed -i "s/\"started\": .*/\"started\": \"$(date -u -d "@$((began + 11))" +%FT%TZ)\",/" "$journal"
	resum host-1
	result --json
	jq -e '.phases[1] == {"start": 5.5, "seconds": 4.0, "phase": "it boots, until kdump-capture runs"}' <<<"$output"
	again host-1
	sed -i 's/"started": .*/"started": "1970-01-01T00:00:09Z",/' "$journal"
	resum host-1
	result
	[ "$status" -eq 0 ]
	[[ $output == *"note: the capture's clock was wrong"*"until this kernel runs"* ]]
	again host-1
	sed -i "s/^BEGAN=.*/BEGAN=$((began + 7200)).000/" "$MACHINE$pending"
	result
	[ "$status" -eq 0 ]
	[[ $output == *"how long production was away is not known: the clock is behind"* ]]
	again host-1
	sed -i "s/^BEGAN=.*/BEGAN=$((began + 7200)).000/" "$MACHINE$pending"
	result --json
	jq -e '.away_seconds == null and .phases == []' <<<"$output"
}

@test "test --result: a log without time stamps, with impossible ones, and a huge one" {
	local dmesg=$MACHINE/var/crash/host-1/vmcore-dmesg.txt
	crashed
	captured host-1
	sed -i 's/^\[[^]]*\] //' "$dmesg"
	resum host-1
	result --json
	[ "$status" -eq 0 ]
	jq -e '.phases[0].seconds == 7.3' <<<"$output"
	again host-1
	echo '[99999999.000000] later' >>"$dmesg"
	yes '[   91.000000] more' | head -c 8000000 >>"$dmesg"
	resum host-1
	result --json
	[ "$status" -eq 0 ]
	jq -e '.phases[0].seconds == 5.3' <<<"$output"
}

@test "test --result: notes that are damaged in every way" {
	local line
	for line in BEGAN=0999999999 BEGAN=999999999999999999999999 CLOCK=99999999999999999 KIND=$'\e[31m' 'MODE=kdump"' BOOT_ID= UP=x; do
		crashed
		echo "$line" >>"$MACHINE$pending"
		result
		[ "$status" -eq 1 ]
		one_line "is damaged: remove it, and test again"
	done
	head -c 100000 /dev/urandom >"$MACHINE$pending"
	result
	one_line "is damaged"
	rm "$MACHINE$pending"
	mkfifo "$MACHINE$pending"
	result
	one_line "is damaged"
}

@test "test --result: what cannot be kept is said all the same; two at once look once" {
	crashed
	captured host-1
	mkdir "$MACHINE/var/lib/salvor/test/result.new"
	result
	[ "$status" -eq 0 ]
	[[ $output == *"cannot be written: the result is not kept"*"the dump arrived, whole: /var/crash/host-1"* ]]
	rmdir "$MACHINE/var/lib/salvor/test/result.new"
	fake sha256sum <<<'/bin/sleep 1; exec /usr/bin/sha256sum "$@"'
	kdumpctl test --result >"$MACHINE/first" &
	result
	wait $!
	[ "$status" -eq 0 ]
	[ "$output" = "$(cat "$MACHINE/first")" ]
	[ "$(calls '^sha256sum')" -eq 1 ]
}
