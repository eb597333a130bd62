# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# netdevsim.ko, a network device with a devlink that fails on request, for the x86_64 guest: Debian does not build it, so
# it is built here from that very kernel's source. Result: netdevsim.ko

PART_ORDER+=(netdevsim)
PART_NEEDS[netdevsim]='tools amd64-kernel'
PART_MIB[netdevsim]=1024

part_netdevsim_inputs() {
	printf 'kernel %s\n' "$(part_key amd64-kernel)"
	cat "$E2E/incidents/salvor_say.c"
	declare -f kernel_headers kernel_source build_modules
}

part_netdevsim_make() {
	local release
	release=$(cat "$(part_dir amd64-kernel)/release")
	cp "$E2E/incidents/salvor_say.c" "$1"
	enter "$(part_dir tools)/root" bash -euc "$(declare -f kernel_headers kernel_source build_modules)"'
		cd "$1"
		kernel_headers "$2"
		kernel_source "$2" "*/drivers/net/netdevsim"
		mv drivers/net/netdevsim/* .
		echo "obj-m += salvor_say.o" >>Makefile
		build_modules "$2" . CONFIG_NETDEVSIM=m
		find . -mindepth 1 -maxdepth 1 ! -name netdevsim.ko ! -name salvor_say.ko -exec rm -rf {} +
	' bash "$1" "$release"
}
