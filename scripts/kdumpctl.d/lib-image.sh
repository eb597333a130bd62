# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Images: when they have to be made again, and making them with dracut. An image is replaced by a rename, so a
# build that fails leaves the old one.
#
# Beside each image's name, /var/lib/kdump/NAME.stamp has "SIZE MTIME INODE DIGEST": which file was looked at,
# and the digest (kdump-digest) of what it was made from.

image_stamp() { REPLY=$ROOT/var/lib/kdump/${1##*/}.stamp; }

# file_identity FILE: sets REPLY to what tells it from its predecessor
file_identity() { REPLY=$(stat -L -c '%s %Y %i' "$ROOT$1"); }

# image_digest IMAGE: sets IMAGE_DIGEST, from the stamp when that is about this very file, else out of the image
# itself; to none when the image is not a capture image
image_digest() {
	local stamp identity found=
	IMAGE_DIGEST=none
	file_identity "$1" || return 1
	identity=$REPLY
	image_stamp "$1"
	stamp=$REPLY
	if [ -r "$stamp" ]; then
		read -r found <"$stamp"
		if [ "${found% *}" = "$identity" ]; then
			IMAGE_DIGEST=${found##* }
			return
		fi
	fi
	IMAGE_DIGEST=$(digest_in "$1")
	[ ! -w "$ROOT/var/lib" ] || {
		mkdir -p "$ROOT/var/lib/kdump" && printf '%s %s\n' "$identity" "$IMAGE_DIGEST" >"$stamp"
	}
}

# digest_in IMAGE: what the module wrote into it, or none
digest_in() {
	local found
	found=$(lsinitrd -f etc/salvor/digest "$ROOT$1" 2>/dev/null | tr -dc '0-9a-f' | cut -c1-64)
	[ "${#found}" -eq 64 ] || found=none
	printf '%s\n' "$found"
}

# image_usable IMAGE [new]: succeeds, with its digest in IMAGE_DIGEST, when the image is what would be built now, or has
# to do: because force_no_rebuild says so, or because what kdump.conf names cannot be looked up now (a name server
# that is down) and an older capture image is better than none. new: force_rebuild is heeded.
image_usable() {
	[ -s "$ROOT$1" ] || return 1
	image_digest "$1"
	if config_has "FORCE_NO_REBUILD='1'"; then
		[ "$IMAGE_DIGEST" != none ]
	elif [ "${2-}" = new ] && config_has "FORCE_REBUILD='1'"; then
		return 1
	elif want_digest; then
		[ "$IMAGE_DIGEST" = "$DIGEST" ]
	elif [ "$IMAGE_DIGEST" != none ]; then
		complain "warning: $1 is used as it is, because the configuration cannot be resolved now: $DIGEST_ERROR"
	else
		return 1
	fi
}

# may_build IMAGE: for those who build because the image has to be another one
may_build() {
	config_has "FORCE_NO_REBUILD='1'" || return 0
	complain "$1 is missing or is no capture image, and force_no_rebuild is set in $CONFIG; run: kdumpctl rebuild"
	return 1
}

# run_dracut OUTPUT ARG…: output of dracut is shown when it fails; after must_have_digest
run_dracut() {
	local output=$1 log args=() status
	shift
	command -v dracut >/dev/null || die "dracut is not installed: it builds the image"
	config_get DRACUT_ARGS
	mapfile -t args < <(xargs -r -n 1 printf '%s\n' <<<"$REPLY")
	log=$(mktemp) || return 1
	SALVOR_RESOLVED=$RESOLVED SALVOR_DIGEST=$DIGEST dracut --force "$@" ${args[@]+"${args[@]}"} --kver "$KERNEL" "$ROOT$output" >"$log" 2>&1
	status=$?
	if [ $status -ne 0 ] || [ ! -s "$ROOT$output" ]; then
		tail -n 20 "$log" >&2
		complain "dracut failed (status $status) to build $output"
		status=1
	elif [ "$(digest_in "$output")" != "$DIGEST" ]; then
		# dracut goes on when a module's installation fails
		grep -E 'kdump|ERROR|FAILED|[Cc]annot' "$log" | tail -n 20 >&2
		complain "dracut built $output without the capture module"
		status=1
	fi
	rm -f "$log"
	return $status
}

# publish TEMPORARY IMAGE DIGEST
publish() {
	sync -f "$ROOT$1" 2>/dev/null
	mv -f "$ROOT$1" "$ROOT$2" || return 1
	mkdir -p "$ROOT/var/lib/kdump"
	local identity
	file_identity "$2" && identity=$REPLY
	image_stamp "$2"
	printf '%s %s\n' "$identity" "$3" >"$REPLY"
	IMAGE_DIGEST=$3
}

# build_capture_image: only what the target needs, no settings of the production initramfs
build_capture_image() {
	local image=$CAPTURE_IMAGE new empty status
	new=$image.new
	mkdir -p "$ROOT${image%/*}" || return 1
	must_have_digest || return 1
	empty=$(mktemp -d) || return 1
	say "building $image"
	SALVOR_IMAGE=kdump run_dracut "$new" --conf /dev/null --confdir "$empty" --modules kdump-capture \
		--hostonly --no-hostonly-cmdline --no-hostonly-i18n --no-early-microcode --zstd
	status=$?
	rmdir "$empty"
	[ $status -eq 0 ] && publish "$new" "$image" "$DIGEST"
	status=$?
	rm -f "$ROOT$new"
	return $status
}

# build_production_image: the initramfs of this kernel again, with the module; and a dracut.conf.d file, so that
# the next kernel's has it too
build_production_image() {
	local image new conf=/etc/dracut.conf.d/50-kdump-capture.conf status
	production_image || die "no initramfs of kernel $KERNEL in ${KDUMP_BOOTDIR:-/boot}"
	image=$REPLY
	! command -v mkinitramfs >/dev/null ||
		die "this system makes its initramfs with initramfs-tools; firmware-assisted dump needs dracut: apt install dracut"
	new=$image.kdump-new
	must_have_digest || return 1
	mkdir -p "$ROOT${conf%/*}" &&
		printf '%s\n' '# written by kdumpctl: firmware-assisted dump boots the production initramfs' \
			'add_dracutmodules+=" kdump-capture "' >"$ROOT$conf"
	say "building $image with the capture module"
	run_dracut "$new" --add kdump-capture && publish "$new" "$image" "$DIGEST"
	status=$?
	rm -f "$ROOT$new"
	return $status
}
