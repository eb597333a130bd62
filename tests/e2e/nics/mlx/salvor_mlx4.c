// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An mlx4 interface that never was (fact.h): a send ring whose requests go over its end, a receive
 * ring, their completion queues, event queues in pages, commands of which one waits, two functions
 * with their resources.
 */
/* Both drivers in one file: they have a few names in common. */
#define MLX4_MCAST_CONFIG  EN_MCAST_CONFIG
#define MLX4_MCAST_DISABLE EN_MCAST_DISABLE
#define MLX4_MCAST_ENABLE  EN_MCAST_ENABLE
#include "mlx4_en.h"
#undef MLX4_MCAST_CONFIG
#undef MLX4_MCAST_DISABLE
#undef MLX4_MCAST_ENABLE
#undef DRV_NAME
#undef mlx4_err
#undef mlx4_info
#undef mlx4_warn
#include "mlx4.h"
#include "extracted_mlx4.h"
#include "fact.h"

#define NAME "mlx4fix"

/* The rings' sizes, in elements, and of event queues two pages. */
enum { TX_SIZE = 64, RX_SIZE = 128, CQ_SIZE = 32, EQE_SIZE = 64, EQ_SIZE = 128 };

static struct mlx4_priv *core;

/* n events wait from cons_index on, completions of queues 0x80, 0x81, …; the last is an error. */
static void event_queue(int index, int eqn, u32 cons_index, int n)
{
	struct mlx4_eq *eq = &core->eq_table.eq[index];
	eq->dev = &core->dev;
	eq->eqn = eqn;
	eq->irq = 60 + index;
	eq->nent = EQ_SIZE;
	eq->cons_index = cons_index;
	eq->page_list = kcalloc(2, sizeof(*eq->page_list), GFP_KERNEL);
	for (int i = 0; i < 2; i++)
		eq->page_list[i].buf = zeroed(PAGE_SIZE);
	for (int i = 0; i < EQ_SIZE; i++) {
		u32 at = cons_index + i, offset = (at & (EQ_SIZE - 1)) * EQE_SIZE;
		/* get_eqe(): of 64 bytes the second half */
		struct mlx4_eqe *eqe =
			eq->page_list[offset / PAGE_SIZE].buf + offset % PAGE_SIZE + EQE_SIZE / 2;
		bool lap = at & EQ_SIZE;
		eqe->owner = (i < n ? lap : !lap) << 7;
		if (i >= n)
			continue;
		eqe->type = MLX4_EVENT_TYPE_COMP;
		eqe->event.comp.cqn = cpu_to_be32(0x80 + i);
		if (i == n - 1) {
			eqe->type = MLX4_EVENT_TYPE_CQ_ERROR;
			eqe->event.cq_err.cqn = cpu_to_be32(0x99);
			eqe->event.cq_err.syndrome = 1;
		}
	}
	fact(NAME " eq-%d.eqn %d", index, eq->eqn);
	fact(NAME " eq-%d.irq %u", index, eq->irq);
	fact(NAME " eq-%d.cons_index %u", index, eq->cons_index);
	fact(NAME " eq-%d.size %d", index, eq->nent);
	fact(NAME " eq-%d.pending %d", index, n);
	if (n > 1)
		fact(NAME " eq-%d[%u].EQE.cqn %u", index, cons_index & (EQ_SIZE - 1), 0x80);
	if (n)
		fact(NAME " eq-%d[%u].EQE.type_name CQ_ERROR", index,
		     (cons_index + n - 1) & (EQ_SIZE - 1));
}

