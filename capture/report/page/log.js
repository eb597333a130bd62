/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's log: every line, the alarming ones marked, and a search within it. Lines are grouped, so that a
 * browser lays out only those in sight.
 */
'use strict';

const PANIC = /Kernel panic|kernel BUG at|BUG: |Oops[: ]|\bUnable to handle kernel|general protection fault|Fatal exception/;
const TROUBLE = /blocked for more than|soft lockup|hard LOCKUP|LOCKUP|rcu: .*(stall|detected)|self-detected stall|WARNING: |Out of memory|invoked oom-killer|oom-kill:|Hardware Error|Machine check|I\/O error|page allocation failure|possible circular locking|deadlock/;
const STAMP = /^(\[ *\d+\.\d+\](?:\[ *[A-Z]\d+\])?) ?(.*)$/;
const LINES_PER_GROUP = 100;
const PRINTED_BEFORE = 40, PRINTED = 400;

class Log {
	constructor(text) {
		this.lines = plainLines(text);
		this.nodes = this.lines.map((line) => this.lineNode(line));
		const find = (re) => this.lines.findIndex((l) => re.test(l));
		const firsts = [find(PANIC), find(TROUBLE)].filter((i) => i >= 0);
		this.first = firsts.length > 0 ? Math.min(...firsts) : -1;
		this.panic = this.lines.length - 1 - [...this.lines].reverse().findIndex((l) => /Kernel panic/.test(l));
		if (this.panic >= this.lines.length)
			this.panic = -1;
		this.hits = [];
		this.at = -1;
		this.pre = el('pre', {class: 'log', tabindex: '0', role: 'region', 'aria-label': 'Kernel log'}, this.groups());
		this.markPrinted();
		this.node = el('div', null, this.toolsNode(), this.pre);
	}

	lineNode(line) {
		const node = el('span', {class: PANIC.test(line) ? 'line panic' : TROUBLE.test(line) ? 'line trouble' : 'line'});
		this.fillLine(node, line, '');
		return node;
	}

	/* The line's text, with what is searched for marked. */
	fillLine(node, line, word) {
		const [, stamp, text] = STAMP.exec(line) || [null, null, line];
		const marked = [];
		const low = text.toLowerCase();
		let from = 0;
		for (let i = word ? low.indexOf(word) : -1; i >= 0; i = low.indexOf(word, from)) {
			marked.push(document.createTextNode(text.slice(from, i)), el('mark', null, text.slice(i, i + word.length)));
			from = i + word.length;
		}
		marked.push(document.createTextNode(text.slice(from) + '\n'));
		node.replaceChildren(...(stamp ? [el('span', {class: 'stamp'}, stamp), ' '] : []), ...marked);
	}

	groups() {
		const groups = [];
		for (let i = 0; i < this.nodes.length; i += LINES_PER_GROUP)
			groups.push(el('span', {class: 'lines-group'}, this.nodes.slice(i, i + LINES_PER_GROUP)));
		return groups;
	}

	/* Paper gets what leads up to the end, not the whole boot. */
	markPrinted() {
		const start = this.first >= 0 ? Math.max(0, this.first - PRINTED_BEFORE) : Math.max(0, this.lines.length - PRINTED);
		const end = start + PRINTED;
		this.nodes.forEach((n, i) => (i < start || i >= end) && n.classList.add('not-printed'));
		this.printed = `On paper: lines ${count(start + 1)} to ${count(Math.min(end, this.lines.length))} of ${count(this.lines.length)}.`;
	}

	toolsNode() {
		const field = el('input', {type: 'search', placeholder: 'Search the log', 'aria-label': 'Search the log', spellcheck: 'false'});
		const only = el('input', {type: 'checkbox'});
		this.field = field;
		this.status = el('span', {class: 'status', role: 'status'});
		field.addEventListener('input', () => this.search(field.value));
		field.addEventListener('keydown', (e) => {
			if (e.key === 'Enter') {
				e.preventDefault();
				this.step(e.shiftKey ? -1 : 1);
			}
		});
		only.addEventListener('change', () => this.pre.classList.toggle('only-hits', only.checked));
		return el('div', {class: 'tools'}, field, button('Previous', 'Shift+Enter in the field', () => this.step(-1)), button('Next', 'Enter in the field', () => this.step(1)),
			el('label', null, only, ' only lines that match'), this.status,
			el('span', {class: 'choices'}, this.first >= 0 ? button('First alarm', null, () => this.goTo(this.first)) : null,
				this.panic >= 0 ? button('Panic', null, () => this.goTo(this.panic)) : null,
				button('End', null, () => this.goTo(this.lines.length - 1))),
			el('p', {class: 'on-paper'}, this.printed));
	}

	search(text) {
		const word = text.toLowerCase();
		this.hits.forEach((i) => {
			this.nodes[i].classList.remove('hit', 'current');
			this.fillLine(this.nodes[i], this.lines[i], '');
		});
		this.hits = [];
		this.at = -1;
		this.pre.classList.toggle('searched', word !== '');
		if (word === '') {
			this.status.textContent = '';
			return;
		}
		this.lines.forEach((line, i) => {
			if (!line.toLowerCase().includes(word))
				return;
			this.hits.push(i);
			this.nodes[i].classList.add('hit');
			this.fillLine(this.nodes[i], line, word);
		});
		this.status.textContent = plural(this.hits.length, 'line') + ' of ' + count(this.lines.length);
		if (this.hits.length > 0)
			this.step(1);
	}

	step(by) {
		if (this.hits.length === 0)
			return;
		if (this.at >= 0)
			this.nodes[this.hits[this.at]].classList.remove('current');
		this.at = (this.at + by + this.hits.length) % this.hits.length;
		const node = this.nodes[this.hits[this.at]];
		node.classList.add('current');
		this.status.textContent = `${count(this.at + 1)} of ${plural(this.hits.length, 'line')}`;
		this.scrollTo(node);
	}

	/* Within the log's own box only; the page stays where it is. */
	scrollTo(node) {
		const box = this.pre.getBoundingClientRect(), line = node.getBoundingClientRect();
		this.pre.scrollTop += line.top - box.top - this.pre.clientHeight / 3;
	}

	goTo(i) {
		this.pre.scrollIntoView({block: 'nearest'});
		this.scrollTo(this.nodes[i]);
		reveal(this.nodes[i]);
	}
}

const plainLines = (text) => text.replace(/\r?\n$/, '').split(/\r?\n/).map((l) => (l === '' ? '' : plain(l)));

function drawLog(data, box) {
	if (typeof data.text !== 'string' || data.text === '')
		return 0;
	const log = new Log(data.text);
	box.append(log.node);
	addSearcher('log', (words) => {
		const hits = [];
		log.lines.forEach((line, i) => {
			const low = line.toLowerCase();
			if (words.every((w) => low.includes(w)))
				hits.push({label: line, go: () => log.goTo(i)});
		});
		return hits;
	});
	/* Open where it matters. */
	requestAnimationFrame(() => log.scrollTo(log.nodes[log.panic >= 0 ? log.panic : log.lines.length - 1]));
	return log.lines.length;
}
