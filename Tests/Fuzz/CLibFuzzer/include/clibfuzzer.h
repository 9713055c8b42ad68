#pragma once

#include <stddef.h>
#include <stdint.h>

// libFuzzer's loop, for a program with a main function of its own. LLVM: docs/LibFuzzer.rst, "Using libFuzzer as a library".
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