static void commands(void)
{
	struct mlx4_cmd *cmd = &core->cmd;
	cmd->use_events = 1;
	cmd->max_cmds = 8;
	cmd->toggle = 1;
	cmd->context = kcalloc(8, sizeof(*cmd->context), GFP_KERNEL);
	for (int i = 0; i < 8; i++) {
		struct mlx4_cmd_context *c = &cmd->context[i];
		c->token = 0x100 + i;
		c->result = i == 5 ? -EIO : 0;
		c->fw_status = i == 5 ? 1 : 0; /* CMD_STAT_INTERNAL_ERR */
		c->out_param = 0xfeed0000ULL + i;
		c->next = i + 1;
		fact(NAME " context%d.token %u", i, c->token);
		fact(NAME " context%d.result %d", i, c->result);
		fact(NAME " context%d.fw_status 0x%x", i, c->fw_status);
		fact(NAME " context%d.out_param 0x%llx", i, c->out_param);
		fact(NAME " context%d.waiting %s", i, i == 0 || i == 3 ? "true" : "false");
	}
	/* 0 and 3 are taken: 1, 2, 4, 5, 6, 7 are free */
	cmd->free_head = 1;
	cmd->context[2].next = 4;
	cmd->context[7].next = -1;
	fact(NAME " commands.waiting 2");
	fact(NAME " commands.max %d", cmd->max_cmds);
	fact(NAME " commands.toggle %u", cmd->toggle);
	fact(NAME " commands.use_events true");
}

static void insert(struct rb_root *root, struct res_common *res)
{
	struct rb_node **new = &root->rb_node, *parent = NULL;
	while (*new) {
		parent = *new;
		new = res->res_id < rb_entry(parent, struct res_common, node)->res_id
			      ? &parent->rb_left
			      : &parent->rb_right;
	}
	rb_link_node(&res->node, parent, new);
	rb_insert_color(&res->node, root);
}

static void resource(const char *kind, enum mlx4_resource tree, u64 id, int owner, int state,
		     const char *name)
{
	struct mlx4_resource_tracker *t = &core->mfunc.master.res_tracker;
	struct res_common *res = kzalloc(sizeof(*res), GFP_KERNEL);
	res->res_id = id;
	res->owner = owner;
	res->state = state;
	insert(&t->res_tree[tree], res);
	fact(NAME " resource.%s:0x%llx %d %s", kind, res->res_id, res->owner, name);
}

static void functions(void)
{
	struct mlx4_mfunc_master_ctx *m = &core->mfunc.master;
	core->dev.num_slaves = 2;
	m->slave_state = kcalloc(2, sizeof(*m->slave_state), GFP_KERNEL);
	m->vf_oper = kcalloc(2, sizeof(*m->vf_oper), GFP_KERNEL);
	m->res_tracker.slave_list = kcalloc(2, sizeof(*m->res_tracker.slave_list), GFP_KERNEL);
	for (int i = 0; i < 2; i++) {
		struct mlx4_slave_state *s = &m->slave_state[i];
		struct mlx4_vport_state *v = &m->vf_oper[i].vport[1].state;
		s->active = true;
		s->last_cmd = i ? MLX4_COMM_CMD_VHCR_POST : MLX4_COMM_CMD_RESET;
		s->comm_toggle = i;
		s->is_slave_going_down = i;
		s->mtu[1] = 1500 + i;
		s->eq_pi = 7 + i;
		s->eq_ci = 7;
		v->mac = 0x0253414c5600ULL + i;
		v->default_vlan = 200 + i;
		v->default_qos = i;
		v->spoofchk = i;
		v->link_state = 2 * i;
		fact(NAME " function%d.active true", i);
		fact(NAME " function%d.last_cmd %u", i, s->last_cmd);
		fact(NAME " function%d.comm_toggle %u", i, s->comm_toggle);
		fact(NAME " function%d.going_down %s", i, i ? "true" : "false");
		fact(NAME " function%d.mtu %u", i, s->mtu[1]);
		fact(NAME " function%d.events_produced %u", i, s->eq_pi);
		fact(NAME " function%d.events_consumed %u", i, s->eq_ci);
		fact(NAME " function%d.mac 0x%llx", i, v->mac);
		fact(NAME " function%d.vlan %u", i, v->default_vlan);
		fact(NAME " function%d.qos %u", i, v->default_qos);
		fact(NAME " function%d.spoofcheck %s", i, v->spoofchk ? "true" : "false");
		fact(NAME " function%d.link %s", i, i ? "disable" : "auto");
	}
	for (int i = 0; i < 20; i++)
		resource("QP", RES_QP, 0x240 + 7 * i % 20, i & 1, i % 3 ? RES_QP_HW : RES_QP_BUSY,
			 i % 3 ? "hw" : "busy");
	resource("CQ", RES_CQ, 0x81, 1, RES_CQ_ALLOCATED, "allocated");
	resource("CQ", RES_CQ, 0x82, 1, RES_CQ_HW, "hw");
	resource("MTT", RES_MTT, 0x1000, 0, RES_MTT_ALLOCATED, "allocated");
	resource("MPT", RES_MPT, 0x77, 1, RES_MPT_MAPPED, "mapped");
	resource("EQ", RES_EQ, 0x100000004ULL, 1, RES_EQ_HW, "hw");
}

