// SPDX-License-Identifier: GPL-2.0-or-later
/* As fuzz_dead, with an mlx5 and an mlx4 interface and their devices. */
#include <stdlib.h>
#include "nic/dead_drivers.h"
#include "nic/mlx4_net.h"
#include "nic/mlx5_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_mlx(struct world *w)
{
	static struct net_world n;
	static struct mlx5_world x5;
	static struct mlx4_world x4;
	net_structs(w);
	mlx5_kernel_structs(w);
	mlx5_structs(w);
	mlx4_structs(w);
	net_machine(w, &n);
	mlx5_interface(w, &n, &x5);
	mlx5_device(w, &x5);
	mlx4_interface(w, &n, &x4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	struct layout l = mlx4_layout(with_xarray());
	if (size < 1)
		return 0;
	world_init(&w);
	w.order = data[0] & 1 ? ORDER_BE : ORDER_LE;
	write_mlx(&w);
	world_overwrite(&w, data + 1, size - 1);
	world_show(&w, &l);
	if (!strstr(w.json, "\"complete\":true"))
		abort();
	world_deinit(&w);
	return 0;
}
