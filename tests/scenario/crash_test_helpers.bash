# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A directory machine for kdumpctl test, and what a test and a capture leave behind. After check_helpers.

test_machine() {
	ready_machine
	put /proc/sys/kernel/random/uuid 11111111-2222-3333-4444-555555555555
	put /proc/sys/kernel/random/boot_id before
	put /proc/sysrq-trigger ''
	put /proc/uptime '25.00 30.00'
	put /dev/kmsg ''
	# nothing of the machine that runs the tests
	fake sync </dev/null
	fake sleep </dev/null
	fake dmesg </dev/null
	fake who </dev/null
	fake ipmitool <<<'exit 1'
	fake systemctl <<<'echo ActiveEnterTimestampMonotonic=20500000'
}

pending=/var/lib/salvor/test/pending

# crashed: the test began 100 s ago, and the machine has booted since
crashed() {
	local now
	now=$(date +%s)
	began=$((now - 100))
	mkdir -p "$MACHINE/var/lib/salvor/test"
	printf '%s\n' TOKEN=11111111-2222-3333-4444-555555555555 KIND=sysrq MODE=kdump BOOT_ID=before CLOCK=3600.200 \
		"BEGAN=$began.000" >"$MACHINE$pending"
	put /proc/sys/kernel/random/boot_id after
}

# captured NAME: a dump of it, whole. The capture kernel ran 7 s after the request, kdump-capture 4 s later, both by a
# hardware clock that is an hour ahead.
captured() {
	local dir=$MACHINE/var/crash/$1
	mkdir -p "$dir"
	cat >"$dir/vmcore-dmesg.txt" <<-'END'
		[   80.000000] something before
		[   89.000000] salvor: kdumpctl test 11111111-2222-3333-4444-555555555555 began
		[   89.500000] sysrq: Trigger a crash
		[   91.000000] Kernel panic - not syncing: sysrq triggered crash
	END
	printf '== Verdict\nA crash was requested with sysrq c, by sh (pid 573) on CPU 0\n' >"$dir/report.txt"
	echo memory >"$dir/vmcore"
	cat >"$dir/capture.json" <<-END
		{
		  "format": 1,
		  "environment": "kdump",
		  "started": "$(date -u -d "@$((began + 11 + 3600))" +%FT%TZ)",
		  "capture_kernel_uptime": 4.00,
		  "complete": true,
		  "target": {
		    "name": "$1"
		  },
		  "vmcore": {
		    "saved": true,
		    "bytes": 7
		  },
		  "steps": [
		    {
		      "name": "pre",
		      "outcome": "skipped",
		      "start": 0.001,
		      "seconds": 0.010,
		      "bytes": 0
		    },
		    {
		      "name": "vmcore",
		      "outcome": "ok",
		      "start": 1.000,
		      "seconds": 5.500,
		      "bytes": 7
		    },
		    {
		      "name": "dmesg",
		      "outcome": "ok",
		      "start": 0.100,
		      "seconds": 0.200,
		      "bytes": 100
		    }
		  ]
		}
	END
	(cd "$dir" && sha256sum ./* >SHA256SUMS)
}
