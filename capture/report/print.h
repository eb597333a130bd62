/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader of kernel memory as a tool: values, symbols and types on standard output. It knows
 * nothing of the report. One thread.
 */
#ifndef SALVOR_REPORT_PRINT_H
#define SALVOR_REPORT_PRINT_H

#include "kernel/kernel.h"

/* The log, as vmcore-dmesg prints it. */
struct err *print_log(struct kernel *k) must_check;

/*
 * "SYMBOL[.MEMBER…]", where the symbol's type is known (per-CPU variables, and those that the table
 * in print.c names); "struct NAME ADDRESS"; "struct NAME.MEMBER… ADDRESS"; "NAME SYMBOL". Addresses
 * are hexadecimal or symbols. ERR_USAGE for what is none of these, ERR_MISSING for unknown names.
 */
struct err *print_value(struct kernel *k, const char *what) must_check;

/* Those that match the extended regular expression; NULL: all. ERR_MISSING without any of them. */
struct err *print_symbols(struct kernel *k, const char *regex) must_check;
struct err *print_types(struct kernel *k, const char *regex) must_check;

#endif
