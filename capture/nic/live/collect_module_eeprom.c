// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The EEPROM of a pluggable module, page by page (ethtool netlink MODULE_EEPROM_GET): who made it,
 * and its temperature and light as it says them now. Which pages there are depends on what the
 * first byte says it is (SFF-8024 identifiers; SFF-8472, SFF-8636, CMIS).
 */
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <string.h>
#include "nic/decode/netlink_attrs.h"
#include "nic/live/collector.h"
#include "nic/live/netlink.h"

#define PAGE_BYTES 128
#define SFP_I2C	   0x50
#define SFP_DIAG   0x51

enum form { FORM_SFP, FORM_QSFP, FORM_CMIS, FORM_UNKNOWN };

static enum form form_of(uint8_t identifier)
{
	switch (identifier) {
	case 0x03: /* SFP */
	case 0x0b:
		return FORM_SFP;
	case 0x0c: /* QSFP, QSFP+, QSFP28 */
	case 0x0d:
	case 0x11:
		return FORM_QSFP;
	case 0x18: /* QSFP-DD, OSFP, DSFP, QSFP+ with CMIS, SFP-DD with CMIS */
	case 0x19:
	case 0x1b:
	case 0x1e:
	case 0x1f:
		return FORM_CMIS;
	default:
		return FORM_UNKNOWN;
	}
}

/* page[128] from offset 0 or 128 of the EEPROM; the kernel allows at most half of it per request.
 */
static struct err *read_page(struct nic_netlink *n, const char *ifname, uint8_t i2c, uint8_t number,
			     uint32_t offset, uint8_t page[PAGE_BYTES])
{
	_cleanup_buf_ struct buf answer = BUF_INIT;
	struct nlmsghdr *h = nic_netlink_command(n, ETHTOOL_MSG_MODULE_EEPROM_GET, 0);
	struct nlattr *header =
		mnl_attr_nest_start(h, ETHTOOL_A_MODULE_EEPROM_HEADER | NLA_F_NESTED);
	mnl_attr_put_strz(h, ETHTOOL_A_HEADER_DEV_NAME, ifname);
	mnl_attr_nest_end(h, header);
	mnl_attr_put_u32(h, ETHTOOL_A_MODULE_EEPROM_OFFSET, offset);
	mnl_attr_put_u32(h, ETHTOOL_A_MODULE_EEPROM_LENGTH, PAGE_BYTES);
	mnl_attr_put_u8(h, ETHTOOL_A_MODULE_EEPROM_PAGE, number);
	mnl_attr_put_u8(h, ETHTOOL_A_MODULE_EEPROM_BANK, 0);
	mnl_attr_put_u8(h, ETHTOOL_A_MODULE_EEPROM_I2C_ADDRESS, i2c);
	struct err *e = nic_netlink_talk(n, &answer);
	if (e)
		return e;
	const size_t attrs_at = NLMSG_HDRLEN + GENL_HDRLEN;
	struct nla_view attrs = {(const uint8_t *)answer.data + attrs_at, 0}, data;
	if (answer.len > attrs_at)
		attrs.len = answer.len - attrs_at;
	if (!nla_find(attrs, ETHTOOL_A_MODULE_EEPROM_DATA, &data) || data.len != PAGE_BYTES)
		return err_new(ERR_FORMAT, "the answer does not have the page's 128 bytes");
	memcpy(page, data.data, PAGE_BYTES);
	return NULL;
}

static void text(struct json *j, const char *key, const uint8_t *page, size_t at, size_t len)
{
	const char *p = (const char *)page + at;
	while (len && (p[len - 1] == ' ' || p[len - 1] == '\0'))
		len--;
	if (len)
		json_strn(j, key, p, len);
}

/* The vendor's fields are 16 bytes each; where they are, the three specifications say. */
static void identity(struct json *j, const uint8_t low[PAGE_BYTES], const uint8_t high[PAGE_BYTES])
{
	enum form form = form_of(low[0]);
	json_u64(j, "identifier", low[0]);
	if (form == FORM_UNKNOWN)
		return;
	const uint8_t *p = form == FORM_SFP ? low : high;
	size_t vendor = form == FORM_SFP ? 20 : form == FORM_QSFP ? 20 : 1;
	size_t part = form == FORM_SFP ? 40 : form == FORM_QSFP ? 40 : 20;
	size_t serial = form == FORM_SFP ? 68 : form == FORM_QSFP ? 68 : 38;
	text(j, "vendor", p, vendor, 16);
	text(j, "part", p, part, 16);
	text(j, "serial", p, serial, 16);
}

static void more(struct nic_netlink *n, const struct nic_subject *s, uint8_t i2c, uint8_t number,
		 uint32_t offset, struct nic_output *o)
{
	uint8_t page[PAGE_BYTES];
	char file[64];
	nic_begin(o, "ethtool netlink module-eeprom get i2c 0x%02x page 0x%02x offset %u", i2c,
		  number, offset);
	struct err *e = read_page(n, s->name, i2c, number, offset, page);
	if (e) {
		nic_err(o, e);
		return;
	}
	snprintf(file, sizeof(file), "module-eeprom.%02x.%02x.%u", i2c, number, offset);
	nic_file(o, file, page, sizeof(page));
	nic_ok(o);
}

static void collect(const struct root *root, const struct nic_subject *s, struct nic_output *o)
{
	static const struct {
		enum form form;
		uint8_t i2c, page;
		uint32_t offset;
	} pages[] = {
		{FORM_SFP, SFP_DIAG, 0, 0},	 {FORM_SFP, SFP_DIAG, 0, 128},
		{FORM_QSFP, SFP_I2C, 3, 128},	 {FORM_CMIS, SFP_I2C, 1, 128},
		{FORM_CMIS, SFP_I2C, 2, 128},	 {FORM_CMIS, SFP_I2C, 0x10, 128},
		{FORM_CMIS, SFP_I2C, 0x11, 128},
	};
	(void)root;
	struct nic_netlink n;
	uint8_t both[2 * PAGE_BYTES];
	nic_begin(o, "ethtool netlink module-eeprom get i2c 0x50 page 0x00 offset 0, 128");
	struct err *e = nic_netlink_init_family(&n, ETHTOOL_GENL_NAME);
	if (e) {
		nic_err(o, e);
		return;
	}
	e = read_page(&n, s->name, SFP_I2C, 0, 0, both);
	if (!e)
		e = read_page(&n, s->name, SFP_I2C, 0, PAGE_BYTES, both + PAGE_BYTES);
	if (e) {
		nic_err(o, e);
		nic_netlink_deinit(&n);
		return;
	}
	nic_file(o, "module-eeprom", both, sizeof(both));
	identity(&o->values, both, both + PAGE_BYTES);
	nic_ok(o);
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		if (pages[i].form == form_of(both[0]))
			more(&n, s, pages[i].i2c, pages[i].page, pages[i].offset, o);
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
