/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes the bytes of a PCI function's configuration space (little-endian on every host). The
 * bytes are untrusted: a dying device gives anything, capability pointers may loop or point
 * nowhere. Pure: no I/O, no allocation in the walk. Layout: PCI Local Bus 3.0, PCI Express
 * Base 5.0; the numbers are those of Linux's include/uapi/linux/pci_regs.h.
 */
#ifndef SALVOR_NIC_DECODE_PCI_CONFIG_H
#define SALVOR_NIC_DECODE_PCI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/json.h"

#define PCI_CONFIG_STANDARD 256
#define PCI_CONFIG_EXTENDED 4096

enum pci_config_state {
	PCI_CONFIG_PRESENT,
	PCI_CONFIG_GONE,  /* every byte is 0xff: reads are answered by nobody */
	PCI_CONFIG_SHORT, /* fewer bytes than the 64 of the header */
};

/* Why a capability list ended. */
enum pci_list_end {
	PCI_LIST_COMPLETE,  /* a null pointer, or no list at all */
	PCI_LIST_LOOP,	    /* a pointer back to a capability already seen */
	PCI_LIST_BAD,	    /* a pointer into the header, or a capability that is all ones */
	PCI_LIST_TRUNCATED, /* a pointer behind the bytes we have */
};

struct pci_capability {
	uint16_t id;
	uint16_t offset;
	uint8_t version; /* extended capabilities only */
	bool extended;
};

/* One slot per dword that can hold a capability: a list without a loop cannot be longer. */
#define PCI_CAPABILITIES_MAX ((256 - 64) / 4 + (4096 - 256) / 4)

struct pci_capabilities {
	struct pci_capability v[PCI_CAPABILITIES_MAX];
	size_t count;
	enum pci_list_end standard_end;
	enum pci_list_end extended_end;
};

enum pci_config_state pci_config_state(const uint8_t *config, size_t len);

/* Both lists. Bytes behind len do not exist; len may be anything. */
void pci_capabilities_walk(const uint8_t *config, size_t len, struct pci_capabilities *out);

/* "complete", "loop", "bad pointer", "truncated". */
const char *pci_list_end_name(enum pci_list_end end);
/* "MSI-X", "Advanced Error Reporting"; NULL for one we have no name for. */
const char *pci_capability_name(const struct pci_capability *c);

/* Members "state", "header", "capabilities", … of an object the caller has open. */
void pci_config_json(const uint8_t *config, size_t len, struct json *j);
/* The registers of one capability that mean something after a crash (decode/pci_capability.c). */
void pci_capability_json(const uint8_t *config, size_t len, const struct pci_capability *c,
			 struct json *j);

/* One line of sysfs' "resource": a BAR, the ROM or a window. */
struct pci_resource {
	uint64_t start;
	uint64_t size; /* 0: not assigned, or no range */
	uint64_t flags;
};

/* IORESOURCE_* of include/linux/ioport.h: not in any uapi header, but what sysfs prints. */
#define PCI_RESOURCE_IO	      0x00000100ULL
#define PCI_RESOURCE_MEM      0x00000200ULL
#define PCI_RESOURCE_PREFETCH 0x00002000ULL
#define PCI_RESOURCE_MEM_64   0x00100000ULL

/* False: there is nothing. */
bool pci_resource_parse(const char *line, struct pci_resource *ret);

/* "0x" and width hex digits. */
void pci_json_hex(struct json *j, const char *key, uint64_t value, int width);

#endif
