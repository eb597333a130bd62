# SPDX-License-Identifier: GPL-2.0-or-later

.PHONY: lint
lint: all
	@OUT=$(OUT) tests/lint/run
