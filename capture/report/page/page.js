/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page as a whole: the verdict and the system, then every part in its order, each with what it could not find
 * out; the list of parts beside them. A part that cannot be drawn says so and keeps no other from being drawn.
 */
'use strict';

/* In the order of the page. draw(data, box, report) returns how many things there are, or null. seldom: most reports have it not. */
const PARTS = [
	{key: 'hang', title: 'Who hung', short: 'Hang', draw: drawHang, seldom: true},
	{key: 'cpus', title: 'CPUs', draw: drawCpus},
	{key: 'locks', title: 'Who waits for whom', short: 'Locks', draw: drawLocks},
	{key: 'blocked', title: 'Blocked tasks', draw: drawBlocked},
	{key: 'runqueues', title: 'Run queues', draw: drawRunqueues},
	{key: 'memory', title: 'Memory', draw: drawMemory},
	{key: 'tasks', title: 'Tasks', draw: drawTasks},
	{key: 'block_io', title: 'Block I/O', draw: drawBlockIo},
	{key: 'network', title: 'Network adapters', short: 'Network', draw: drawNetwork},
	{key: 'mounts', title: 'Mounts', draw: drawMounts},
	{key: 'modules', title: 'Modules', draw: drawModules},
	{key: 'interrupts', title: 'Interrupts', draw: drawInterrupts},
	{key: 'log', title: 'Log', draw: drawLog},
];

/* [[name, text or node]…] */
function factsNode(facts) {
	return el('dl', {class: 'facts'}, facts.filter(([, v]) => isKnown(v)).map(([name, v]) => el('div', null, el('dt', null, name), el('dd', null, v))));
}

function missingNode(data) {
	const lines = list(data.missing).filter(isKnown);
	if (lines.length === 0 && (data.outcome === 'ok' || !isKnown(data.outcome)))
		return null;
	const words = {partial: 'Not everything is known here', failed: 'This part failed', ok: 'Not known'};
	return el('div', {class: 'missing'}, el('b', null, words[data.outcome] || plain(data.outcome)), lines.length > 0 ? el('ul', null, lines.map((l) => el('li', null, l))) : null);
}

const isIncomplete = (data) => data.outcome === 'partial' || data.outcome === 'failed';

/* --- verdict -------------------------------------------------------------------------------------------------- */

function systemFacts(v, dump) {
	const taints = dicts(v.taints);
	return [
		['Host', v.host], ['Crashed at', v.crash_time], ['Up', isNumber(v.uptime_seconds) ? duration(v.uptime_seconds) : null],
		['Task', isKnown(v.comm) || isKnown(v.pid) ? taskLink({pid: v.pid, comm: v.comm}) : null], ['CPU', v.cpu],
		['Kernel', v.release], ['Machine', isKnown(v.machine) ? v.machine : dump.machine], ['Build', v.kernel_version],
		['Saved by', v.way === 'unknown' ? null : v.way],
		['Tainted', taints.length > 0 ? taints.map((t) => el('span', {class: 'taint'}, el('b', null, t.letter), ' ', t.meaning)) : Array.isArray(v.taints) ? 'no' : null],
		['Modules loaded last', list(v.modules_last_loaded).length > 0 ? el('code', null, list(v.modules_last_loaded).map(plain).join(' ')) : null],
		['Command line', isKnown(v.command_line) ? el('code', {class: 'wrap'}, v.command_line) : null],
		['Dump', isKnown(dump.path) ? el('code', {class: 'wrap'}, dump.path) : null],
	];
}

function drawVerdict(report) {
	const v = dict(report.verdict), box = document.getElementById('verdict');
	document.getElementById('kind').textContent = isKnown(v.kind) ? plain(v.kind).replace(/-/g, ' ') : '';
	/* They stand there already, for browsers without scripts; here with what they hide made visible. */
	if (isKnown(v.sentence))
		box.querySelector('h1').textContent = plain(v.sentence);
	const evidence = document.getElementById('evidence'), lines = list(v.evidence).filter(isKnown);
	evidence.replaceChildren(...lines.map((l) => el('li', null, l)));
	evidence.hidden = lines.length === 0;
	const damaged = PARTS.filter((p) => isIncomplete(dict(report[p.key])));
	const nodes = [
		missingNode(v), factsNode(systemFacts(v, dict(report.dump))),
		damaged.length > 0 && el('p', {class: 'incomplete'}, 'Incomplete in this report: ', damaged.map((p, i) => [i > 0 ? ', ' : '', el('a', {href: '#' + p.key}, p.short || p.title)]), '.'),
	];
	box.append(...nodes.filter(Boolean));
	indexText('verdict', plain(v.sentence), [list(v.evidence).map(plain).join(' '), v.host, v.release, v.command_line, list(v.modules_last_loaded).join(' ')].filter(isKnown).join(' '),
		() => reveal(document.querySelector('#verdict h1')));
}

/* --- parts ---------------------------------------------------------------------------------------------------- */

