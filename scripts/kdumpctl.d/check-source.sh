# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl check: who can send the NMI: the hypervisor, or the BMC. A BMC is asked through the machine's own IPMI
# interface, or, where /etc/default/salvor names it (NMI_HOST, NMI_CREDENTIALS, NMI_CACERT), by Redfish.

check_nmi_source() {
	local title
	local why="when the machine hangs somebody outside has to send the NMI; that is found out now or when it is too late"
	find_platform
	platform_fields "$PLATFORM"
	platform_field title
	title=$REPLY
	if platform_field vm; then
		result ok "$title sends NMIs; kdumpctl nmi --here says how" "$why" ''
	elif [ -n "$NMI_HOST" ]; then
		check_redfish_source "$why"
	elif [ "$PLATFORM" = board ] && ! existing /dev/ipmi0 /dev/ipmi/0 /dev/ipmidev/0; then
		result degraded "no BMC and no hypervisor was found" "$why" \
			"if there is a BMC: modprobe ipmi_si ipmi_devintf; without: SysRq (see sysrq), a button on the board, a watchdog with pretimeout"
	else
		check_ipmi_source "$title" "$why"
	fi
}

# check_redfish_source WHY
check_redfish_source() {
	local said
	if said=$(own_bmc --check 2>&1); then
		result ok "$NMI_HOST offers Nmi by Redfish" "$1" ''
	else
		result degraded "${said##*$'\n'}" "$1" "correct NMI_HOST, NMI_CREDENTIALS, NMI_CACERT in /etc/default/salvor; kdumpctl nmi --here has other ways"
	fi
}

# check_ipmi_source TITLE WHY: Get Chassis Capabilities (IPMI 2.0, 28.1): bit 2 is "provides Diagnostic Interrupt"
check_ipmi_source() {
	local said first
	if ! command -v ipmitool >/dev/null || ! said=$(timeout 20 ipmitool raw 0x00 0x00 2>&1); then
		result unknown "$1: nobody has asked the BMC whether it offers NMI" "$2" \
			"install ipmitool and modprobe ipmi_devintf, or name the BMC in /etc/default/salvor: NMI_HOST, NMI_CREDENTIALS"
		return
	fi
	read -r first _ <<<"$said"
	if [[ $first =~ ^[0-9a-fA-F]{2}$ ]] && [ $((16#$first & 4)) -ne 0 ]; then
		result ok "$1: the BMC offers a diagnostic interrupt" "$2" ''
	else
		result degraded "$1: the BMC says that it has no diagnostic interrupt" "$2" \
			"try it once all the same (kdumpctl nmi --here), or use SysRq or a watchdog with pretimeout"
	fi
}
