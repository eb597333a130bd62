# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit tests: what they link beside what they test.

$(tests): core_libs += -lcmocka
$(OUT)/tests/unit/base/test_json: core_libs += -ljansson
$(OUT)/tests/unit/report/test_html: core_libs += -ljansson
# The examples of doc/kernel-reader.md are a tool, too.
$(OUT)/tests/unit/kernel/test_examples: $(OUT)/tests/tools/lib/kernel_examples.o
$(OUT)/tests/unit/kernel/test_examples.o: extra_cflags := -Itests/unit -Itests/tools
# A part of the report brings all of them along, and with them symbols.c, in whose place small_symbols.h is.
$(OUT)/tests/unit/report/test_part_network: required_ld += -Wl,--allow-multiple-definition
