#define _GNU_SOURCE
#include "clinux.h"

#include <fcntl.h>
#include <sys/wait.h>

const int cl_O_PATH = O_PATH, cl_O_NOFOLLOW = O_NOFOLLOW, cl_O_DIRECTORY = O_DIRECTORY, cl_O_CLOEXEC = O_CLOEXEC,
          cl_O_NOCTTY = O_NOCTTY;
const int cl_F_DUPFD_CLOEXEC = F_DUPFD_CLOEXEC;
const int cl_AT_FDCWD = AT_FDCWD, cl_AT_EMPTY_PATH = AT_EMPTY_PATH, cl_AT_RECURSIVE = AT_RECURSIVE,
          cl_AT_REMOVEDIR = AT_REMOVEDIR;
const int cl_WEXITED = WEXITED, cl_WNOHANG = WNOHANG, cl_WALL = __WALL;
const int cl_CLD_EXITED = CLD_EXITED;
