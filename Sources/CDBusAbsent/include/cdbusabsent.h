// What libdbus-1.a names and no call of ours reaches.
//
// Debian's archive has one object for all that asks the system, so that the executable would also be linked with what a
// server, TCP and the cookie mechanism need: systemd's library, and the parts of libc that load others, which a static
// executable must not do. Here each of them is a failure. Hidden: where libdbus is a shared library they are nobody's.
#pragma once
