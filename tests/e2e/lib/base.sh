# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Parts of the lab: where they are kept, what they are keyed by, and how one is built exactly once.
#
# A part NAME (letters, digits, '-') is four things, '-' in the name read as '_':
#   part_NAME_inputs   prints the text the part is keyed by (the recipe itself is added to it)
#   part_NAME_make D   fills the empty directory D; the working directory is D
#   PART_NEEDS[NAME]   the parts it is made from
#   PART_MIB[NAME]     what it takes on disk while it is made, in MiB (measured, rounded up)
# A part is built below NAME-KEY.tmp and renamed to NAME-KEY, so a directory that exists is whole.

LAB_CACHE=${LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/salvor/lab}
declare -A PART_NEEDS=() PART_MIB=() PART_RESUMES=()
PART_ORDER=()

say() { printf 'lab: %s\n' "$*" >&2; }
die() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

# list FILE: the package list without comments, one name per line
list() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$E2E/packages/$1.list"; }

# part_function NAME WHAT
part_function() { printf 'part_%s_%s' "${1//-/_}" "$2"; }

part_known() { declare -F "$(part_function "$1" make)" >/dev/null; }

part_key() {
	local name=$1
	part_known "$name" || die "no such part: $name (known: ${PART_ORDER[*]})"
	{
		"$(part_function "$name" inputs)"
		declare -f "$(part_function "$name" make)"
	} | sha256sum | cut -c1-16
}

# part_dir NAME: the directory the part has, or will have
part_dir() {
	local key
	key=$(part_key "$1")
	printf '%s/%s-%s' "$LAB_CACHE" "$1" "$key"
}

part_done() { [ -d "$(part_dir "$1")" ]; }

# no_mounts_below DIR: succeeds when nothing is mounted at or below DIR in this mount namespace
no_mounts_below() {
	local dir
	dir=$(realpath -m "$1")
	! awk -v d="$dir" '$2 == d || index($2, d "/") == 1 { found = 1 } END { exit !found }' /proc/mounts
}

# remove_tree DIR: rm -rf that never crosses a mount
remove_tree() {
	[ -e "$1" ] || return 0
	no_mounts_below "$1" || die "something is mounted below $1; unmount it first (see /proc/mounts)"
	rm -rf --one-file-system -- "$1"
}

# check_space MIB WHAT
check_space() {
	local free
	mkdir -p "$LAB_CACHE"
	free=$(df --output=avail -BM "$LAB_CACHE" | tail -n 1 | tr -dc 0-9)
	[ "$free" -ge "$1" ] ||
		die "$2 needs $1 MiB free in $LAB_CACHE, there are $free; free some or set XDG_CACHE_HOME"
}

# parts_missing NAME…: the parts still to be built for these, each once, one a line
parts_missing() {
	local name
	for name in "$@"; do
		part_known "$name" || die "no such part: $name (known: ${PART_ORDER[*]})"
		part_done "$name" && continue
		# shellcheck disable=SC2086 # a list of names
		[ -z "${PART_NEEDS[$name]-}" ] || parts_missing ${PART_NEEDS[$name]}
		printf '%s\n' "$name"
	done | awk '!seen[$0]++'
}

# check_space_of NAME…: all that is missing must fit before the first of it is begun
check_space_of() {
	local name missing total=0
	missing=$(parts_missing "$@")
	[ -n "$missing" ] || return 0
	for name in $missing; do
		total=$((total + ${PART_MIB[$name]:-1024}))
	done
	check_space "$total" "building ${missing//$'\n'/, }"
	say "to build: ${missing//$'\n'/, } (up to $total MiB in $LAB_CACHE)"
}

# part_build NAME: builds the part and what it needs, unless they exist
part_build() {
	local name=$1 need dir log lock start
	part_known "$name" || die "no such part: $name (known: ${PART_ORDER[*]})"
	for need in ${PART_NEEDS[$name]-}; do
		part_build "$need"
	done
	dir=$(part_dir "$name")
	[ -d "$dir" ] && return 0
	mkdir -p "$LAB_CACHE/log"
	log=$LAB_CACHE/log/$name.log
	exec {lock}>"$LAB_CACHE/log/$name.lock"
	if ! flock -n "$lock"; then
		say "$name: another build of it is running; waiting"
		flock "$lock"
	fi
	if [ ! -d "$dir" ]; then
		check_space "${PART_MIB[$name]:-1024}" "$name"
		start=$SECONDS
		say "$name: building (log: $log)"
		part_build_locked "$name" "$dir" "$log" "$start"
	fi
	exec {lock}>&-
}

# part_build_locked NAME DIR LOG START: the part's lock is held
part_build_locked() {
	local name=$1 dir=$2 log=$3 start=$4 status=0
	[ -n "${PART_RESUMES[$name]-}" ] || remove_tree "$dir.tmp"
	mkdir -p "$dir.tmp"
	part_run "$name" "$dir.tmp" >"$log" 2>&1 &
	local pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		[ -t 2 ] && printf '\rlab: %s: %d s ' "$name" $((SECONDS - start)) >&2
		sleep 1
	done
	[ -t 2 ] && printf '\r' >&2
	wait "$pid" || status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 25 "$log" >&2
		die "$name: failed after $((SECONDS - start)) s (status $status); the log is $log"
	fi
	{ "$(part_function "$name" inputs)"; } >"$dir.tmp/.inputs"
	mv -T "$dir.tmp" "$dir"
	say "$name: built in $((SECONDS - start)) s, $(du -sm "$dir" | cut -f1) MiB"
}

# part_run NAME DIR: the recipe in a shell of its own, so that set -e holds inside it
part_run() (
	set -euo pipefail
	cd "$2"
	"$(part_function "$1" make)" "$2"
)
