/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a pluggable module (SFF-8472, SFF-8636, CMIS; identifiers of SFF-8024), decoded
 * page by page: who made it, what it is, and what it measures of itself. Which pages there are
 * depends on the pages before: read page 0, then those of module_more(). What a page means for
 * others (units, calibration) is kept in struct module, which is the caller's. The bytes are
 * untrusted: a page is always MODULE_PAGE bytes, what is in it may be anything. Pure; reads no
 * device.
 */
#ifndef SALVOR_NIC_DECODE_MODULE_EEPROM_H
#define SALVOR_NIC_DECODE_MODULE_EEPROM_H

#include "base/json.h"

#define MODULE_PAGE 128

enum module_form { MODULE_UNKNOWN, MODULE_SFP, MODULE_QSFP, MODULE_CMIS };

/* Half a page as ethtool asks for it: offset 0 or 128. */
struct module_place {
	uint8_t i2c, page;
	uint32_t offset;
};
#define MODULE_I2C	0x50
#define MODULE_I2C_DIAG 0x51 /* SFP: the second memory */

struct module {
	enum module_form form;
	bool flat;	     /* has page 0 only, as cables of copper do */
	bool monitors;	     /* SFP: it measures itself */
	bool external;	     /* SFP: what it measures still has to be calibrated */
	unsigned bias_units; /* CMIS: of 2 microamperes */
};

/* Page 0, both halves; members into the object open in j. */
void module_begin(struct module *m, const uint8_t low[MODULE_PAGE], const uint8_t high[MODULE_PAGE],
		  struct json *j);

/* The further pages worth reading, in this order; ends with i2c 0. */
const struct module_place *module_more(const struct module *m);

/* One of these; its members into the object open in j. Pages that have no decoder add nothing. */
void module_page(struct module *m, const struct module_place *at, const uint8_t page[MODULE_PAGE],
		 struct json *j);

#endif
