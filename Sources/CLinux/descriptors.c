#define _GNU_SOURCE
#include "clinux.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "result.h"

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
