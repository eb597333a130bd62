/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Integers in byte buffers, unaligned, of a stated byte order. Pure; no bounds checks: the caller
 * owns the bounds.
 */
#ifndef SALVOR_BASE_BYTES_H
#define SALVOR_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum byte_order { ORDER_LE, ORDER_BE };

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ORDER_NATIVE ORDER_LE
#else
#define ORDER_NATIVE ORDER_BE
#endif

#define BYTES_DEFINE(bits)                                                                         \
	static inline uint##bits##_t get_u##bits(const void *p, enum byte_order order)             \
	{                                                                                          \
		uint##bits##_t v;                                                                  \
		memcpy(&v, p, sizeof(v));                                                          \
		return order == ORDER_NATIVE ? v : __builtin_bswap##bits(v);                       \
	}                                                                                          \
	static inline void put_u##bits(void *p, uint##bits##_t v, enum byte_order order)           \
	{                                                                                          \
		if (order != ORDER_NATIVE)                                                         \
			v = __builtin_bswap##bits(v);                                              \
		memcpy(p, &v, sizeof(v));                                                          \
	}
BYTES_DEFINE(16)
BYTES_DEFINE(32)
BYTES_DEFINE(64)
#undef BYTES_DEFINE

#endif
