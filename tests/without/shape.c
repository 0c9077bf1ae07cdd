/* SPDX-License-Identifier: GPL-2.0-only */
/* shape.c - telprobe without the layer `shape`: what it alone refuses passes as it is. */
#include <string.h>

#include "privacy/firewall.h"

struct firewall_verdict __wrap_firewall_check(struct firewall *, enum firewall_field,
					      enum firewall_provenance, const char *);
struct firewall_verdict __real_firewall_check(struct firewall *, enum firewall_field,
					      enum firewall_provenance, const char *);

struct firewall_verdict __wrap_firewall_check(struct firewall *firewall, enum firewall_field field,
					      enum firewall_provenance provenance, const char *text)
{
	struct firewall_verdict verdict = __real_firewall_check(firewall, field, provenance, text);

	if (verdict.layer != FIREWALL_SHAPE || !text || !*text)
		return verdict;
	verdict = firewall_explain(firewall, field, text, strlen(text)); /* patterns come first */
	if (verdict.layer == FIREWALL_SHAPE)
		verdict = (struct firewall_verdict){ .text = strdup(text) };
	return verdict;
}
