/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every part of the page is built with: elements, numbers, names, links to tasks. All that comes out of the
 * report enters the page as text nodes or as checked numbers; there is no place where it could become markup.
 */
'use strict';

const SVG_NS = 'http://www.w3.org/2000/svg';

const list = (v) => (Array.isArray(v) ? v : []);
const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);
const dict = (v) => (isObject(v) ? v : {});
const dicts = (v) => list(v).filter(isObject);
const isNumber = (v) => typeof v === 'number' && Number.isFinite(v);
const isKnown = (v) => v !== null && v !== undefined && v !== '';
const isPid = (v) => Number.isInteger(v) && v >= 0;
const sum = (numbers) => numbers.reduce((a, n) => a + (isNumber(n) ? n : 0), 0);

/* Controls, and characters that reorder or hide what stands beside them, are shown by their number. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
function plain(v) {
	if (!isKnown(v))
		return '–';
	const text = typeof v === 'object' ? JSON.stringify(v) : String(v);
	return text.replace(UNSEEN, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

function fill(node, attributes, children) {
	for (const [name, value] of Object.entries(attributes || {})) {
		if (value === false || value === null || value === undefined)
			continue;
		if (/^on/i.test(name) || (name === 'href' && !String(value).startsWith('#')))
			throw new Error('an attribute that this page never sets: ' + name);
		node.setAttribute(name, value === true ? '' : value);
	}
	for (const child of children.flat(Infinity)) {
		if (child === null || child === undefined || child === false || child === '')
			continue;
		node.append(child instanceof Node ? child : document.createTextNode(plain(child)));
	}
	return node;
}

/* el('td', {class: 'number'}, 'text', node, [more]): strings become text nodes. */
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG_NS, tag), attributes, children);

function button(text, title, pressed) {
	const b = el('button', {type: 'button', title}, text);
	b.addEventListener('click', pressed);
	return b;
}

/* A fold. Its content is made when it is opened first, or when the page is printed. */
function fold(attributes, summary, content) {
	const node = el('details', attributes, el('summary', null, summary));
	let made = false;
	node.make = () => {
		if (made)
			return;
		made = true;
		node.append(...[content()].flat(Infinity).filter((c) => c instanceof Node));
	};
	node.addEventListener('toggle', () => node.open && node.make());
	if (node.open)
		node.make();
	return node;
}

function openFold(node) {
	if (node.make)
		node.make();
	node.open = true;
}

function foldButtons(box) {
	const all = (open) => () => box.querySelectorAll('details.top').forEach((d) => {
		if (open)
			openFold(d);
		else
			d.open = false;
	});
	return el('p', {class: 'tools'}, button('Open all', null, all(true)), button('Close all', null, all(false)));
}

const count = (n) => (isNumber(n) ? n.toLocaleString('en-US', {maximumFractionDigits: 1}) : '–');
const plural = (n, one, many) => count(n) + ' ' + (n === 1 ? one : many || one + 's');

function bytes(n) {
	if (!isNumber(n))
		return '–';
	const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
	let unit = 0;
	for (; Math.abs(n) >= 1024 && unit < units.length - 1; unit++)
		n /= 1024;
	return (unit === 0 || n >= 100 ? n.toFixed(0) : n.toFixed(1)) + ' ' + units[unit];
}

function duration(s) {
	if (!isNumber(s))
		return '–';
	if (s < 1)
		return s.toFixed(3) + ' s';
	if (s < 120)
		return s.toFixed(1) + ' s';
	const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
	const words = [];
	for (const [name, size] of units) {
		const n = Math.floor(s / size);
		s -= n * size;
		if (n > 0 && words.length < 2)
			words.push(n + ' ' + name);
	}
	return words.join(' ');
}

const percent = (part, whole) => (isNumber(part) && whole > 0 ? (100 * part / whole).toFixed(part / whole < 0.1 ? 1 : 0) + ' %' : '–');

/* 0, 1, 2, 5 → "0–2, 5" */
function ranges(numbers) {
	const words = [];
	const sorted = [...numbers].sort((a, b) => a - b);
	for (let i = 0; i < sorted.length; i++) {
		let j = i;
		while (j + 1 < sorted.length && sorted[j + 1] === sorted[j] + 1)
			j++;
		words.push(j > i ? sorted[i] + '–' + sorted[j] : String(sorted[i]));
		i = j;
	}
	return words.join(', ');
}

/* --- where a task is shown ---------------------------------------------------------------------------------- */

/* pid → functions that go to it, the most telling first: blocked, on a CPU, in the table. */
const places = new Map();
function addPlace(pid, go) {
	if (!isPid(pid))
		return;
	if (!places.has(pid))
		places.set(pid, []);
	places.get(pid).push(go);
}

/* Opens what it is folded into, scrolls to it, and marks it for a moment. */
function reveal(node) {
	for (let up = node; up; up = up.parentElement)
		if (up.tagName === 'DETAILS')
			openFold(up);
	node.scrollIntoView({block: 'center'});
	document.querySelectorAll('.here').forEach((n) => n.classList.remove('here'));
	node.classList.add('here');
	if (!node.hasAttribute('tabindex') && !node.matches('summary, a, button'))
		node.setAttribute('tabindex', '-1');
	node.focus({preventScroll: true});
}

function taskName(task) {
	const t = dict(task);
	return [isKnown(t.pid) ? el('span', {class: 'pid'}, t.pid) : null, ' ', el('b', null, t.comm)];
}

function taskLink(task) {
	if (!isObject(task))
		return el('span', {class: 'unknown'}, 'unknown');
	if (!isPid(task.pid))
		return el('span', {class: 'task'}, taskName(task));
	return el('a', {class: 'task', href: '#task-' + task.pid}, taskName(task));
}
