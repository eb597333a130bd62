# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl test --result: reads the files of a dump, and says what is wrong with it. Whoever may write to the target may
# have put anything there: links, pipes, names that lead out, text that a console obeys. Nothing but plain files is
# opened, every read ends, and no text goes on without plain.

# seconds that comparing the digests may take; RuntimeMaxSec of kdumpctl-test.service is longer
DIGEST_LIMIT=${KDUMPCTL_DIGEST_LIMIT:-1200}
# files of a dump, and lines of its SHA256SUMS, that are looked at
FILES_MAX=20000

# plain TEXT: sets REPLY to it in one line of at most 300 characters, none of which a terminal obeys
plain() {
	# without that locale, all that is not ASCII goes
	local LC_ALL=C.UTF-8 2>/dev/null
	REPLY=${1:0:300}
	REPLY=${REPLY//[^[:print:]]/?}
}

# wrong TEXT: with the dump
wrong() {
	plain "$1"
	WRONG+=("$REPLY")
}

# dump_file FILE: prints it, 64 MiB of it at most; nothing when it is not a plain file
dump_file() {
	[ -f "$1" ] && [ ! -L "$1" ] || return 0
	timeout -k 5 60 dd if="$1" iflag=nofollow,nonblock,fullblock bs=65536 count=1024 status=none 2>/dev/null | tr -d '\0'
}

# verify_dump: adds to WRONG what is wrong with the dump in the directory DUMP
verify_dump() {
	if ! dump_file "$DUMP/SHA256SUMS" | grep -q .; then
		wrong "SHA256SUMS is missing: the capture was not finished"
	else
		verify_digests
	fi
	[ -f "$DUMP/vmcore" ] && [ ! -L "$DUMP/vmcore" ] && [ -s "$DUMP/vmcore" ] || wrong "the memory is missing or incomplete (vmcore)"
	verify_journal
}

# verify_digests: of the lines of SHA256SUMS, which name files of the dump only, vmcore among them
verify_digests() {
	local line name said lines='' status=0 rest
	local -A have=()
	while IFS= read -r -d '' name; do
		have[$name]=1
	done < <(cd "$DUMP" && find . -xdev -type f -print0 2>/dev/null | head -z -n $FILES_MAX)
	while IFS= read -r line; do
		[[ $line =~ ^([0-9a-f]{64})\ [\ *](\./)?(.+)$ ]] && name=./${BASH_REMATCH[3]} && [ -n "${have[$name]-}" ] || {
			wrong "SHA256SUMS names what is no file of the dump: ${line#*  }"
			return
		}
		lines+="${BASH_REMATCH[1]}  $name"$'\n'
	done < <(dump_file "$DUMP/SHA256SUMS" | head -n $FILES_MAX)
	[[ $lines == *"  ./vmcore"$'\n'* ]] || wrong "SHA256SUMS does not have vmcore"
	# in the foreground, so that Ctrl-C gets there
	said=$(cd "$DUMP" && timeout --foreground -k 5 "$DIGEST_LIMIT" sha256sum --strict --quiet -c - <<<"${lines%$'\n'}" 2>&1) || status=$?
	case $status in
	0) ;;
	124 | 137) NOTE="the digests were not compared within $DIGEST_LIMIT s: sha256sum -c SHA256SUMS" ;;
	*)
		rest=${said%%$'\n'*}
		wrong "SHA256SUMS: ${rest#./}"
		;;
	esac
}

# verify_there DIR: adds to WRONG what can be seen of a server's dump without fetching the memory; the rest is in DUMP
verify_there() {
	local want size
	[ -s "$DUMP/SHA256SUMS" ] || wrong "SHA256SUMS is missing: the capture was not finished"
	verify_journal
	want=$(dump_file "$DUMP/capture.json" | sed -n '/^  "vmcore": {/,/^  }/s/^    "bytes": \([0-9]\{1,18\}\),*$/\1/p')
	size=$(sftp_target <<<"ls -ln \"$1/vmcore\"" | awk '$1 ~ /^-/ { print $5; exit }')
	[ "${size:-0}" = "${want:-none}" ] || wrong "vmcore has ${size:-no} bytes, and ${want:-no} were written"
	NOTE="the digests were not compared: on the server, sha256sum -c SHA256SUMS"
}

# verify_journal: of DUMP, and its name
verify_journal() {
	local format
	format=$(dump_file "$DUMP/capture.json" | sed -n '/^  "format": /{s///;s/,$//p;q}')
	if ! dump_file "$DUMP/capture.json" | grep -q .; then
		wrong "the journal is missing (capture.json)"
	elif [ "$format" != 1 ]; then
		wrong "the journal is not of this version (capture.json, format ${format:-unknown}): whether every step went well is not known"
	elif ! dump_file "$DUMP/capture.json" | grep -q '^  "complete": true'; then
		wrong "the journal says that not every step went well (capture.json)"
	fi
	[[ $DUMP != *.incomplete ]] || wrong "it was not published: the directory is still named .incomplete"
}
