#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The page of a report in a real browser: what is in it, what it does when it is used, and that nothing in a report
# ever runs. Screenshots of the last run are in build/report-page/ for people to look at.

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export top OUT=${OUT:-$top/build} BROWSER
	[[ $OUT == /* ]] || OUT=$top/$OUT
	BROWSER=$(command -v chromium || command -v chromium-browser || true)
	export DEADLOCK=$top/tests/fixtures/report/deadlock.json PAGE=$BATS_FILE_TMPDIR/page.html
	make_page <"$DEADLOCK" >"$PAGE"
}

setup() { [ -n "$BROWSER" ] || skip "chromium is not installed"; }

make_page() { "$OUT/tests/tools/report-page"; }

# browse OPTION… URL: one start with an empty profile, and no network for it to use. One that hangs is started again: whether
# the browser's processes find each other on a busy machine is not what is tested here.
browse() {
	local status=0
	browse_once "$@" || status=$?
	[ $status -eq 124 ] || return $status
	browse_once "$@"
}

browse_once() {
	local profile status=0
	profile=$(mktemp -d "$BATS_TEST_TMPDIR/profile.XXXXXX")
	timeout 60 "$BROWSER" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
		--host-resolver-rules='MAP * ~NOTFOUND' --user-data-dir="$profile" "$@" 2>"$profile.err" || status=$?
	rm -rf "$profile"
	return $status
}

# dom PAGE[#PLACE] [OPTION…]: the page's elements after its script ran
dom() { browse "${@:2}" --dump-dom "file://$1"; }

# without_policy PAGE: what the policy forbids is possible in this copy
without_policy() { sed '/http-equiv="Content-Security-Policy"/d' "$1"; }

# drive PAGE[#PLACE]: standard input, a function body, runs in the page; prints what it returns
drive() {
	local copy=$BATS_TEST_TMPDIR/driven.html place=
	[[ $1 != *'#'* ]] || place=#${1#*'#'}
	{
		without_policy "${1%%'#'*}"
		echo '<script>const result = (() => {'
		cat
		echo '})(); document.documentElement.replaceChildren(document.createElement("body"));'
		echo 'document.body.textContent = "RESULT " + result;</script>'
	} >"$copy"
	dom "$copy$place" | sed -n -e 's/<\/body>.*//' -e 's/.*<body>RESULT //p'
}

# unscripted PAGE: standard input, a function body, is given the page as a browser without scripts has it
unscripted() {
	{
		printf '<body><script>const result = ((page) => {'
		cat
		printf '})(new DOMParser().parseFromString('
		jq -Rs . "$1" | sed 's/</\\u003c/g'
		echo ', "text/html")); document.body.textContent = "RESULT " + result;</script>'
	} >"$BATS_TEST_TMPDIR/unscripted.html"
	dom "$BATS_TEST_TMPDIR/unscripted.html" | sed -n -e 's/<\/body>.*//' -e 's/.*<body>RESULT //p'
}

# lacks PATTERN FILE: a bare ! would not end a test
lacks() { ! grep -qE -- "$1" "$2"; }

# times TEXT FILE
times() { grep -oF -- "$1" "$2" | wc -l; }

@test "verdict, stacks, graph, bars, tables and log are in the page" {
	local seen=$BATS_TEST_TMPDIR/dom
	dom "$PAGE" >"$seen"
	grep -q '<title>db-prod-07.example.net: deadlock</title>' "$seen"
	grep -q '<h1>Deadlock: mysqld (pid 1873) and backup-agent (pid 2211)' "$seen"
	grep -q '<strong class="mark">crashed</strong>' "$seen"
	[ "$(times 'class="box cycle"' "$seen")" -eq 2 ]
	[ "$(times 'class="edge cycle"' "$seen")" -eq 2 ]
	grep -q '>7 tasks</text>' "$seen"
	[ "$(times 'class="bar"' "$seen")" -ge 4 ]
	grep -q 'slab: 2 of 143 caches' "$seen"
	grep -q 'Incomplete in this report: .*Memory.*Interrupts' "$seen"
	grep -q 'class="line panic"' "$seen"
	for part in hang cpus locks blocked runqueues memory tasks block_io network mounts modules interrupts log; do
		grep -q "<section id=\"$part\"" "$seen"
	done
	grep -q '<li>mysqld (pid 1873) waits for .* <a href="#locks">details</a></li>' "$seen"
	lacks 'class="missing broken"' "$seen"
}

@test "adapters: what looked wrong is in sight, and each ring has a bar as long as it is full" {
	run drive "$PAGE" <<-'END'
		const folds = [...document.querySelectorAll('#network details')];
		const bar = (i, row) => [...folds[i].querySelectorAll('tbody tr')[row].querySelectorAll('svg .colour-1, svg .colour-2')].map((r) => r.getAttribute('class') + ' ' + Math.round(Number(r.getAttribute('width'))));
		return [folds.length, folds[0].open, folds[0].querySelector('summary').textContent, folds[0].querySelectorAll('.wrong li').length, folds[0].querySelectorAll('svg.bar').length,
			bar(0, 2).join(), bar(1, 1).join(), bar(2, 0).join(), folds[2].querySelector('svg').getAttribute('aria-label'),
			document.querySelector('#network .device').textContent.includes('perm_failure'), [...document.querySelectorAll('#network > p')].pop().textContent].join('; ');
	END
	echo "$output"
	[[ $output == '3; true; ens1f0np0mlx5_core, 0000:17:00.0up, link up, 1 of 2 TX queues stopped4 things looked wrong; 4; 5; '* ]]
	# a 1000th is 1 wide; parts that are no hairlines end 2 before the next
	[[ $output == *'; colour-1 985,colour-2 0; colour-1 779,colour-2 213; colour-1 10,colour-2 45; '* ]]
	[[ $output == *'; tx-0: of 256 3 with the adapter, 12 done, not seen by the driver, 241 free; true; Without a driver: lo.' ]]
}

@test "adapters: damaged numbers draw no bar that is longer than its ring" {
	local page=$BATS_TEST_TMPDIR/rings.html
	jq '.network.interfaces[1].rings |= [.[0] + {size: 8, device: 9e15, done: 9e15}, .[0] + {size: 0, device: 3}, .[0] + {size: -4}, .[0] + {size: 8, device: -3, done: "x"}]' "$DEADLOCK" | make_page >"$page"
	run drive "$page" <<-'END'
		const rows = [...document.querySelectorAll('#network details')[0].querySelectorAll('tbody tr')];
		return rows.map((r) => [...r.querySelectorAll('svg .colour-1, svg .colour-2')].reduce((a, b) => a + Number(b.getAttribute('width')), 0)).join(' ') + ' ' + rows.length;
	END
	[ "$output" = '998 0 0 0 4' ]
}

@test "adapters: of 64 interfaces with 1,024 rings those with trouble are open, and all are found" {
	local page=$BATS_TEST_TMPDIR/sixty-four.html
	jq '.network.interfaces = [range(64) as $i | .network.interfaces[3] + {name: "eth\($i)"} | .rings = [range(16) as $r | .rings[0] + {name: "tx-\($r)"}] | if $i == 40 then .wrong = ["tx-3 is full"] else . end]' \
		"$DEADLOCK" | make_page >"$page"
	run drive "$page#search=tx-3" <<-'END'
		const open = [...document.querySelectorAll('#network details[open]')].map((d) => d.querySelector('.fold-name').textContent);
		window.dispatchEvent(new Event('beforeprint'));
		return [open.join(), [...document.querySelectorAll('#results button')].map((b) => b.textContent).includes('eth40 igb'), document.querySelectorAll('#network svg.bar').length].join('; ');
	END
	[ "$output" = 'eth40; true; 1024' ]
}

@test "text of a report never becomes markup, and runs nothing" {
	local seen=$BATS_TEST_TMPDIR/dom page=$BATS_TEST_TMPDIR/hostile.html
	local hostile='</script><script>document.title="owned"</script><!--<script><img src=x onerror=document.title="owned"><svg onload=document.title="owned">'
	# every string of the report gets it, in front and behind
	jq --arg h "$hostile" 'walk(if type == "string" and . != "salvor-report" and (startswith("0x") | not) then $h + . + $h else . end)
		| .log.text += "[    1.000000] " + $h + "\n"' "$DEADLOCK" | make_page >"$page"
	[ "$(times '<script' "$page")" -eq 2 ]
	# also where no policy would stop a script
	without_policy "$page" >"$BATS_TEST_TMPDIR/open.html"
	for page in "$page" "$BATS_TEST_TMPDIR/open.html"; do
		dom "$page" >"$seen"
		lacks '<title>owned|<img|<svg onload' "$seen"
		[ "$(times '<script' "$seen")" -eq 2 ]
		grep -q '&lt;img src=x onerror' "$seen"
		grep -q '<section id="log"' "$seen"
	done
	run unscripted "$page" <<<'return page.querySelectorAll("img, svg").length + " " + page.scripts.length + " " + page.title.includes("<img")'
	[ "$output" = '0 2 true' ]
}

@test "the policy keeps foreign scripts from running" {
	local page=$BATS_TEST_TMPDIR/foreign.html
	{ cat "$PAGE" && echo '<script>document.title = "foreign"</script><p onclick="1" style="color:red">'; } >"$page"
	run dom "$page"
	[[ $output == *'<title>db-prod-07'* ]]
	# it would run without the policy, so the policy it is
	without_policy "$page" >"$page.open.html"
	run dom "$page.open.html"
	[[ $output == *'<title>foreign'* ]]
}

@test "tables sort and filter, unknown values last" {
	run drive "$PAGE" <<-'END'
		const rows = () => [...document.querySelectorAll('#tasks tbody tr')].map((r) => r.cells[0].textContent + ' ' + r.cells[1].textContent);
		const head = (name) => [...document.querySelectorAll('#tasks th button')].find((b) => b.textContent === name);
		const seen = [rows()[0]];
		head('Resident').click();
		seen.push(rows()[0]);
		head('Command').click();
		seen.push(rows()[0]);
		const field = document.querySelector('#tasks input');
		field.value = 'mysqld d';
		field.dispatchEvent(new Event('input'));
		seen.push(rows().length);
		document.querySelector('#tasks [role=group] button').click();
		seen.push(rows().length);
		const age = () => [...document.querySelectorAll('#block_io .table:last-of-type tbody tr')].map((r) => r.cells[2].textContent);
		const sector = [...document.querySelectorAll('#block_io th button')].find((b) => b.textContent === 'Sector');
		sector.click();
		seen.push(age().join(' '));
		sector.click();
		seen.push(age().join(' '));
		return seen.join('; ');
	END
	[ "$output" = '1 systemd; 1873 mysqld; 988 agetty; 9; 8; 702115328 88112640 –; 88112640 702115328 –' ]
}

@test "the search finds in every part and goes there" {
	run drive "$PAGE#search=cld_guard" <<-'END'
		const parts = [...document.querySelectorAll('#results section')].map((s) => s.querySelector('h3').textContent.replace(/\s+/g, ' '));
		const button = [...document.querySelectorAll('#results button')].find((b) => b.textContent === '4417 logrotate');
		button.click();
		const here = document.querySelector('.here');
		return [parts.join(', '), here.tagName, here.open, here.querySelector('.stack') !== null].join('; ');
	END
	[[ $output == *'Verdict 1'*'Locks 1'*'Blocked tasks 3'*'Memory 1'*'Modules 1'*'Log '* ]]
	[[ $output == *'; DETAILS; true; true' ]]
}

@test "the log's search marks what it finds" {
	run drive "$PAGE" <<-'END'
		const field = document.querySelector('#log input[type=search]');
		field.value = 'Blocked For';
		field.dispatchEvent(new Event('input'));
		const marks = document.querySelectorAll('#log mark');
		return [marks.length, marks[0].textContent, document.querySelector('#log .status').textContent].join('; ');
	END
	[ "$output" = '5; blocked for; 1 of 5 lines' ]
}

@test "a task's address opens its stack" {
	run drive "$PAGE#task-4420" <<<'const h = document.querySelector(".here"); return h.open + " " + h.querySelector("summary").textContent;'
	[[ $output == 'true '*4420*gzip* ]]
}

@test "5,000 tasks are drawn quickly, and all can be found" {
	local page=$BATS_TEST_TMPDIR/many.html
	jq '.tasks.tasks = [range(5000) | {pid: (. + 1), tgid: (. + 1), ppid: 1, cpu: (. % 64), state: "S", comm: "worker/\(.)", rss_kib: ., vm_kib: null}]
		| .log.text = ([range(20000) | "[\(.).000000] line \(.)\n"] | add)' "$DEADLOCK" | make_page >"$page"
	run drive "$page#task-4999" <<<'return [Math.round(performance.now()), document.querySelector("tr.here").textContent, document.querySelectorAll("#log .line").length].join(" ");'
	echo "milliseconds, row, lines: $output"
	[[ $output == *' 4999worker/4998'*' 20000' ]]
	[ "${output%% *}" -lt 15000 ]
}

@test "absent parts, nulls and wrong types leave the rest readable" {
	local page=$BATS_TEST_TMPDIR/odd.html filter
	for filter in '{format, version, verdict}' '{}' 'map_values({})' 'map_values(null)' 'map_values({outcome: "failed", missing: ["why <it> failed"]})' \
		'walk(if type == "object" or type == "array" then . else null end)' 'walk(if type == "array" then [null, 3, "x", {}, [[]]] else . end)' \
		'walk(if type == "number" then "x" else . end)' 'walk(if type == "string" then 7 else . end)' '.locks.edges += [{waiter: 79, owner: 79, lock: "0x1"}] | .locks.cycles += [[79]]' '.locks.edges[].lock = "0x1" | .locks.cycles = [[1, 2], [1873]]' \
		'.locks.edges = [range(2000) | {waiter: ., owner: ((. + 1) % 2000), lock: "0x1"}]'; do
		jq "$filter" "$DEADLOCK" | make_page >"$page"
		dom "$page" >"$BATS_TEST_TMPDIR/dom"
		echo "$filter"
		grep -q '<footer>' "$BATS_TEST_TMPDIR/dom"
		lacks 'class="missing broken"' "$BATS_TEST_TMPDIR/dom"
	done
	echo '{"cut' | make_page >"$page"
	run dom "$page"
	[[ $output == *'is damaged'* ]]
}

@test "without scripts the verdict and the log are there" {
	run unscripted "$PAGE" <<-'END'
		const words = ['h1', '#evidence li', 'noscript p', 'noscript pre'].map((s) => page.querySelector(s).textContent.trim());
		return [words[0].slice(0, 16), words[1].slice(0, 12), words[2].includes('need JavaScript'), words[3].includes('Kernel panic - not syncing')].join('; ');
	END
	[ "$output" = 'Deadlock: mysqld; Kernel panic; true; true' ]
}

@test "a phone never scrolls the page sideways" {
	local wide page=$BATS_TEST_TMPDIR/wide.html
	wide=$(printf 'x%.0s' {1..400})
	jq --arg w "$wide" '.log.text += $w | .verdict.sentence += $w | .verdict.command_line += $w | .verdict.host += $w | .memory.missing += [$w] | .blocked.groups[0].waits_for += $w
		| .cpus.cpus[5].stack[0].symbol = $w | .locks.sentences += [$w] | .mounts.mounts[0].path = $w | .tasks.tasks[0].comm = $w
		| .network.interfaces[1].wrong[0] = $w | .network.interfaces[1].name = $w | .network.interfaces[1].rings[0].name = $w | .network.devices[0].wrong[0] = $w' "$DEADLOCK" | make_page >"$page.report"
	{
		without_policy "$page.report"
		echo '<script>document.querySelectorAll("details").forEach(openFold);'
		echo 'parent.postMessage("WIDTH " + document.documentElement.scrollWidth + " of " + innerWidth, "*");</script>'
	} >"$page"
	{
		echo '<body><script>onmessage = (e) => { document.body.textContent = e.data; };</script>'
		echo '<iframe src="wide.html" style="border:0;width:390px;height:800px"></iframe>'
	} >"$BATS_TEST_TMPDIR/phone.html"
	run dom "$BATS_TEST_TMPDIR/phone.html" --virtual-time-budget=5000
	[[ $output == *'WIDTH 390 of 390'* ]]
}

@test "paper gets open stacks, and the end of the log" {
	run drive "$PAGE" <<-'END'
		const closed = () => document.querySelectorAll('details.top:not([open])').length;
		const seen = [closed() > 0];
		window.dispatchEvent(new Event('beforeprint'));
		seen.push(closed());
		window.dispatchEvent(new Event('afterprint'));
		seen.push(closed() > 0, document.querySelectorAll('#log .line:not(.not-printed)').length <= 400);
		return seen.join(' ');
	END
	[ "$output" = 'true 0 true true' ]
}

@test "screenshots: light, dark, phone, paper" {
	local shots=$OUT/report-page
	mkdir -p "$shots"
	rm -f "$shots"/*
	cp "$PAGE" "$shots/page.html"
	printf '<body style="margin:0"><iframe src="page.html" style="border:0;width:390px;height:844px"></iframe>' >"$shots/phone.html"
	browse --window-size=1400,1000 --blink-settings=preferredColorScheme=1 --screenshot="$shots/light.png" "file://$shots/page.html"
	browse --window-size=1400,1000 --blink-settings=preferredColorScheme=0 --screenshot="$shots/dark.png" "file://$shots/page.html"
	browse --window-size=500,844 --screenshot="$shots/phone.png" "file://$shots/phone.html"
	browse --blink-settings=preferredColorScheme=0 --no-pdf-header-footer --print-to-pdf="$shots/paper.pdf" "file://$shots/page.html"
	for picture in light dark phone; do
		[ "$(head -c 4 "$shots/$picture.png" | tail -c 3)" = PNG ]
	done
	[ "$(cksum <"$shots/light.png")" != "$(cksum <"$shots/dark.png")" ]
	[ "$(head -c 5 "$shots/paper.pdf")" = %PDF- ]
}
