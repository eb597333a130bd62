// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An mlx5 interface that never was (fact.h): two channels, their queues and completion queues,
 * event queues, the command queue with a command that firmware does not answer, statistics of
 * commands, firmware traces, the embedded switch with two vports, health reporters.
 */
#include "en.h"
#include "wq.h"
#include "lib/eq.h"
#include "eswitch.h"
#include "diag/fw_tracer.h"
#include "extracted_mlx5.h"
#include "fact.h"

#define NAME "mlx5fix"

static struct mlx5_core_dev *mdev;
static struct mlx5_eq_comp *comp_eq;

/* A ring in fragments of a page, as mlx5_frag_buf_alloc_node() makes them. */
static void ring(struct mlx5_frag_buf_ctrl *fbc, u8 log_stride, u8 log_sz)
{
	int n = max_t(int, 1, (1 << (log_stride + log_sz)) >> PAGE_SHIFT);
	struct mlx5_buf_list *frags = kcalloc(n, sizeof(*frags), GFP_KERNEL);
	for (int i = 0; i < n; i++)
		frags[i].buf = zeroed(PAGE_SIZE);
	mlx5_init_fbc(frags, log_stride, log_sz, fbc);
}

static void eq_fact(const char *name, const struct mlx5_eq *eq, int pending)
{
	fact(NAME " %s.eqn %u", name, eq->eqn);
	fact(NAME " %s.vector %u", name, eq->vecidx);
	fact(NAME " %s.irq %u", name, eq->irqn);
	fact(NAME " %s.cons_index %u", name, eq->cons_index);
	fact(NAME " %s.size %u", name, eq->fbc.sz_m1 + 1);
	fact(NAME " %s.pending %d", name, pending);
}

static void eq_init(struct mlx5_eq *eq, u8 eqn, u8 log_sz, u32 cons_index)
{
	u32 n = 1U << log_sz;
	ring(&eq->fbc, ilog2(MLX5_EQE_SIZE), log_sz);
	eq->eqn = eqn;
	eq->vecidx = eqn - 3;
	eq->irqn = 40 + eqn;
	eq->cons_index = cons_index;
	/* all entries are of the lap before */
	for (u32 i = 0; i < n; i++) {
		struct mlx5_eqe *eqe = mlx5_frag_buf_get_wqe(&eq->fbc, i);
		u32 at = cons_index + ((i - cons_index) & (n - 1));
		eqe->owner = !((at >> log_sz) & 1);
	}
}

/* The k-th event that waits. */
static struct mlx5_eqe *eq_event(struct mlx5_eq *eq, u32 k, u8 type)
{
	u32 at = eq->cons_index + k;
	struct mlx5_eqe *eqe = mlx5_frag_buf_get_wqe(&eq->fbc, at & eq->fbc.sz_m1);
	eqe->type = type;
	eqe->owner = (at >> eq->fbc.log_sz) & 1;
	return eqe;
}

static void event_queues(void)
{
	struct mlx5_eq_table *t = kzalloc(sizeof(*t), GFP_KERNEL);
	struct mlx5_eqe *eqe;
	mdev->priv.eq_table = t;
	eq_init(&t->cmd_eq.core, 3, 5, 70);
	eqe = eq_event(&t->cmd_eq.core, 0, MLX5_EVENT_TYPE_CMD);
	eqe->data.cmd.vector = cpu_to_be32(4);
	eq_fact("eq-cmd", &t->cmd_eq.core, 1);
	fact(NAME " eq-cmd[%u].EQE.vector 4", 70 & 31);
	/* over the border between two pages, and over the ring's end */
	eq_init(&t->async_eq.core, 4, 7, 126);
	eqe = eq_event(&t->async_eq.core, 0, MLX5_EVENT_TYPE_PORT_CHANGE);
	eqe->sub_type = MLX5_PORT_CHANGE_SUBTYPE_DOWN;
	eqe->data.port.port = 1 << 4;
	eqe = eq_event(&t->async_eq.core, 1, MLX5_EVENT_TYPE_CQ_ERROR);
	eqe->data.cq_err.cqn = cpu_to_be32(0x402);
	eqe->data.cq_err.syndrome = 1;
	eqe = eq_event(&t->async_eq.core, 2, MLX5_EVENT_TYPE_WQ_CATAS_ERROR);
	eqe->data.qp_srq.qp_srq_n = cpu_to_be32(0x1234);
	eq_fact("eq-async", &t->async_eq.core, 3);
	fact(NAME " eq-async[126].EQE.type_name PORT_CHANGE");
	fact(NAME " eq-async[126].EQE.port 1");
	fact(NAME " eq-async[127].EQE.cqn %u", 0x402);
	fact(NAME " eq-async[127].EQE.syndrome 1");
	fact(NAME " eq-async[0].EQE.qp_srq_n %u", 0x1234);
	eq_init(&t->pages_eq.core, 5, 4, 3);
	eq_fact("eq-pages", &t->pages_eq.core, 0);
	comp_eq = kzalloc(sizeof(*comp_eq), GFP_KERNEL);
	eq_init(&comp_eq->core, 7, 6, 1000);
	for (int k = 0; k < 5; k++) {
		eqe = eq_event(&comp_eq->core, k, MLX5_EVENT_TYPE_COMP);
		eqe->data.comp.cqn = cpu_to_be32(0x401 + k);
	}
	xa_init(&t->comp_eqs);
	xa_store(&t->comp_eqs, 0, comp_eq, GFP_KERNEL);
	eq_fact("eq-comp-7", &comp_eq->core, 5);
	fact(NAME " eq-comp-7[%u].EQE.cqn %u", 1001 & 63, 0x402);
}