function drawPart(part, report) {
	const data = report[part.key];
	const heading = el('h2', null, part.title);
	const box = el('section', {id: part.key, tabindex: '-1'}, heading);
	let n = null;
	const missing = missingNode(data);
	if (missing)
		box.append(missing);
	try {
		n = part.draw(data, box, report);
	} catch (e) {
		box.append(el('p', {class: 'missing broken'}, 'This page could not show the part: ' + e));
	}
	if (n === 0 && data.outcome !== 'failed' && part.key !== 'block_io')
		box.append(el('p', {class: 'unknown'}, 'None.'));
	if (isNumber(n))
		heading.append(' ', el('span', {class: 'count'}, count(n)));
	return {part, data, box, n};
}

function navItem({part, data, n}) {
	const cycles = part.key === 'locks' ? list(data.cycles).length : 0;
	const note = cycles > 0 ? el('strong', {class: 'mark'}, plural(cycles, 'cycle')) : isNumber(n) ? el('span', {class: 'count'}, count(n)) : null;
	const sign = isIncomplete(data) ? el('span', {class: 'sign', title: data.outcome}, data.outcome === 'failed' ? 'failed' : 'partial') : null;
	return el('li', null, el('a', {href: '#' + part.key}, part.short || part.title, ' ', note, sign));
}

/* Which part is in sight is marked in the list. */
function watchParts(nav) {
	const links = new Map([...nav.querySelectorAll('a')].map((a) => [a.getAttribute('href').slice(1), a]));
	const sections = [...document.querySelectorAll('main > section[id]')].filter((s) => links.has(s.id));
	const strip = nav.querySelector('ul'); /* on a phone it scrolls sideways */
	let waiting = false;
	const mark = () => {
		waiting = false;
		const at = sections.filter((s) => s.getBoundingClientRect().top < window.innerHeight * 0.2).pop() || sections[0];
		links.forEach((a, id) => id === at.id ? a.setAttribute('aria-current', 'true') : a.removeAttribute('aria-current'));
		strip.scrollLeft = links.get(at.id).offsetLeft - strip.clientWidth / 3;
	};
	window.addEventListener('scroll', () => {
		if (!waiting)
			requestAnimationFrame(mark);
		waiting = true;
	}, {passive: true});
	mark();
}

/* --- the address: #task-PID, #search=WORDS, and the parts ------------------------------------------------------- */

function goToTask(hash) {
	const go = places.get(Number(hash.slice('#task-'.length)));
	if (go)
		go[0]();
	return !!go;
}

function followAddress(search) {
	if (location.hash.startsWith('#task-'))
		goToTask(location.hash);
	else if (location.hash.startsWith('#search='))
		try {
			search.set(decodeURIComponent(location.hash.slice('#search='.length)));
		} catch (e) {
			/* not an address of this page */
		}
}

function listen(search) {
	window.addEventListener('hashchange', () => followAddress(search));
	document.addEventListener('click', (e) => {
		const a = e.target.closest && e.target.closest('a[href^="#task-"]');
		/* the address may already be this one, and then nothing changes in it */
		if (a && a.getAttribute('href') === location.hash && goToTask(location.hash))
			e.preventDefault();
	});
	const closed = [];
	window.addEventListener('beforeprint', () => document.querySelectorAll('details.top:not([open])').forEach((d) => {
		closed.push(d);
		openFold(d);
	}));
	window.addEventListener('afterprint', () => closed.splice(0).forEach((d) => {
		d.open = false;
	}));
}

function start() {
	const main = document.getElementById('main');
	let report;
	try {
		report = JSON.parse(document.getElementById('report').textContent);
		if (!isObject(report))
			throw new Error('it is no object');
	} catch (e) {
		main.append(el('div', {class: 'missing'}, 'The report inside this page is damaged (' + e.message + '). This is its text:'),
			el('pre', {class: 'lines'}, document.getElementById('report').textContent));
		return;
	}
	const v = dict(report.verdict);
	const there = PARTS.filter((p) => isObject(report[p.key])), absent = PARTS.filter((p) => !isObject(report[p.key]) && !p.seldom);
	const titles = new Map([['verdict', 'Verdict'], ...PARTS.map((p) => [p.key, p.short || p.title])]);
	const search = new Search((key) => titles.get(key));
	document.documentElement.classList.add('drawn');
	drawVerdict(report);
	const drawn = there.map((p) => drawPart(p, report));
	main.append(...drawn.map((d) => d.box));
	const foot = [report.program, report.format !== 'salvor-report' || report.version !== 1 ? `report format ${plain(report.format)} ${plain(report.version)}, which this page may not know` : null];
	main.append(el('footer', null, absent.length > 0 ? el('p', null, 'Not in this report: ' + absent.map((p) => p.short || p.title).join(', ') + '.') : null, el('p', null, foot.filter(isKnown).map(plain).join(', '))));
	const nav = el('nav', {'aria-label': 'Parts of the report'}, el('ul', null, el('li', null, el('a', {href: '#verdict'}, 'Verdict')), drawn.map(navItem)));
	document.getElementById('side').append(el('p', {class: 'host'}, el('b', null, isKnown(v.host) ? v.host : 'vmcore'), isKnown(v.crash_time) ? el('span', null, v.crash_time) : null), search.node, nav);
	watchParts(nav);
	listen(search);
	followAddress(search);
}

start();
