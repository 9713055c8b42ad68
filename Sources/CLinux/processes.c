#define _GNU_SOURCE
#include "clinux.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "result.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int cl_spawn(const char *path, char *const argv[], char *const envp[], const int descriptors[], int count, int directory)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    pid_t pid = 0;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return -error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return -error;
    }
    sigemptyset(&none);
    sigfillset(&all);
    // First: it may have a number that is another's next.
    if (directory >= 0) error = posix_spawn_file_actions_addfchdir_np(&actions, directory);
    for (int i = 0; !error && i < count; i++)
        error = posix_spawn_file_actions_adddup2(&actions, descriptors[i], i);
    // Descriptors that are preserved for a container are not CLOEXEC.
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, count);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!error) error = posix_spawnattr_setpgroup(&attributes, 0);
    if (!error) error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if (!error) error = posix_spawn(&pid, path, &actions, &attributes, argv, envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error ? -error : pid;
}

int cl_clone3(uint64_t flags, int exit_signal, int *pidfd, int cgroup_fd)
{
    struct clone_args args = {
        .flags = flags | (pidfd ? CLONE_PIDFD : 0) | (cgroup_fd >= 0 ? CLONE_INTO_CGROUP : 0),
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = (uint64_t)exit_signal,
        .cgroup = cgroup_fd >= 0 ? (uint64_t)cgroup_fd : 0,
    };
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid < 0 && (errno == ENOSYS || errno == EPERM) && cgroup_fd < 0 && !(flags & CL_CLONE_NEWTIME))
        pid = syscall(SYS_clone, flags | (pidfd ? CLONE_PIDFD : 0) | (unsigned long)exit_signal, NULL, pidfd, NULL, 0);
    return (int)result(pid);
}

int cl_unshare(int flags) { return (int)result(syscall(SYS_unshare, flags)); }
int cl_setns(int fd, int nstype) { return (int)result(syscall(SYS_setns, fd, nstype)); }
int cl_pidfd_open(pid_t pid, unsigned flags) { return (int)result(syscall(SYS_pidfd_open, pid, flags)); }
int cl_pidfd_send_signal(int pidfd, int signal) { return (int)result(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0)); }

static int wait_for(idtype_t type, id_t id, int options, pid_t *pid, int *code, int *status)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(type, id, &info, options) < 0)
        return -errno;
    *pid = info.si_pid;
    *code = info.si_code;
    *status = info.si_status;
    return 0;
}

int cl_waitid_pidfd(int pidfd, int options, pid_t *pid, int *code, int *status)
{
    return wait_for((idtype_t)P_PIDFD, (id_t)pidfd, options, pid, code, status);
}

int cl_waitid_pid(pid_t wanted, int options, pid_t *pid, int *code, int *status)
{
    return wait_for(wanted == 0 ? P_ALL : P_PID, (id_t)wanted, options, pid, code, status);
}

int cl_execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
    return (int)result(syscall(SYS_execveat, fd, path, argv, envp, flags));
}

int cl_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    return (int)result(syscall(SYS_prctl, option, a, b, c, d));
}

int cl_prlimit(pid_t pid, int resource, const uint64_t new_soft_hard[2], uint64_t old_soft_hard[2])
{
    return (int)result(syscall(SYS_prlimit64, pid, resource, new_soft_hard, old_soft_hard));
}

int cl_sethostname(const char *name, size_t length) { return (int)result(syscall(SYS_sethostname, name, length)); }
int cl_setdomainname(const char *name, size_t length) { return (int)result(syscall(SYS_setdomainname, name, length)); }
int cl_personality(unsigned long persona) { return (int)result(personality(persona)); }
int cl_keyctl_join_session(const char *name) { return (int)result(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name, 0, 0, 0)); }
int cl_keyctl_describe(int key, char *buffer, size_t size) { return (int)result(syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, buffer, size, 0)); }
int cl_keyctl_setperm(int key, uint32_t permissions) { return (int)result(syscall(SYS_keyctl, KEYCTL_SETPERM, key, permissions, 0, 0)); }

int cl_sched_setattr(pid_t pid, const struct cl_scheduling *s)
{
    // SCHED_ATTR_SIZE_VER1 of linux/sched/types.h, which Debian's linux/sched.h does not go well with.
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
        uint32_t utilization_minimum, utilization_maximum;
    } attributes = {
        .size = sizeof attributes, .policy = s->policy, .flags = s->flags, .nice = s->nice, .priority = s->priority,
        .runtime = s->runtime, .deadline = s->deadline, .period = s->period,
    };
    return (int)result(syscall(SYS_sched_setattr, pid, &attributes, 0));
}

int cl_sched_setaffinity(pid_t pid, const uint64_t *mask, size_t words)
{
    return (int)result(syscall(SYS_sched_setaffinity, pid, words * sizeof *mask, mask));
}

int cl_ioprio_set_process(pid_t pid, int priority)
{
    const int ioprio_who_process = 1;
    return (int)result(syscall(SYS_ioprio_set, ioprio_who_process, pid, priority));
}

int cl_set_mempolicy(int mode, const uint64_t *mask, size_t words)
{
    // The kernel takes one bit less than it is told.
    return (int)result(syscall(SYS_set_mempolicy, mode, words ? mask : NULL, words ? words * 64 + 1 : 0));
}

int cl_seccomp_set_filter(unsigned flags, const void *instructions, unsigned short count)
{
    struct sock_fprog program = { .len = count, .filter = (struct sock_filter *)instructions };
    return (int)result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}
