// SPDX-License-Identifier: GPL-2.0-or-later
#include "incident/marker.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include "incident/incident.h"
#include "incident/sums.h"

#define TEXT_MAX (INCIDENT_NAME_MAX + 64)

static int text(char out[TEXT_MAX], const char *name, uint64_t sequence)
{
	return snprintf(out, TEXT_MAX, "salvor incident 1\nname %.*s\nsequence %" PRIu64 "\n",
			INCIDENT_NAME_MAX - 1, name, sequence);
}

struct err *marker_write(int dir, const char *name, uint64_t sequence)
{
	char out[TEXT_MAX];
	int len = text(out, name, sequence);
	return sums_put(dir, MARKER_FILE, out, (size_t)len);
}

bool marker_read(int dir, const char *name, uint64_t *sequence)
{
	char is[TEXT_MAX + 1], should[TEXT_MAX];
	_cleanup_close_ int fd =
		openat(dir, MARKER_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, is, TEXT_MAX);
	if (n <= 0)
		return false;
	is[n] = '\0';
	const char *number = strstr(is, "\nsequence ");
	if (!number)
		return false;
	uint64_t value = strtoull(number + strlen("\nsequence "), NULL, 10);
	/* It has to be byte for byte what we would write. */
	text(should, name, value);
	if ((size_t)n != strlen(should) || memcmp(is, should, (size_t)n) != 0)
		return false;
	*sequence = value;
	return true;
}
