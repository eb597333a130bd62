// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/known_hosts.h"

#include <libssh/libssh.h>
#include <stdlib.h>

bool known_hosts_has(const char *file, const char *host, const char *port)
{
	ssh_session session = ssh_new();
	if (!session)
		return false;
	unsigned number = (unsigned)strtoul(port, NULL, 10);
	bool has = ssh_options_set(session, SSH_OPTIONS_HOST, host) == SSH_OK &&
		   ssh_options_set(session, SSH_OPTIONS_PORT, &number) == SSH_OK &&
		   ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, file) == SSH_OK &&
		   ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") == SSH_OK &&
		   ssh_session_has_known_hosts_entry(session) == SSH_KNOWN_HOSTS_OK;
	ssh_free(session);
	return has;
}
