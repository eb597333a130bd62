# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make bench`: figures beside the peers, in one run. Nothing here passes or fails.

.PHONY: bench
bench:
	@scripts/install-deps all
	tests/bench/filter
	tests/bench/report
	tests/bench/downtime --smallest
