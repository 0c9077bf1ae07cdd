/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/child_signals.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* Raised by what this process itself does: blocked, they would hide our own faults, and passed on
 * they would tell the child about them. */
static const int own_signals[] = { SIGILL,  SIGTRAP, SIGABRT, SIGBUS,  SIGFPE,
				   SIGSEGV, SIGSYS,  SIGPIPE, SIGXCPU, SIGXFSZ };

/* The mask telprobe was started with, which is the one CMD gets. Kept from before main(): what runs
 * before CMD is started may block signals of its own (a file lease is told by one). */
static sigset_t start_mask;

__attribute__((constructor)) static void keep_start_mask(void)
{
	sigprocmask(SIG_BLOCK, NULL, &start_mask);
}

/* All but our own, and but those that others in this process have blocked to wait for them. */
static void fill_taken(sigset_t *set)
{
	sigset_t blocked;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	sigfillset(set);
	for (int signal = 1; signal <= SIGRTMAX; signal++)
		if (sigismember(&blocked, signal) == 1 && !sigismember(&start_mask, signal))
			sigdelset(set, signal);
	for (size_t i = 0; i < sizeof(own_signals) / sizeof(own_signals[0]); i++)
		sigdelset(set, own_signals[i]);
}

int child_signals_take(struct child_signals *signals, struct error *error)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	sigset_t taken;
	int fd;

	fill_taken(&taken);
	fd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		int ret = -errno;

		return error_set(error, ret, "cannot watch signals: %s", error_text(ret));
	}
	sigprocmask(SIG_BLOCK, &taken, &signals->mask);
	sigaction(SIGCHLD, &by_default, &signals->child_action);
	sigaction(SIGPIPE, &ignored, &signals->pipe_action);
	signals->fd = fd;
	return 0;
}

static void restore(const struct child_signals *signals, const sigset_t *mask)
{
	sigaction(SIGCHLD, &signals->child_action, NULL);
	sigaction(SIGPIPE, &signals->pipe_action, NULL);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

void child_signals_restore_start(const struct child_signals *signals)
{
	restore(signals, &start_mask);
}

void child_signals_release(struct child_signals *signals)
{
	struct signalfd_siginfo info;

	if (signals->fd < 0)
		return;
	/* The Ctrl-C that ended the child may still wait here: it was not meant for us. */
	while (read(signals->fd, &info, sizeof(info)) == sizeof(info))
		;
	restore(signals, &signals->mask);
	close(signals->fd);
	signals->fd = -1;
}

static void pass(const struct signalfd_siginfo *info, pid_t pid)
{
	union sigval value = { .sival_ptr = (void *)(uintptr_t)info->ssi_ptr };

	if (info->ssi_signo == SIGCHLD || info->ssi_code == SI_KERNEL ||
	    (info->ssi_code == SI_USER && info->ssi_pid == (uint32_t)pid))
		return;
	if (info->ssi_code == SI_QUEUE)
		sigqueue(pid, (int)info->ssi_signo, value);
	else
		kill(pid, (int)info->ssi_signo);
}

void child_signals_pass(const struct child_signals *signals, pid_t pid)
{
	struct signalfd_siginfo info;

	while (read(signals->fd, &info, sizeof(info)) == sizeof(info))
		pass(&info, pid);
}

void child_signals_stop(int signal)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	const struct timespec now = { 0 };
	struct sigaction action;
	sigset_t set, mask;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigaction(signal, &by_default, &action); /* fails for SIGSTOP, which needs none of this */
	sigprocmask(SIG_UNBLOCK, &set, &mask);
	kill(getpid(), signal);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (signal != SIGSTOP)
		sigaction(signal, &action, NULL);

	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	sigtimedwait(&set, NULL, &now);
}
