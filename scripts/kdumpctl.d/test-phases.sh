# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl test --result: how long production was away, from the clocks of three kernels. The crash: the time of the
# request, and the kernel's own stamps from there to its last words. The capture: its journal, by the hardware clock,
# which counts whole seconds. Production: this boot's.

# read_journal FILE: sets JOURNAL to "STARTED UPTIME ENVIRONMENT" and a line "START SECONDS OUTCOME NAME" for each step
# that took time. The file is kdump-capture's own, a member a line.
read_journal() {
	JOURNAL=$(awk '
		function value() { sub(/^[^:]*: /, ""); sub(/,$/, ""); gsub(/"/, ""); return $0 }
		/^  "started": / { started = value() }
		/^  "environment": / { environment = value() }
		/^  "capture_kernel_uptime": / { uptime = value() }
		/^  "steps": / { steps = 1 }
		/^  \]/ { steps = 0 }
		steps && /^      "name": / { name = value() }
		steps && /^      "outcome": / { outcome = value() }
		steps && /^      "start": / { start = value() }
		steps && /^      "seconds": / {
			seconds = value()
			if (outcome != "skipped" || seconds >= 0.05)
				line[++n] = start + 0 " " seconds + 0 " " outcome " " name
		}
		END {
			print (started == "" ? "-" : started), uptime + 0, environment
			for (i = 1; i <= n; i++)
				print line[i]
		}' "$1" 2>/dev/null)
}

# crash_time: sets REPLY to when the kernel died: BEGAN, and what its log says passed from then to its last line; but a
# kernel that firmware stopped says nothing, and then its own clock is better, which the report has in whole seconds
crash_time() {
	local clock=''
	[ -z "$CRASHED" ] || clock=$(date -u -d "$CRASHED" +%s 2>/dev/null)
	REPLY=$(awk -v began="$BEGAN" -v token="$TOKEN" -v clock="$clock" '
		{ stamp = $0; known = sub(/^\[ */, "", stamp) && sub(/\].*/, "", stamp) && stamp ~ /^[0-9]+\.[0-9]+$/ }
		index($0, token) && known && first == "" { first = stamp }
		known { last = stamp }
		END {
			crash = began + (first != "" ? last - first : 0)
			printf "%.3f", clock != "" && crash < clock ? clock + 0.5 : crash
		}' <<<"$LAST_WORDS")
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

# find_phases: sets PHASES to lines "START SECONDS NAME" from the crash on, AWAY to the whole, and UP_NAME to what
# production is taken to be. Without a journal only the whole is known.
find_phases() {
	local crash up boot now started uptime environment capture=''
	crash_time
	crash=$REPLY
	if production_up; then UP_NAME="multi-user.target"; else UP_NAME="now"; fi
	up=$REPLY
	read_node /proc/uptime
	now=$(date +%s.%N)
	boot=$(awk -v now="$now" -v up="${REPLY%% *}" 'BEGIN { printf "%.3f", now - up }')
	read -r started uptime environment <<<"$JOURNAL"
	[ "${started:--}" = - ] || capture=$(date -u -d "$started" +%s 2>/dev/null)
	PHASES=$(awk -v crash="$crash" -v up="$up" -v boot="$boot" -v capture="$capture" -v ahead="${CLOCK:-0}" \
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
			# half a second: the clock says the second that has begun
			capture = capture == "" ? "" : capture + 0.5 - ahead - crash
			if (capture != "") {
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
