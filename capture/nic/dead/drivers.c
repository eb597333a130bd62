// SPDX-License-Identifier: GPL-2.0-or-later
/* The drivers whose structs are known, and what all of them are shown with. */
#include <string.h>
#include "nic/dead/driver.h"

/* By name; the order does not matter. */
static const struct nic_driver *const drivers[] = {
	&nic_drv_virtio_net, &nic_drv_e1000,   &nic_drv_e1000e, &nic_drv_igb,
	&nic_drv_ibmveth,    &nic_drv_vmxnet3, &nic_drv_mlx5,	&nic_drv_mlx4,
};

const struct nic_driver *nic_driver_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (strcmp(drivers[i]->name, name) == 0)
			return drivers[i];
	return NULL;
}

static void rings(struct dead *d, const struct nic_ring *r, const struct place *priv)
{
	struct place ring;
	uint64_t n = 1;
	if (r->count) {
		enum found f = place_number(priv, r->count, &n);
		if (f != FOUND) {
			dead_note(d, "%s: the number of %s rings is %s", d->raw_dir, r->label,
				  dead_why(f));
			return;
		}
	}
	for (unsigned int i = 0; i < MIN(n, r->max) && dead_time_left(d); i++) {
		enum found f = dead_at_index(priv, r->path, i, &ring);
		if (f == FOUND)
			nic_ring_show(d, r, &ring, r->count ? (int)i : -1);
		else
			dead_note(d, "%s: ring %s %u is %s", d->raw_dir, r->label, i, dead_why(f));
	}
	if (n > r->max)
		dead_note(d, "%s claims more %s rings than there can be", d->raw_dir, r->label);
}

void nic_driver_show(struct dead *d, const struct nic_driver *drv, const char *module,
		     uint64_t addr)
{
	struct place priv;
	enum found f = FOUND_ABSENT;
	if (module)
		f = place_struct(d->k, module, drv->priv, addr, &priv);
	if (f != FOUND) /* the interface is another module's than the device: mlx4_en */
		f = place_struct(d->k, drv->module, drv->priv, addr, &priv);
	if (f != FOUND) {
		dead_note(d, "%s: no type %s in this kernel (the module's BTF is missing?)",
			  d->raw_dir, drv->priv);
		return;
	}
	show_object(&d->show, "driver_state", "%s", drv->name);
	nic_health_context(&d->health, "driver");
	dead_members(d, &priv, drv->members);
	show_list(&d->show, "rings");
	for (const struct nic_ring *r = drv->rings; r && r->label; r++)
		rings(d, r, &priv);
	show_list_end(&d->show);
	if (drv->walk)
		drv->walk(d, &priv);
	nic_health_context(&d->health, NULL);
	show_object_end(&d->show);
}
