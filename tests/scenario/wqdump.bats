#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# wqdump's command line and output are those of MFT's page: the page's own examples, their bytes put into files,
# come out as the page has them (tests/fixtures/nic/wqdump; the page's text has lost its columns, so that words
# are one space apart). Hostile and missing queues end in one line and the status of the man page.

bats_require_minimum_version 1.5.0

setup_file() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OUT=${OUT:-build}
	export TOP OUT QUEUES=$BATS_FILE_TMPDIR/queues WQDUMP=$BATS_FILE_TMPDIR/wqdump
	export GOLDEN=tests/fixtures/nic/wqdump
	cd "$TOP" || return 1
	ln -s "$(readlink -f "$OUT/nic-dump")" "$WQDUMP"
	mkdir "$QUEUES"
	page_queues
}

setup() { cd "$TOP" || return 1; }

wqdump() { timeout 60 "$WQDUMP" "$@"; }

# file NAME HEX LINE… : a saved queue of these bytes and these lines in its head
file() {
	local name=$1 hex=$2
	shift 2
	{
		printf 'salvor-wq 1\n'
		printf '%s\n' "$@"
		printf '\n'
		# shellcheck disable=SC2059
		printf "$(tr -d '[:space:]' <<<"$hex" | sed 's/../\\x&/g')"
	} >"$QUEUES/$name.wq"
}

zeros() { printf '%0*d' $((2 * $1)) 0; }

# the contexts and buffers of the page's examples
page_queues() {
	local number send='80000000 0000001e 05000000 00000000 70000000 00000000 00000000 00000000
0000000b 00ffffff 00000000 00000000 00000000 00000000 00000000 80010000'
	send=${send//$'\n'/}
	for number in 0x3 0x6 0x7 0xc 0x13 0x14; do
		file "full-$number" "$(zeros 64)" 'kind FullQp' "number $number" 'part common'
	done
	file full-0xb "$send" 'kind FullQp' 'number 0xb' 'part common' 'state Not Connected'
	file full-0xb-s "$send" 'kind FullQp' 'number 0xb' 'part send'
	file full-0xb-r "b8eccd0200000000d8f5cd0200000000d0010000000000004000000000000000
		e0e0390300000000f0e0390300000000$(zeros 16)" \
		'kind FullQp' 'number 0xb' 'part recv' 'state Not Connected (mac)'
	for number in 0x61 0x66; do
		file "srq-$number" "$(zeros 64)" 'kind Srq' "number $number" 'stride 32' 'count 2' linked
	done
	file srq-0x60 "00000001$(zeros 60)" 'kind Srq' 'number 0x60' 'stride 32' 'count 2' linked
}

# one_line STATUS TEXT : how the last run ended
one_line() {
	echo "$status $output"
	[ "$status" -eq "$1" ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$2"* ]]
}

# golden NAME ARGUMENT… : the whole output, byte for byte
golden() {
	local name=$1
	shift
	diff -u "$GOLDEN/$name.txt" <(wqdump -d "$QUEUES" "$@")
}

@test "the page's examples, byte for byte" {
	golden fullqp-valid --source FullQp --dump ALL_VALID_QPNS --num 20
	golden fullqp-raw --source FullQp --dump QP --qp 0x0000000b --format raw
	golden srq-valid --source Srq --dump all_valid_qpns
	golden srq-wq --source Srq --dump wq --qp 0x60
	golden srq-wq --source srq --dump WQ -qp 0x60
}

@test "the same by the command of nic-dump" {
	diff -u "$GOLDEN/srq-wq.txt" <("$OUT/nic-dump" wq --device "$QUEUES" --source Srq --dump wq --qp 96)
}

@test "raw and dw of elements, --fi and --num" {
	diff -u - <(wqdump -d "$QUEUES" --source Srq --dump wq --qp 0x60 --fi 1 --format raw) <<-END
		[Element Index 0x1]
		0. 00000000 00000000 00000000 00000000
		1. 00000000 00000000 00000000 00000000
	END
	diff -u - <(wqdump -d "$QUEUES" --source Srq --dump wq --qp 0x60 --num 1 --format dw | head -3) <<-END
		[Element Index 0]
		0x0000: 0x00000001
		0x0004: 0x00000000
	END
	run wqdump -d "$QUEUES" --source Srq --dump wq --qp 0x60 --fi 2
	one_line 4 'queue 0x60 has 0x2 elements'
}

@test "a queue's sends, receives, completions and events, with its context" {
	file snd "0000000a00abcd06 00000008 00000000 $(zeros 112)
		00000200 0000ab01 $(zeros 56) $(zeros 64)" \
		'kind Snd' 'number 0xab' 'stride 64' 'count 4' 'transport 0'
	file snd-c "31$(zeros 231)" 'kind Snd' 'number 0xab' 'part common' 'form mlx5-qpc'
	file cmp "$(zeros 54)6805 0a000123 0007 00d1" 'kind Cmp' 'number 4' 'stride 64' 'count 1'
	file eqe "00050000$(zeros 48)02 000000 00000123 $(zeros 4)" 'kind Eqe' 'number 5' 'stride 64' 'count 1'
	file eqe4 "000a0000 00000077$(zeros 24)" 'kind Eqe' 'number 6' mlx4 'stride 32' 'count 1'
	run wqdump -d "$QUEUES" --source snd --dump WQ_QP --qp 0xab
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == 'Send Qpc gvmi 0000 QP Index 000000ab'$'\n''state : 0x3 (RTS)'* ]]
	# the first request takes two blocks, the next one one; the last block is nobody's
	[ "$(grep -c '^\[Element' <<<"$output")" -eq 3 ]
	[[ $output == *'[Element Index 0x2]'*'wqe_index : 0x2'* ]]
	run wqdump -d "$QUEUES" --source Cmp --dump wq --qp 4
	[[ $output == *'syndrome : 0x5 (WR_FLUSH_ERR)'* ]]
	run wqdump -d "$QUEUES" --source Eqe --dump wq --qp 5
	[[ $output == *'type : 0x5 (WQ_CATAS_ERROR)'*'qp_srq_n : 0x123'* ]]
	run wqdump -d "$QUEUES" --source Eqe --dump wq --qp 6
	[[ $output == *'type : 0xa (CMD)'*'token : 0x77'* ]]
	run wqdump -d "$QUEUES" --source Snd --dump ALL_QPC --format raw
	[ "${lines[1]}" = '0. 31000000 00000000 00000000 00000000' ]
	[ "${lines[15]}" = '14. 00000000 00000000' ]
}

