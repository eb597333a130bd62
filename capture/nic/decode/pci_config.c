// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/decode/pci_config.h"

#include <linux/pci_regs.h>
#include "base/bytes.h"
#include "base/cleanup.h"

enum pci_config_state pci_config_state(const uint8_t *config, size_t len)
{
	size_t ones = 0;
	while (ones < len && config[ones] == 0xff)
		ones++;
	if (len > 0 && ones == len)
		return PCI_CONFIG_GONE;
	return len < PCI_STD_HEADER_SIZEOF ? PCI_CONFIG_SHORT : PCI_CONFIG_PRESENT;
}

const char *pci_list_end_name(enum pci_list_end end)
{
	static const char *const names[] = {
		[PCI_LIST_COMPLETE] = "complete",
		[PCI_LIST_LOOP] = "loop",
		[PCI_LIST_BAD] = "bad pointer",
		[PCI_LIST_TRUNCATED] = "truncated",
	};
	return names[end];
}

/* A bit per dword of configuration space. */
struct visited {
	uint64_t bits[PCI_CONFIG_EXTENDED / 4 / 64];
};

static bool visit(struct visited *v, unsigned offset)
{
	uint64_t bit = 1ULL << (offset / 4 % 64), *word = &v->bits[offset / 4 / 64];
	if (*word & bit)
		return false;
	*word |= bit;
	return true;
}

static enum pci_list_end walk_standard(const uint8_t *config, size_t len,
				       struct pci_capabilities *out)
{
	struct visited visited = {0};
	bool cardbus = (config[PCI_HEADER_TYPE] & 0x7f) == PCI_HEADER_TYPE_CARDBUS;
	if (!(get_u16(config + PCI_STATUS, ORDER_LE) & PCI_STATUS_CAP_LIST))
		return PCI_LIST_COMPLETE;
	unsigned at = config[cardbus ? PCI_CB_CAPABILITY_LIST : PCI_CAPABILITY_LIST] & 0xfcU;
	while (at != 0) {
		if (at < PCI_STD_HEADER_SIZEOF)
			return PCI_LIST_BAD;
		if (at + 2 > len)
			return PCI_LIST_TRUNCATED;
		if (!visit(&visited, at))
			return PCI_LIST_LOOP;
		if (config[at + PCI_CAP_LIST_ID] == 0xff)
			return PCI_LIST_BAD;
		out->v[out->count++] = (struct pci_capability) {
			.id = config[at + PCI_CAP_LIST_ID],
			.offset = (uint16_t)at,
		};
		at = config[at + PCI_CAP_LIST_NEXT] & 0xfcU;
	}
	return PCI_LIST_COMPLETE;
}

static enum pci_list_end walk_extended(const uint8_t *config, size_t len,
				       struct pci_capabilities *out)
{
	struct visited visited = {0};
	unsigned at = PCI_CONFIG_STANDARD;
	if (len <= PCI_CONFIG_STANDARD) /* conventional PCI, or not allowed to read more */
		return PCI_LIST_COMPLETE;
	while (at != 0) {
		if (at < PCI_CONFIG_STANDARD)
			return PCI_LIST_BAD;
		if (at + 4 > len)
			return PCI_LIST_TRUNCATED;
		if (!visit(&visited, at))
			return PCI_LIST_LOOP;
		uint32_t header = get_u32(config + at, ORDER_LE);
		if (header == 0) /* the first one may be empty: no list */
			return at == PCI_CONFIG_STANDARD ? PCI_LIST_COMPLETE : PCI_LIST_BAD;
		if (header == 0xffffffff)
			return at == PCI_CONFIG_STANDARD ? PCI_LIST_COMPLETE : PCI_LIST_BAD;
		out->v[out->count++] = (struct pci_capability) {
			.id = (uint16_t)PCI_EXT_CAP_ID(header),
			.version = (uint8_t)PCI_EXT_CAP_VER(header),
			.offset = (uint16_t)at,
			.extended = true,
		};
		at = PCI_EXT_CAP_NEXT(header);
	}
	return PCI_LIST_COMPLETE;
}

void pci_capabilities_walk(const uint8_t *config, size_t len, struct pci_capabilities *out)
{
	out->count = 0;
	out->standard_end = out->extended_end = PCI_LIST_COMPLETE;
	if (pci_config_state(config, len) != PCI_CONFIG_PRESENT)
		return;
	len = MIN(len, (size_t)PCI_CONFIG_EXTENDED);
	out->standard_end = walk_standard(config, len, out);
	out->extended_end = walk_extended(config, len, out);
}

