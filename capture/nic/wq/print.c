// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wqdump's output. Its form is that of MFT's page where the page shows one: lists of contexts, raw
 * contexts, elements as text. What it does not show (dw, decoded contexts) is in the same style.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "nic/wq/wq.h"

#define INDEX_MAX 0xffffff /* of contexts, where --num does not say how many */
#define RULE	  "--------------------------\n"
#define LIST_RULE "-----------------------------------------\n"

struct printer {
	struct wq_source *source;
	const struct wq_options *o;
	FILE *file;
	struct buf out;
};

static struct err *flush(struct printer *p)
{
	struct err *e = buf_error(&p->out);
	if (!e && p->out.len && fwrite(p->out.data, 1, p->out.len, p->file) != p->out.len)
		e = err_os(errno, "writing");
	p->out.len = 0;
	return e;
}

static int by_number(const void *a, const void *b)
{
	const struct wq_queue *x = a, *y = b;
	if (x->gvmi != y->gvmi)
		return x->gvmi < y->gvmi ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Those of the kind and, if it was said, the function; sorted. */
static struct err *queues(const struct printer *p, struct wq_queues *ret)
{
	size_t kept = 0;
	struct err *e = p->source->ops->list(p->source, p->o->source, ret);
	if (e)
		return e;
	for (size_t i = 0; i < ret->count; i++)
		if (!p->o->has_gvmi || ret->v[i].gvmi == p->o->gvmi)
			ret->v[kept++] = ret->v[i];
	ret->count = kept;
	if (kept > 0)
		qsort(ret->v, kept, sizeof(ret->v[0]), by_number);
	return NULL;
}

/* --- lists of contexts ------------------------------------------------------------------------ */

static struct err *valid_qpns(struct printer *p, const struct wq_queues *list)
{
	const struct wq_options *o = p->o;
	uint64_t end = o->num ? (uint64_t)o->first + o->num - 1 : INDEX_MAX;
	size_t valid = 0;
	buf_printf(&p->out, "Numbers of valid contexts (in the range 0x%x - 0x%" PRIx64 "):\n",
		   o->first, end);
	for (size_t i = 0; i < list->count; i++) {
		const struct wq_queue *q = &list->v[i];
		if (q->number < o->first || q->number > end)
			continue;
		valid++;
		if (o->source == WQ_FULL_QP)
			buf_printf(&p->out, "index 0x%08x\n", q->number);
		else
			buf_printf(&p->out, "gvmi 0x%04x index 0x%08x\n", q->gvmi, q->number);
	}
	/* The page shows a total for FullQp only. */
	if (o->source == WQ_FULL_QP)
		buf_printf(&p->out, LIST_RULE "Number of valid contexts: %zu\n" LIST_RULE, valid);
	return flush(p);
}

/* --- contexts --------------------------------------------------------------------------------- */

static const struct hw_field *table_of(enum wq_context_form form)
{
	switch (form) {
	case WQ_CONTEXT_MLX5_QPC:
		return mlx5_qpc;
	case WQ_CONTEXT_MLX5_SQC:
		return mlx5_sqc;
	case WQ_CONTEXT_MLX5_RQC:
		return mlx5_rqc;
	case WQ_CONTEXT_MLX5_SRQC:
		return mlx5_srqc;
	case WQ_CONTEXT_MLX5_CQC:
		return mlx5_cqc;
	case WQ_CONTEXT_MLX5_EQC:
		return mlx5_eqc;
	case WQ_CONTEXT_MLX5_MKC:
		return mlx5_mkc;
	case WQ_CONTEXT_MLX4_QPC:
		return mlx4_qpc;
	default:
		return NULL;
	}
}

/* "Send Qpc gvmi 0000 QP Index 0000000b" */
static void heading(struct printer *p, const struct wq_queue *q, enum wq_part part)
{
	static const struct {
		const char *what, *index;
	} names[] = {
		[WQ_SND] = {"Send Qpc", "QP"},	   [WQ_RCV] = {"Recv Qpc", "QP"},
		[WQ_CMP] = {"CQ", "CQ"},	   [WQ_SRQ] = {"SRQ", "SRQ"},
		[WQ_EQE] = {"EQ", "EQ"},	   [WQ_MKC] = {"MKC", "MKC"},
		[WQ_FULL_QP] = {"Full Qpc", "QP"},
	};
	const char *state = *q->state[part] ? q->state[part] : "state unknown";
	enum wq_kind kind = q->kind;
	if (kind == WQ_FULL_QP && part == WQ_PART_COMMON) {
		buf_printf(&p->out, "== Common Part (%s) ==\n", state);
		return;
	}
	if (kind == WQ_FULL_QP && part == WQ_PART_RECV)
		buf_printf(&p->out, "== Responder Part (%s) ==\n", state);
	if (kind == WQ_FULL_QP)
		kind = part == WQ_PART_SEND ? WQ_SND : WQ_RCV;
	buf_printf(&p->out, "%s gvmi %04x %s Index %08x\n", names[kind].what, q->gvmi,
		   names[kind].index, q->number);
}

static void decoded(struct printer *p, const struct wq_queue *q, enum wq_part part,
		    const struct buf *bytes)
{
	struct hw_sink sink;
	const struct hw_field *table = table_of(q->form[part]);
	if (!table) {
		buf_puts(&p->out, "no public description of this context: its words\n");
		hw_raw(&p->out, (const uint8_t *)bytes->data, bytes->len);
		return;
	}
	hw_text_init(&sink, &p->out);
	hw_decode(table, (const uint8_t *)bytes->data, bytes->len, &sink);
	hw_sink_end(&sink);
}

static struct err *context_part(struct printer *p, const struct wq_queue *q, enum wq_part part)
{
	_cleanup_buf_ struct buf bytes = BUF_INIT;
	struct err *e = p->source->ops->context(p->source, q, part, &bytes);
	if (e)
		return err_wrap(e, "context 0x%x", q->number);
	heading(p, q, part);
	if (p->o->format == WQ_TEXT)
		decoded(p, q, part, &bytes);
	else if (p->o->format == WQ_RAW)
		hw_raw(&p->out, (const uint8_t *)bytes.data, bytes.len);
	else
		hw_dwords(&p->out, (const uint8_t *)bytes.data, bytes.len);
	buf_puts(&p->out, RULE);
	return flush(p);
}

/* A queue's context as the source's own knowledge: there are no bytes of it. */
static struct err *known_fields(struct printer *p, const struct wq_queue *q)
{
	struct hw_sink sink;
	if (p->o->format != WQ_TEXT || !p->source->ops->fields)
		return err_new(ERR_UNSUPPORTED,
			       "the bytes of context 0x%x are the firmware's and not in the %s; "
			       "%s",
			       q->number, p->source->ops->name,
			       p->source->ops->fields ? "--format text has what the driver knows"
						      : "take --dump WQ");
	heading(p, q, q->kind == WQ_FULL_QP ? WQ_PART_SEND : WQ_PART_COMMON);
	buf_printf(&p->out, "%s\n", p->source->ops->known);
	hw_text_init(&sink, &p->out);
	p->source->ops->fields(p->source, q, &sink);
	hw_sink_end(&sink);
	buf_puts(&p->out, RULE);
	return flush(p);
}

static struct err *context(struct printer *p, const struct wq_queue *q)
{
	struct err *e = NULL;
	bool any = false;
	for (int part = 0; !e && part < WQ_PARTS; part++) {
		if (q->form[part] == WQ_CONTEXT_NONE)
			continue;
		any = true;
		e = context_part(p, q, (enum wq_part)part);
	}
	return any ? e : known_fields(p, q);
}

/* --- elements --------------------------------------------------------------------------------- */

/* Elements that one request covers: more than one only where a send takes several blocks. */
static uint32_t send_text(struct printer *p, const struct wq_queue *q, uint32_t index,
			  uint32_t left, const uint8_t *bytes, size_t len)
{
	struct hw_sink sink;
	size_t whole;
	hw_text_init(&sink, &p->out);
	if (q->mlx4)
		whole = mlx4_send_wqe((enum mlx4_sq_kind)q->transport, bytes, len, &sink);
	else
		whole = mlx5_send_wqe((enum mlx5_sq_kind)q->transport, bytes, len, &sink);
	hw_sink_end(&sink);
	/*
	 * Only a control segment that knows its own index is believed about its length: this may be
	 * the middle of an old request.
	 */
	if (!q->mlx4 && (mlx5_send_wqe_index(bytes, len) & (q->count - 1)) != index)
		return 1;
	return (uint32_t)MIN(DIV_ROUND_UP(MAX(whole, (size_t)1), q->stride), (size_t)left);
}

static void other_text(struct printer *p, const struct wq_queue *q, struct mlx5_cq_walk *cq,
		       const uint8_t *bytes)
{
	struct hw_sink s;
	hw_text_init(&s, &p->out);
	if (q->kind == WQ_CMP && q->mlx4)
		mlx4_cqe(bytes, q->stride, &s);
	else if (q->kind == WQ_CMP)
		mlx5_cqe(cq, bytes, q->stride, &s);
	else if (q->kind == WQ_EQE && q->mlx4)
		mlx4_eqe(bytes, q->stride, &s);
	else if (q->kind == WQ_EQE)
		mlx5_eqe(bytes, q->stride, &s);
	else if (q->mlx4)
		mlx4_recv_wqe(q->linked, bytes, q->stride, &s);
	else
		mlx5_recv_wqe((struct mlx5_rq_form) {q->linked, q->signature}, bytes, q->stride,
			      &s);
	hw_sink_end(&s);
}

/* The request's further blocks too, as far as the ring has them. */
static struct err *read_element(struct printer *p, const struct wq_queue *q, uint32_t index,
				uint8_t *bytes, size_t *len)
{
	struct err *e = p->source->ops->element(p->source, q, index, bytes);
	*len = q->stride;
	if (e || q->kind != WQ_SND || p->o->format != WQ_TEXT)
		return e;
	for (uint32_t i = 1; i < q->count && *len + q->stride <= MLX5_SEND_MAX; i++) {
		struct err *rest =
			p->source->ops->element(p->source, q, (index + i) % q->count, bytes + *len);
		if (rest) {
			err_free(rest);
			break;
		}
		*len += q->stride;
	}
	return NULL;
}

static struct err *elements(struct printer *p, const struct wq_queue *q)
{
	uint8_t bytes[MAX(WQ_STRIDE_MAX, MLX5_SEND_MAX)];
	const struct wq_options *o = p->o;
	struct mlx5_cq_walk cq = {.enhanced = q->enhanced, .by_checksum = q->by_checksum};
	struct err *e = NULL;
	size_t len;
	if (q->count == 0 && p->source->ops->no_elements)
		return err_new(ERR_UNSUPPORTED, "--dump WQ: %s", p->source->ops->no_elements);
	if (q->count == 0)
		return err_new(ERR_MISSING, "the buffer of queue 0x%x is not in the %s", q->number,
			       p->source->ops->name);
	if (o->first >= q->count)
		return err_new(ERR_MISSING,
			       "queue 0x%x has 0x%x elements, --fi 0x%x is behind them", q->number,
			       q->count, o->first);
	uint32_t end = o->num && o->num < q->count - o->first ? o->first + o->num : q->count;
	for (uint32_t i = o->first, step = 1; !e && i < end; i += step) {
		step = 1;
		buf_printf(&p->out, "[Element Index %#x]\n", i);
		e = read_element(p, q, i, bytes, &len);
		if (e && err_code(e) == ERR_MISSING) {
			buf_printf(&p->out, "not in the %s\n", p->source->ops->name);
			err_free(e);
			e = NULL;
		} else if (!e) {
			if (o->format == WQ_RAW)
				hw_raw(&p->out, bytes, len);
			else if (o->format == WQ_DW)
				hw_dwords(&p->out, bytes, len);
			else if (q->kind == WQ_SND)
				step = send_text(p, q, i, end - i, bytes, len);
			else
				other_text(p, q, &cq, bytes);
		}
		if (!e)
			e = flush(p);
	}
	return e;
}

/* --- what was asked --------------------------------------------------------------------------- */

static const struct wq_queue *find(const struct wq_queues *list, uint32_t number)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->v[i].number == number)
			return &list->v[i];
	return NULL;
}

