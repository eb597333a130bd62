#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdumpctl with kexec kdump on a machine in a directory.

bats_require_minimum_version 1.5.0
# shellcheck disable=SC2154 # the helpers set top, bats the rest
load kdumpctl_helpers

setup() { machine; }

# watchdog STATE TIMEOUT
watchdog() {
	local dog=$MACHINE/sys/class/watchdog/watchdog0
	mkdir -p "$dog/device"
	echo "$1" >"$dog/state"
	echo "$2" >"$dog/timeout"
}

@test "a watchdog that leaves a dump no time is warned of" {
	for case in "active 10 1" "active 60 0" "inactive 10 0"; do
		read -r state timeout warned <<<"$case"
		watchdog "$state" "$timeout"
		run kdumpctl start
		[ "$status" -eq 0 ]
		[ "$(grep -c 'warning: watchdog0 resets' <<<"$output")" -eq "$warned" ]
	done
}

@test "start builds the image, loads it, and says so" {
	run kdumpctl start
	[ "$status" -eq 0 ]
	[[ $output == *"kdump: operational (256 MiB reserved)"* ]]
	[ -s "$MACHINE/var/lib/kdump/initramfs-${KVER}kdump.img" ]
	called "^dracut .*--modules kdump-capture"
	called "^kexec -s -p $MACHINE/boot/vmlinuz-$KVER --initrd=$MACHINE/var/lib/kdump/initramfs-${KVER}kdump.img"
}

@test "the image is built as a kdump image, without the system's dracut settings" {
	kdumpctl start
	grep -qx "image of kdump" "$MACHINE/var/lib/kdump/initramfs-${KVER}kdump.img"
	called "^dracut .*--conf /dev/null --confdir /"
}

@test "start twice loads once" {
	kdumpctl start
	run kdumpctl start
	[ "$status" -eq 0 ]
	one_line "already operational"
	[ "$(calls ^kexec)" -eq 1 ]
	[ "$(calls ^dracut)" -eq 1 ]
}

@test "a changed configuration is built and loaded by the next start" {
	kdumpctl start
	echo "TARGET='local' TARGET_FSTYPE='xfs' FINAL_ACTION='default'" >"$MACHINE/resolved"
	run kdumpctl start
	[ "$status" -eq 0 ]
	[ "$(calls ^dracut)" -eq 2 ]
	[ "$(calls ^kexec)" -eq 2 ]
}

@test "reload loads again without a new image" {
	kdumpctl start
	run kdumpctl reload
	[ "$status" -eq 0 ]
	[ "$(calls ^dracut)" -eq 1 ]
	[ "$(calls '^kexec -s -p /')" -eq 2 ]
}

@test "status before, after start, after stop" {
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "not operational: no capture kernel is loaded"
	kdumpctl start
	run kdumpctl status
	[ "$status" -eq 0 ]
	one_line "kdump: operational"
	run kdumpctl stop
	[ "$status" -eq 0 ]
	[ "$(node kexec_crash_loaded)" = 0 ]
	run kdumpctl status
	[ "$status" -eq 3 ]
}

@test "status: a kernel that something else loaded is not operational" {
	echo 1 >"$MACHINE/sys/kernel/kexec_crash_loaded"
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "not by kdumpctl"
}

@test "force_rebuild builds at each start and loads what was built; reload does not" {
	echo "FORCE_REBUILD='1'" >>"$MACHINE/resolved"
	kdumpctl start
	kdumpctl start
	[ "$(calls ^dracut)" -eq 2 ]
	[ "$(calls '^kexec -s -p /')" -eq 2 ]
	kdumpctl reload
	[ "$(calls ^dracut)" -eq 2 ]
}

@test "force_no_rebuild: an image that is out of date is used, and is what is wanted" {
	kdumpctl start
	kdumpctl stop
	printf '%s\n' "TARGET='local' TARGET_FSTYPE='xfs'" "FORCE_NO_REBUILD='1'" >"$MACHINE/resolved"
	run kdumpctl start
	[ "$status" -eq 0 ]
	[ "$(calls ^dracut)" -eq 1 ]
	run kdumpctl status
	[ "$status" -eq 0 ]
	kdumpctl rebuild
	[ "$(calls ^dracut)" -eq 2 ]
}

@test "force_no_rebuild without an image: one line that says what to do" {
	echo "FORCE_NO_REBUILD='1'" >>"$MACHINE/resolved"
	run kdumpctl start
	[ "$status" -eq 1 ]
	one_line "force_no_rebuild is set in /etc/kdump.conf; run: kdumpctl rebuild"
	[ "$(calls '^dracut\|^kexec')" -eq 0 ]
}

