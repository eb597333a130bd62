// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/arch.h"

/* The order does not matter: each ELF machine is there once. */
static const struct arch_ops *const archs[] = {&arch_x86_64, &arch_ppc64, &arch_arm64};

struct err *arch_find(uint16_t elf_machine, const struct arch_ops **ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++) {
		if (archs[i]->elf_machine == elf_machine) {
			*ret = archs[i];
			return NULL;
		}
	}
	return err_new(ERR_UNSUPPORTED,
		       "dumps of ELF machine %u cannot be filtered yet (x86_64, ppc64 and arm64 "
		       "can); use -d 0 or -d 1",
		       elf_machine);
}
