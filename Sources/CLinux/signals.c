#define _GNU_SOURCE
#include "clinux.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "result.h"

int cl_signalfd(uint64_t mask) { return (int)result(syscall(SYS_signalfd4, -1, &mask, sizeof mask, O_CLOEXEC | O_NONBLOCK)); }

int cl_signalfd_next(int fd)
{
    struct signalfd_siginfo record;
    ssize_t count = read(fd, &record, sizeof record);
    return count < 0 ? -errno : count == sizeof record ? (int)record.ssi_signo : -EIO;
}

int cl_sigprocmask_set(uint64_t mask, uint64_t *old)
{
    return (int)result(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, old, sizeof mask));
}

int cl_signal_reset_all(void)
{
    // Raw, because glibc refuses its own two real-time signals; SIGKILL and SIGSTOP cannot be set.
    struct { void *handler; unsigned long flags; void *restorer; uint64_t mask; } action = { 0 };
    for (int signal = 1; signal <= 64; signal++) {
        if (signal == SIGKILL || signal == SIGSTOP)
            continue;
        if (syscall(SYS_rt_sigaction, signal, &action, NULL, sizeof action.mask) < 0)
            return -errno;
    }
    return 0;
}

static void end_by(int signal) { _exit(128 + signal); }

int cl_signal_end_at(int signal)
{
    struct sigaction action = { .sa_handler = end_by };
    return (int)result(sigaction(signal, &action, NULL));
}

ssize_t cl_write_no_signal(int fd, const void *bytes, size_t count)
{
    const uint64_t pipe_mask = 1ULL << (SIGPIPE - 1);
    uint64_t old, pending = 0;
    struct timespec now = { 0 };
    long error = result(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &pipe_mask, &old, sizeof old));
    if (error < 0)
        return error;
    // One that was pending before is somebody else's.
    syscall(SYS_rt_sigpending, &pending, sizeof pending);
    ssize_t written = result(write(fd, bytes, count));
    // Asked again where it fails: a SIGPIPE that is left would end us below.
    for (int turn = 0; turn < 3 && written == -EPIPE && !(pending & pipe_mask); turn++)
        if (syscall(SYS_rt_sigtimedwait, &pipe_mask, NULL, &now, sizeof pipe_mask) >= 0 || errno == EAGAIN)
            break;
    error = result(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, sizeof old));
    return error < 0 ? error : written;
}

int cl_eventfd(void) { return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int cl_poll(void *pollfds, size_t count, int timeout_milliseconds) { return (int)result(poll(pollfds, count, timeout_milliseconds)); }
