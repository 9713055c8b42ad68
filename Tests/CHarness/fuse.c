#include "charness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char content[] = "fuse\n";
enum { file_node = 2 };

static struct fuse_attr attributes(uint64_t node, unsigned uid, unsigned gid)
{
    struct fuse_attr attr = { .ino = node, .uid = uid, .gid = gid, .blksize = 4096 };
    attr.mode = node == file_node ? S_IFREG | 0644 : S_IFDIR | 0755;
    attr.nlink = node == file_node ? 1 : 2;
    attr.size = node == file_node ? sizeof content - 1 : 0;
    return attr;
}

static void reply(int device, const struct fuse_in_header *request, int error, const void *body, size_t size)
{
    struct fuse_out_header header = { .len = (uint32_t)(sizeof header + size), .error = -error, .unique = request->unique };
    struct iovec parts[2] = { { &header, sizeof header }, { (void *)body, size } };
    if (writev(device, parts, size ? 2 : 1) < 0)
        return; // Who asked has gone away.
}

static void answer(int device, const struct fuse_in_header *request, const void *body, unsigned uid, unsigned gid)
{
    switch (request->opcode) {
    case FUSE_INIT: {
        struct fuse_init_out out = { .major = FUSE_KERNEL_VERSION, .minor = 31, .max_readahead = 4096, .max_write = 4096 };
        return reply(device, request, 0, &out, sizeof out);
    }
    case FUSE_LOOKUP: {
        struct fuse_entry_out out = { .nodeid = file_node, .attr = attributes(file_node, uid, gid) };
        if (strcmp(body, "file") != 0)
            return reply(device, request, ENOENT, NULL, 0);
        return reply(device, request, 0, &out, sizeof out);
    }
    case FUSE_GETATTR: {
        struct fuse_attr_out out = { .attr = attributes(request->nodeid, uid, gid) };
        return reply(device, request, 0, &out, sizeof out);
    }
    case FUSE_OPEN: {
        struct fuse_open_out out = { 0 };
        return reply(device, request, 0, &out, sizeof out);
    }
    case FUSE_READ: {
        const struct fuse_read_in *in = body;
        size_t size = in->offset == 0 ? sizeof content - 1 : 0;
        return reply(device, request, 0, content, size);
    }
    case FUSE_STATFS: {
        struct fuse_statfs_out out = { .st = { .bsize = 4096, .namelen = 255, .frsize = 4096 } };
        return reply(device, request, 0, &out, sizeof out);
    }
    case FUSE_FLUSH:
    case FUSE_RELEASE: return reply(device, request, 0, NULL, 0);
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET: return;
    default: return reply(device, request, ENOSYS, NULL, 0);
    }
}

int ch_mount_fuse(const char *path, unsigned uid, unsigned gid)
{
    char options[128];
    int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (device < 0)
        return -errno;
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%u,group_id=%u", device, uid, gid);
    if (mount("test", path, "fuse", MS_NOSUID | MS_NODEV, options) < 0) {
        int error = -errno;
        close(device);
        return error;
    }
    pid_t pid = fork();
    if (pid == 0) {
        // Only system calls: the test process has threads.
        union { struct fuse_in_header header; char bytes[65536]; } request;
        ssize_t count;
        while ((count = read(device, &request, sizeof request)) >= (ssize_t)sizeof request.header || (count < 0 && errno == EINTR))
            if (count > 0)
                answer(device, &request.header, request.bytes + sizeof request.header, uid, gid);
        _exit(0);
    }
    int error = -errno;
    close(device);
    return pid < 0 ? error : pid;
}
