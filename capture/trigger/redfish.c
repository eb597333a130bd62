// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include "trigger/answers.h"
#include "trigger/credentials.h"
#include "trigger/https.h"
#include "trigger/redfish.h"

#define SYSTEMS "/redfish/v1/Systems"

static void cleanup_json(json_t **j)
{
	json_decref(*j);
}
#define _cleanup_json_ _cleanup_(cleanup_json)

/* Whether Nmi is offered, by the action itself or by its ActionInfo. */
static struct err *look_for_nmi(struct https *h, const struct reset_action *reset)
{
	_cleanup_json_ json_t *info = NULL;
	if (reset->values || !reset->info)
		return answer_offers_nmi(reset->values);
	struct err *e = https_get(h, reset->info, &info);
	return e ? e : answer_offers_nmi(answer_info_values(info));
}

static struct err *talk(struct https *h, const struct redfish_options *o)
{
	_cleanup_json_ json_t *list = NULL, *system = NULL;
	struct reset_action reset = {0};
	const char *path = NULL;

	struct err *e = https_get(h, SYSTEMS, &list);
	if (!e)
		e = answer_system(list, o->system, &path);
	if (!e)
		e = https_get(h, path, &system);
	if (!e)
		e = answer_reset(system, &reset);
	if (!e)
		e = look_for_nmi(h, &reset);
	if (!e && !o->check)
		e = https_post(h, reset.target, "{\"ResetType\": \"Nmi\"}");
	if (!e)
		printf("%s: %s: NMI %s\n", o->host, path, o->check ? "is offered" : "sent");
	return e;
}

struct err *redfish_nmi(const struct redfish_options *o)
{
	_cleanup_credentials_ struct credentials who = {0};
	_cleanup_https_ struct https h = {0};

	struct err *e = credentials_init(o->credentials, &who);
	if (!e)
		e = https_init(o->host, o->cacert, &who, &h);
	if (!e)
		e = err_wrap(talk(&h, o), "%s", o->host);
	return e;
}
