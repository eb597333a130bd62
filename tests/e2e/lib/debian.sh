# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Debian roots for the lab: mirrors and apt settings come from this machine's own apt configuration.

LAB_SUITE=${LAB_SUITE:-trixie}
LAB_NEXT_SUITE=${LAB_NEXT_SUITE:-forky}
LAB_KEYRING=${LAB_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}

# host_packages NAME…: installs those that this machine lacks
host_packages() {
	local name missing=()
	for name in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed ||
			missing+=("$name")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	[ "$(id -u)" -eq 0 ] || die "missing packages: ${missing[*]} (install them, or run as root)"
	say "installing ${missing[*]}"
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# debian_mirror: the first Debian archive (not security) this machine's apt uses
debian_mirror() {
	local found
	if [ -n "${LAB_MIRROR-}" ]; then
		printf '%s\n' "$LAB_MIRROR"
		return
	fi
	# shellcheck disable=SC2016 # $(…) is apt's own notation
	found=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' \
		'Created-By: Packages' | head -n 1)
	[ -n "$found" ] || die "apt knows no Debian mirror (run apt-get update, or set LAB_MIRROR=URL)"
	printf '%s\n' "$found"
}

# sources SUITE…: one apt source line per suite
sources() {
	local suite mirror
	mirror=$(debian_mirror)
	for suite in "$@"; do
		printf 'deb %s %s main\n' "$mirror" "$suite"
	done
}

# mirror_file PATH OUT: fetches a file of the archive as apt would
mirror_file() {
	local mirror
	mirror=$(debian_mirror)
	/usr/lib/apt/apt-helper -qq download-file "${mirror%/}/$1" "$2" >/dev/null 2>&1
}

# has_packages SUITE ARCH NAME…: whether the mirror has the files of these packages that its index names
has_packages() {
	local suite=$1 arch=$2 dir name file lacks=
	shift 2
	dir=$(mktemp -d "$LAB_CACHE/run.XXXXXX")
	if ! mirror_file "dists/$suite/main/binary-$arch/Packages.xz" "$dir/index.xz"; then
		lacks=index
	fi
	for name in "$@"; do
		[ -z "$lacks" ] || break
		file=$(xz -dc "$dir/index.xz" | awk -v name="$name" '
			/^Package: / { here = $2 == name } here && /^Filename: / { file = $2 } END { print file }')
		if [ -z "$file" ] || ! mirror_file "${file//+/%2b}" "$dir/$name"; then
			lacks=$name
		fi
	done
	remove_tree "$dir"
	[ -z "$lacks" ]
}

# ppc64el_suite: the suite of the POWER roots. Mirrors bring a point release to ppc64el days after its index; the
# packages that every point release changes tell. What was found is kept until lab clean, so that parts keep their keys.
ppc64el_suite() {
	local kept=$LAB_CACHE/ppc64el-suite suite
	if [ ! -s "$kept" ]; then
		mkdir -p "$LAB_CACHE"
		for suite in "$LAB_SUITE" "$LAB_NEXT_SUITE"; do
			! has_packages "$suite" ppc64el base-files libc6 || break
			say "the mirror lacks packages that its index of $suite for ppc64el names"
		done
		printf '%s\n' "$suite" >"$kept.tmp.$BASHPID"
		mv "$kept.tmp.$BASHPID" "$kept"
	fi
	cat "$kept"
}

# apt_settings FILE: how this machine's apt reaches its mirrors (proxies, checks), for a root's apt
apt_settings() {
	{
		apt-config dump | grep -E '^Acquire::(http|https|ftp|socks|tor|Check-|Max-|Proxy)' || :
		printf '%s\n' 'Acquire::Retries "5";' 'Acquire::Languages "none";' \
			'APT::Install-Recommends "false";'
	} >"$1"
}

# apt_secrets_hook: a mmdebstrap setup hook that lends the root this machine's apt credentials
apt_secrets_hook() {
	# shellcheck disable=SC2016 # expanded by the hook's shell
	printf '%s' 'mkdir -p "$1/etc/apt/auth.conf.d"
		for f in /etc/apt/auth.conf /etc/apt/auth.conf.d/*; do
			[ -f "$f" ] && install -m 600 "$f" "$1/etc/apt/${f#/etc/apt/}"; done; :'
}

# qemu_user_ppc64le: makes the host run ppc64le programs
qemu_user_ppc64le() {
	local dir=/proc/sys/fs/binfmt_misc
	host_packages qemu-user-static
	[ -e $dir/register ] || mount -t binfmt_misc binfmt_misc $dir
	[ -e $dir/qemu-ppc64le ] || cat /usr/lib/binfmt.d/qemu-ppc64le.conf >$dir/register
	grep -qx enabled $dir/qemu-ppc64le || printf 1 >$dir/qemu-ppc64le
}

# debootstrap_root ROOT ARCH VARIANT LIST [mmdebstrap options…]
debootstrap_root() {
	local root=$1 try
	host_packages mmdebstrap
	# a mirror that is being updated names packages that it has no longer, or not yet
	for try in 1 2 3; do
		! debootstrap_once "$@" || return 0
		[ "$try" -lt 3 ] || return 1
		say "mmdebstrap failed; once more in $((try * 30)) s"
		sleep $((try * 30))
		remove_tree "$root"
	done
}

# debootstrap_once: the same, tried once
debootstrap_once() {
	local root=$1 arch=$2 variant=$3 packages=$4 settings status=0
	shift 4
	settings=$root.apt.conf
	apt_settings "$settings"
	mapfile -t lines < <(sources "${LAB_SUITES[@]}")
	mmdebstrap --mode=root --architectures="$arch" --variant="$variant" --keyring="$LAB_KEYRING" \
		--include="$(list "$packages" | paste -sd,)" --aptopt="$settings" \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/info/*' \
		--setup-hook="$(apt_secrets_hook)" "$@" "$LAB_SUITE" "$root" "${lines[@]}" || status=$?
	rm -f "$settings"
	return $status
}
