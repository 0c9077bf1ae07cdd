/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/consent_text.h"

#include "report/explanation.h"

int consent_text_print(FILE *out, const char *target)
{
	int ret;

	if (target)
		fprintf(out, "May telprobe record how you use '%s' on this machine?\n\n", target);
	else
		fputs("May telprobe record how you use the programs that the administrator of this "
		      "machine\nlists ('telprobe targets')?\n\n",
		      out);
	fputs("The kernel tells which of their commands and features run, when, for how long and "
	      "how they\nend, as your level allows:\n\n",
	      out);
	ret = explanation_print_levels(out);
	putc('\n', out);
	fputs("Of that you can leave out (telprobe enable --without CATEGORY,...):\n\n", out);
	explanation_print_categories(out);
	putc('\n', out);
	explanation_print_never(out);
	fputs("It stays on this machine, in a database of your own: of the other users only root "
	      "can read\nit. Nothing is sent anywhere. What is older than 90 days, or than what "
	      "you "
	      "or the\nadministrator set ('telprobe retention'), is deleted. 'telprobe show' shows "
	      "it, 'telprobe\nexport' gives it to you, 'telprobe delete' erases it, and 'telprobe "
	      "disable' ends it at once,\nin every running program. Recommended: enhanced.\n\n",
	      out);
	return ret;
}
