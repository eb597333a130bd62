/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A diagnostic NMI through Redfish: finds the system, looks whether its ComputerSystem.Reset takes
 * "Nmi", and asks for it. It starts nothing else on the system, and does not wait for what the NMI
 * does.
 *
 * Redfish: DSP0266 (protocol), DSP2046 (ComputerSystem, ActionInfo).
 */
#ifndef SALVOR_TRIGGER_REDFISH_H
#define SALVOR_TRIGGER_REDFISH_H

#include <stdbool.h>
#include "base/err.h"

struct redfish_options {
	const char *host;	 /* HOST or HOST:PORT */
	const char *system;	 /* its Id; NULL when there is only one */
	const char *cacert;	 /* NULL: what this system trusts */
	const char *credentials; /* file, or "-" */
	bool check;		 /* look, send nothing */
};

/* ERR_UNSUPPORTED: the BMC does not offer Nmi. */
struct err *redfish_nmi(const struct redfish_options *o) must_check;

#endif
