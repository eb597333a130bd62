// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/ssh_conn.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

/* A switch port may take 30 s to forward after link-up (spanning tree): SYNs are sent again
 * meanwhile. */
#define CONNECT_SECONDS 60
/* One answer of the server. A loaded disk array flushes for seconds; nobody needs a minute for one
 * block. */
#define ANSWER_SECONDS 60
/* Unacknowledged data or a silent peer: the network is gone. */
#define TCP_DEAD_SECONDS 45

/* What SFTP guarantees (draft-ietf-secsh-filexfer-02, 3: packets of 34000 bytes). */
#define PIECE_GUARANTEED 32000U
/* OpenSSH's sftp-server takes packets of 256 KiB (sftp-common.h) and says so by limits@openssh.com.
 */
#define PIECE_OPENSSH (255U * 1024)

/* The timer's handler knows only these. */
static volatile sig_atomic_t guarded_fd = -1;
static volatile sig_atomic_t guard_fired;

static void on_alarm(int sig)
{
	(void)sig;
	guard_fired = 1;
	if (guarded_fd >= 0)
		shutdown(guarded_fd, SHUT_RDWR);
}

void ssh_conn_guard(struct ssh_conn *c)
{
	guarded_fd = c->fd;
	alarm(ANSWER_SECONDS);
}

void ssh_conn_idle(void)
{
	alarm(0);
}

static void guard_init(struct ssh_conn *c)
{
	struct sigaction sa = {.sa_handler = on_alarm};
	sigaction(SIGALRM, &sa, NULL);
	guard_fired = 0;
	ssh_conn_guard(c);
}

static const char *sftp_words(int code)
{
	switch (code) {
	case SSH_FX_NO_SUCH_FILE:
		return "no such file or directory";
	case SSH_FX_PERMISSION_DENIED:
		return "permission denied";
	case SSH_FX_FAILURE:
		return "the server refused (disk full, quota, or read-only?)";
	case SSH_FX_OP_UNSUPPORTED:
		return "the server does not support it";
	case SSH_FX_FILE_ALREADY_EXISTS:
		return "it exists already";
	case SSH_FX_WRITE_PROTECT:
		return "the file system is read-only";
	default:
		return "sftp error";
	}
}

struct err *ssh_conn_error(struct ssh_conn *c, const char *fmt, ...)
{
	char what[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (guard_fired)
		return err_new(ERR_TIMEOUT, "%s: no answer from the server for %d s", what,
			       ANSWER_SECONDS);
	int code = c->sftp ? sftp_get_error(c->sftp) : SSH_FX_OK;
	if (c->session && ssh_is_connected(c->session) && code > SSH_FX_EOF)
		return err_new(ERR_IO, "%s: %s", what, sftp_words(code));
	return err_new(ERR_IO, "%s: %s", what,
		       c->session ? ssh_get_error(c->session) : "no connection");
}

static void set_int(int fd, int level, int name, int value)
{
	setsockopt(fd, level, name, &value, sizeof(value));
}

/* Waits for a connect() in progress. 0 or errno. */
static int connect_result(int fd, int seconds)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int n;
	do
		n = poll(&p, 1, seconds * 1000);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n == 0 ? ETIMEDOUT : errno;
	int error = 0;
	socklen_t len = sizeof(error);
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ? errno : error;
}

static struct err *connect_socket(const char *address, const char *port, int *out)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *ai;
	int rc = getaddrinfo(address, port, &hints, &ai);
	if (rc != 0)
		return err_new(ERR_USAGE, "SSH_ADDRESS %s port %s: %s", address, port,
			       gai_strerror(rc));
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = fd < 0 ? errno : 0;
	if (!error) {
		set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
		set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, 10);
		set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
		set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, TCP_DEAD_SECONDS * 1000);
		set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
		if (connect(fd, ai->ai_addr, ai->ai_addrlen) < 0)
			error = errno == EINPROGRESS ? connect_result(fd, CONNECT_SECONDS) : errno;
	}
	freeaddrinfo(ai);
	if (error) {
		if (fd >= 0)
			close(fd);
		return err_os(error, "cannot connect to %s port %s", address, port);
	}
	*out = fd;
	return NULL;
}

