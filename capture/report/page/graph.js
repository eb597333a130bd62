/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who waits for whom: locks, their owners and waiters, drawn as boxes with an arrow from each waiter to the owner.
 * A cycle stands in the first column, what waits behind it to the right. Cycles are found by the report, not here.
 */
'use strict';

const BOX = {width: 252, height: 42, right: 56, below: 14, left: 52, top: 26};
const SAME_WAITERS = 3; /* more tasks than these that wait for one lock, and hold none, are one box */
const MAX_BOXES = 300;

function lockName(lock, address) {
	const l = dict(lock);
	const name = isKnown(l.name) ? l.name : isKnown(l.address) ? l.address : address;
	return (isKnown(l.kind) ? l.kind + ' ' : 'lock ') + plain(name);
}

class WaitGraph {
	constructor(data, nameOf) {
		this.nameOf = nameOf;
		this.locks = new Map(dicts(data.locks).map((l) => [l.address, l]));
		this.nodes = new Map();
		this.edges = [];
		for (const e of dicts(data.edges).filter((x) => isPid(x.waiter) && isPid(x.owner)))
			this.addEdge(e);
		this.cycles = list(data.cycles).map((c) => list(c).filter((pid) => this.nodes.has(pid))).filter((c) => c.length > 0);
		this.cycleOf = new Map(this.cycles.flatMap((c) => c.map((pid) => [pid, c])));
		this.boxes = [];
		this.boxOf = new Map();
		this.row = 0;
		this.left = 0;
		this.layout();
	}

	node(pid) {
		if (!this.nodes.has(pid))
			this.nodes.set(pid, {pid, waits: [], waiters: []});
		return this.nodes.get(pid);
	}

	addEdge({waiter, owner, lock}) {
		if (this.node(waiter).waits.some((e) => e.owner === owner && e.lock === lock))
			return;
		const edge = {waiter, owner, lock};
		this.edges.push(edge);
		this.node(waiter).waits.push(edge);
		this.node(owner).waiters.push(edge);
	}

	/* Cycles first, then those who wait for nobody, then what is left: a cycle that nobody reported. */
	layout() {
		for (const cycle of this.cycles) {
			const start = this.row;
			for (const pid of cycle)
				this.place(pid, 0);
			if (this.row > start)
				this.row += 0.6;
		}
		for (const n of this.nodes.values())
			if (n.waits.length === 0)
				this.place(n.pid, 0);
		for (const n of this.nodes.values())
			this.place(n.pid, 0);
	}

	addBox(box, column) {
		Object.assign(box, {column, row: this.row});
		this.boxes.push(box);
		for (const pid of box.pids)
			this.boxOf.set(pid, box);
	}

	place(pid, column) {
		if (this.boxOf.has(pid))
			return;
		if (this.boxes.length >= MAX_BOXES) {
			this.left++;
			return;
		}
		const n = this.nodes.get(pid), start = this.row;
		this.addBox({pids: [pid], edge: n.waits[0]}, column);
		const waiters = n.waiters.filter((e) => !this.boxOf.has(e.waiter) && !this.cycleOf.has(e.waiter));
		const alike = new Map();
		for (const e of waiters) {
			const w = this.nodes.get(e.waiter);
			if (w.waiters.length > 0 || w.waits.length > 1)
				this.place(e.waiter, column + 1);
			else
				alike.set(e.lock, [...(alike.get(e.lock) || []), e]);
		}
		for (const edges of alike.values())
			if (edges.length > SAME_WAITERS) {
				this.addBox({pids: edges.map((e) => e.waiter), edge: edges[0]}, column + 1);
				this.row++;
			} else {
				edges.forEach((e) => this.place(e.waiter, column + 1));
			}
		this.row = Math.max(this.row, start + 1);
	}

	x(box) { return BOX.left + box.column * (BOX.width + BOX.right); }
	y(box) { return BOX.top + box.row * (BOX.height + BOX.below); }

	inCycle(edge) {
		const c = this.cycleOf.get(edge.waiter);
		if (!c || c !== this.cycleOf.get(edge.owner))
			return false;
		const distance = Math.abs(c.indexOf(edge.waiter) - c.indexOf(edge.owner));
		return distance <= 1 || distance === c.length - 1;
	}

	edgeNode(edge) {
		const from = this.boxOf.get(edge.waiter), to = this.boxOf.get(edge.owner);
		if (!from || !to || from.pids[0] !== edge.waiter)
			return null;
		const cycle = this.inCycle(edge), middle = BOX.height / 2;
		const x1 = this.x(from), y1 = this.y(from) + middle, x2 = this.x(to), y2 = this.y(to) + middle;
		let d;
		if (from === to) /* a lock that its own owner waits for */
			d = `M${x1} ${y1 + 9}C${x1 - 40} ${y1 + 16} ${x1 - 40} ${y1 - 16} ${x1 - 3} ${y1 - 9}`;
		else if (from.column === to.column && to.row > from.row)
			d = `M${x1 + 110} ${y1 + middle}L${x2 + 110} ${y2 - middle - 3}`;
		else if (from.column <= to.column) /* back up, on the left of the boxes */
			d = `M${x1} ${y1}C${x1 - 46} ${y1} ${x2 - 46} ${y2} ${x2 - 3} ${y2}`;
		else
			d = `M${x1} ${y1}C${x1 - 30} ${y1} ${x2 + BOX.width + 30} ${y2} ${x2 + BOX.width + 3} ${y2}`;
		return svg('path', {class: cycle ? 'edge cycle' : 'edge', d, 'marker-end': cycle ? 'url(#arrow-cycle)' : 'url(#arrow)'});
	}

