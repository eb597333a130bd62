# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl test --result: how long production was away, from the clocks of three kernels. The crash: the time of the
# request, and the kernel's own stamps from there to its last words. The capture: its journal, by the hardware clock,
# which counts whole seconds. Production: this boot's.

# read_journal FILE: sets JOURNAL to "STARTED UPTIME ENVIRONMENT" and a line "START SECONDS OUTCOME NAME" for each step
# that took time, in the order in which they began, 64 at most. The file is kdump-capture's own, a member a line; of
# another, what looks the same counts.
read_journal() {
	local line
	JOURNAL=$(dump_file "$1" | LC_ALL=C awk '
		function value() { sub(/^[^:]*: /, ""); sub(/,$/, ""); gsub(/"/, ""); return substr($0, 1, 80) }
		function number(s) { return s ~ /^[0-9]+(\.[0-9]+)?$/ && length(s) < 14 ? s + 0 : -1 }
		/^  "started": / { started = value() }
		/^  "environment": / { environment = value() }
		/^  "capture_kernel_uptime": / { uptime = number(value()) }
		/^  "steps": / { steps = 1 }
		/^  \]/ { steps = 0 }
		steps && /^      "name": / { name = value() }
		steps && /^      "outcome": / { outcome = value() }
		steps && /^      "start": / { start = number(value()) }
		steps && /^      "seconds": / {
			seconds = number(value())
			if (start >= 0 && seconds >= 0 && outcome ~ /^[a-z]+$/ && n < 64 && (outcome != "skipped" || seconds >= 0.05))
				line[++n] = sprintf("%.3f %.3f %s %s", start, seconds, outcome, name)
		}
		END {
			if (started !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z$/)
				started = "-"
			printf "%s %.2f %s\n", started, (uptime > 0 ? uptime : 0), environment
			for (i = 1; i <= n; i++)
				print line[i]
		}' | { IFS= read -r line && printf '%s\n' "$line" && LC_ALL=C sort -s -n; })
}

# read_last_words: of DUMP; sets PASSED to the seconds from the token to the crashed kernel's last line, by its stamps.
# 0 when it has none, or none that can be: the longest that a test takes is the wait for an NMI.
read_last_words() {
	PASSED=$({ dump_file "$DUMP/vmcore-dmesg.txt" && dump_file "$DUMP/vmcore-dmesg-incomplete.txt"; } |
		LC_ALL=C awk -v token="$TOKEN" -v most=$((NMI_LIMIT + 600)) '
		{ stamp = $0; known = sub(/^\[ */, "", stamp) && sub(/\].*/, "", stamp) && stamp ~ /^[0-9]+\.[0-9]+$/ }
		first == "" && known && index($0, token) { first = stamp + 0 }
		first != "" && known && stamp + 0 >= first && stamp - first < most { last = stamp }
		END { printf "%.3f", first != "" ? last - first : 0 }')
}

# crash_time: sets REPLY to when the kernel died: BEGAN, and what its log says passed from then to its last line; but a
# kernel that firmware stopped says nothing, and then its own clock is better, which the report has in whole seconds
crash_time() {
	local clock=''
	[ -z "$CRASHED" ] || clock=$(date -u -d "$CRASHED" +%s 2>/dev/null)
	REPLY=$(awk -v began="$BEGAN" -v passed="$PASSED" -v clock="$clock" -v most=$((NMI_LIMIT + 600)) 'BEGIN {
		crash = began + passed
		printf "%.3f", clock != "" && crash < clock && clock - began < most ? clock + 0.5 : crash }')
}

# production_up: sets REPLY to the seconds after the boot when production was back; fails when that is not known
production_up() {
	local said
	said=$(systemctl show -p ActiveEnterTimestampMonotonic multi-user.target 2>/dev/null)
	said=${said#*=}
	if [[ $said =~ ^[1-9][0-9]*$ ]]; then
		REPLY=$(awk -v t="$said" 'BEGIN { printf "%.3f", t / 1000000 }')
		return 0
	fi
	read_node /proc/uptime
	REPLY=${REPLY%% *}
	return 1
}

# find_boot: sets BOOTED to when this kernel booted and UP to the seconds from then until production was back, or until
# now; UP_NAME to which. What an earlier boot noted, because it could not look at the target, counts.
find_boot() {
	UP_NAME="multi-user.target"
	[ -z "$BOOTED" ] || return 0
	production_up || UP_NAME="now"
	UP=$REPLY
	read_node /proc/uptime
	BOOTED=$(awk -v now="$(date +%s.%N)" -v up="${REPLY%% *}" 'BEGIN { printf "%.3f", now - up }')
}

# capture_time CRASH: sets REPLY to when kdump-capture began, by the system's clock; fails when that is not known. The
# clock says the second that has begun, so half a second is added. A capture may have set its clock from the hardware's
# as local time, and so to what the system has; between the crash and now only one of the two can be.
capture_time() {
	local started ahead
	read -r started _ <<<"$JOURNAL"
	[ "${started:--}" != - ] && started=$(date -u -d "$started" +%s 2>/dev/null) || return 1
	for ahead in "$CLOCK" 0; do
		REPLY=$(awk -v t="$started" -v ahead="$ahead" -v crash="$1" -v end="$BOOTED" -v up="$UP" 'BEGIN {
			t += 0.5 - ahead
			if (t < crash - 2 || t > end + up + 2)
				exit 1
			printf "%.3f", t }') && return
	done
	NOTE+="${NOTE:+; }the capture's clock was wrong, so its phases are not known: capture.json has how long they took"
	return 1
}

# find_phases: sets PHASES to lines "START SECONDS NAME" from the crash on, and AWAY to the whole; both to nothing when
# the clock went back. Without a journal only the whole is known.
find_phases() {
	local crash uptime capture=''
	crash_time
	crash=$REPLY
	find_boot
	PHASES='' AWAY=''
	awk -v end="$BOOTED" -v up="$UP" -v crash="$crash" 'BEGIN { exit end + up < crash }' || return 0
	! capture_time "$crash" || capture=$REPLY
	read -r _ uptime _ <<<"$JOURNAL"
	PHASES=$(awk -v crash="$crash" -v up="$UP" -v boot="$BOOTED" -v capture="$capture" \
		-v uptime="${uptime:-0}" -v name="$UP_NAME" '
		function phase(from, to, what) {
			if (to < from)
				to = from
			printf "%.1f %.1f %s\n", from, to - from, what
			return to
		}
		BEGIN {
			boot -= crash
			at = 0
			if (capture != "") {
				capture -= crash
				at = phase(at, capture - uptime, "until the capture kernel runs")
				at = phase(at, capture, "it boots, until kdump-capture runs")
				begin = at
			}
		}
		NR > 1 && capture != "" {
			what = $4
			for (i = 5; i <= NF; i++)
				what = what " " $i
			printf "%.1f %.1f %s: %s\n", begin + $1, $2, what, $3
			at = begin + $1 + $2
		}
		END {
			if (capture != "" && boot < begin)
				at = phase(at, boot + up, "publish, release; the same boot goes on, until " name)
			else {
				at = phase(at, boot, capture != "" ? "publish, restart, firmware" : "until this kernel runs")
				at = phase(at, boot + up, "it boots, until " name)
			}
		}' <<<"$JOURNAL")
	AWAY=$(awk '{ at = $1 + $2 } END { printf "%.1f", at }' <<<"$PHASES")
}
