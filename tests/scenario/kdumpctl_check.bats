#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdumpctl check: a machine in a directory with which nothing is wrong, and then one thing at a time, and that put right.

# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2154 # the helpers set top, bats the rest
load kdumpctl_helpers
load check_helpers

setup() { ready_machine; }

@test "nothing wrong: ready, each line ok" {
	run kdumpctl check
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == *"ready: a crash, a hang and an NMI end in a dump"* ]]
	[ "$(grep -vc '^ok ' <<<"$output")" -eq 1 ]
}

@test "each point says state, why and fix" {
	put /proc/sys/kernel/sysrq 438
	run kdumpctl check
	[ "$status" -eq 1 ]
	grep -qx 'degraded sysrq             kernel.sysrq is 438' <<<"$output"
	grep -q "^ *why: Alt-SysRq-c and a BREAK" <<<"$output"
	grep -q "^ *fix: kdumpctl check --fix (kernel.sysrq = 446 in /etc/sysctl.d/99-zz-salvor.conf)" <<<"$output"
	[[ ${lines[-1]} == *"degraded: a crash is saved, but 1 of these"* ]]
}

@test "JSON is JSON, whatever the machine says of itself" {
	watchdog 0 $'a"b\\c\td' 60 0 noop
	run kdumpctl check --json
	jq -e '.verdict == "degraded" and .mode == "kdump" and (.checks | length) > 15' <<<"$output"
	jq -e '[.checks[] | select(.state == "degraded") | .what] | length == 1 and (.[0] | contains("a\"b\\c d"))' <<<"$output"
	jq -e '.checks | all(has("check") and has("state") and has("what") and has("why") and has("fix"))' <<<"$output"
}

@test "R1: loaded: no reservation, nothing loaded" {
	kdumpctl stop
	found loaded lost 2 "kdumpctl start"
	put /sys/kernel/kexec_crash_size 0
	found loaded lost 2 "crashkernel="
	put /sys/kernel/kexec_crash_size 268435456
	kdumpctl start
	found loaded ok 0
}

@test "current: kernel, modules, configuration, a kernel of somebody else" {
	echo another >"$MACHINE/boot/vmlinuz-$KVER"
	found current degraded 1 "kdumpctl reload"
	kdumpctl start
	found current ok 0
	echo "FINAL_ACTION='halt'" >>"$MACHINE/resolved"
	found current degraded 1 "kdumpctl reload"
	kdumpctl start
	put "/lib/modules/$KVER/modules.dep" new
	found current degraded 1 "kdumpctl reload"
	kdumpctl start
	: >"$MACHINE/bad"
	run kdumpctl check
	[[ $output == *"the configuration is wrong"* ]]
	rm "$MACHINE/bad"
	rm "$MACHINE/run/salvor/loaded"
	run kdumpctl check --json
	jq -e '.checks[] | select(.check == "current") | .state == "degraded" and .fix == "kdumpctl restart"' <<<"$output"
}

@test "memory: less is reserved than kernel and image need" {
	put /sys/kernel/kexec_crash_size $((11 << 20))
	kdumpctl reload
	found memory lost 2 "crashkernel=64M"
	put /sys/kernel/kexec_crash_size $((16 << 20))
	kdumpctl reload
	found memory ok 0 "about 12 of 16 MiB"
}

@test "memory: what an x86 kernel says of itself, and the unpacked image, count" {
	# HdrS at 514, init_size at 608: 64 MiB
	printf 'HdrS' | dd of="$MACHINE/boot/vmlinuz-$KVER" bs=1 seek=514 conv=notrunc status=none
	printf '\0\0\0\4' | dd of="$MACHINE/boot/vmlinuz-$KVER" bs=1 seek=608 conv=notrunc status=none
	head -c $((20 << 20)) /dev/zero | gzip -1 >"$MACHINE/packed"
	fake dracut <<-'EOF'
		{ cat "$MACHINE/packed"; printf '\ndigest %s\n' "$SALVOR_DIGEST"; } >"${@: -1}"
	EOF
	fake lsinitrd <<-'EOF'
		case "$1 $2" in "-f etc/salvor/digest") grep -a digest "${@: -1}" | cut -d' ' -f2 ;; esac
	EOF
	kdumpctl rebuild
	kdumpctl start
	found memory ok 0 "about 96 of 256 MiB"
}

