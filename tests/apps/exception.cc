/* SPDX-License-Identifier: GPL-2.0-only */
/* exception.cc - exceptions through markers and scopes. Expected:
 *	command caught failed exception; inside it tool thrower failed exception
 *	command cleaning failed exception; inside it step cleanup ok, run while unwinding
 *	command told cancelled			what was said holds against the exception
 *	command bare ok; inside it step skipped abandoned: plain markers are skipped */
#include <stdexcept>

#include "telprobe.h"

namespace
{
void throws()
{
	telprobe::span tool(TELPROBE_TOOL, "thrower");
	throw std::runtime_error("expected");
}

struct cleaner {
	~cleaner()
	{
		telprobe::span step(TELPROBE_STEP, "cleanup");
	}
};

void cleans()
{
	TELPROBE_COMMAND_SCOPE(command, "cleaning", nullptr, nullptr);
	cleaner last;
	throw std::runtime_error("expected");
}

void told()
{
	telprobe::command command("told");
	TELPROBE_SCOPE_CANCELLED(command);
	throw std::runtime_error("expected");
}

void caught()
{
	telprobe::command command("caught", "sub");
	throws();
}

void bare()
{
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "skipped", 0);
	throw std::runtime_error("expected");
	TELPROBE_SPAN_END(TELPROBE_STEP, "skipped", TELPROBE_OK, nullptr, 0);
}

int survives(void (*function)())
{
	try {
		function();
	} catch (const std::runtime_error &) {
		return 0;
	}
	return 1;
}
} // namespace

int main()
{
	int failed = survives(caught) + survives(cleans) + survives(told);

	TELPROBE_COMMAND_BEGIN("bare", nullptr, nullptr, 0);
	failed += survives(bare);
	TELPROBE_COMMAND_END("bare", TELPROBE_OK, nullptr, 0);
	return failed;
}
