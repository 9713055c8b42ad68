#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/filter.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static inline long result(long value) { return value < 0 ? -errno : value; }

// ---- processes and namespaces

int cl_spawn(const char *path, char *const argv[], char *const envp[], const int descriptors[], int count)
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

// ---- credentials

int cl_setresuid(uid_t real, uid_t effective, uid_t saved) { return (int)result(syscall(SYS_setresuid, real, effective, saved)); }
int cl_setresgid(gid_t real, gid_t effective, gid_t saved) { return (int)result(syscall(SYS_setresgid, real, effective, saved)); }
int cl_setgroups(size_t count, const gid_t *groups) { return (int)result(syscall(SYS_setgroups, count, groups)); }

int cl_capset(const struct cl_capabilities *c)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
    struct __user_cap_data_struct data[2] = {
        { .effective = (uint32_t)c->effective, .permitted = (uint32_t)c->permitted, .inheritable = (uint32_t)c->inheritable },
        { .effective = (uint32_t)(c->effective >> 32), .permitted = (uint32_t)(c->permitted >> 32), .inheritable = (uint32_t)(c->inheritable >> 32) },
    };
    return (int)result(syscall(SYS_capset, &header, data));
}

int cl_capget(struct cl_capabilities *c)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) < 0)
        return -errno;
    c->effective = data[0].effective | (uint64_t)data[1].effective << 32;
    c->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    c->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

// ---- paths and descriptors

int cl_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
    struct open_how how = { .flags = flags, .mode = mode, .resolve = resolve };
    return (int)result(syscall(SYS_openat2, dirfd, path, &how, sizeof how));
}

int cl_close_range(unsigned first, unsigned last, unsigned flags) { return (int)result(syscall(SYS_close_range, first, last, flags)); }

int cl_mknodat(int dirfd, const char *name, mode_t mode, unsigned major, unsigned minor)
{
    return (int)result(mknodat(dirfd, name, mode, makedev(major, minor)));
}

int cl_fchownat_empty(int fd, uid_t uid, gid_t gid) { return (int)result(fchownat(fd, "", uid, gid, AT_EMPTY_PATH)); }
int cl_fstatat_empty(int fd, struct stat *out) { return (int)result(fstatat(fd, "", out, AT_EMPTY_PATH)); }

int64_t cl_fstatfs(int fd, bool *read_only, bool *no_setuid)
{
    struct statfs status;
    if (fstatfs(fd, &status) < 0)
        return -errno;
    *read_only = status.f_flags & ST_RDONLY;
    *no_setuid = status.f_flags & ST_NOSUID;
    return (int64_t)(unsigned long)status.f_type;
}

int cl_mount_id(int fd, uint64_t *id)
{
    struct statx status;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) < 0)
        return -errno;
    if (!(status.stx_mask & STATX_MNT_ID))
        return -ENOSYS;
    *id = status.stx_mnt_id;
    return 0;
}

unsigned cl_major(uint64_t device) { return major(device); }
unsigned cl_minor(uint64_t device) { return minor(device); }
int cl_memfd_create(const char *name, unsigned flags) { return (int)result(syscall(SYS_memfd_create, name, flags)); }
int cl_fcntl(int fd, int command, long argument) { return (int)result(fcntl(fd, command, argument)); }
int cl_ioctl_pointer(int fd, unsigned long request, void *argument) { return (int)result(ioctl(fd, request, argument)); }
int cl_flock(int fd, int operation) { return (int)result(flock(fd, operation)); }
int cl_pipe2(int fds[2], int flags) { return (int)result(pipe2(fds, flags)); }
ssize_t cl_getdents64(int fd, void *buffer, size_t size) { return result(syscall(SYS_getdents64, fd, buffer, size)); }

ssize_t cl_getxattr(const char *path, const char *name, void *value, size_t size)
{
    return result(syscall(SYS_getxattr, path, name, value, size));
}

ssize_t cl_flistxattr(int fd, char *names, size_t size) { return result(syscall(SYS_flistxattr, fd, names, size)); }
ssize_t cl_fgetxattr(int fd, const char *name, void *value, size_t size) { return result(syscall(SYS_fgetxattr, fd, name, value, size)); }

int cl_fsetxattr(int fd, const char *name, const void *value, size_t size)
{
    return (int)result(syscall(SYS_fsetxattr, fd, name, value, size, 0));
}

int cl_getcwd(char *buffer, size_t size) { return (int)result(syscall(SYS_getcwd, buffer, size)); }

// ---- mounts

int cl_mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)
{
    return (int)result(syscall(SYS_mount, source, target, type, flags, data));
}

int cl_umount2(const char *target, int flags) { return (int)result(syscall(SYS_umount2, target, flags)); }
int cl_pivot_root(const char *new_root, const char *put_old) { return (int)result(syscall(SYS_pivot_root, new_root, put_old)); }
int cl_open_tree(int dirfd, const char *path, unsigned flags) { return (int)result(syscall(SYS_open_tree, dirfd, path, flags)); }

int cl_move_mount(int from_fd, const char *from_path, int to_fd, const char *to_path, unsigned flags)
{
    return (int)result(syscall(SYS_move_mount, from_fd, from_path, to_fd, to_path, flags));
}

int cl_fsopen(const char *type, unsigned flags) { return (int)result(syscall(SYS_fsopen, type, flags)); }

