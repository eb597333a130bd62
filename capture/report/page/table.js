/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables that sort by any column and filter by words. A table is an array of rows; only some hundred of them are in
 * the page at a time, so that thousands of tasks stay quick. It knows nothing of what a row means.
 *
 * A column: {key, label, number: right-aligned and sorted as one, value(row), cell(row): text or node}.
 */
'use strict';

const ROWS_AT_FIRST = 200;

function compareValues(a, b) {
	if (typeof a === 'number' && typeof b === 'number')
		return a - b;
	return String(a).localeCompare(String(b), 'en', {numeric: true});
}

class Table {
	/* options: name (for screen readers), columns, rows, sort: [key, 1 or -1], filter: show a field for words */
	constructor(options) {
		this.columns = options.columns.map((c) => ({value: (row) => row[c.key], ...c}));
		this.rows = options.rows;
		this.texts = null;
		this.words = [];
		this.keep = null;
		this.limit = ROWS_AT_FIRST;
		[this.sortKey, this.direction] = options.sort || [null, 1];
		this.body = el('tbody');
		this.heads = this.columns.map((c) => this.head(c));
		this.more = el('p', {class: 'more'});
		this.tools = el('div', {class: 'tools'});
		if (options.filter && this.rows.length > 5)
			this.tools.append(this.filterField(options.name));
		this.node = el('div', {class: 'table'}, this.tools,
			el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': options.name},
				el('table', null, el('thead', null, el('tr', null, this.heads)), this.body)),
			this.more);
		this.node.hidden = this.rows.length === 0;
		this.show();
	}

	head(column) {
		const b = button(column.label, 'Sort by ' + column.label, () => {
			this.direction = this.sortKey === column.key ? -this.direction : column.number ? -1 : 1;
			this.sortKey = column.key;
			this.show();
		});
		return el('th', {scope: 'col', class: column.number ? 'number' : null}, b);
	}

	filterField(name) {
		const field = el('input', {type: 'search', placeholder: 'Filter', 'aria-label': 'Filter: ' + name, spellcheck: 'false'});
		field.addEventListener('input', () => {
			this.words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
			this.limit = ROWS_AT_FIRST;
			this.show();
		});
		this.field = field;
		return field;
	}

	textOf(i) {
		if (!this.texts)
			this.texts = this.rows.map((row) => this.columns
				.map((c) => (isKnown(c.value(row)) ? String(c.value(row)) : '')).join(' ').toLowerCase());
		return this.texts[i];
	}

	/* Indexes of the rows that are wanted, in the order that is wanted. */
	wanted() {
		const wanted = [];
		for (let i = 0; i < this.rows.length; i++)
			if ((!this.keep || this.keep(this.rows[i])) && this.words.every((w) => this.textOf(i).includes(w)))
				wanted.push(i);
		const column = this.columns.find((c) => c.key === this.sortKey);
		if (!column)
			return wanted;
		const values = new Map(wanted.map((i) => [i, column.value(this.rows[i])]));
		return wanted.sort((a, b) => {
			const x = values.get(a), y = values.get(b);
			/* what is unknown comes last in either direction */
			if (!isKnown(x) || !isKnown(y))
				return isKnown(y) - isKnown(x) || a - b;
			return this.direction * compareValues(x, y) || a - b;
		});
	}

	show() {
		const wanted = this.wanted();
		this.columns.forEach((c, i) => {
			if (c.key === this.sortKey)
				this.heads[i].setAttribute('aria-sort', this.direction > 0 ? 'ascending' : 'descending');
			else
				this.heads[i].removeAttribute('aria-sort');
		});
		this.shown = new Map();
		this.body.replaceChildren(...wanted.slice(0, this.limit).map((i) => this.rowNode(i)));
		this.more.replaceChildren();
		const left = wanted.length - this.limit;
		if (wanted.length < this.rows.length)
			this.more.append(count(wanted.length) + ' of ' + plural(this.rows.length, 'row') + ' match. ');
		if (left > 0)
			this.more.append(count(this.limit) + ' of ' + count(wanted.length) + ' rows are shown. ', button('Show all', null, () => {
				this.limit = Infinity;
				this.show();
			}));
	}

	rowNode(i) {
		const row = this.rows[i];
		const node = el('tr', null, this.columns.map((c) => {
			const content = c.cell ? c.cell(row) : c.number && isNumber(row[c.key]) ? count(row[c.key]) : row[c.key];
			return el('td', {class: [c.number ? 'number' : '', c.style || ''].join(' ').trim() || null}, isKnown(content) ? content : '–');
		}));
		this.shown.set(i, node);
		return node;
	}

	/* Goes to a row, wherever sorting, filter and limit have put it. */
	reveal(i) {
		if (!this.shown.has(i)) {
			this.words = [];
			this.keep = null;
			if (this.field)
				this.field.value = '';
			this.limit = Infinity;
			this.show();
		}
		reveal(this.shown.get(i));
	}
}
