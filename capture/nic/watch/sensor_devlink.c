// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devlink_recover_notify() sends HEALTH_REPORTER_RECOVER to the group "config" when a reporter's
 * state changes and on each report of an error, with the state error (net/devlink/health.c). When
 * they come too fast, some are thrown away; then all reporters are asked, for one of those may have
 * been the only word of another device. Asking waits for the lock of every devlink instance, which
 * a driver may hold as long as it talks to its firmware: a child does it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include "nic/live/netlink.h"
#include "nic/watch/sensor.h"

/* Datagrams of one look: the caller has other things to do, too. */
#define BURST	     1000
#define RECEIVE_ROOM (1 << 20)
#define ASK_SECONDS  30

static bool group_of(const struct buf *answer, const char *name, uint32_t *ret)
{
	const size_t attrs_at = NLMSG_HDRLEN + GENL_HDRLEN;
	struct nla_view attrs, groups, group, is, id;
	uint16_t type;
	if (answer->len < attrs_at)
		return false;
	attrs = (struct nla_view) {(const uint8_t *)answer->data + attrs_at,
				   answer->len - attrs_at};
	if (!nla_find(attrs, CTRL_ATTR_MCAST_GROUPS, &groups))
		return false;
	while (nla_take(&groups, &type, &group)) {
		if (nla_find(group, CTRL_ATTR_MCAST_GRP_NAME, &is) && is.len == strlen(name) + 1 &&
		    memcmp(is.data, name, is.len) == 0 &&
		    nla_find(group, CTRL_ATTR_MCAST_GRP_ID, &id)) {
			*ret = (uint32_t)nla_uint(&id);
			return true;
		}
	}
	return false;
}

