# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl check: kernel settings (sysctl). A setting counts when the running kernel has it and the next boot will: what
# was typed once with sysctl -w is gone when it is needed.
#
# Why the wanted values: arch/x86/kernel/nmi.c, kernel/panic.c, kernel/kexec_core.c (kexec_should_crash),
# Documentation/admin-guide/sysctl/kernel.rst and sysrq.rst of the kernel.

FIX_FILE=/etc/sysctl.d/99-zz-salvor.conf
BY_FIX="kdumpctl check --fix"

is_number() { [[ $1 =~ ^-?[0-9]{1,9}$ ]]; }

# has_word WORD: on the kernel's command line
has_word() { [[ " $BOOT_CMDLINE " == *" $1 "* ]]; }

# read_boot_file FILE: its settings of kernel.*, into BOOT_VALUE and BOOT_FILE
read_boot_file() {
	local line key
	while IFS= read -r line || [ -n "$line" ]; do
		[[ $line =~ ^[[:space:]]*-?[[:space:]]*kernel[./]([a-z0-9_]+)[[:space:]]*=[[:space:]]*([^[:space:]]*) ]] || continue
		key=${BASH_REMATCH[1]}
		BOOT_VALUE[$key]=${BASH_REMATCH[2]} BOOT_FILE[$key]=${1#"$ROOT"}
	done <"$1"
}

# find_boot_settings: what the next boot sets: the command line, then sysctl.d (sysctl.d(5): by name, and of files of
# one name the one in the first of the directories)
find_boot_settings() {
	local dir file name word
	declare -gA BOOT_VALUE=() BOOT_FILE=()
	declare -A first=()
	read_node /proc/cmdline
	BOOT_CMDLINE=$REPLY
	for word in $BOOT_CMDLINE; do
		case $word in
		sysctl.kernel.*=* | sysctl/kernel/*=*)
			name=${word:14} && name=${name%%=*}
			BOOT_VALUE[$name]=${word#*=} BOOT_FILE[$name]='the kernel command line'
			;;
		panic=*) BOOT_VALUE[panic]=${word#*=} BOOT_FILE[panic]='the kernel command line' ;;
		unknown_nmi_panic) BOOT_VALUE[unknown_nmi_panic]=1 BOOT_FILE[unknown_nmi_panic]='the kernel command line' ;;
		esac
	done
	for dir in /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d /lib/sysctl.d; do
		for file in "$ROOT$dir"/*.conf; do
			name=${file##*/}
			[ ! -r "$file" ] || [ -n "${first[$name]-}" ] || first[$name]=$file
		done
	done
	while IFS= read -r name; do
		[ -z "$name" ] || read_boot_file "${first[$name]}"
	done < <(printf '%s\n' "${!first[@]}" | LC_ALL=C sort)
}

# good KEY VALUE
good() {
	is_number "$2" || return 1
	case $1 in
	# 1 is everything; 8 is dumping
	sysrq) [ "$2" -eq 1 ] || [ $(($2 & 8)) -ne 0 ] ;;
	*) [ "$2" -ne 0 ] ;;
	esac
}

# setting KEY WANTED: succeeds when the kernel has no kernel.KEY, or a good value now and after a boot; else sets REPLY
# to what is wrong, and has --fix write WANTED
setting() {
	local key=$1 now boot
	read_node "/proc/sys/kernel/$key" || return 0
	now=$REPLY boot=${BOOT_VALUE[$key]-}
	if ! good "$key" "$now"; then
		REPLY="kernel.$key is $now"
	elif [ -n "$boot" ] && ! good "$key" "$boot"; then
		REPLY="kernel.$key is $now, but ${BOOT_FILE[$key]} makes it $boot at the next boot"
	elif [ -z "$boot" ] && [[ $key == *nmi* ]]; then
		# the others may be the kernel's own default, these never are
		REPLY="kernel.$key is $now, but nothing makes it so at the next boot"
	else
		return 0
	fi
	[[ " ${FIX_SYSCTL[*]-}" == *" $key="* ]] || FIX_SYSCTL+=("$key=$2")
	return 1
}

# how_to KEY WANTED: sets REPLY to the fix
how_to() { REPLY="$BY_FIX (kernel.$1 = $2 in $FIX_FILE)"; }

# one_setting KEY WANTED GOOD WHY: a check of one setting
one_setting() {
	local wrong
	if [ ! -r "$ROOT/proc/sys/kernel/$1" ]; then
		result none "this kernel has no kernel.$1" "$4" ''
	elif setting "$1" "$2"; then
		result ok "$3" "$4" ''
	else
		wrong=$REPLY
		how_to "$1" "$2"
		result degraded "$wrong" "$4" "$REPLY"
	fi
}

check_oops() {
	one_setting panic_on_oops 1 "an oops ends in a dump" \
		"an oops of a process only kills that process: nothing is saved, and the locks it held stay locked"
}

check_panic() {
	one_setting panic 10 "a panic that cannot be captured ends in a reboot" \
		"when the capture kernel cannot be started the machine would stand still until somebody comes"
}

check_sysrq() {
	local now=0
	! read_node /proc/sys/kernel/sysrq || ! is_number "$REPLY" || now=$REPLY
	one_setting sysrq $((now | 8)) "the keyboard and the serial console may ask for a dump (SysRq c)" \
		"Alt-SysRq-c and a BREAK followed by c are refused without 8 in the mask: on a machine that takes no login they \
are the next way to a dump"
}

