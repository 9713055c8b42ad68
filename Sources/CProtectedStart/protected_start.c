// The protection of our own executable (CVE-2019-5736) for root, in its usual case and before the Swift runtime starts.
//
// ExecutableProtection in UsernsRuntime decides, explains and has the ways out; it would execute us once more after the
// runtime has been set up, which is then done twice and is half a millisecond each time. So what it does for root first is
// done here, where the C library is ready and nothing else is; whatever does not apply or fails is left to it without a
// word, and what was done here it finds done.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "clinux.h"
#include "inheritance.h"

static const char executable[] = "/proc/self/exe";

// CommandName.startsProcess, of any argument: this is before arguments are told from options.
static bool may_start_process(char *const argv[])
{
    static const char *const commands[] = {"create", "run", "exec", "restore"};

    for (char *const *argument = argv + 1; argv[0] && *argument; argument++)
        for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
            if (!strcmp(*argument, commands[i]))
                return true;
    return false;
}

static void start_protected(int argc, char *argv[], char *envp[])
{
    struct statvfs mount;
    int copy;

    if (argc < 2 || geteuid() || !may_start_process(argv))
        return;
    if (statvfs(executable, &mount) < 0 || mount.f_flag & ST_RDONLY)
        return;
    copy = cl_open_tree(AT_FDCWD, executable, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (copy < 0)
        return;
    if (cl_mount_setattr(copy, "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY, 0, 0, -1) == 0)
        cl_execveat(copy, "", argv, envp, AT_EMPTY_PATH);
    close(copy);
}

static void start(int argc, char *argv[], char *envp[])
{
    open_standard_descriptors();
    wait_for_children();
    hear_of_failed_writes();
    start_protected(argc, argv, envp);
    hide_environment(argc, argv);
}

// Before every constructor. Man: elf(5); System V ABI, "Initialization and Termination Functions".
__attribute__((section(".preinit_array"), used)) static void (*const before_all)(int, char *[], char *[]) = start;
