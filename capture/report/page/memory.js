/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory: what the pages are used for, each zone's free pages against its watermarks, slab caches, huge pages, swap.
 * Bars stretch to the width there is, so what is written stands beside them, never inside.
 */
'use strict';

const COLOURS = 7;

/* One bar: parts of {share: 0 to 1, style, title}, from the left; ticks of {at: 0 to 1, title}. */
function barNode(description, parts, ticks) {
	let x = 0;
	const rects = parts.map((p) => {
		const width = Math.max(0, Math.min(1, p.share)) * 1000;
		const rect = svg('rect', {x, y: 0, width: Math.max(width - (width > 6 ? 2 : 0), 0), height: 16, class: p.style}, svg('title', null, p.title));
		x += width;
		return rect;
	});
	return svg('svg', {class: 'bar', viewBox: '0 0 1000 16', preserveAspectRatio: 'none', role: 'img', 'aria-label': description},
		svg('rect', {class: 'track', x: 0, y: 0, width: 1000, height: 16}), rects,
		(ticks || []).map((t) => svg('rect', {class: 'tick', x: Math.max(0, Math.min(994, t.at * 1000 - 3)), y: 0, width: 6, height: 16}, svg('title', null, t.title))));
}

function classesNode(memory, pageSize) {
	const classes = dicts(memory.classes).filter((c) => isNumber(c.pages) && c.pages > 0);
	const total = Math.max(isNumber(memory.total_pages) ? memory.total_pages : 0, sum(classes.map((c) => c.pages)));
	if (classes.length === 0)
		return null;
	const isFree = (c) => /^free\b/i.test(String(c.name));
	const used = classes.filter((c) => !isFree(c)).sort((a, b) => b.pages - a.pages);
	const rest = used.splice(used.length > COLOURS ? COLOURS - 1 : COLOURS);
	const shown = used.map((c, i) => ({...c, style: 'colour-' + (i + 1)}));
	if (rest.length > 0)
		shown.push({name: rest.map((c) => c.name).join(', '), pages: sum(rest.map((c) => c.pages)), style: 'colour-rest'});
	for (const c of classes.filter(isFree))
		shown.push({...c, style: 'colour-free'});
	const unseen = total - sum(shown.map((c) => c.pages));
	if (unseen > 0)
		shown.push({name: 'not accounted for', pages: unseen, style: 'colour-none'});
	const words = (c) => `${plain(c.name)}: ${bytes(c.pages * pageSize)}, ${percent(c.pages, total)}`;
	return el('div', {class: 'chart'}, el('h3', null, 'What the pages are used for'),
		barNode(shown.map(words).join('; '), shown.map((c) => ({share: c.pages / total, style: c.style, title: words(c)}))),
		el('ul', {class: 'legend'}, shown.map((c) => el('li', null, svg('svg', {class: 'key', viewBox: '0 0 10 10', 'aria-hidden': 'true'}, svg('rect', {class: c.style, width: 10, height: 10})),
			el('span', {class: 'legend-name'}, c.name), ' ', el('b', null, bytes(c.pages * pageSize)), ' ', percent(c.pages, total)))));
}

