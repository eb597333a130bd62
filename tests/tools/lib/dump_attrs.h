/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares what two open dumps say about the machine: libkdumpfile's attributes below arch, linux
 * (uname and vmcoreinfo) and cpu (registers), the highest pfn, and the first bitmap (which pfns
 * exist). Prints the differences to stdout. It does not look at pages. Borrows both dumps; one
 * thread.
 */
#ifndef SALVOR_TOOLS_DUMP_ATTRS_H
#define SALVOR_TOOLS_DUMP_ATTRS_H

#include <libkdumpfile/kdumpfile.h>

/*
 * The number of attributes that differ; the first limit of them are printed, one a line. An
 * attribute that only one dump has counts only when both have the same file format: an ELF dump has
 * no uname.
 */
unsigned long compare_attributes(kdump_ctx_t *a, kdump_ctx_t *b, unsigned long limit);

#endif
