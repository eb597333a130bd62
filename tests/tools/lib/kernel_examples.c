// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_examples.h"

#include <inttypes.h>
#include "kernel/list.h"

/* How many ticks the kernel lived for: a variable by its symbol. */
struct err *example_symbol(struct kernel *k, struct buf *out)
{
	uint64_t addr, jiffies;
	struct err *e = kernel_symbol(k, "jiffies", &addr);
	if (!e)
		e = kmem_u64(&k->kmem, addr, &jiffies);
	if (e)
		return e;
	buf_printf(out, "jiffies %" PRIu64 "\n", jiffies);
	return NULL;
}

/* One struct net_device: its name, an array of 16 characters, and its MTU. */
static struct err *put_device(struct kernel *k, uint64_t device, struct buf *out)
{
	struct member name, mtu;
	char text[16];
	uint32_t bytes;
	struct err *e = types_member(k->types, NULL, "net_device.name", &name);
	if (!e)
		e = types_member(k->types, NULL, "net_device.mtu", &mtu);
	if (!e)
		e = kmem_read(&k->kmem, device + name.offset, text, sizeof(text));
	if (!e)
		e = kmem_u32(&k->kmem, device + mtu.offset, &bytes);
	if (!e)
		buf_printf(out, "%.*s: mtu %" PRIu32 "\n", (int)sizeof(text), text, bytes);
	return e;
}

/* The network interfaces: a list, by the types that the kernel has of itself. */
struct err *example_devices(struct kernel *k, struct buf *out)
{
	struct member head, node;
	struct list_iter it;
	uint64_t init_net, device;
	if (!k->types)
		return err_new(ERR_MISSING, "no types: %s", buf_str(&k->no_types));
	struct err *e = kernel_symbol(k, "init_net", &init_net);
	if (!e)
		e = types_member(k->types, NULL, "net.dev_base_head", &head);
	if (!e)
		e = types_member(k->types, NULL, "net_device.dev_list", &node);
	if (e)
		return e;
	list_init(&it, &k->kmem, init_net + head.offset, node.offset, 10000);
	while (!e && list_next(&it, &device))
		e = put_device(k, device, out);
	if (!e && it.walk.why != WALK_END)
		buf_printf(out, "(the list goes on: %s at %#" PRIx64 ")\n",
			   walk_why_name(it.walk.why), it.walk.where);
	return e;
}

/* Who the kernel was: a struct, as drgn would print it. */
struct err *example_struct(struct kernel *k, struct buf *out)
{
	struct print_limits limits = PRINT_LIMITS;
	struct member name;
	uint64_t addr;
	if (!k->types)
		return err_new(ERR_MISSING, "no types: %s", buf_str(&k->no_types));
	struct err *e = kernel_symbol(k, "init_uts_ns", &addr);
	if (!e)
		e = types_member(k->types, NULL, "uts_namespace.name", &name);
	if (!e)
		e = type_print(&k->kmem, k->symbols, name.type, addr + name.offset, &limits, out);
	if (!e)
		buf_putc(out, '\n');
	return e;
}