/* Free pages against the watermarks: the bar ends at three times the high one, above which nothing is scarce. */
function zoneRow(zone, pageSize) {
	const size = (pages) => (isNumber(pages) ? bytes(pages * pageSize) : '–');
	const {free, min, low, high} = zone;
	let state = '', style = 'zone-fine';
	if (isNumber(free) && isNumber(min) && free < min)
		[state, style] = ['below min', 'zone-bad'];
	else if (isNumber(free) && isNumber(low) && free < low)
		[state, style] = ['below low', 'zone-low'];
	const end = isNumber(high) && high > 0 ? high * 3 : isNumber(zone.managed) && zone.managed > 0 ? zone.managed : null;
	const marks = [['min', min], ['low', low], ['high', high]].filter(([, v]) => isNumber(v) && end && v > 0);
	const name = `Node ${plain(zone.node)} ${plain(zone.name)}`;
	const bar = end && isNumber(free) ? barNode(`${name}: ${size(free)} free ${state}`,
		[{share: Math.min(1, free / end), style, title: `free ${size(free)}`}],
		marks.map(([title, v]) => ({at: v / end, title: `${title} ${size(v)}`}))) : null;
	return el('tr', null, el('th', {scope: 'row'}, name), el('td', {class: 'number'}, size(free)), el('td', {class: 'bar-cell'}, bar),
		el('td', null, state ? el('strong', {class: style === 'zone-bad' ? 'mark' : 'mark low'}, state) : null),
		[min, low, high, zone.managed, zone.present].map((v) => el('td', {class: 'number'}, size(v))));
}

function zonesNode(zones, pageSize) {
	if (zones.length === 0)
		return null;
	const heads = ['Zone', 'Free', 'Free against min, low, high', '', 'Min', 'Low', 'High', 'Managed', 'Present'];
	return el('div', {class: 'chart'}, el('h3', null, 'Zones'), el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Zones'},
		el('table', {class: 'plain'}, el('thead', null, el('tr', null, heads.map((h, i) => el('th', {scope: 'col', class: i === 1 || i > 3 ? 'number' : null}, h)))),
			el('tbody', null, zones.map((z) => zoneRow(z, pageSize))))));
}

function slabNode(slab) {
	if (slab.length === 0)
		return null;
	const largest = Math.max(1, ...slab.map((s) => (isNumber(s.bytes) ? s.bytes : 0)));
	const table = new Table({name: 'Slab caches', rows: slab, sort: ['bytes', -1], filter: true, columns: [
		{key: 'name', label: 'Cache', style: 'code'},
		{key: 'bytes', label: 'Size', number: true, cell: (r) => bytes(r.bytes)},
		{key: 'share', label: '', style: 'bar-cell', value: () => '',
			cell: (r) => isNumber(r.bytes) && barNode('', [{share: r.bytes / largest, style: 'colour-1', title: bytes(r.bytes)}])},
		{key: 'objects', label: 'Objects', number: true},
	]});
	indexTable('memory', table, (s) => 'slab cache ' + plain(s.name));
	return el('div', {class: 'chart'}, el('h3', null, 'Slab caches'), table.node);
}

function swapNode(swap, huge) {
	const facts = [];
	if (isObject(swap) && isNumber(swap.total))
		facts.push(['Swap', swap.total === 0 ? 'none' : `${bytes(swap.total)}, ${bytes(swap.free)} free`]);
	for (const h of huge)
		facts.push([`Huge pages of ${isNumber(h.size) ? bytes(h.size) : plain(h.size)}`, `${count(h.total)}, ${count(h.free)} free`]);
	return facts.length > 0 && factsNode(facts);
}

function drawMemory(data, box) {
	const pageSize = isNumber(data.page_size) && data.page_size > 0 ? data.page_size : 4096;
	if (isNumber(data.total_pages))
		box.append(el('p', {class: 'lead'}, bytes(data.total_pages * pageSize), ' of memory, ', isNumber(data.free_pages) ? bytes(data.free_pages * pageSize) : 'unknown',
			' free', isNumber(data.free_pages) ? ' (' + percent(data.free_pages, data.total_pages) + ')' : null, '.'));
	const oom = list(data.oom).filter(isKnown);
	const nodes = [
		oom.length > 0 && el('div', null, el('h3', null, 'What the out-of-memory killer said'), el('pre', {class: 'lines'}, oom.map((l) => plain(l)).join('\n'))),
		classesNode(data, pageSize), zonesNode(dicts(data.zones), pageSize), slabNode(dicts(data.slab)),
		swapNode(data.swap, dicts(data.huge_pages)),
	];
	box.append(...nodes.filter(Boolean));
	return null;
}