@test "target: a device that is gone; a configuration that cannot be resolved now" {
	rm "$MACHINE/dev/vda1"
	found target lost 2 "/dev/vda1 is not on this machine"
	put /dev/vda1 ''
	found target ok 0
	: >"$MACHINE/unresolvable"
	run kdumpctl check --json
	[ "$status" -eq 1 ]
	jq -e '.checks[] | select(.check == "target") | .state == "degraded" and (.what | contains("no address"))' <<<"$output"
}

ssh_target() {
	printf "%s='%s'\n" TARGET ssh SSH_USER kdump SSH_HOST dumps.example SSH_PORT 22 SSH_KEY_SOURCE /k \
		SSH_KNOWN_HOSTS_SOURCE /h SAVE_PATH /var/crash CORE_COLLECTOR 'vmcore-filter -d 31' >"$MACHINE/resolved"
	kdumpctl start
}

@test "target by ssh: asked by sftp, with the capture's key and hosts" {
	fake sftp <<-'EOF'
		cat >>"$CALLS"
		printf '        Size         Used        Avail       (root)    %%Capacity\n    30000000     10000000     20000000     20000000          33%%\n'
	EOF
	ssh_target
	found room ok 0 "there are 19531"
	called '^sftp .*StrictHostKeyChecking=yes.*UserKnownHostsFile=/h .*-i /k -P 22 kdump@dumps.example'
	called '^-df "/var/crash"'
	fake sftp <<-'EOF'
		echo "Host key verification failed." >&2
		exit 255
	EOF
	found target lost 2 "Host key verification failed"
}

@test "room: enough in any case, perhaps, not" {
	# 8000 MiB - 4000 free - 2001 cache - 1000 anonymous + a 64th + 64
	found room ok 0 "1189 MiB before compression"
	echo 600000 >"$MACHINE/room"
	found room degraded 1 "there are 585"
	echo 300000 >"$MACHINE/room"
	found room lost 2 "there are 292"
	sed -i 's/-d 31/-d 0/' "$MACHINE/resolved"
	kdumpctl start
	echo 20000000 >"$MACHINE/room"
	found room ok 0 "8190 MiB before compression"
	put /proc/self/mounts "/dev/vdb / ext4 rw 0 0"
	found room unknown 1 "not mounted"
}

@test "R3: the capture kernel's command line and image survive a second NMI" {
	put /etc/default/salvor 'KDUMP_COMMANDLINE_APPEND="sysctl.kernel.unknown_nmi_panic=1"'
	kdumpctl start
	found second-nmi degraded 1 "sysctl.kernel.unknown_nmi_panic=1"
	rm "$MACHINE/etc/default/salvor"
	kdumpctl start
	found second-nmi ok 0
	put /sys/module/hpwdt/parameters/pretimeout Y
	found second-nmi degraded 1 "kdumpctl reload"
	kdumpctl reload
	found second-nmi ok 0
	put /image/etc/sysctl.d/50-mine.conf 'kernel.panic_on_io_nmi = 1'
	found second-nmi degraded 1 "/etc/sysctl.d/50-mine.conf"
	put /image/etc/sysctl.d/50-mine.conf '# kernel.panic_on_io_nmi = 1'
	found second-nmi ok 0
}

@test "R3: what the production kernel has for NMIs does not reach the capture kernel" {
	put /proc/cmdline "root=/dev/vda crashkernel=256M unknown_nmi_panic sysctl.kernel.panic_on_io_nmi=1"
	kdumpctl restart
	found second-nmi ok 0
}

@test "R11: crash_kexec_post_notifiers: on the command line; by the kernel itself" {
	local plain
	plain=$(cat "$MACHINE/proc/cmdline")
	put /proc/cmdline "$plain crash_kexec_post_notifiers"
	found notifiers degraded 1
	put /proc/cmdline "$plain crash_kexec_post_notifiers=N"
	found notifiers ok 0
	put /sys/module/kernel/parameters/crash_kexec_post_notifiers Y
	found notifiers ok 0 "by the kernel itself"
}