@test "what was saved is the same again" {
	local copy=$BATS_TEST_TMPDIR/copy source
	for source in Srq FullQp; do
		"$OUT/nic-dump" wq -d "$QUEUES" --source $source --dump ALL_QPC --save "$copy"
	done
	diff -u "$GOLDEN/srq-wq.txt" <(wqdump -d "$copy" --source Srq --dump wq --qp 0x60)
	diff -u "$GOLDEN/fullqp-raw.txt" <(wqdump -d "$copy" --source FullQp --dump QP --qp 0xb --format raw)
}

@test "what Linux has no source for is refused by name, with the reason: status 3" {
	local args
	while read -r args; do
		# shellcheck disable=SC2086
		run wqdump -d "$QUEUES" ${args%%|*}
		one_line 3 "${args##*| }"
	done <<-END
		--source mcg --dump ALL_VALID_QPNS        | ip-maddress(8)
		--source SXDC --dump QP --qp 1            | --source SXDC: SXDC contexts
		--source CMAS_EQ_BUFF --dump QP --qp 0x15 | --source CMAS_EQ_BUFF: CMAS contexts
		--source CMAS_INLINE --dump WQ --qp 1     | mstresourcedump
		--dump ICM --address 0x1000 --size 64     | --dump ICM
	END
}

@test "wrong usage: one line, status 2" {
	local args
	while read -r args; do
		# shellcheck disable=SC2086
		run wqdump ${args%%|*}
		one_line 2 "${args##*| }"
	done <<-END
		                                      | -d is missing
		-d x                                  | --source is missing
		-d x --source Snd                     | --dump is missing
		-d x --source Snd --dump WQ           | --qp is missing
		-d x --source Snow --dump WQ          | not one of Snd, Rcv, Cmp
		-d x --source Snd --dump W            | not one of WQ, QP
		-d x --source Snd --dump WQ --qp -1   | not a number
		-d x --source Snd --dump WQ --qp 0x1g | not a number
		-d x --source Snd --dump WQ --qp 1 --gvmi 0x10000 | not a number up to 0xffff
		-d x --source Snd --dump ALL_QPC --num 0 | --num 0
		-d x --source FullQp --dump WQ --qp 1 | contexts only
		-d x --source MKC --dump WQ_QP --qp 1 | contexts only
		-d x --format html                    | not one of text, raw, dw
		-d x --source                         | needs a value
		-d x --bogus                          | unknown option
		-d x y                                | unexpected argument y
		-d x --source Snd --dump ALL_QPC y    | unexpected argument y
	END
}

