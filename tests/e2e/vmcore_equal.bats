#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What vmcore-filter writes holds the same pages, with the same bytes, as what makedumpfile writes, on raw
# copies of the /proc/vmcore of a kexec kdump (x86_64) and of a firmware-assisted dump (ppc64le).

load support
load crash
load stacks

CODECS='zstd lzo zlib snappy'

save_raw='#!/bin/sh
mkdir -p /run/raw
for disk in /sys/block/vd*; do
	[ "$(cat $disk/serial)" = raw ] && mount -t ext4 /dev/${disk##*/} /run/raw
done
cat /proc/vmcore >/run/raw/vmcore
umount /run/raw'

# The production initramfs would take the guest minutes to make again: a second archive behind it adds the script,
# and a configuration that names it.
add_to_initrd() {
	local add=$WORK/add conf=etc/salvor/capture.conf
	mkdir -p "$add/${conf%/*}" "$add/usr/local/sbin"
	in_lab sh -c "zstd -dc '$WORK/guest.img.initrd' | cpio -i --to-stdout --quiet $conf" |
		sed '/^KDUMP_PRE=/d' >"$add/$conf"
	grep -q '^TARGET=' "$add/$conf"
	echo "KDUMP_PRE='/usr/local/sbin/save-raw'" >>"$add/$conf"
	printf '%s\n' "$save_raw" >"$add/usr/local/sbin/save-raw"
	chmod 755 "$add/usr/local/sbin/save-raw"
	in_lab sh -c "cd '$add' && find . | cpio -o -H newc --quiet | zstd -q" >>"$WORK/guest.img.initrd"
}

# raw_vmcore ARCH MEMORY APPEND: $WORK/ARCH.vmcore, copied by a kdump_pre script in the capture environment
raw_vmcore() {
	local arch=$1
	truncate -s 4G "$WORK/raw.img"
	mke2fs -q -F -t ext4 -L raw "$WORK/raw.img"
	cat >"$WORK/job" <<-END
	if [ \$BOOT -gt 2 ]; then
		systemctl poweroff
		exit
	fi
	if [ $arch = x86_64 ]; then
		cat >/usr/local/sbin/save-raw <<-'SCRIPT'
		$save_raw
		SCRIPT
		chmod 755 /usr/local/sbin/save-raw
		echo 'kdump_pre /usr/local/sbin/save-raw' >/etc/kdump.conf
		kdumpctl start; echo "@job start=\$?"
	fi
	find /usr -xdev -type f -size -200k -exec cat {} + >/dev/null
	sync
	echo 1 >/proc/sys/kernel/sysrq
	echo c >/proc/sysrq-trigger
	END
	[ "$arch" = x86_64 ] || add_to_initrd
	run_guest "$arch" 1200 --mem "$2" --append "$3" --disk "$WORK/raw.img,serial=raw"
	mv "$WORK/console.txt" "$WORK/console-$arch.txt"
	mkdir -p "$WORK/raw"
	"$LAB" extract "$WORK/raw.img" /vmcore "$WORK/raw"
	mv "$WORK/raw/vmcore" "$WORK/$arch.vmcore"
	rm -f "$WORK/raw.img" "$WORK/guest.img"
}

setup_file() {
	fresh_guest x86_64
	raw_vmcore x86_64 1024 "crashkernel=192M"
	mv "$WORK" "$WORK.x86_64"
	fresh_guest ppc64le
	raw_vmcore ppc64le 2048 "fadump=nocma crashkernel=512M"
	mv "$WORK.x86_64/"* "$WORK/"
	rmdir "$WORK.x86_64"
	"$LAB" in makedumpfile makedumpfile -v 2>&1 | head -1 | sed 's/^/# /' >&3
	stat -c '# %s bytes %n' "$WORK/"*.vmcore >&3
}

# theirs ARCH OPTION…: makedumpfile of that architecture
theirs() {
	local part=makedumpfile
	[ "$1" = x86_64 ] || part=makedumpfile-ppc64el
	shift
	"$LAB" in "$part" makedumpfile --message-level 4 -f "$@"
}
filter() { "$TOP/build/vmcore-filter" "$@"; }
compare() { "$TOP/build/tests/tools/compare-dumps" "$@"; }

# same_pages ARCH LEVEL
same_pages() {
	local codec
	theirs "$1" -l -d "$2" "$WORK/$1.vmcore" "$WORK/theirs"
	for codec in $CODECS; do
		filter --compress "$codec" -f -d "$2" "$WORK/$1.vmcore" "$WORK/ours"
		compare "$WORK/ours" "$WORK/theirs"
		# one thread writes the same file as many
		if [ "$codec" = zstd ]; then
			filter --compress zstd -f -d "$2" --num-threads 1 "$WORK/$1.vmcore" "$WORK/ours-serial"
			cmp "$WORK/ours" "$WORK/ours-serial"
		fi
	done
	rm -f "$WORK/ours" "$WORK/ours-serial" "$WORK/theirs"
}

# true_pages ARCH LEVEL: where makedumpfile is no oracle. On this kernel (ppc64 with 4 KiB pages) 1.7.8 leaves out pages of
# the kernel's own text at level 31 and keeps free pages at all. Here every page must have the bytes it has in
# makedumpfile's level 0, and the kernel's first pages must be kept; that crash opens level 31 is tested below.
true_pages() {
	local codec
	theirs "$1" -l -d 0 "$WORK/$1.vmcore" "$WORK/theirs"
	for codec in $CODECS; do
		filter --compress "$codec" -f -d "$2" "$WORK/$1.vmcore" "$WORK/ours"
		compare --pages-only --subset "$WORK/ours" "$WORK/theirs"
		compare --list "$WORK/ours" >"$WORK/list.txt"
		head -n 1 "$WORK/list.txt" | grep -Eq '^0-0x[0-9a-f]{3,}$'
	done
	rm -f "$WORK/ours" "$WORK/theirs"
}

@test "vmcore_equal: x86_64, level 0, every codec" { same_pages x86_64 0; }
@test "vmcore_equal: x86_64, level 1, every codec" { same_pages x86_64 1; }
@test "vmcore_equal: x86_64, level 17, every codec" { same_pages x86_64 17; }
@test "vmcore_equal: x86_64, level 23, every codec" { same_pages x86_64 23; }
@test "vmcore_equal: x86_64, level 31, every codec" { same_pages x86_64 31; }
@test "vmcore_equal: ppc64le, level 0, every codec" { same_pages ppc64le 0; }
@test "vmcore_equal: ppc64le, level 1, every codec" { same_pages ppc64le 1; }
@test "vmcore_equal: ppc64le, level 17: bytes as in level 0, the kernel kept" { true_pages ppc64le 17; }
@test "vmcore_equal: ppc64le, level 23: bytes as in level 0, the kernel kept" { true_pages ppc64le 23; }
@test "vmcore_equal: ppc64le, level 31: bytes as in level 0, the kernel kept" { true_pages ppc64le 31; }

# warnings of crash, without what differs from run to run
warnings() { grep -i 'warning\|error\|invalid' "$1" | sort -u; }

@test "vmcore_equal: crash gives no warning that it does not give for makedumpfile's dump" {
	theirs x86_64 -l -d 31 "$WORK/x86_64.vmcore" "$WORK/theirs"
	filter -f -d 31 "$WORK/x86_64.vmcore" "$WORK/ours"
	for who in ours theirs; do
		crash_says x86_64 "$WORK/$who" $'sys\nbt\nps\nkmem -i' >"$WORK/crash-$who.txt"
		warnings "$WORK/crash-$who.txt" >"$WORK/warnings-$who.txt" || :
		grep -q sysrq_handle_crash "$WORK/crash-$who.txt"
	done
	diff "$WORK/warnings-theirs.txt" "$WORK/warnings-ours.txt"
	diff <(sed -n '/^PID/,$p' "$WORK/crash-theirs.txt") <(sed -n '/^PID/,$p' "$WORK/crash-ours.txt")
}

@test "vmcore_equal: crash opens the ppc64le dump and has the panic task's stack" {
	filter -f -d 31 "$WORK/ppc64le.vmcore" "$WORK/ours"
	crash_says ppc64le "$WORK/ours" 'bt' >"$WORK/crash-ppc64le.txt"
	cat "$WORK/crash-ppc64le.txt"
	grep -q 'sysrq_handle_crash' "$WORK/crash-ppc64le.txt"
}

# Most of a kernel's image is text, which nobody needs for that.
@test "vmcore_equal: x86_64, a target of 12 MiB gets a dump that drgn opens" {
	cut_dump 12 "$WORK/x86_64.vmcore" "$WORK/cut"
	in_lab drgn -q -c "$WORK/cut" -s "$("$LAB" path amd64-kernel)/vmlinux.debug" --no-default-symbols \
		-e "$SAY_RELEASE" | grep '^6\.'
	rm -f "$WORK/cut"
}

@test "vmcore_equal: the log equals makedumpfile's" {
	for arch in x86_64 ppc64le; do
		theirs $arch --dump-dmesg "$WORK/$arch.vmcore" "$WORK/theirs.log" >/dev/null
		filter --dump-dmesg -f "$WORK/$arch.vmcore" "$WORK/ours.log"
		# makedumpfile prints the caller whether or not the kernel records one
		sed -E 's/^(\[ *[0-9]+\.[0-9]+\]) \[ *[TC][0-9]+\] /\1 /' "$WORK/theirs.log" |
			sed -E 's/^ {11}( {15,})/\1/' >"$WORK/theirs.plain"
		diff "$WORK/theirs.plain" "$WORK/ours.log" >"$WORK/log.diff" || head -20 "$WORK/log.diff"
		[ "$(grep -c '^[<>] \[' "$WORK/log.diff")" -eq 0 ]
	done
}

# The same of programs with debuginfo: drgn for x86_64. It does not find the registers of the ppc64le CPUs, and crash
# takes the frame below registers (a running task's first, an interrupted one's) from a place where no return address
# is; its line NIP has ours. So the first frames are left out, and the task of a CPU that was in an interrupt when the
# other one crashed; interrupts' frames are compared on x86_64.
@test "vmcore_equal: stacks of the crashed x86_64 kernel, the panic's among them, as drgn has them" {
	our_stacks "$WORK/x86_64.vmcore" >"$WORK/stacks-ours.txt"
	[ "$(wc -l <"$WORK/stacks-ours.txt")" -gt 50 ]
	diff "$WORK/stacks-ours.txt" <(drgn_stacks x86_64 "$WORK/x86_64.vmcore")
}

@test "vmcore_equal: stacks of the crashed ppc64le kernel, the panic's among them, as crash has them" {
	interrupted_tasks "$WORK/ppc64le.vmcore" >"$WORK/interrupted.txt"
	[ "$(wc -l <"$WORK/interrupted.txt")" -le 1 ]
	our_stacks "$WORK/ppc64le.vmcore" | grep -vf "$WORK/interrupted.txt" | cut -d ' ' -f 1,3- >"$WORK/stacks-ours.txt"
	[ "$(wc -l <"$WORK/stacks-ours.txt")" -gt 50 ]
	crash_stacks ppc64le "$WORK/ppc64le.vmcore" | grep -vf "$WORK/interrupted.txt" | cut -d ' ' -f 1,3- |
		diff "$WORK/stacks-ours.txt" -
}
