#pragma once

#include <errno.h>

// How every call here tells its errors.
static inline long result(long value) { return value < 0 ? -errno : value; }
