/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* preemption.bpf.h - for what another task of this processor must not come between. Since 6.12; before,
 * a preemptible kernel may come between, which is short then.
 * A tracepoint's program that is preempted is skipped for whoever runs on its processor meanwhile, and
 * since 7.0 tracepoints no longer prevent that (12 of 512 forks on 7.3, under emulation). Exec and exit
 * call global functions, which 6.12 does not allow meanwhile: those may be missed, and are counted. */
#ifndef TELPROBE_BPF_PREEMPTION_H
#define TELPROBE_BPF_PREEMPTION_H

#ifndef WITHOUT_KERNEL_FUNCTIONS
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;
#endif

static __always_inline void preemption_off(void)
{
#ifndef WITHOUT_KERNEL_FUNCTIONS
	if (bpf_preempt_disable)
		bpf_preempt_disable();
#endif
}

static __always_inline void preemption_on(void)
{
#ifndef WITHOUT_KERNEL_FUNCTIONS
	if (bpf_preempt_enable)
		bpf_preempt_enable();
#endif
}

#endif