/* n completions wait, of which the last is an error. */
static void completion_queue(const char *name, struct mlx5e_cq *cq, u32 cqn, u32 cc, int n)
{
	struct mlx5_cqe64 *cqe = NULL;
	u32 size;
	ring(&cq->wq.fbc, 6, 5);
	size = cq->wq.fbc.sz_m1 + 1;
	cq->wq.cc = cc;
	cq->mcq.cqn = cqn;
	cq->mcq.cqe_sz = 64;
	cq->mcq.cons_index = cc;
	cq->mcq.arm_sn = 3;
	cq->mcq.vector = 1;
	cq->mcq.eq = comp_eq;
	cq->mdev = mdev;
	for (u32 i = 0; i < size; i++) {
		cqe = mlx5_frag_buf_get_wqe(&cq->wq.fbc, (cc + i) & (size - 1));
		cqe->op_own = MLX5_CQE_REQ << 4 | (((cc + i) >> cq->wq.fbc.log_sz) & 1);
		if (i >= n)
			cqe->op_own =
				MLX5_CQE_INVALID << 4 | !(((cc + i) >> cq->wq.fbc.log_sz) & 1);
		cqe->wqe_counter = cpu_to_be16(0x2000 + i);
		cqe->sop_drop_qpn = cpu_to_be32(MLX5_OPCODE_SEND << 24 | 0x51);
		cqe->byte_cnt = cpu_to_be32(1000 + i);
		if (i == n - 1) {
			struct mlx5_err_cqe *err = (struct mlx5_err_cqe *)cqe;
			err->syndrome = MLX5_CQE_SYNDROME_LOCAL_PROT_ERR;
			err->vendor_err_synd = 0x68;
			err->op_own = MLX5_CQE_REQ_ERR << 4 | (err->op_own & 1);
		}
	}
	fact(NAME " %s.cqn %u", name, cq->mcq.cqn);
	fact(NAME " %s.cc %u", name, cq->wq.cc);
	fact(NAME " %s.cons_index %u", name, cq->mcq.cons_index);
	fact(NAME " %s.arm_sn %u", name, cq->mcq.arm_sn);
	fact(NAME " %s.size %u", name, size);
	fact(NAME " %s.done_not_processed %d", name, n);
	if (n > 1)
		fact(NAME " %s[%u].CQE.wqe_counter %u", name, cc & (size - 1), 0x2000);
	if (n)
		fact(NAME " %s[%u].error_CQE.vendor_err_synd %u", name, (cc + n - 1) & (size - 1),
		     0x68);
}

/* One request of a segment of data at counter pc; returns how many blocks it took. */
static u16 request(struct mlx5e_txqsq *sq, u16 pc, u8 opcode, u32 len)
{
	struct mlx5e_tx_wqe *wqe = mlx5_frag_buf_get_wqe(&sq->wq.fbc, pc & sq->wq.fbc.sz_m1);
	wqe->ctrl.opmod_idx_opcode = cpu_to_be32(pc << 8 | opcode);
	wqe->ctrl.qpn_ds = cpu_to_be32(sq->sqn << 8 | 3);
	wqe->ctrl.fm_ce_se = MLX5_WQE_CTRL_CQ_UPDATE;
	wqe->eth.mss = cpu_to_be16(1448);
	wqe->data[0].byte_count = cpu_to_be32(len);
	wqe->data[0].lkey = cpu_to_be32(0x1ac0);
	wqe->data[0].addr = cpu_to_be64(0x123456789abcULL);
	return 1;
}

