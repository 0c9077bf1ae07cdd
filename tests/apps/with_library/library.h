/* SPDX-License-Identifier: GPL-2.0-only */
/* library.h - a shared library that carries markers of its own. */
#ifndef TESTS_APPS_WITH_LIBRARY_LIBRARY_H
#define TESTS_APPS_WITH_LIBRARY_LIBRARY_H

void library_work(void);
void library_call(const char *name); /* a span of that name: the caller's constant */

#endif
