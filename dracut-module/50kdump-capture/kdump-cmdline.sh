#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A kdump image mounts no root: dracut must not stop for the lack of a root= it can handle.
if [ -e /proc/vmcore ] && [ -z "$rootok" ] && [ ! -e /sys/kernel/fadump/release_mem ]; then
	# shellcheck disable=SC2034 # dracut's own variables
	root=${root:-kdump} rootok=1
fi
