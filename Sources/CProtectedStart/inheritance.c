#define _GNU_SOURCE
#include "inheritance.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void end(const char *message, size_t length)
{
    // Nothing is left to say where the standard error is closed.
    (void)write(STDERR_FILENO, message, length);
    _exit(1);
}

// A file of that name would be given to the container's user.
static bool is_null_device(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

void open_standard_descriptors(void)
{
    static const char message[] = "runc: /dev/null cannot be opened, as a standard descriptor that is closed\n";

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        // Not close-on-exec: it is the container's, too. The lowest number that is free is this one.
        if (fcntl(fd, F_GETFD) < 0 && (open("/dev/null", O_RDWR) != fd || !is_null_device(fd)))
            end(message, sizeof message - 1);
}

void wait_for_children(void)
{
    static const char message[] = "runc: SIGCHLD, which is ignored, cannot be reset\n";

    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
        end(message, sizeof message - 1);
}
