// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nic-world DIRECTORY [ROUNDS SEED]: what nic-dump dead says of an mlx5 and an mlx4 interface in
 * memory that is laid out as one kernel's BTF says (lib/btf_world.h); DIRECTORY has it in the files
 * vmlinux, mlx5_core, mlx4_core, mlx4_en. A member that this kernel lacks is "absent" in the text,
 * or is named in a line "world: …". The same on every kernel otherwise. With ROUNDS it is said so
 * often of memory that was damaged each time anew, and thrown away: what counts is that it ends
 * (and, in a build with sanitizers, how); SEED, not 0, is the first one's and then grows by one.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "lib/nic_world.h"
#include "nic/dead/driver.h"

static void show(struct kernel *k, const char *driver, uint64_t priv, int fd)
{
	const struct dead_options o = {.vmcore = "made up", .deadline = 60};
	const struct nic_driver *drv = nic_driver_find(driver);
	struct dead d;
	if (!drv)
		abort();
	dead_init(&d, k, &o, fd == STDOUT_FILENO ? -1 : fd, fd);
	show_object(&d.show, NULL, "%s", driver);
	nic_driver_show(&d, drv, driver, priv);
	show_object_end(&d.show);
	err_free(show_finish(&d.show));
	dead_deinit(&d);
}

struct interfaces {
	uint64_t mlx5, mlx4;
};

static void once(struct btf_world *w, const struct interfaces *at, uint64_t seed,
		 unsigned int words, int fd)
{
	struct kernel *k = btf_world_open(w, &seed, words);
	show(k, "mlx5_core", at->mlx5, fd);
	show(k, "mlx4_core", at->mlx4, fd);
	btf_world_close(w);
}

static int damaged(struct btf_world *w, const struct interfaces *at, unsigned long rounds,
		   unsigned long seed)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return 1;
	for (unsigned long i = 0; i < rounds; i++)
		once(w, at, seed + i, 1 + (unsigned int)((seed + i) % 40), fd);
	printf("%lu rounds\n", rounds);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const modules[] = {"mlx5_core", "mlx4_core", "mlx4_en", NULL};
	if (argc != 2 && argc != 4) {
		fprintf(stderr, "usage: nic-world DIRECTORY [ROUNDS SEED]\n");
		return 2;
	}
	struct btf_world *w = btf_world_create(argv[1], modules);
	struct interfaces at = {.mlx5 = nic_world_mlx5(w), .mlx4 = nic_world_mlx4(w)};
	int status = 0;
	fflush(stdout);
	if (argc == 2)
		once(w, &at, 1, 0, STDOUT_FILENO);
	else
		status = damaged(w, &at, strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
	btf_world_destroy(w);
	return status;
}
