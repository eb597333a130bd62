/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every task of the dead kernel with its stack, and how a stack is printed. Symbols are looked up when
 * it is printed, so that 5,000 tasks fit into a capture kernel. It does not judge. Immutable once
 * collected; one thread.
 */
#ifndef SALVOR_REPORT_STACKS_H
#define SALVOR_REPORT_STACKS_H

