#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Where BTF has the members of a stock kernel's structs is where its debuginfo has them, as drgn reads that: every
# named struct and union, every member, every bitfield.

load support

setup_file() {
	rm -rf "$WORK"
	mkdir -p "$WORK"
	vmlinux=$("$LAB" path amd64-kernel)/vmlinux.debug
	in_lab objcopy --dump-section .BTF="$WORK/btf" "$vmlinux" "$WORK/copy"
	rm -f "$WORK/copy"
	"$TOP/build/tests/tools/btf-layout" "$WORK/btf" >"$WORK/ours.txt" 2>"$WORK/cost.txt"
	sed 's/^/# /' "$WORK/cost.txt" >&3
	# The same text from debuginfo, for the types in it; what only BTF has is in unknown.txt.
	cat >"$WORK/layout.py" <<-'END'
		import sys
		import drgn

		vmlinux, ours, unknown = sys.argv[1:]
		prog = drgn.Program()
		prog.extra_module("vmlinux", 0, create=True).try_file(vmlinux, force=True)


		def members(name, t, base):
		    for m in t.members:
		        at, bits = base + m.bit_offset, m.bit_field_size or 0
		        inner = m.type
		        while inner.kind == drgn.TypeKind.TYPEDEF:
		            inner = inner.type
		        if m.name and bits:
		            print(f"{name}.{m.name} {at // 8} {(at % 8 + bits + 7) // 8} {at % 8} {bits}")
		        elif m.name:
		            flexible = inner.kind == drgn.TypeKind.ARRAY and not inner.length
		            print(f"{name}.{m.name} {at // 8} {0 if flexible else drgn.sizeof(inner)} 0 0")
		        elif inner.kind in (drgn.TypeKind.STRUCT, drgn.TypeKind.UNION):
		            members(name, inner, at)


		with open(unknown, "w") as skipped:
		    for line in open(ours):
		        if line.startswith(("struct ", "union ")):
		            tag = line.rsplit(" ", 1)[0]
		            try:
		                t = prog.type(tag)
		            except LookupError:
		                t = None
		            if t is None or t.members is None:
		                print(tag, file=skipped)
		            else:
		                print(tag, t.size)
		                members(t.tag, t, 0)
	END
	in_lab python3 "$WORK/layout.py" "$vmlinux" "$WORK/ours.txt" "$WORK/unknown.txt" >"$WORK/drgn.txt"
}

@test "types: sizes and members are those of the debuginfo" {
	# Names that only BTF has are a few.
	awk 'FNR == NR { skip[$0] = 1; next }
	     /^(struct|union) / { print_it = !($1 " " $2 in skip) }
	     print_it' "$WORK/unknown.txt" "$WORK/ours.txt" >"$WORK/known.txt"
	[ "$(wc -l <"$WORK/unknown.txt")" -lt 50 ]
	[ "$(grep -cE '^(struct|union) ' "$WORK/known.txt")" -gt 5000 ]
	diff "$WORK/known.txt" "$WORK/drgn.txt" >"$WORK/differences.txt" || :
	head -20 "$WORK/differences.txt"
	[ ! -s "$WORK/differences.txt" ]
}

@test "types: parsing takes less than 50 ms and 10 MiB, file and all" {
	cat "$WORK/cost.txt"
	awk '{ exit !($3 < 0.05 && $5 < 10240) }' "$WORK/cost.txt"
}
