/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A diagnostic NMI through the QMP socket of a QEMU. Nothing else is asked of it. QEMU:
 * docs/interop/qmp-spec.
 */
#ifndef SALVOR_TRIGGER_QMP_H
#define SALVOR_TRIGGER_QMP_H

#include "base/err.h"

/* path: of the UNIX socket. Waits 10 s at most for each answer. */
struct err *qmp_nmi(const char *path) must_check;

#endif
