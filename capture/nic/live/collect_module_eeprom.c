// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The EEPROM of a pluggable module, page by page (ethtool netlink MODULE_EEPROM_GET): who made it,
 * and its temperature and light as it says them now. decode/module_eeprom.h knows which pages there
 * are, and what is in them.
 */
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <string.h>
#include "nic/decode/module_eeprom.h"
#include "nic/decode/netlink_attrs.h"
#include "nic/live/collector.h"
#include "nic/live/netlink.h"

/* The kernel gives at most half a page per request. */
static struct err *read_page(struct nic_netlink *n, const char *ifname,
			     const struct module_place *at, uint8_t page[MODULE_PAGE])
{
	_cleanup_buf_ struct buf answer = BUF_INIT;
	struct nlmsghdr *h = nic_netlink_command(n, ETHTOOL_MSG_MODULE_EEPROM_GET, 0);
	struct nlattr *header =
		mnl_attr_nest_start(h, ETHTOOL_A_MODULE_EEPROM_HEADER | NLA_F_NESTED);
	mnl_attr_put_strz(h, ETHTOOL_A_HEADER_DEV_NAME, ifname);
	mnl_attr_nest_end(h, header);
	mnl_attr_put_u32(h, ETHTOOL_A_MODULE_EEPROM_OFFSET, at->offset);
	mnl_attr_put_u32(h, ETHTOOL_A_MODULE_EEPROM_LENGTH, MODULE_PAGE);
	mnl_attr_put_u8(h, ETHTOOL_A_MODULE_EEPROM_PAGE, at->page);
	mnl_attr_put_u8(h, ETHTOOL_A_MODULE_EEPROM_BANK, 0);
	mnl_attr_put_u8(h, ETHTOOL_A_MODULE_EEPROM_I2C_ADDRESS, at->i2c);
	struct err *e = nic_netlink_talk(n, &answer);
	if (e)
		return e;
	const size_t attrs_at = NLMSG_HDRLEN + GENL_HDRLEN;
	struct nla_view attrs = {(const uint8_t *)answer.data + attrs_at, 0}, data;
	if (answer.len > attrs_at)
		attrs.len = answer.len - attrs_at;
	if (!nla_find(attrs, ETHTOOL_A_MODULE_EEPROM_DATA, &data) || data.len != MODULE_PAGE)
		return err_new(ERR_FORMAT, "the answer does not have the page's 128 bytes");
	memcpy(page, data.data, MODULE_PAGE);
	return NULL;
}

static void more(struct nic_netlink *n, const struct nic_subject *s, struct module *m,
		 const struct module_place *at, struct nic_output *o)
{
	uint8_t page[MODULE_PAGE];
	char file[64];
	nic_begin(o, "ethtool netlink module-eeprom get i2c 0x%02x page 0x%02x offset %u", at->i2c,
		  at->page, at->offset);
	struct err *e = read_page(n, s->name, at, page);
	if (e) {
		nic_err(o, e);
		return;
	}
	snprintf(file, sizeof(file), "module-eeprom.%02x.%02x.%u", at->i2c, at->page, at->offset);
	nic_file(o, file, page, sizeof(page));
	module_page(m, at, page, &o->values);
	nic_ok(o);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	static const struct module_place low = {MODULE_I2C, 0, 0}, high = {MODULE_I2C, 0, 128};
	(void)root;
	struct nic_netlink n;
	struct module m;
	uint8_t both[2 * MODULE_PAGE];
	nic_begin(o, "ethtool netlink module-eeprom get i2c 0x50 page 0x00 offset 0, 128");
	struct err *e = nic_netlink_init_family(&n, ETHTOOL_GENL_NAME);
	if (e) {
		nic_err(o, e);
		return;
	}
	e = read_page(&n, s->name, &low, both);
	if (!e)
		e = read_page(&n, s->name, &high, both + MODULE_PAGE);
	if (e) {
		nic_err(o, e);
		nic_netlink_deinit(&n);
		return;
	}
	nic_file(o, "module-eeprom", both, sizeof(both));
	module_begin(&m, both, both + MODULE_PAGE, &o->values);
	nic_ok(o);
	for (const struct module_place *at = module_more(&m); at->i2c; at++)
		more(&n, s, &m, at, o);
	nic_netlink_deinit(&n);
}

const struct nic_collector nic_collect_module_eeprom = {
	.name = "module-eeprom",
	.subjects = NIC_INTERFACE,
	.stages = NIC_LIVE,
	.access = NIC_ASKS_KERNEL,
	.device_only = true,
	.deadline = 5, /* I2C is slow */
	.collect = collect,
};
