/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fixtures salvor_mlx5 and salvor_mlx4 share. Each fills the real structs of a driver with
 * a known state, in a guest that has no such adapter: the compiler lays them out by the driver's
 * own headers, and the driver itself is loaded beside them, so that its BTF is in the guest's
 * memory as it is on a machine that has one. The interface's device is a PCI function that nobody
 * drives, and says that it is that driver's. Nothing is ever taken apart: the guest is dumped and
 * ends.
 *
 * What was filled in is told as facts, one a line, "INTERFACE PLACE.MEMBER VALUE", in a file of
 * debugfs: in the words of nic-dump's JSON, and with values read back out of the structs.
 */
#ifndef SALVOR_FACT_H
#define SALVOR_FACT_H

#include <linux/debugfs.h>
#include <linux/device/driver.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/vmalloc.h>

static char facts[16384];
static struct debugfs_blob_wrapper facts_blob = {.data = facts};

static __printf(1, 2) void fact(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	facts_blob.size +=
		vscnprintf(facts + facts_blob.size, sizeof(facts) - facts_blob.size, fmt, ap);
	facts_blob.size +=
		scnprintf(facts + facts_blob.size, sizeof(facts) - facts_blob.size, "\n");
	va_end(ap);
}

static void facts_publish(const char *name)
{
	debugfs_create_blob(name, 0400, NULL, &facts_blob);
}

/* A PCI function without a driver, which from now on is said to have that one. */
static struct pci_dev *fixture_device(const char *driver)
{
	struct device_driver *drv = driver_find(driver, &pci_bus_type);
	struct pci_dev *pdev = NULL;
	if (!drv)
		return NULL;
	for_each_pci_dev(pdev)
	{
		if (pdev->dev.driver)
			continue;
		pdev->dev.driver = drv;
		return pdev;
	}
	return NULL;
}

static netdev_tx_t fixture_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops fixture_netdev_ops = {.ndo_start_xmit = fixture_xmit};

/* An interface whose private struct is of that size, and zero. */
static struct net_device *fixture_interface(const char *name, size_t size, struct device *parent)
{
	struct net_device *dev = alloc_netdev(size, name, NET_NAME_USER, ether_setup);
	if (!dev)
		return NULL;
	dev->netdev_ops = &fixture_netdev_ops;
	SET_NETDEV_DEV(dev, parent);
	eth_hw_addr_random(dev);
	return dev;
}

/* Pages are never given back. */
static void *zeroed(size_t size)
{
	return size <= PAGE_SIZE ? (void *)get_zeroed_page(GFP_KERNEL) : vzalloc(size);
}

#endif
