#define _GNU_SOURCE
#include "clinux.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "result.h"

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
