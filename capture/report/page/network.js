/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network adapters: each interface with what looked wrong, and a bar for each of its rings. Numbers stand beside
 * the bars, so that nothing depends on their colours.
 */
'use strict';

const RINGS_SHOWN = 256; /* of one interface */
const OPEN_AT_FIRST = 4; /* interfaces, if no more have rings; those with which something is wrong always */

const RING_KINDS = {tx: 'send', rx: 'receive', completion: 'completions, events'};
const RING_PARTS = [['device', 'with the adapter', 'colour-1'], ['done', 'done, not seen by the driver', 'colour-2'], ['free', 'free', 'colour-free']];

const interfaceState = (i) => [typeof i.up === 'boolean' ? (i.up ? 'up' : 'down') : 'state unknown', i.present === false && 'detached',
	i.up === true && typeof i.carrier === 'boolean' && (i.carrier ? 'link up' : 'no link'),
	i.tx_queues_stopped > 0 && `${count(i.tx_queues_stopped)} of ${plural(i.tx_queues, 'TX queue')} stopped`].filter(Boolean).join(', ');

/* How many entries are what; damaged numbers do not make a bar longer than it is. */
function ringParts(ring) {
	const size = isNumber(ring.size) && ring.size > 0 ? ring.size : 0;
	const within = (n, room) => Math.max(0, Math.min(isNumber(n) ? n : 0, room));
	const device = within(ring.device, size), done = within(ring.done, size - device);
	return {size, device, done, free: size - device - done};
}

function ringRow(ring) {
	const n = ringParts(ring);
	const words = RING_PARTS.map(([key, text]) => `${count(n[key])} ${text}`).join(', ');
	const bar = n.size > 0 && barNode(`${plain(ring.name)}: of ${count(n.size)} ${words}`, RING_PARTS.map(([key, title, style]) => ({share: n[key] / n.size, style, title: `${count(n[key])} ${title}`})));
	return el('tr', null, el('th', {scope: 'row'}, el('code', null, ring.name)), el('td', null, RING_KINDS[ring.kind] || plain(ring.kind)), el('td', {class: 'bar-cell'}, bar),
		[ring.device, ring.done, ring.size].map((v) => el('td', {class: 'number'}, count(v))), el('td', {class: 'number'}, isNumber(ring.oldest_seconds) ? duration(ring.oldest_seconds) : ''));
}

function ringsNode(name, rings) {
	if (rings.length === 0)
		return null;
	const heads = ['Ring', 'For', 'How full', 'With the adapter', 'Done, not seen', 'Size', 'Oldest'];
	return el('div', {class: 'chart'}, el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Rings of ' + plain(name)},
		el('table', {class: 'plain'}, el('thead', null, el('tr', null, heads.map((h, i) => el('th', {scope: 'col', class: i > 2 ? 'number' : null}, h)))),
			el('tbody', null, rings.slice(0, RINGS_SHOWN).map(ringRow)))),
		rings.length > RINGS_SHOWN && el('p', {class: 'more'}, `And ${count(rings.length - RINGS_SHOWN)} more rings, in report.json.`));
}

function wrongNode(subject) {
	const lines = list(subject.wrong).filter(isKnown);
	return lines.length > 0 && el('ul', {class: 'sentences wrong'}, lines.map((l) => el('li', null, l)),
		subject.wrong_left_out > 0 && el('li', {class: 'unknown'}, `and ${count(subject.wrong_left_out)} more`));
}

function wrongMark(subject) {
	const n = list(subject.wrong).filter(isKnown).length;
	return n > 0 && el('strong', {class: 'mark'}, plural(n, 'thing') + ' looked wrong');
}

function interfaceNode(one, open) {
	const rings = dicts(one.rings);
	const summary = [el('span', {class: 'fold-name'}, one.name), el('span', {class: 'unknown'}, [one.driver, one.pci].filter(isKnown).map(plain).join(', ')), el('span', null, interfaceState(one)), wrongMark(one)];
	return fold({class: 'top', open}, summary, () => [wrongNode(one), ringsNode(one.name, rings), rings.length === 0 && el('p', {class: 'unknown'}, 'Nothing is known of its rings.')]);
}

function ringLegend() {
	return el('ul', {class: 'legend'}, RING_PARTS.map(([, text, style]) => el('li', null, svg('svg', {class: 'key', viewBox: '0 0 10 10', 'aria-hidden': 'true'}, svg('rect', {class: style, width: 10, height: 10})), text)));
}

function drawNetwork(data, box) {
	const interfaces = dicts(data.interfaces), devices = dicts(data.devices);
	const isPlain = (i) => !isKnown(i.driver) && list(i.wrong).length === 0;
	const shown = interfaces.filter((i) => !isPlain(i)), others = interfaces.filter(isPlain);
	if (shown.some((i) => dicts(i.rings).length > 0))
		box.append(ringLegend());
	for (const one of shown) {
		const node = interfaceNode(one, shown.length <= OPEN_AT_FIRST || list(one.wrong).length > 0);
		box.append(node);
		indexText('network', plain(one.name) + ' ' + plain(one.driver), [one.pci, interfaceState(one), ...list(one.wrong)].filter(isKnown).map(plain).join(' '), () => reveal(node));
	}
	for (const d of devices) {
		const node = el('div', {class: 'device'}, el('h3', null, d.name, ' ', isKnown(d.driver) && el('span', {class: 'unknown'}, d.driver)), wrongNode(d));
		box.append(node);
		indexText('network', plain(d.name), list(d.wrong).map(plain).join(' '), () => reveal(node));
	}
	if (others.length > 0)
		box.append(el('p', null, 'Without a driver: ', others.map((i) => plain(i.name)).join(' '), '.'));
	return interfaces.length;
}
