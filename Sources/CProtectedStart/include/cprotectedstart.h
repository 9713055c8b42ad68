// Linking the target is what it is for (protected_start.c), and main undoes one thing.
#pragma once

// The caller's environment, which no constructor has seen. First of all in main.
void cps_restore_environment(void);
