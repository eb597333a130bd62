// SPDX-License-Identifier: GPL-2.0-or-later
/* Names and registers of single capabilities; the list they hang on is pci_config.c's business. */
#include "nic/decode/pci_config.h"

#include <linux/pci_regs.h>
#include "base/bytes.h"
#include "base/cleanup.h"

static const char *const standard_names[] = {
	[PCI_CAP_ID_PM] = "Power Management",
	[PCI_CAP_ID_AGP] = "AGP",
	[PCI_CAP_ID_VPD] = "Vital Product Data",
	[PCI_CAP_ID_SLOTID] = "Slot Identification",
	[PCI_CAP_ID_MSI] = "MSI",
	[PCI_CAP_ID_CHSWP] = "CompactPCI Hot Swap",
	[PCI_CAP_ID_PCIX] = "PCI-X",
	[PCI_CAP_ID_HT] = "HyperTransport",
	[PCI_CAP_ID_VNDR] = "Vendor Specific",
	[PCI_CAP_ID_DBG] = "Debug Port",
	[PCI_CAP_ID_SHPC] = "Hot-Plug Controller",
	[PCI_CAP_ID_SSVID] = "Bridge Subsystem ID",
	[PCI_CAP_ID_SECDEV] = "Secure Device",
	[PCI_CAP_ID_EXP] = "PCI Express",
	[PCI_CAP_ID_MSIX] = "MSI-X",
	[PCI_CAP_ID_SATA] = "SATA",
	[PCI_CAP_ID_AF] = "Advanced Features",
	[PCI_CAP_ID_EA] = "Enhanced Allocation",
};

static const char *const extended_names[] = {
	[PCI_EXT_CAP_ID_ERR] = "Advanced Error Reporting",
	[PCI_EXT_CAP_ID_VC] = "Virtual Channel",
	[PCI_EXT_CAP_ID_DSN] = "Device Serial Number",
	[PCI_EXT_CAP_ID_PWR] = "Power Budgeting",
	[PCI_EXT_CAP_ID_VNDR] = "Vendor Specific Extended",
	[PCI_EXT_CAP_ID_ACS] = "Access Control Services",
	[PCI_EXT_CAP_ID_ARI] = "Alternative Routing-ID",
	[PCI_EXT_CAP_ID_ATS] = "Address Translation Services",
	[PCI_EXT_CAP_ID_SRIOV] = "SR-IOV",
	[PCI_EXT_CAP_ID_MCAST] = "Multicast",
	[PCI_EXT_CAP_ID_PRI] = "Page Request Interface",
	[PCI_EXT_CAP_ID_REBAR] = "Resizable BAR",
	[PCI_EXT_CAP_ID_TPH] = "TPH Requester",
	[PCI_EXT_CAP_ID_LTR] = "Latency Tolerance Reporting",
	[PCI_EXT_CAP_ID_SECPCI] = "Secondary PCI Express",
	[PCI_EXT_CAP_ID_PASID] = "PASID",
	[PCI_EXT_CAP_ID_DPC] = "Downstream Port Containment",
	[PCI_EXT_CAP_ID_L1SS] = "L1 PM Substates",
	[PCI_EXT_CAP_ID_PTM] = "Precision Time Measurement",
	[PCI_EXT_CAP_ID_DVSEC] = "Designated Vendor Specific",
	[PCI_EXT_CAP_ID_DLF] = "Data Link Feature",
	[PCI_EXT_CAP_ID_PL_16GT] = "Physical Layer 16.0 GT/s",
};

const char *pci_capability_name(const struct pci_capability *c)
{
	if (c->extended)
		return c->id < ARRAY_SIZE(extended_names) ? extended_names[c->id] : NULL;
	return c->id < ARRAY_SIZE(standard_names) ? standard_names[c->id] : NULL;
}

/* The capability's bytes that exist: at, and how many until the end of what was read. */
struct view {
	const uint8_t *at;
	size_t len;
};

static uint16_t u16(const struct view *v, size_t offset)
{
	return get_u16(v->at + offset, ORDER_LE);
}

static uint32_t u32(const struct view *v, size_t offset)
{
	return get_u32(v->at + offset, ORDER_LE);
}

static void power_json(const struct view *v, struct json *j)
{
	char state[4] = {'D', (char)('0' + (u16(v, PCI_PM_CTRL) & PCI_PM_CTRL_STATE_MASK))};
	pci_json_hex(j, "control_status", u16(v, PCI_PM_CTRL), 4);
	json_str(j, "power_state", state);
}

static void msi_json(const struct view *v, struct json *j)
{
	uint16_t flags = u16(v, PCI_MSI_FLAGS);
	pci_json_hex(j, "flags", flags, 4);
	json_bool(j, "enabled", flags & PCI_MSI_FLAGS_ENABLE);
	json_u64(j, "vectors", 1U << ((flags & PCI_MSI_FLAGS_QSIZE) >> 4));
}

static void msix_json(const struct view *v, struct json *j)
{
	uint16_t flags = u16(v, PCI_MSIX_FLAGS);
	json_bool(j, "enabled", flags & PCI_MSIX_FLAGS_ENABLE);
	json_bool(j, "masked", flags & PCI_MSIX_FLAGS_MASKALL);
	json_u64(j, "vectors", (flags & PCI_MSIX_FLAGS_QSIZE) + 1U);
	pci_json_hex(j, "table", u32(v, PCI_MSIX_TABLE), 8);
	pci_json_hex(j, "pending_bits", u32(v, PCI_MSIX_PBA), 8);
}

