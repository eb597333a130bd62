# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl test --result: the dump of the test that was, by the token in the crashed kernel's log. A target on this
# machine is looked at, and its digests are compared; of a server's dump the log and the journal are fetched, and the
# digests are the server's to compare.

# has_token DIR: the log that the capture saved in it, whole or not
has_token() { grep -qsF -e "$TOKEN" "$1"/vmcore-dmesg.txt "$1"/vmcore-dmesg-incomplete.txt; }

# find_dump_in DIR: sets DUMP
find_dump_in() {
	local dir
	for dir in "$1"/*/; do
		! has_token "${dir%/}" || DUMP=${dir%/}
	done
}

# verify_dump: sets WRONG, a line for each thing that is wrong with the dump in the directory DUMP
verify_dump() {
	local said
	WRONG=()
	if [ ! -s "$DUMP/SHA256SUMS" ]; then
		WRONG+=("SHA256SUMS is missing: the capture was not finished")
	elif ! said=$(cd "$DUMP" && sha256sum --strict --quiet -c SHA256SUMS 2>&1); then
		WRONG+=("SHA256SUMS: ${said%%$'\n'*}")
	fi
	[ -s "$DUMP/vmcore" ] || WRONG+=("the memory is missing or incomplete (vmcore)")
	verify_journal "$DUMP/capture.json"
	[[ $DUMP != *.incomplete ]] || WRONG+=("it was not published: the directory is still named .incomplete")
}

# verify_journal FILE
verify_journal() {
	if [ ! -s "$1" ]; then
		WRONG+=("the journal is missing (capture.json)")
	elif ! grep -q '^  "complete": true' "$1"; then
		WRONG+=("the journal says that not every step went well (capture.json)")
	fi
}

# find_dump_here: on the target's file system, mounted for the time when it is not, and where a capture saves that
# could not open its target
find_dump_here() {
	local path point=''
	config_get SAVE_PATH
	path=${REPLY:-/var/crash}
	config_get TARGET_DEVICE
	if [ -n "$REPLY" ] && mount_of "$REPLY"; then
		config_get TARGET_DEVICE
		with_target "$REPLY" "$path" && return
	fi
	for point in "$path" /var/crash; do
		[ -n "$DUMP" ] || find_dump_in "$ROOT$point"
	done
	[ -z "$DUMP" ] || look_at_dump
}

# with_target DEVICE PATH: looks below PATH on that device; fails when nothing is there
with_target() {
	local device=$1 path=$2 point made=''
	mount_of "$device"
	point=$REPLY
	if [ -z "$point" ]; then
		made=$(mktemp -d /run/salvor/target.XXXXXX) || return 1
		case $device in UUID=* | LABEL=* | PARTUUID=* | PARTLABEL=*) ;; *) device=$ROOT$device ;; esac
		if ! timeout 60 mount -o ro "$device" "$made" 2>/dev/null; then
			rmdir "$made"
			return 1
		fi
		point=$made
		find_dump_in "$point$path"
	else
		find_dump_in "$ROOT${point%/}$path"
	fi
	[ -z "$DUMP" ] || look_at_dump
	if [ -n "$made" ]; then
		umount "$made" && rmdir "$made"
		DUMP_NAME="$1:${DUMP#"$made"}"
	fi
	[ -n "$DUMP" ]
}

# look_at_dump: DUMP, while it can be read
look_at_dump() {
	DUMP_NAME=${DUMP#"$ROOT"}
	verify_dump
	read_journal "$DUMP/capture.json"
	VERDICT_LINE=$(sed -n 2p "$DUMP/report.txt" 2>/dev/null)
	CRASHED=$(sed -n 's/^ *Crashed *\([0-9][0-9TZ:-]*\),.*/\1/p' "$DUMP/report.txt" 2>/dev/null | head -n 1)
	LAST_WORDS=$(grep -sh . "$DUMP"/vmcore-dmesg.txt "$DUMP"/vmcore-dmesg-incomplete.txt)
}

# find_dump_there: on the server, in the directories of this host since the day before the test
find_dump_there() {
	local path host since name temp found=()
	config_get SAVE_PATH
	path=$REPLY
	config_get HOST
	host=$REPLY
	since=$(date -u -d "@$((${BEGAN%.*} - 86400))" +%Y%m%dT%H%M%SZ)
	temp=$(mktemp -d) || return 1
	while read -r name; do
		name=${name##*/}
		[[ $name =~ ^"$host"-([0-9]{8}T[0-9]{6}Z)(\.incomplete)?$ && ! ${BASH_REMATCH[1]} < $since ]] && found+=("$name")
	done < <(sftp_target <<<"ls -1 \"$path\"")
	for name in ${found[@]+"${found[@]}"}; do
		mkdir "$temp/$name"
		sftp_target >/dev/null <<-END
			-get "$path/$name/vmcore-dmesg.txt" "$temp/$name"
			-get "$path/$name/capture.json" "$temp/$name"
			-get "$path/$name/report.txt" "$temp/$name"
			-get "$path/$name/SHA256SUMS" "$temp/$name"
		END
	done
	find_dump_in "$temp"
	if [ -n "$DUMP" ]; then
		look_at_dump
		name=${DUMP##*/}
		DUMP_NAME=$path/$name
		verify_there "$path/$name"
	fi
	rm -rf "${temp:?}"
}

# verify_there DIR: what can be seen of it without fetching the memory; sets WRONG
verify_there() {
	local want size
	WRONG=()
	[ -s "$DUMP/SHA256SUMS" ] || WRONG+=("SHA256SUMS is missing: the capture was not finished")
	verify_journal "$DUMP/capture.json"
	[[ $DUMP != *.incomplete ]] || WRONG+=("it was not published: the directory is still named .incomplete")
	want=$(sed -n '/^  "vmcore": {/,/^  }/s/^    "bytes": \([0-9]*\),*$/\1/p' "$DUMP/capture.json" 2>/dev/null)
	size=$(sftp_target <<<"ls -ln \"$1/vmcore\"" | awk '$1 ~ /^-/ { print $5 }')
	[ "${size:-0}" = "${want:-none}" ] || WRONG+=("vmcore has ${size:-no} bytes, and ${want:-no} were written")
	NOTE="the digests were not compared: on the server, sha256sum -c SHA256SUMS"
}

# find_dump: sets DUMP (empty: there is none), DUMP_NAME, WRONG, NOTE and what read_journal sets
find_dump() {
	DUMP='' DUMP_NAME='' NOTE='' VERDICT_LINE='' LAST_WORDS='' CRASHED='' WRONG=() JOURNAL=''
	if resolve_config; then
		config_get TARGET
		[ "$REPLY" != ssh ] || find_dump_there
	else
		complain "the target is not known now: $RESOLVE_ERROR"
	fi
	[ -n "$DUMP" ] || find_dump_here
}
