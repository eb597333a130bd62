# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make fuzz`: each tests/fuzz/fuzz_*.c with clang's libFuzzer, ASan and UBSan, against the sources compiled
# the same way in a directory of their own. FUZZ_SECONDS=N a target; FUZZ="fuzz_a fuzz_b" only these.

FUZZ_SECONDS ?= 12
FUZZ_CC      ?= clang
FUZZ         ?= $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

fuzz_out   := $(OUT)/fuzz
fuzz_flags := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=undefined \
	      -fsanitize=fuzzer-no-link,address,undefined
fuzz_progs := $(patsubst %,$(OUT)/tests/fuzz/%,$(FUZZ))
$(fuzz_progs): $(OUT)/%: $(OUT)/%.o $(OUT)/libtested.a $(lib)
	$(call msg,LD)
	$(Q)$(link) -fsanitize=fuzzer $(crash_libs) $(nic_libs) $(core_libs)

# Their worlds are those of unit tests, with their checks.
$(OUT)/tests/fuzz/fuzz_dead $(OUT)/tests/fuzz/fuzz_dead_mlx: core_libs += -lcmocka
$(OUT)/tests/fuzz/fuzz_dead.o $(OUT)/tests/fuzz/fuzz_dead_mlx.o: extra_cflags := -Itests/unit

$(OUT)/tests/fuzz/fuzz_redfish: core_libs += -ljansson

.PHONY: fuzz fuzz-build fuzz-programs
fuzz-programs: $(fuzz_progs)

# Builds nothing where there is no libFuzzer; `fuzz` then says so.
has_fuzzer = $(shell echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	     $(FUZZ_CC) -fsanitize=fuzzer -x c -o /dev/null - 2>/dev/null && echo yes)
fuzz-build:
	$(if $(and $(FUZZ),$(has_fuzzer)),@$(MAKE) --no-print-directory CC=$(FUZZ_CC) OUT=$(fuzz_out) SANITIZE= \
		CFLAGS="$(fuzz_flags)" LDFLAGS="$(LDFLAGS)" fuzz-programs)

fuzz_runnable = $(if $(has_fuzzer),$(patsubst %,$(fuzz_out)/tests/fuzz/%,$(FUZZ)))
fuzz: fuzz-build
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(fuzz_runnable)