static void send_queue(const char *name, struct mlx5e_txqsq *sq, u32 sqn, u16 cc)
{
	ring(&sq->wq.fbc, ilog2(MLX5_SEND_WQE_BB), 7);
	sq->wq.sz = sq->wq.fbc.sz_m1 + 1;
	sq->sqn = sqn;
	sq->cc = cc;
	sq->pc = cc;
	sq->ch_ix = sqn & 0xf;
	sq->txq_ix = sqn & 0xf;
	sq->state = BIT(MLX5E_SQ_STATE_ENABLED);
	/* on both sides of the border between two pages */
	sq->pc += request(sq, sq->pc, MLX5_OPCODE_SEND, 66);
	sq->pc += request(sq, sq->pc, MLX5_OPCODE_LSO, 9000);
	sq->pc += request(sq, sq->pc, MLX5_OPCODE_SEND, 1514);
	fact(NAME " %s.sqn %u", name, sq->sqn);
	fact(NAME " %s.channel %u", name, sq->ch_ix);
	fact(NAME " %s.txq %u", name, sq->txq_ix);
	fact(NAME " %s.state 0x%lx", name, sq->state);
	fact(NAME " %s.pc %u", name, sq->pc);
	fact(NAME " %s.cc %u", name, sq->cc);
	fact(NAME " %s.size %u", name, sq->wq.sz);
	fact(NAME " %s.in_flight 3", name);
	fact(NAME " %s[%u].control.wqe_index %u", name, cc & 127, cc);
	fact(NAME " %s[%u].control.qpn %u", name, cc & 127, sqn);
	fact(NAME " %s[%u].control.opcode_name LSO", name, (cc + 1) & 127);
	fact(NAME " %s[%u].ethernet.mss 1448", name, (cc + 1) & 127);
	fact(NAME " %s[%u].gather_entry0.byte_count 1514", name, (cc + 2) & 127);
}

static void receive_queue(const char *name, struct mlx5e_rq *rq, u32 rqn, bool striding)
{
	struct mlx5_frag_buf_ctrl *fbc = striding ? &rq->mpwqe.wq.fbc : &rq->wqe.wq.fbc;
	u8 log_stride = striding ? 5 : 4;
	ring(fbc, log_stride, 8);
	rq->rqn = rqn;
	rq->state = BIT(MLX5E_RQ_STATE_ENABLED);
	rq->wq_type = striding ? MLX5_WQ_TYPE_LINKED_LIST_STRIDING_RQ : MLX5_WQ_TYPE_CYCLIC;
	for (u32 i = 0; i < 256; i++) {
		void *wqe = mlx5_frag_buf_get_wqe(fbc, i);
		struct mlx5e_rx_wqe_ll *ll = wqe;
		struct mlx5e_rx_wqe_cyc *cyc = wqe;
		struct mlx5_wqe_data_seg *data = striding ? &ll->data[0] : &cyc->data[0];
		if (striding)
			ll->next.next_wqe_index = cpu_to_be16((i + 1) & 255);
		data->byte_count = cpu_to_be32(2000 + i);
		data->lkey = cpu_to_be32(0x1ac1);
	}
	if (striding) {
		rq->mpwqe.wq.wqe_ctr = 300;
		rq->mpwqe.wq.cur_sz = 200;
		rq->mpwqe.wq.head = 17;
		fact(NAME " %s.head 17", name);
		fact(NAME " %s[3].SRQ_Next.next_wqe_index 4", name);
	} else {
		rq->wqe.wq.wqe_ctr = 300;
		rq->wqe.wq.cur_sz = 200;
	}
	fact(NAME " %s.rqn %u", name, rq->rqn);
	fact(NAME " %s.type %s", name, striding ? "linked-list-striding" : "cyclic");
	fact(NAME " %s.size 256", name);
	fact(NAME " %s.wqe_ctr 300", name);
	fact(NAME " %s.posted 200", name);
	fact(NAME " %s[3].scatter_entry0.byte_count 2003", name);
}

