# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kdumpctl check --fix and --undo. Four files are written, FIX_FILE, MODULE_FILE, MANAGER_FILE and RULES_FILE, each only
# when it has to have something; the running kernel gets the settings too. UNDO_DIR keeps, from the first --fix until --undo:
#
#   NAME.before    the file as it was; NAME.none when there was none
#   NAME.after     as we wrote it last: a file that is not that any more is not ours to take back
#   running        KEY OLD NEW, of the running kernel
#   nodes          FILE OLD NEW, of its /sys

UNDO_DIR=/var/lib/salvor/check-fix

# undo_name FILE: sets REPLY to its path in UNDO_DIR
undo_name() { REPLY=$ROOT$UNDO_DIR/${1//\//_}; }

# wanted_file FILE LINE…: what FILE is to be: its lines less those about the same thing, and these. The same thing is
# what stands before = in a setting, and the module in an option.
wanted_file() {
	local file=$ROOT$1 line new
	local -A about=()
	shift
	for new; do
		about[x$(thing_of "$new")]=1
	done
	if [ -e "$file" ]; then
		while IFS= read -r line || [ -n "$line" ]; do
			[ -n "${about[x$(thing_of "$line")]-}" ] || printf '%s\n' "$line"
		done <"$file"
	else
		echo "# written by kdumpctl check --fix; kdumpctl check --undo takes it back"
	fi
	printf '%s\n' "$@"
}

# thing_of LINE: the setting, or the module
thing_of() {
	local first second
	read -r first second _ <<<"${1/=/ }"
	[ "$first" != options ] || first+=" $second"
	first=${first#-}
	echo "${first//\//.}"
}

# show_difference FILE TEXT: as diff -u
show_difference() {
	local old=/dev/null
	[ ! -e "$ROOT$1" ] || old=$ROOT$1
	diff -u --label "$1" --label "$1" "$old" <(printf '%s' "$2")
}

# replace_file FILE TEXT: by a rename
replace_file() {
	mkdir -p "$ROOT${1%/*}" &&
		printf '%s' "$2" >"$ROOT$1.salvor-new" && chmod 0644 "$ROOT$1.salvor-new" &&
		sync "$ROOT$1.salvor-new" && mv -f "$ROOT$1.salvor-new" "$ROOT$1"
}

# remember_file FILE: as it was before the first --fix
remember_file() {
	undo_name "$1"
	[ ! -e "$REPLY.before" ] && [ ! -e "$REPLY.none" ] || return 0
	mkdir -p "$ROOT$UNDO_DIR" || return 1
	if [ -e "$ROOT$1" ]; then
		cp -p "$ROOT$1" "$REPLY.before"
	else
		: >"$REPLY.none"
	fi
}

# fix_file DRY_RUN FILE LINE…
fix_file() {
	local dry_run=$1 file=$2 text name
	shift 2
	[ $# -gt 0 ] || return 0
	text=$(wanted_file "$file" "$@")$'\n'
	show_difference "$file" "$text"
	[ "$dry_run" = no ] || return 0
	undo_name "$file"
	name=$REPLY
	remember_file "$file" && replace_file "$file" "$text" && printf '%s' "$text" >"$name.after" && return
	complain "$file could not be written, and stays as it was"
	[ -e "$name.after" ] || rm -f "$name.before" "$name.none"
	return 1
}

# fix_running KEY=VALUE…: the running kernel
fix_running() {
	local item key old
	[ $# -gt 0 ] || return 0
	mkdir -p "$ROOT$UNDO_DIR"
	for item; do
		key=${item%%=*}
		read_node "/proc/sys/kernel/$key" || continue
		old=$REPLY
		if ! good "$key" "$old"; then
			printf '%s\n' "${item#*=}" 2>/dev/null >"$ROOT/proc/sys/kernel/$key" || {
				complain "the kernel did not take $item"
				continue
			}
			grep -qs "^$key " "$ROOT$UNDO_DIR/running" ||
				printf '%s %s %s\n' "$key" "$old" "${item#*=}" >>"$ROOT$UNDO_DIR/running"
		fi
	done
}

# fix_nodes FILE=VALUE…: single files of the running kernel's /sys
fix_nodes() {
	local item file old
	[ $# -gt 0 ] || return 0
	mkdir -p "$ROOT$UNDO_DIR"
	[ -n "$ROOT" ] || modprobe -q pretimeout_panic || :
	for item; do
		file=${item%%=*}
		read_node "$file" || continue
		old=$REPLY
		printf '%s\n' "${item#*=}" 2>/dev/null >"$ROOT$file" || {
			complain "the kernel did not take $item"
			continue
		}
		grep -qs "^$file " "$ROOT$UNDO_DIR/nodes" || printf '%s %s %s\n' "$file" "$old" "${item#*=}" >>"$ROOT$UNDO_DIR/nodes"
	done
}

# write_fixes DRY_RUN: of what run_checks found
write_fixes() {
	local dry_run=$1 item lines=()
	if [ $((${#FIX_SYSCTL[@]} + ${#FIX_OPTIONS[@]} + ${#FIX_MANAGER[@]} + ${#FIX_RULES[@]})) -eq 0 ]; then
		say "nothing that --fix could do"
		return 0
	fi
	for item in ${FIX_SYSCTL[@]+"${FIX_SYSCTL[@]}"}; do
		lines+=("kernel.${item%%=*} = ${item#*=}")
	done
	fix_file "$dry_run" "$FIX_FILE" ${lines[@]+"${lines[@]}"} &&
		fix_file "$dry_run" "$MODULE_FILE" ${FIX_OPTIONS[@]+"${FIX_OPTIONS[@]}"} &&
		fix_file "$dry_run" "$MANAGER_FILE" ${FIX_MANAGER[@]+"${FIX_MANAGER[@]}"} &&
		fix_file "$dry_run" "$RULES_FILE" ${FIX_RULES[@]+"${FIX_RULES[@]}"} || return 1
	[ "$dry_run" = no ] || return 0
	fix_running ${FIX_SYSCTL[@]+"${FIX_SYSCTL[@]}"}
	fix_nodes ${FIX_NODES[@]+"${FIX_NODES[@]}"}
}

# undo_file DRY_RUN FILE
undo_file() {
	local dry_run=$1 file=$2 name
	undo_name "$file"
	name=$REPLY
	[ -e "$name.before" ] || [ -e "$name.none" ] || return 0
	if ! cmp -s "$ROOT$file" "$name.after"; then
		complain "$file was changed since --fix wrote it and stays as it is; $name.* has how it was"
		return 1
	fi
	if [ -e "$name.before" ]; then
		diff -u --label "$file" --label "$file" "$ROOT$file" "$name.before"
		[ "$dry_run" = yes ] || { cp -p "$name.before" "$ROOT$file.salvor-new" && mv -f "$ROOT$file.salvor-new" "$ROOT$file"; } || return 1
	else
		diff -u --label "$file" --label "$file" "$ROOT$file" /dev/null
		[ "$dry_run" = yes ] || rm -f "$ROOT$file" || return 1
	fi
	[ "$dry_run" = yes ] || rm -f "$name.before" "$name.none" "$name.after"
}

# undo_fixes DRY_RUN
undo_fixes() {
	local dry_run=$1 file key old new status=0
	if [ ! -d "$ROOT$UNDO_DIR" ]; then
		say "there is nothing to undo"
		return 0
	fi
	for file in "$FIX_FILE" "$MODULE_FILE" "$MANAGER_FILE" "$RULES_FILE"; do
		undo_file "$dry_run" "$file" || status=1
	done
	if [ $status -eq 0 ] && [ "$dry_run" = no ]; then
		[ ! -e "$ROOT$UNDO_DIR/running" ] || while read -r key old new; do
			# somebody may have set it to something else since
			! read_node "/proc/sys/kernel/$key" || [ "$REPLY" != "$new" ] || printf '%s\n' "$old" >"$ROOT/proc/sys/kernel/$key"
		done <"$ROOT$UNDO_DIR/running"
		[ ! -e "$ROOT$UNDO_DIR/nodes" ] || while read -r key old new; do
			! read_node "$key" || [ "$REPLY" != "$new" ] || printf '%s\n' "$old" >"$ROOT$key"
		done <"$ROOT$UNDO_DIR/nodes"
		rm -rf "$ROOT${UNDO_DIR:?}"
	fi
	return $status
}
