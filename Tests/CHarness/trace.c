#define _GNU_SOURCE
#include "trace.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <elf.h>
#include <linux/ptrace.h>
#include <unistd.h>

// Calls that never fail, or that would do half of their work if we left them out: close(2) always closes. Where memory is
// not to be had Swift aborts, which is another matter.
static const int unfailing[] = {
    SYS_close, SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_getpid, SYS_gettid, SYS_getuid,
    SYS_geteuid, SYS_getgid, SYS_getegid, SYS_umask, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_brk, SYS_futex,
    SYS_set_tid_address, SYS_set_robust_list, SYS_rseq, SYS_clock_gettime,
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
};

static int can_fail(int call)
{
    for (size_t index = 0; index < sizeof unfailing / sizeof *unfailing; index++)
        if (unfailing[index] == call)
            return 0;
    return 1;
}

static int counts(const struct ch_conditions *conditions, int call)
{
    if (conditions->messages_only)
        return call == SYS_clone3 || call == SYS_sendmsg || call == SYS_recvmsg;
    return conditions->fault != CH_FAIL || can_fail(call);
}

// The next return from the kernel finds no call to make, and then this result.
static void skip_call(pid_t pid)
{
#if defined(__x86_64__)
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, NULL, &registers) == 0) {
        registers.orig_rax = -1;
        ptrace(PTRACE_SETREGS, pid, NULL, &registers);
    }
#elif defined(__aarch64__)
    int none = -1;
    struct iovec part = {.iov_base = &none, .iov_len = sizeof none};
    ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &part);
#endif
}

static void set_result(pid_t pid, long result)
{
#if defined(__x86_64__)
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, NULL, &registers) == 0) {
        registers.rax = result;
        ptrace(PTRACE_SETREGS, pid, NULL, &registers);
    }
#elif defined(__aarch64__)
    struct user_regs_struct registers;
    struct iovec part = {.iov_base = &registers, .iov_len = sizeof registers};
    if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) == 0) {
        registers.regs[0] = result;
        ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part);
    }
#endif
}

// Whether a process executes the program: itself, a mount of it, or a copy in memory.
static int executes(pid_t pid, const char *program)
{
    char link[64], target[PATH_MAX];
    struct stat wanted, found;
    snprintf(link, sizeof link, "/proc/%d/exe", pid);
    if (stat(program, &wanted) == 0 && stat(link, &found) == 0 && wanted.st_dev == found.st_dev && wanted.st_ino == found.st_ino)
        return 1;
    ssize_t length = readlink(link, target, sizeof target - 1);
    return length > 0 && strncmp(target, "/memfd:runc", 11) == 0;
}

static volatile sig_atomic_t time_is_over;
static void on_alarm(int number) { (void)number; time_is_over = 1; }

// What a killed runtime leaves ends by itself, and is a zombie in the container's PID namespace until its parent has noticed:
// us, while not every machine's first process is quick. What lives on is not waited for.
static void reap_orphans(void)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    for (int turn = 0; turn < 50; turn++) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);
        if (pid < 0 && errno == ECHILD)
            return;
        if (pid > 0 && WIFSTOPPED(status)) {
            int is_signal = status >> 16 == 0 && WSTOPSIG(status) != (SIGTRAP | 0x80);
            ptrace(PTRACE_DETACH, pid, NULL, is_signal ? (long)WSTOPSIG(status) : 0L);
        }
        if (pid <= 0)
            nanosleep(&pause, NULL);
    }
}

_Noreturn void ch_trace(pid_t tracee, int gate, const struct ch_conditions *conditions)
{
    struct ch_fault_report report = {.call = -1};
    pid_t faulty = 0;
    int status = 0, started = 0;
    const int killing = conditions->fault != CH_FAIL;
    struct sigaction alarmed = {.sa_handler = on_alarm};
    sigset_t alarm_only;
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    sigaction(SIGALRM, &alarmed, NULL);
    sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
    if (killing)
        prctl(PR_SET_CHILD_SUBREAPER, 1);
    // Seized, not attached: a clone then begins without a SIGSTOP, which would stop it for good where we end before it is taken.
    if (ptrace(PTRACE_SEIZE, tracee, NULL,
               PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE) < 0) {
        kill(tracee, SIGKILL);
        _exit(125);
    }
    close(gate);
    alarm(conditions->limit_seconds);

    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (time_is_over) {
            kill(tracee, SIGKILL);
            status = 124 << 8;
            break;
        }
        if (pid < 0 && errno != EINTR)
            break;
        if (pid < 0)
            continue;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (pid == tracee)
                break;
            continue;
        }
        long deliver = 0;
        int signal_number = WSTOPSIG(status), event = status >> 16;
        if (event == PTRACE_EVENT_EXEC) {
            int ours = executes(pid, conditions->program);
            if (started && !ours) {
                ptrace(PTRACE_DETACH, pid, NULL, NULL);
                continue;
            }
            started |= ours;
        } else if (signal_number == (SIGTRAP | 0x80)) {
            struct ptrace_syscall_info info;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0)
                info.op = PTRACE_SYSCALL_INFO_NONE;
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY && counts(conditions, (int)info.entry.nr) && ++report.total == conditions->fault_number) {
                report.call = (int)info.entry.nr;
                faulty = pid;
                if (!killing)
                    skip_call(pid);
            } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && pid == faulty) {
                faulty = 0;
                if (killing)
                    kill(conditions->fault == CH_KILL_CALLER ? pid : tracee, SIGKILL);
                else
                    set_result(pid, -conditions->error);
            }
        } else if (event == 0) {
            deliver = signal_number;
        }
        ptrace(started ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL, deliver);
    }
    if (killing)
        reap_orphans();
    // What we trace besides goes on by itself when we end.
    if (write(conditions->report, &report, sizeof report) != sizeof report)
        _exit(125);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
