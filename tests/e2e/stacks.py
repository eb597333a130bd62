# SPDX-License-Identifier: GPL-2.0-or-later
#
# For drgn: the stack of every task of a dump, one line "TASK PC…" each. Tasks whose registers drgn does not find have
# no frames; user space's and inlined frames are left out. CPUs that a panic stopped are not online.
from drgn.helpers.linux.cpumask import for_each_present_cpu
from drgn.helpers.linux.pid import for_each_task
from drgn.helpers.linux.sched import idle_task

tasks = [prog["init_task"].address_of_()] + list(for_each_task(prog))
tasks += [idle_task(prog, cpu) for cpu in for_each_present_cpu(prog) if cpu]
for task in tasks:
    line = "%x" % task.value_()
    try:
        for frame in prog.stack_trace(task):
            if frame.is_inline:
                continue
            if frame.pc >> 63 == 0:
                break
            line += " %x" % frame.pc
    except ValueError:
        pass
    print(line)
