/*
 * peak-rss COMMAND [ARGUMENT...]: runs COMMAND and prints the peak resident memory, in KiB, of the largest process of
 * its tree (getrusage(2): the process itself and all descendants that were waited for). This program is small and
 * static, because a process starts with the memory of the one that made it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: peak-rss COMMAND [ARGUMENT...]\n");
        return 125;
    }
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
            _exit(125);
        execv(argv[1], argv + 1);
        perror(argv[1]);
        _exit(125);
    }
    int status;
    struct rusage usage;
    if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
        perror("peak-rss");
        return 125;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "peak-rss: %s failed\n", argv[1]);
        return 125;
    }
    printf("%ld\n", usage.ru_maxrss);
    return 0;
}
