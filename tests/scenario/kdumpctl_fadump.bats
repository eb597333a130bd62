#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdumpctl with firmware-assisted dump on a machine in a directory.

# shellcheck disable=SC2154 # the helpers set top, bats the rest
load kdumpctl_helpers

setup() { fadump_machine; }

@test "registered by the kernel alone is not operational" {
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "registered by the kernel, but /boot/initrd.img-$KVER cannot capture a dump"
}

@test "start rebuilds the production initramfs with the module; then status is operational" {
	run kdumpctl start
	[ "$status" -eq 0 ]
	[[ $output == *"fadump: operational (1024 MiB reserved)"* ]]
	called "^dracut --force --add kdump-capture --kver $KVER"
	grep -qx "image of " "$MACHINE/boot/initrd.img-$KVER"
	grep -q kdump-capture "$MACHINE/etc/dracut.conf.d/50-kdump-capture.conf"
	run kdumpctl status
	[ "$status" -eq 0 ]
	one_line "fadump: operational"
	[ "$(calls ^kexec)" -eq 0 ]
}

@test "start registers when it is not registered, and twice builds once" {
	echo 0 >"$MACHINE/sys/kernel/fadump/registered"
	kdumpctl start
	[ "$(node fadump/registered)" = 1 ]
	kdumpctl start
	[ "$(calls ^dracut)" -eq 1 ]
}

@test "an initramfs made by someone else that has today's module is taken as it is" {
	digest=$(PATH=$BIN:$PATH "$top/dracut-module/50kdump-capture/kdump-digest" --root "$MACHINE" --kernel "$KVER" <"$MACHINE/resolved")
	echo "digest $digest" >"$MACHINE/boot/initrd.img-$KVER"
	run kdumpctl start
	[ "$status" -eq 0 ]
	[ "$(calls ^dracut)" -eq 0 ]
	run kdumpctl status
	[ "$status" -eq 0 ]
}

@test "an initramfs that was replaced since is looked into again" {
	kdumpctl start
	sleep 0.1
	echo "a new production initramfs without it" >"$MACHINE/boot/initrd.img-$KVER"
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "cannot capture a dump"
}

@test "status: the initramfs has an older configuration" {
	kdumpctl start
	echo "TARGET='local' TARGET_FSTYPE='xfs'" >"$MACHINE/resolved"
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "older configuration; run: kdumpctl reload"
}

@test "a name server that is down does not keep it from being registered" {
	kdumpctl start
	kdumpctl stop
	touch "$MACHINE/unresolvable"
	run kdumpctl start
	[ "$status" -eq 0 ]
	[[ $output == *"warning: "*"is used as it is"* ]]
	[ "$(node fadump/registered)" = 1 ]
}

@test "stop unregisters" {
	kdumpctl start
	run kdumpctl stop
	[ "$status" -eq 0 ]
	[ "$(node fadump/registered)" = 0 ]
	run kdumpctl status
	[ "$status" -eq 3 ]
	one_line "not registered"
}

@test "the old names below /sys/kernel" {
	rm -r "$MACHINE/sys/kernel/fadump"
	echo 1 >"$MACHINE/sys/kernel/fadump_enabled"
	echo 0 >"$MACHINE/sys/kernel/fadump_registered"
	run kdumpctl start
	[ "$status" -eq 0 ]
	[ "$(node fadump_registered)" = 1 ]
}

@test "bootargs_append: nothing that would stay when the boot goes on" {
	: >"$MACHINE/sys/kernel/fadump/bootargs_append"
	kdumpctl start
	[ -z "$(tr -d '\n' <"$MACHINE/sys/kernel/fadump/bootargs_append")" ]
}

@test "bootargs_append: memory savers when a reboot follows anyway" {
	: >"$MACHINE/sys/kernel/fadump/bootargs_append"
	echo "TARGET='local' TARGET_FSTYPE='ext4' FINAL_ACTION='reboot'" >"$MACHINE/resolved"
	kdumpctl start
	grep -q "numa=off" "$MACHINE/sys/kernel/fadump/bootargs_append"
}

@test "FADUMP_COMMANDLINE_APPEND is taken as it is" {
	: >"$MACHINE/sys/kernel/fadump/bootargs_append"
	mkdir -p "$MACHINE/etc/sysconfig"
	echo 'FADUMP_COMMANDLINE_APPEND="nr_cpus=2"' >"$MACHINE/etc/sysconfig/kdump"
	kdumpctl start
	[ "$(node fadump/bootargs_append)" = nr_cpus=2 ]
}

@test "no production initramfs: one line" {
	rm "$MACHINE/boot/initrd.img-$KVER"
	run kdumpctl start
	[ "$status" -eq 1 ]
	one_line "no initramfs of kernel $KVER"
	run kdumpctl status
	[ "$status" -eq 3 ]
}

@test "dracut that fails leaves the production initramfs alone" {
	touch "$MACHINE/dracut-fails"
	run kdumpctl start
	[ "$status" -eq 1 ]
	[ "$(cat "$MACHINE/boot/initrd.img-$KVER")" = production ]
	[ ! -e "$MACHINE/boot/initrd.img-$KVER.kdump-new" ]
}

@test "a kernel that does not take the registration is reported" {
	echo 0 >"$MACHINE/sys/kernel/fadump/registered"
	ln -sf /dev/null "$MACHINE/sys/kernel/fadump/registered" # swallows what is written
	run kdumpctl start
	[ "$status" -eq 1 ]
	[[ $output == *"the kernel did not take 1"* ]]
}

@test "showmem" {
	run kdumpctl showmem
	one_line "fadump: 1024 MiB reserved"
}