@test "R2: each of the NMI settings alone, now and after the next boot" {
	for key in unknown_nmi_panic panic_on_unrecovered_nmi panic_on_io_nmi; do
		put /proc/sys/kernel/$key 0
		found nmi degraded 1 "kernel.$key is 0"
		put /proc/sys/kernel/$key 1
		found nmi ok 0
		put /etc/sysctl.d/60-other.conf "kernel.$key=0"
		found nmi degraded 1 "kernel.$key is 1, but /etc/sysctl.d/60-other.conf makes it 0 at the next boot"
		rm "$MACHINE/etc/sysctl.d/60-other.conf"
	done
	rm "$MACHINE/etc/sysctl.d/50-mine.conf"
	found nmi degraded 1 "nothing makes it so at the next boot"
}

@test "sysctl.d: of files of one name the first directory's counts, and the last name wins" {
	put /usr/lib/sysctl.d/50-mine.conf "kernel.unknown_nmi_panic=0"
	found nmi ok 0
	put /usr/lib/sysctl.d/70-other.conf "kernel.unknown_nmi_panic = 0"
	found nmi degraded 1 "/usr/lib/sysctl.d/70-other.conf"
	put /etc/sysctl.d/80-last.conf "kernel.unknown_nmi_panic = 1"
	found nmi ok 0
}

@test "R8: hard lockups; the detector that is off; soft ones are a choice" {
	put /proc/sys/kernel/hardlockup_panic 0
	found lockups degraded 1 "kernel.hardlockup_panic is 0"
	put /proc/sys/kernel/hardlockup_panic 1
	found lockups ok 0
	put /proc/sys/kernel/nmi_watchdog 0
	found lockups note 0 "the hard lockup detector is off"
	put /proc/sys/kernel/hung_task_panic 0
	found hangs note 0 "kernel.hung_task_panic = 1"
}

@test "R9: kernel.panic; an oops" {
	put /proc/sys/kernel/panic 0
	found panic degraded 1 "kernel.panic is 0"
	put /proc/sys/kernel/panic -1
	found panic ok 0
	put /proc/sys/kernel/panic_on_oops 0
	found oops degraded 1 "kernel.panic_on_oops is 0"
}

@test "R10: the SysRq mask" {
	for case in 0:degraded:1 438:degraded:1 1:ok:0 8:ok:0 446:ok:0; do
		IFS=: read -r value state status_wanted <<<"$case"
		put /proc/sys/kernel/sysrq "$value"
		found sysrq "$state" "$status_wanted"
	done
}

@test "R4: watchdogs: too short, without warning, with one, one that cannot" {
	watchdog 0 iTCO_wdt 10
	found watchdog lost 2 "resets the machine 10 s after a crash"
	watchdog 0 iTCO_wdt 60
	found watchdog note 0 "its driver cannot warn"
	watchdog 0 iTCO_wdt 60 0 panic
	found watchdog degraded 1 "WDIOC_SETPRETIMEOUT"
	put /etc/systemd/system.conf.d/10-mine.conf $'[Manager]\nRuntimeWatchdogSec=60'
	found watchdog degraded 1 "check --fix (RuntimeWatchdogPreSec=10 and RuntimeWatchdogPreGovernor=panic in /etc/systemd"
	watchdog 0 iTCO_wdt 60 10 noop
	found watchdog degraded 1 "ends in noop"
	found watchdog degraded 1 "check --fix (/etc/udev/rules.d/99-zz-salvor.rules"
	put /sys/class/watchdog/watchdog0/pretimeout_available_governors noop
	found watchdog degraded 1 "the module pretimeout_panic is not loaded"
	# its NMI makes a panic without a governor
	watchdog 0 'HPE iLO2+ HW Watchdog Timer' 60 9 noop
	found watchdog ok 0
	watchdog 0 iTCO_wdt 60 10 panic
	found watchdog ok 0
	put /sys/class/watchdog/watchdog0/state inactive
	kdumpctl start
	found watchdog ok 0 "no watchdog runs"
}

@test "R4: a watchdog of QEMU: what to tell QEMU" {
	watchdog 0 'i6300ESB timer' 60
	found watchdog degraded 1 "-action watchdog=inject-nmi"
}

