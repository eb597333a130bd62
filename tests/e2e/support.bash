# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the end-to-end tests share: a guest of one's own, its run, what it left on its disk, and the programs
# that none of us wrote to look at it. A test file boots in setup_file and looks at the results in its tests.

TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
LAB=$TOP/tests/e2e/lab
WORK=${SALVOR_E2E_DIR:-$TOP/build/e2e}/$(basename "$BATS_TEST_FILENAME" .bats)
export TOP LAB WORK

# fresh_guest ARCH: a copy of the prepared guest as $WORK/guest.img
fresh_guest() {
	local image ext
	rm -rf "$WORK"
	mkdir -p "$WORK"
	image=$("$TOP/tests/e2e/prepare" "$1" 2>"$WORK/prepare.log") || {
		tail -30 "$WORK/prepare.log" >&3
		return 1
	}
	cp --sparse=always --reflink=auto "$image" "$WORK/guest.img"
	for ext in kernel initrd release; do
		cp "$image.$ext" "$WORK/guest.img.$ext"
	done
}

# run_guest ARCH SECONDS OPTIONS…: boots it with $WORK/job; the console is $WORK/console.txt
run_guest() {
	local arch=$1 seconds=$2
	shift 2
	"$LAB" guest run --arch "$arch" --image "$WORK/guest.img" --job "$WORK/job" \
		--console "$WORK/console.txt" --time-limit "$seconds" "$@" >"$WORK/run.log" 2>&1 || {
		printf '# %s\n' "the guest did not end by itself; the end of $WORK/console.txt:" >&3
		tail -40 "$WORK/console.txt" | sed 's/^/# /' >&3
		return 1
	}
}

# await_console REGEX [TIMES [SECONDS]]: until so many lines of the console have it (1), for so long (600)
await_console() {
	local i
	for ((i = 0; i < ${3:-600} * 2; i++)); do
		[ "$(cat "$WORK/console.txt" 2>/dev/null | grep -Ec "$1")" -lt "${2:-1}" ] || return 0
		sleep 0.5
	done
	echo "never: ${2:-1} times $1"
	return 1
}

# results: the lines that the job printed as results
results() { sed -n 's/^ *[0-9.]* @job //p' "$WORK/console.txt"; }

# from_guest PATH: copies PATH of the guest's disk below $WORK/disk (host side); [IMAGE]
from_guest() {
	rm -rf "$WORK/disk"
	"$LAB" extract "${2:-$WORK/guest.img}" "$1" "$WORK/disk"
}

# dump_dir [N]: the N-th (first) saved dump's directory on the host
dump_dir() {
	find "$WORK/disk" -mindepth 1 -maxdepth 3 -name capture.json -printf '%h\n' | sort | sed -n "${1:-1}p"
}

# The moment, in seconds of the console's clock, of the first line after FROM that matches
moment() {
	awk -v re="$1" -v from="${2:-0}" '$1 >= from && $0 ~ re { print $1; exit }' "$WORK/console.txt"
}

# phases [FROM]: seconds from the crash to each phase, as the console has them
phases() {
	local start name at
	start=$(moment 'sysrq: Trigger a crash' "${1:-0}")
	[ -n "$start" ] || return 1
	for name in 'Linux version' 'salvor: phase start' 'salvor: phase dmesg-saved' 'salvor: phase nic-saved' \
		'salvor: phase report-saved' 'salvor: phase nic-dead-saved' 'salvor: phase vmcore-saved' \
		'salvor: phase published' 'salvor: phase released' '@job begin'; do
		at=$(moment "$name" "$start")
		[ -n "$at" ] || continue
		awk -v name="${name#salvor: phase }" -v a="$start" -v b="$at" \
			'BEGIN { printf "%8.1f s  %s\n", b - a, name }'
	done
}

# lab_part PART: builds it if it is not there, and shows why where that fails
lab_part() {
	"$LAB" build "$1" >"$BATS_FILE_TMPDIR/$1.log" 2>&1 || {
		tail -20 "$BATS_FILE_TMPDIR/$1.log" >&3
		return 1
	}
}

# in_lab CMD…: a program of the lab's tools root
in_lab() { "$LAB" exec "$@"; }

# cut_dump MIB VMCORE DUMP: what vmcore-filter leaves on a target that is full after so much
cut_dump() {
	local status=0
	(trap '' XFSZ && ulimit -f $(($1 * 1024)) && "$TOP/build/vmcore-filter" -z -f -d 31 "$2" "$3") || status=$?
	[ $status -eq 3 ]
}

# for drgn -e: the least that a dump must be good for
SAY_RELEASE='print(prog["init_uts_ns"].name.release.string_().decode())'

# crash_says ARCH VMCORE COMMANDS: what crash of that architecture says, without its banner
crash_says() {
	local where=(exec) vmlinux
	vmlinux=$("$LAB" path amd64-kernel)/vmlinux.debug
	if [ "$1" = ppc64le ]; then
		where=(in crash-ppc64el)
		vmlinux=$("$LAB" path ppc64le-kernel)/vmlinux.debug
	fi
	printf '%s\nquit\n' "$3" >"$WORK/crash.in"
	"$LAB" "${where[@]}" crash -s --no_scroll -i "$WORK/crash.in" "$vmlinux" "$2" 2>&1 | tr -d '\r'
}

# report_lines FILE: a report's JSON as report_lists.py has it
report_lines() {
	jq -r '(.tasks.tasks[] | "task \(.pid) \(.tgid) \(.ppid) \(.cpu) \(.state) \(.rss_kib) \(.vm_kib) \(.comm)"),
		(.modules.modules[] | "module \(.name) \(.size) \(.base) \(.used_by)"),
		(.mounts.mounts[] | "mount \(.device) \(.path) \(.type) \(.options[:2])"),
		(.block_io.queues | sort_by(.disk)[] | "disk \(.disk) \(.inflight)"),
		(.interrupts.irqs[] | "irq \(.irq) \(.chip) \(.per_cpu | map(tostring) | join(",")) \(.name)")' "$1"
}