@test "setting force_rebuild does not make an image out of date" {
	kdumpctl start
	echo "FORCE_REBUILD='0'" >>"$MACHINE/resolved"
	kdumpctl reload
	[ "$(calls ^dracut)" -eq 1 ]
}

@test "a kernel built again under the same version: loaded again; other modules: another image" {
	mkdir -p "$MACHINE/lib/modules/$KVER"
	echo one >"$MACHINE/lib/modules/$KVER/modules.dep"
	kdumpctl start
	echo another >"$MACHINE/boot/vmlinuz-$KVER"
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "older build of kernel $KVER; run: kdumpctl reload"
	kdumpctl start
	[ "$(calls '^kexec -s -p /')" -eq 2 ]
	[ "$(calls ^dracut)" -eq 1 ]
	touch -d 2001-01-01 "$MACHINE/lib/modules/$KVER/modules.dep"
	kdumpctl start
	[ "$(calls ^dracut)" -eq 2 ]
}

@test "the configuration is resolved once, and the image gets that" {
	fake dracut <<-'EOF'
		printf '%s\n' "$SALVOR_RESOLVED" >"$MACHINE/handed-over"
		echo "digest $SALVOR_DIGEST" >"${@: -1}"
	EOF
	kdumpctl start
	[ "$(calls '^kdump-capture')" -eq 1 ]
	grep -q "TARGET='local'" "$MACHINE/handed-over"
}

@test "status: the image is missing" {
	kdumpctl start
	rm "$MACHINE/var/lib/kdump/initramfs-${KVER}kdump.img"
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "is missing"
}

@test "start after the image went missing builds it again" {
	kdumpctl start
	rm "$MACHINE/var/lib/kdump/initramfs-${KVER}kdump.img"
	run kdumpctl start
	[ "$status" -eq 0 ]
	[ "$(calls ^dracut)" -eq 2 ]
	run kdumpctl status
	[ "$status" -eq 0 ]
}

@test "a name server that is down does not keep a good image from being loaded" {
	kdumpctl start
	kdumpctl stop
	touch "$MACHINE/unresolvable"
	run kdumpctl start
	[ "$status" -eq 0 ]
	[ "$(node kexec_crash_loaded)" = 1 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == *"warning: "*"is used as it is"*"server.example: no address" ]]
	[[ ${lines[1]} == *"operational"* ]]
	[ "$(calls ^dracut)" -eq 1 ]
	run kdumpctl status
	[ "$status" -eq 0 ]
}

@test "without an image, what cannot be resolved is an error in one line" {
	touch "$MACHINE/unresolvable"
	run kdumpctl start
	[ "$status" -eq 1 ]
	one_line "server.example: no address"
}

@test "status: what is loaded is older than the configuration" {
	kdumpctl start
	echo "TARGET='local' TARGET_FSTYPE='xfs' FINAL_ACTION='default'" >"$MACHINE/resolved"
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "older configuration; run: kdumpctl reload"
	kdumpctl reload
	run kdumpctl status
	[ "$status" -eq 0 ]
}

@test "status: a configuration that is wrong now" {
	kdumpctl start
	touch "$MACHINE/bad"
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "the configuration is wrong: /etc/kdump.conf:3: unknown directive 'pat'"
}

@test "the lock lies where nobody else can take it" {
	kdumpctl start
	[ "$(stat -c '%a %u' "$MACHINE/run/salvor")" = "700 $(id -u)" ]
	[ -e "$MACHINE/run/salvor/kdumpctl.lock" ]
	[ ! -e "$MACHINE/run/lock" ]
	rm -r "$MACHINE/run/salvor" && ln -s /tmp "$MACHINE/run/salvor"
	run kdumpctl start
	[ "$status" -eq 1 ]
	one_line "is not a directory of the user who runs this"
}

@test "no reservation: one line that says what to do" {
	echo 0 >"$MACHINE/sys/kernel/kexec_crash_size"
	echo "root=/dev/vda" >"$MACHINE/proc/cmdline"
	run kdumpctl start
	[ "$status" -eq 1 ]
	one_line "add crashkernel=256M to the kernel command line and reboot"
	[ "$(calls '^kexec\|^dracut')" -eq 0 ]
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "no memory is reserved"
}

@test "crashkernel= that did not take is told apart" {
	echo 0 >"$MACHINE/sys/kernel/kexec_crash_size"
	run kdumpctl start
	[ "$status" -eq 1 ]
	one_line "although crashkernel= is on its command line"
}

