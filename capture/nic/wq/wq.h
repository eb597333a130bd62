/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wqdump: what was asked, what a queue is, and where its bytes come from. The parser (options.c),
 * the printers (print.c) and the sources (source_*.c) know of each other only what is here. Queues
 * are described by untrusted memory: a source clamps what it says of them. One thread.
 *
 * Adding a source: a file that ends in one `const struct wq_source_ops`, a line in source.c, a
 * test. list() and find() need no order; element() is asked for any index below count.
 */
#ifndef SALVOR_NIC_WQ_WQ_H
#define SALVOR_NIC_WQ_WQ_H

#include <stdio.h>
#include "base/buf.h"
#include "nic/decode/mlx4.h"
#include "nic/decode/mlx5.h"

/* wqdump's --source; WQ_MKC has no queue; those behind WQ_FULL_QP no source of ours has. */
enum wq_kind {
	WQ_SND,
	WQ_RCV,
	WQ_CMP,
	WQ_SRQ,
	WQ_EQE,
	WQ_MKC,
	WQ_FULL_QP,
	WQ_MCG,
	WQ_SXDC,
	WQ_CMAS,
};

enum wq_dump {
	WQ_DUMP_WQ,
	WQ_DUMP_QP,
	WQ_DUMP_WQ_QP,
	WQ_DUMP_ALL_QPC,
	WQ_DUMP_ALL_QPNS,
	WQ_DUMP_ICM
};
enum wq_format { WQ_TEXT, WQ_RAW, WQ_DW };

struct wq_options {
	const char *device;
	enum wq_kind source;
	const char *source_name; /* as it was given */
	enum wq_dump dump;
	enum wq_format format;
	uint32_t gvmi, qp, first, num; /* num 0: to the end */
	bool has_gvmi, has_qp, has_source, has_dump;
	uint64_t address, size;
	bool clear_semaphore, gw_access;
	bool help, version;
	const char *save; /* nic-dump wq only: copy what is found into this directory */
};

/* argv[0] is the program's name. ERR_USAGE, or ERR_UNSUPPORTED for what Linux has no source for. */
struct err *wq_options_parse(int argc, char **argv, struct wq_options *ret) must_check;
/* "snd", …, for files and messages */
const char *wq_kind_name(enum wq_kind kind);
bool wq_kind_find(const char *name, enum wq_kind *ret);

/* How the bytes of a context are to be read. */
enum wq_context_form {
	WQ_CONTEXT_NONE, /* there are none */
	WQ_CONTEXT_OPAQUE,
	WQ_CONTEXT_MLX5_QPC,
	WQ_CONTEXT_MLX5_SQC,
	WQ_CONTEXT_MLX5_RQC,
	WQ_CONTEXT_MLX5_SRQC,
	WQ_CONTEXT_MLX5_CQC,
	WQ_CONTEXT_MLX5_EQC,
	WQ_CONTEXT_MLX4_QPC,
	WQ_CONTEXT_MLX5_MKC,
};

#define WQ_STRIDE_MAX	4096
#define WQ_ELEMENTS_MAX (1U << 20)
#define WQ_CONTEXT_MAX	4096

enum wq_part { WQ_PART_COMMON, WQ_PART_SEND, WQ_PART_RECV, WQ_PARTS };

/* One queue, or one context without a queue. */
struct wq_queue {
	enum wq_kind kind;
	uint32_t number;
	uint16_t gvmi;
	bool mlx4;
	uint32_t stride, count; /* of its elements; 0: no buffer is known */
	/* how elements are read */
	bool linked, signature;	    /* receive */
	uint8_t transport;	    /* send: enum mlx5_sq_kind or mlx4_sq_kind */
	bool enhanced, by_checksum; /* compressed completions */
	/* contexts: which parts there are, and the words in their headings */
	enum wq_context_form form[WQ_PARTS];
	char state[WQ_PARTS][32];
	uint64_t handle[4]; /* the source's own */
};

struct wq_queues {
	struct wq_queue *v;
	size_t count, cap;
};

/* A copy of q at the end. Fails at WQ_QUEUES_MAX. */
#define WQ_QUEUES_MAX 65536
struct err *wq_queues_add(struct wq_queues *list, const struct wq_queue *q) must_check;
void wq_queues_deinit(struct wq_queues *list);

struct wq_source;
struct wq_source_ops {
	const char *name;
	/* Above fields(): what they are, as there are no bytes of the context. */
	const char *known;
	/* Why it has no elements of any queue, and who has; NULL: it has some. */
	const char *no_elements;
	/* Whether the device's name is for this source. */
	bool (*takes)(const char *device);
	struct err *(*open)(struct wq_source *s, const char *device);
	void (*close)(struct wq_source *s);
	/* All queues of a kind, any order. */
	struct err *(*list)(struct wq_source *s, enum wq_kind kind, struct wq_queues *ret);
	/* stride bytes of element index into p; a page that is not there is ERR_MISSING. */
	struct err *(*element)(struct wq_source *s, const struct wq_queue *q, uint32_t index,
			       uint8_t *p);
	/* The bytes of a part whose form is not NONE, at most WQ_CONTEXT_MAX. */
	struct err *(*context)(struct wq_source *s, const struct wq_queue *q, enum wq_part part,
			       struct buf *ret);
	/* What is known of the queue besides, as fields; NULL: nothing. */
	void (*fields)(struct wq_source *s, const struct wq_queue *q, struct hw_sink *sink);
};

struct wq_source {
	const struct wq_source_ops *ops;
	void *state;
};

extern const struct wq_source_ops wq_source_files, wq_source_vmcore, wq_source_live;

/* The source for that device. */
struct err *wq_source_open(const char *device, struct wq_source *ret) must_check;
void wq_source_close(struct wq_source *s);

struct kernel;
/* The source "vmcore" on a kernel that is open; drop (or NULL) is called when it is closed. */
struct err *wq_vmcore_init(struct wq_source *s, struct kernel *k, void (*drop)(struct kernel *k),
			   const char *interface) must_check;

struct rdma_answers;
/*
 * The source "live" on a device that answers (nic/live/rdma_request.h); drop is called with its
 * argument when it is closed. mlx5: raw contexts are that driver's.
 */
struct err *wq_live_init(struct wq_source *s, const struct rdma_answers *from,
			 void (*drop)(void *arg), bool mlx5) must_check;

/* What the options ask of the source, to out. */
struct err *wq_print(struct wq_source *s, const struct wq_options *o, FILE *out) must_check;
/* The same queues as files that source_files.c reads. */
struct err *wq_save(struct wq_source *s, const struct wq_options *o) must_check;

/* The head of such a file: text up to an empty line. False: it is none. */
struct wq_file {
	struct wq_queue queue;
	bool is_context;
	enum wq_part part;
	size_t head; /* bytes before the data */
};
bool wq_file_parse(const char *text, size_t len, struct wq_file *ret);
void wq_file_head(const struct wq_file *f, struct buf *out);

#endif
