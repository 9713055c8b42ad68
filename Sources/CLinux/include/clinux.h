// The kernel's interfaces that Glibc's Swift module hides (they need _GNU_SOURCE), are variadic, or have no wrapper.
//
// Every function is a leaf named cl_*: it does one thing, mostly by one call, and returns the result or -errno. Nothing here
// allocates or formats, and what else is tried after a failure the function's own comment says.
#pragma once

#include <linux/prctl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/stat.h>

// ---- processes and namespaces

// posix_spawn(3) with the given descriptors as 0, 1, 2, … and nothing else inherited, no signal blocked, every action
// default; it leads a process group of its own. Each is its own number already, or is above all of theirs. It starts in
// `directory`, or in ours where that is negative. Returns the pid.
int cl_spawn(const char *path, char *const argv[], char *const envp[], const int descriptors[], int count, int directory);
// clone3(2) without CLONE_VM: returns twice, like fork. pidfd may be NULL; cgroup_fd < 0 means none.
// Falls back to the raw clone call on ENOSYS, and on EPERM (a filter's), where flags allow it (no cgroup_fd, no CLONE_NEWTIME).
int cl_clone3(uint64_t flags, int exit_signal, int *pidfd, int cgroup_fd);
int cl_unshare(int flags);
int cl_setns(int fd, int nstype);
int cl_pidfd_open(pid_t pid, unsigned flags);
int cl_pidfd_send_signal(int pidfd, int signal);
// waitid(P_PIDFD) or waitid(P_PID), where wanted == 0 is any child: code and status are si_code and si_status; *pid is 0 where nothing changed (WNOHANG).
int cl_waitid_pidfd(int pidfd, int options, pid_t *pid, int *code, int *status);
int cl_waitid_pid(pid_t wanted, int options, pid_t *pid, int *code, int *status);
int cl_execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags);
int cl_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int cl_prlimit(pid_t pid, int resource, const uint64_t new_soft_hard[2], uint64_t old_soft_hard[2]);
int cl_sethostname(const char *name, size_t length);
int cl_setdomainname(const char *name, size_t length);
int cl_personality(unsigned long persona);
int cl_keyctl_join_session(const char *name);
// Sets the user's permissions on a key: keyctl(KEYCTL_DESCRIBE) and keyctl(KEYCTL_SETPERM).
int cl_keyctl_describe(int key, char *buffer, size_t size);
int cl_keyctl_setperm(int key, uint32_t permissions);
struct cl_scheduling { uint32_t policy; int32_t nice; uint64_t flags; uint32_t priority; uint64_t runtime, deadline, period; };
int cl_sched_setattr(pid_t pid, const struct cl_scheduling *scheduling);
// The mask's bit n is CPU n.
int cl_sched_setaffinity(pid_t pid, const uint64_t *mask, size_t words);
int cl_ioprio_set_process(pid_t pid, int priority);
// The mask's bit n is node n.
int cl_set_mempolicy(int mode, const uint64_t *mask, size_t words);
int cl_seccomp_set_filter(unsigned flags, const void *instructions, unsigned short count);

// ---- credentials, by raw calls (this thread; the process has no other)

int cl_setresuid(uid_t real, uid_t effective, uid_t saved);
int cl_setresgid(gid_t real, gid_t effective, gid_t saved);
int cl_setgroups(size_t count, const gid_t *groups);
struct cl_capabilities { uint64_t effective, permitted, inheritable; };
int cl_capset(const struct cl_capabilities *capabilities);
int cl_capget(struct cl_capabilities *capabilities);

// ---- paths and descriptors

int cl_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
int cl_close_range(unsigned first, unsigned last, unsigned flags);
int cl_mknodat(int dirfd, const char *name, mode_t mode, unsigned major, unsigned minor);
int cl_fchownat_empty(int fd, uid_t uid, gid_t gid);
int cl_fstatat_empty(int fd, struct stat *out);
// The type of the file system; the mount's flags that the descriptor was opened through are told besides.
int64_t cl_fstatfs(int fd, bool *read_only, bool *no_setuid);
// The number by which mountinfo knows the mount that the descriptor was opened through (statx(2), STATX_MNT_ID).
int cl_mount_id(int fd, uint64_t *id);
unsigned cl_major(uint64_t device);
unsigned cl_minor(uint64_t device);
int cl_memfd_create(const char *name, unsigned flags);
int cl_fcntl(int fd, int command, long argument);
int cl_flock(int fd, int operation);
int cl_pipe2(int fds[2], int flags);
ssize_t cl_getdents64(int fd, void *buffer, size_t size);
ssize_t cl_getxattr(const char *path, const char *name, void *value, size_t size);
ssize_t cl_flistxattr(int fd, char *names, size_t size);
ssize_t cl_fgetxattr(int fd, const char *name, void *value, size_t size);
int cl_fsetxattr(int fd, const char *name, const void *value, size_t size);
int cl_getcwd(char *buffer, size_t size);

