# SPDX-License-Identifier: GPL-2.0-or-later
#
# What single tools are made of beyond their own file and the library.

$(OUT)/tests/tools/compare-dumps: $(OUT)/tests/tools/lib/dump_attrs.o
$(OUT)/tests/tools/kernel-examples: $(OUT)/tests/tools/lib/kernel_examples.o
$(OUT)/tests/tools/mkvmcore: $(OUT)/tests/tools/lib/world.o $(OUT)/tests/tools/lib/world_vmcore.o
$(OUT)/tests/tools/report-page: $(call obj,capture/report/html.c capture/report/json_text.c) $(page_obj)
$(OUT)/tests/tools/corrupt-report: $(patsubst %,$(OUT)/tests/tools/lib/%.o,hostile plan report_check report_once run_sums survey) \
	$(call obj,$(call not_main,$(report_src)) $(dead_src)) $(page_obj)
$(OUT)/tests/tools/corrupt-report: core_libs += -ljansson
# both have a json_object(): jansson is to call its own
$(OUT)/tests/tools/corrupt-report: required_ld += -Wl,--exclude-libs,libsalvor.a -Wl,--wrap=kmem_use_cache
$(OUT)/tests/tools/nic-world: $(patsubst %,$(OUT)/tests/tools/lib/%.o,btf_world nic_world_mlx5 nic_world_mlx4 hostile) \
	$(call obj,$(call not_main,$(nic_src) $(inc_src)))
$(OUT)/tests/tools/nic-world: core_libs += $(nic_libs)
$(OUT)/tests/tools/lib/btf_world.o: extra_cflags := -Itests/unit -Itests/tools
$(OUT)/tests/tools/lib/nic_world%.o $(OUT)/tests/tools/nic-world.o: extra_cflags := -Itests/tools