@test "no rights: one line, exit 1" {
	if [ "$(id -u)" -eq 0 ]; then
		# its own copy: nobody may not read this tree
		cp -r "$top/scripts" "$BATS_TEST_TMPDIR/scripts"
		echo 'VERSION := 0' >"$BATS_TEST_TMPDIR/Makefile"
		chmod -R a+rX "$BATS_TEST_TMPDIR"
		cp -r "$BATS_TEST_TMPDIR/scripts" "$BATS_TEST_TMPDIR/Makefile" "$(mktemp -d /tmp/kdumpctl-test.XXXXXX)"
		copy=$(echo /tmp/kdumpctl-test.*)
		chmod -R a+rX "$copy"
		run setpriv --reuid 65534 --regid 65534 --clear-groups "$copy/scripts/kdumpctl" start
		rm -rf "$copy"
	else
		run "$top/scripts/kdumpctl" start
	fi
	[ "$status" -eq 1 ]
	one_line "start must be run as root"
}

@test "a bad configuration line: the parser's line, exit 2, nothing loaded" {
	touch "$MACHINE/bad"
	run kdumpctl start
	[ "$status" -eq 2 ]
	one_line "/etc/kdump.conf:3: unknown directive 'pat'"
	[ "$(calls '^kexec\|^dracut')" -eq 0 ]
}

@test "restart with a bad configuration takes nothing away" {
	kdumpctl start
	touch "$MACHINE/bad"
	run kdumpctl restart
	[ "$status" -eq 2 ]
	[ "$(node kexec_crash_loaded)" = 1 ]
}

@test "kexec that fails is reported with its reason" {
	touch "$MACHINE/kexec-fails"
	run kdumpctl start
	[ "$status" -eq 1 ]
	[[ $output == *"kexec could not load /boot/vmlinuz-$KVER: kexec_file_load failed: Operation not permitted"* ]]
	run kdumpctl status
	[ "$status" -eq 3 ]
}

@test "a kernel without the file based system call is loaded the old way" {
	touch "$MACHINE/no-file-load"
	run kdumpctl start
	[ "$status" -eq 0 ]
	called "^kexec -c -p"
}

@test "KEXEC_ARGS choose the system call" {
	mkdir -p "$MACHINE/etc/default"
	echo 'KEXEC_ARGS="-c --reuse"' >"$MACHINE/etc/default/salvor"
	kdumpctl start
	called "^kexec -c --reuse -p"
	run ! called "^kexec -s"
}

@test "a kernel image that is missing" {
	rm "$MACHINE/boot/vmlinuz-$KVER"
	run kdumpctl start
	[ "$status" -eq 1 ]
	one_line "no image of kernel $KVER in /boot"
}

@test "dracut that fails leaves the old image and says what it said" {
	kdumpctl start
	echo "TARGET='local' TARGET_FSTYPE='xfs'" >"$MACHINE/resolved"
	touch "$MACHINE/dracut-fails"
	run kdumpctl rebuild
	[ "$status" -eq 1 ]
	[[ $output == *"dracut: no space"* ]]
	[ -s "$MACHINE/var/lib/kdump/initramfs-${KVER}kdump.img" ]
	[ ! -e "$MACHINE/var/lib/kdump/initramfs-${KVER}kdump.img.new" ]
	[ "$(node kexec_crash_loaded)" = 1 ]
}

@test "an image that dracut made without the module is not taken" {
	touch "$MACHINE/module-fails"
	run kdumpctl start
	[ "$status" -eq 1 ]
	[[ $output == *"without the capture module"* ]]
	[ ! -e "$MACHINE/var/lib/kdump/initramfs-${KVER}kdump.img" ]
	[ "$(calls ^kexec)" -eq 0 ]
}

@test "dracut_args reach dracut as words" {
	echo "DRACUT_ARGS='--add-drivers \"one two\" --foo'" >>"$MACHINE/resolved"
	fake dracut <<-'EOF'
		printf '<%s>' "$@" >"$MACHINE/args"
		echo "digest $SALVOR_DIGEST" >"${@: -1}"
	EOF
	kdumpctl rebuild
	[[ $(cat "$MACHINE/args") == *"<--add-drivers><one two><--foo>"* ]]
}

@test "stop without anything loaded is fine" {
	run kdumpctl stop
	[ "$status" -eq 0 ]
	[ "$(calls ^kexec)" -eq 0 ]
}

@test "showmem" {
	run kdumpctl showmem
	[ "$status" -eq 0 ]
	one_line "kdump: 256 MiB reserved"
}

