# SPDX-License-Identifier: GPL-2.0-or-later
#
# For drgn: what vmcore-report tells of a dump, as far as drgn has helpers for it; argument: log, tasks, stacks or all.
import sys

from drgn.helpers.linux.fs import for_each_mount, mount_dst, mount_fstype, mount_src
from drgn.helpers.linux.module import for_each_module
from drgn.helpers.linux.pid import for_each_task
from drgn.helpers.linux.printk import print_dmesg
from drgn.helpers.linux.sched import task_cpu, task_state_to_char


def tasks():
    for t in for_each_task(prog):
        print(t.pid.value_(), t.real_parent.tgid.value_(), task_cpu(t), task_state_to_char(t),
              t.comm.string_().decode(errors="replace"))


def stacks():
    for t in for_each_task(prog):
        print(t.pid.value_(), t.comm.string_().decode(errors="replace"))
        try:
            print(prog.stack_trace(t))
        except ValueError as e:
            print(e)


def lists():
    for m in for_each_module(prog):
        print(m.name.string_().decode())
    for m in for_each_mount(prog):
        print(mount_src(m).decode(), mount_dst(m).decode(), mount_fstype(m).decode())


what = {"log": [print_dmesg], "tasks": [tasks], "stacks": [stacks], "all": [print_dmesg, tasks, stacks, lists]}
for do in what[sys.argv[1]]:
    do() if do is not print_dmesg else do(prog)
