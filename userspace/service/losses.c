/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/losses.h"

static const struct {
	const char *name, *text;
	bool is_wanted;
} losses[LOSSES] = {
#define LOSSES_X(constant, name, is_wanted, text) [LOSS_##constant] = { #name, text, is_wanted },
	LOSSES_TABLE(LOSSES_X)
#undef LOSSES_X
};

const char *loss_text(enum loss loss)
{
	return loss < LOSSES ? losses[loss].text : "";
}

const char *loss_name(enum loss loss)
{
	return loss < LOSSES ? losses[loss].name : "";
}

bool loss_is_wanted(enum loss loss)
{
	return loss < LOSSES && losses[loss].is_wanted;
}

const char *kept_other_text(void)
{
	return "events with a name kept as [OTHER]: more different names than are kept (names_max)";
}

const char *kept_other_name(void)
{
	return "names_other";
}

void kept_add(struct kept_counts *sum, const struct kept_counts *more)
{
	int i;

	sum->stored += more->stored;
	sum->names_other += more->names_other;
	for (i = 0; i < LOSSES; i++)
		sum->lost[i] += more->lost[i];
}

uint64_t kept_lost(const struct kept_counts *counts)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < LOSSES; i++)
		sum += losses[i].is_wanted ? 0 : counts->lost[i];
	return sum;
}
