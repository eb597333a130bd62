# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make corrupt`: whole reports on the lab's vmcores, each damaged in another way, with sanitizers. CORRUPT_RUNS=N
# of them on x86_64, a fifth as many on ppc64le; CORRUPT_FIRST=N is the first seed; CORRUPT_JOBS=N at a time. As many
# times nic-dump dead. `make check` runs some.

CORRUPT_RUNS  ?= 10000
CORRUPT_FIRST ?= 1
CORRUPT_JOBS  ?= $(shell nproc)

corrupt_tool = $(sanitize_out)/tests/tools/corrupt-report

.PHONY: corrupt corrupt-build
corrupt-build:
	@$(MAKE) --no-print-directory $(jobs) SANITIZE=1 OUT=$(sanitize_out) $(corrupt_tool)
corrupt:
	@scripts/install-deps all
	@$(MAKE) --no-print-directory corrupt-build
	for what in "" --adapters; do \
		$(corrupt_tool) $$what --jobs $(CORRUPT_JOBS) --first $(CORRUPT_FIRST) --count $(CORRUPT_RUNS) \
			"$$(tests/e2e/lab vmcore-path x86_64 1024)" && \
		$(corrupt_tool) $$what --jobs $(CORRUPT_JOBS) --first $(CORRUPT_FIRST) --count $$(($(CORRUPT_RUNS) / 5)) \
			"$$(tests/e2e/lab vmcore-path ppc64le 1024)" || exit 1; \
	done