@test "R7: a watchdog that the image does not feed and that has less time than a dump" {
	watchdog 0 iTCO_wdt 40 10 panic
	found watchdog ok 0
	: >"$MACHINE/image/etc/salvor/watchdog"
	found watchdog lost 2 "the image does not feed it"
	put /sys/class/watchdog/watchdog0/timeout 300
	found watchdog ok 0
}

@test "systemd's watchdog: its time, in its words, the last file wins" {
	watchdog 0 iTCO_wdt 60 10 panic
	put /etc/systemd/system.conf $'[Manager]\nRuntimeWatchdogSec=20s'
	found systemd-watchdog lost 2 "RuntimeWatchdogSec=60"
	put /etc/systemd/system.conf.d/10-mine.conf $'[Manager]\nRuntimeWatchdogSec = 1min 30s'
	found systemd-watchdog ok 0 "leaves 90 s"
	put /etc/systemd/system.conf.d/10-mine.conf $'[Manager]\nRuntimeWatchdogSec=off'
	found systemd-watchdog none 0
	rm -r "$MACHINE/sys/class/watchdog"
	rm "$MACHINE/etc/systemd/system.conf.d/10-mine.conf"
	kdumpctl start
	found systemd-watchdog note 0
}

@test "R5: hpwdt: not there on HPE, without NMI, with a timer that goes on" {
	put /sys/class/dmi/id/sys_vendor HPE
	put /etc/default/salvor 'NMI_HOST=ilo.example NMI_CREDENTIALS=/c'
	fake nmi-send </dev/null
	found hpwdt degraded 1 "modprobe hpwdt"
	put /sys/module/hpwdt/parameters/pretimeout N
	put /sys/module/hpwdt/parameters/kdumptimeout -1
	kdumpctl start
	found hpwdt degraded 1 "options hpwdt pretimeout=1 kdumptimeout=-1"
	put /sys/module/hpwdt/parameters/pretimeout Y
	found hpwdt ok 0
	put /sys/module/hpwdt/parameters/kdumptimeout 0
	found hpwdt degraded 1 "kdumptimeout is 0"
}

@test "R6: ipmi_watchdog: each of its settings" {
	local dir=/sys/module/ipmi_watchdog/parameters
	put $dir/preaction pre_nmi
	put $dir/preop preop_panic
	put $dir/pretimeout 120
	found ipmi-watchdog ok 0
	put $dir/pretimeout 20
	found ipmi-watchdog degraded 1 "its warning comes 20 s before the reset"
	put $dir/pretimeout 120
	put $dir/preaction pre_none
	found ipmi-watchdog degraded 1 "preaction=pre_nmi preop=preop_panic pretimeout=120 timeout=180"
	put $dir/preaction pre_nmi
	put $dir/preop preop_none
	found ipmi-watchdog degraded 1 "preop is preop_none"
}

@test "R12: the BMC: asked by IPMI, by Redfish, not at all" {
	put /sys/class/dmi/id/sys_vendor "Dell Inc."
	put /dev/ipmi0 ''
	fake ipmitool <<<'exit 1'
	found nmi-source unknown 1 "install ipmitool"
	fake ipmitool <<<'echo " 04 20 20 20 20"'
	found nmi-source ok 0 "offers a diagnostic interrupt"
	called '^ipmitool raw 0x00 0x00'
	fake ipmitool <<<'echo " 0b 20 20 20 20"'
	found nmi-source degraded 1 "no diagnostic interrupt"
	put /etc/default/salvor 'NMI_HOST=bmc.example NMI_CREDENTIALS=/etc/salvor/bmc NMI_CACERT=/etc/salvor/bmc.pem'
	fake nmi-send </dev/null
	found nmi-source ok 0 "offers Nmi by Redfish"
	called '^nmi-send redfish --check --credentials /etc/salvor/bmc --cacert /etc/salvor/bmc.pem bmc.example'
	fake nmi-send <<<'echo "nmi-send: bmc.example does not offer Nmi, only: On" >&2; exit 3'
	found nmi-source degraded 1 "does not offer Nmi"
	rm "$MACHINE/etc/default/salvor" "$MACHINE/dev/ipmi0"
	put /sys/class/dmi/id/sys_vendor "A board"
	found nmi-source degraded 1 "modprobe ipmi_si"
}

