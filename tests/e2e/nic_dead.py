# SPDX-License-Identifier: GPL-2.0-or-later
#
# For drgn: what nic-dump dead says of interfaces, queues and rings, one line each, out of the same dump with its
# debuginfo. nic_dead.bats compares.
from drgn import container_of
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.net import netdev_priv


def text(pointer):
    return pointer.string_().decode() if pointer else "null"


def queues(dev):
    for i in range(dev.real_num_tx_queues.value_()):
        q = dev._tx[i]
        print("queue", text(dev.name), i, hex(q.state), q.trans_timeout.counter.value_(), q.xmit_lock_owner.value_(),
              q.dql.num_queued.value_(), q.dql.num_completed.value_(), text(q.qdisc.ops.id))


def vring(dev, name, vq):
    v = container_of(vq, "struct vring_virtqueue", "vq")
    print("vring", text(dev.name), name, v.split.vring.num.value_(), v.vq.num_free.value_(),
          v.split.avail_idx_shadow.value_(), v.split.vring.avail.idx.value_(), v.split.vring.used.idx.value_(),
          v.last_used_idx.value_(), v.free_head.value_())


def virtio_net(dev):
    vi = netdev_priv(dev, "struct virtnet_info")
    for i in range(vi.max_queue_pairs.value_()):
        vring(dev, f"tx-{i}", vi.sq[i].vq)
        vring(dev, f"rx-{i}", vi.rq[i].vq)
    if vi.cvq:
        vring(dev, "control", vi.cvq)


def vmxnet3(dev):
    adapter = netdev_priv(dev, "struct vmxnet3_adapter")
    for i in range(adapter.num_tx_queues.value_()):
        ring = adapter.tx_queue[i].tx_ring
        print("ring", text(dev.name), f"tx-{i}", ring.size.value_(), ring.next2fill.value_(), ring.next2comp.value_())
    for i in range(adapter.num_rx_queues.value_()):
        for j, name in ((0, "rx"), (1, "rx-body")):
            ring = adapter.rx_queue[i].rx_ring[j]
            print("ring", text(dev.name), f"{name}-{i}", ring.size.value_(), ring.next2fill.value_(),
                  ring.next2comp.value_())


for dev in list_for_each_entry("struct net_device", prog["init_net"].dev_base_head.address_of_(), "dev_list"):
    print("netdev", text(dev.name), dev.ifindex.value_(), dev.mtu.value_(), hex(dev.value_()),
          dev.carrier_up_count.counter.value_(), dev.carrier_down_count.counter.value_())
    queues(dev)
    driver = text(dev.dev.parent.driver.name) if dev.dev.parent else ""
    if driver in ("virtio_net", "vmxnet3"):
        globals()[driver](dev)
