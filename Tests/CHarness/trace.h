#include "charness.h"

#include <sys/types.h>

// Leads a child of ours, and what it clones, through its system calls; ends as the child does. The child waits for the end
// of what it reads from `gate`'s other side: until it is traced.
_Noreturn void ch_trace(pid_t tracee, int gate, const struct ch_conditions *conditions);
