// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver's word in the kernel's log, on request: insmod salvor_say.ko interface=NAME text=WORDS
 * says it with netdev_err(), as the driver of that interface would. It never stays loaded. What
 * user space writes to /dev/kmsg is marked as such, so it cannot stand in for this.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/net_namespace.h>

static char *interface = "";
module_param(interface, charp, 0);
static char *text = "";
module_param(text, charp, 0);

static int __init say(void)
{
	struct net_device *dev = dev_get_by_name(&init_net, interface);

	if (!dev)
		return -ENODEV;
	netdev_err(dev, "%s\n", text);
	dev_put(dev);
	return -EAGAIN;
}
module_init(say);

MODULE_DESCRIPTION("says something in the name of a network interface");
MODULE_LICENSE("GPL");