static void completion_queue(const char *name, struct mlx4_en_cq *cq, int cqn, u32 cons, int n)
{
	struct mlx4_cqe *cqe = zeroed(CQ_SIZE * 64);
	cq->buf = cqe;
	cq->size = CQ_SIZE;
	cq->vector = 1;
	cq->mcq.cqn = cqn;
	cq->mcq.cons_index = cons;
	cq->mcq.arm_sn = 2;
	cq->mcq.irq = 61;
	for (u32 i = 0; i < CQ_SIZE; i++) {
		u32 at = cons + i;
		bool lap = at & CQ_SIZE;
		/* the factor of 64-byte entries (mlx4_en_process_tx_cq()) */
		cqe = cq->buf + ((at & (CQ_SIZE - 1)) << 1) + 1;
		cqe->owner_sr_opcode =
			(i < n ? lap : !lap) << 7 | MLX4_CQE_IS_SEND_MASK | MLX4_OPCODE_SEND;
		cqe->wqe_index = cpu_to_be16(0x300 + i);
		cqe->byte_cnt = cpu_to_be32(600 + i);
	}
	fact(NAME " %s.cqn %d", name, cq->mcq.cqn);
	fact(NAME " %s.cons_index %u", name, cq->mcq.cons_index);
	fact(NAME " %s.arm_sn %d", name, cq->mcq.arm_sn);
	fact(NAME " %s.vector %d", name, cq->vector);
	fact(NAME " %s.irq %u", name, cq->mcq.irq);
	fact(NAME " %s.size %d", name, cq->size);
	fact(NAME " %s.done_not_processed %d", name, n);
	if (n)
		fact(NAME " %s[%u].CQE.wqe_index %u", name, cons & (CQ_SIZE - 1), 0x300);
}

