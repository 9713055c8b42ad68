// workload talk | workload write MIB: the process of a container that is saved and goes on; linked statically.
// Both count rounds in /tmp/count, and a round that does not find what the one before has left ends them with a word why
// in /tmp/failure.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void put(const char *path, const char *text) {
    // Whoever reads it finds the old text or the new.
    char next[64];
    snprintf(next, sizeof next, "%s.next", path);
    int file = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || write(file, text, strlen(text)) < 0 || rename(next, path)) _exit(70);
    close(file);
}

static void fail(const char *what) {
    put("/tmp/failure", what);
    _exit(71);
}

static void check(int holds, const char *what) {
    if (!holds) fail(what);
}

static void count(uint64_t round) {
    char text[32];
    snprintf(text, sizeof text, "%llu\n", (unsigned long long)round);
    put("/tmp/count", text);
}

// MARK: talk: over a TCP connection, a UNIX socket and a pseudo terminal with another process each, and with threads

static void answer(int end) {
    uint64_t number;
    while (read(end, &number, sizeof number) == sizeof number) {
        number++;
        if (write(end, &number, sizeof number) != sizeof number) break;
    }
    _exit(0);
}

static pid_t fork_peer(void) {
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

static int connected(int family, struct sockaddr *address, socklen_t size, const char *what) {
    int listener = socket(family, SOCK_STREAM, 0);
    check(listener >= 0 && !bind(listener, address, size) && !listen(listener, 1), what);
    if (fork_peer() == 0) {
        int end = socket(family, SOCK_STREAM, 0);
        check(end >= 0 && !connect(end, address, size), what);
        close(listener);
        answer(end);
    }
    // The listener stays open: it is saved, too.
    int end = accept(listener, NULL, NULL);
    check(end >= 0, what);
    return end;
}

static int terminal(void) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    check(master >= 0 && !grantpt(master) && !unlockpt(master), "pty");
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    struct termios raw;
    check(slave >= 0 && !tcgetattr(slave, &raw), "pty");
    cfmakeraw(&raw);
    raw.c_cc[VMIN] = sizeof(uint64_t);
    check(!tcsetattr(slave, TCSANOW, &raw), "pty");
    if (fork_peer() == 0) {
        close(master);
        answer(slave);
    }
    close(slave);
    return master;
}

enum { threads = 4 };
static pthread_barrier_t begin, end;
static uint64_t counted[threads];
static _Thread_local uint64_t own;

static _Noreturn void *work(void *number) {
    for (;;) {
        pthread_barrier_wait(&begin);
        counted[(intptr_t)number] = ++own;
        pthread_barrier_wait(&end);
    }
}

static void talk(void) {
    struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_port = htons(7001), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/tmp/socket"};
    // An earlier one's.
    unlink(path.sun_path);
    const char *names[] = {"tcp", "unix", "pty"};
    int ends[] = {
        connected(AF_INET, (struct sockaddr *)&tcp, sizeof tcp, "tcp"),
        connected(AF_UNIX, (struct sockaddr *)&path, sizeof path, "unix"),
        terminal(),
    };
    pthread_t thread;
    pthread_barrier_init(&begin, NULL, threads + 1);
    pthread_barrier_init(&end, NULL, threads + 1);
    for (intptr_t number = 0; number < threads; number++) check(!pthread_create(&thread, NULL, work, (void *)number), "threads");
    for (uint64_t round = 1;; round++) {
        for (int i = 0; i < 3; i++) {
            uint64_t got = 0;
            check(write(ends[i], &round, sizeof round) == sizeof round, names[i]);
            check(read(ends[i], &got, sizeof got) == sizeof got && got == round + 1, names[i]);
        }
        pthread_barrier_wait(&begin);
        pthread_barrier_wait(&end);
        for (int i = 0; i < threads; i++) check(counted[i] == round, "threads");
        count(round);
        usleep(20000);
    }
}

// MARK: write: memory of so many MiB, each page told apart and changed in each round

static uint64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// The longest time between two pages since that file was made is in /tmp/pause, in milliseconds: whoever removes it has
// the measurement begin anew.
static void write_memory(size_t mebibytes) {
    const size_t page = 4096, pages = (mebibytes << 20) / page;
    char *memory = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(memory != MAP_FAILED, "mmap");
    uint64_t last = 0, pause = 0;
    for (uint64_t round = 0;; round++) {
        for (size_t i = 0; i < pages; i++) {
            uint64_t *words = (uint64_t *)(memory + i * page);
            if (round > 0) check(words[0] == round - 1 && words[1] == i && words[page / sizeof *words - 1] == (round - 1) * i, "memory");
            words[0] = round;
            words[1] = i;
            words[page / sizeof *words - 1] = round * i;
            uint64_t now = milliseconds();
            // The first round is the making of the memory.
            if (round > 0 && now - last > pause) pause = now - last;
            last = now;
        }
        if (access("/tmp/pause", F_OK) != 0) pause = 0;
        char text[32];
        snprintf(text, sizeof text, "%llu\n", (unsigned long long)pause);
        put("/tmp/pause", text);
        count(round);
        usleep(20000);
    }
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "talk")) talk();
    if (argc == 3 && !strcmp(argv[1], "write")) write_memory(strtoul(argv[2], NULL, 10));
    return 64;
}