	boxLines(box) {
		const many = box.pids.length > 1;
		const names = box.pids.map((pid) => `${pid} ${plain(this.nameOf(pid))}`);
		const first = many ? plural(box.pids.length, 'task') : names[0];
		let second = 'waits for nobody known';
		if (box.edge)
			second = (many ? 'wait for ' : 'waits for ') + lockName(this.locks.get(box.edge.lock), box.edge.lock);
		return {first, second, all: names.join('\n') + '\n' + second};
	}

	boxNode(box) {
		const {first, second, all} = this.boxLines(box), x = this.x(box), y = this.y(box);
		const cut = (text, n) => (text.length > n ? text.slice(0, n - 1) + '…' : text);
		const kind = this.cycleOf.has(box.pids[0]) ? 'box cycle' : box.edge ? 'box' : 'box root';
		return svg('a', {href: '#task-' + box.pids[0], class: kind}, svg('title', null, all),
			svg('rect', {x, y, width: BOX.width, height: BOX.height, rx: 2}),
			svg('text', {x: x + 9, y: y + 17, class: 'name'}, cut(first, 27)),
			svg('text', {x: x + 9, y: y + 33, class: 'wait'}, cut(second, 36)));
	}

	cycleLabel(cycle) {
		const box = this.boxOf.get(cycle[0]);
		const text = cycle.length === 1 ? 'Cycle: it waits for itself' : `Cycle: ${cycle.length} tasks wait for each other`;
		return box && svg('text', {class: 'cycle-label', x: this.x(box), y: this.y(box) - 9}, text);
	}

	draw(description) {
		const columns = Math.max(...this.boxes.map((b) => b.column)) + 1;
		const width = BOX.left + columns * (BOX.width + BOX.right) - BOX.right + 4;
		const height = BOX.top + this.row * (BOX.height + BOX.below);
		const arrow = (id) => svg('marker', {id, viewBox: '0 0 8 8', refX: 6, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: 'userSpaceOnUse', orient: 'auto'},
			svg('path', {d: 'M0 0L8 4L0 8z'}));
		return svg('svg', {class: 'graph', width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'Who waits for whom. ' + description},
			svg('defs', null, arrow('arrow'), arrow('arrow-cycle')),
			this.edges.map((e) => this.edgeNode(e)), this.boxes.map((b) => this.boxNode(b)),
			this.cycles.map((c) => this.cycleLabel(c)));
	}
}

function lockTable(locks) {
	const tasks = (row) => dicts(row.waiters);
	return new Table({name: 'Locks', rows: locks, sort: ['waiters', -1], filter: true, columns: [
		{key: 'kind', label: 'Kind'},
		{key: 'name', label: 'Name', style: 'code'},
		{key: 'address', label: 'Address', style: 'code'},
		{key: 'owner', label: 'Owner', value: (r) => (isObject(r.owner) ? r.owner.comm : null), cell: (r) => taskLink(r.owner)},
		{key: 'waiters', label: 'Waiters', number: true, value: (r) => tasks(r).length, cell: (r) => count(tasks(r).length)},
		{key: 'who', label: 'Who waits', style: 'wide', value: (r) => tasks(r).map((t) => t.pid + ' ' + t.comm).join(' '),
			cell: (r) => el('div', {class: 'task-list'}, tasks(r).slice(0, 12).map((t) => el('span', null, taskLink(t))),
				tasks(r).length > 12 ? el('span', {class: 'unknown'}, 'and ' + count(tasks(r).length - 12) + ' more') : null)},
	]});
}

function drawLocks(data, box, report) {
	const names = new Map();
	for (const t of [...dicts(data.locks).flatMap((l) => [l.owner, ...dicts(l.waiters)]), ...dicts(dict(report.tasks).tasks)])
		if (isObject(t) && isKnown(t.comm))
			names.set(t.pid, t.comm);
	const sentences = list(data.sentences).filter(isKnown).map(plain);
	if (sentences.length > 0)
		box.append(el('ul', {class: 'sentences'}, sentences.map((s) => el('li', null, s))));
	const graph = new WaitGraph(data, (pid) => names.get(pid));
	if (graph.boxes.length > 0)
		box.append(el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Who waits for whom'}, graph.draw(sentences.join(' '))));
	if (graph.left > 0)
		box.append(el('p', {class: 'unknown'}, plural(graph.left, 'more task') + ' not drawn.'));
	const locks = dicts(data.locks), table = lockTable(locks);
	box.append(table.node);
	indexTable('locks', table, (l) => lockName(l, l.address));
	return locks.length;
}
