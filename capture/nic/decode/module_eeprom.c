// SPDX-License-Identifier: GPL-2.0-or-later
/* Places are those of the specifications: SFF-8472 12.4, SFF-8636 2.11, CMIS 5.2. */
#include "nic/decode/module_eeprom.h"

#include "base/cleanup.h"

/* SFF-8024, table 4-1: those that network adapters take */
static const struct {
	uint8_t identifier;
	enum module_form form;
	const char *name;
} types[] = {
	{0x03, MODULE_SFP, "SFP"},
	{0x0b, MODULE_SFP, "DWDM-SFP"},
	{0x0c, MODULE_QSFP, "QSFP"},
	{0x0d, MODULE_QSFP, "QSFP+"},
	{0x11, MODULE_QSFP, "QSFP28"},
	{0x18, MODULE_CMIS, "QSFP-DD"},
	{0x19, MODULE_CMIS, "OSFP"},
	{0x1b, MODULE_CMIS, "DSFP"},
	{0x1e, MODULE_CMIS, "QSFP with CMIS"},
	{0x1f, MODULE_CMIS, "SFP-DD"},
};

/* Where the fields of the vendor are in the half page that has them, and what its sums cover. */
static const struct identity {
	bool high; /* half of page 0 */
	uint8_t vendor, oui, part, revision, revision_len, serial, date;
	struct {
		uint8_t first, last, sum; /* 0 as sum: there is none */
	} checks[2];
} identities[] = {
	[MODULE_SFP] = {false, 20, 37, 40, 56, 4, 68, 84, {{0, 62, 63}, {64, 94, 95}}},
	[MODULE_QSFP] = {true, 20, 37, 40, 56, 2, 68, 84, {{0, 62, 63}, {64, 94, 95}}},
	[MODULE_CMIS] = {true, 1, 17, 20, 36, 2, 38, 54, {{0, 93, 94}, {0, 0, 0}}},
};

static uint16_t be16(const uint8_t *p, size_t at)
{
	return (uint16_t)(p[at] << 8 | p[at + 1]);
}

static double celsius(const uint8_t *p, size_t at)
{
	return (int16_t)be16(p, at) / 256.0;
}

static void text(struct json *j, const char *key, const uint8_t *p, size_t at, size_t len)
{
	const char *s = (const char *)p + at;
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\0'))
		len--;
	if (len)
		json_strn(j, key, s, len);
}

static void identity_json(const struct identity *i, const uint8_t *p, struct json *j)
{
	char oui[9];
	bool right = true;
	text(j, "vendor", p, i->vendor, 16);
	snprintf(oui, sizeof(oui), "%02x:%02x:%02x", p[i->oui], p[i->oui + 1], p[i->oui + 2]);
	json_str(j, "vendor_oui", oui);
	text(j, "part", p, i->part, 16);
	text(j, "revision", p, i->revision, i->revision_len);
	text(j, "serial", p, i->serial, 16);
	text(j, "date", p, i->date, 8);
	for (size_t k = 0; k < ARRAY_SIZE(i->checks) && i->checks[k].sum; k++) {
		uint8_t sum = 0;
		for (size_t at = i->checks[k].first; at <= i->checks[k].last; at++)
			sum = (uint8_t)(sum + p[at]);
		right = right && sum == p[i->checks[k].sum];
	}
	json_bool(j, "checksums_right", right);
}

/* Microwatts and milliamperes of some lanes, 16 bits each, one lane after the other. */
static void lanes_json(struct json *j, const char *key, const uint8_t *p, size_t at, size_t lanes,
		       double unit)
{
	json_array(j, key);
	for (size_t i = 0; i < lanes; i++)
		json_double(j, NULL, be16(p, at + 2 * i) * unit, 3);
	json_array_end(j);
}
#define POWER_UW 0.1
#define BIAS_MA	 0.002

static void temperature_limits_json(struct json *j, const uint8_t *p)
{
	static const char *const names[] = {"temperature_high_alarm_c", "temperature_low_alarm_c",
					    "temperature_high_warning_c",
					    "temperature_low_warning_c"};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		json_double(j, names[i], celsius(p, 2 * i), 3);
}

static void sfp_begin(struct module *m, const uint8_t *low, struct json *j)
{
	m->monitors = low[92] & 0x40;
	m->external = low[92] & 0x10;
	json_u64(j, "connector", low[2]);
	json_u64(j, "bit_rate_mbd", low[12] * 100U);
	json_bool(j, "monitors", m->monitors);
	if (m->external)
		json_bool(j, "calibrated_externally", true);
}

/* Values that need the calibration of the vendor's constants are left to the raw page. */
static void sfp_diag(const struct module *m, const uint8_t *p, struct json *j)
{
	json_u64(j, "status", p[110]);
	json_u64(j, "alarms", be16(p, 112));
	json_u64(j, "warnings", be16(p, 116));
	if (m->external)
		return;
	json_double(j, "temperature_c", celsius(p, 96), 3);
	json_double(j, "supply_v", be16(p, 98) / 10000.0, 4);
	lanes_json(j, "tx_bias_ma", p, 100, 1, BIAS_MA);
	lanes_json(j, "tx_power_uw", p, 102, 1, POWER_UW);
	lanes_json(j, "rx_power_uw", p, 104, 1, POWER_UW);
	temperature_limits_json(j, p);
}