// ---- mounts

int cl_mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int cl_umount2(const char *target, int flags);
int cl_pivot_root(const char *new_root, const char *put_old);
int cl_open_tree(int dirfd, const char *path, unsigned flags);
int cl_move_mount(int from_fd, const char *from_path, int to_fd, const char *to_path, unsigned flags);
int cl_fsopen(const char *type, unsigned flags);
int cl_fspick(int dirfd, const char *path, unsigned flags);
int cl_fsconfig(int fd, unsigned command, const char *key, const void *value, int aux);
int cl_fsmount(int fd, unsigned flags, unsigned attributes);
int cl_mount_setattr(int fd, const char *path, unsigned flags, uint64_t set, uint64_t clear, uint64_t propagation, int userns_fd);

// ---- bpf(2), for the device controller of cgroup v2

// Returns the program's descriptor; its name has at most 15 bytes.
int cl_bpf_load_device_program(const void *instructions, size_t count, const char *name);
// replaced < 0: beside what is attached already.
int cl_bpf_attach_device_program(int cgroup, int program, int replaced);
// *count holds the room on entry and how many there are on return; -ENOSPC where the room was too small.
int cl_bpf_query_device_programs(int cgroup, uint32_t *ids, size_t *count);
int cl_bpf_program_by_id(uint32_t id);
int cl_bpf_program_name(int program, char name[16]);

// ---- sockets

int cl_socketpair_seqpacket(int fds[2]);
// One message; passes up to 4 descriptors. Returns the bytes sent.
ssize_t cl_send(int socket, const void *bytes, size_t count, const int *fds, size_t fd_count);
// Without waiting for room: -EAGAIN.
ssize_t cl_send_now(int socket, const void *bytes, size_t count);
// One message, CLOEXEC on what is received; *fd_count holds the room on entry (at most 4) and what came on return.
ssize_t cl_receive(int socket, void *bytes, size_t room, int *fds, size_t *fd_count);
int cl_unix_socket(int type);
// -ENAMETOOLONG where the path is too long for sun_path; it is absolute or relative.
int cl_connect_unix(int socket, const char *path, size_t length);
int cl_bind_unix(int socket, const char *path, size_t length);

// ---- signals

int cl_signalfd(uint64_t mask);
// The number of the next signal of a signalfd.
int cl_signalfd_next(int fd);
// Blocks exactly the signals of mask (bit n-1 is signal n); *old receives what was blocked.
int cl_sigprocmask_set(uint64_t mask, uint64_t *old);
int cl_signal_reset_all(void);
// A handler ends us, with exit status 128 + signal.
int cl_signal_end_at(int signal);
// write(2) for which a reader that went away is -EPIPE alone: the SIGPIPE that comes with it goes to this thread, and is
// taken here. The action of the signal, which all threads share, stays what it is.
ssize_t cl_write_no_signal(int fd, const void *bytes, size_t count);
int cl_eventfd(void);
int cl_poll(void *pollfds, size_t count, int timeout_milliseconds);

// ---- terminals

struct cl_window_size { unsigned short rows, columns, x_pixels, y_pixels; };
int cl_terminal_peer(int controller, int flags);
int cl_terminal_unlock(int controller);
int cl_terminal_get_size(int fd, struct cl_window_size *size);
int cl_terminal_set_size(int fd, const struct cl_window_size *size);
int cl_terminal_set_controlling(int fd);

// ---- constants that Swift cannot import (macros with casts, or behind _GNU_SOURCE)

enum {
    CL_CLONE_NEWNS = 0x00020000, CL_CLONE_NEWCGROUP = 0x02000000, CL_CLONE_NEWUTS = 0x04000000,
    CL_CLONE_NEWIPC = 0x08000000, CL_CLONE_NEWUSER = 0x10000000, CL_CLONE_NEWPID = 0x20000000,
    CL_CLONE_NEWNET = 0x40000000, CL_CLONE_NEWTIME = 0x00000080, CL_CLONE_PARENT = 0x00008000,
};

extern const int cl_O_PATH, cl_O_NOFOLLOW, cl_O_DIRECTORY, cl_O_CLOEXEC, cl_O_NOCTTY;
extern const int cl_F_DUPFD_CLOEXEC;
extern const int cl_AT_FDCWD, cl_AT_EMPTY_PATH, cl_AT_RECURSIVE, cl_AT_REMOVEDIR;
extern const int cl_WEXITED, cl_WNOHANG, cl_WALL;
extern const int cl_CLD_EXITED;
