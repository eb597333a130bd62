/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of a directory (*.csv, at most REG_FILES_MAX, in the order of their names) that speak
 * of one device. A file that is not a table is kept with its error, for the record. Owned by the
 * caller; one thread.
 */
#ifndef SALVOR_NIC_REGS_TABLES_H
#define SALVOR_NIC_REGS_TABLES_H

#include "nic/regs/table.h"

#define REG_FILES_MAX 256

struct reg_table_file {
	struct reg_table table; /* with an error only its name, that of the file */
	struct err *error;
};

struct reg_tables {
	struct reg_table_file *v;
	size_t count;
};

/* Fails when the directory cannot be read; an empty one is no failure. */
struct err *reg_tables_load(const char *directory, uint16_t vendor, uint16_t device,
			    struct reg_tables *ret) must_check;
void reg_tables_deinit(struct reg_tables *t);

#endif
