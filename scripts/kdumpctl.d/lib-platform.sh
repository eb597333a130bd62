# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Platforms: which one this machine is, and what nmi-platforms says of one. The table's own comment says what the
# fields are.

PLATFORM_TABLE=$LIBDIR/nmi-platforms

# platform_fields NAME: sets FIELDS to its "KEY VALUE" lines; fails when there is no such platform
platform_fields() {
	local line in=no
	FIELDS=()
	while IFS= read -r line; do
		case $line in
		'' | '#'*) ;;
		"[$1]") in=yes ;;
		'['*']') in=no ;;
		*) [ $in = no ] || FIELDS+=("${line%%: *} ${line#*: }") ;;
		esac
	done <"$PLATFORM_TABLE"
	[ ${#FIELDS[@]} -gt 0 ]
}

# platform_field KEY: sets REPLY to the first value of FIELDS
platform_field() {
	local field
	for field in "${FIELDS[@]}"; do
		[ "${field%% *}" = "$1" ] || continue
		REPLY=${field#* }
		return 0
	done
	REPLY=
	return 1
}

# platform_names: sets NAMES
platform_names() {
	local line
	NAMES=()
	while IFS= read -r line; do
		[[ $line != '['*']' ]] || NAMES+=("${line:1:-1}")
	done <"$PLATFORM_TABLE"
}

# node_matches NODE PATTERN: any of its lines; device tree strings end with a zero byte
node_matches() {
	local line
	[ -r "$ROOT$1" ] || return 1
	while IFS= read -r line || [ -n "$line" ]; do
		# shellcheck disable=SC2053 # a pattern
		[[ $line != $2 ]] || return 0
	done < <(head -c 4096 "$ROOT$1" | tr '\0' '\n')
	return 1
}

# find_platform: sets PLATFORM to this machine's; board for one that says nothing, which has a BMC or not
find_platform() {
	local line name='' rule
	while IFS= read -r line; do
		case $line in
		'['*']') name=${line:1:-1} ;;
		is:\ *)
			rule=${line#is: }
			if node_matches "${rule%% *}" "${rule#* }"; then
				PLATFORM=$name
				return
			fi
			;;
		esac
	done <"$PLATFORM_TABLE"
	PLATFORM=board
	! existing /dev/ipmi0 /dev/ipmi/0 /dev/ipmidev/0 || PLATFORM=ipmi
}

# nmi_send ARG…: the program that does what needs more than a shell, with a limit
nmi_send() {
	local program=$LIBDIR/nmi-send
	[ -x "$program" ] || program=nmi-send
	timeout 60 "$program" "$@"
}

# own_bmc ARG…: nmi-send to this machine's BMC, which /etc/default/salvor names
own_bmc() {
	local args=(--credentials "$NMI_CREDENTIALS")
	[ -z "$NMI_CACERT" ] || args+=(--cacert "$NMI_CACERT")
	nmi_send redfish "$@" "${args[@]}" "$NMI_HOST"
}
