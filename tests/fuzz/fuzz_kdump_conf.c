// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as kdump.conf and as a resolved configuration; what is accepted survives a round trip.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "crash/kdump_conf.h"
#include "crash/settings.h"
#include "crash/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct settings *s)
{
	struct settings back = {0};
	struct buf out = BUF_INIT;
	settings_write(s, &out);
	if (!out.failed) {
		struct err *e = settings_parse(&back, "b", buf_str(&out), out.len);
		if (e)
			abort();
		for (size_t k = 0; k < SET_COUNT; k++)
			if (strcmp(settings_get(s, (enum setting)k),
				   settings_get(&back, (enum setting)k)) != 0)
				abort();
	}
	settings_deinit(&back);
	buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kdump_conf c;
	struct settings s = {0};
	err_free(kdump_conf_parse(&c, "k", (const char *)data, size, NULL));
	kdump_conf_deinit(&c);
	struct err *e = settings_parse(&s, "s", (const char *)data, size);
	if (!e)
		round_trip(&s);
	err_free(e);
	settings_deinit(&s);
	char *text = strndup((const char *)data, size);
	if (text) {
		struct words w;
		err_free(words_split(text, &w));
		words_deinit(&w);
	}
	free(text);
	return 0;
}
