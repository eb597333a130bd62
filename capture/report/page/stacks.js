/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stacks: the frames of one, what each CPU did, and the blocked tasks by common stack. It draws what the report
 * says and decides nothing about it, except which names are worth a place in the folded line.
 */
'use strict';

/* The kernel's ways to wait and to die stand on top of every such stack and say nothing about it. */
const COMMON = new RegExp('^(_*schedule(_\\w+)?|io_schedule(_\\w+)?|context_switch|_*switch_to\\w*|_*mutex_lock\\w*|' +
	'_*down_(read|write)\\w*|rwsem_down_\\w+|_*down(_\\w+)?|_*wait_(for|on)_\\w+|_*bit_wait\\w*|out_of_line_wait\\w+|folio_wait\\w+|' +
	'prepare_to_wait\\w*|_*crash_kexec|machine_kexec|crash_\\w*|panic|nmi_panic|oops_end|die\\w*|_*die|default_idle\\w*|' +
	'entry_\\w+|do_syscall_64|x64_sys_call|system_call_\\w+|asm_\\w+|ret_from_fork\\w*|dump_stack\\w*|_*schedule\\w*)$');

function frameName(f) {
	if (!isKnown(f.symbol))
		return isKnown(f.pc) ? f.pc : '?';
	let name = f.symbol;
	if (isNumber(f.offset))
		name += '+0x' + f.offset.toString(16) + (isNumber(f.size) ? '/0x' + f.size.toString(16) : '');
	return name;
}

function frameNode(f) {
	const kind = isKnown(f.kind) && f.kind !== 'call' ? el('span', {class: 'frame-kind'}, f.kind) : null;
	const unsure = f.exact === false;
	return el('li', {class: unsure ? 'unsure' : null, title: unsure ? 'Found on the stack; whether it is part of the call chain is not known.' : null},
		el('code', {class: 'pc'}, f.pc), el('code', {class: 'symbol'}, unsure ? '? ' : null, frameName(f),
			isKnown(f.module) ? el('span', {class: 'module'}, ' [' + f.module + ']') : null), kind);
}

function stackNode(frames, end) {
	const nodes = dicts(frames).map(frameNode);
	return [
		nodes.length > 0 ? el('ol', {class: 'stack'}, nodes) : el('p', {class: 'unknown'}, 'No stack.'),
		isKnown(end) ? el('p', {class: 'stack-end'}, 'The stack ends here: ' + plain(end)) : null,
	];
}

function stackHint(frames, end) {
	const names = dicts(frames).filter((f) => isKnown(f.symbol) && f.exact !== false).map((f) => String(f.symbol));
	const telling = names.filter((n) => !COMMON.test(n));
	return (telling.length > 0 ? telling : names).slice(0, 3).join(' ← ') || (isKnown(end) ? plain(end) : '');
}

const stackText = (frames) => dicts(frames).map((f) => frameName(f) + (isKnown(f.module) ? ' ' + f.module : '')).join(' ');

function registersNode(registers) {
	const names = Object.keys(dict(registers));
	if (names.length === 0)
		return null;
	return el('dl', {class: 'registers'}, names.map((n) => el('div', null, el('dt', null, n), el('dd', null, registers[n]))));
}

/* --- CPUs ----------------------------------------------------------------------------------------------------- */

/* CPUs that did the same, such as nothing, stand in one line; the crashed one stands alone and first. */
function cpuGroups(cpus) {
	const groups = new Map();
	cpus.forEach((cpu, i) => {
		const what = dicts(cpu.stack).map(frameName).join('\n');
		const key = cpu.crashed || what === '' ? 'alone ' + i : what;
		if (!groups.has(key))
			groups.set(key, []);
		groups.get(key).push(cpu);
	});
	return [...groups.values()].sort((a, b) => !!b[0].crashed - !!a[0].crashed || (a.length > 1) - (b.length > 1));
}

function cpuGroupNode(group) {
	const first = group[0];
	const name = group.length > 1 ? 'CPUs ' + ranges(group.map((c) => c.cpu)) : 'CPU ' + plain(first.cpu);
	const summary = [
		el('span', {class: 'fold-name'}, name), first.crashed ? el('strong', {class: 'mark'}, 'crashed') : null,
		group.length > 1 ? el('span', null, plural(group.length, 'CPU') + ', one stack') : taskLink(first.task),
		el('span', {class: 'hint'}, stackHint(first.stack, first.stack_end)),
	];
	const node = fold({class: 'top', open: !!first.crashed}, summary, () => [
		group.length > 1 ? el('p', {class: 'task-list'}, group.map((c) => el('span', null, 'CPU ' + plain(c.cpu) + ': ', taskLink(c.task)))) : null,
		stackNode(first.stack, first.stack_end),
		group.map((c) => registersNode(c.registers) && fold({class: 'registers-fold', open: !!c.crashed},
			group.length > 1 ? 'Registers of CPU ' + plain(c.cpu) : 'Registers', () => [registersNode(c.registers)])),
	]);
	for (const c of group) {
		if (dict(c.task).pid > 0)
			addPlace(c.task.pid, () => reveal(node));
		indexText('cpus', 'CPU ' + plain(c.cpu) + ' ' + plain(dict(c.task).comm), stackText(c.stack) + ' ' + Object.values(dict(c.registers)).join(' '), () => reveal(node));
	}
	return node;
}

function drawCpus(data, box) {
	const cpus = dicts(data.cpus);
	if (cpus.length > 1)
		box.append(foldButtons(box));
	box.append(...cpuGroups(cpus).map(cpuGroupNode));
	return cpus.length;
}

/* --- blocked tasks -------------------------------------------------------------------------------------------- */

const groupCount = (g) => (isNumber(g.count) ? g.count : dicts(g.tasks).length);

const blockedTaskNode = (t) => el('span', null, taskLink(t), isNumber(t.seconds) ? ' ' + duration(t.seconds) : null);

function blockedGroupNode(g, open) {
	const n = groupCount(g), tasks = dicts(g.tasks);
	const node = fold({class: 'top', open}, [
		el('span', {class: 'state', title: 'state'}, g.state),
		n === 1 && tasks.length === 1 ? taskLink(tasks[0]) : el('span', {class: 'fold-name'}, plural(n, 'task')),
		isKnown(g.waits_for) ? el('span', null, 'waits for ', el('code', null, g.waits_for)) : null,
		isNumber(g.oldest_seconds) ? el('span', {class: 'age'}, (n > 1 ? 'oldest ' : '') + duration(g.oldest_seconds)) : null,
		el('span', {class: 'hint'}, stackHint(g.stack)),
	], () => [
		n > 1 && el('p', {class: 'task-list'}, tasks.map(blockedTaskNode),
			n > tasks.length ? el('span', {class: 'unknown'}, 'and ' + count(n - tasks.length) + ' more') : null),
		stackNode(g.stack),
	]);
	for (const t of tasks) {
		addPlace(t.pid, () => reveal(node));
		indexText('blocked', plain(t.pid) + ' ' + plain(t.comm), plain(g.waits_for) + ' ' + stackText(g.stack), () => reveal(node));
	}
	return node;
}

function drawBlocked(data, box) {
	const groups = dicts(data.groups);
	if (groups.length > 1)
		box.append(foldButtons(box));
	box.append(...groups.map((g, i) => blockedGroupNode(g, i < 2)));
	return sum(groups.map(groupCount));
}
