/* SPDX-License-Identifier: GPL-2.0-only */
/* names.c odd|numbers|many - names and numbers an app should not pass, and very many names.
 *	odd	command with each name NULL; heap, stack, argv, into nowhere, unaligned ends of the
 *		address space: recorded as absent or [UNDECLARED], never read, and never a crash; the
 *		end of a constant is one too, because linkers share tails; code is [REDACTED];
 *		"secret-in-memory" must appear nowhere
 *	numbers	outcomes, kinds, deltas and values out of range, NaN and infinities
 *	many	counter name.0000 to name.9999, each once */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "telprobe.h"

#define TEN(X, p)    X(p##0) X(p##1) X(p##2) X(p##3) X(p##4) X(p##5) X(p##6) X(p##7) X(p##8) X(p##9)
#define NAME(digits) "name." #digits,
#define NAMES_1(p)   TEN(NAME, p)
#define NAMES_2(p)   TEN_2(NAMES_1, p)
#define NAMES_3(p)   TEN_3(NAMES_2, p)
/* the preprocessor does not expand a macro inside itself, hence one for each digit */
#define TEN_2(X, p) X(p##0) X(p##1) X(p##2) X(p##3) X(p##4) X(p##5) X(p##6) X(p##7) X(p##8) X(p##9)
#define TEN_3(X, p) X(p##0) X(p##1) X(p##2) X(p##3) X(p##4) X(p##5) X(p##6) X(p##7) X(p##8) X(p##9)

static const char *const names[] = { NAMES_3(0) NAMES_3(1) NAMES_3(2) NAMES_3(3) NAMES_3(4) NAMES_3(
	5) NAMES_3(6) NAMES_3(7) NAMES_3(8) NAMES_3(9) };

static void one(const char *name)
{
	TELPROBE_COMMAND_BEGIN(name, name, name, 0);
	TELPROBE_TAG("label", name, 0);
	TELPROBE_COMMAND_END(name, TELPROBE_FAILED, name, 0);
}

static void odd(const char *argument)
{
	char stack[] = "secret-in-memory";
	char *heap = strdup(stack);

	one(NULL);
	one(heap);
	one(stack);
	one(argument);
	one((const char *)(uintptr_t)1);
	one((const char *)(uintptr_t)0x7fffffffffffu);
	one((const char *)UINTPTR_MAX);
	one((const char *)((uintptr_t) "into-the-middle" + 5));
	one((const char *)(uintptr_t)odd); /* code */
	free(heap);
}

static void numbers(void)
{
	static const int64_t whole[] = { INT64_MIN, -1, 3, 255, 256, INT32_MAX, INT64_MAX };
	const double values[] = {
		NAN, -NAN, INFINITY, -INFINITY, 0.0, -0.0, -1.5, 5e-324, 1.7e308
	};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		TELPROBE_COMMAND_BEGIN("numbers", NULL, NULL, (uint64_t)whole[i]);
		TELPROBE_COMMAND_END("numbers", whole[i], NULL, (uint64_t)whole[i]);
		TELPROBE_SPAN_BEGIN(whole[i], "kind", 0);
		TELPROBE_SPAN_END(whole[i], "kind", whole[i], NULL, 0);
		TELPROBE_SPAN_DONE(TELPROBE_CALL, "start", (uint64_t)whole[i], TELPROBE_OK, NULL);
		TELPROBE_COUNT("delta", whole[i], 0);
		TELPROBE_ERROR("category", "code", whole[i], whole[i], 0);
		TELPROBE_RECOVERED("category", "code", whole[i], 0);
		TELPROBE_FEATURE("feature", whole[i], NULL);
		TELPROBE_LIFECYCLE("action", NULL, NULL, NULL, NULL, whole[i]);
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		TELPROBE_MEASURE("value", values[i], "unit", 0);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "odd";

	if (!strcmp(what, "odd"))
		odd(argc > 2 ? argv[2] : argv[0]);
	else if (!strcmp(what, "numbers"))
		numbers();
	else
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			TELPROBE_COUNT(names[i], 1, 0);
	return 0;
}
