# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernels.py DIR, for drgn: what kernels.bats compares, into files below DIR; all at once, as reading a kernel's
# debuginfo takes longer than the rest.
import contextlib
import pathlib
import sys

from drgn.helpers.linux.printk import get_dmesg

here, out = pathlib.Path(__file__).parent, pathlib.Path(sys.argv[1])


def zones():
    node = prog["node_data"][0] if "node_data" in prog else prog["contig_page_data"].address_of_()
    free = prog["NR_FREE_PAGES"]
    for i in range(node.nr_zones):
        zone = node.node_zones[i]
        if zone.present_pages:
            marks = [zone._watermark[prog[name]].value_() for name in ("WMARK_MIN", "WMARK_LOW", "WMARK_HIGH")]
            print(zone.name.string_().decode(), zone.vm_stat[free].counter.value_(), *marks,
                  zone.managed_pages.counter.value_())


for name in ("stacks", "report_lists"):
    with open(out / f"{name}.drgn", "w") as file, contextlib.redirect_stdout(file):
        exec((here / f"{name}.py").read_text(), {"prog": prog})
with open(out / "zones.drgn", "w") as file, contextlib.redirect_stdout(file):
    zones()
(out / "log.drgn").write_bytes(get_dmesg(prog))