static struct err *one(struct printer *p, const struct wq_queues *list)
{
	const struct wq_options *o = p->o;
	const struct wq_queue *q = find(list, o->qp);
	if (!q)
		return err_new(ERR_MISSING, "%s: no %s 0x%x%s", o->device, wq_kind_name(o->source),
			       o->qp, o->has_gvmi ? " of that gvmi" : "");
	struct err *e = NULL;
	if (o->dump != WQ_DUMP_WQ)
		e = context(p, q);
	if (!e && o->dump != WQ_DUMP_QP)
		e = elements(p, q);
	return e;
}

struct err *wq_print(struct wq_source *s, const struct wq_options *o, FILE *out)
{
	struct printer p = {.source = s, .o = o, .file = out};
	struct wq_queues list = {0};
	struct err *e = queues(&p, &list);
	if (!e && o->dump == WQ_DUMP_ALL_QPNS) {
		e = valid_qpns(&p, &list);
	} else if (!e && o->dump == WQ_DUMP_ALL_QPC) {
		for (size_t i = 0; !e && i < list.count; i++)
			if (list.v[i].number >= o->first &&
			    (!o->num || list.v[i].number - o->first < o->num))
				e = context(&p, &list.v[i]);
	} else if (!e) {
		e = one(&p, &list);
	}
	/* What came before an error is worth seeing. */
	struct err *last = flush(&p);
	if (e)
		err_free(last);
	else
		e = last;
	wq_queues_deinit(&list);
	buf_deinit(&p.out);
	if (!e && fflush(out))
		e = err_os(errno, "writing");
	return e;
}
