/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts that are lists: run queues, tasks, modules, mounts, block I/O, interrupts. Each says what its columns
 * are; table.js does the rest.
 */
'use strict';

const STATES = {
	R: 'running or runnable', S: 'sleeping', D: 'sleeping, not interruptible', I: 'idle kernel thread', T: 'stopped', t: 'traced',
	Z: 'zombie', X: 'dead', P: 'parked', K: 'wakekill', W: 'waking', N: 'new',
};

function addTable(part, box, options, label) {
	const table = new Table(options);
	box.append(table.node);
	indexTable(part, table, label);
	return table;
}

/* A button for each state: only these tasks. */
function stateButtons(table, tasks) {
	const counts = new Map();
	for (const t of tasks)
		if (isKnown(t.state))
			counts.set(t.state, (counts.get(t.state) || 0) + 1);
	if (counts.size < 2)
		return;
	const buttons = [...counts].sort((a, b) => compareValues(a[0], b[0])).map(([state, n]) => {
		const words = STATES[String(state)[0]];
		const b = button(plain(state) + ' ' + count(n), words && words + ': only these', () => {
			const on = b.getAttribute('aria-pressed') !== 'true';
			buttons.forEach((other) => other.setAttribute('aria-pressed', 'false'));
			b.setAttribute('aria-pressed', String(on));
			table.keep = on ? (t) => t.state === state : null;
			table.limit = ROWS_AT_FIRST;
			table.show();
		});
		b.setAttribute('aria-pressed', 'false');
		return b;
	});
	table.tools.append(el('span', {class: 'choices', role: 'group', 'aria-label': 'State'}, buttons));
}

function drawTasks(data, box, report) {
	const tasks = dicts(data.tasks);
	const blocked = new Set(dicts(dict(report.blocked).groups).flatMap((g) => dicts(g.tasks)).map((t) => t.pid));
	const kib = (key, label) => ({key, label, number: true, cell: (t) => (isNumber(t[key]) ? bytes(t[key] * 1024) : '–')});
	const table = addTable('tasks', box, {name: 'Tasks', rows: tasks, sort: ['pid', 1], filter: true, columns: [
		{key: 'pid', label: 'PID', number: true, cell: (t) => (isPid(t.pid) ? String(t.pid) : '–')},
		{key: 'comm', label: 'Command', style: 'code', cell: (t) => (blocked.has(t.pid) ? el('a', {href: '#task-' + t.pid, title: 'To its stack'}, t.comm) : t.comm)},
		{key: 'state', label: 'State', cell: (t) => el('span', {class: t.state === 'D' ? 'state' : null, title: STATES[String(t.state)[0]]}, t.state)},
		{key: 'cpu', label: 'CPU', number: true},
		{key: 'tgid', label: 'TGID', number: true, cell: (t) => plain(t.tgid)},
		{key: 'ppid', label: 'Parent', number: true, cell: (t) => plain(t.ppid)},
		kib('rss_kib', 'Resident'), kib('vm_kib', 'Virtual'),
		...(tasks.some((t) => isNumber(t.stack_depth)) ? [{key: 'stack_depth', label: 'Stack', number: true, cell: (t) => bytes(t.stack_depth)}] : []),
	]}, (t) => plain(t.pid) + ' ' + plain(t.comm));
	stateButtons(table, tasks);
	tasks.forEach((t, i) => addPlace(t.pid, () => table.reveal(i)));
	return tasks.length;
}

function drawHang(data, box) {
	const suspects = dicts(data.suspects);
	if (suspects.length > 0)
		box.append(el('ol', {class: 'sentences'}, suspects.map((s) => el('li', null, s.text, ' ', isKnown(s.part) ? el('a', {href: '#' + plain(s.part)}, 'details') : null))));
	else
		box.append(el('p', null, list(data.missing).length > 0 ? 'Nothing that could be looked at looked hung.' : 'Nothing looked hung.'));
	addTable('hang', box, {name: 'What each CPU was doing', rows: dicts(data.cpus), sort: ['cpu', 1], columns: [
		{key: 'cpu', label: 'CPU', number: true},
		{key: 'task', label: 'Task', value: (c) => dict(c.task).comm, cell: (c) => (c.idle === true ? 'idle' : taskLink(c.task))},
		{key: 'policy', label: 'Policy'},
		{key: 'at', label: 'In', style: 'code'},
		{key: 'same_task_seconds', label: 'Since', number: true, cell: (c) => duration(c.same_task_seconds)},
		{key: 'stood_still_seconds', label: 'Stood still', number: true, cell: (c) => duration(c.stood_still_seconds)},
		{key: 'interrupts', label: 'Interrupts'},
	]}, (c) => 'CPU ' + plain(c.cpu));
	return null;
}