static void channels(struct mlx5e_priv *priv)
{
	priv->channels.c = kcalloc(2, sizeof(*priv->channels.c), GFP_KERNEL);
	priv->channels.num = 2;
	for (int i = 0; i < 2; i++) {
		struct mlx5e_channel *c = vzalloc(sizeof(*c));
		char name[32];
		priv->channels.c[i] = c;
		c->priv = priv;
		c->mdev = mdev;
		c->ix = i;
		c->num_tc = 1;
		snprintf(name, sizeof(name), "sq-%d-0", i);
		send_queue(name, &c->sq[0], 0x51 + i, 0x103f + 100 * i);
		strcat(name, "-cq");
		completion_queue(name, &c->sq[0].cq, 0x401 + 2 * i, 0x7fe + i, 3 * i);
		snprintf(name, sizeof(name), "rq-%d", i);
		receive_queue(name, &c->rq, 0x61 + i, i == 0);
		strcat(name, "-cq");
		completion_queue(name, &c->rq.cq, 0x402 + 2 * i, 0x1000, 1 + i);
	}
	/* of the special queues only a number, and no memory */
	priv->channels.c[1]->icosq.sqn = 0x71;
	fact(NAME " icosq-1.sqn %u", 0x71);
	fact(NAME " device.channels %u", priv->channels.num);
}

static void slot(int i, u16 opcode, u8 status, u32 syndrome, u8 status_own)
{
	struct mlx5_cmd_layout *lay = mdev->cmd.cmd_buf + (i << mdev->cmd.vars.log_stride);
	lay->type = MLX5_PCI_CMD_XPORT;
	lay->in[0] = cpu_to_be32(opcode << 16);
	lay->out[0] = cpu_to_be32(status << 24);
	lay->out[1] = cpu_to_be32(syndrome);
	lay->status_own = status_own;
	fact(NAME " slot%d.opcode 0x%x", i, opcode);
	fact(NAME " slot%d.stuck %s", i, status_own & CMD_OWNER_HW ? "true" : "false");
	if (!(status_own & CMD_OWNER_HW))
		fact(NAME " slot%d.syndrome 0x%x", i, syndrome);
}

static void statistics(u16 opcode, u64 n, u64 failed)
{
	struct mlx5_cmd_stats *s = kzalloc(sizeof(*s), GFP_KERNEL);
	s->n = n;
	s->sum = n * 12345;
	s->failed = failed;
	s->last_failed_errno = failed ? 5 : 0;
	s->last_failed_syndrome = failed ? 0xabcdef : 0;
	xa_store(&mdev->cmd.stats, opcode, s, GFP_KERNEL);
	fact(NAME " op0x%x.n %llu", opcode, s->n);
	fact(NAME " op0x%x.sum_ns %llu", opcode, s->sum);
	fact(NAME " op0x%x.failed %llu", opcode, s->failed);
	fact(NAME " op0x%x.last_failed_errno %u", opcode, s->last_failed_errno);
	fact(NAME " op0x%x.last_failed_syndrome 0x%x", opcode, s->last_failed_syndrome);
}

static void commands(void)
{
	struct mlx5_cmd *cmd = &mdev->cmd;
	struct mlx5_cmd_work_ent *ent = kzalloc(sizeof(*ent), GFP_KERNEL);
	cmd->cmd_buf = zeroed(PAGE_SIZE);
	cmd->vars.log_sz = 5;
	cmd->vars.log_stride = 6;
	cmd->vars.max_reg_cmds = 31;
	cmd->vars.bitmask = GENMASK(30, 0) & ~BIT(2);
	xa_init(&cmd->stats);
	slot(0, MLX5_CMD_OP_QUERY_VPORT_STATE, 0, 0, 0);
	slot(1, MLX5_CMD_OP_CREATE_SQ, MLX5_CMD_STAT_BAD_RES_ERR, 0x78aeae, 0);
	slot(2, MLX5_CMD_OP_DESTROY_SQ, 0, 0, CMD_OWNER_HW);
	fact(NAME " slot1.status BAD_RES_ERR");
	ent->idx = 2;
	ent->op = MLX5_CMD_OP_DESTROY_SQ;
	ent->ts1 = 123456789;
	cmd->ent_arr[2] = ent;
	fact(NAME " slot2.waited_for true");
	fact(NAME " slot2.issued_ns %llu", ent->ts1);
	statistics(MLX5_CMD_OP_QUERY_VPORT_STATE, 1000, 0);
	statistics(MLX5_CMD_OP_CREATE_SQ, 17, 2);
}