static void qsfp_begin(struct module *m, const uint8_t *low, const uint8_t *high, struct json *j)
{
	m->flat = low[2] & 0x04;
	json_u64(j, "connector", high[2]);
	json_u64(j, "bit_rate_mbd", high[12] * 100U);
	json_bool(j, "data_ready", !(low[2] & 0x01));
	json_u64(j, "los_lanes", low[3]);
	json_u64(j, "tx_fault_lanes", low[4] & 0x0fU);
	json_u64(j, "lock_lost_lanes", low[5]);
	json_u64(j, "temperature_alarms", low[6]);
	json_u64(j, "supply_alarms", low[7]);
	json_double(j, "temperature_c", celsius(low, 22), 3);
	json_double(j, "supply_v", be16(low, 26) / 10000.0, 4);
	lanes_json(j, "rx_power_uw", low, 34, 4, POWER_UW);
	lanes_json(j, "tx_bias_ma", low, 42, 4, BIAS_MA);
	lanes_json(j, "tx_power_uw", low, 50, 4, POWER_UW);
}

static void cmis_begin(struct module *m, const uint8_t *low, const uint8_t *high, struct json *j)
{
	static const char *const states[] = {
		NULL, "low power", "powering up", "ready", "powering down", "fault", NULL, NULL};
	char revision[8];
	m->flat = low[2] & 0x80;
	m->bias_units = 1;
	snprintf(revision, sizeof(revision), "%u.%u", low[1] >> 4, low[1] & 0x0fU);
	json_str(j, "cmis", revision);
	json_str(j, "state", states[low[3] >> 1 & 7]);
	json_u64(j, "fault_cause", low[41]);
	json_u64(j, "connector", high[75]);
	json_double(j, "max_power_w", high[73] * 0.25, 2);
	json_u64(j, "module_alarms", low[9]);
	json_double(j, "temperature_c", celsius(low, 14), 3);
	json_double(j, "supply_v", be16(low, 16) / 10000.0, 4);
}

/* Page 11h: lanes of bank 0 */
static void cmis_lanes(const struct module *m, const uint8_t *p, struct json *j)
{
	json_u64(j, "tx_fault_lanes", p[135 - 128]);
	json_u64(j, "tx_los_lanes", p[136 - 128]);
	json_u64(j, "rx_los_lanes", p[147 - 128]);
	lanes_json(j, "tx_power_uw", p, 154 - 128, 8, POWER_UW);
	lanes_json(j, "tx_bias_ma", p, 170 - 128, 8, BIAS_MA * m->bias_units);
	lanes_json(j, "rx_power_uw", p, 186 - 128, 8, POWER_UW);
}

void module_begin(struct module *m, const uint8_t low[MODULE_PAGE], const uint8_t high[MODULE_PAGE],
		  struct json *j)
{
	*m = (struct module) {.form = MODULE_UNKNOWN, .bias_units = 1};
	json_u64(j, "identifier", low[0]);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].identifier != low[0])
			continue;
		m->form = types[i].form;
		json_str(j, "type", types[i].name);
	}
	if (m->form == MODULE_UNKNOWN)
		return;
	const struct identity *i = &identities[m->form];
	identity_json(i, i->high ? high : low, j);
	if (m->form == MODULE_SFP)
		sfp_begin(m, low, j);
	else if (m->form == MODULE_QSFP)
		qsfp_begin(m, low, high, j);
	else
		cmis_begin(m, low, high, j);
}

const struct module_place *module_more(const struct module *m)
{
	static const struct module_place none[] = {{0}};
	static const struct module_place sfp[] = {
		{MODULE_I2C_DIAG, 0, 0}, {MODULE_I2C_DIAG, 0, 128}, {0}};
	static const struct module_place qsfp[] = {{MODULE_I2C, 3, 128}, {0}};
	static const struct module_place cmis[] = {{MODULE_I2C, 1, 128},
						   {MODULE_I2C, 2, 128},
						   {MODULE_I2C, 0x10, 128},
						   {MODULE_I2C, 0x11, 128},
						   {0}};
	if (m->form == MODULE_SFP)
		return m->monitors ? sfp : none;
	if (m->flat || m->form == MODULE_UNKNOWN)
		return none;
	return m->form == MODULE_QSFP ? qsfp : cmis;
}

void module_page(struct module *m, const struct module_place *at, const uint8_t page[MODULE_PAGE],
		 struct json *j)
{
	if (m->form == MODULE_SFP && at->i2c == MODULE_I2C_DIAG && at->offset == 0)
		sfp_diag(m, page, j);
	else if (m->form == MODULE_QSFP && at->page == 3)
		temperature_limits_json(j, page);
	else if (m->form == MODULE_CMIS && at->page == 1)
		m->bias_units = 1U << MIN(page[160 - 128] >> 3 & 3, 2);
	else if (m->form == MODULE_CMIS && at->page == 2)
		temperature_limits_json(j, page);
	else if (m->form == MODULE_CMIS && at->page == 0x11)
		cmis_lanes(m, page, j);
}
