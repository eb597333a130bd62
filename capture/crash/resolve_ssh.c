// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/resolve.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "crash/known_hosts.h"
#include "crash/route.h"
#include "crash/run.h"

/* Fedora's default; kdumpctl propagate makes it there. */
#define KEY_DEFAULT "/root/.ssh/kdump_id_rsa"

/* root's own first, as ssh does. */
static const char *const known_hosts_files[] = {"/root/.ssh/known_hosts",
						"/etc/ssh/ssh_known_hosts"};

static struct err *below(const struct root *root, const char *path, char out[PATH_MAX])
{
	return path_printf(out, "%s%s", strcmp(root->path, "/") == 0 ? "" : root->path, path);
}

static struct err *resolve_known_hosts(const struct root *root, const struct ssh_address *a,
				       struct settings *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_hosts_files); i++) {
		char path[PATH_MAX];
		struct err *e = below(root, known_hosts_files[i], path);
		if (e)
			return e;
		if (known_hosts_has(path, a->host, a->port))
			return settings_set(s, SET_SSH_KNOWN_HOSTS_SOURCE, known_hosts_files[i]);
	}
	return err_new(ERR_USAGE,
		       "the host key of %s (port %s) is not in %s; log in once: ssh -p %s %s@%s",
		       a->host, a->port, known_hosts_files[0], a->port, a->user, a->host);
}

/* The capture environment has no resolver: the address is looked up now. */
static struct err *resolve_address(const char *host, struct settings *s)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct addrinfo numeric = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
	struct addrinfo *list = NULL;
	int rc = getaddrinfo(host, "22", &numeric, &list);
	if (rc != 0)
		rc = getaddrinfo(host, "22", &hints, &list);
	if (rc != 0)
		return err_new(ERR_USAGE, "host %s: %s; use an address or a name that resolves",
			       host, gai_strerror(rc));
	char text[NI_MAXHOST];
	rc = getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof(text), NULL, 0,
			 NI_NUMERICHOST);
	freeaddrinfo(list);
	return rc ? err_new(ERR_OTHER, "host %s: %s", host, gai_strerror(rc))
		  : settings_set(s, SET_SSH_ADDRESS, text);
}

static struct err *resolve_route(const struct root *root, struct settings *s)
{
	struct route r;
	struct err *e = route_find(settings_get(s, SET_SSH_ADDRESS), &r);
	if (e)
		return e;
	if (r.loopback)
		return NULL; /* no interface to bring up; only tests save to themselves */
	char path[128];
	char mac[64] = "";
	snprintf(path, sizeof(path), "/sys/class/net/%s/device", r.interface);
	if (!root_exists(root, path))
		return err_new(ERR_UNSUPPORTED,
			       "the route to %s goes through %s, which is no network adapter "
			       "(bond, bridge, "
			       "VLAN, tunnel); this version cannot set that up after a crash",
			       settings_get(s, SET_SSH_HOST), r.interface);
	snprintf(path, sizeof(path), "/sys/class/net/%s/address", r.interface);
	if (root_read_line(root, path, mac, sizeof(mac)) <= 0)
		return err_new(ERR_MISSING, "%s cannot be read", path);
	e = settings_set(s, SET_NET_MAC, mac);
	if (!e)
		e = settings_set(s, SET_NET_ADDRESS, r.address);
	if (!e)
		e = settings_set(s, SET_NET_GATEWAY, r.gateway);
	return e ? e : settings_set(s, SET_NET_DHCP, r.dynamic ? "1" : "0");
}

static struct err *resolve_target(const struct root *root, const struct kdump_conf *c,
				  struct settings *s)
{
	struct ssh_address a;
	const char *key = c->value[CONF_SSHKEY] ? c->value[CONF_SSHKEY] : KEY_DEFAULT;
	struct err *e = kdump_conf_ssh(c->value[CONF_TARGET], &a);
	if (!e && !root_exists(root, key))
		return err_new(ERR_USAGE,
			       "the ssh key %s does not exist; make it with ssh-keygen, or name "
			       "another with sshkey",
			       key);
	if (!e)
		e = settings_set(s, SET_TARGET, "ssh");
	if (!e)
		e = settings_set(s, SET_SSH_USER, a.user);
	if (!e)
		e = settings_set(s, SET_SSH_HOST, a.host);
	if (!e)
		e = settings_set(s, SET_SSH_PORT, a.port);
	if (!e)
		e = settings_set(s, SET_SSH_KEY_SOURCE, key);
	if (!e)
		e = resolve_known_hosts(root, &a, s);
	if (!e)
		e = resolve_address(a.host, s);
	return e ? e : resolve_route(root, s);
}

struct err *resolve_ssh(const struct root *root, const char *file, const struct kdump_conf *c,
			struct settings *s)
{
	return err_wrap(resolve_target(root, c, s), "%s:%u", file, c->line[CONF_TARGET]);
}
