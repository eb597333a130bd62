#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Save the dump before udev runs, when one waits.
[ ! -e /proc/vmcore ] || /usr/lib/salvor/kdump-hook early
