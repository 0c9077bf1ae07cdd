/* SPDX-License-Identifier: GPL-2.0-only */
/* redzone_cc.cc - redzone.c as C++. */
#include "redzone.c"