/* The ring's only block: a string with two parameters, a time stamp behind it. */
static void trace_block(struct mlx5_fw_tracer *t)
{
	for (int i = 0; i < TRACES_PER_BLOCK - 1; i++) {
		void *at = t->buff.log_buf + i * MLX5_ST_SZ_BYTES(tracer_event);
		if (i > 2) {
			MLX5_SET(tracer_event, at, event_id, 1); /* no string */
			continue;
		}
		MLX5_SET(tracer_string_event, at, timestamp, 5);
		MLX5_SET(tracer_string_event, at, event_id, 4);
		MLX5_SET(tracer_string_event, at, tmsn, 9);
		MLX5_SET(tracer_string_event, at, tdsn, i);
		MLX5_SET(tracer_string_event, at, string_param, i == 0 ? 0x10000 + 8 : 0xa0 + i);
	}
	void *last = t->buff.log_buf + (TRACES_PER_BLOCK - 1) * MLX5_ST_SZ_BYTES(tracer_event);
	MLX5_SET(tracer_timestamp_event, last, event_id, 0xff);
	MLX5_SET(tracer_timestamp_event, last, timestamp7_0, 0x20);
	MLX5_SET(tracer_timestamp_event, last, timestamp39_8, 0x1234);
}

static void traces(void)
{
	struct mlx5_fw_tracer *t = vzalloc(sizeof(*t));
	mdev->tracer = t;
	t->owner = true;
	t->str_db.first_string_trace = 4;
	t->str_db.num_string_trace = 16;
	t->str_db.num_string_db = 1;
	t->str_db.base_address_out[0] = 0x10000;
	t->str_db.size_out[0] = 256;
	t->str_db.buffer[0] = zeroed(PAGE_SIZE);
	strcpy(t->str_db.buffer[0] + 8, "port %d lost sync at 0x%x");
	t->buff.size = TRACE_BUFFER_SIZE_BYTE;
	t->buff.log_buf = vzalloc(TRACE_BUFFER_SIZE_BYTE);
	t->buff.consumer_index = 6;
	trace_block(t);
	for (int i = 0; i < 3; i++) {
		struct mlx5_fw_trace_data *d =
			&t->st_arr.straces[(SAVED_TRACES_NUM - 1 + i) & (SAVED_TRACES_NUM - 1)];
		d->timestamp = 0x5000 + i;
		d->event_id = 7;
		snprintf(d->msg, sizeof(d->msg), "saved trace %d", i);
	}
	t->st_arr.saved_traces_index = 2;
	fact(NAME " traces.owner true");
	fact(NAME " traces.size %u", t->buff.size);
	fact(NAME " traces.consumer_index %u", t->buff.consumer_index);
	fact(NAME " traces.traces 1");
	fact(NAME " traces.without_string 0");
	fact(NAME " traces.saved 3");
	fact(NAME " fwtrace.txt 0x%016llx 0 0x04 port %d lost sync at 0x%x", 0x123405ULL, 0xa1,
	     0xa2);
	fact(NAME " fwsaved.txt 0x0000000000005000 0 0x07 saved trace 0");
	fact(NAME " fwsaved.txt 0x0000000000005002 0 0x07 saved trace 2");
}

static void eswitch(void)
{
	struct mlx5_eswitch *e = vzalloc(sizeof(*e));
	mdev->priv.eswitch = e;
	e->mode = MLX5_ESWITCH_OFFLOADS;
	e->total_vports = 2;
	e->enabled_vports = 1;
	e->esw_funcs.num_vfs = 1;
	xa_init(&e->vports);
	for (int i = 0; i < 2; i++) {
		struct mlx5_vport *v = vzalloc(sizeof(*v));
		v->vport = i;
		v->enabled = i == 1;
		memcpy(v->info.mac, "\x02\x53\x41\x4c\x56", 5);
		v->info.mac[5] = i;
		v->info.vlan = 100 + i;
		v->info.qos = 3 * i;
		v->info.link_state = i;
		v->info.spoofchk = i;
		v->info.trusted = !i;
		xa_store(&e->vports, i, v, GFP_KERNEL);
		fact(NAME " vport%d.enabled %s", i, v->enabled ? "true" : "false");
		fact(NAME " vport%d.mac %pM", i, v->info.mac);
		fact(NAME " vport%d.vlan %u", i, v->info.vlan);
		fact(NAME " vport%d.qos %u", i, v->info.qos);
		fact(NAME " vport%d.link_state %s", i, i ? "enable" : "auto");
		fact(NAME " vport%d.spoofcheck %s", i, v->info.spoofchk ? "true" : "false");
		fact(NAME " vport%d.trusted %s", i, v->info.trusted ? "true" : "false");
	}
	mdev->priv.sriov.num_vfs = 1;
	mdev->priv.sriov.vfs_ctx = kcalloc(1, sizeof(*mdev->priv.sriov.vfs_ctx), GFP_KERNEL);
	mdev->priv.sriov.vfs_ctx[0].enabled = 1;
	mdev->priv.sriov.vfs_ctx[0].node_guid = 0x0253414c5600ULL;
	fact(NAME " eswitch.mode offloads");
	fact(NAME " eswitch.total_vports %d", e->total_vports);
	fact(NAME " vf0.enabled true");
	fact(NAME " vf0.node_guid 0x%llx", mdev->priv.sriov.vfs_ctx[0].node_guid);
	fact(NAME " device.vfs %u", mdev->priv.sriov.num_vfs);
}

