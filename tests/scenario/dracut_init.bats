#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump-init: the first process of a capture image, in a root of its own that has nothing but busybox, whose mounts,
# waits and reboots are noted.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	[ "$(id -u)" -eq 0 ] || unshare -r true || skip "no right to chroot"
	R=$BATS_TEST_TMPDIR/image
	mkdir -p "$R"/{box,proc,dev,usr/lib/salvor,usr/bin}
	ln -s usr/bin "$R/bin"
	cp "$(command -v busybox)" "$R/box/busybox"
	local library
	for library in $(ldd "$R/box/busybox" 2>/dev/null | grep -o '/[^ ]*'); do
		cp --parents "$library" "$R"
	done
	program usr/bin/busybox 'case $1 in mount | reboot | sleep) echo "$*" >>/calls ;; *) exec /box/busybox "$@" ;; esac'
	program usr/lib/salvor/kdump-hook 'echo "kdump-hook $*" >>/calls'
	cp "$top/dracut-module/50kdump-capture/kdump-init" "$R/init"
	sed -i '1s|.*|#!/box/busybox ash|' "$R/init"
	: >"$R/proc/vmcore"
}

# program PATH BODY
program() {
	printf '#!/box/busybox ash\n%s\n' "$2" >"$R/$1"
	chmod +x "$R/$1"
}

init() {
	local into=(chroot)
	[ "$(id -u)" -eq 0 ] || into=(unshare -r chroot)
	"${into[@]}" "$R" /init || :
	calls=$(grep -v mount "$R/calls" | tr '\n' ';')
}

@test "the capture, its second try, and a reboot" {
	: >"$R/dev/console"
	init
	[ "$calls" = "kdump-hook early;kdump-hook late;reboot -n -f;sleep 60;" ]
	[ "$(cat "$R/proc/sysrq-trigger")" = b ]
}

@test "no dump: a reboot" {
	rm "$R/proc/vmcore"
	: >"$R/dev/console"
	init
	[ "$calls" = "sleep 5;reboot -n -f;sleep 60;" ]
}

@test "a machine without a console is captured all the same" {
	mkdir "$R/dev/console"
	init
	[ "$calls" = "kdump-hook early;kdump-hook late;reboot -n -f;sleep 60;" ]
}
