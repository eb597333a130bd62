# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # moddir, initdir, kernel are dracut's
#
# The steps of module-setup.sh's functions. Runs inside dracut (bash) on the production system; nothing of
# this file enters the image.

# The applets the image's scripts, dracut's own and a person at the console use. Not modprobe and not udev's
# tools: those are the system's.
KDUMP_APPLETS="sh ash [ awk basename cat chmod chown cp cut date dd df dirname dmesg du echo env expr false
find flock free grep egrep gzip gunzip halt head hexdump id ifconfig ip kill ln ls lsmod mkdir mkfifo mknod
mktemp mount mv od pidof ping poweroff printf ps pwd readlink realpath reboot rm rmdir rmmod route sed seq
setsid sleep sort stat stty sync tail tee test timeout top touch tr true tty udhcpc umount uname uniq vi wc
xargs zcat"

# dracut searches /usr/sbin, /usr/bin, /sbin and /bin only; Salvor may be elsewhere
KDUMP_PATH=$PATH:@SBINDIR@:@BINDIR@:/usr/local/sbin:/usr/local/bin

# kdump_find NAME: its path
kdump_find() { PATH=$KDUMP_PATH type -P "$1"; }

# kdump_resolved: the resolved configuration, KEY='value' lines. Resolved once: kdumpctl hands it over; else, since
# dracut calls each function of a module in a process of its own, it is kept in dracut's directory.
kdump_resolved() {
	local file=${DRACUT_TMPDIR-}/salvor-resolved text
	if [[ ${SALVOR_RESOLVED-} ]]; then
		printf '%s\n' "$SALVOR_RESOLVED"
	elif [[ ${DRACUT_TMPDIR-} && -s $file ]]; then
		cat "$file"
	else
		text=$("$(kdump_find kdump-capture)" config resolve --config "${SALVOR_CONFIG:-/etc/kdump.conf}") || {
			derror "kdump-capture: the configuration could not be resolved (kdump-capture config resolve says why):" \
				"this initramfs will NOT save a dump"
			return 1
		}
		[[ -z ${DRACUT_TMPDIR-} ]] || (umask 077 && printf '%s\n' "$text" >"$file")
		printf '%s\n' "$text"
	fi
}

# kdump_load_config: sets HOST, TARGET, … in this shell
kdump_load_config() {
	local text
	text=$(kdump_resolved) || return 1
	eval "$text"
}

# kdump_modules target|nic|watchdog: what kdump-modules says, one a line; module names in load order
kdump_modules() {
	kdump_resolved | "$moddir/kdump-modules" --kernel "$kernel" "$1"
}

