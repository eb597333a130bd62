/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of one network driver's structs in memory. A driver is one file drv_<name>.c that
 * ends in one `const struct nic_driver`, and a line in drivers.c.
 *
 * Adding a driver: its members and rings are tables of paths, which this kernel's BTF of the
 * module resolves (members.h, place.h); what tables cannot say is walk()'s. Descriptors are decoded
 * by pure functions of capture/nic/decode with a fuzz target. They hold addresses of the bus, which
 * may have an IOMMU: those are shown, and never read. A ring's kind says whom its entries wait for;
 * what is never right is marked in the tables, or said with nic_health_wrong(). Then: a line in the
 * man page, a test in tests/unit/nic with a small world of its structs, and the adapter in the
 * guest of tests/e2e/nics; where no emulator has one, a module that fills the driver's structs
 * (tests/e2e/nics/mlx), and the types of more kernels (tests/tools/nic-world).
 */
#ifndef SALVOR_NIC_DEAD_DRIVER_H
#define SALVOR_NIC_DEAD_DRIVER_H

#include "nic/dead/members.h"
#include "nic/decode/desc.h"

/* A kind of ring of a driver: descriptors, and two indices. */
struct nic_ring {
	const char *label; /* of the ring and its file: "tx", with '-' and the index */
	enum nic_ring_kind kind;
	const char *path;  /* from the private struct; '#' is the index */
	const char *count; /* how many there are, a path from there too; NULL: one */
	unsigned int max;
	const struct nic_member *members;
	const char *base;    /* pointer to the descriptors, from the ring as all that follow */
	const char *entries; /* how many */
	const char *use;     /* the next that the driver fills; NULL: no indices */
	const char *clean;   /* the next that it expects to be done */
	const char *next;    /* of a completion ring: the next that the driver will look at, */
	const char *gen;     /* and the bit (status) that new entries have */
	const char *stamp;   /* jiffies when entry '#' was given to the device; NULL: not kept */
	const struct nic_desc_format *(*format)(const struct place *ring);
};

struct nic_driver {
	const char *name;   /* of its struct device_driver */
	const char *module; /* whose types it has, where the owner of the device has none of them */
	const char *priv;   /* what netdev_priv() is: "struct igb_adapter" */
	const struct nic_member *members;
	const struct nic_ring *rings; /* ends with a NULL label; NULL: none */
	/* What is shown besides, inside of the object "driver_state"; NULL: nothing. */
	void (*walk)(struct dead *d, const struct place *priv);
};

extern const struct nic_driver nic_drv_virtio_net, nic_drv_e1000, nic_drv_e1000e, nic_drv_igb,
	nic_drv_ibmveth, nic_drv_vmxnet3, nic_drv_mlx5, nic_drv_mlx4;

/* netdev_priv() of a struct net_device; 0: not known. */
uint64_t nic_priv(const struct place *dev);
/* NULL: its rings are not known. */
const struct nic_driver *nic_driver_find(const char *name);
/* Everything of the interface whose private struct is at priv. */
void nic_driver_show(struct dead *d, const struct nic_driver *drv, const char *module,
		     uint64_t priv);
/* One ring as the table says; label without index where index is negative. */
void nic_ring_show(struct dead *d, const struct nic_ring *r, const struct place *ring, int index);

/*
 * Rows of a list of descriptors: people see the first few, programs all. nic_rows_more() before
 * each one, nic_rows_end() behind the last.
 */
void nic_rows_more(struct dead *d, uint64_t *rows);
void nic_rows_end(struct dead *d, uint64_t rows);
/* A row for each of n descriptors from index first on, of a ring of size. */
void nic_descs_show(struct dead *d, const struct nic_desc_format *f, const struct place *base,
		    uint64_t size, uint64_t first, uint64_t n);

#endif
