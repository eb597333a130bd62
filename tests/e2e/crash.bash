# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What crash shows, on standard input, as sorted lines that can be compared; and a report's JSON as the same lines.

# Of ps: not the idle tasks: the kernel says who made them, crash that it was nobody.
ps_of_crash() {
	sed -nE 's/^>? +([0-9]+) +([0-9]+) +([0-9]+) +[0-9a-f]+ +[A-Z]+ +[0-9.]+ +([0-9]+) +([0-9]+) +(.*[^ ]) *$/\1 \2 \3 \4 \5 \6/p' |
		grep -v '^0 ' | sort
}
ps_of_report() {
	jq -r '.tasks.tasks[] | select(.pid > 0) |
		"\(.pid) \(.ppid) \(.cpu) \(.vm_kib) \(.rss_kib) \(if .kernel then "[\(.comm)]" else .comm end)"' "$1" | sort
}

# Of mod.
mod_of_crash() { awk '$1 ~ /^[0-9a-f]+$/ { print $2, $3, $4 }' | sort; }
mod_of_report() { jq -r '.modules.modules[] | "\(.name) \(.base[2:]) \(.size)"' "$1" | sort; }

# Of mount.
mount_of_crash() { awk '$1 ~ /^[0-9a-f]+$/ { print $3, $4, $5 }' | sort; }
mount_of_report() { jq -r '.mounts.mounts[] | "\(.type) \(.device) \(.path)"' "$1" | sort; }

# Of foreach bt: TASK PC…, without the frames that crash calls unreliable.
stacks_of_crash() {
	awk '
		/^PID: / { if (task) print task; task = $4; next }
		/unreliable/ { next }
		/^ *#[0-9]+ \[/ { sub(/.* at /, ""); task = task " " $1; next }
		/^ +RIP: ffff/ { task = task " " $2 }
		END { print task }' | sort
}
