#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdumpctl nmi: recipes by platform; and what is sent with --yes, to programs that note how they were called.

bats_require_minimum_version 1.5.0
# shellcheck disable=SC2154 # the helpers set top, bats the rest
load kdumpctl_helpers
load check_helpers

setup() {
	machine
	for name in virsh ipmitool nmi-send; do
		fake $name <<<'exit 1'
	done
}

# recipe TEXT: is in the output
recipe() { [[ $output == *"$1"* ]] || { echo "'$1' is not in: $output" && return 1; }; }

@test "--here: each platform knows itself" {
	while IFS='|' read -r node text platform says; do
		rm -rf "${MACHINE:?}/sys/class/dmi" "$MACHINE/proc/device-tree" "$MACHINE/sys/hypervisor" "$MACHINE/proc/sysinfo"
		put "$node" "$text"
		run kdumpctl nmi --here
		[ "$status" -eq 0 ]
		recipe "(--platform $platform)"
		recipe "$says"
	done <<-'EOF2'
		/sys/class/dmi/id/sys_vendor|QEMU|libvirt|virsh inject-nmi
		/sys/class/dmi/id/sys_vendor|Amazon EC2|aws|aws ec2 send-diagnostic-interrupt
		/sys/class/dmi/id/product_name|Google Compute Engine|gcp|gcloud compute instances send-diagnostic-interrupt
		/sys/class/dmi/id/product_name|OpenStack Nova|openstack|openstack server dump create
		/sys/class/dmi/id/chassis_asset_tag|7783-7084-3265-9085-8269-3286-77|azure|az serial-console send nmi
		/sys/class/dmi/id/chassis_asset_tag|OracleCloud.com|oci|SENDDIAGNOSTICINTERRUPT
		/sys/class/dmi/id/sys_vendor|Microsoft Corporation|hyperv|Debug-VM -Name
		/sys/class/dmi/id/sys_vendor|VMware, Inc.|vmware|vmdumper WORLD-ID nmi
		/sys/hypervisor/type|xen|xen|xl trigger
		/sys/class/dmi/id/sys_vendor|HPE|ilo|Generate NMI to System
		/sys/class/dmi/id/sys_vendor|Dell Inc.|idrac|racadm serveraction
		/sys/class/dmi/id/sys_vendor|Lenovo|xcc|/redfish/v1/Systems/1/Actions
		/proc/device-tree/compatible|ibm,powernv|powernv|chassis power diag
		/proc/device-tree/compatible|qemu,pseries|libvirt|virsh inject-nmi
		/proc/device-tree/compatible|IBM,9009-42A|hmc|dumprestart
		/proc/sysinfo|Manufacturer:         IBM|s390|PSW restart
		/sys/class/dmi/id/sys_vendor|Egenera, Inc.|egenera|blade -n
		/sys/class/dmi/id/sys_vendor|A board|board|jumper
	EOF2
}

@test "--here: a machine with a BMC of no name" {
	put /dev/ipmi0 ''
	run kdumpctl nmi --here
	recipe "(--platform ipmi)"
}

@test "--list names each, and each has a way" {
	run kdumpctl nmi --list
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -ge 20 ]
	for line in "${lines[@]}"; do
		run kdumpctl nmi --platform "${line%% *}" a-machine
		[ "$status" -eq 0 ]
		[ "$(grep -c '^  [^dn]' <<<"$output")" -ge 1 ] || { echo "no way: $output" && return 1; }
		[[ $output != *'{'[a-z]*'}'* ]] || { echo "not replaced: $output" && return 1; }
		recipe "Send it once."
	done
}

@test "without --yes nothing is sent" {
	for platform in ipmi redfish libvirt qmp; do
		run kdumpctl nmi --platform $platform a-machine
		[ "$status" -eq 0 ]
	done
	[ ! -s "$CALLS" ] || [ "$(grep -vc '^uname' "$CALLS")" -eq 0 ]
}

@test "what the name looks like: an instance, a domain, a socket, else a BMC" {
	run kdumpctl nmi i-0123456789abcdef0
	recipe "(--platform aws)"
	run kdumpctl nmi ocid1.instance.oc1.x
	recipe "(--platform oci)"
	fake virsh <<<'[ "$1" = domstate ] && [ "$3" = guest7 ]'
	run kdumpctl nmi guest7
	recipe "(--platform libvirt)"
	recipe "virsh inject-nmi guest7"
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$BATS_TEST_TMPDIR/s"
	run kdumpctl nmi "$BATS_TEST_TMPDIR/s"
	recipe "(--platform qmp)"
	run kdumpctl nmi bmc.example
	recipe "(--platform redfish)"
}

