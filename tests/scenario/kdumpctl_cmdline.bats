#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The capture kernel's command line.

# shellcheck disable=SC2154 # the helpers set top, bats the rest
load kdumpctl_helpers

setup() {
	machine
	mkdir -p "$MACHINE/etc/sysconfig"
}

# cmdline TEXT: what kexec is given when the running kernel has TEXT
cmdline() {
	echo "$1" >"$MACHINE/proc/cmdline"
	kdumpctl start >/dev/null
	sed -n 's/^kexec .*--command-line=//p' "$CALLS" | tail -n 1
}

has() { [[ " $line " == *" $1 "* ]] || { echo "no '$1' in: $line" && return 1; }; }
lacks() { [[ " $line " != *" $1"* ]] || { echo "'$1' in: $line" && return 1; }; }

@test "reservations, panics and watchdogs are not handed down; console and root are" {
	line=$(cmdline "BOOT_IMAGE=/v crashkernel=1G,high crashkernel=64M,low root=UUID=1-2 ro console=ttyS0,115200 hugepages=900 panic_on_oops=1 softlockup_panic nmi_watchdog=1 hung_task_panic=1 oops=panic maxcpus=8 isolcpus=2-7 quiet")
	for word in crashkernel hugepages panic_on_oops softlockup_panic nmi_watchdog hung_task_panic oops= maxcpus isolcpus BOOT_IMAGE; do
		lacks "$word"
	done
	for word in root=UUID=1-2 ro console=ttyS0,115200 quiet nr_cpus=1 irqpoll reset_devices panic=10; do
		has "$word"
	done
}

@test "hpwdt, whose NMI handler panics, is told not to where the machine has it" {
	line=$(cmdline "root=/dev/vda hpwdt.pretimeout=1")
	has hpwdt.pretimeout=1
	lacks hpwdt.kdumptimeout
	mkdir -p "$MACHINE/sys/module/hpwdt"
	line=$(cmdline "root=/dev/vda")
	has hpwdt.pretimeout=0
	has hpwdt.kdumptimeout=0
}

@test "a dash and an underscore are the same parameter" {
	line=$(cmdline "panic-on-oops=1 a-b=1")
	lacks panic-on-oops
	has a-b=1
}

@test "quoted values stay whole" {
	line=$(cmdline 'dyndbg="file a.c +p" log_buf_len=16M foo')
	has 'dyndbg="file a.c +p"'
	lacks log_buf_len
	has foo
}

@test "no sysctl of the production system, and no panic by taint" {
	line=$(cmdline "sysctl.vm.nr_hugepages=900 sysctl/kernel.panic_on_warn=1 panic_on_taint=0x20 sysctlfoo=1")
	lacks sysctl.vm
	lacks sysctl/
	lacks panic_on_taint
	has sysctlfoo=1
}

@test "what is meant for init ends before our own words" {
	line=$(cmdline "root=/dev/vda quiet -- single crashkernel=1G")
	has quiet
	lacks --
	lacks single
	has reset_devices
}

@test "a parameter in quotes is removed like others" {
	line=$(cmdline '"crashkernel=1G,high" "panic" "log_buf_len=16M" "dyndbg=file a.c +p" foo')
	lacks '"crashkernel'
	lacks '"panic'
	lacks '"log_buf_len'
	has '"dyndbg=file a.c +p"'
	has foo
}

@test "names that only begin alike stay" {
	line=$(cmdline "panic_timeout_x=3 ipv6.disable=1 initrd_x=1")
	has panic_timeout_x=3
	has ipv6.disable=1
	has initrd_x=1
}

@test "KDUMP_COMMANDLINE replaces, _REMOVE removes also ours, _APPEND comes last" {
	printf '%s\n' 'KDUMP_COMMANDLINE="console=hvc0 crashkernel=1G foo=1"' 'KDUMP_COMMANDLINE_REMOVE="irqpoll foo"' \
		'KDUMP_COMMANDLINE_APPEND="nr_cpus=4"' >"$MACHINE/etc/sysconfig/kdump"
	line=$(cmdline "root=/dev/other")
	lacks root=/dev/other
	lacks crashkernel
	lacks irqpoll
	lacks foo
	has console=hvc0
	[[ $line == *" nr_cpus=4" ]]
}

@test "root= and its type stay for dump_to_rootfs; without root= the image goes into a ramfs" {
	line=$(cmdline "root=/dev/vda rootfstype=ext4 rootflags=noatime")
	has root=/dev/vda
	has rootfstype=ext4
	has rootflags=noatime
	lacks rootfstype=ramfs
	line=$(cmdline "console=ttyS1")
	has rootfstype=ramfs
}

@test "each architecture has its own" {
	export FAKE_ARCH=ppc64le
	line=$(cmdline "root=/dev/sda")
	has noirqdistrib
	lacks irqpoll
	lacks mce
	export FAKE_ARCH=aarch64
	line=$(cmdline "root=/dev/sdb")
	has swiotlb=noforce
	lacks numa=off
}

# processors N [FLAG]: /proc/cpuinfo of N processors with the APIC ids 4, 6, 8, …
processors() {
	local i
	for ((i = 0; i < $1; i++)); do
		printf 'processor\t: %d\nvendor_id\t: GenuineIntel\napicid\t\t: %d\ninitial apicid\t: %d\nflags\t\t: fpu vme%s\n\n' \
			$i $((4 + 2 * i)) $((4 + 2 * i)) "${2:+ $2}"
	done >"$MACHINE/proc/cpuinfo"
}

reserve() { echo $(($1 * 1048576)) >"$MACHINE/sys/kernel/kexec_crash_size"; }

@test "x86_64: as many processors as the reservation has room for, and never the one the machine booted with" {
	processors 64
	for pair in 128:1 160:1 192:2 256:3 512:7 1024:8; do
		reserve "${pair%:*}"
		line=$(cmdline "root=/dev/vda disable_cpu_apicid=99")
		has "nr_cpus=${pair#*:}"
		lacks disable_cpu_apicid=99
		if [ "${pair#*:}" = 1 ]; then lacks disable_cpu_apicid; else has disable_cpu_apicid=4; fi
	done
	processors 2
	line=$(cmdline "root=/dev/vda")
	has nr_cpus=2
	processors 1
	line=$(cmdline "root=/dev/vda")
	has nr_cpus=1
}

@test "x86_64: 96 MiB are enough, with one processor" {
	processors 8
	reserve 96
	line=$(cmdline "root=/dev/vda")
	has nr_cpus=1
}

@test "x86_64: one processor where a second one might not start, or might reset the machine" {
	processors 8 tdx_guest
	line=$(cmdline "root=/dev/vda")
	has nr_cpus=1
	processors 8
	mkdir -p "$MACHINE/sys/hypervisor"
	echo xen >"$MACHINE/sys/hypervisor/type"
	line=$(cmdline "root=/dev/vda")
	has nr_cpus=1
	rm "$MACHINE/sys/hypervisor/type"
	sed -i /apicid/d "$MACHINE/proc/cpuinfo"
	line=$(cmdline "root=/dev/vda")
	has nr_cpus=1
}

@test "another number of processors is loaded anew" {
	processors 1
	line=$(cmdline "root=/dev/vda")
	has nr_cpus=1
	processors 2
	line=$(cmdline "root=/dev/vda")
	has nr_cpus=2
}
