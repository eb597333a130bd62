// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as what a Redfish service answers: what is taken for a path stays on the service. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "trigger/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_path(const char *s)
{
	if (s && (s[0] != '/' || s[1] == '/' || strpbrk(s, " \r\n\t\\")))
		abort();
}

static void look_at(const json_t *answer)
{
	struct reset_action reset = {0};
	const char *system = NULL;

	err_free(answer_system(answer, NULL, &system));
	must_be_path(system);
	err_free(answer_system(answer, "1", &system));
	must_be_path(system);
	err_free(answer_reset(answer, &reset));
	must_be_path(reset.target);
	must_be_path(reset.info);
	struct err *e = answer_offers_nmi(reset.values);
	if (e && strlen(err_message(e)) > 400)
		abort();
	err_free(e);
	err_free(answer_offers_nmi(answer_info_values(answer)));
	if (!answer_complaint(answer))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *answer = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	if (answer)
		look_at(answer);
	json_decref(answer);
	return 0;
}
