# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What fills a guest's memory before it is dumped: a file system of real files for the page cache (libraries,
# programs, debuginfo, sources), and the lab's own small programs.
#
# Result: fill.img (ext4, label fill), bin/ (elf_move_phdrs for this side).

PART_ORDER+=(fill)
PART_NEEDS[fill]="tools amd64-kernel"
PART_MIB[fill]=4096

part_fill_inputs() {
	printf 'suite %s\n' "$LAB_SUITE"
	part_key amd64-kernel
	cat "$E2E/tools/fill_memory.c" "$E2E/tools/elf_move_phdrs.c"
}

part_fill_make() {
	local dir=$1 tools
	tools=$(part_dir tools)/root
	mkdir -p "$dir/bin" "$dir/tree/bin"
	enter "$tools" gcc -std=gnu11 -O2 -Wall -Wextra -o "$dir/bin/elf_move_phdrs" "$E2E/tools/elf_move_phdrs.c"
	enter "$tools" gcc -std=gnu11 -O2 -Wall -Wextra -static -o "$dir/tree/bin/fill_memory-x86_64" \
		"$E2E/tools/fill_memory.c"
	enter "$tools" powerpc64le-linux-gnu-gcc -std=gnu11 -O2 -Wall -Wextra -static \
		-o "$dir/tree/bin/fill_memory-ppc64le" "$E2E/tools/fill_memory.c"
	# hard links: only the image itself is written
	cp -al "$tools/usr" "$dir/tree/usr"
	mkdir -p "$dir/tree/debug"
	cp -al "$(part_dir amd64-kernel)"/{vmlinux.debug,modules-debug} "$dir/tree/debug/"
	enter "$tools" tar -xf /usr/src/linux-source-6.12.tar.xz -C "$dir/tree" --wildcards \
		'*/kernel' '*/mm' '*/fs' '*/net' '*/Documentation'
	mke2fs -q -F -t ext4 -L fill -E lazy_itable_init=1 -O ^has_journal -d "$dir/tree" "$dir/fill.img" \
		"$(($(du -sm "$dir/tree" | cut -f1) * 5 / 4))M" >/dev/null
	rm -rf "$dir/tree"
}
