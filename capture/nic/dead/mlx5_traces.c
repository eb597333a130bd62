// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firmware's traces (struct mlx5_fw_tracer, core/diag/fw_tracer.h): the ring that the device
 * writes into host memory, raw and decoded with the strings that it gave the driver, and what the
 * driver had decoded and saved by itself.
 */
#include <inttypes.h>
#include "nic/dead/mlx5_parts.h"
#include "nic/decode/mlx5_trace.h"

#define TRACE_MAX   (1u << 20) /* the driver has 64 pages */
#define STRINGS_MAX (1u << 20) /* of one section */
#define TRACE_TEXT  257	       /* TRACE_STR_MSG */
#define SAVED_MAX   65536      /* the driver has 8192 */

/* len bytes at addr, or NULL; freed by the caller. */
static uint8_t *copy(struct dead *d, uint64_t addr, uint64_t len)
{
	uint8_t *bytes = len ? malloc(len) : NULL;
	struct err *e = bytes ? kmem_read(&d->k->kmem, addr, bytes, len) : NULL;
	if (e) {
		free(bytes);
		bytes = NULL;
	}
	err_free(e);
	return bytes;
}

/* sections gets what is to be freed. */
static void strings(struct dead *d, const struct place *tracer, struct mlx5_strings *db,
		    uint8_t *sections[MLX5_STRING_SECTIONS])
{
	struct place p;
	uint64_t n = place_or_0(tracer, "str_db.num_string_db");
	db->first_string_trace = (uint8_t)place_or_0(tracer, "str_db.first_string_trace");
	db->num_string_trace = (uint8_t)place_or_0(tracer, "str_db.num_string_trace");
	db->trc_ver = (uint8_t)place_or_0(tracer, "trc_ver");
	for (unsigned int i = 0; i < MIN(n, MLX5_STRING_SECTIONS); i++) {
		uint64_t addr = 0, len = 0;
		if (dead_at_index(tracer, "str_db.buffer[#]", i, &p) == FOUND)
			addr = place_or_0(&p, "");
		if (dead_at_index(tracer, "str_db.size_out[#]", i, &p) == FOUND)
			len = place_or_0(&p, "");
		if (dead_at_index(tracer, "str_db.base_address_out[#]", i, &p) == FOUND)
			db->section[i].base = (uint32_t)place_or_0(&p, "");
		if (addr && len <= STRINGS_MAX)
			sections[i] = copy(d, addr, len);
		db->section[i].data = sections[i];
		db->section[i].len = sections[i] ? len : 0;
	}
}

static void save_text(struct dead *d, const char *key, const char *file, const struct buf *text)
{
	show_object(&d->show, key, NULL);
	if (text->len && !text->failed)
		dead_raw_bytes(d, file, text->data, text->len);
	show_object_end(&d->show);
}

/* One struct mlx5_fw_trace_data as a line, in the form of mlx5_trace(). */
static bool saved_trace(const struct place *p, struct buf *text)
{
	char message[TRACE_TEXT];
	uint64_t time = place_or_0(p, "timestamp");
	if (!time || place_text(p, "msg", message, sizeof(message)) != FOUND)
		return false;
	buf_printf(text, "0x%016" PRIx64 " %d 0x%02x %s\n", time, place_or_0(p, "lost") != 0,
		   (unsigned int)(place_or_0(p, "event_id") & 0xff), message);
	return true;
}

/* What the driver itself had decoded by then, oldest first: of the past the ring has lost. */
static void saved_traces(struct dead *d, const struct place *tracer)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct place array, p;
	uint32_t n;
	uint64_t count = 0, next = place_or_0(tracer, "st_arr.saved_traces_index");
	if (place_at(tracer, "st_arr.straces", &array) != FOUND ||
	    !type_array_length(array.type, &n) || n == 0 || n > SAVED_MAX) {
		show_none(&d->show, "saved", "absent");
		return;
	}
	for (uint32_t i = 0; i < n && dead_time_left(d); i++) {
		unsigned int at = (unsigned int)((next + i) % n);
		if (dead_at_index(&array, "[#]", at, &p) == FOUND)
			count += saved_trace(&p, &text);
	}
	show_u64(&d->show, "saved", count);
	save_text(d, "saved_traces", "fwsaved.txt", &text);
}

void mlx5_traces_show(struct dead *d, const struct place *mdev)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	uint8_t *sections[MLX5_STRING_SECTIONS] = {NULL};
	struct mlx5_strings db = {0};
	struct mlx5_trace_counts counts = {0};
	struct place tracer;
	/* an error pointer where the device has no tracer */
	if (place_at(mdev, "tracer", &tracer) != FOUND || place_deref(&tracer, &tracer) != FOUND ||
	    tracer.addr > (uint64_t)-4096)
		return;
	uint64_t addr = place_or_0(&tracer, "buff.log_buf"),
		 size = place_or_0(&tracer, "buff.size");
	show_object(&d->show, "firmware_traces", "firmware traces");
	show_bool(&d->show, "owner", place_or_0(&tracer, "owner"));
	show_u64(&d->show, "consumer_index", place_or_0(&tracer, "buff.consumer_index"));
	show_u64(&d->show, "size", size);
	if (addr && size && size <= TRACE_MAX) {
		dead_raw(d, "fwtrace.bin", addr, size);
		_cleanup_free_ uint8_t *ring = copy(d, addr, size);
		strings(d, &tracer, &db, sections);
		if (ring)
			mlx5_trace(&db, ring, size, &text, &counts);
		show_u64(&d->show, "traces", counts.traces);
		show_u64(&d->show, "without_string", counts.raw);
		save_text(d, "decoded", "fwtrace.txt", &text);
	}
	saved_traces(d, &tracer);
	show_object_end(&d->show);
	for (int i = 0; i < MLX5_STRING_SECTIONS; i++)
		free(sections[i]);
}