static void express_json(const struct view *v, struct json *j)
{
	uint16_t device_status = u16(v, PCI_EXP_DEVSTA), link = u16(v, PCI_EXP_LNKSTA);
	json_u64(j, "port_type", (u16(v, PCI_EXP_FLAGS) & PCI_EXP_FLAGS_TYPE) >> 4);
	pci_json_hex(j, "device_control", u16(v, PCI_EXP_DEVCTL), 4);
	pci_json_hex(j, "device_status", device_status, 4);
	json_bool(j, "correctable_error", device_status & PCI_EXP_DEVSTA_CED);
	json_bool(j, "nonfatal_error", device_status & PCI_EXP_DEVSTA_NFED);
	json_bool(j, "fatal_error", device_status & PCI_EXP_DEVSTA_FED);
	json_bool(j, "unsupported_request", device_status & PCI_EXP_DEVSTA_URD);
	json_bool(j, "transactions_pending", device_status & PCI_EXP_DEVSTA_TRPND);
	pci_json_hex(j, "link_capabilities", u32(v, PCI_EXP_LNKCAP), 8);
	pci_json_hex(j, "link_control", u16(v, PCI_EXP_LNKCTL), 4);
	pci_json_hex(j, "link_status", link, 4);
	json_u64(j, "link_speed_code", link & PCI_EXP_LNKSTA_CLS);
	json_u64(j, "link_width", (link & PCI_EXP_LNKSTA_NLW) >> PCI_EXP_LNKSTA_NLW_SHIFT);
}

/* Mellanox devices: the window through which firmware and CR space are reached. Read, never
 * written. */
static void vendor_json(const struct view *v, struct json *j)
{
	char hex[2 * 256 + 1] = "";
	size_t len = MIN((size_t)v->at[2], v->len);
	for (size_t i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", v->at[i]);
	json_u64(j, "length", v->at[2]);
	json_str(j, "bytes", hex);
}

static void error_reporting_json(const struct view *v, struct json *j)
{
	pci_json_hex(j, "uncorrectable_status", u32(v, PCI_ERR_UNCOR_STATUS), 8);
	pci_json_hex(j, "uncorrectable_mask", u32(v, PCI_ERR_UNCOR_MASK), 8);
	pci_json_hex(j, "uncorrectable_severity", u32(v, PCI_ERR_UNCOR_SEVER), 8);
	pci_json_hex(j, "correctable_status", u32(v, PCI_ERR_COR_STATUS), 8);
	pci_json_hex(j, "correctable_mask", u32(v, PCI_ERR_COR_MASK), 8);
	pci_json_hex(j, "control", u32(v, PCI_ERR_CAP), 8);
	json_array(j, "header_log");
	for (size_t i = 0; i < 4; i++)
		pci_json_hex(j, NULL, u32(v, PCI_ERR_HEADER_LOG + 4 * i), 8);
	json_array_end(j);
}

static void serial_json(const struct view *v, struct json *j)
{
	pci_json_hex(j, "serial_number", (uint64_t)u32(v, 8) << 32 | u32(v, 4), 16);
}

static void sriov_json(const struct view *v, struct json *j)
{
	uint16_t control = u16(v, PCI_SRIOV_CTRL);
	json_bool(j, "vf_enabled", control & PCI_SRIOV_CTRL_VFE);
	json_bool(j, "vf_memory_decode", control & PCI_SRIOV_CTRL_MSE);
	json_u64(j, "initial_vfs", u16(v, PCI_SRIOV_INITIAL_VF));
	json_u64(j, "total_vfs", u16(v, PCI_SRIOV_TOTAL_VF));
	json_u64(j, "num_vfs", u16(v, PCI_SRIOV_NUM_VF));
	json_u64(j, "vf_offset", u16(v, PCI_SRIOV_VF_OFFSET));
	json_u64(j, "vf_stride", u16(v, PCI_SRIOV_VF_STRIDE));
	pci_json_hex(j, "vf_device", u16(v, PCI_SRIOV_VF_DID), 4);
}

static const struct {
	bool extended;
	uint16_t id;
	uint16_t needs; /* bytes read by the function */
	void (*json)(const struct view *v, struct json *j);
} decoders[] = {
	{false, PCI_CAP_ID_PM, 6, power_json},
	{false, PCI_CAP_ID_MSI, 4, msi_json},
	{false, PCI_CAP_ID_MSIX, 12, msix_json},
	{false, PCI_CAP_ID_EXP, 20, express_json},
	{false, PCI_CAP_ID_VNDR, 3, vendor_json},
	{true, PCI_EXT_CAP_ID_ERR, PCI_ERR_HEADER_LOG + 16, error_reporting_json},
	{true, PCI_EXT_CAP_ID_DSN, 12, serial_json},
	{true, PCI_EXT_CAP_ID_SRIOV, PCI_SRIOV_VF_DID + 2, sriov_json},
};

void pci_capability_json(const uint8_t *config, size_t len, const struct pci_capability *c,
			 struct json *j)
{
	/* A standard capability ends where extended configuration space starts. */
	size_t end = c->extended ? len : MIN(len, (size_t)PCI_CONFIG_STANDARD);
	if (c->offset >= end)
		return;
	struct view v = {.at = config + c->offset, .len = end - c->offset};
	if (c->extended)
		json_u64(j, "version", c->version);
	for (size_t i = 0; i < ARRAY_SIZE(decoders); i++) {
		if (decoders[i].extended != c->extended || decoders[i].id != c->id)
			continue;
		if (v.len >= decoders[i].needs)
			decoders[i].json(&v, j);
		else
			json_bool(j, "truncated", true);
	}
}