/* A request of three data segments takes two blocks; at index 63 the second is the ring's first. */
static void send_ring(struct mlx4_en_tx_ring *r)
{
	r->size = TX_SIZE;
	r->size_mask = TX_SIZE - 1;
	r->buf = zeroed(TX_SIZE * TXBB_SIZE);
	r->qpn = 0x241;
	r->cons = 0xfffffffd; /* counters wrap: 61 */
	r->prod = r->cons;
	r->queue_index = 2;
	r->sp_cqn = 0x81;
	r->sp_qp_state = MLX4_QP_STATE_RTS;
	r->packets = 5000;
	r->bytes = 600000;
	for (int k = 0; k < 2; k++) {
		u8 request[2 * TXBB_SIZE] = {0};
		struct mlx4_en_tx_desc *desc = (void *)request;
		struct mlx4_wqe_data_seg *data = &desc->data;
		desc->ctrl.owner_opcode = cpu_to_be32(MLX4_OPCODE_SEND);
		desc->ctrl.qpn_vlan.fence_size = 5; /* in 16 bytes */
		for (int i = 0; i < 4; i++) {
			data[i].byte_count = cpu_to_be32(100 * k + i);
			data[i].lkey = cpu_to_be32(0x4242);
		}
		for (int i = 0; i < 2; i++, r->prod++)
			memcpy(r->buf + (r->prod & r->size_mask) * TXBB_SIZE,
			       request + i * TXBB_SIZE, TXBB_SIZE);
	}
	r->sp_context.flags = cpu_to_be32(MLX4_QP_STATE_RTS << 28 | 7 << 16);
	r->sp_context.pd = cpu_to_be32(0x1e);
	r->sp_context.local_qpn = cpu_to_be32(r->qpn);
	r->sp_context.cqn_send = cpu_to_be32(0x81);
	r->sp_context.mtt_base_addr_l = cpu_to_be32(0x12340);
	fact(NAME " tx-0.qpn %d", r->qpn);
	fact(NAME " tx-0.prod %u", r->prod);
	fact(NAME " tx-0.cons %u", r->cons);
	fact(NAME " tx-0.queue %u", r->queue_index);
	fact(NAME " tx-0.cqn %u", r->sp_cqn);
	fact(NAME " tx-0.qp_state RTS");
	fact(NAME " tx-0.packets %lu", r->packets);
	fact(NAME " tx-0.bytes %lu", r->bytes);
	fact(NAME " tx-0.size %u", r->size);
	fact(NAME " tx-0.in_flight %u", r->prod - r->cons);
	fact(NAME " tx-0[61].control.opcode_name SEND");
	fact(NAME " tx-0[61].gather_entry3.byte_count 3");
	fact(NAME " tx-0[63].gather_entry3.byte_count 103");
	fact(NAME " tx-0.context.state_name RTS");
	fact(NAME " tx-0.context.st_name MLX");
	fact(NAME " tx-0.context.pd 30");
	fact(NAME " tx-0.context.local_qpn %d", r->qpn);
	fact(NAME " tx-0.context.cqn_send %d", 0x81);
	fact(NAME " tx-0.context.mtt_base_addr_l %d", 0x12340);
}

static void receive_ring(struct mlx4_en_rx_ring *r)
{
	r->size = RX_SIZE;
	r->size_mask = RX_SIZE - 1;
	r->stride = 64;
	r->log_stride = 6;
	r->cqn = 0x82;
	r->cons = 1000;
	r->prod = 1100;
	r->packets = 777;
	r->bytes = 88888;
	r->buf = zeroed(RX_SIZE * 64);
	for (u32 i = 0; i < RX_SIZE; i++) {
		struct mlx4_en_rx_desc *desc = r->buf + i * 64;
		desc->data[0].byte_count = cpu_to_be32(1536 + i);
		desc->data[0].lkey = cpu_to_be32(0x4243);
		desc->data[1].lkey = cpu_to_be32(MLX4_EN_MEMTYPE_PAD);
	}
	fact(NAME " rx-0.cqn %u", r->cqn);
	fact(NAME " rx-0.prod %u", r->prod);
	fact(NAME " rx-0.cons %u", r->cons);
	fact(NAME " rx-0.stride %u", r->stride);
	fact(NAME " rx-0.packets %lu", r->packets);
	fact(NAME " rx-0.bytes %lu", r->bytes);
	fact(NAME " rx-0.size %u", r->size);
	fact(NAME " rx-0.posted %u", r->prod - r->cons);
	fact(NAME " rx-0[%u].scatter_entry0.byte_count %u", 1000 & 127, 1536 + (1000 & 127));
}

