# SPDX-License-Identifier: GPL-2.0-or-later
#
# For drgn: the lists of a report, one line an entry, out of the dump and its debuginfo. report_lists.bats compares.
from drgn import cast
from drgn.helpers.linux.block import disk_name, for_each_disk
from drgn.helpers.linux.cpumask import for_each_possible_cpu, for_each_present_cpu
from drgn.helpers.linux.fs import for_each_mount, mount_dst, mount_fstype, mount_src
from drgn.helpers.linux.mapletree import mt_for_each
from drgn.helpers.linux.module import for_each_module
from drgn.helpers.linux.percpu import per_cpu_ptr, percpu_counter_sum
from drgn.helpers.linux.pid import find_task, for_each_task
from drgn.helpers.linux.radixtree import radix_tree_for_each
from drgn.helpers.linux.sched import idle_task, task_cpu, task_state_to_char


def text(pointer):
    return pointer.string_().decode() if pointer else "null"


def rss_pages(mm, users):
    kinds = [prog["MM_FILEPAGES"], prog["MM_ANONPAGES"], prog["MM_SHMEMPAGES"]]
    try:  # since 6.2 (f1a7941243c1) per-CPU counters
        return sum(max(0, percpu_counter_sum(mm.rss_stat[i].address_of_())) for i in kinds)
    except TypeError:
        # threads keep some to themselves
        return sum(max(0, mm.rss_stat.count[i].counter.value_() + sum(t.rss_stat.count[i].value_() for t in users))
                   for i in kinds)


def tasks():
    found = {t.value_(): t for t in for_each_task(prog)}
    found.update((t.value_(), t) for t in (idle_task(prog, cpu) for cpu in for_each_present_cpu(prog)))
    users = {}
    for t in found.values():
        users.setdefault(t.mm.value_(), []).append(t)
    for t in sorted(found.values(), key=lambda t: (t.pid.value_(), task_cpu(t))):
        mm = None if t.flags.value_() & 0x00200000 else t.mm
        rss = rss_pages(mm, users[mm.value_()]) if mm else 0
        print("task", t.pid.value_(), t.tgid.value_(), t.real_parent.tgid.value_(), task_cpu(t), task_state_to_char(t),
              rss * 4, mm.total_vm.value_() * 4 if mm else 0, t.comm.string_().decode())


def module_memory(m):
    try:
        return sum(mem.size.value_() for mem in m.mem), m.mem[0].base
    except AttributeError:  # before 6.4 (ac3b43283923)
        return m.core_layout.size.value_() + m.init_layout.size.value_(), m.core_layout.base


def modules():
    for m in for_each_module(prog):
        size, base = module_memory(m)
        print("module", m.name.string_().decode(), size, hex(base),
              m.refcnt.counter.value_() - 1)


def mounts():
    for m in for_each_mount(find_task(prog, 1).nsproxy.mnt_ns):
        read_only = m.mnt.mnt_flags.value_() & 0x40 or m.mnt.mnt_sb.s_flags.value_() & 1
        print("mount", mount_src(m).decode(), mount_dst(m).decode(), mount_fstype(m).decode(), "ro" if read_only else "rw")


def disks():
    for name, disk in sorted((disk_name(d).decode(), d) for d in for_each_disk(prog)):
        tags = [disk.queue.tag_set.tags[i] for i in range(disk.queue.tag_set.nr_hw_queues)]
        requests = [t.rqs[i] for t in tags for i in range(t.nr_tags) if t.rqs[i]]
        print("disk", name, sum(1 for r in requests if r.q == disk.queue and r.state != 0))


def irq_descriptors():
    if "sparse_irqs" in prog:  # since 6.5 (721255b9826b)
        yield from ((irq, entry) for irq, _, entry in mt_for_each(prog["sparse_irqs"].address_of_()))
    else:
        yield from radix_tree_for_each(prog["irq_desc_tree"].address_of_())


def counts_of(desc):
    try:  # a struct since 6.10 (86d2a2f51fba)
        return [per_cpu_ptr(desc.kstat_irqs, cpu).cnt.value_() for cpu in for_each_possible_cpu(prog)]
    except AttributeError:
        return [per_cpu_ptr(desc.kstat_irqs, cpu)[0].value_() for cpu in for_each_possible_cpu(prog)]


def interrupts():
    for irq, entry in irq_descriptors():
        desc = cast("struct irq_desc *", entry)
        names, action = [], desc.action
        while action:
            names.append(text(action.name) if action.name else "(no name)")
            action = action.next
        counts = counts_of(desc)
        if names or sum(counts):
            chip = desc.irq_data.chip
            print("irq", irq, text(chip.name) if chip else "null", ",".join(map(str, counts)), ", ".join(names) or "null")


tasks()
modules()
mounts()
disks()
interrupts()
