# SPDX-License-Identifier: GPL-2.0-or-later
#
# The lab and what is shown with it.

.PHONY: demo lab lab-clean
demo:
	@scripts/install-deps all
	@tests/e2e/demo $(ARCH)
lab:
	@scripts/install-deps all
	@tests/e2e/lab build
lab-clean:
	@tests/e2e/lab clean
