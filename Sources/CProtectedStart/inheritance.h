// What a caller may leave to us that is done away with before anything else runs.
#pragma once

// Opens /dev/null on each of the descriptors 0 to 2 that is closed: the next file that is opened would be one of them, and
// so be the container's. Where that cannot be done the program ends, with exit status 1.
void open_standard_descriptors(void);

// Children of a process that ignores SIGCHLD go away unseen, and an execve keeps that. Man: waitpid(2), "NOTES".
void wait_for_children(void);

// A write that fails (a log whose reader is gone, a limit of file sizes) is an error, not our end: something may be half made.
// Other programs have the default again. Man: setrlimit(2), "RLIMIT_FSIZE".
void hear_of_failed_writes(void);

// From the constructors, until cps_restore_environment. The arguments are kept for the Swift runtime.
void hide_environment(int argc, char *argv[]);
