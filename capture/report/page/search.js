/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search over the whole report. Every part says what it has to find; a hit is a line that goes there. What is
 * searched for also stands in the address (#search=WORDS), so that it can be sent to somebody.
 */
'use strict';

const HITS_PER_PART = 8;
const searchers = []; /* {part, find(words) → [{label, go}]} */
const indexed = new Map(); /* part → [{label, text, go}] */

function addSearcher(part, find) {
	searchers.push({part, find});
}

/* One thing that can be found by its label or its text. */
function indexText(part, label, text, go) {
	if (!indexed.has(part)) {
		const entries = [];
		indexed.set(part, entries);
		addSearcher(part, (words) => entries.filter((e) => words.every((w) => e.text.includes(w))));
	}
	indexed.get(part).push({label, text: (label + ' ' + text).toLowerCase(), go});
}

/* Every row of a table. */
function indexTable(part, table, labelOf) {
	addSearcher(part, (words) => {
		const hits = [];
		table.rows.forEach((row, i) => {
			if (words.every((w) => table.textOf(i).includes(w)))
				hits.push({label: labelOf(row), go: () => table.reveal(i)});
		});
		return hits;
	});
}

class Search {
	constructor(titleOf) {
		this.titleOf = titleOf;
		this.field = el('input', {type: 'search', id: 'search', placeholder: 'Search all  ( / )', 'aria-label': 'Search the whole report', spellcheck: 'false', autocomplete: 'off'});
		this.box = el('div', {id: 'results', role: 'region', 'aria-label': 'What was found', hidden: true});
		this.node = el('div', {class: 'search', role: 'search'}, this.field, this.box);
		let timer;
		this.field.addEventListener('input', () => {
			clearTimeout(timer);
			timer = setTimeout(() => this.run(), 120);
		});
		this.node.addEventListener('keydown', (e) => this.key(e));
		document.addEventListener('keydown', (e) => {
			if (e.key === '/' && !e.ctrlKey && !e.metaKey && !e.altKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
				e.preventDefault();
				this.field.focus();
				this.field.select();
			}
		});
		document.addEventListener('click', (e) => {
			if (!this.node.contains(e.target))
				this.box.hidden = true;
		});
		this.field.addEventListener('focus', () => {
			this.box.hidden = this.box.childElementCount === 0;
		});
	}

	/* Arrows move through what was found, Escape leaves. */
	key(e) {
		const items = [this.field, ...this.box.querySelectorAll('button')];
		const at = items.indexOf(document.activeElement);
		if (e.key === 'ArrowDown' && at + 1 < items.length)
			items[at + 1].focus();
		else if (e.key === 'ArrowUp' && at > 0)
			items[at - 1].focus();
		else if (e.key === 'Escape') {
			this.field.value = '';
			this.run();
			this.field.blur();
		} else
			return;
		e.preventDefault();
	}

	set(text) {
		this.field.value = text;
		this.run();
	}

	run() {
		const text = this.field.value.trim();
		const words = text.toLowerCase().split(/\s+/).filter(Boolean);
		this.box.replaceChildren();
		this.box.hidden = words.length === 0;
		try {
			history.replaceState(null, '', words.length > 0 ? '#search=' + encodeURIComponent(text) : '#');
		} catch (e) {
			/* some browsers allow none of this in a page from a file; the address then stays as it is */
		}
		if (words.length === 0)
			return;
		const found = new Map();
		for (const s of searchers)
			found.set(s.part, [...(found.get(s.part) || []), ...s.find(words)]);
		let total = 0;
		for (const [part, hits] of found) {
			total += hits.length;
			if (hits.length > 0)
				this.box.append(this.partNode(part, hits));
		}
		this.box.prepend(el('p', {class: 'status', role: 'status'}, total > 0 ? plural(total, 'place') : 'Nothing was found.'));
	}

	partNode(part, hits) {
		const items = (from, to) => hits.slice(from, to).map((h) => el('li', null, button(h.label, null, () => {
			this.box.hidden = true;
			h.go();
		})));
		const ul = el('ul', null, items(0, HITS_PER_PART));
		const left = hits.length - HITS_PER_PART;
		const more = left > 0 && button(`${count(left)} more`, null, () => {
			more.remove();
			ul.append(...items(HITS_PER_PART, HITS_PER_PART + 500));
		});
		return el('section', null, el('h3', null, this.titleOf(part), ' ', el('span', {class: 'count'}, count(hits.length))), ul, more);
	}
}
