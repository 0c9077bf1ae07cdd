/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/url_domain.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool is_of_host(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '-' || c == '.';
}

/* "user:word@host" begins as "host:80" does. */
static bool has_user(const char *at, const char *end)
{
	for (; at < end && *at != '/' && *at != '?' && *at != '#'; at++)
		if (*at == '@')
			return true;
	return false;
}

/* The host behind the first "//", up to what cannot belong to one; without "//" all of it. */
static size_t find_host(const char *text, size_t length, const char **out)
{
	const char *end = text + length, *slashes = memmem(text, length, "//", 2), *at;

	*out = slashes ? slashes + 2 : text;
	for (at = *out; at < end && is_of_host(*at); at++)
		;
	if (slashes ? has_user(at, end) : at < end)
		return 0;
	return (size_t)(at - *out);
}

static bool is_below(const char *host, size_t length, const char *domain)
{
	size_t bytes = strlen(domain);

	return length >= bytes && !strncasecmp(host + length - bytes, domain, bytes) &&
	       (length == bytes || host[length - bytes - 1] == '.');
}

const char *url_domain(const struct text_list *allowed, const char *text, size_t length)
{
	const char *host, *found = NULL;
	size_t i, bytes = allowed->count ? find_host(text, length, &host) : 0;

	for (i = 0; bytes && i < allowed->count; i++)
		if (is_below(host, bytes, allowed->items[i]) &&
		    (!found || strlen(allowed->items[i]) > strlen(found)))
			found = allowed->items[i];
	return found;
}
