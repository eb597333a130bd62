# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Runs a command inside a root of the lab. Every mount lives in a mount namespace of the command's own and
# goes with it, so an interruption leaves nothing mounted.

# enter ROOT CMD…: chroot into ROOT with /dev, /proc, /sys, /tmp, the repository, the lab's cache and the
# directories of LAB_BIND (separated by ':') at their usual places; the working directory is kept.
enter() { (enter_exec "$@"); }

# enter_exec ROOT CMD…: the same, in place of this process: CMD gets its process id
enter_exec() {
	local root=$1 top
	shift
	top=$(cd "$E2E/../.." && pwd)
	[ -d "$root" ] || die "no root at $root (lab build makes it)"
	# shellcheck disable=SC2016 # expanded inside
	exec unshare --mount --propagation private -- bash -euc '
		root=$1 binds=$2
		shift 2
		attach() {
			[ -e "$1" ] || return 0
			if [ -d "$1" ]; then mkdir -p "$root$1"; else touch "$root$1"; fi
			mount "$2" "$1" "$root$1"
		}
		IFS=:
		for dir in $binds; do attach "$dir" --bind; done
		unset IFS
		for dir in /dev /proc /sys; do attach "$dir" --rbind; done
		for file in /etc/resolv.conf /etc/hosts; do attach "$file" --bind; done
		cd "$root$PWD" 2>/dev/null && dir=$PWD || dir=$root
		dir=${dir#"$root"}
		unset LD_LIBRARY_PATH LD_PRELOAD PYTHONPATH PYENV_ROOT TMPDIR
		export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LC_ALL=C.UTF-8
		exec chroot "$root" /usr/bin/env -C "${dir:-/}" "$@"
	' enter "$root" "$LAB_CACHE:/tmp:$top${LAB_BIND:+:$LAB_BIND}" "$@"
}
