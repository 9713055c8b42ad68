#define _GNU_SOURCE
#include "clinux.h"

#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "result.h"

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