# kdump_target_stack: the dracut modules (lvm, mdraid, …) that must assemble the target's device
kdump_target_stack() {
	local dir=${moddir:-${BASH_SOURCE[0]%/*}} text
	text=$(kdump_resolved) || return 1
	"$dir/kdump-modules" --kernel "$kernel" stack <<<"$text"
}

# kdump_decompress_modules DIR: modules load sooner uncompressed, and the image as a whole gets smaller,
# since its own compression sees them all
kdump_decompress_modules() {
	local file tool
	while read -r file; do
		case $file in
		*.xz) tool="busybox unxz" ;;
		*.gz) tool="busybox gunzip" ;;
		*.zst) tool="zstd -q -d --rm" ;;
		esac
		# shellcheck disable=SC2086
		$tool "$file" || dwarn "kdump-capture: $file stays compressed"
	done < <(find -L "$1" -type f \( -name '*.ko.xz' -o -name '*.ko.gz' -o -name '*.ko.zst' \) 2>/dev/null)
}

kdump_install_config() {
	local dir=$initdir/etc/salvor
	mkdir -p "$dir"
	kdump_resolved >"$dir/capture.conf"
	kdump_modules target >"$dir/modules.target"
	kdump_modules nic >"$dir/modules.nic"
	[[ -z $(kdump_target_stack) ]] || : >"$dir/needs-udev"
	if [[ ${SALVOR_IMAGE-} == kdump ]]; then
		# udev must not bind the adapters before their state is recorded; loading by name still works
		mkdir -p "$initdir/etc/modprobe.d"
		sed 's/^/blacklist /' "$dir/modules.nic" >"$initdir/etc/modprobe.d/salvor-nic.conf"
		# after a firmware-assisted dump they are the production system's
		kdump_modules watchdog >"$dir/watchdog"
	fi
	# kdumpctl says what it compares with, so that no difference of PATH makes it build again and again
	if [[ ${SALVOR_DIGEST-} ]]; then
		echo "$SALVOR_DIGEST" >"$dir/digest"
	else
		kdump_resolved | PATH=$KDUMP_PATH "$moddir/kdump-digest" --kernel "$kernel" >"$dir/digest"
	fi
	# glibc loads it by name when a thread is cancelled or ends
	inst_libdir_file "libgcc_s.so.1"
}

# kdump_inst_program NAME…: from wherever PATH has it to /usr/bin, because PATH in an initramfs is short
kdump_inst_program() {
	local name path
	for name; do
		path=$(kdump_find "$name") || {
			derror "kdump-capture: $name is not installed"
			return 1
		}
		inst "$path" "/usr/bin/${path##*/}"
	done
}

kdump_install_programs() {
	local name
	kdump_inst_program kdump-capture vmcore-filter modprobe
	for name in nic-dump vmcore-report; do
		! kdump_find "$name" >/dev/null || kdump_inst_program "$name"
	done
	# which registers of which adapters nic-dump reads before their drivers bind
	for name in @DATADIR@/salvor/registers/*.csv; do
		[[ ! -e $name ]] || inst_simple "$name"
	done
	case $CORE_COLLECTOR in
	makedumpfile*) kdump_inst_program makedumpfile ;;
	esac
	for name in $EXTRA_BINS; do
		kdump_inst_program "$name"
	done
	for name in $KDUMP_PRE $KDUMP_POST; do
		[[ $name != /* ]] || inst "$name"
	done
	inst "$(kdump_find busybox)" /usr/bin/busybox
}

# kdump_install_ssh: the key and the known hosts under the names the resolved configuration has
kdump_install_ssh() {
	[[ $TARGET == ssh ]] || return 0
	inst_simple "$SSH_KEY_SOURCE" "$SSH_KEY"
	chmod 600 "$initdir$SSH_KEY"
	inst_simple "$SSH_KNOWN_HOSTS_SOURCE" "$SSH_KNOWN_HOSTS"
	grep -qs '^root:' "$initdir/etc/passwd" || echo 'root:x:0:0::/root:/bin/sh' >>"$initdir/etc/passwd"
}

# kdump_install_busybox: links at both usual places, made before dracut's base module asks for the names:
# dracut-install leaves alone what is there
kdump_install_busybox() {
	local name known
	known=" $(busybox --list | tr '\n' ' ') "
	mkdir -p "$initdir/usr/bin"
	for name in $KDUMP_APPLETS; do
		[[ $known == *" $name "* ]] || continue
		[[ -e $initdir/usr/bin/$name || -L $initdir/usr/bin/$name ]] || ln -s busybox "$initdir/usr/bin/$name"
	done
	# where /bin is no link to /usr/bin
	[[ -e $initdir/bin/sh ]] || { mkdir -p "$initdir/bin" && ln -s ../usr/bin/busybox "$initdir/bin/sh"; }
}

kdump_install_init() {
	inst_simple "$moddir/kdump-init" /init
	mkdir -p "$initdir"/{dev,proc,sys,run,tmp,root,etc,var}
	[[ -e $initdir/etc/passwd ]] || echo 'root:x:0:0::/root:/bin/sh' >"$initdir/etc/passwd"
	# dracut and people tell an initramfs by this file
	printf 'NAME=Salvor\nID=salvor\n' >"$initdir/usr/lib/initrd-release"
	ln -sf ../usr/lib/initrd-release "$initdir/etc/initrd-release"
}