/* As mlx5_fw_fatal_reporter_dump(): the configuration space, and there is a stored dump. */
static int crdump(struct devlink_health_reporter *reporter, struct devlink_fmsg *fmsg, void *ctx,
		  struct netlink_ext_ack *extack)
{
	devlink_fmsg_binary_pair_put(fmsg, "crdump_data", "salvor-crdump-bytes", 19);
	return 0;
}

static const struct devlink_health_reporter_ops fatal_ops = {.name = "fw_fatal", .dump = crdump};
static const struct devlink_health_reporter_ops fw_ops = {.name = "fw"};
static const struct devlink_ops devlink_ops;

static void health(struct devlink *devlink)
{
	struct mlx5_core_health *h = &mdev->priv.health;
	h->synd = 8;
	h->fatal_error = 3;
	h->miss_counter = 4;
	h->prev = 4711;
	devl_lock(devlink);
	h->fw_reporter = devl_health_reporter_create(devlink, &fw_ops, 0, mdev);
	h->fw_fatal_reporter = devl_health_reporter_create(devlink, &fatal_ops, 0, mdev);
	devl_unlock(devlink);
	devlink_register(devlink);
	devlink_health_report(h->fw_fatal_reporter, "made up", NULL);
	fact(NAME " device.health_syndrome 0x%x", h->synd);
	fact(NAME " device.health_fatal_error %u", h->fatal_error);
	fact(NAME " device.health_missed %d", h->miss_counter);
	fact(NAME " device.health_counter %u", h->prev);
	fact(NAME " reporter-fw.failed false");
	fact(NAME " reporter-fw.has_dump false");
	fact(NAME " reporter-fw_fatal.failed true");
	fact(NAME " reporter-fw_fatal.errors 1");
	fact(NAME " reporter-fw_fatal.has_dump true");
}

static int __init salvor_mlx5_init(void)
{
	struct pci_dev *pdev = fixture_device("mlx5_core");
	struct net_device *dev;
	struct mlx5e_priv *priv;
	struct devlink *devlink;
	if (!pdev)
		return -ENODEV;
	dev = fixture_interface(NAME, sizeof(*priv), &pdev->dev);
	/* the device is the private part of its devlink instance, as in mlx5_devlink_alloc() */
	devlink = devlink_alloc(&devlink_ops, sizeof(*mdev), &pdev->dev);
	if (!dev || !devlink)
		return -ENOMEM;
	mdev = devlink_priv(devlink);
	mdev->pdev = pdev;
	mdev->device = &pdev->dev;
	mdev->state = MLX5_DEVICE_STATE_INTERNAL_ERROR;
	mdev->intf_state = BIT(MLX5_INTERFACE_STATE_UP);
	strscpy(mdev->board_id, "SALVOR_FIXTURE1", sizeof(mdev->board_id));
	mdev->priv.fw_pages = 5000;
	priv = netdev_priv(dev);
	priv->netdev = dev;
	priv->mdev = mdev;
	priv->state = BIT(MLX5E_STATE_OPENED);
	event_queues();
	channels(priv);
	commands();
	traces();
	eswitch();
	health(devlink);
	fact(NAME " device.board %s", mdev->board_id);
	fact(NAME " device.device_state internal_error");
	fact(NAME " device.interface_state 0x%lx", mdev->intf_state);
	fact(NAME " device.priv_state 0x%lx", priv->state);
	fact(NAME " device.fw_pages %u", mdev->priv.fw_pages);
	facts_publish("salvor_mlx5");
	return register_netdev(dev);
}
module_init(salvor_mlx5_init);
MODULE_DESCRIPTION("an mlx5 interface that never was");
MODULE_LICENSE("GPL");