@test "a second kdumpctl gives up after the time limit" {
	mkdir -m 0700 "$MACHINE/run/salvor"
	exec 8>"$MACHINE/run/salvor/kdumpctl.lock"
	flock 8
	KDUMPCTL_LOCK_LIMIT=1 run kdumpctl start
	exec 8>&-
	[ "$status" -eq 4 ]
	one_line "another kdumpctl has been running for 1 s"
}

@test "usage errors: one line, exit 2" {
	run kdumpctl
	[ "$status" -eq 2 ]
	one_line "a verb is missing"
	run kdumpctl frobnicate
	[ "$status" -eq 2 ]
	one_line "unknown verb frobnicate"
	run kdumpctl --frob start
	[ "$status" -eq 2 ]
	one_line "unknown option --frob"
	run kdumpctl start stop
	[ "$status" -eq 2 ]
	one_line "one verb at a time"
}

@test "--help names every verb, man page and completion too" {
	run "$top/scripts/kdumpctl" --help
	[ "$status" -eq 0 ]
	for verb in start stop restart reload status rebuild showmem; do
		grep -q "^  $verb " <<<"$output"
		grep -qx ".B $verb" "$top/scripts/kdumpctl.8"
		grep -qw "$verb" "$top/scripts/kdumpctl.bash-completion"
	done
}

# resolve INVOCATION_ID: what lib-config.sh resolves on the system itself, whose programs are fakes
resolve() {
	env INVOCATION_ID="$1" bash -c 'ROOT="" CONFIG=/etc/kdump.conf
		. "$0/scripts/kdumpctl.d/lib-config.sh"
		resolve_config && printf "%s" "$RESOLVED" || echo "$RESOLVE_ERROR"' "$top"
}

@test "at a boot, names that are not known yet are waited for; else not" {
	: >"$MACHINE/unresolvable"
	fake systemctl <<-'EOF'
		case $* in
		*is-active*) [ ! -e "$MACHINE/unresolvable" ] ;;
		"start network-online.target") rm "$MACHINE/unresolvable" ;;
		esac
	EOF
	run resolve ''
	[ "$output" = "/etc/kdump.conf:1: server.example: no address" ]
	run ! called "^systemctl start"
	run resolve 1234
	[[ $output == "TARGET='local'"* ]]
	called "^systemctl start network-online.target"
}

@test "with the network up, a name that is not known is an error at once" {
	: >"$MACHINE/unresolvable"
	fake systemctl </dev/null
	run resolve 1234
	[ "$output" = "/etc/kdump.conf:1: server.example: no address" ]
	run ! called "^systemctl start"
}

@test "at a boot, the way to a server is looked up when all networks are up" {
	echo "NET_MAC='of the first network'" >"$MACHINE/way"
	fake kdump-capture <<-'EOF'
		[ "$2" != resolve ] || { echo "TARGET='ssh'" && cat "$MACHINE/way"; }
	EOF
	fake systemctl <<-'EOF'
		case $* in
		*is-active*) grep -q second "$MACHINE/way" ;;
		"start network-online.target") echo "NET_MAC='of the second network'" >"$MACHINE/way" ;;
		esac
	EOF
	run resolve ''
	[[ $output == *first* ]]
	run resolve 1234
	[[ $output == *second* ]]
	[ "$(calls "^systemctl start")" -eq 1 ]
	run resolve 1234
	[[ $output == *second* ]]
	[ "$(calls "^systemctl start")" -eq 1 ]
}

@test "a network that does not come up costs a server's first answer nothing" {
	fake kdump-capture <<-'EOF'
		[ "$2" != resolve ] || echo "TARGET='ssh'"
	EOF
	fake systemctl <<<'false'
	run resolve 1234
	[ "$output" = "TARGET='ssh'" ]
}

@test "at a boot, the devices that the digest is made of are waited for" {
	fake udevadm <<-'EOF'
		[ "$1" != settle ] || : >"$MACHINE/settled"
	EOF
	fake kdump-digest <<-'EOF'
		[ ! -e "$MACHINE/settled" ] && x=0 || x=1
		printf "%064d\n" $x
	EOF
	local id
	for id in '' 1234; do
		run env INVOCATION_ID="$id" bash -c 'ROOT="" CONFIG=/etc/kdump.conf KERNEL=k MODULE_DIR=$1
			. "$0/scripts/kdumpctl.d/lib-config.sh"
			want_digest && echo "$DIGEST"' "$top" "$BIN"
		[ "$output" = "$(printf %064d "${id:+1}")" ]
	done
}
