#define _GNU_SOURCE
#include "inheritance.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// With errno's text as all our errors have it.
static _Noreturn void end(const char *doing)
{
    const char *text = strerrordesc_np(errno);

    // Nothing is left to say where the standard error is closed.
    (void)dprintf(STDERR_FILENO, "runc: %s: %c%s\n", doing, text[0] | ('a' ^ 'A'), text + 1);
    _exit(1);
}

static void open_null(int closed)
{
    static const char doing[] = "a standard descriptor that is closed: /dev/null";
    struct stat status;
    // Not close-on-exec: it is the container's, too.
    int null = open("/dev/null", O_RDWR);

    if (null < 0 || fstat(null, &status) < 0)
        end(doing);
    // The lowest number that is free is the closed one's. Another file of that name would be given to the container's user.
    if (null != closed || !S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3)) {
        // It may be the standard error by now, and is not to have our words.
        close(null);
        errno = ENODEV;
        end(doing);
    }
}

void open_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0) {
            if (errno != EBADF)
                end("a standard descriptor");
            open_null(fd);
        }
}

void wait_for_children(void)
{
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
        end("SIGCHLD");
}

void hear_of_failed_writes(void)
{
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        end("SIGPIPE, SIGXFSZ");
}
