// The Swift runtime reads variables of the environment in a constructor, and by default it answers a crash by executing a
// program named swift-backtrace, as whoever we are: that of the variable SWIFT_BACKTRACE, or one beside our executable. The
// protected executable is its mount's root, "/", so that "beside" it is the caller's current directory.
#define _GNU_SOURCE
#include "cprotectedstart.h"

#include <stddef.h>
#include <unistd.h>

#include "inheritance.h"

// The Swift runtime's: where it is not called, the arguments are looked for on the stack, next to the environment.
__attribute__((swiftcall)) void _swift_stdlib_overrideUnsafeArgvArgc(char *argv[], int argc);

// With a path, so that none is looked for.
static char without_backtraces[] = "SWIFT_BACKTRACE=enable=no,swift-backtrace=/dev/null";
static char *for_constructors[] = {without_backtraces, NULL};
static char **inherited;

void hide_environment(int argc, char *argv[])
{
    inherited = environ;
    environ = for_constructors;
    _swift_stdlib_overrideUnsafeArgvArgc(argv, argc);
}

void cps_restore_environment(void) { environ = inherited; }