credentials() {
	printf 'user=admin\npassword=s3 cret\n' >"$BATS_TEST_TMPDIR/c"
	chmod "$1" "$BATS_TEST_TMPDIR/c"
}

@test "--yes by IPMI: the password is in the environment, not on a command line and not in the output" {
	credentials 600
	fake ipmitool <<<'echo "env $IPMI_PASSWORD" >>"$CALLS.env"'
	run kdumpctl nmi --platform ipmi --credentials "$BATS_TEST_TMPDIR/c" --yes bmc.example
	[ "$status" -eq 0 ]
	called '^ipmitool -I lanplus -H bmc.example -U admin -E chassis power diag'
	grep -qx 'env s3 cret' "$CALLS.env"
	[ "$(calls cret)" -eq 0 ]
	[[ $output != *cret* ]]
	recipe "was sent to bmc.example; now wait"
	run kdumpctl nmi --platform ipmi --credentials "$BATS_TEST_TMPDIR/c" --yes bmc.example:9623
	called '^ipmitool -I lanplus -H bmc.example -p 9623 -U admin'
	run kdumpctl nmi --platform ipmi --credentials "$BATS_TEST_TMPDIR/c" --yes '[fd00::7]:9623'
	called '^ipmitool -I lanplus -H fd00::7 -p 9623 -U admin'
	run kdumpctl nmi --platform ipmi --credentials "$BATS_TEST_TMPDIR/c" --yes fd00::7
	called '^ipmitool -I lanplus -H fd00::7 -U admin'
}

@test "--yes by Redfish: the password goes by a pipe" {
	credentials 400
	fake nmi-send <<<'cat >>"$CALLS.in"'
	run kdumpctl nmi --credentials "$BATS_TEST_TMPDIR/c" --cacert /ca.pem --system 1 --yes bmc.example
	[ "$status" -eq 0 ]
	called '^nmi-send redfish --credentials - --cacert /ca.pem --system 1 bmc.example'
	[ "$(cat "$CALLS.in")" = $'user=admin\npassword=s3 cret' ]
	[ "$(calls cret)" -eq 0 ]
	[[ $output != *cret* ]]
}

@test "a file that others can read is refused, and nothing is sent" {
	for mode in 640 604 660 644; do
		credentials $mode
		run kdumpctl nmi --platform ipmi --credentials "$BATS_TEST_TMPDIR/c" --yes bmc.example
		[ "$status" -eq 1 ]
		recipe "chmod 600 it"
	done
	[ "$(calls '^ipmitool')" -eq 0 ]
}

@test "no credentials and nobody to ask: one line" {
	run kdumpctl nmi --platform redfish --yes bmc.example </dev/null
	[ "$status" -eq 1 ]
	recipe "--credentials FILE"
	[ "$(calls '^nmi-send')" -eq 0 ]
}

@test "--yes by libvirt and QMP" {
	fake virsh </dev/null
	run kdumpctl nmi --yes guest7
	[ "$status" -eq 0 ]
	called '^virsh inject-nmi --domain guest7'
	fake nmi-send </dev/null
	run kdumpctl nmi --platform qmp --yes /run/guest.qmp
	[ "$status" -eq 0 ]
	called '^nmi-send qmp /run/guest.qmp'
}

@test "--yes that fails says so; where nothing here can do it, too" {
	run kdumpctl nmi --platform libvirt --yes guest7
	[ "$status" -eq 1 ]
	recipe "the NMI was not sent"
	run kdumpctl nmi --platform hmc --yes lpar7
	[ "$status" -eq 1 ]
	recipe "nothing here can do that for hmc"
	put /sys/class/dmi/id/sys_vendor QEMU
	run kdumpctl nmi --here --yes
	[ "$status" -eq 1 ]
	recipe "run this elsewhere"
}

@test "names that other programs would take for something else are refused" {
	for name in '-oProxyCommand=x' 'a;b' 'a$(b)' ' a' $'a\nb' ''; do
		run kdumpctl nmi --platform ipmi --yes "$name"
		[ "$status" -eq 2 ] || { echo "'$name' was taken" && return 1; }
	done
	run kdumpctl nmi --platform nothing bmc.example
	[ "$status" -eq 2 ]
	recipe "kdumpctl nmi --list"
}
