// What a caller may leave to us that is done away with before anything else runs. Each may be called by whoever comes first.
#pragma once

// Children of a process that ignores SIGCHLD go away unseen, and an execve keeps that. Man: waitpid(2), "NOTES".
void wait_for_children(void);
