// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/collector_options.h"

#include <string.h>

/* Letters of both programs whose value is the rest of the word, or the next one (getopt(3)). */
#define WITH_VALUE "bdgiLx"

/* Options that do something else than save this vmcore. */
#define LETTERS_NOT_SAVING "hvVRg"
static const char *const not_saving[] = {
	"--help",	"--version", "--check-params",	"--dump-dmesg", "--mem-usage", "--dry-run",
	"--reassemble", "--diskset", "--partial-dmesg", "--vtop",	"--split",
};

static bool is_letters(const char *word)
{
	return word[0] == '-' && word[1] != '-';
}

static struct err *would_not_save(const char *option)
{
	return err_new(ERR_USAGE, "with %s nothing would be saved; remove the option", option);
}

static struct err *check_letters(const char *word)
{
	for (const char *letter = word + 1; *letter; letter++) {
		if (strchr(LETTERS_NOT_SAVING, *letter))
			return would_not_save((char[]) {'-', *letter, '\0'});
		if (strchr(WITH_VALUE, *letter))
			break;
	}
	return NULL;
}

struct err *options_save(const struct words *w)
{
	for (size_t i = 1; i < w->count; i++) {
		const char *word = w->word[i];
		struct err *e = is_letters(word) ? check_letters(word) : NULL;
		if (e)
			return e;
		for (size_t j = 0; j < ARRAY_SIZE(not_saving); j++) {
			size_t len = strcspn(word, "=");
			if (strlen(not_saving[j]) == len && strncmp(word, not_saving[j], len) == 0)
				return would_not_save(not_saving[j]);
		}
	}
	return NULL;
}

const char *options_level(const struct words *w)
{
	const char *level = NULL;
	for (size_t i = 1; i < w->count; i++) {
		const char *word = w->word[i], *next = i + 1 < w->count ? w->word[i + 1] : NULL;
		if (strncmp(word, "--level=", 8) == 0)
			level = word + 8;
		else if (strcmp(word, "--level") == 0)
			level = next;
		const char *letter = is_letters(word) ? strpbrk(word, WITH_VALUE) : NULL;
		if (!letter)
			continue;
		if (*letter == 'd')
			level = letter[1] ? letter + 1 : next;
		i += letter[1] == '\0';
	}
	return level;
}

void options_drop_flattened(struct words *w)
{
	for (size_t i = 1; i < w->count;) {
		char *word = w->word[i];
		size_t letters = is_letters(word) ? strcspn(word, WITH_VALUE) : 0;
		char *flat = memchr(word, 'F', letters);
		if (!flat) {
			/* a letter at the end has its value in the next word */
			i += letters && word[letters] && !word[letters + 1] ? 2 : 1;
			continue;
		}
		memmove(flat, flat + 1, strlen(flat));
		if (word[1])
			continue;
		free(word);
		memmove(&w->word[i], &w->word[i + 1], (w->count - i) * sizeof(w->word[0]));
		w->count--;
	}
}
