# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A machine in a directory for kdumpctl, and programs that note how they were called. Used by kdumpctl*.bats.

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
KVER=6.1.0-test

# fake NAME: a program from standard input; $MACHINE and $CALLS are known to it
fake() {
	{
		printf '#!/bin/bash\nMACHINE=%q CALLS=%q\n' "$MACHINE" "$CALLS"
		printf 'echo "%s $*" >>"$CALLS"\n' "$1"
		cat
	} >"$BIN/$1"
	chmod +x "$BIN/$1"
}

machine() {
	MACHINE=$BATS_TEST_TMPDIR/machine BIN=$BATS_TEST_TMPDIR/bin CALLS=$BATS_TEST_TMPDIR/calls
	mkdir -p "$MACHINE"/{sys/kernel,proc,boot,etc,run,var/lib} "$BIN"
	: >"$CALLS"
	echo "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda ro crashkernel=256M console=ttyS0" >"$MACHINE/proc/cmdline"
	echo 268435456 >"$MACHINE/sys/kernel/kexec_crash_size"
	echo 0 >"$MACHINE/sys/kernel/kexec_crash_loaded"
	echo kernel >"$MACHINE/boot/vmlinuz-$KVER"
	echo 'path /var/crash' >"$MACHINE/etc/kdump.conf"
	echo "TARGET='local' TARGET_FSTYPE='ext4' FINAL_ACTION='default'" >"$MACHINE/resolved"
	programs
	PATH=$BIN:$PATH
}

programs() {
	fake uname <<-'EOF'
		case $1 in -rm) echo "6.1.0-test ${FAKE_ARCH:-x86_64}" ;; esac
	EOF
	fake kdump-capture <<-'EOF'
		[ ! -e "$MACHINE/bad" ] || { echo "/etc/kdump.conf:3: unknown directive 'pat'; did you mean path" >&2; exit 2; }
		case $2 in
		resolve)
			[ ! -e "$MACHINE/unresolvable" ] || { echo "/etc/kdump.conf:1: server.example: no address" >&2; exit 1; }
			cat "$MACHINE/resolved"
			;;
		esac
	EOF
	fake vmcore-filter </dev/null
	# dracut: the last argument is the image; it carries the digest as the module would write it
	fake dracut <<-'EOF'
		[ ! -e "$MACHINE/dracut-fails" ] || { echo "dracut: no space" >&2; exit 1; }
		echo "image of $SALVOR_IMAGE" >"${@: -1}"
		[ -e "$MACHINE/module-fails" ] || echo "digest $SALVOR_DIGEST" >>"${@: -1}"
	EOF
	fake lsinitrd <<-'EOF'
		grep -s digest "${@: -1}" | cut -d' ' -f2
	EOF
	fake kexec <<-'EOF'
		case " $* " in
		*" -u "*) echo 0 >"$MACHINE/sys/kernel/kexec_crash_loaded" ;;
		*)
			[ ! -e "$MACHINE/kexec-fails" ] || { echo "kexec_file_load failed: Operation not permitted" >&2; exit 1; }
			case " $* " in *" -s "*) [ ! -e "$MACHINE/no-file-load" ] || exit 1 ;; esac
			echo 1 >"$MACHINE/sys/kernel/kexec_crash_loaded"
			;;
		esac
	EOF
}

# fadump_machine: the kernel has firmware-assisted dump and registered by itself
fadump_machine() {
	machine
	mkdir -p "$MACHINE/sys/kernel/fadump"
	echo 1 >"$MACHINE/sys/kernel/fadump/enabled"
	echo 1 >"$MACHINE/sys/kernel/fadump/registered"
	echo 1073741824 >"$MACHINE/sys/kernel/fadump/mem_reserved"
	echo "production" >"$MACHINE/boot/initrd.img-$KVER"
}

kdumpctl() { "$top/scripts/kdumpctl" --root "$MACHINE" "$@"; }
called() { grep -q -- "$1" "$CALLS"; }
calls() { grep -c -- "$1" "$CALLS"; }
node() { cat "$MACHINE/sys/kernel/$1"; }

# one_line TEXT: the output is one line and has TEXT in it
one_line() {
	[ "${#lines[@]}" -eq 1 ] || { echo "expected one line, got: $output" && return 1; }
	[[ $output == *"$1"* ]] || { echo "expected '$1' in: $output" && return 1; }
}