static void interface(struct mlx4_en_priv *priv)
{
	struct mlx4_en_tx_ring *tx = vzalloc(sizeof(*tx));
	struct mlx4_en_rx_ring *rx = vzalloc(sizeof(*rx));
	struct mlx4_en_cq *tx_cq = vzalloc(sizeof(*tx_cq)), *rx_cq = vzalloc(sizeof(*rx_cq));
	priv->port = 1;
	priv->port_up = true;
	priv->port_state.link_speed = 40000;
	priv->cqe_size = 64;
	priv->cqe_factor = 1;
	priv->port_stats.tx_timeout = 3;
	priv->tx_ring_num[TX] = 1;
	priv->rx_ring_num = 1;
	priv->tx_ring[TX] = kcalloc(1, sizeof(void *), GFP_KERNEL);
	priv->tx_cq[TX] = kcalloc(1, sizeof(void *), GFP_KERNEL);
	priv->tx_ring[TX][0] = tx;
	priv->tx_cq[TX][0] = tx_cq;
	priv->rx_ring[0] = rx;
	priv->rss_map.qps[0].qpn = 0x300;
	priv->rx_cq[0] = rx_cq;
	send_ring(tx);
	receive_ring(rx);
	completion_queue("tx-0-cq", tx_cq, 0x81, 30, 4);
	completion_queue("rx-0-cq", rx_cq, 0x82, 1000, 0);
	fact(NAME " rx-0.qpn %d", priv->rss_map.qps[0].qpn);
	fact(NAME " device.port %d", priv->port);
	fact(NAME " device.port_up true");
	fact(NAME " device.link_speed %d", priv->port_state.link_speed);
	fact(NAME " device.tx_timeouts %lu", priv->port_stats.tx_timeout);
	fact(NAME " device.tx_rings %u", priv->tx_ring_num[TX]);
	fact(NAME " device.rx_rings %u", priv->rx_ring_num);
}

static int __init salvor_mlx4_init(void)
{
	struct pci_dev *pdev = fixture_device("mlx4_core");
	struct mlx4_en_dev *mdev = vzalloc(sizeof(*mdev));
	struct net_device *dev;
	struct mlx4_en_priv *priv;
	if (!pdev)
		return -ENODEV;
	dev = fixture_interface(NAME, sizeof(*priv), &pdev->dev);
	core = vzalloc(sizeof(*core));
	if (!dev || !core || !mdev)
		return -ENOMEM;
	core->dev.persist = kzalloc(sizeof(*core->dev.persist), GFP_KERNEL);
	core->dev.persist->pdev = pdev;
	core->dev.persist->state = MLX4_DEVICE_STATE_INTERNAL_ERROR;
	core->dev.persist->interface_state = MLX4_INTERFACE_STATE_UP;
	core->dev.caps.num_comp_vectors = 1;
	core->dev.caps.eqe_size = EQE_SIZE;
	core->dev.caps.eqe_factor = 1;
	core->dev.caps.fw_ver = 0x2002a1388ULL;
	core->dev.caps.num_ports = 2;
	strscpy(core->dev.board_id, "SALVOR_FIXTURE4", sizeof(core->dev.board_id));
	core->eq_table.eq = kcalloc(2, sizeof(*core->eq_table.eq), GFP_KERNEL);
	mdev->dev = &core->dev;
	mdev->pdev = pdev;
	mdev->device_up = true;
	priv = netdev_priv(dev);
	priv->mdev = mdev;
	priv->dev = dev;
	event_queue(0, 4, 1000, 2);
	event_queue(1, 5, 127, 3); /* over the ring's end */
	commands();
	functions();
	interface(priv);
	fact(NAME " device.board %s", core->dev.board_id);
	fact(NAME " device.firmware 0x%llx", core->dev.caps.fw_ver);
	fact(NAME " device.device_state 0x2 internal_error");
	fact(NAME " device.interface_state 0x1 up");
	fact(NAME " device.device_up true");
	facts_publish("salvor_mlx4");
	return register_netdev(dev);
}
module_init(salvor_mlx4_init);
MODULE_DESCRIPTION("an mlx4 interface that never was");
MODULE_LICENSE("GPL");
