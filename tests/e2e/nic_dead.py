# SPDX-License-Identifier: GPL-2.0-or-later
#
# For drgn: what nic-dump dead says of interfaces, queues, rings and descriptors, one line each, out of the same dump with
# its debuginfo. nic_dead.py VMCORE DEBUGINFO…; same_as_drgn in nic_dead.bash compares.
import hashlib
import os
import struct
import sys

from drgn import Architecture, cast, container_of
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.net import for_each_net, netdev_priv

PT_LOAD = 1
LINEAR = 0xC000000000000000  # ppc64: where the kernel has all memory


# QEMU's dump of a ppc64 guest has neither virtual addresses nor any physical one but 0, which drgn takes for none.
def segments(core):
    fd = os.open(core, os.O_RDONLY)
    header = os.pread(fd, 64, 0)
    start, count = struct.unpack_from("<Q", header, 32)[0], struct.unpack_from("<H", header, 56)[0]
    for i in range(count):
        kind, _, at, _, address, size = struct.unpack_from("<IIQQQQ", os.pread(fd, 56, start + 56 * i))
        if kind == PT_LOAD:
            def read(_address, size, offset, _physical, at=at):
                return os.pread(fd, size, at + offset)
            prog.add_memory_segment(address, size, read, True)
            prog.add_memory_segment(LINEAR + address, size, read)


def text(pointer):
    return pointer.string_().decode() if pointer else "null"


def queues(dev):
    for i in range(dev.real_num_tx_queues.value_()):
        q = dev._tx[i]
        # with CONFIG_BQL
        limits = ("null", "null")
        if hasattr(q, "dql"):
            limits = q.dql.num_queued.value_(), q.dql.num_completed.value_()
        print("queue", text(dev.name), i, hex(q.state), q.trans_timeout.counter.value_(), q.xmit_lock_owner.value_(),
              *limits, text(q.qdisc.ops.id))


# the bytes of a ring
def raw(dev, name, address, size):
    print("raw", text(dev.name), name, hex(address), size, hashlib.sha256(prog.read(address, size)).hexdigest())


def vring(dev, name, vq):
    v = container_of(vq, "struct vring_virtqueue", "vq")
    if v.packed_ring:
        layout, ring = "packed", v.packed.vring
        counters = (v.packed.next_avail_idx, v.packed.avail_wrap_counter, v.last_used_idx & 0x7FFF, v.last_used_idx >> 15)
    else:
        layout, ring = "split", v.split.vring
        counters = (v.split.avail_idx_shadow, ring.avail.idx, ring.used.idx, v.last_used_idx)
    print("vring", text(dev.name), name, layout,
          *(int(n.value_()) for n in (ring.num, v.vq.num_free, *counters, v.free_head)))
    raw(dev, f"{name}-desc", ring.desc.value_(), 16 * ring.num.value_())


def virtio_net(dev):
    vi = netdev_priv(dev, "struct virtnet_info")
    for i in range(vi.max_queue_pairs.value_()):
        vring(dev, f"tx-{i}", vi.sq[i].vq)
        vring(dev, f"rx-{i}", vi.rq[i].vq)
    if vi.cvq:
        vring(dev, "control", vi.cvq)


def vmxnet3(dev):
    adapter = netdev_priv(dev, "struct vmxnet3_adapter")
    rings = [(f"tx-{i}", adapter.tx_queue[i].tx_ring) for i in range(adapter.num_tx_queues.value_())]
    rings += [(f"{name}-{i}", adapter.rx_queue[i].rx_ring[j]) for i in range(adapter.num_rx_queues.value_())
              for j, name in ((0, "rx"), (1, "rx-body"))]
    for name, ring in rings:
        size = ring.size.value_()
        print("ring", text(dev.name), name, size, ring.next2fill.value_(), ring.next2comp.value_())
        raw(dev, name, ring.base.value_(), size * prog.type("union Vmxnet3_GenericDesc").size)


