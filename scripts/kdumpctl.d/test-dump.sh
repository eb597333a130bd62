# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl test --result: finds the dump of the test that was, by the token in the crashed kernel's log. A target on
# this machine is looked at where it is; of a server's dump all but the memory is fetched. When several have the token
# (failure_action dump_to_rootfs leaves what the first target has), the best counts. What is right and wrong with it:
# test-verify.sh.

# seconds after which nobody looks further; directories of a server that are asked for
SEARCH_LIMIT=${KDUMPCTL_SEARCH_LIMIT:-300} SERVER_MAX=16

# has_token DIR: the log that the capture saved in it, whole or not
has_token() { { dump_file "$1/vmcore-dmesg.txt" && dump_file "$1/vmcore-dmesg-incomplete.txt"; } | grep -qF -e "$TOKEN"; }

# still_time: or sets UNKNOWN
still_time() {
	[ "$SECONDS" -ge "$SEARCH_LIMIT" ] || return 0
	UNKNOWN="not everything there was looked at within $SEARCH_LIMIT s"
	return 1
}

# candidate DIR: has the token; sets DUMP and RANK when there is no better one
candidate() {
	local rank=3
	dump_file "$1/capture.json" | grep -q '^  "complete": true' || rank=2
	[[ $1 != *.incomplete ]] || rank=1
	[ "$rank" -le "$RANK" ] || DUMP=$1 RANK=$rank
}

