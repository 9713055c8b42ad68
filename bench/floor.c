/*
 * floor [--rootless] [--cgroup-namespace] ROOTFS COMMAND [ARGUMENT...]
 *
 * What a container of `runc spec` (or `spec --rootless`) costs the kernel, and no more: the same clone, mounts, device
 * nodes, masked paths, pivot_root and execve, without configuration, state, cgroup, seccomp or capabilities. Its time
 * is the floor under any runtime's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *call, const char *subject)
{
    fprintf(stderr, "floor: %s %s: %s\n", call, subject, strerror(errno));
    _exit(125);
}

#define REQUIRE(call, subject) \
    do { \
        if ((call) < 0) \
            die(#call, subject); \
    } while (0)

static void write_file(pid_t pid, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        die("write", path);
    close(fd);
}

/* One id: the caller's, as root. A gid may be mapped without privilege only where setgroups is denied. */
static void map_one_id(pid_t pid)
{
    char map[64];
    write_file(pid, "setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", geteuid());
    write_file(pid, "uid_map", map);
    snprintf(map, sizeof map, "0 %u 1", getegid());
    write_file(pid, "gid_map", map);
}

static void mount_at(const char *type, const char *target, unsigned long flags, const char *options)
{
    if (mkdir(target, 0755) < 0 && errno != EEXIST)
        die("mkdir", target);
    REQUIRE(mount(type, target, type, flags, options), target);
}

static void mount_default(int rootless)
{
    const unsigned long restricted = MS_NOSUID | MS_NOEXEC | MS_NODEV;

    mount_at("proc", "proc", 0, NULL);
    mount_at("tmpfs", "dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k");
    mount_at("devpts", "dev/pts", MS_NOSUID | MS_NOEXEC,
             rootless ? "newinstance,ptmxmode=0666,mode=0620" : "newinstance,ptmxmode=0666,mode=0620,gid=5");
    mount_at("tmpfs", "dev/shm", restricted, "mode=1777,size=65536k");
    mount_at("mqueue", "dev/mqueue", restricted, NULL);
    if (rootless) {
        if (mkdir("sys", 0755) < 0 && errno != EEXIST)
            die("mkdir", "sys");
        REQUIRE(mount("/sys", "sys", NULL, MS_BIND | MS_REC, NULL), "sys");
        REQUIRE(mount(NULL, "sys", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | restricted, NULL), "sys");
    } else {
        mount_at("sysfs", "sys", restricted | MS_RDONLY, NULL);
    }
    const char *cgroup = "sys/fs/cgroup";
    if (mount("cgroup2", cgroup, "cgroup2", restricted | MS_RELATIME | MS_RDONLY, NULL) < 0) {
        /* EBUSY: the /sys that was bound has the same mount there already. */
        if (errno != EBUSY && errno != EPERM)
            die("mount", cgroup);
        REQUIRE(mount("/sys/fs/cgroup", cgroup, NULL, MS_BIND, NULL), cgroup);
        REQUIRE(mount(NULL, cgroup, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | restricted, NULL), cgroup);
    }
}

/* mknod needs privilege in the initial user namespace: elsewhere the host's node is bound. */
static void make_devices(int rootless)
{
    static const struct { const char *name; unsigned int minor_number; unsigned int major_number; } devices[] = {
        {"null", 3, 1}, {"zero", 5, 1}, {"full", 7, 1}, {"random", 8, 1}, {"urandom", 9, 1}, {"tty", 0, 5},
    };
    static const char *const links[][2] = {
        {"/proc/self/fd", "dev/fd"}, {"/proc/self/fd/0", "dev/stdin"}, {"/proc/self/fd/1", "dev/stdout"},
        {"/proc/self/fd/2", "dev/stderr"}, {"/proc/kcore", "dev/core"}, {"pts/ptmx", "dev/ptmx"},
    };
    mode_t umask_before = umask(0);
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        char target[32], source[32];
        snprintf(target, sizeof target, "dev/%s", devices[i].name);
        if (rootless) {
            snprintf(source, sizeof source, "/dev/%s", devices[i].name);
            REQUIRE(mknod(target, S_IFREG | 0666, 0), target);
            REQUIRE(mount(source, target, NULL, MS_BIND, NULL), target);
        } else {
            REQUIRE(mknod(target, S_IFCHR | 0666, makedev(devices[i].major_number, devices[i].minor_number)), target);
        }
    }
    umask(umask_before);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        REQUIRE(symlink(links[i][0], links[i][1]), links[i][1]);
}

static void hide_paths(void)
{
    static const char *const masked[] = {
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
    };
    static const char *const read_only[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};

    for (size_t i = 0; i < sizeof read_only / sizeof *read_only; i++) {
        if (mount(read_only[i], read_only[i], NULL, MS_BIND | MS_REC, NULL) < 0) {
            if (errno == ENOENT)
                continue;
            die("bind", read_only[i]);
        }
        REQUIRE(mount(NULL, read_only[i], NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), read_only[i]);
    }
    for (size_t i = 0; i < sizeof masked / sizeof *masked; i++) {
        if (mount("/dev/null", masked[i], NULL, MS_BIND, NULL) == 0 || errno == ENOENT)
            continue;
        if (errno != ENOTDIR)
            die("mask", masked[i]);
        REQUIRE(mount("tmpfs", masked[i], "tmpfs", MS_RDONLY, NULL), masked[i]);
    }
}

static void run_inside(const char *rootfs, char **command, int rootless)
{
    REQUIRE(setsid(), "");
    REQUIRE(sethostname("runc", 4), "");
    REQUIRE(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "/");
    REQUIRE(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL), rootfs);
    REQUIRE(chdir(rootfs), rootfs);
    mount_default(rootless);
    make_devices(rootless);
    REQUIRE(syscall(SYS_pivot_root, ".", "."), rootfs);
    REQUIRE(umount2(".", MNT_DETACH), "/");
    REQUIRE(chdir("/"), "/");
    hide_paths();
    REQUIRE(mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), "/");
    execve(command[0], command, (char *[]){"PATH=/bin", NULL});
    die("execve", command[0]);
}

int main(int argc, char **argv)
{
    int rootless = 0, cgroup_namespace = 0, next = 1;
    for (; next < argc && argv[next][0] == '-'; next++) {
        if (strcmp(argv[next], "--rootless") == 0)
            rootless = 1;
        else if (strcmp(argv[next], "--cgroup-namespace") == 0)
            cgroup_namespace = 1;
        else
            break;
    }
    if (argc - next < 2) {
        fprintf(stderr, "usage: floor [--rootless] [--cgroup-namespace] ROOTFS COMMAND [ARGUMENT...]\n");
        return 125;
    }

    int mapped[2];
    REQUIRE(pipe2(mapped, O_CLOEXEC), "");
    struct clone_args clone = {
        .flags = CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS
            | (rootless ? CLONE_NEWUSER : CLONE_NEWNET) | (cgroup_namespace ? CLONE_NEWCGROUP : 0),
        .exit_signal = SIGCHLD,
    };
    pid_t pid = (pid_t)syscall(SYS_clone3, &clone, sizeof clone);
    if (pid < 0)
        die("clone3", "");
    if (pid == 0) {
        char byte;
        if (read(mapped[0], &byte, 1) != 1)
            _exit(125);
        run_inside(argv[next], argv + next + 1, rootless);
    }
    if (rootless)
        map_one_id(pid);
    REQUIRE(write(mapped[1], "", 1), "");
    int status;
    REQUIRE(waitpid(pid, &status, 0), "");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
