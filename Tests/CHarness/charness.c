#define _GNU_SOURCE
#include "charness.h"
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pty.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// Each of the calls is answered with the error: a filter that survives execve, as an engine's does.
static int refuse_calls(const struct ch_conditions *conditions)
{
    struct sock_filter filter[2 * 64 + 2];
    unsigned short length = 0;
    if (conditions->refused_count > 64)
        return -1;
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int index = 0; index < conditions->refused_count; index++) {
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, conditions->refused[index], 0, 1);
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | conditions->refusal);
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = length, .filter = filter};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

// Only async-signal-safe calls: the test process has threads.
static _Noreturn void start(
    char *const argv[], char *const envp[], const int descriptors[], int count, const struct ch_conditions *conditions)
{
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    // First out of the way, so that none overwrites another.
    for (int index = 0; index < count; index++)
        if (dup2(descriptors[index], 200 + index) < 0)
            _exit(126);
    for (int index = 0; index < count; index++)
        if (dup2(200 + index, index) < 0)
            _exit(126);
    if (conditions->terminal && ioctl(0, TIOCSCTTY, 0) < 0)
        _exit(126);
    if (close_range(count, ~0U, 0) < 0)
        _exit(126);
    if (conditions->refused_count > 0 && refuse_calls(conditions) < 0)
        _exit(126);
    execvpe(argv[0], argv, envp);
    _exit(127);
}

int ch_spawn(char *const argv[], char *const envp[], const int descriptors[], int count, const struct ch_conditions *conditions)
{
    pid_t pid = fork();
    if (pid == 0 && conditions->program) {
        int gate[2];
        char none;
        if (pipe2(gate, O_CLOEXEC) < 0)
            _exit(126);
        pid_t tracee = fork();
        if (tracee != 0)
            ch_trace(tracee, gate[1], conditions);
        close(gate[1]);
        if (read(gate[0], &none, 1) != 0)
            _exit(126);
    }
    if (pid == 0)
        start(argv, envp, descriptors, count, conditions);
    return pid < 0 ? -errno : pid;
}

int ch_open_terminal(int ends[2], unsigned short columns, unsigned short rows)
{
    struct winsize size = {.ws_col = columns, .ws_row = rows};
    if (openpty(&ends[0], &ends[1], NULL, NULL, &size) < 0)
        return -errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

int ch_set_terminal_size(int terminal, unsigned short columns, unsigned short rows)
{
    struct winsize size = {.ws_col = columns, .ws_row = rows};
    return ioctl(terminal, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

int ch_terminal_is_raw(int terminal)
{
    struct termios settings;
    if (tcgetattr(terminal, &settings) < 0)
        return -errno;
    return (settings.c_lflag & (ECHO | ICANON)) == 0;
}

int ch_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0; }

static int bound_socket(int type, const char *path, int limit_seconds)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -errno;
    struct timeval limit = {.tv_sec = limit_seconds};
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0) {
        int failure = -errno;
        close(descriptor);
        return failure;
    }
    return descriptor;
}

int ch_listen(const char *path, int limit_seconds)
{
    int descriptor = bound_socket(SOCK_STREAM, path, limit_seconds);
    if (descriptor >= 0 && listen(descriptor, 8) < 0) {
        int failure = -errno;
        close(descriptor);
        return failure;
    }
    return descriptor;
}

int ch_bind_datagram(const char *path, int limit_seconds) { return bound_socket(SOCK_DGRAM, path, limit_seconds); }

int ch_accept_descriptor(int listener, char *text, int size, int *length)
{
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0)
        return -errno;
    union {
        char buffer[CMSG_SPACE(sizeof(int))];
        struct cmsghdr alignment;
    } control;
    struct iovec content = {.iov_base = text, .iov_len = size};
    struct msghdr message = {
        .msg_iov = &content, .msg_iovlen = 1, .msg_control = control.buffer, .msg_controllen = sizeof control.buffer};
    ssize_t received = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    int failure = -errno;
    close(connection);
    if (received < 0)
        return failure;
    *length = received;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
        return -ENOMSG;
    int descriptor;
    memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

int ch_pidfd_send_signal(int pidfd, int number)
{
    return syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) < 0 ? -errno : 0;
}

int ch_send_datagram(const char *path, const char *text)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -errno;
    ssize_t sent = sendto(descriptor, text, strlen(text), 0, (struct sockaddr *)&address, sizeof address);
    int failure = sent < 0 ? -errno : 0;
    close(descriptor);
    return failure;
}

int ch_get_attribute(const char *path, const char *name, char *value, int size)
{
    ssize_t length = getxattr(path, name, value, (size_t)size);
    return length < 0 ? -errno : (int)length;
}

int ch_set_attribute(const char *path, const char *name, const char *value, int size)
{
    return setxattr(path, name, value, (size_t)size, 0) < 0 ? -errno : 0;
}

int ch_answer_syscall(int listener, int error)
{
    struct seccomp_notif request;
    memset(&request, 0, sizeof request);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
        return -errno;
    struct seccomp_notif_resp answer = { .id = request.id, .error = -error };
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0 ? -errno : 0;
}

int ch_exchange_forever(const char *const paths[], int pair_count)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid < 0 ? -errno : pid;
    // Only system calls: the test process has threads.
    for (unsigned round = 0;; round++)
        for (int pair = 0; pair < pair_count; pair++) {
            // Away for a moment and back, for as long as it takes to come between any two calls of another.
            const struct timespec away = {.tv_nsec = 1000 * (round % 128)}, back = {.tv_nsec = 1000 * (round % 512)};
            syscall(SYS_renameat2, AT_FDCWD, paths[2 * pair], AT_FDCWD, paths[2 * pair + 1], 2 /* RENAME_EXCHANGE */);
            nanosleep(&away, NULL);
            syscall(SYS_renameat2, AT_FDCWD, paths[2 * pair], AT_FDCWD, paths[2 * pair + 1], 2 /* RENAME_EXCHANGE */);
            nanosleep(&back, NULL);
        }
}
