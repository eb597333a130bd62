// SPDX-License-Identifier: GPL-2.0-or-later
#include <curl/curl.h>
#include <string.h>
#include "base/buf.h"
#include "trigger/answers.h"
#include "trigger/https.h"

enum { CONNECT_SECONDS = 10, REQUEST_SECONDS = 30, ANSWER_MAX = 1 << 20 };

static size_t take(char *data, size_t one, size_t len, void *arg)
{
	struct buf *b = arg;
	if (len * one > ANSWER_MAX - b->len)
		return 0; /* ends the transfer */
	buf_append(b, data, len * one);
	return b->failed ? 0 : len * one;
}

/* Only https, also in what the library might think of by itself. */
static CURLcode only_https(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
#else
	return curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTPS);
#endif
}

struct err *https_init(const char *host, const char *cacert, const struct credentials *who,
		       struct https *ret)
{
	CURL *curl = curl_global_init(CURL_GLOBAL_DEFAULT) ? NULL : curl_easy_init();
	if (!curl)
		return err_new(ERR_OTHER, "libcurl could not be started");
	CURLcode bad = only_https(curl);
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	/* a BMC is reached directly, and a proxy would see more than it should */
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_PROXY, "");
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)REQUEST_SECONDS);
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_USERNAME, who->user);
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_PASSWORD, who->password);
	bad = bad ?: curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	if (!bad && cacert)
		bad = curl_easy_setopt(curl, CURLOPT_CAINFO, cacert);
	if (bad) {
		curl_easy_cleanup(curl);
		return err_new(ERR_OTHER, "libcurl: %s", curl_easy_strerror(bad));
	}
	*ret = (struct https) {.curl = curl, .host = host};
	return NULL;
}

void https_deinit(struct https *h)
{
	if (!h->curl)
		return;
	curl_easy_cleanup(h->curl);
	curl_global_cleanup();
	h->curl = NULL;
}

static struct err *why_not(CURLcode code, const char *detail)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_new(ERR_OTHER,
			       "its certificate is not trusted (%s); --cacert FILE names the "
			       "one to trust",
			       detail);
	case CURLE_OPERATION_TIMEDOUT:
		return err_new(ERR_TIMEOUT, "no answer in time");
	case CURLE_WRITE_ERROR:
		return err_new(ERR_FORMAT, "the answer is longer than %d bytes", ANSWER_MAX);
	default:
		return err_new(ERR_OTHER, "%s", detail);
	}
}

static struct err *judge(const char *path, long status, const json_t *answer)
{
	if (status >= 200 && status < 300)
		return NULL;
	const char *text = answer_complaint(answer);
	if (status == 401)
		return err_new(ERR_OTHER, "this user and password are not accepted");
	if (status == 403)
		return err_new(ERR_OTHER, "this user may not do that (%.160s)", text);
	return err_new(ERR_OTHER, "HTTP status %ld for %s (%.160s)", status, path, text);
}

/* body NULL: GET. *ret may be NULL when the answer is no JSON and that does not matter. */
static struct err *request(struct https *h, const char *path, const char *body, json_t **ret)
{
	_cleanup_buf_ struct buf url = BUF_INIT, answer = BUF_INIT;
	char detail[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = NULL;
	long status = 0;

	buf_printf(&url, "https://%s%s", h->host, path);
	if (url.failed)
		return err_nomem();
	headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (!headers)
		return err_nomem();
	curl_easy_setopt(h->curl, CURLOPT_URL, buf_str(&url));
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, &answer);
	if (body) {
		curl_easy_setopt(h->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body);
	} else {
		curl_easy_setopt(h->curl, CURLOPT_HTTPGET, 1L);
	}
	CURLcode code = curl_easy_perform(h->curl);
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return why_not(code, *detail ? detail : curl_easy_strerror(code));
	*ret = json_loadb(buf_str(&answer), answer.len, JSON_REJECT_DUPLICATES, NULL);
	struct err *e = judge(path, status, *ret);
	if (e) {
		json_decref(*ret);
		*ret = NULL;
	}
	return e;
}

struct err *https_get(struct https *h, const char *path, json_t **ret)
{
	json_t *answer = NULL;
	struct err *e = request(h, path, NULL, &answer);
	if (!e && !json_is_object(answer)) {
		json_decref(answer);
		e = err_new(ERR_FORMAT, "what it has at %s is no JSON object", path);
	}
	if (!e)
		*ret = answer;
	return e;
}

struct err *https_post(struct https *h, const char *path, const char *body)
{
	json_t *answer = NULL;
	struct err *e = request(h, path, body, &answer);
	json_decref(answer);
	return e;
}
