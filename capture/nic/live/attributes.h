/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads lists of small sysfs attributes into decoded values. An attribute that is not there is
 * simply not a value; one that refuses to be read is named with its error. No state.
 */
#ifndef SALVOR_NIC_LIVE_ATTRIBUTES_H
#define SALVOR_NIC_LIVE_ATTRIBUTES_H

#include "base/root.h"
#include "nic/live/output.h"

/*
 * Attributes dir/names[i] (names ends with NULL) as members of the object that is open in
 * o->values, then "refused": {name: error} if any. Returns how many could be read.
 */
unsigned nic_attributes(const struct root *root, const char *dir, const char *const *names,
			struct nic_output *o);

/* Every regular attribute of the directory, at most 512, as an object named key. */
unsigned nic_attribute_directory(const struct root *root, const char *dir, const char *key,
				 struct nic_output *o);

/* The last component of where dir/name links to, as a member named name; nothing if it is no link.
 */
void nic_attribute_link(const struct root *root, const char *dir, const char *name,
			struct nic_output *o);

/* Names of the entries of dir that start with prefix, as an array; at most 8192. Returns how many.
 */
unsigned nic_attribute_names(const struct root *root, const char *dir, const char *prefix,
			     const char *key, struct nic_output *o);

#endif
