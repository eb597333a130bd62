// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/taint.h"

/* taint_flags in kernel/panic.c, Documentation/admin-guide/tainted-kernels.rst. Bits keep their
 * meaning; the newest is the last: 17 since 4.18, 18 since 5.18, 19 since 6.15. */
static const struct taint taints[TAINT_BITS] = {
	{'P', "a proprietary module was loaded"},
	{'F', "a module was loaded by force"},
	{'S', "the processor or the system is out of specification"},
	{'R', "a module was unloaded by force"},
	{'M', "there was a machine check"},
	{'B', "a page was in a bad state"},
	{'U', "user space asked for this mark"},
	{'D', "there was an oops or BUG before"},
	{'A', "an ACPI table was overridden"},
	{'W', "there was a warning"},
	{'C', "a driver from staging was loaded"},
	{'I', "a bug of the firmware is worked around"},
	{'O', "a module from outside the kernel tree was loaded"},
	{'E', "a module without a valid signature was loaded"},
	{'L', "there was a soft lockup"},
	{'K', "the kernel was patched while running"},
	{'X', "a mark of the distribution"},
	{'T', "the kernel's structs have a random layout"},
	{'N', "a test of the kernel was run"},
	{'J', "a mutating fwctl command was used"},
};

const struct taint *taint_of(unsigned int bit)
{
	return &taints[bit];
}
