/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory on a mounted target that dumps are saved in. What lies on the target was written by
 * others: no symbolic link on it leads out of it. Mounts nothing, and makes directories only.
 */
#ifndef SALVOR_CRASH_SAVE_DIR_H
#define SALVOR_CRASH_SAVE_DIR_H

#include <limits.h>
#include "base/err.h"

/*
 * Opens save_path below the directory mount (which is where its links' "/" is), makes what is
 * missing of it with mode 0755, and checks that it is on the same mount. real gets its path without
 * symbolic links, as open(2) takes it. Kernels without openat2(2) (before 5.6) refuse links on the
 * way.
 */
struct err *save_dir_open(const char *mount, const char *save_path, char real[PATH_MAX]) must_check;

#endif
