# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the lint rules share. A rule is an executable file named rule-NAME; it takes the top directory of a
# tree, prints "error: PLACE: TEXT" or "warning: PLACE: TEXT" a line, and exits 1 when it printed an error.

TOP=$(cd "${1:-$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..}" && pwd)
cd "$TOP" || exit 2
errors=0

error() {
	printf 'error: %s\n' "$*"
	errors=$((errors + 1))
}

warning() { printf 'warning: %s\n' "$*"; }

# errors_from TEXT: each line of TEXT is an error of its own
errors_from() {
	local line
	while IFS= read -r line; do
		[ -z "$line" ] || error "$line"
	done <<<"$1"
}

warnings_from() {
	local line
	while IFS= read -r line; do
		[ -z "$line" ] || warning "$line"
	done <<<"$1"
}

finish() { [ "$errors" -eq 0 ]; }

have() { command -v "$1" >/dev/null 2>&1; }

# all_files: every text file of the tree that is or could be committed, NUL-terminated
all_files() {
	if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$TOP" ]; then
		git ls-files -z --cached --others --exclude-standard
	else
		find . -type f -not -path './build/*' -printf '%P\0'
	fi | while IFS= read -r -d '' file; do
		# deleted but still in the index, or a symbolic link to another file of the tree
		if [ -f "$file" ] && [ ! -L "$file" ]; then printf '%s\0' "$file"; fi
	done
}

# files PATTERN…: those whose name matches one of the shell patterns (a * also matches slashes)
files() {
	local file pattern
	all_files | while IFS= read -r -d '' file; do
		for pattern in "$@"; do
			# shellcheck disable=SC2053
			if [[ $file == $pattern ]]; then
				printf '%s\0' "$file"
				break
			fi
		done
	done
}

# shell_files: scripts by name or by their first line
shell_files() {
	local file line
	all_files | while IFS= read -r -d '' file; do
		case $file in
		*.sh | *.bash | *.bats)
			printf '%s\0' "$file"
			;;
		*.c | *.h | *.md | *.8 | *.def) ;;
		*)
			IFS= read -r line <"$file" 2>/dev/null || line=
			case ${line//$'\0'/} in
			'#!'*[/\ ]sh | '#!'*[/\ ]bash | '#!'*[/\ ]bats | '#!'*[/\ ]sh\ * | '#!'*[/\ ]bash\ * | \
				'# shellcheck shell='*) printf '%s\0' "$file" ;;
			esac
			;;
		esac
	done
}
