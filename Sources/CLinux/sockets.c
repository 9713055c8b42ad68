#define _GNU_SOURCE
#include "clinux.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "result.h"

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

ssize_t cl_send_now(int socket, const void *bytes, size_t count)
{
    return result(send(socket, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL));
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
