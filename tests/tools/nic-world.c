// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nic-world DIRECTORY: what nic-dump dead says of an mlx5 and an mlx4 interface in memory that is
 * laid out as one kernel's BTF says (lib/btf_world.h); DIRECTORY has it in the files vmlinux,
 * mlx5_core, mlx4_core, mlx4_en. A member that this kernel lacks is "absent" in the text, or is
 * named in a line "world: …". The same on every kernel otherwise.
 */
#include <stdio.h>
#include <unistd.h>
#include "lib/nic_world.h"
#include "nic/dead/driver.h"

static void show(struct kernel *k, const char *driver, uint64_t priv)
{
	const struct dead_options o = {.vmcore = "made up", .deadline = 60};
	const struct nic_driver *drv = nic_driver_find(driver);
	struct dead d;
	if (!drv)
		abort();
	dead_init(&d, k, &o, -1, STDOUT_FILENO);
	show_object(&d.show, NULL, "%s", driver);
	nic_driver_show(&d, drv, driver, priv);
	show_object_end(&d.show);
	err_free(show_finish(&d.show));
	dead_deinit(&d);
}

int main(int argc, char **argv)
{
	static const char *const modules[] = {"mlx5_core", "mlx4_core", "mlx4_en", NULL};
	if (argc != 2) {
		fprintf(stderr, "usage: nic-world DIRECTORY\n");
		return 2;
	}
	struct btf_world *w = btf_world_create(argv[1], modules);
	uint64_t mlx5 = nic_world_mlx5(w), mlx4 = nic_world_mlx4(w);
	fflush(stdout);
	struct kernel *k = btf_world_open(w);
	show(k, "mlx5_core", mlx5);
	show(k, "mlx4_core", mlx4);
	btf_world_destroy(w);
	return 0;
}