function drawRunqueues(data, box) {
	const rcu = dicts(data.rcu);
	if (rcu.length > 0)
		box.append(el('ul', {class: 'sentences'}, rcu.map((r) => el('li', null, el('code', null, r.name), r.stalled ? [' ', el('strong', {class: 'mark'}, 'stalled')] : null, ' ', r.text))));
	const cpus = dicts(data.cpus);
	addTable('runqueues', box, {name: 'Run queues', rows: cpus, sort: ['cpu', 1], columns: [
		{key: 'cpu', label: 'CPU', number: true},
		{key: 'running', label: 'Runnable', number: true},
		{key: 'current', label: 'Current task', value: (c) => dict(c.current).comm, cell: (c) => taskLink(c.current)},
		{key: 'clock_lag_seconds', label: 'Clock behind', number: true, cell: (c) => duration(c.clock_lag_seconds)},
	]}, (c) => 'CPU ' + plain(c.cpu));
	return null;
}

function drawModules(data, box) {
	const modules = dicts(data.modules);
	addTable('modules', box, {name: 'Modules', rows: modules, sort: ['name', 1], filter: true, columns: [
		{key: 'name', label: 'Module', style: 'code'},
		{key: 'size', label: 'Size', number: true, cell: (m) => bytes(m.size)},
		{key: 'used_by', label: 'Used by', number: true},
		{key: 'taints', label: 'Taints', cell: (m) => (isKnown(m.taints) && m.taints.length !== 0 ? el('strong', null, m.taints) : '')},
		{key: 'base', label: 'Address', style: 'code'},
	]}, (m) => plain(m.name));
	return modules.length;
}

function drawMounts(data, box) {
	const mounts = dicts(data.mounts);
	addTable('mounts', box, {name: 'Mounts', rows: mounts, filter: true, columns: [
		{key: 'path', label: 'Mounted at', style: 'code'},
		{key: 'device', label: 'Device', style: 'code'},
		{key: 'type', label: 'Type'},
		...(mounts.some((m) => isKnown(m.options)) ? [{key: 'options', label: 'Options', style: 'wide code'}] : []),
	]}, (m) => plain(m.path));
	return mounts.length;
}

function drawBlockIo(data, box) {
	const queues = dicts(data.queues);
	const requests = queues.flatMap((q) => dicts(q.requests).map((r) => ({disk: q.disk, ...r})));
	addTable('block_io', box, {name: 'Disks', rows: queues, sort: ['inflight', -1], columns: [
		{key: 'disk', label: 'Disk', style: 'code'},
		{key: 'inflight', label: 'Requests in flight', number: true},
		{key: 'oldest', label: 'Oldest', number: true, value: (q) => Math.max(-1, ...dicts(q.requests).map((r) => (isNumber(r.age_seconds) ? r.age_seconds : -1))),
			cell: (q) => duration(dicts(q.requests).map((r) => r.age_seconds).filter(isNumber).sort((a, b) => b - a)[0])},
	]}, (q) => 'disk ' + plain(q.disk));
	if (requests.length > 0) {
		box.append(el('h3', null, 'Requests in flight'));
		addTable('block_io', box, {name: 'Requests in flight', rows: requests, sort: ['age_seconds', -1], filter: true, columns: [
			{key: 'disk', label: 'Disk', style: 'code'},
			{key: 'op', label: 'Operation'},
			{key: 'sector', label: 'Sector', number: true, cell: (r) => plain(r.sector)},
			{key: 'bytes', label: 'Size', number: true, cell: (r) => bytes(r.bytes)},
			{key: 'age_seconds', label: 'Age', number: true, cell: (r) => duration(r.age_seconds)},
		]}, (r) => plain(r.disk) + ' ' + plain(r.op) + ' ' + plain(r.sector));
	}
	const inflight = sum(queues.map((q) => q.inflight));
	return inflight || requests.length;
}

/* Up to eight CPUs have a column each; of more, those with the most interrupts are named. */
function drawInterrupts(data, box) {
	const irqs = dicts(data.irqs);
	const cpus = Math.max(0, ...irqs.map((i) => list(i.per_cpu).length));
	const each = cpus <= 8 ? Array.from({length: cpus}, (_, cpu) => ({key: 'cpu' + cpu, label: 'CPU ' + cpu, number: true,
		value: (i) => list(i.per_cpu)[cpu], cell: (i) => count(list(i.per_cpu)[cpu])})) :
		[{key: 'busiest', label: 'Most on', style: 'wide', value: () => '', cell: (i) => list(i.per_cpu).map((n, cpu) => [n, cpu]).filter(([n]) => n > 0)
			.sort((a, b) => b[0] - a[0]).slice(0, 4).map(([n, cpu]) => `CPU ${cpu}: ${count(n)}`).join(', ')}];
	addTable('interrupts', box, {name: 'Interrupts', rows: irqs, sort: ['total', -1], filter: true, columns: [
		{key: 'irq', label: 'IRQ', number: true, cell: (i) => plain(i.irq)},
		{key: 'name', label: 'Name', style: 'code'},
		{key: 'total', label: 'Total', number: true},
		...each,
	]}, (i) => 'IRQ ' + plain(i.irq) + ' ' + plain(i.name));
	return irqs.length;
}
