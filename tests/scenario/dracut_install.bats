#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the dracut module puts into an image, with dracut's functions made up: the configuration, resolved once; watchdogs.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	BIN=$BATS_TEST_TMPDIR/bin CALLS=$BATS_TEST_TMPDIR/calls
	mkdir -p "$BIN" "$BATS_TEST_TMPDIR"/{image,dracut}
	: >"$CALLS"
	printf '#!/bin/sh\necho "$*" >>"%s"\necho "FORMAT=1"\necho "TARGET=local"\n' "$CALLS" >"$BIN/kdump-capture"
	printf '#!/bin/sh\n' >"$BIN/vmcore-filter"
	chmod +x "$BIN"/*
	PATH=$BIN:$PATH
}

# module COMMAND…: as dracut would run it, each in a process of its own
module() {
	(
		# dracut's own
		# shellcheck disable=SC2034
		moddir=$top/dracut-module/50kdump-capture initdir=$BATS_TEST_TMPDIR/image kernel=none
		DRACUT_TMPDIR=$BATS_TEST_TMPDIR/dracut
		dracut_module_included() { false; }
		instmods() { echo "instmods $*"; }
		inst() { echo "inst $*"; }
		inst_simple() { :; }
		inst_hook() { :; }
		inst_libdir_file() { :; }
		derror() { echo "$*" >&2; }
		# shellcheck source=dracut-module/50kdump-capture/module-setup.sh
		. "$moddir/module-setup.sh"
		"$@"
	)
}

all() {
	module depends
	module installkernel
	module kdump_load_config
	module kdump_install_config
}

@test "the configuration is resolved once, though dracut asks from several processes" {
	SALVOR_IMAGE=kdump all
	[ "$(grep -c 'config resolve' "$CALLS")" -eq 1 ]
	grep -qx TARGET=local "$BATS_TEST_TMPDIR/image/etc/salvor/capture.conf"
	[[ $(cat "$BATS_TEST_TMPDIR/image/etc/salvor/digest") =~ ^[0-9a-f]{64}$ ]]
}

@test "what kdumpctl resolved is taken, and kdump-capture not asked" {
	SALVOR_IMAGE=kdump SALVOR_RESOLVED=$'FORMAT=1\nTARGET=ssh' SALVOR_DIGEST=abc all
	[ ! -s "$CALLS" ]
	grep -qx TARGET=ssh "$BATS_TEST_TMPDIR/image/etc/salvor/capture.conf"
	[ "$(cat "$BATS_TEST_TMPDIR/image/etc/salvor/digest")" = abc ]
}

@test "the image says what it must feed; a production initramfs does not" {
	SALVOR_IMAGE=kdump module kdump_install_config
	[ -e "$BATS_TEST_TMPDIR/image/etc/salvor/watchdog" ]
	rm -r "$BATS_TEST_TMPDIR/image/etc"
	module kdump_install_config
	[ ! -e "$BATS_TEST_TMPDIR/image/etc/salvor/watchdog" ]
}

@test "a configuration that cannot be resolved ends the installation, and that is said" {
	printf '#!/bin/sh\nexit 1\n' >"$BIN/kdump-capture"
	run module kdump_load_config
	[ "$status" -ne 0 ]
	[[ $output == *"will NOT save a dump"* ]]
}

@test "vmcore-report enters the image where it is installed, and is not missed where it is not" {
	local from
	printf '#!/bin/sh\n' >"$BIN/modprobe"
	chmod +x "$BIN/modprobe"
	# other machines may have it installed
	from=$BIN:$(dirname "$(command -v busybox)")
	CORE_COLLECTOR='' EXTRA_BINS='' KDUMP_PRE='' KDUMP_POST='' run module installed_programs "$from"
	[ "$status" -eq 0 ]
	[[ $output == *"inst $BIN/vmcore-filter /usr/bin/vmcore-filter"* ]]
	[[ $output != *vmcore-report* ]]
	cp "$BIN/modprobe" "$BIN/vmcore-report"
	CORE_COLLECTOR='' EXTRA_BINS='' KDUMP_PRE='' KDUMP_POST='' run module installed_programs "$from"
	[[ $output == *"inst $BIN/vmcore-report /usr/bin/vmcore-report"* ]]
}

# installed_programs PATH: with nothing installed elsewhere
installed_programs() {
	# shellcheck disable=SC2034 # install-lib.sh's
	KDUMP_PATH=$1
	kdump_find() { PATH=$KDUMP_PATH type -P "$1"; }
	kdump_install_programs
}

@test "another vmcore-report is another digest: the image is built again" {
	local before
	digest() { "$top/dracut-module/50kdump-capture/kdump-digest" --kernel none <<<TARGET=local; }
	printf '#!/bin/sh\n' >"$BIN/vmcore-report"
	chmod +x "$BIN/vmcore-report"
	before=$(digest)
	[ "$(digest)" = "$before" ]
	echo '# newer' >>"$BIN/vmcore-report"
	[ "$(digest)" != "$before" ]
}

@test "vmcore-report needs no library that vmcore-filter does not bring into the image" {
	local OUT=${OUT:-build}
	[[ $OUT == /* ]] || OUT=$top/$OUT
	libraries() { ldd "$OUT/$1" | awk '/=>/ { print $1 }' | sort; }
	[ -n "$(libraries vmcore-filter)" ]
	[ -z "$(comm -23 <(libraries vmcore-report) <(libraries vmcore-filter))" ]
}
