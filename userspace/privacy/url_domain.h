/* SPDX-License-Identifier: GPL-2.0-only */
/* url_domain.h - which of the domains that may be told a URL leads to. Of a URL nothing else is
 * ever kept: neither path nor query, port, user, nor the part of a host below that domain. */
#ifndef TELPROBE_PRIVACY_URL_DOMAIN_H
#define TELPROBE_PRIVACY_URL_DOMAIN_H

#include <stddef.h>

#include "privacy/text_list.h"

/**
 * url_domain() - @text: of @length bytes, any; no disguise is seen through
 * @allowed: domains in lower case, without a dot at either end
 * Return: the longest of @allowed that is the host of the first URL in @text, or that @text is, or
 * that lies above it, as it stands in the list; NULL: none, or that URL names a user, for what
 * stands before the host could be taken for it. */
const char *url_domain(const struct text_list *allowed, const char *text, size_t length);

#endif