bool pci_resource_parse(const char *line, struct pci_resource *ret)
{
	unsigned long long start, end, flags;
	if (sscanf(line, "%llx %llx %llx", &start, &end, &flags) != 3 || flags == 0)
		return false;
	ret->start = start;
	/* the whole of the address space has no size that could be said */
	ret->size = end >= start && (start | end) ? end - start + 1 : 0;
	ret->flags = flags;
	return true;
}

void pci_json_hex(struct json *j, const char *key, uint64_t value, int width)
{
	char text[24];
	snprintf(text, sizeof(text), "0x%0*llx", width, (unsigned long long)value);
	json_str(j, key, text);
}

static void bars_json(const uint8_t *config, struct json *j)
{
	/* 6 base address registers in an ordinary function, 2 in a bridge. */
	int count = (config[PCI_HEADER_TYPE] & 0x7f) == PCI_HEADER_TYPE_NORMAL ? 6 : 2;
	json_array(j, "base_address_registers");
	for (int i = 0; i < count; i++)
		pci_json_hex(j, NULL, get_u32(config + PCI_BASE_ADDRESS_0 + 4 * i, ORDER_LE), 8);
	json_array_end(j);
}

static void header_json(const uint8_t *config, struct json *j)
{
	uint16_t command = get_u16(config + PCI_COMMAND, ORDER_LE);
	uint16_t status = get_u16(config + PCI_STATUS, ORDER_LE);
	json_object(j, "header");
	pci_json_hex(j, "vendor", get_u16(config + PCI_VENDOR_ID, ORDER_LE), 4);
	pci_json_hex(j, "device", get_u16(config + PCI_DEVICE_ID, ORDER_LE), 4);
	pci_json_hex(j, "class", get_u32(config + PCI_CLASS_REVISION, ORDER_LE) >> 8, 6);
	pci_json_hex(j, "revision", config[PCI_REVISION_ID], 2);
	pci_json_hex(j, "header_type", config[PCI_HEADER_TYPE], 2);
	pci_json_hex(j, "command", command, 4);
	json_bool(j, "memory_decode", command & PCI_COMMAND_MEMORY);
	json_bool(j, "bus_master", command & PCI_COMMAND_MASTER);
	json_bool(j, "intx_disabled", command & PCI_COMMAND_INTX_DISABLE);
	pci_json_hex(j, "status", status, 4);
	json_bool(j, "signaled_target_abort", status & PCI_STATUS_SIG_TARGET_ABORT);
	json_bool(j, "received_target_abort", status & PCI_STATUS_REC_TARGET_ABORT);
	json_bool(j, "received_master_abort", status & PCI_STATUS_REC_MASTER_ABORT);
	json_bool(j, "signaled_system_error", status & PCI_STATUS_SIG_SYSTEM_ERROR);
	json_bool(j, "detected_parity_error", status & PCI_STATUS_DETECTED_PARITY);
	bars_json(config, j);
	json_object_end(j);
}

void pci_config_json(const uint8_t *config, size_t len, struct json *j)
{
	struct pci_capabilities caps;
	switch (pci_config_state(config, len)) {
	case PCI_CONFIG_GONE:
		json_str(j, "state", "gone");
		json_str(j, "state_reason", "every byte reads as 0xff: the device does not answer");
		return;
	case PCI_CONFIG_SHORT:
		json_str(j, "state", "short");
		json_str(j, "state_reason", "fewer than the 64 bytes of the header could be read");
		return;
	case PCI_CONFIG_PRESENT:
		break;
	}
	json_str(j, "state", "present");
	header_json(config, j);
	pci_capabilities_walk(config, len, &caps);
	json_str(j, "capability_list", pci_list_end_name(caps.standard_end));
	json_str(j, "extended_capability_list", pci_list_end_name(caps.extended_end));
	json_array(j, "capabilities");
	for (size_t i = 0; i < caps.count; i++) {
		json_object(j, NULL);
		pci_json_hex(j, "offset", caps.v[i].offset, 3);
		pci_json_hex(j, "id", caps.v[i].id, caps.v[i].extended ? 4 : 2);
		json_str(j, "name", pci_capability_name(&caps.v[i]));
		pci_capability_json(config, MIN(len, (size_t)PCI_CONFIG_EXTENDED), &caps.v[i], j);
		json_object_end(j);
	}
	json_array_end(j);
}
