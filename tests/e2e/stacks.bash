# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The stacks of all tasks of a vmcore as lines "TASK PC…", in hexadecimal and sorted: as vmcore-stacks finds them
# with nothing but the vmcore, and as drgn and crash do with debuginfo. User space's frames are left out.

our_stacks() {
	"$TOP/build/tests/tools/vmcore-stacks" "$1" 2>"$WORK/stacks-cost.txt" |
		awk '/^TASK/ { if (task) print task; task = $2; next }
			$3 != "user" { task = task " " $1 }
			END { print task }' | sort
}

# interrupted_tasks VMCORE: those that an interrupt's registers split, for grep -f
interrupted_tasks() {
	"$TOP/build/tests/tools/vmcore-stacks" "$1" 2>/dev/null |
		awk '/^TASK/ { task = $2; n = 0; next }
			++n > 1 && $3 == "regs" { print "^" task }' | sort -u
}

# drgn_stacks ARCH VMCORE: tasks whose registers drgn does not find have no frames
drgn_stacks() {
	local part=amd64-kernel
	[ "$1" = x86_64 ] || part=ppc64le-kernel
	in_lab drgn -q -c "$2" -s "$("$LAB" path $part)/vmlinux.debug" --no-default-symbols "$TOP/tests/e2e/stacks.py" | sort
}

# crash_stacks ARCH VMCORE: crash.bash has what of them
crash_stacks() { crash_says "$1" "$2" 'foreach bt' | stacks_of_crash; }
