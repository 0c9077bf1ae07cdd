/* SPDX-License-Identifier: GPL-2.0-only */
/* other.h - the second source file of two_units. */
#ifndef TESTS_APPS_TWO_UNITS_OTHER_H
#define TESTS_APPS_TWO_UNITS_OTHER_H

void other_pair(void);
void other_end(void);

#endif