@test "no such device, context or element: one line, status 4" {
	run wqdump -d /nonexistent/x --source Snd --dump ALL_QPC
	one_line 4 'neither vmcore:FILE#INTERFACE nor a directory'
	run wqdump -d nosuch0 --source Snd --dump ALL_QPC
	one_line 4 'nor a device of this machine'
	run wqdump -d "$QUEUES" --source MKC --dump QP --qp 1
	one_line 4 'no MKC 0x1'
	run wqdump -d "$QUEUES" --source Srq --dump QP --qp 0x62
	one_line 4 'no Srq 0x62'
	run wqdump -d "$QUEUES" --source Srq --dump WQ --qp 0x60 --gvmi 1
	one_line 4 'no Srq 0x60 of that gvmi'
	run wqdump -d "$QUEUES" --source FullQp --dump QP --qp 0x3 --format dw
	[ "$status" -eq 0 ]
	mkdir -p "$BATS_TEST_TMPDIR/empty"
	run wqdump -d "$BATS_TEST_TMPDIR/empty" --source Snd --dump ALL_QPC
	one_line 4 'holds no queue'
}

@test "help, version, and options without a meaning here" {
	run wqdump --help
	[ "$status" -eq 0 ]
	[[ $output == 'Usage: wqdump'* ]]
	run wqdump -v
	[[ $output =~ ^wqdump\ [0-9]+\.[0-9]+ ]]
	run --separate-stderr wqdump -d "$QUEUES" --source Srq --dump QP --qp 0x60 --gw_access
	[[ ${stderr_lines[0]} == *'--gw_access: nothing to do'* ]]
	run --separate-stderr wqdump -d "$QUEUES" --source Srq --dump WQ --qp 0x60 --clear_semaphore
	[ "$status" -eq 0 ]
	[ "$output" = "$(<"$GOLDEN/srq-wq.txt")" ]
}

@test "files that are no queues, or lie about their size, are passed over or cut" {
	local bad=$BATS_TEST_TMPDIR/bad
	mkdir -p "$bad"
	cp "$QUEUES/srq-0x60.wq" "$bad"
	printf 'salvor-wq 1\nkind Srq\nnumber 1\nstride 99999\ncount 2\n\n' >"$bad/stride.wq"
	printf 'salvor-wq 1\nkind Srq\nnumber 2\nstride 32\ncount 1000000\nlinked\n\n%032d' 0 >"$bad/short.wq"
	printf 'salvor-wq 1\nkind Srq\nnumber 3\nstride 32' >"$bad/head.wq"
	head -c 100000 /dev/urandom >"$bad/random.wq"
	mkfifo "$bad/fifo.wq"
	run wqdump -d "$bad" --source Srq --dump ALL_VALID_QPNS
	echo "$output"
	[ "${#lines[@]}" -eq 3 ]
	run wqdump -d "$bad" --source Srq --dump WQ --qp 2
	[ "$status" -eq 0 ]
	[ "$(grep -c '^\[Element' <<<"$output")" -eq 1 ]
}

@test "a vmcore without the interface: one line, status 4; which interface must be said" {
	local vmcore=$BATS_TEST_TMPDIR/vmcore
	"$OUT/tests/tools/mkvmcore" tests/fixtures/vmcore/x86_64-6.12.world "$vmcore"
	run wqdump -d "vmcore:$vmcore#eth0" --source Snd --dump ALL_VALID_QPNS
	one_line 4 "interfaces are not known"
	run wqdump -d "vmcore:$vmcore" --source Snd --dump ALL_VALID_QPNS
	one_line 2 'which interface?'
	run wqdump -d vmcore:/nonexistent/vmcore#eth0 --source Snd --dump ALL_VALID_QPNS
	one_line 1 '/nonexistent/vmcore'
}

@test "installed, it is a link to nic-dump, unless the system has one" {
	local to=$BATS_TEST_TMPDIR/new
	scripts/install-files "$OUT" DESTDIR="$to" BINDIR=/usr/bin SBINDIR=/usr/sbin LIBEXECDIR=/usr/lib/salvor \
		MANDIR=/usr/share/man SYSCONFDIR=/etc UNITDIR=/u UDEVDIR=/r DRACUTDIR=/d COMPDIR=/c >/dev/null
	[ "$(readlink "$to/usr/bin/wqdump")" = nic-dump ]
	[[ $("$to/usr/bin/wqdump" -h) == 'Usage: wqdump'* ]]
	[ -f "$to/usr/share/man/man8/wqdump.8" ]
	[ -f "$to/c/wqdump" ]
	rm "$to/usr/bin/wqdump"
	echo theirs >"$to/usr/bin/wqdump"
	scripts/install-files "$OUT" DESTDIR="$to" BINDIR=/usr/bin SBINDIR=/usr/sbin LIBEXECDIR=/usr/lib/salvor \
		MANDIR=/usr/share/man SYSCONFDIR=/etc UNITDIR=/u UDEVDIR=/r DRACUTDIR=/d COMPDIR=/c >/dev/null
	[ "$(<"$to/usr/bin/wqdump")" = theirs ]
}
