#ifndef CHARNESS_H
#define CHARNESS_H

#include <sys/types.h>

// What the integration tests need of libc and the kernel and cannot reach from Swift. All return -errno on failure.

// What a program meets that is started.
struct ch_conditions {
    // Descriptor 0 becomes the controlling terminal.
    int terminal;
    // System calls that are answered with `refusal` (an errno), as by a kernel or a filter that does not know them.
    const int *refused;
    int refused_count, refusal;
    // Where not NULL, what happens to `program` (an absolute path) and its clones, until they execute another one: the
    // system call with this number, counted from 1 over all of them, is not made and answered with `error` (an errno); or it
    // is made, and the program or whoever made it is killed.
    const char *program;
    unsigned fault_number;
    // Only what the protocol is made of is counted: clone3(2), sendmsg(2) and recvmsg(2).
    int messages_only;
    enum ch_fault { CH_FAIL, CH_KILL_PROGRAM, CH_KILL_CALLER } fault;
    int error;
    // A struct ch_fault_report is written to this descriptor when the program has ended.
    int report;
    int limit_seconds;
};

struct ch_fault_report {
    // How many system calls were made (of those that the fault can meet), and which one met it, or -1.
    unsigned total;
    int call;
};

// Starts a program in a session of its own, with default signals and no descriptors but the given ones, which become
// 0, 1, 2, … Returns the pid, or that of the tracer that ends as the program does (with 124 where its time ran out).
int ch_spawn(char *const argv[], char *const envp[], const int descriptors[], int count, const struct ch_conditions *conditions);

// Opens a pseudo terminal of the given size; `ends` receives its master and its slave.
int ch_open_terminal(int ends[2], unsigned short columns, unsigned short rows);

int ch_set_terminal_size(int terminal, unsigned short columns, unsigned short rows);

// 1 where the terminal is raw (no echo, no lines), 0 where it is not.
int ch_terminal_is_raw(int terminal);

// A pipe whose ends are closed on exec.
int ch_pipe(int ends[2]);

// A listening UNIX stream socket at `path`, with a time limit on accept.
int ch_listen(const char *path, int limit_seconds);

// A bound UNIX datagram socket at `path`, with a time limit on receiving.
int ch_bind_datagram(const char *path, int limit_seconds);

// Accepts one connection and receives one message with one descriptor; returns the descriptor. The message's text, at
// most `size` bytes, goes to `text`, and its length to `length`.
int ch_accept_descriptor(int listener, char *text, int size, int *length);

// Sends a signal through a pidfd.
int ch_pidfd_send_signal(int pidfd, int signal);

// Sends one message to a UNIX datagram socket.
int ch_send_datagram(const char *path, const char *text);

// An extended attribute of a file; the first returns the value's length.
int ch_get_attribute(const char *path, const char *name, char *value, int size);
int ch_set_attribute(const char *path, const char *name, const char *value, int size);

// As the agent of a seccomp listener: waits for one system call and answers it with an errno.
int ch_answer_syscall(int listener, int error);

// Starts a process that exchanges the two paths of each pair and exchanges them back, without end. Returns the pid.
int ch_exchange_forever(const char *const paths[], int pair_count);

// Mounts a FUSE file system at `path`, as sshfs does for a user: only that user may look into it, and it is nosuid and nodev.
// In it is one file, `file`, that says "fuse". Returns the pid of its server, which ends when it is unmounted.
int ch_mount_fuse(const char *path, unsigned uid, unsigned gid);

#endif
