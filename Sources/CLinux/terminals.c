#define _GNU_SOURCE
#include "clinux.h"

#include <sys/ioctl.h>

#include "result.h"

int cl_terminal_peer(int controller, int flags) { return (int)result(ioctl(controller, TIOCGPTPEER, flags)); }

int cl_terminal_unlock(int controller)
{
    int unlocked = 0;
    return (int)result(ioctl(controller, TIOCSPTLCK, &unlocked));
}

int cl_terminal_get_size(int fd, struct cl_window_size *size) { return (int)result(ioctl(fd, TIOCGWINSZ, size)); }
int cl_terminal_set_size(int fd, const struct cl_window_size *size) { return (int)result(ioctl(fd, TIOCSWINSZ, size)); }
int cl_terminal_set_controlling(int fd) { return (int)result(ioctl(fd, TIOCSCTTY, 0)); }