int cl_fspick(int dirfd, const char *path, unsigned flags) { return (int)result(syscall(SYS_fspick, dirfd, path, flags)); }

int cl_fsconfig(int fd, unsigned command, const char *key, const void *value, int aux)
{
    return (int)result(syscall(SYS_fsconfig, fd, command, key, value, aux));
}

int cl_fsmount(int fd, unsigned flags, unsigned attributes) { return (int)result(syscall(SYS_fsmount, fd, flags, attributes)); }

int cl_mount_setattr(int fd, const char *path, unsigned flags, uint64_t set, uint64_t clear, uint64_t propagation, int userns_fd)
{
    struct mount_attr attributes = {
        .attr_set = set, .attr_clr = clear, .propagation = propagation, .userns_fd = userns_fd < 0 ? 0 : (uint64_t)userns_fd,
    };
    return (int)result(syscall(SYS_mount_setattr, fd, path, flags, &attributes, sizeof attributes));
}

// ---- sockets

#define FD_ROOM 4

int cl_socketpair_seqpacket(int fds[2]) { return (int)result(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds)); }

ssize_t cl_send(int socket, const void *bytes, size_t count, const int *fds, size_t fd_count)
{
    union { char bytes[CMSG_SPACE(sizeof(int) * FD_ROOM)]; struct cmsghdr align; } control;
    struct iovec part = { .iov_base = (void *)bytes, .iov_len = count };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    if (fd_count > FD_ROOM)
        return -EINVAL;
    if (fd_count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * fd_count);
    }
    return result(sendmsg(socket, &message, MSG_NOSIGNAL));
}

ssize_t cl_receive(int socket, void *bytes, size_t room, int *fds, size_t *fd_count)
{
    union { char bytes[CMSG_SPACE(sizeof(int) * FD_ROOM)]; struct cmsghdr align; } control;
    struct iovec part = { .iov_base = bytes, .iov_len = room };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
    size_t wanted = *fd_count, came = 0;
    *fd_count = 0;
    ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (count < 0)
        return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
            if (came < wanted)
                fds[came++] = fd;
            else
                close(fd);
        }
    }
    *fd_count = came;
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        while (came > 0)
            close(fds[--came]);
        *fd_count = 0;
        return -EMSGSIZE;
    }
    return count;
}

int cl_unix_socket(int type) { return (int)result(socket(AF_UNIX, type | SOCK_CLOEXEC, 0)); }

static int address(struct sockaddr_un *to, const char *path, size_t length, socklen_t *size)
{
    if (length >= sizeof to->sun_path)
        return -ENAMETOOLONG;
    memset(to, 0, sizeof *to);
    to->sun_family = AF_UNIX;
    memcpy(to->sun_path, path, length);
    // An abstract name (its first byte is zero) has no terminator.
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (length > 0 && path[0] == 0 ? 0 : 1));
    return 0;
}

int cl_connect_unix(int socket, const char *path, size_t length)
{
    struct sockaddr_un to;
    socklen_t size;
    int error = address(&to, path, length, &size);
    return error ? error : (int)result(connect(socket, (struct sockaddr *)&to, size));
}

int cl_bind_unix(int socket, const char *path, size_t length)
{
    struct sockaddr_un to;
    socklen_t size;
    int error = address(&to, path, length, &size);
    return error ? error : (int)result(bind(socket, (struct sockaddr *)&to, size));
}

// ---- signals

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
    if (written == -EPIPE && !(pending & pipe_mask))
        syscall(SYS_rt_sigtimedwait, &pipe_mask, NULL, &now, sizeof pipe_mask);
    error = result(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, sizeof old));
    return error < 0 ? error : written;
}

int cl_eventfd(void) { return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int cl_poll(void *pollfds, size_t count, int timeout_milliseconds) { return (int)result(poll(pollfds, count, timeout_milliseconds)); }

// ---- terminals

int cl_terminal_peer(int controller, int flags) { return (int)result(ioctl(controller, TIOCGPTPEER, flags)); }

int cl_terminal_unlock(int controller)
{
    int unlocked = 0;
    return (int)result(ioctl(controller, TIOCSPTLCK, &unlocked));
}

int cl_terminal_get_size(int fd, struct cl_window_size *size) { return (int)result(ioctl(fd, TIOCGWINSZ, size)); }
int cl_terminal_set_size(int fd, const struct cl_window_size *size) { return (int)result(ioctl(fd, TIOCSWINSZ, size)); }
int cl_terminal_set_controlling(int fd) { return (int)result(ioctl(fd, TIOCSCTTY, 0)); }

// ---- constants

const int cl_O_PATH = O_PATH, cl_O_NOFOLLOW = O_NOFOLLOW, cl_O_DIRECTORY = O_DIRECTORY, cl_O_CLOEXEC = O_CLOEXEC,
          cl_O_NOCTTY = O_NOCTTY;
const int cl_F_DUPFD_CLOEXEC = F_DUPFD_CLOEXEC;
const int cl_AT_FDCWD = AT_FDCWD, cl_AT_EMPTY_PATH = AT_EMPTY_PATH, cl_AT_RECURSIVE = AT_RECURSIVE,
          cl_AT_REMOVEDIR = AT_REMOVEDIR;
const int cl_WEXITED = WEXITED, cl_WNOHANG = WNOHANG, cl_WALL = __WALL;
const int cl_CLD_EXITED = CLD_EXITED;