# a ring of one of Intel's drivers: its descriptors have the type that the header has, and DECODE makes address, length
# and done of one
def intel(dev, name, ring, header, kind, decode):
    size = ring.count.value_()
    print("ring", text(dev.name), name, size, ring.next_to_use.value_(), ring.next_to_clean.value_())
    descriptors = cast(prog.pointer_type(prog.type(kind, header)), ring.desc)
    raw(dev, name, ring.desc.value_(), size * prog.type(kind, header).size)
    for i in range(size):
        address, length, done = map(int, decode(descriptors[i]))
        print("descriptor", text(dev.name), name, i, hex(address), length, done & 1)


def legacy_tx(d):
    return d.buffer_addr, d.lower.data & 0xFFFF, d.upper.data


def advanced_tx(d):
    return d.read.buffer_addr, d.read.cmd_type_len & 0xFFFF, d.wb.status


def legacy_rx(d):
    return d.buffer_addr, d.length, d.status


# what the device writes takes the place of the address
def extended_rx(d):
    return (0, d.wb.upper.length, 1) if d.wb.upper.status_error & 1 else (d.read.buffer_addr, 0, 0)


# igb leaves the status as it was when it gives an entry to the device again, and sets the length to 0
def advanced_rx(d):
    return (0, d.wb.upper.length, 1) if d.wb.upper.length else (d.read.pkt_addr, 0, 0)


# all queues of an adapter; TX and RX are kind and decode of their descriptors
def intel_queues(dev, adapter, header, tx, rx):
    for i in range(adapter.num_tx_queues.value_()):
        intel(dev, f"tx-{i}", adapter.tx_ring[i], header, *tx)
    for i in range(adapter.num_rx_queues.value_()):
        intel(dev, f"rx-{i}", adapter.rx_ring[i], header, *rx)


def e1000(dev):
    adapter = netdev_priv(dev, prog.type("struct e1000_adapter", "e1000/e1000.h"))
    intel_queues(dev, adapter, "e1000/e1000_hw.h", ("struct e1000_tx_desc", legacy_tx), ("struct e1000_rx_desc", legacy_rx))


def e1000e(dev):
    adapter = netdev_priv(dev, prog.type("struct e1000_adapter", "e1000e/e1000.h"))
    intel(dev, "tx", adapter.tx_ring, "e1000e/hw.h", "struct e1000_tx_desc", legacy_tx)
    intel(dev, "rx", adapter.rx_ring, "e1000e/hw.h", "union e1000_rx_desc_extended", extended_rx)


def igb(dev):
    adapter = netdev_priv(dev, prog.type("struct igb_adapter", "igb/igb.h"))
    intel_queues(dev, adapter, "igb/e1000_82575.h", ("union e1000_adv_tx_desc", advanced_tx),
                 ("union e1000_adv_rx_desc", advanced_rx))


def ibmveth(dev):
    adapter = netdev_priv(dev, "struct ibmveth_adapter")
    queue = adapter.rx_queue
    print("queue-of-frames", text(dev.name), queue.num_slots.value_(), queue.index.value_(), queue.toggle.value_())
    raw(dev, "rx", queue.queue_addr.value_(), queue.num_slots.value_() * prog.type("struct ibmveth_rx_q_entry").size)
    for i, pool in enumerate(adapter.rx_buff_pool):
        print("pool", text(dev.name), i, pool.size.value_(), pool.buff_size.value_(), pool.available.counter.value_(),
              pool.producer_index.value_(), pool.consumer_index.value_())


drivers = (virtio_net, vmxnet3, e1000, e1000e, igb, ibmveth)
if prog.platform.arch == Architecture.PPC64:
    segments(sys.argv[1])
prog.load_debug_info(sys.argv[2:])
for net in for_each_net(prog):
    for dev in list_for_each_entry("struct net_device", net.dev_base_head.address_of_(), "dev_list"):
        print("netdev", text(dev.name), dev.ifindex.value_(), dev.mtu.value_(), hex(dev.value_()),
              dev.carrier_up_count.counter.value_(), dev.carrier_down_count.counter.value_())
        queues(dev)
        driver = text(dev.dev.parent.driver.name) if dev.dev.parent else ""
        for walk in drivers:
            if walk.__name__ == driver:
                walk(dev)
