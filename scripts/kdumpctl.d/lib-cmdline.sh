# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The capture kernel's command line: the production kernel's, less what must not happen twice or would take
# memory or kill the capture, plus what a kernel in a small piece of memory on a machine in an unknown state
# needs. Documentation/admin-guide/kdump/kdump.rst of the kernel has the reasons of the usual ones.

# Parameters removed, with or without a value. In the order: reservations; memory takers; reasons to panic or to
# be killed by a watchdog; CPUs that are not there; what belongs to the production userland.
CMDLINE_REMOVE=(
	crashkernel fadump fadump_reserve_mem
	hugepages hugepagesz default_hugepagesz hugetlb_cma hugetlb_free_vmemmap cma kvm_cma_resv_ratio
	log_buf_len swiotlb slub_debug slab_debug page_owner kmemleak trace_buf_size trace_event ftrace
	ftrace_filter kfence.sample_interval transparent_hugepage ramdisk_size movablecore kernelcore
	panic panic_on_taint panic_on_warn panic_on_oops panic_on_unrecovered_nmi panic_on_io_nmi unknown_nmi_panic oops
	nmi_watchdog softlockup_panic hardlockup_panic hung_task_panic softlockup_all_cpu_backtrace
	panic_on_rcu_stall panic_print crash_kexec_post_notifiers kgdbwait
	maxcpus nr_cpus possible_cpus disable_cpu_apicid isolcpus nohz_full rcu_nocbs irqaffinity
	BOOT_IMAGE initrd init rdinit resume resume_offset noresume systemd.unit rd.break rd.shell rd.emergency rd.retry rd.neednet
	rd.lvm.lv rd.lvm.vg rd.luks.uuid rd.md.uuid rd.dm.uuid rd.live.image ip bootdev netroot
	ignition.firstboot
	sysctl # every sysctl.NAME: vm.nr_hugepages, vm.panic_on_oom, …
)

# What the capture kernel and its first processor need, and what each further one is counted with, in MiB: far more than
# the per-CPU area (264 KiB in Debian's 6.12) and a thread of the filter, because adapters may allocate queues for each.
CPU_FIRST_MIB=128 CPU_MIB=64 CPU_MAX=8

# x86_cpus: sets REPLY to the words that say how many processors the capture kernel uses. When the machine crashes on
# another processor than the one it booted with, waking that one up would reset the machine: it must be left out, which
# kernels do by themselves since 5c5682b9f87a (6.9) and older ones when they are told its APIC id; newer ones ignore the
# word. Where that id is unknown, and where the hypervisor does not start processors a second time, there is one.
x86_cpus() {
	local word value rest count=0 boot='' most
	REPLY=nr_cpus=1
	[ -r "$ROOT/proc/cpuinfo" ] && [ ! -e "$ROOT/sys/hypervisor/type" ] || return 0
	while IFS=$': \t' read -r word value rest; do
		case $word in
		processor) count=$((count + 1)) ;;
		apicid) : "${boot:=$value}" ;;
		flags) [[ " $rest " != *" tdx_guest "* ]] || return 0 ;;
		esac
	done <"$ROOT/proc/cpuinfo"
	[ -n "$boot" ] || return 0
	kdump_reserved
	most=$(((REPLY / 1048576 - CPU_FIRST_MIB) / CPU_MIB + 1))
	[ $most -le $CPU_MAX ] || most=$CPU_MAX
	[ $most -le $count ] || most=$count
	REPLY=nr_cpus=1
	[ $most -le 1 ] || REPLY="nr_cpus=$most disable_cpu_apicid=$boot"
}

# cmdline_defaults ARCH: sets REPLY to what is appended. init_on_alloc and kfence cost time and memory for nothing here.
# novmcoredd is not among them: device dumps are welcome.
cmdline_defaults() {
	local words=(reset_devices cgroup_disable=memory udev.children-max=2 panic=10
		transparent_hugepage=never hugetlb_cma=0 cma=0 kfence.sample_interval=0 init_on_alloc=0
		rd.shell=0 rd.emergency=reboot rd.retry=60)
	case $1 in
	x86_64 | i?86)
		x86_cpus
		words+=(irqpoll "$REPLY" mce=off numa=off acpi_no_memhotplug)
		;;
	ppc64le | ppc64) words+=(nr_cpus=1 numa=off noirqdistrib kvm_cma_resv_ratio=0 ehea.use_mcs=0) ;;
	aarch64) words+=(irqpoll nr_cpus=1 swiotlb=noforce) ;;
	s390x) words+=(nr_cpus=1 numa=off vmcp_cma=0) ;;
	*) words+=(nr_cpus=1) ;;
	esac
	# its NMI handler would make a panic of the NMI before the reset, and of a second one of the administrator's, here too
	[ ! -d "$ROOT/sys/module/hpwdt" ] || words+=(hpwdt.pretimeout=0 hpwdt.kdumptimeout=0)
	REPLY="${words[*]}"
}

# cmdline_without TEXT NAME…: sets REPLY to TEXT less those parameters; '-' and '_' are the same to the kernel, which
# also takes a whole parameter in quotes (lib/cmdline.c, next_arg) and sysctl/NAME for sysctl.NAME. A quoted value may
# have spaces. What follows -- is init's, and would take what is appended with it.
cmdline_without() {
	local rest=$1 word name removed out=()
	shift
	removed=" ${*//-/_} "
	while [[ $rest =~ ^[[:space:]]*(([^[:space:]\"]|\"[^\"]*(\"|$))+) ]]; do
		word=${BASH_REMATCH[1]} rest=${rest:${#BASH_REMATCH[0]}}
		[ "$word" != -- ] || break
		name=${word#\"} name=${name%%=*} name=${name%\"}
		[[ $name != sysctl[./]* ]] || name=sysctl
		[[ $removed == *" ${name//-/_} "* ]] || out+=("$word")
	done
	REPLY="${out[*]-}"
}

# capture_cmdline: sets REPLY, for kexec, from the settings and /proc/cmdline
capture_cmdline() {
	local base=$KDUMP_COMMANDLINE remove
	[ -n "$base" ] || { read_node /proc/cmdline && base=$REPLY; }
	read -r -a remove <<<"$KDUMP_COMMANDLINE_REMOVE"
	cmdline_without "$base" "${CMDLINE_REMOVE[@]}"
	base=$REPLY
	cmdline_defaults "$ARCH"
	cmdline_without "$base $REPLY" ${remove[@]+"${remove[@]}"}
	base=$REPLY
	# without root= the image would be unpacked into a tmpfs, which stops at half of the little memory there is
	# (init/do_mounts.c, init_rootfs)
	[[ " $base" == *" root="* ]] || base+=" rootfstype=ramfs"
	REPLY="$base${KDUMP_COMMANDLINE_APPEND:+ $KDUMP_COMMANDLINE_APPEND}"
}

# fadump_append: for bootargs_append. After a firmware-assisted dump the same boot goes on as the production
# system, so nothing is appended that would stay and hurt it, unless the final action is a reboot.
fadump_append() {
	if [ -n "$FADUMP_COMMANDLINE_APPEND" ]; then
		printf '%s\n' "$FADUMP_COMMANDLINE_APPEND"
		return
	fi
	config_get FINAL_ACTION
	case $REPLY in
	reboot | halt | poweroff)
		echo "nr_cpus=16 numa=off cgroup_disable=memory cma=0 kvm_cma_resv_ratio=0 hugetlb_cma=0" \
			"transparent_hugepage=never udev.children-max=2"
		;;
	esac
}
