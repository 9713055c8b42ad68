#include <errno.h>
#include <stdbool.h>
#include <linux/filter.h>
#include <linux/memfd.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

// Generates a filter's program into `buffer`, of `capacity` instructions. Returns their count, or -errno: -E2BIG where they do not
// fit. Through memory, never a file system: what seccomp_export_bpf_mem(3) is from libseccomp 2.6 on. Man: seccomp_export_bpf(3)
static inline long cseccomp_export(scmp_filter_ctx filter, struct sock_filter *buffer, unsigned int capacity)
{
    long status, size, received;
    int memory = (int)syscall(SYS_memfd_create, "seccomp", MFD_CLOEXEC);

    if (memory < 0)
        return -errno;
    status = seccomp_export_bpf(filter, memory);
    if (status < 0)
        goto done;
    size = lseek(memory, 0, SEEK_END);
    if (size < 0) {
        status = -errno;
        goto done;
    }
    if ((unsigned long)size > capacity * sizeof *buffer) {
        status = -E2BIG;
        goto done;
    }
    received = pread(memory, buffer, (unsigned long)size, 0);
    if (received < 0)
        status = -errno;
    else if (received != size || size == 0 || size % (long)sizeof *buffer != 0)
        status = -EIO; // A memory file gives all at once.
    else
        status = size / (long)sizeof *buffer;
done:
    close(memory);
    return status;
}

// Whether the kernel knows these flags: it looks at them before it looks for the program. Man: seccomp(2), SECCOMP_SET_MODE_FILTER
static inline bool cseccomp_kernel_knows(unsigned int flags)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) < 0 && errno == EFAULT;
}
