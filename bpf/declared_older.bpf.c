/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* declared_older.bpf.c - declared.bpf.c for kernels before 6.12, which lack bpf_preempt_disable(): what
 * names it is looked for in all modules, which takes CAP_SYS_ADMIN. Who loads it for a service has
 * none (capture/declared_loader.c). */
#define WITHOUT_KERNEL_FUNCTIONS
#include "declared.bpf.c"