static struct err *find_group(uint32_t *ret)
{
	struct nic_netlink n;
	_cleanup_buf_ struct buf answer = BUF_INIT;
	struct err *e = nic_netlink_init_family(&n, DEVLINK_GENL_NAME);
	if (e)
		return e;
	n.family = GENL_ID_CTRL;
	n.version = 1;
	struct nlmsghdr *h = nic_netlink_command(&n, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(h, CTRL_ATTR_FAMILY_NAME, DEVLINK_GENL_NAME);
	e = nic_netlink_talk(&n, &answer);
	nic_netlink_deinit(&n);
	if (!e && !group_of(&answer, DEVLINK_GENL_MCGRP_CONFIG_NAME, ret))
		e = err_new(ERR_MISSING, "devlink has no multicast group config");
	return e;
}

static struct err *join_group(int *ret)
{
	uint32_t group;
	struct err *e = find_group(&group);
	if (e)
		return e;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
	if (fd < 0)
		return err_os(errno, "opening a netlink socket");
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	int room = RECEIVE_ROOM;
	/* More room makes losses rarer. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		room = 0;
	if (bind(fd, (const void *)&address, sizeof(address)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0) {
		e = err_os(errno, "joining devlink's multicast group config");
		close(fd);
		return e;
	}
	*ret = fd;
	return NULL;
}

static bool put(int fd, const void *data, size_t len)
{
	for (const char *p = data; len > 0;) {
		ssize_t n = write(fd, p, len);
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* The child: all reporters' states, their length in front, so that half an answer is known as such.
 */
static _Noreturn void ask_all(int fd)
{
	struct nic_netlink n;
	_cleanup_buf_ struct buf answer = BUF_INIT;
	sigset_t none;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm(ASK_SECONDS);
	struct err *e = nic_netlink_init_family(&n, DEVLINK_GENL_NAME);
	if (!e) {
		nic_netlink_command(&n, DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_DUMP);
		e = nic_netlink_talk(&n, &answer);
	}
	uint64_t len = answer.len;
	bool told = !e && put(fd, &len, sizeof(len)) && put(fd, answer.data, answer.len);
	_exit(!told);
}

/* Begins to ask, unless that is going on: then once more when it is over. */
static void ask(struct nic_devlink_sensor *s)
{
	int fds[2];
	if (s->answer_fd >= 0) {
		s->again = true;
		return;
	}
	s->again = false;
	s->answer.len = 0;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		close(s->fd);
		close(fds[0]);
		ask_all(fds[1]);
	}
	close(fds[1]);
	if (pid < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
		close(fds[0]);
	else
		s->answer_fd = fds[0];
}

struct err *nic_devlink_sensor_open(struct nic_devlink_sensor *s)
{
	struct nic_devlink_sensor new = {.fd = -1, .answer_fd = -1, .from = NIC_REPORT_FIRST};
	struct err *e = join_group(&new.fd);
	if (e)
		return e;
	ask(&new);
	*s = new;
	return NULL;
}

void nic_devlink_sensor_close(struct nic_devlink_sensor *s)
{
	cleanup_close(&s->fd);
	cleanup_close(&s->answer_fd);
	s->fd = s->answer_fd = -1;
	buf_deinit(&s->answer);
	nic_reporters_deinit(&s->reporters);
}

void nic_devlink_sensor_parse(struct nic_reporters *r, const void *data, size_t len,
			      enum nic_report_from from, nic_event_handler *handle, void *arg)
{
	const uint8_t command = from == NIC_REPORT_MESSAGE ? DEVLINK_CMD_HEALTH_REPORTER_RECOVER
							   : DEVLINK_CMD_HEALTH_REPORTER_GET;
	struct nla_view messages = {data, len}, attrs;
	for (;;) {
		const uint8_t *at = messages.data;
		struct nic_report report;
		struct genlmsghdr g;
		if (!devlink_take(&messages, &attrs))
			break;
		memcpy(&g, at + NLMSG_HDRLEN, sizeof(g));
		if (g.cmd != command || !nic_report_parse(attrs, &report))
			continue;
		struct nic_event event = {.sensor = NIC_SENSOR_DEVLINK};
		event.count = nic_reporters_note(r, &report, from);
		if (event.count == 0)
			continue;
		snprintf(event.device, sizeof(event.device), "%s", report.device);
		snprintf(event.reason, sizeof(event.reason), "%.24s", report.name);
		char port[32] = "";
		if (report.port >= 0)
			snprintf(port, sizeof(port), " of port %ld", report.port);
		snprintf(event.details, sizeof(event.details),
			 "devlink health reporter %s%s: %s, %llu errors so far", report.name, port,
			 report.error ? "in error" : "recovered",
			 (unsigned long long)report.errors);
		handle(arg, &event);
	}
	if (from != NIC_REPORT_MESSAGE)
		nic_reporters_forget(r);
}

/*
 * What there is of the child's answer; at its end, the answer, but not before the messages that are
 * older than it: each of them would be an error for the second time.
 */
static void read_answer(struct nic_devlink_sensor *s, bool drained, nic_event_handler *handle,
			void *arg)
{
	uint64_t len = 0;
	ssize_t n;
	do {
		char *at = s->answer.len <= NIC_NETLINK_MAX + sizeof(len)
				   ? buf_reserve(&s->answer, 65536)
				   : NULL;
		n = at ? read(s->answer_fd, at, 65536) : 0;
		if (n > 0)
			s->answer.len += (size_t)n;
	} while (n > 0);
	if (!drained || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	if (s->answer.len >= sizeof(len))
		memcpy(&len, s->answer.data, sizeof(len));
	if (s->answer.len >= sizeof(len) && len == s->answer.len - sizeof(len)) {
		nic_devlink_sensor_parse(&s->reporters, s->answer.data + sizeof(len), (size_t)len,
					 s->from, handle, arg);
		s->from = NIC_REPORT_LATER;
	}
	close(s->answer_fd);
	s->answer_fd = -1;
	buf_deinit(&s->answer);
	if (s->again)
		ask(s);
}

unsigned nic_devlink_sensor_read(struct nic_devlink_sensor *s, nic_event_handler *handle, void *arg)
{
	static char bytes[65536] __attribute__((aligned(8)));
	unsigned lost = 0;
	bool drained = false;
	for (int i = 0; i < BURST && !drained; i++) {
		struct sockaddr_nl from = {0};
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(s->fd, bytes, sizeof(bytes), 0, (void *)&from, &size);
		if (n < 0 && errno == ENOBUFS)
			lost++;
		else if (n < 0)
			drained = errno != EINTR;
		/* Port 0 is the kernel; anybody may send to a socket. */
		else if (n > 0 && from.nl_pid == 0)
			nic_devlink_sensor_parse(&s->reporters, bytes, (size_t)n,
						 NIC_REPORT_MESSAGE, handle, arg);
	}
	if (s->answer_fd >= 0)
		read_answer(s, drained, handle, arg);
	if (lost)
		ask(s);
	return lost;
}
