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
		inst() { :; }
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
