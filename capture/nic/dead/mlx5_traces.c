// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firmware's traces (struct mlx5_fw_tracer, core/diag/fw_tracer.h): the ring that the device
 * writes into host memory, raw and decoded with the strings that it gave the driver, and what the
 * driver had decoded and saved by itself.
 */
#include <inttypes.h>
#include "base/bytes.h"
#include "nic/dead/mlx5_parts.h"
#include "nic/decode/mlx5_trace.h"

#define TRACE_MAX      (1u << 20) /* the driver has 64 pages */
#define STRINGS_MAX    (1u << 20) /* of one section */
#define TRACE_SIZE_MAX 512
#define SAVED_MAX      65536 /* the driver has 8192 */

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

/* Where the members of a struct mlx5_fw_trace_data are: there may be thousands of them. */
struct saved {
	uint64_t size;
	int64_t timestamp, lost, event, message;
};

static bool saved_layout(struct dead *d, const char *module, struct saved *s)
{
	struct place t;
	if (place_struct(d->k, module, "struct mlx5_fw_trace_data", 0, &t) != FOUND)
		return false;
	s->size = place_size(&t);
	s->timestamp = place_offset(&t, "timestamp");
	s->lost = place_offset(&t, "lost");
	s->event = place_offset(&t, "event_id");
	s->message = place_offset(&t, "msg");
	int64_t last = (int64_t)s->size;
	return s->size <= TRACE_SIZE_MAX && s->timestamp >= 0 && s->timestamp + 8 <= last &&
	       s->lost >= 0 && s->lost < last && s->event >= 0 && s->event < last &&
	       s->message >= 0 && s->message < last;
}

/* One as a line in the form of mlx5_trace(); false if it was never written. */
static bool saved_trace(struct dead *d, const struct saved *s, uint64_t addr, struct buf *text)
{
	uint8_t bytes[TRACE_SIZE_MAX];
	struct err *e = kmem_read(&d->k->kmem, addr, bytes, (size_t)s->size);
	err_free(e);
	if (e)
		return false;
	uint64_t time = get_u64(bytes + s->timestamp, d->k->vmcore->order);
	if (!time)
		return false;
	buf_printf(text, "0x%016" PRIx64 " %d 0x%02x ", time, bytes[s->lost] != 0, bytes[s->event]);
	for (uint64_t i = (uint64_t)s->message; i < s->size && bytes[i]; i++)
		buf_putc(text, bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '?');
	buf_putc(text, '\n');
	return true;
}

/* What the driver itself had decoded by then, oldest first: of the past the ring has lost. */
static void saved_traces(struct dead *d, const struct place *tracer)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	struct saved s;
	struct place array;
	uint32_t n;
	uint64_t count = 0, next = place_or_0(tracer, "st_arr.saved_traces_index");
	if (place_at(tracer, "st_arr.straces", &array) != FOUND ||
	    !type_array_length(array.type, &n) || n == 0 || n > SAVED_MAX ||
	    !saved_layout(d, tracer->module, &s)) {
		show_none(&d->show, "saved", "absent");
		return;
	}
	for (uint32_t i = 0; i < n && dead_time_left(d); i++)
		count += saved_trace(d, &s, array.addr + (next + i) % n * s.size, &text);
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
