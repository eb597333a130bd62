# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit tests: what they link beside what they test.

$(tests): core_libs += -lcmocka
$(OUT)/tests/unit/base/test_json: core_libs += -ljansson
$(OUT)/tests/unit/report/test_html: core_libs += -ljansson