# check_nmi_s390: a PSW restart stands for the NMI
check_nmi_s390() {
	local why="a PSW restart from the HMC, or system restart in z/VM, is the way to a dump of a guest that hangs"
	if ! read_node /sys/firmware/shutdown_actions/on_restart; then
		result unknown "/sys/firmware/shutdown_actions/on_restart is missing" "$why" "lsshut shows the actions"
	elif [ "$REPLY" = kdump ]; then
		result ok "a PSW restart ends in a dump" "$why" ''
	else
		result degraded "a PSW restart does $REPLY, not kdump" "$why" "chshut restart kdump"
	fi
}

check_nmi() {
	local key wrong=() list
	local why="the button, BMC and hypervisor can send an NMI to a machine that hangs; without these settings the kernel \
says 'Dazed and confused, but trying to continue' and nothing is saved"
	case $ARCH in
	s390x)
		check_nmi_s390
		return
		;;
	ppc64 | ppc64le)
		result ok "a system reset ends in a dump without any setting" "$why" ''
		return
		;;
	x86_64 | i?86) ;;
	aarch64)
		# its event is a panic, without any setting (drivers/acpi/arm64/agdi.c, a2a591fb76e6)
		if existing /sys/firmware/acpi/tables/AGDI; then
			result ok "the BMC's diagnostic event (AGDI) ends in a dump without any setting" "$why" ''
		else
			result note "the firmware names no diagnostic event (ACPI table AGDI) for a BMC to send" "$why" \
				"SysRq (see sysrq), or a watchdog with pretimeout"
		fi
		return
		;;
	*)
		result none "not known of $ARCH" "$why" ''
		return
		;;
	esac
	for key in unknown_nmi_panic panic_on_unrecovered_nmi panic_on_io_nmi; do
		setting $key 1 || wrong+=("$REPLY")
	done
	printf -v list '%s; ' ${wrong[@]+"${wrong[@]}"}
	if [ ${#wrong[@]} -eq 0 ]; then
		result ok "an NMI ends in a dump" "$why" ''
	else
		result degraded "an NMI is ignored: ${list%; }" "$why" "$BY_FIX ($FIX_FILE)"
	fi
}

check_lockups() {
	local why="a CPU that no longer takes interrupts does not come back; the kernel notices, and would only print it"
	if ! read_node /proc/sys/kernel/nmi_watchdog; then
		result none "this kernel has no hard lockup detector" "$why" ''
	elif [ "$REPLY" = 0 ] && setting hardlockup_panic 1; then
		result note "the hard lockup detector is off, as it has to be in most virtual machines" "$why" \
			"on hardware: sysctl kernel.nmi_watchdog=1"
	else
		one_setting hardlockup_panic 1 "a CPU that is stuck with interrupts off ends in a dump" "$why"
	fi
}

# check_hangs: what is a fault on one machine is a slow disk on another: no --fix
check_hangs() {
	local key off=() list
	local why="they make a dump of a machine that is only half dead, and a reboot of one that is only slow: your choice"
	for key in softlockup_panic hung_task_panic panic_on_rcu_stall; do
		! read_node "/proc/sys/kernel/$key" || good $key "$REPLY" || off+=("$key")
	done
	printf -v list 'kernel.%s = 1, ' ${off[@]+"${off[@]}"}
	if [ ${#off[@]} -eq 0 ]; then
		result ok "soft lockups, hung tasks and RCU stalls end in a dump" "$why" ''
	else
		result note "soft lockups, hung tasks or RCU stalls may go on without a dump: ${off[*]}" "$why" \
			"where you want it, in /etc/sysctl.d: ${list%, }"
	fi
}

# check_debugger: one that takes the panic, or the NMI, for itself waits for a person at the console
check_debugger() {
	local word xmon='' panic=0
	local why="a debugger that is entered first waits for somebody at the console, and nothing is saved"
	for word in $BOOT_CMDLINE; do
		case $word in
		xmon) xmon=early ;;
		xmon=*) xmon=${word#*=} ;;
		esac
	done
	if [[ $ARCH == ppc64* ]]; then
		[ -n "$xmon" ] || ! read_node /sys/kernel/debug/powerpc/xmon || [ "$REPLY" = 0 ] || xmon=on
		case $xmon in
		'' | off) result ok "xmon does not take the system reset for itself" "$why" '' ;;
		*)
			result degraded "xmon is on ($xmon): it takes each crash and system reset" "$why" \
				"xmon=off on the kernel command line, or now: echo 0 > /sys/kernel/debug/powerpc/xmon"
			;;
		esac
		return
	fi
	! read_node /proc/sys/kernel/panic || ! is_number "$REPLY" || panic=$REPLY
	# with a reboot after a panic kgdb leaves it alone (kernel/debug/debug_core.c, kgdb_panic)
	if [[ " $BOOT_CMDLINE" == *" kgdboc="* ]] && [ "$panic" -eq 0 ]; then
		how_to panic 10
		result degraded "kgdb is on (kgdboc=) and kernel.panic is 0: it takes each panic" "$why" "$REPLY"
	else
		result ok "no debugger takes the crash for itself" "$why" ''
	fi
}
