#define _GNU_SOURCE
#include "cdbusabsent.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stddef.h>

#define ABSENT __attribute__((visibility("hidden")))

ABSENT int sd_listen_fds(int unset_environment)
{
    (void)unset_environment;
    return -ENOSYS;
}

ABSENT int sd_is_socket(int fd, int family, int type, int listening)
{
    (void)fd, (void)family, (void)type, (void)listening;
    return -ENOSYS;
}

ABSENT int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    (void)node, (void)service, (void)hints, (void)found;
    return EAI_FAIL;
}

ABSENT void freeaddrinfo(struct addrinfo *found) { (void)found; }

ABSENT int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
    (void)user, (void)group, (void)groups;
    *count = 0;
    return -1;
}

ABSENT int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    (void)name, (void)entry, (void)buffer, (void)size;
    *found = NULL;
    return ENOSYS;
}

ABSENT int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    (void)uid, (void)entry, (void)buffer, (void)size;
    *found = NULL;
    return ENOSYS;
}