# find_dump_in DIR: sets DUMP and RANK
find_dump_in() {
	local dir
	for dir in "${1%/}"/*/; do
		dir=${dir%/}
		[ -d "$dir" ] && [ ! -L "$dir" ] || continue
		still_time || return
		! has_token "$dir" || candidate "$dir"
	done
}

# find_dump_here: on the target's file system, mounted for the time when it is not, and where a capture saves that
# could not open its target
find_dump_here() {
	local path point
	config_get SAVE_PATH
	path=${REPLY:-/var/crash}
	config_get TARGET_DEVICE
	[ -z "$REPLY" ] || find_dump_on "$REPLY" "$path"
	for point in "$path" /var/crash; do
		[ "$RANK" -eq 3 ] || find_dump_in "$ROOT$point"
	done
}

# find_dump_on DEVICE PATH
find_dump_on() {
	local place said node
	if ! places_of "$1" "$2"; then
		UNKNOWN="the target $1 is not on this machine"
		return
	fi
	for place in ${PLACES[@]+"${PLACES[@]}"}; do
		find_dump_in "$ROOT$place"
	done
	[ ${#PLACES[@]} -eq 0 ] || return 0
	device_node "$1"
	node=$REPLY
	own_run_dir && TEST_MOUNT=$(mktemp -d "$ROOT/run/salvor/target.XXXXXX") || return
	config_get TARGET_OPTIONS
	if said=$(timeout -k 5 60 mount -o "ro,nodev,nosuid,noexec${REPLY:+,$REPLY}" -- "$ROOT$node" "$TEST_MOUNT" 2>&1); then
		find_dump_in "$TEST_MOUNT${2%/}"
	else
		UNKNOWN="the target $1 cannot be mounted: ${said##*$'\n'}"
	fi
}

# look_at_dump: DUMP, while it can be read
look_at_dump() {
	case $DUMP in
	"${TEST_MOUNT:-/none/}"/*) DUMP_NAME="$TARGET_NAME:${DUMP#"$TEST_MOUNT"}" ;;
	"${TEST_TEMP:-/none/}"/*) DUMP_NAME=$TARGET_NAME/${DUMP##*/} ;;
	*) DUMP_NAME=${DUMP#"$ROOT"} ;;
	esac
	if [[ -n $TEST_TEMP && $DUMP == "$TEST_TEMP"/* ]]; then verify_there "$DUMP_NAME"; else verify_dump; fi
	plain "$DUMP_NAME"
	DUMP_NAME=$REPLY
	read_journal "$DUMP/capture.json"
	plain "$(dump_file "$DUMP/report.txt" | sed -n '2{p;q}')"
	VERDICT_LINE=$REPLY
	CRASHED=$(dump_file "$DUMP/report.txt" | sed -n 's/^ *Crashed *\([0-9]\{4\}-[0-9-]\{5\}T[0-9:]\{8\}Z\),.*/\1/p' | head -n 1)
	read_last_words
}

# find_dump_there: on the server, in the directories of this host since the day before the test, by the clock of this
# machine or its hardware; or of a capture that had no clock
find_dump_there() {
	local host since name said found=()
	config_get HOST
	host=$REPLY
	config_get SAVE_PATH
	TARGET_NAME=$REPLY
	since=$((${BEGAN%.*} - 86400))
	[[ $CLOCK != -* ]] || since=$((since + ${CLOCK%.*}))
	[ $since -gt 0 ] || since=0
	since=$(date -u -d "@$since" +%Y%m%dT%H%M%SZ)
	TEST_TEMP=$(mktemp -d) || return 1
	said=$(sftp_target <<<"-ls -1 \"$TARGET_NAME\"" | head -c 4194304; exit "${PIPESTATUS[0]}") || {
		UNKNOWN="the server cannot be asked: ${said##*$'\n'}"
		return
	}
	while read -r name; do
		name=${name##*/}
		[[ $name =~ ^"$host"-([0-9]{8}T[0-9]{6}Z)(\.incomplete)?$ ]] || continue
		[[ ${BASH_REMATCH[1]} < $since && $name != "$host"-19* ]] || found+=("$name")
	done <<<"$said"
	[ ${#found[@]} -le $SERVER_MAX ] || found=("${found[@]: -SERVER_MAX}")
	for name in ${found[@]+"${found[@]}"}; do
		still_time || return
		mkdir "$TEST_TEMP/$name"
		fetch "$name" vmcore-dmesg.txt vmcore-dmesg-incomplete.txt
		if has_token "$TEST_TEMP/$name"; then
			fetch "$name" capture.json report.txt SHA256SUMS
			candidate "$TEST_TEMP/$name"
		else
			rm -rf "${TEST_TEMP:?}/$name"
		fi
	done
}

# fetch NAME FILE…: of that directory on the server, 64 MiB of each at most
fetch() {
	local name=$1 file
	shift
	(
		ulimit -f 65536
		for file; do
			printf -- '-get "%s" "%s"\n' "$TARGET_NAME/$name/$file" "$TEST_TEMP/$name"
		done | sftp_target >/dev/null 2>&1
	)
}

# find_dump: sets DUMP (empty: there is none), DUMP_NAME, WRONG, NOTE and what read_journal and read_last_words set; and
# UNKNOWN to why it is not known whether there is one
find_dump() {
	DUMP='' DUMP_NAME='' NOTE='' VERDICT_LINE='' PASSED=0 CRASHED='' WRONG=() JOURNAL='' RANK=0 UNKNOWN='' TARGET_NAME=''
	SECONDS=0 TEST_MOUNT='' TEST_TEMP=''
	if resolve_config; then
		config_get TARGET_DEVICE
		TARGET_NAME=$REPLY
		config_get TARGET
		[ "$REPLY" != ssh ] || find_dump_there
	else
		UNKNOWN="the target is not known now: $RESOLVE_ERROR"
	fi
	[ "$RANK" -eq 3 ] || find_dump_here
	[ -z "$DUMP" ] || look_at_dump
	clean_up
	plain "$UNKNOWN"
	UNKNOWN=$REPLY
}

# clean_up: what find_dump made; also when it was interrupted
clean_up() {
	if [ -n "${TEST_MOUNT-}" ]; then
		{ ! mountpoint -q "$TEST_MOUNT" || timeout -k 5 60 umount "$TEST_MOUNT" || umount -l "$TEST_MOUNT"; } 2>/dev/null
		rmdir "$TEST_MOUNT"
	fi
	[ -z "${TEST_TEMP-}" ] || rm -rf "${TEST_TEMP:?}"
	TEST_MOUNT='' TEST_TEMP=''
}
