# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# rdma_rxe.ko, RDMA in software over any Ethernet interface, for the x86_64 guest: Debian's cloud kernel has RDMA but not
# this, so it is built here from that very kernel's source. Result: rdma_rxe.ko

PART_ORDER+=(rxe)
PART_NEEDS[rxe]='tools amd64-kernel'
PART_MIB[rxe]=1024

part_rxe_inputs() {
	printf 'kernel %s\n' "$(part_key amd64-kernel)"
	declare -f kernel_headers kernel_source build_modules
}

part_rxe_make() {
	local release
	release=$(cat "$(part_dir amd64-kernel)/release")
	enter "$(part_dir tools)/root" bash -euc "$(declare -f kernel_headers kernel_source build_modules)"'
		cd "$1"
		kernel_headers "$2"
		kernel_source "$2" "*/drivers/infiniband/sw/rxe"
		mv drivers/infiniband/sw/rxe/* .
		build_modules "$2" . CONFIG_RDMA_RXE=m
		find . -mindepth 1 -maxdepth 1 ! -name rdma_rxe.ko -exec rm -rf {} +
	' bash "$1" "$release"
}
