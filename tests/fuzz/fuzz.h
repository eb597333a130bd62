/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fuzz targets share. A target is one file fuzz_*.c with LLVMFuzzerTestOneInput(); its seeds
 * are in corpus/NAME/. It must free all it takes: leaks are found too. Header only.
 */
#ifndef SALVOR_TESTS_FUZZ_H
#define SALVOR_TESTS_FUZZ_H

#include "../unit/small_vmcore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
