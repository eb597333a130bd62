/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an mlx5 device and its driver share in memory, decoded: queue elements, completions, events,
 * contexts, commands, health. Field names and positions are those of Linux's include/linux/mlx5/
 * {qp,device,cq,mlx5_ifc}.h (6.12; looked up again in 6.1 and 7.2: what was named later is reserved
 * in the former). Big-endian throughout. The bytes are untrusted; see hw_field.h. Pure.
 */
#ifndef SALVOR_NIC_DECODE_MLX5_H
#define SALVOR_NIC_DECODE_MLX5_H

#include "nic/decode/hw_field.h"

#define MLX5_WQEBB	64   /* MLX5_SEND_WQE_BB */
#define MLX5_SEND_MAX	1024 /* MLX5_SEND_WQE_MAX_SIZE */
#define MLX5_CMD_LAYOUT 64
#define MLX5_EQE	64

/* What follows the control segment of a send depends on the queue's transport. */
enum mlx5_sq_kind {
	MLX5_SQ_ETH, /* an Ethernet segment */
	MLX5_SQ_RC,  /* nothing, or the remote address */
	MLX5_SQ_UD,  /* an address vector */
};

/*
 * One send work request, which begins at p. Returns its length as the control segment says it, in
 * bytes, a multiple of 16 and at most MLX5_SEND_MAX; 0 where that is not a length.
 */
size_t mlx5_send_wqe(enum mlx5_sq_kind kind, const uint8_t *p, size_t len, struct hw_sink *s);
/* The index its control segment has for it (16 bits of the queue's counter). */
unsigned mlx5_send_wqe_index(const uint8_t *p, size_t len);

/*
 * One element of a receive queue, len bytes long. linked: it begins with a next segment (shared
 * receive queues, striding receive queues). signature: then comes a signature segment.
 */
struct mlx5_rq_form {
	bool linked;
	bool signature;
};
void mlx5_recv_wqe(struct mlx5_rq_form form, const uint8_t *p, size_t len, struct hw_sink *s);

/*
 * Completions in their order: a compressed one is followed by slots that hold arrays of eight small
 * ones. The walk remembers where in such a session it is; start with zeroes.
 */
struct mlx5_cq_walk {
	bool by_checksum; /* small ones hold a checksum and a stride index, not an RSS hash */
	bool enhanced;	  /* cqe_compression_layout 1: each slot counts its own */
	/* of the walk */
	uint32_t total, at; /* completions of the compressed session, slot in it */
	bool small_are_sends;
};
/* A slot of 64 or 128 bytes. */
void mlx5_cqe(struct mlx5_cq_walk *w, const uint8_t *p, size_t len, struct hw_sink *s);
/* Whether hardware wrote this slot for the pass that cons_index is in (64 bytes are needed). */
bool mlx5_cqe_is_new(const uint8_t *p, size_t len, uint32_t cons_index, unsigned log_size);

void mlx5_eqe(const uint8_t *p, size_t len, struct hw_sink *s);
/* Whether the event was written and not yet handled by the driver. */
bool mlx5_eqe_is_pending(const uint8_t *p, size_t len, uint32_t cons_index, unsigned log_size);
const char *mlx5_event_name(unsigned type);

/* One slot of the command queue. */
struct mlx5_command {
	uint16_t opcode;
	uint16_t op_mod;
	const char *name; /* of the opcode, or NULL */
	bool stuck;	  /* the device still owns the slot */
	uint8_t status;	  /* of the command */
	uint32_t syndrome;
	uint8_t delivery;	   /* status of its delivery */
	const char *status_name;   /* or NULL */
	const char *delivery_name; /* or NULL */
};
void mlx5_cmd(const uint8_t *p, size_t len, struct hw_sink *s);
/* False if the slot is cut, or was never used (all zero). */
bool mlx5_cmd_read(const uint8_t *p, size_t len, struct mlx5_command *ret);
const char *mlx5_cmd_name(unsigned opcode);

/* The structures of mlx5_ifc.h, for hw_decode(). */
extern const struct hw_field mlx5_qpc[];
extern const struct hw_field mlx5_sqc[];
extern const struct hw_field mlx5_rqc[];
extern const struct hw_field mlx5_srqc[];
extern const struct hw_field mlx5_cqc[];
extern const struct hw_field mlx5_eqc[];
extern const struct hw_field mlx5_mkc[];
extern const struct hw_field mlx5_health_buffer[];

/* The first 0x240 bytes of BAR 0 and, if they are there, the words at 0x1000. */
void mlx5_init_segment(const uint8_t *p, size_t len, struct hw_sink *s);
const char *mlx5_health_syndrome(unsigned synd);

#endif
