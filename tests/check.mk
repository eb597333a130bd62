# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make check-quick`: unit tests (also with sanitizers), scenarios, lint. `make check`: these, fuzzing, and
# the end-to-end tests with real crashes. Both install what is missing first, then start make anew, because
# the libraries are looked for when the Makefile is read.

jobs         := -j$(shell nproc)
sanitize_out := $(OUT)/sanitize
scenarios    := $(sort $(wildcard tests/scenario/*.bats))
e2e_tests    := $(sort $(wildcard tests/e2e/*.bats))

# The same unit tests a second time, built with ASan and UBSan.
sanitized := $(patsubst $(OUT)/%,$(sanitize_out)/%,$(tests))
quick     := $(tests) $(sanitized) $(scenarios) "lint=OUT=$(OUT) tests/lint/run"

run_tests = OUT=$(OUT) tests/run --log-dir $(OUT)/test-logs
# For people: most of them wait more than they work.
twice     = --jobs $(shell expr 2 '*' `nproc`)

.PHONY: check check-quick check-build check-now check-quick-now
check-quick:
	@scripts/install-deps check
	@$(MAKE) --no-print-directory check-quick-now
check:
	@scripts/install-deps all
	@$(MAKE) --no-print-directory check-now

check-build:
	@$(MAKE) --no-print-directory $(jobs) all tests tools
	@$(MAKE) --no-print-directory $(jobs) SANITIZE=1 OUT=$(sanitize_out) tests

check-quick-now: check-build
	@$(run_tests) $(twice) $(quick)
check-now: check-build
	@$(MAKE) --no-print-directory $(jobs) fuzz-build
	@$(MAKE) --no-print-directory corrupt-build
	@$(run_tests) $(quick) "fuzz=FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(fuzz_runnable)" $(e2e_tests)
