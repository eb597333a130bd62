# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Plain guest images, without Salvor: what vmcores are made of, and a check that the lab itself works.
# Result: guest.img, guest.img.kernel, guest.img.initrd, guest.img.release.

PART_ORDER+=(amd64-image ppc64el-image)
PART_NEEDS[amd64-image]=amd64-guest
PART_NEEDS[ppc64el-image]="ppc64el-guest ppc64le-kernel"
PART_MIB[amd64-image]=1024
PART_MIB[ppc64el-image]=1024

plain_image_inputs() {
	declare -f guest_image_fill guest_image_write guest_kernel in_guest
	(cd "$E2E/guest-files" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

part_amd64_image_inputs() {
	part_key amd64-guest
	plain_image_inputs
}

part_ppc64el_image_inputs() {
	part_key ppc64el-guest
	part_key ppc64le-kernel
	plain_image_inputs
}

part_amd64_image_make() { guest_image amd64 "$1/guest.img"; }
part_ppc64el_image_make() { guest_image ppc64el "$1/guest.img"; }
