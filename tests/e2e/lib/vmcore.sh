# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Instant vmcores: QEMU writes the memory of a running guest as an ELF core, no crash needed.

vmcore_usage() {
	cat <<-'END'
	lab vmcore --arch x86_64|ppc64le OUT.elf [--mem MiB (1024)] [--no-fill] [--for-makedumpfile] [--panic]
	           [--append TEXT] [--cpu MODEL] [--tasks N]
	  Boots a guest root, fills its memory (page cache of real files, anonymous memory, slab, freed pages) and
	  lets QEMU write OUT.elf. x86_64 has a VMCOREINFO note; pseries has no device for it.
	  --for-makedumpfile  moves the program headers to offset 64: 1.7.6 reads no file of QEMU's otherwise
	  --panic             crashes the guest (no kdump loaded) before its memory is written
	  --tasks N           so many processes more, which sleep
	END
}

# vmcore_job MEM FILL PANIC: the guest's job
vmcore_job() {
	local mem=$1
	echo 'modprobe qemu_fw_cfg 2>/dev/null || :'
	if [ "$2" = yes ]; then
		# of the memory: 1/2 page cache, 1/8 anonymous, 1/16 freed again, the rest untouched
		cat <<-END
		mkdir -p /run/fill
		mount -o ro /dev/disk/by-label/fill /run/fill
		find /run/fill -xdev -type f -print0 | sort -z | xargs -0 cat | head -c $((mem / 2))M >/dev/null
		/run/fill/bin/fill_memory-\$(uname -m) $((mem / 8)) $((mem / 16)) $((mem * 16)) >/run/filled &
		while ! grep -q filled /run/filled; do sleep 0.2; done
		END
	fi
	echo 'free -m; echo "@job filled"'
	[ "$3" = no ] || echo 'echo 1 >/proc/sys/kernel/sysrq; sync; echo c >/proc/sysrq-trigger'
	echo 'sleep infinity'
}

# vmcore_tasks N: what comes before the job
vmcore_tasks() {
	[ "$1" -eq 0 ] || echo "for i in \$(seq $1); do sleep infinity & done"
}

# vmcore_image ARCH: the image the vmcores are made of, built once; prints its name
vmcore_image() {
	local image
	image=$(part_dir "$1-image")/guest.img
	part_build "$1-image"
	printf '%s' "$image"
}

# await FILE REGEX SECONDS PID: waits until the regex is in the file; fails when the process ends or time is over
await() {
	local end=$((SECONDS + $3))
	until grep -Eqs "$2" "$1"; do
		kill -0 "$4" 2>/dev/null || return 1
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}

vmcore() {
	local arch='' out='' mem=1024 fill=yes panic=no move=no run image guest='' status=0 awaited='@job filled'
	local append='' cpu='' tasks=0
	case ${1-} in '' | -h | --help) vmcore_usage; return ;; esac
	while [ $# -gt 0 ]; do
		case $1 in
		--arch) arch=$(debian_arch "$2"); shift ;;
		--mem) mem=$2; shift ;;
		--append) append=$2; shift ;;
		--cpu) cpu=$2; shift ;;
		--tasks) tasks=$2; shift ;;
		--no-fill) fill=no ;;
		--fill) fill=yes ;;
		--panic) panic=yes; awaited='Kernel panic - not syncing' ;;
		--for-makedumpfile) move=yes ;;
		-*) die "vmcore: unknown option $1" ;;
		*) out=$(realpath -m "$1") ;;
		esac
		shift
	done
	[ -n "$arch" ] || die "vmcore: --arch is needed"
	[ -n "$out" ] || die "vmcore: the name of the vmcore is missing"
	image=$(vmcore_image "$arch")
	part_build fill
	check_space $((mem + 512)) "vmcore"
	run=$(mktemp -d "$LAB_CACHE/vmcore.XXXXXX")
	# shellcheck disable=SC2064 # the directory of now
	trap "[ -z \"\$guest\" ] || kill \$guest 2>/dev/null; rm -rf '$run'; exit 125" INT TERM HUP
	{ vmcore_tasks "$tasks" && vmcore_job "$mem" "$fill" "$panic"; } >"$run/job"
	cp --sparse=always "$image" "$run/root.img"
	vmcore_take --image "$run/root.img" --kernel "$image.kernel" --initrd "$image.initrd" --job "$run/job" \
		--disk "$(part_dir fill)/fill.img,readonly=on"
	[ "$move" = no ] || "$(part_dir fill)/bin/elf_move_phdrs" "$run/core"
	mv "$run/core" "$out"
	trap - INT TERM HUP
	rm -rf "$run"
}

# vmcore_take OPTIONS…: boots with these, waits, dumps to $run/core, ends the guest; uses vmcore's variables
vmcore_take() {
	local start=$SECONDS
	LAB_BIND=$run guest_run --arch "$arch" --mem "$mem" --console "$run/console" --qmp "$run/qmp" --cpu "$cpu" \
		--append "panic=0 $append" --time-limit 900 "$@" 2>"$run/said" &
	guest=$!
	if ! await "$run/console" "$awaited" 890 "$guest"; then
		cat "$run/said" >&2
		tail -n 30 "$run/console" >&2
		kill "$guest" 2>/dev/null || :
		die "vmcore: the guest was not ready (its files are in $run)"
	fi
	"$E2E/qmp" "$run/qmp" '{"execute": "stop"}' \
		'{"execute": "dump-guest-memory", "arguments": {"paging": false, "protocol": "file:'"$run/core"'"}}' \
		quit >"$run/qmp.log" || status=$?
	wait "$guest" || :
	if [ "$status" -ne 0 ] || [ ! -s "$run/core" ]; then
		cat "$run/qmp.log" >&2
		die "vmcore: QEMU did not write the memory (its files are in $run)"
	fi
	say "vmcore: $(stat -c %s "$run/core") bytes of a $mem MiB $arch guest in $((SECONDS - start)) s"
}

# vmcore_path ARCH MiB [TASKS]: the vmcore of a filled guest, kept in the cache until its kernel or contents change
vmcore_path() {
	[ $# -eq 2 ] || [ $# -eq 3 ] || die "lab vmcore-path ARCH MiB [TASKS]"
	local dir=$LAB_CACHE/vmcores arch kernel file
	arch=$(debian_arch "$1")
	kernel=amd64-kernel
	[ "$arch" = amd64 ] || kernel=ppc64le-kernel
	file=$dir/$1-$2${3:+-tasks-$3}-$({
		part_key $kernel
		part_key fill
		declare -f vmcore_job
	} | sha256sum | cut -c1-16).elf
	mkdir -p "$dir"
	(
		flock 9
		[ -e "$file" ] || vmcore --arch "$1" "$file" --mem "$2" --tasks "${3:-0}" --for-makedumpfile >&2
	) 9>"$dir/lock"
	printf '%s\n' "$file"
}