static struct err *set_options(const struct run *run, struct ssh_conn *c, const char *known_hosts)
{
	const struct settings *s = run->settings;
	unsigned port = (unsigned)strtoul(settings_get(s, SET_SSH_PORT), NULL, 10);
	long timeout = ANSWER_SECONDS;
	bool no = false;
	c->session = ssh_new();
	if (!c->session)
		return err_nomem();
	ssh_session ss = c->session;
	if (ssh_options_set(ss, SSH_OPTIONS_SSH_DIR, run->dir) < 0 ||
	    ssh_options_set(ss, SSH_OPTIONS_PROCESS_CONFIG, &no) < 0 ||
	    ssh_options_set(ss, SSH_OPTIONS_HOST, settings_get(s, SET_SSH_HOST)) < 0 ||
	    ssh_options_set(ss, SSH_OPTIONS_PORT, &port) < 0 ||
	    ssh_options_set(ss, SSH_OPTIONS_USER, settings_get(s, SET_SSH_USER)) < 0 ||
	    ssh_options_set(ss, SSH_OPTIONS_KNOWNHOSTS, known_hosts) < 0 ||
	    ssh_options_set(ss, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") < 0 ||
	    ssh_options_set(ss, SSH_OPTIONS_TIMEOUT, &timeout) < 0 ||
	    ssh_options_set(ss, SSH_OPTIONS_FD, &c->fd) < 0)
		return ssh_conn_error(c, "ssh options");
	return NULL;
}

static struct err *check_host(struct ssh_conn *c, const char *host, const char *known_hosts)
{
	switch (ssh_session_is_known_server(c->session)) {
	case SSH_KNOWN_HOSTS_OK:
		return NULL;
	case SSH_KNOWN_HOSTS_CHANGED:
		return err_new(
			ERR_OTHER,
			"the host key of %s is not the one in %s: not connecting (was the server "
			"reinstalled, or is somebody in between?)",
			host, known_hosts);
	case SSH_KNOWN_HOSTS_OTHER:
		return err_new(ERR_OTHER,
			       "%s shows a host key of another type than %s has: not connecting",
			       host, known_hosts);
	case SSH_KNOWN_HOSTS_UNKNOWN:
	case SSH_KNOWN_HOSTS_NOT_FOUND:
		return err_new(ERR_OTHER, "%s has no host key of %s: not connecting", known_hosts,
			       host);
	default:
		return ssh_conn_error(c, "host key of %s", host);
	}
}

static struct err *login(struct ssh_conn *c, const struct settings *s, const char *key_file)
{
	ssh_key key = NULL;
	if (ssh_pki_import_privkey_file(key_file, NULL, NULL, NULL, &key) != SSH_OK)
		return err_new(ERR_OTHER,
			       "the ssh key %s cannot be read (missing, or with a passphrase)",
			       key_file);
	ssh_conn_guard(c);
	int rc = ssh_userauth_publickey(c->session, NULL, key);
	ssh_key_free(key);
	if (rc == SSH_AUTH_SUCCESS)
		return NULL;
	if (rc == SSH_AUTH_DENIED || rc == SSH_AUTH_PARTIAL)
		return err_new(ERR_OTHER, "%s does not let %s in with this key",
			       settings_get(s, SET_SSH_HOST), settings_get(s, SET_SSH_USER));
	return ssh_conn_error(c, "login as %s", settings_get(s, SET_SSH_USER));
}

static struct err *handshake(const struct run *run, struct ssh_conn *c)
{
	char known_hosts[PATH_MAX];
	char key[PATH_MAX];
	const char *host = settings_get(run->settings, SET_SSH_HOST);
	struct err *e =
		run_path(run, settings_get(run->settings, SET_SSH_KNOWN_HOSTS), known_hosts);
	if (!e)
		e = run_path(run, settings_get(run->settings, SET_SSH_KEY), key);
	if (!e)
		e = set_options(run, c, known_hosts);
	if (e)
		return e;
	ssh_conn_guard(c);
	if (ssh_connect(c->session) != SSH_OK)
		return ssh_conn_error(c, "ssh to %s", host);
	e = check_host(c, host, known_hosts);
	if (!e)
		e = login(c, run->settings, key);
	if (e)
		return e;
	ssh_conn_guard(c);
	c->sftp = sftp_new(c->session);
	if (!c->sftp || sftp_init(c->sftp) != SSH_OK)
		return ssh_conn_error(c, "%s gives no sftp", host);
	return NULL;
}

static void close_conn(struct ssh_conn *c)
{
	if (c->fd >= 0)
		ssh_conn_guard(c);
	if (c->sftp)
		sftp_free(c->sftp);
	if (c->session) {
		ssh_disconnect(c->session); /* closes the socket it was given */
		ssh_free(c->session);
	} else if (c->fd >= 0) {
		close(c->fd);
	}
	guarded_fd = -1;
	alarm(0);
	*c = (struct ssh_conn) {.fd = -1};
}

static struct err *open_conn(const struct run *run, struct ssh_conn *c)
{
	*c = (struct ssh_conn) {.fd = -1};
	const char *address = settings_get(run->settings, SET_SSH_ADDRESS);
	if (!*address)
		address = settings_get(run->settings, SET_SSH_HOST);
	struct err *e = connect_socket(address, settings_get(run->settings, SET_SSH_PORT), &c->fd);
	if (e)
		return e;
	guard_init(c);
	e = handshake(run, c);
	if (e)
		close_conn(c);
	return e;
}

struct err *ssh_conn_get(const struct run *run, struct ssh_conn **out)
{
	static struct ssh_conn conn = {.fd = -1};
	if (conn.session && (guard_fired || !ssh_is_connected(conn.session)))
		close_conn(&conn);
	struct err *e = conn.session ? NULL : open_conn(run, &conn);
	if (!e)
		*out = &conn;
	return e;
}

struct err *ssh_conn_exists(struct ssh_conn *c, const char *path, bool *exists)
{
	ssh_conn_guard(c);
	sftp_attributes a = sftp_lstat(c->sftp, path);
	*exists = a != NULL;
	if (!a && sftp_get_error(c->sftp) != SSH_FX_NO_SUCH_FILE)
		return ssh_conn_error(c, "%s", path);
	sftp_attributes_free(a);
	return NULL;
}

struct err *ssh_conn_size(struct ssh_conn *c, const char *path, uint64_t *size)
{
	ssh_conn_guard(c);
	sftp_attributes a = sftp_stat(c->sftp, path);
	if (!a)
		return ssh_conn_error(c, "%s", path);
	*size = a->size;
	sftp_attributes_free(a);
	return NULL;
}

struct err *ssh_conn_mkdir(struct ssh_conn *c, const char *path, unsigned mode)
{
	ssh_conn_guard(c);
	if (sftp_mkdir(c->sftp, path, mode) == SSH_OK)
		return NULL;
	bool exists = false;
	struct err *mkdir_err = ssh_conn_error(c, "cannot make directory %s on the server", path);
	struct err *e = ssh_conn_exists(c, path, &exists);
	if (!e && exists) {
		err_free(mkdir_err);
		return NULL;
	}
	err_free(e);
	return mkdir_err;
}

struct err *ssh_conn_mkdirs(struct ssh_conn *c, const char *path, unsigned mode)
{
	char part[PATH_MAX];
	bool exists;
	struct err *e = ssh_conn_exists(c, path, &exists);
	if (e || exists)
		return e;
	e = path_printf(part, "%s", path);
	for (char *p = part; !e && *p; p++) {
		if (p == part || *p != '/')
			continue;
		*p = '\0';
		e = ssh_conn_mkdir(c, part, mode);
		*p = '/';
	}
	return e ? e : ssh_conn_mkdir(c, path, mode);
}

struct err *ssh_conn_rename(struct ssh_conn *c, const char *from, const char *to)
{
	ssh_conn_guard(c);
	if (sftp_rename(c->sftp, from, to) != SSH_OK)
		return ssh_conn_error(c, "cannot rename %s to %s on the server", from, to);
	return NULL;
}

bool ssh_conn_free_bytes(struct ssh_conn *c, const char *path, uint64_t *bytes)
{
	if (!sftp_extension_supported(c->sftp, "statvfs@openssh.com", "2"))
		return false;
	ssh_conn_guard(c);
	sftp_statvfs_t v = sftp_statvfs(c->sftp, path);
	if (!v)
		return false;
	*bytes = v->f_bavail * (v->f_frsize ? v->f_frsize : v->f_bsize);
	sftp_statvfs_free(v);
	return true;
}

size_t ssh_conn_piece(struct ssh_conn *c)
{
	return sftp_extension_supported(c->sftp, "limits@openssh.com", "1") ? PIECE_OPENSSH
									    : PIECE_GUARANTEED;
}