@test "R13: debuggers: xmon on POWER, kgdb where a panic does not reboot" {
	local plain
	plain=$(cat "$MACHINE/proc/cmdline")
	put /proc/cmdline "$plain kgdboc=ttyS0"
	found debugger ok 0
	put /proc/sys/kernel/panic 0
	run kdumpctl check --json
	jq -e '.checks[] | select(.check == "debugger") | .state == "degraded"' <<<"$output"
	put /proc/sys/kernel/panic 30
	export FAKE_ARCH=ppc64le
	kdumpctl restart
	for word in xmon xmon=on xmon=rw; do
		put /proc/cmdline "$plain $word"
		run kdumpctl check --json
		jq -e '.checks[] | select(.check == "debugger") | .state == "degraded" and (.fix | contains("xmon=off"))' <<<"$output"
	done
	put /proc/cmdline "$plain xmon=on xmon=off"
	run kdumpctl check --json
	jq -e '.checks[] | select(.check == "debugger") | .state == "ok"' <<<"$output"
	put /proc/cmdline "$plain"
	put /sys/kernel/debug/powerpc/xmon 1
	run kdumpctl check --json
	jq -e '.checks[] | select(.check == "debugger") | .state == "degraded"' <<<"$output"
	jq -e '.checks[] | select(.check == "nmi") | .state == "ok"' <<<"$output"
}

@test "s390: what a PSW restart does" {
	export FAKE_ARCH=s390x
	kdumpctl restart
	put /sys/firmware/shutdown_actions/on_restart stop
	run kdumpctl check --json
	jq -e '.checks[] | select(.check == "nmi") | .state == "degraded" and .fix == "chshut restart kdump"' <<<"$output"
	put /sys/firmware/shutdown_actions/on_restart kdump
	run kdumpctl check --json
	jq -e '.checks[] | select(.check == "nmi") | .state == "ok"' <<<"$output"
}

@test "R13: arm64: the firmware's diagnostic event" {
	export FAKE_ARCH=aarch64
	kdumpctl restart
	found nmi note 0 "SysRq"
	put /sys/firmware/acpi/tables/AGDI x
	found nmi ok 0
}

@test "values that are no numbers, and shell in them, do nothing" {
	put /proc/sys/kernel/sysrq "REPLY[\$(touch $BATS_TEST_TMPDIR/owned)]"
	put /proc/sys/kernel/panic 'x'
	put /etc/sysctl.d/70-bad.conf "kernel.panic_on_oops = REPLY[\$(touch\${IFS}$BATS_TEST_TMPDIR/owned)]"
	run kdumpctl check
	[ "$status" -eq 1 ]
	[ ! -e "$BATS_TEST_TMPDIR/owned" ]
}

@test "check changes nothing" {
	kdumpctl check >/dev/null || :
	before=$(tree)
	put /proc/sys/kernel/sysrq 0
	changed=$(tree)
	run kdumpctl check
	[ "$(tree)" = "$changed" ]
	[ "$before" != "$changed" ]
}

@test "usage" {
	for words in "--frob" "--fix --undo" "--dry-run" "--json --fix"; do
		# shellcheck disable=SC2086
		run kdumpctl check $words
		[ "$status" -eq 2 ]
		[[ $output == *"kdumpctl --help"* ]]
	done
}

@test "fadump: registered, with an image that has the module" {
	rm -rf "${MACHINE:?}"
	fadump_machine
	put /proc/meminfo 'MemTotal: 8192000 kB'
	export FAKE_ARCH=ppc64le
	kdumpctl start
	run kdumpctl check --json
	jq -e '.mode == "fadump" and (.checks[] | select(.check == "loaded") | .state == "ok")' <<<"$output"
	jq -e '.checks[] | select(.check == "current") | .state == "ok"' <<<"$output"
	put /sys/kernel/fadump/registered 0
	run kdumpctl check --json
	[ "$status" -eq 2 ]
	jq -e '.checks[] | select(.check == "loaded") | .state == "lost"' <<<"$output"
}
